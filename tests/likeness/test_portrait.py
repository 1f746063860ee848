import numpy as np

from gesture_core.motion import EXPRESSIONS
from gesture_core.portrait import COLUMNS, FACES, TURNS, portrait_motion
from gesture_core.rotation import quat_rotate


def test_a_portrait_turns_about_the_vertical_and_then_makes_faces():
    motion = portrait_motion()
    assert motion.frames == len(TURNS) + len(FACES)
    assert motion.frames % COLUMNS == 0
    facing = quat_rotate(motion.rotations[: len(TURNS), 0], np.array([0.0, 0.0, 1.0]))
    expected = [[np.sin(np.radians(turn)), 0.0, np.cos(np.radians(turn))] for turn in TURNS]
    np.testing.assert_allclose(facing, expected, atol=1e-6)
    assert not motion.expressions[: len(TURNS)].any()
    smile = motion.expressions[len(TURNS)]
    assert smile[EXPRESSIONS.index("mouthSmileLeft")] > 0.5
    assert smile[EXPRESSIONS.index("jawOpen")] == 0.0
