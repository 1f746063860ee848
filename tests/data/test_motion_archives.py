"""Unity clips, CMU exponential maps, Kinect tables and Labanotation become motion on HUMANOID."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.errors import UserError
from gesture_core.formats.cmu_expmap import COLUMNS, read_cmu_expmap
from gesture_core.formats.kinect_csv import JOINTS, read_kinect_csv
from gesture_core.formats.labanotation import read_labanotation
from gesture_core.formats.unity_anim import read_unity_anim
from gesture_core.motion import Motion
from gesture_core.pose.read import is_motion_table, read_motion
from gesture_core.rotation import Array, quat_rotate, quat_to_rotvec
from gesture_core.skeleton import HUMANOID, forward_kinematics

Data = Callable[[str], Path]
_STANDING = HUMANOID.rest_positions[HUMANOID.index("leftFoot"), 1]


def _places(motion: Motion) -> dict[str, Array]:
    positions = forward_kinematics(HUMANOID, motion.rotations, motion.root)[0]
    return {name: positions[:, joint] for joint, name in enumerate(HUMANOID.names)}


def _stands_facing_forward(motion: Motion) -> None:
    """Feet down and on the ground, left on the left, toes and knees forward."""
    at = _places(motion)
    for side in ("left", "right"):
        assert np.median(at["head"][:, 1] - at[f"{side}Foot"][:, 1]) > 1.2
        assert np.median(at[f"{side}Toes"][:, 2] - at[f"{side}Foot"][:, 2]) > 0.05
    assert np.median(at["leftUpperArm"][:, 0] - at["rightUpperArm"][:, 0]) > 0.2
    assert abs(np.median(at["leftFoot"][:, 1]) - _STANDING) < 0.1


def _key(time: float, values: dict[str, float], slope: float = 0.0) -> str:
    inside = ", ".join(f"{axis}: {value}" for axis, value in values.items())
    slopes = ", ".join(f"{axis}: {slope if axis == 'x' else 0}" for axis in values)
    return (
        "      - serializedVersion: 3\n"
        f"        time: {time}\n        value: {{{inside}}}\n"
        f"        inSlope: {{{slopes}}}\n        outSlope: {{{slopes}}}\n"
    )


def _curve(path: str, *keys: str) -> str:
    return f"  - curve:\n      m_Curve:\n{''.join(keys)}    path: {path}\n"


def _anim(rotations: str, positions: str, rate: float = 10.0) -> str:
    return (
        "%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n--- !u!74 &7400000\nAnimationClip:\n"
        f"  m_Name: wave\n  m_RotationCurves:\n{rotations}  m_PositionCurves:\n{positions}"
        f"  m_SampleRate: {rate}\n"
    )


_IDENTITY = {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}


def test_a_unity_clip_is_mirrored_into_our_axes(tmp_path: Path) -> None:
    """Unity's +X is the right and its turns are left-handed: 90° about its Y is -90° about ours."""
    half = float(np.sqrt(0.5))
    turns = _curve("Hips/Arm", _key(0.0, _IDENTITY), _key(1.0, {**_IDENTITY, "y": half, "w": half}))
    places = _curve("Hips", _key(0.0, {"x": 0.1, "y": 0.9, "z": 0.3}))
    (tmp_path / "a.anim").write_text(_anim(turns, places), encoding="utf-8")
    source = read_unity_anim(tmp_path / "a.anim")
    assert source.names == ("root", "Hips", "Arm")
    assert source.parents == (-1, 0, 1)
    np.testing.assert_allclose(source.positions[0, 1], [-0.1, 0.9, 0.3])
    turned = quat_to_rotvec(source.rotations[-1, 2])
    np.testing.assert_allclose(turned, [0.0, -np.pi / 2, 0.0], atol=1e-9)


