"""Motion files of many rigs become motion on HUMANOID."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.bvh import read_bvh, write_bvh
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.motion import Motion, rest_motion
from gesture_core.pose.read import read_motion, source_to_motion
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_swing_twist,
    quat_to_rotvec,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics

Data = Callable[[str], Path]


@pytest.fixture
def motion() -> Motion:
    rng = np.random.default_rng(2)
    turns = np.cumsum(rng.normal(scale=0.05, size=(20, len(HUMANOID), 3)), axis=0)
    root = HUMANOID.offsets[0] + np.cumsum(rng.normal(scale=0.01, size=(20, 3)), axis=0)
    return Motion(HUMANOID, rotvec_to_quat(turns), root, 29.97)


def _positions(motion: Motion) -> dict[str, Array]:
    positions, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    return {name: positions[:, joint] for joint, name in enumerate(HUMANOID.names)}


def _turn_between(first: Motion, second: Motion) -> float:
    difference = quat_multiply(quat_inverse(first.rotations), second.rotations)
    return float(quat_angle(difference).max())


@pytest.mark.parametrize("units", ["m", "cm"])
def test_our_bvh_comes_back_unchanged(tmp_path: Path, motion: Motion, units: str) -> None:
    write_bvh(tmp_path / "out.bvh", motion, units)
    read = read_motion(tmp_path / "out.bvh")
    assert read.fps == motion.fps
    assert _turn_between(motion, read) < 1e-6
    np.testing.assert_allclose(read.root, motion.root, atol=1e-6)


def test_our_clip_comes_back_unchanged(tmp_path: Path, motion: Motion) -> None:
    save_clip(tmp_path / "out.npz", Clip(motion, None, {}))
    assert _turn_between(motion, read_motion(tmp_path / "out.npz")) < 1e-3


def test_a_z_up_file_stands_up(tmp_path: Path, motion: Motion) -> None:
    """Blender's own exporter writes Z up, the character facing −Y."""
    write_bvh(tmp_path / "out.bvh", motion)
    upright = read_bvh(tmp_path / "out.bvh")
    lying = upright.turned(rotvec_to_quat([np.pi / 2, 0.0, 0.0]))
    expected, found = _positions(source_to_motion(upright)), _positions(source_to_motion(lying))
    for name in ("head", "leftHand", "rightFoot"):
        np.testing.assert_allclose(
            found[name] - found["hips"], expected[name] - expected["hips"], atol=1e-6
        )


def _scrambled(source: SourceMotion) -> SourceMotion:
    """The same movement with a rest pose in which every joint points somewhere else."""
    rng = np.random.default_rng(4)
    turns = rotvec_to_quat(rng.normal(scale=2.0, size=(len(source.names), 3)))
    return source.with_rest(dict(zip(source.names, turns, strict=True)))


def test_without_a_usable_rest_pose_the_straightest_frame_serves(tmp_path: Path) -> None:
    """Limbs then keep their directions exactly, whatever the file calls rest."""
    turns = np.zeros((9, len(HUMANOID), 3))
    for bone, axis in (("leftUpperArm", 2), ("rightUpperArm", 1), ("leftLowerLeg", 0)):
        turns[:, HUMANOID.index(bone), axis] = np.linspace(0.0, 1.2, 9)
    turns[:, HUMANOID.index("hips"), 1] = 0.5
    motion = Motion(HUMANOID, rotvec_to_quat(turns), np.tile(HUMANOID.offsets[0], (9, 1)), 30.0)
    write_bvh(tmp_path / "out.bvh", motion)
    read = source_to_motion(_scrambled(read_bvh(tmp_path / "out.bvh")))
    facing = rotvec_to_quat([0.0, -0.5, 0.0])  # the body faces +Z in the frame taken as rest
    expected, found = _positions(motion), _positions(read)
    for start, end in (("leftUpperArm", "leftHand"), ("rightUpperArm", "rightMiddleDistal")):
        turned = quat_rotate(facing, expected[end] - expected[start])
        np.testing.assert_allclose(found[end] - found[start], turned, atol=1e-5)


def test_a_body_that_never_stands_is_refused(tmp_path: Path) -> None:
    lying = rest_motion(3, 30)
    lying.rotations[:, 0] = rotvec_to_quat([np.pi / 2, 0.0, 0.0])
    write_bvh(tmp_path / "out.bvh", lying)
    source = read_bvh(tmp_path / "out.bvh")
    legs = {f"{side}UpperLeg": rotvec_to_quat([0.0, 0.0, np.pi]) for side in ("left", "right")}
    with pytest.raises(UserError, match="stands upright neither"):
        source_to_motion(source.with_rest(legs).turned(rotvec_to_quat([np.pi / 2, 0.0, 0.0])))


def test_missing_bones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "out.bvh"
    write_bvh(path, rest_motion(2, 30))
    path.write_text(path.read_text().replace("leftHand\n", "grab\n").replace("spine", "back"))
    with pytest.raises(UserError) as caught:
        read_motion(path)
    message = str(caught.value)
    assert str(path) in message
    assert "no joint found for spine, leftHand;" in message
    assert "VRM humanoid" in message


def test_other_suffixes_are_refused_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"dance\.fbx.*\.npz, \.bvh, \.glb"):
        read_motion(tmp_path / "dance.fbx")


def test_a_smartbody_motion_needs_its_skeleton(tmp_path: Path) -> None:
    (tmp_path / "ChrA@Idle.skm").write_text("SkMotion")
    with pytest.raises(UserError, match="needs its skeleton"):
        read_motion(tmp_path / "ChrA@Idle.skm")


