import numpy as np

from gesture_core.gestures.appearance import APPEARANCE, appearance
from gesture_core.motion import rest_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID


def test_the_t_pose_is_seen_as_one():
    seen = appearance(rest_motion(2, 15.0).rotations)
    assert seen.shape == (2, APPEARANCE)
    left, right, trunk = np.split(seen[0], [17, 34])
    np.testing.assert_allclose(left[6:12], [1, 0, 0, 0, -1, 0], atol=1e-6)  # hand out, palm down
    np.testing.assert_allclose(right[6:12], [-1, 0, 0, 0, -1, 0], atol=1e-6)
    np.testing.assert_allclose(left[12:], 1.0, atol=1e-6)  # stretched fingers
    np.testing.assert_allclose(trunk[:3], 0.0, atol=1e-6)
    np.testing.assert_allclose(trunk[3:], [0, 1, 0, 0, 0, 1] * 2, atol=1e-6)


def test_a_bow_moves_the_neck_and_turns_the_chest_but_not_the_arms_place():
    rotations = rest_motion(1, 15.0).rotations
    rotations[:, HUMANOID.index("spine")] = rotvec_to_quat([np.pi / 2, 0.0, 0.0])
    seen = appearance(rotations)[0]
    assert seen[36] > 0.5  # the neck has come forward
    np.testing.assert_allclose(seen[37:40], [0, 0, 1], atol=1e-6)  # up now points forward