def test_unity_curves_follow_their_slopes(tmp_path: Path) -> None:
    """With slope 1 at both ends of a unit step the Hermite spline is a straight line."""
    turns = _curve(
        "Hips", _key(0.0, _IDENTITY), _key(0.1, {**_IDENTITY, "z": 0.1}), _key(1.0, _IDENTITY)
    )
    places = _curve(
        "Hips",
        _key(0.0, {"x": 0.0, "y": 0.0, "z": 0.0}, 1.0),
        _key(1.0, {"x": 1.0, "y": 0.0, "z": 0.0}, 1.0),
    )
    (tmp_path / "a.anim").write_text(_anim(turns, places), encoding="utf-8")
    moved = read_unity_anim(tmp_path / "a.anim").positions[:, 1, 0]
    np.testing.assert_allclose(moved, -np.linspace(0.1, 1.0, 10), atol=1e-9)  # frame 0 stood still


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid YAML"),
        ("a: 1", "no AnimationClip"),
        (_anim("", ""), "not a valid Unity animation"),
        (_anim("    []\n", "    []\n"), "turns no bone"),
        (_anim(_curve("A", _key(0.0, {**_IDENTITY, "w": 0.0})), "    []\n"), "a rotation is zero"),
        (
            _anim(_curve("A", _key(0.0, {**_IDENTITY, "w": float("nan")})), "    []\n"),
            "Unity|finite",
        ),
        (_anim(_curve("A", _key(0.0, _IDENTITY), _key(9e9, _IDENTITY)), "    []\n"), "too long"),
        (_anim(_curve("A", _key(0.0, _IDENTITY)), "    []\n", 0.0), "samples a second"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_broken_unity_clips_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.anim").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        read_unity_anim(tmp_path / "a.anim")
    assert "a.anim" in str(caught.value)


def test_movebox_becomes_motion(shared_data: Data) -> None:
    path = next(shared_data("movebox").rglob("RB_animation.anim"))
    motion = read_motion(path)
    assert motion.fps == 30.0
    _stands_facing_forward(motion)


def _expmap_line(**turns: tuple[int, float]) -> str:
    values = np.zeros(COLUMNS)
    values[1] = 17.5
    for column, value in turns.values():
        values[column] = value
    return ",".join(f"{value:g}" for value in values)


def test_cmu_lines_are_joints_in_metres_at_120_frames(tmp_path: Path) -> None:
    """The left elbow (joint 22) folds forward about an axis rolled by 30°; the T-pose line goes."""
    fold = {"y": (3 + 3 * 22 + 1, 1.2 * np.cos(np.pi / 6)), "z": (3 + 3 * 22 + 2, -0.6)}
    turn = {"yaw": (4, 1e-6)}
    lines = [_expmap_line(), _expmap_line(**fold, **turn), _expmap_line(**turn)]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="ascii")
    source = read_cmu_expmap(tmp_path / "a.txt")
    assert (source.frames, source.fps, len(source.names)) == (2, 120.0, 38)
    assert source.positions[0, 0, 1] == pytest.approx(17.5 * 0.0254 / 0.45)
    motion = read_motion(tmp_path / "a.txt")
    _stands_facing_forward(motion)
    elbow = motion.rotations[:, HUMANOID.index("leftLowerArm")]
    along = quat_rotate(elbow, [1.0, 0.0, 0.0])
    np.testing.assert_allclose(along[0], [np.cos(1.2), 0.0, np.sin(1.2)], atol=0.02)
    np.testing.assert_allclose(along[1], [1.0, 0.0, 0.0], atol=0.01)