def _upright(motion: Motion) -> None:
    """Whether head, hips and feet are in order, and feet on the floor."""
    at = _positions(motion)
    assert np.median(at["head"][:, 1]) == pytest.approx(1.47, abs=0.12)
    assert np.median(at["hips"][:, 1]) == pytest.approx(0.90, abs=0.12)
    lower = np.minimum(at["leftFoot"][:, 1], at["rightFoot"][:, 1])
    assert np.median(lower) == pytest.approx(0.075, abs=0.06)


def _elbow_axis(motion: Motion, side: str) -> Array:
    """Mean axis about which the elbow is bent, in the frame of the upper arm."""
    local = motion.rotations[:, HUMANOID.index(f"{side}LowerArm")]
    forearm = quat_rotate(local, [1.0 if side == "left" else -1.0, 0.0, 0.0])
    axis = np.cross([1.0 if side == "left" else -1.0, 0.0, 0.0], forearm)
    bent = axis[np.linalg.norm(axis, axis=1) > 0.4]
    assert len(bent) > 5
    mean = bent.mean(axis=0)
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize("name", ["002_01.bvh", "007_01.bvh", "001_01.bvh"])
def test_cmu_walks_and_jumps(shared_data: Data, name: str) -> None:
    motion = read_motion(shared_data("cmu") / "cmu" / "bvh" / name)
    assert motion.fps == 60.0
    _upright(motion)
    np.testing.assert_allclose(_elbow_axis(motion, "left"), [0, -1, 0], atol=0.1)
    np.testing.assert_allclose(_elbow_axis(motion, "right"), [0, 1, 0], atol=0.1)
    knee = quat_to_rotvec(motion.rotations[:, HUMANOID.index("leftLowerLeg")])
    assert np.percentile(knee[:, 0], 5) > -0.1  # knees bend backwards only
    if name == "007_01.bvh":
        hips = motion.rotations[:, HUMANOID.index("hips")]
        forward = quat_rotate(hips, [0.0, 0.0, 1.0])
        walked = motion.root[-1] - motion.root[0]
        assert np.mean(forward @ walked) / np.linalg.norm(walked) > 0.9


@pytest.mark.parametrize(
    ("file", "animation"),
    [
        ("human-base.glb", "Idle_Talking_Loop"),
        ("human-base.glb", "Interact"),
        ("human-addon.glb", "Greeting"),
    ],
)
def test_mesh2motion(shared_data: Data, file: str, animation: str) -> None:
    path = shared_data("mesh2motion") / "mesh2motion" / file
    motion = read_motion(path, animation=animation)
    assert motion.fps == 24.0
    _upright(motion)
    assert _elbow_axis(motion, "left")[1] < -0.8
    assert _elbow_axis(motion, "right")[1] > 0.8


def _degrees_from_rest(motion: Motion, frame: int, bone: str) -> float:
    """How far a bone is turned from its rest in the world, apart from the heading of the body."""
    _, turned = forward_kinematics(HUMANOID, motion.rotations[frame], motion.root[frame])
    _, heading = quat_swing_twist(turned[0], [0.0, 1.0, 0.0])
    away = quat_multiply(quat_inverse(heading), turned[HUMANOID.index(bone)])
    return float(np.degrees(quat_angle(away)))


TRUNK_AND_LEGS = ("hips", "chest", "head", "leftShoulder", "rightUpperLeg", "leftFoot", "rightToes")


def test_the_t_pose_of_mesh2motion_is_ours(shared_data: Data) -> None:
    path = shared_data("mesh2motion") / "mesh2motion" / "human-base.glb"
    motion = read_motion(path, animation="T-Pose")
    for bone in (*TRUNK_AND_LEGS, "leftUpperArm", "rightLowerArm", "leftHand"):
        assert _degrees_from_rest(motion, 0, bone) < 12.0, bone


def test_the_t_pose_of_cmu_is_ours(shared_data: Data) -> None:
    """Clip 007_05 begins with it; the arms may be rolled but lie along our X axis."""
    motion = read_motion(shared_data("cmu") / "cmu" / "bvh" / "007_05.bvh")
    for bone in TRUNK_AND_LEGS:
        assert _degrees_from_rest(motion, 0, bone) < 9.0, bone
    at = _positions(motion)
    for side in ("left", "right"):
        arm = at[f"{side}MiddleProximal"][0] - at[f"{side}UpperArm"][0]
        across = at["leftUpperArm"][0] - at["rightUpperArm"][0]
        assert abs(arm @ across) / np.linalg.norm(arm) / np.linalg.norm(across) > 0.99


@pytest.mark.parametrize("host", ["adult_male", "adult_female"])
def test_sumerian_hosts(shared_data: Data, host: str) -> None:
    folder = shared_data("sumerian") / "sumerian" / host
    idle = read_motion(folder / "stand_idle.glb")
    assert idle.fps == 30.0
    _upright(idle)
    applause = read_motion(folder / "emote.glb", animation="applause")
    assert _elbow_axis(applause, "left")[1] < -0.6
    at = _positions(applause)
    together = np.linalg.norm(at["leftHand"] - at["rightHand"], axis=1)
    assert together.min() < 0.2 < together.max()


def test_smartbody_finds_the_skeleton_beside_it(shared_data: Data) -> None:
    folder = shared_data("smartbody") / "smartbody" / "data" / "behaviorsets" / "Gestures"
    motion = read_motion(folder / "motions" / "ChrBrad@Idle01_PointLf01.skm")
    _upright(motion)
    at = _positions(motion)
    left, right = (at[f"{side}Hand"] - at[f"{side}UpperArm"] for side in ("left", "right"))
    assert np.ptp(left[:, 0]) > 0.2  # the left hand points to its side, the right one rests
    assert np.ptp(right, axis=0).max() < 0.05
