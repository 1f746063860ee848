from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gesture_core.motion import EXPRESSIONS
from gesture_core.portrait import COLUMNS, FACES, TURNS, cut_thumbnail, portrait_motion
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


def test_a_thumbnail_is_the_first_face_and_says_whose_it_is(tmp_path: Path):
    rows, side, beside = (len(TURNS) + len(FACES)) // COLUMNS, 64, 128
    sheet = Image.new("RGB", (beside + COLUMNS * side, rows * side), "blue")
    sheet.paste((255, 0, 0), (beside, 0, beside + side, side))
    texts = PngInfo()
    texts.add_itxt("Comment", "Synthetic likeness of 하나")
    sheet.save(tmp_path / "sheet.png", pnginfo=texts)
    cut_thumbnail(tmp_path / "sheet.png", tmp_path / "face.png", size=32)
    with Image.open(tmp_path / "face.png") as face:
        face.load()
        assert face.size == (32, 32)
        assert face.getcolors() == [(32 * 32, (255, 0, 0))]
        assert face.info["Comment"] == "Synthetic likeness of 하나"