def test_broken_cmu_lines_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{_expmap_line()}\n1,2,x\n", encoding="ascii")
    with pytest.raises(UserError, match="line 2"):
        read_cmu_expmap(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text("plain words\n", encoding="ascii")
    assert not is_motion_table(tmp_path / "b.txt")
    with pytest.raises(UserError, match="not CMU mocap"):
        read_motion(tmp_path / "b.txt")


def test_cmu_walks_upright_with_hinged_elbows(shared_data: Data) -> None:
    motion = read_motion(next(shared_data("cmu").rglob("test/walking/walking_1.txt")))
    at = _places(motion)
    forward = at["hips"][-1] - at["hips"][0]
    facing = np.cross(at["leftUpperLeg"][0] - at["rightUpperLeg"][0], [0.0, 1.0, 0.0])
    assert forward @ facing / np.linalg.norm(forward) / np.linalg.norm(facing) > 0.9
    assert (limit_use(humanoid_limits(), motion.rotations) > 1.0).mean() < 0.01


def _kinect_line(ticks: int, positions: dict[str, Array]) -> str:
    joints = np.zeros((25, 4))
    for name, place in JOINTS.items():
        joints[place] = [*(positions[name] * [-1.0, 1.0, -1.0]), 2.0]
    return f"{ticks}," + ",".join(f"{value:.6f}" for value in joints.ravel()) + ","


def _standing() -> dict[str, Array]:
    at = dict(zip(HUMANOID.names, HUMANOID.rest_positions, strict=True))
    for side in ("left", "right"):
        out = 0.03 if side == "left" else -0.03
        at[f"{side}MiddleTip"] = at[f"{side}MiddleDistal"] + [out, 0.0, 0.0]
        at[f"{side}ThumbTip"] = at[f"{side}ThumbDistal"] + [0.7 * out, -0.01, 0.02]
    return at


def test_a_kinect_t_pose_is_our_t_pose(tmp_path: Path) -> None:
    at = _standing()
    lines = [_kinect_line(330_000 * number, at) for number in range(12)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="ascii")
    seen = read_kinect_csv(tmp_path / "a.csv")
    assert seen.fps == pytest.approx(30.3)
    assert seen.confidence.min() == 1.0
    motion = read_motion(tmp_path / "a.csv")
    _stands_facing_forward(motion)
    for bone in ("leftHand", "rightLowerArm", "leftFoot"):
        assert np.linalg.norm(_places(motion)[bone] - at[bone], axis=-1).max() < 0.03


def test_a_kinect_that_drops_a_frame_keeps_its_clock(tmp_path: Path) -> None:
    at = _standing()
    ticks = [0, 330_000, 660_000, 1_320_000, 1_650_000]
    text = "\n".join(_kinect_line(tick, at) for tick in ticks)
    (tmp_path / "a.csv").write_text(text, encoding="ascii")
    assert len(read_kinect_csv(tmp_path / "a.csv").positions) == 6


def test_broken_kinect_tables_are_refused(tmp_path: Path) -> None:
    at = _standing()
    (tmp_path / "a.csv").write_text(
        f"{_kinect_line(5, at)}\n{_kinect_line(5, at)}\n", encoding="ascii"
    )
    with pytest.raises(UserError, match="time stamps grow"):
        read_kinect_csv(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("sentence,concept\nhello,greeting\n", encoding="ascii")
    with pytest.raises(UserError, match="not a table of Kinect"):
        read_motion(tmp_path / "b.csv")


def test_kinect_recordings_become_motion(shared_data: Data) -> None:
    path = next(shared_data("gesture_lexicon").rglob("Ges01_wavehand.csv"))
    motion = read_motion(path)
    _stands_facing_forward(motion)
    at = _places(motion)
    assert np.max(at["rightHand"][:, 1] - at["head"][:, 1]) > 0.2  # the right hand waves
    assert np.max(at["leftHand"][:, 1] - at["chest"][:, 1]) < 0.0


def _keyframes(*poses: tuple[float, str, str]) -> str:
    """Keyframes of (duration, direction, level) of both wrists, all else hanging."""
    down = {"dir": "place", "lvl": "low"}
    frames: list[dict[str, object]] = []
    time = 0.0
    for duration, direction, level in poses:
        parts: dict[str, object] = {
            part: {"dur": duration, **down} for part in ("relbow", "lelbow")
        }
        parts |= {
            part: {"dur": duration, "dir": direction, "lvl": level} for part in ("rwrist", "lwrist")
        }
        head = {"dur": duration, "dir": "forward", "lvl": "normal"}
        frames.append({"time": time, "head": head, **parts})
        time += duration
    return json.dumps(frames)


def test_labanotation_points_the_forearms(tmp_path: Path) -> None:
    text = _keyframes((0.0, "place", "low"), (1.0, "forward", "normal"), (1.0, "left", "high"))
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    motion = read_motion(tmp_path / "a.json")
    assert motion.frames == 61
    _stands_facing_forward(motion)
    at = _places(motion)
    for frame, wanted in ((0, [0.0, -1.0, 0.0]), (30, [0.0, 0.0, 1.0]), (60, [1.0, 1.0, 0.0])):
        line = at["leftHand"][frame] - at["leftLowerArm"][frame]
        cosine = line @ np.array(wanted) / np.linalg.norm(line) / np.linalg.norm(wanted)
        assert np.degrees(np.arccos(min(cosine, 1.0))) < 4.0


def test_labanotation_does_not_jump(tmp_path: Path) -> None:
    text = _keyframes((0.0, "place", "low"), (0.05, "place", "high"))
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert len(read_labanotation(tmp_path / "a.json").positions) == 13


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not valid JSON"),
        ("{}", "not a list of keyframes"),
        ('[{"time": 0}]', "keyframe 0: it must give"),
        (_keyframes((0.0, "sideways", "low")), "'sideways' 'low' is not one of"),
        (_keyframes((0.0, "place", "low"), (1e9, "left", "low")), "lasts"),
    ],
)
def test_broken_labanotation_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_labanotation(tmp_path / "a.json")


def test_labanotation_library_becomes_motion(shared_data: Data) -> None:
    path = next(shared_data("gesture_lexicon").rglob("thanks.json"))
    motion = read_motion(path)
    _stands_facing_forward(motion)
    at = _places(motion)
    middle = motion.frames // 2
    assert at["leftHand"][middle, 1] > at["leftLowerArm"][middle, 1]  # hands before the chest
    assert at["leftHand"][middle, 0] < at["leftLowerArm"][middle, 0]
