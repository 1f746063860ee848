"""BVH files: every dialect read, one plain dialect written, broken files refused clearly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.formats.bvh import continuous_euler, frame_rate, frame_time, read_bvh, write_bvh
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import (
    Array,
    euler_to_quat,
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_to_euler,
)
from gesture_core.skeleton import HUMANOID, Skeleton, forward_kinematics

TWO_JOINTS = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Left Arm
  {
    OFFSET 10 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 5 0 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 100 0 0 0 0 0 0 0
1 100 2 90 0 0 0 0 90
"""


def _write(folder: Path, text: str | bytes) -> Path:
    path = folder / "clip.bvh"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_reads_a_file_by_hand(tmp_path: Path) -> None:
    read = read_bvh(_write(tmp_path, TWO_JOINTS), units="cm")
    assert read.names == ("Hips", "Left Arm")
    assert read.parents == (-1, 0)
    assert read.fps == 30.0
    np.testing.assert_allclose(read.rest_offsets, [[0, 0, 0], [0.1, 0, 0]])
    positions, rotations = read.world()
    np.testing.assert_allclose(positions[0], [[0, 1, 0], [0.1, 1, 0]])
    # The root turns a quarter about Z: the arm, along X at rest, now points up.
    np.testing.assert_allclose(positions[1], [[0.01, 1, 0.02], [0.01, 1.1, 0.02]], atol=1e-12)
    quarter = np.sqrt(0.5)
    np.testing.assert_allclose(rotations[1, 0], [quarter, 0, 0, quarter])
    np.testing.assert_allclose(rotations[1, 1], [0.5, -0.5, 0.5, 0.5])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace(" ", "\t"),
        lambda text: text.replace("\n", " \n\n"),
        lambda text: text.replace("\n  {", " {").replace("Hips\n{", "Hips {"),
        lambda text: text.replace("ROOT", "root").replace("End Site", "end site tip"),
        lambda text: text.replace("Frames: ", "Frames:").replace("Frame Time: ", "Frame Time:\t"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
    ],
    ids=["windows", "old mac", "tabs", "blank", "brace", "case", "colons", "bom", "no newline"],
)
def test_reads_every_layout(tmp_path: Path, change) -> None:
    expected = read_bvh(_write(tmp_path, TWO_JOINTS))
    read = read_bvh(_write(tmp_path, change(TWO_JOINTS)))
    assert [name.split() for name in read.names] == [name.split() for name in expected.names]
    np.testing.assert_array_equal(read.positions, expected.positions)
    np.testing.assert_array_equal(read.rotations, expected.rotations)


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_channel_order_is_the_order_of_turning(tmp_path: Path, order: str) -> None:
    channels = " ".join(f"{axis}rotation" for axis in order)
    text = TWO_JOINTS.replace("CHANNELS 3 Zrotation Xrotation Yrotation", f"CHANNELS 3 {channels}")
    read = read_bvh(_write(tmp_path, text.replace("90 0 0 0 0 90", "0 0 0 20 -50 110")))
    expected = euler_to_quat(np.radians([20, -50, 110]), order)
    assert quat_angle(quat_multiply(quat_inverse(expected), read.rotations[1, 1])) < 1e-12


def test_positions_of_inner_joints_replace_or_add_to_the_offset(tmp_path: Path) -> None:
    six = TWO_JOINTS.replace(
        "CHANNELS 3 Zrotation Xrotation Yrotation",
        "CHANNELS 6 Zrotation Xrotation Yrotation Xposition Yposition Zposition",
    )
    whole = six.replace("0 0 0\n1", "0 0 0 12 1 0\n1").replace("0 90\n", "0 90 10 0 0\n")
    added = six.replace("0 0 0\n1", "0 0 0 2 1 0\n1").replace("0 90\n", "0 90 0 0 0\n")
    for text in (whole, added):
        read = read_bvh(_write(tmp_path, text), units="cm")
        np.testing.assert_allclose(read.positions[:, 1], [[0.12, 0.01, 0], [0.1, 0, 0]])


