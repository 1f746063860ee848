import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.smartbody import read_sk, read_skm
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply, rotvec_to_quat

SK = """set_name test

skeleton
root JtRoot
{ offset 0.0 1.0 0.0
  prerot  axis 0 0 0 ang 0
  joint JtArm
  { offset 0.5 0 0
    prerot  axis 0 0 2 ang 90
  }
}
"""

SKM = """SkMotion

name "wave"

channels 5
JtRoot XPos
JtArm Quat
JtMissing YPos
JtRoot YPos

frames 3
kt 1.0 fr 0.0 0 0 0.0 7 0
kt 1.5 fr 0.1 0 0 1.0 7 0
kt 2.0 fr 0.2 0 0 0.5 7 -0.2
emphasis time: 1.4
unknown time: x
"""


@pytest.fixture
def skeleton_path(tmp_path):
    path = tmp_path / "test.sk"
    path.write_text(SK)
    return path


def write_motion(tmp_path, text):
    path = tmp_path / "test.skm"
    path.write_text(text)
    return path


def test_skeleton_has_offsets_and_prerotations(skeleton_path):
    skeleton = read_sk(skeleton_path)
    assert skeleton.names == ("JtRoot", "JtArm")
    assert skeleton.parents == (-1, 0)
    np.testing.assert_allclose(skeleton.rest_offsets, [[0, 1, 0], [0.5, 0, 0]])
    expected = rotvec_to_quat([0, 0, np.pi / 2])
    np.testing.assert_allclose(skeleton.rest_rotations[1], expected, atol=1e-12)


def test_motion_multiplies_prerotation_and_adds_offset(skeleton_path, tmp_path):
    motion = read_skm(
        write_motion(tmp_path, SKM.replace("channels 5", "channels 4")), read_sk(skeleton_path)
    )
    assert motion.fps == pytest.approx(2.0)
    assert motion.frames == 3
    expected = rotvec_to_quat([0, 0, np.pi / 2 + 1.0])
    error = quat_angle(quat_multiply(quat_inverse(expected), motion.rotations[1, 1]))
    assert error < 1e-6
    np.testing.assert_allclose(motion.positions[:, 0], [[0, 1, 0], [0.1, 1, 0], [0.2, 0.8, 0]])
    assert motion.markers == {"emphasis": pytest.approx(0.4)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SkMotion\n", "channels"),
        (SKM.replace("channels 5", "channels 4").replace("1.0 7 0\n", "\n"), "values for 6"),
        (SKM.replace("channels 5", "channels 4").replace("kt 2.0", "kt 1.2"), "increase"),
        (SKM.replace("channels 5", "channels 4").replace("0.5 7", "nan 7"), "finite"),
        ("channels 1\nJtRoot XPos\nkt 0 fr 0\n", "at least 2"),
    ],
)
def test_broken_motion_names_the_place(skeleton_path, tmp_path, text, place):
    with pytest.raises(UserError, match=place):
        read_skm(write_motion(tmp_path, text), read_sk(skeleton_path))


@pytest.mark.parametrize("text", ["", "skeleton\nroot A\n{ offset 0 0 0\n", "skeleton\n}\n"])
def test_broken_skeleton_is_a_user_error(tmp_path, text):
    path = tmp_path / "broken.sk"
    path.write_text(text)
    with pytest.raises(UserError, match=r"broken\.sk"):
        read_sk(path)


def test_missing_file_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        read_sk(tmp_path / "none.sk")


def test_real_clip_has_markers_in_order(shared_data):
    folder = shared_data("smartbody") / "smartbody/data/behaviorsets/Gestures"
    skeleton = read_sk(folder / "skeletons/ChrBrad.sk")
    motion = read_skm(folder / "motions/ChrBrad@Idle01_MeLf01.skm", skeleton)
    assert motion.fps == pytest.approx(30.0, rel=1e-3)
    markers = motion.markers
    assert 0 < markers["ready"] <= markers["emphasis"] <= markers["stroke"] <= motion.duration