def test_lengths_are_metres_or_centimetres_by_the_size_of_the_body(tmp_path: Path) -> None:
    assert read_bvh(_write(tmp_path, TWO_JOINTS)).rest_offsets[1, 0] == pytest.approx(0.1)
    small = TWO_JOINTS.replace("OFFSET 10 0 0", "OFFSET 0.1 0 0")
    assert read_bvh(_write(tmp_path, small)).rest_offsets[1, 0] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("find", "put", "line", "words"),
    [
        ("HIERARCHY", "HIERARCHI", 1, "HIERARCHY"),
        ("  OFFSET 0 0 0", "  OFFSET 0 0", 4, "3 numbers, found 2"),
        ("OFFSET 10 0 0", "OFFSET 10 nan 0", 8, "not between"),
        ("OFFSET 5 0 0", "OFFSET 5 O 0", 12, "'O'"),
        ("CHANNELS 3 Zrotation", "CHANNELS 3 Wrotation", 9, "Wrotation"),
        ("CHANNELS 3 Zrotation", "CHANNELS 3 Xrotation", 9, "twice"),
        ("CHANNELS 3", "CHANNELS 4", 9, "CHANNELS"),
        ("  JOINT", "  ROOT", 6, "ROOT is not allowed"),
        ("}\nMOTION", "}\n}\nMOTION", 16, "'}'"),
        ("MOTION", "FRAMES", 16, "FRAMES"),
        ("Frames: 2", "Frames: -2", 17, "-2"),
        ("Frames: 2", "Frames: 3", 21, "frame 3 of 3"),
        ("Frames: 2", "Frames: 1", 20, "goes on after its last frame"),
        ("Frames: 2", "Frames: 999999", 18, "too short for 999999"),
        ("0.0333333", "0", 18, "Frame Time"),
        ("0.0333333", "fast", 18, "fast"),
        ("0 100 0 0 0 0 0 0 0", "0 100 0 0 0 0 0 0", 19, "9 numbers, found 8"),
        ("1 100 2 90", "1 100 2 9o", 20, "9o"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, find: str, put: str, line: int, words: str
) -> None:
    assert find in TWO_JOINTS
    path = _write(tmp_path, TWO_JOINTS.replace(find, put, 1))
    with pytest.raises(UserError) as caught:
        read_bvh(path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert words in str(caught.value)


def test_more_than_memory_holds_is_refused_before_it_is_read(tmp_path: Path) -> None:
    leaves = "JOINT leaf\n{\nOFFSET 0 0 1\n}\n" * 200
    text = TWO_JOINTS.replace("  JOINT Left", leaves + "  JOINT Left")
    path = _write(tmp_path, text.replace("Frames: 2", "Frames: 200000") + "\n" * 200_000)
    with pytest.raises(UserError, match="200000 frames of 202 joints are too many"):
        read_bvh(path)


def test_a_missing_file_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.bvh"):
        read_bvh(tmp_path / "nowhere.bvh")


def _written(motion: Motion, folder: Path, **options) -> Path:
    path = folder / "out.bvh"
    write_bvh(path, motion, force=True, **options)
    return path


def _wandering(frames: int = 30, fps: float = 30.0, seed: int = 0) -> Motion:
    rng = np.random.default_rng(seed)
    rotations = quat_normalize(rng.normal(size=(frames, len(HUMANOID), 4)))
    return Motion(HUMANOID, rotations, rng.normal(size=(frames, 3)), fps)


@pytest.mark.parametrize("cut", range(60))
def test_a_file_cut_anywhere_is_read_or_refused(tmp_path: Path, cut: int) -> None:
    data = _written(_wandering(frames=2), tmp_path).read_bytes()
    path = _write(tmp_path, data[: len(data) * cut // 60])
    with pytest.raises(UserError, match=r"clip\.bvh, line \d+: "):
        read_bvh(path)


def test_a_file_with_wrong_bytes_is_read_or_refused(tmp_path: Path) -> None:
    data = np.frombuffer(TWO_JOINTS.encode(), dtype=np.uint8)
    rng = np.random.default_rng(3)
    refusals: list[str] = []
    for _ in range(400):
        broken = data.copy()
        places = rng.integers(0, len(data), size=rng.integers(1, 6))
        broken[places] = rng.choice(np.frombuffer(b"\x00\xff{}\n -.e9:ROMJ", np.uint8), len(places))
        try:
            read_bvh(_write(tmp_path, broken.tobytes()))
        except UserError as error:
            refusals.append(str(error))
    assert 100 < len(refusals) < 400
    assert all("clip.bvh, line " in refusal for refusal in refusals)


@pytest.mark.parametrize("units", ["m", "cm"])
def test_positions_survive_to_a_hundredth_of_a_millimetre(tmp_path: Path, units: str) -> None:
    motion = _wandering()
    read = read_bvh(_written(motion, tmp_path, units=units))
    order = [read.index(name) for name in HUMANOID.names]
    expected, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    assert np.abs(read.world()[0][:, order] - expected).max() < 1e-5


@pytest.mark.parametrize("fps", [15, 23.976, 24000 / 1001, 24, 25, 29.97, 30000 / 1001, 30, 50, 60])
def test_the_frame_rate_survives_exactly(tmp_path: Path, fps: float) -> None:
    path = _written(rest_motion(2, fps), tmp_path)
    assert read_bvh(path).fps == fps
    written = path.read_text().split("Frame Time: ")[1].split()[0]
    assert 1.0 / float(written) == pytest.approx(fps, rel=1e-15)


@pytest.mark.parametrize(
    ("written", "fps"),
    [
        ("0.033333", 30),
        ("0.0333", 30),
        ("0.03333333", 30),
        ("0.0166667", 60),
        ("0.016667", 60),
        ("0.01666", 60),
        (".04", 25),
        ("0.0416667", 24),
        ("4.16667e-2", 24),
        ("0.041708", 24000 / 1001),
        ("0.0333667", 30000 / 1001),
        ("0.00833333", 120),
        ("1", 1),
    ],
)
def test_rounded_frame_times_mean_usual_rates(written: str, fps: float) -> None:
    assert frame_rate(written) == fps


@given(st.floats(min_value=1.0, max_value=240.0))
def test_any_frame_time_returns_its_rate(fps: float) -> None:
    assert frame_rate(frame_time(fps)) == pytest.approx(fps, rel=1e-12)


def test_equal_motions_give_equal_bytes(tmp_path: Path) -> None:
    first = _written(_wandering(), tmp_path).read_bytes()
    assert _written(_wandering(), tmp_path).read_bytes() == first
    assert _written(_wandering(seed=1), tmp_path).read_bytes() != first


def test_the_sign_of_a_quaternion_or_of_zero_does_not_show(tmp_path: Path) -> None:
    plain = rest_motion(2, 30)
    negative = Motion(HUMANOID, -plain.rotations, plain.root * [-1.0, 1.0, 1.0], 30)
    assert _written(negative, tmp_path).read_bytes() == _written(plain, tmp_path).read_bytes()
    assert "-0.0000" not in _written(plain, tmp_path).read_text().split("MOTION")[1]


def test_the_file_is_what_programs_expect(tmp_path: Path) -> None:
    lines = _written(rest_motion(1, 30), tmp_path, units="cm").read_text().splitlines()
    assert lines[:5] == [
        "HIERARCHY",
        "ROOT hips",
        "{",
        "\tOFFSET 0.000000 0.000000 0.000000",
        "\tCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation",
    ]
    height = float(lines[-1].split()[1])
    assert height == pytest.approx(100 * HUMANOID.offsets[0, 1])
    assert set(lines[-1].split()[3:]) == {"0.000000"}
    tips = [lines[row + 2].split()[1:] for row, line in enumerate(lines) if "End Site" in line]
    lengths = np.linalg.norm(np.array(tips, dtype=float), axis=1)
    assert len(tips) == sum(not children for children in HUMANOID.children)
    assert np.all((lengths > 1.0) & (lengths < 8.0))


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = _write(tmp_path, "mine")
    with pytest.raises(UserError, match="exists"):
        write_bvh(path, rest_motion(1, 30))
    assert path.read_text() == "mine"
    write_bvh(path, rest_motion(1, 30), force=True)
    assert read_bvh(path).frames == 1


def test_unknown_units_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="m or cm"):
        write_bvh(tmp_path / "a.bvh", rest_motion(1, 30), "inch")


def test_angles_run_on_over_half_turns(tmp_path: Path) -> None:
    """A body that keeps turning about its axis gets angles beyond 180°, not jumps."""
    turns = np.linspace(0.0, 4.0 * np.pi, 60)
    angles = np.zeros((60, len(HUMANOID), 3))
    angles[:, 0, 2] = turns
    motion = Motion(HUMANOID, euler_to_quat(angles, "ZXY"), np.zeros((60, 3)), 30)
    last = _written(motion, tmp_path).read_text().splitlines()[-1].split()
    assert float(last[5]) == pytest.approx(720.0, abs=1e-4)


@given(st.integers(0, 10_000))
def test_continuous_angles_mean_the_same_rotations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.normal(scale=0.4, size=(20, 3, 3)).cumsum(axis=0)
    rotations = euler_to_quat(steps, "ZXY")
    raw = quat_to_euler(rotations, "ZXY")
    smooth = continuous_euler(raw)
    back = euler_to_quat(smooth, "ZXY")
    assert quat_angle(quat_multiply(quat_inverse(rotations), back)).max() < 1e-6
    jumps = np.abs(np.diff(smooth, axis=0)).sum(axis=-1)
    assert np.all(jumps <= np.abs(np.diff(raw, axis=0)).sum(axis=-1).max() + 1e-9)
    assert np.abs(np.diff(smooth, axis=0)).max() <= 1.5 * np.pi


@st.composite
def _any_motion(draw: st.DrawFn) -> Motion:
    joints = draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parents = (-1, *(int(rng.integers(0, joint)) for joint in range(1, joints)))
    offsets: Array = rng.normal(scale=0.3, size=(joints, 3))
    skeleton = Skeleton(tuple(f"joint {number}" for number in range(joints)), parents, offsets)
    frames = draw(st.integers(1, 5))
    rotations = quat_normalize(rng.normal(size=(frames, joints, 4)))
    return Motion(
        skeleton, rotations, rng.normal(size=(frames, 3)), draw(st.sampled_from([24, 60]))
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(motion=_any_motion(), units=st.sampled_from(["m", "cm"]))
def test_any_skeleton_survives(tmp_path: Path, motion: Motion, units: str) -> None:
    read: SourceMotion = read_bvh(_written(motion, tmp_path, units=units), units=units)
    order = [read.index(name.replace(" ", "_")) for name in motion.skeleton.names]
    expected, _ = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
    assert np.abs(read.world()[0][:, order] - expected).max() < 1e-5
    assert read.fps == motion.fps
