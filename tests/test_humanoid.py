import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.smartbody import read_sk, read_skm
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.pose.bone_maps import PERCEPTION_NEURON, SMARTBODY, SMARTBODY_TWISTS, UNREAL
from gesture_core.pose.humanoid import to_humanoid
from gesture_core.rotation import (
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics

SAME_NAMES = {name: name for name in HUMANOID.names}


def as_source(local: np.ndarray, rest: np.ndarray, yaw: float = 0.0) -> SourceMotion:
    """HUMANOID as a foreign rig whose joints rest at local rotations `rest` (J, 4)."""
    rest = rest.copy()
    rest[0] = quat_multiply(rotvec_to_quat([0, yaw, 0]), rest[0])
    positions = np.repeat(HUMANOID.offsets[None], len(local), axis=0)
    return SourceMotion(
        HUMANOID.names, HUMANOID.parents, HUMANOID.offsets, rest, local, positions, 30.0
    )


def random_pose(seed: int, frames: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rotvec_to_quat(rng.normal(scale=0.3, size=(frames, len(HUMANOID), 3)))


def angles_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return quat_angle(quat_multiply(quat_inverse(a), b))


def test_posture_of_a_rig_at_rest_is_told_from_the_t_pose():
    rest = quat_identity((len(HUMANOID),))
    rest[HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0, 0, -0.8])
    rest[HUMANOID.index("rightUpperArm")] = rotvec_to_quat([0, 0, 0.8])
    rest[HUMANOID.index("leftLowerArm")] = rotvec_to_quat([0, -0.4, 0])
    motion = to_humanoid(as_source(rest[None], rest), SAME_NAMES)
    assert angles_between(motion.rotations[0], rest).max() < 1e-6


def test_world_directions_of_arms_are_kept_from_an_a_pose():
    rest = quat_identity((len(HUMANOID),))
    rest[HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0, 0, -0.8])
    pose = random_pose(1)
    source = as_source(pose, rest)
    motion = to_humanoid(source, SAME_NAMES)
    ours, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    theirs, _ = source.world()
    for bone, tip in (("leftUpperArm", "leftLowerArm"), ("leftLowerArm", "leftHand")):
        b, t = HUMANOID.index(bone), HUMANOID.index(tip)
        np.testing.assert_allclose(ours[:, t] - ours[:, b], theirs[:, t] - theirs[:, b], atol=1e-6)


def test_a_rig_that_faces_sideways_is_turned_to_the_front():
    rest = quat_identity((len(HUMANOID),))
    source = as_source(rest[None], rest)
    aside = as_source(rest[None], rest, yaw=2.0)
    turned = SourceMotion(
        source.names,
        source.parents,
        aside.rest_offsets,
        aside.rest_rotations,
        aside.rest_rotations[None],
        source.positions,
        30.0,
    )
    motion = to_humanoid(turned, SAME_NAMES)
    assert angles_between(motion.rotations[0], rest).max() < 1e-6


def test_pronation_is_in_the_lower_arm_and_the_hand_stays():
    pose = random_pose(2)
    hand, lower = HUMANOID.index("leftHand"), HUMANOID.index("leftLowerArm")
    pose[:, hand] = rotvec_to_quat([0.7, 0.2, -0.3])
    motion = to_humanoid(as_source(pose, quat_identity((len(HUMANOID),))), SAME_NAMES)
    np.testing.assert_allclose(motion.rotations[:, hand, 1], 0.0, atol=1e-9)
    before = quat_multiply(pose[:, lower], pose[:, hand])
    after = quat_multiply(motion.rotations[:, lower], motion.rotations[:, hand])
    assert angles_between(before, after).max() < 1e-6


def test_bones_left_out_keep_their_rest_and_hips_are_required():
    pose = random_pose(3)
    source = as_source(pose, quat_identity((len(HUMANOID),)))
    motion = to_humanoid(source, {"hips": "hips", "head": "head"})
    assert (
        angles_between(motion.rotations[:, HUMANOID.index("leftHand")], quat_identity()).max() == 0
    )
    with pytest.raises(UserError, match="hips"):
        to_humanoid(source, {"head": "head"})
    with pytest.raises(UserError, match="no joint 'nose'"):
        to_humanoid(source, {"hips": "nose"})


def test_root_is_scaled_by_leg_length():
    rest = quat_identity((len(HUMANOID),))
    half = SourceMotion(
        HUMANOID.names,
        HUMANOID.parents,
        HUMANOID.offsets * 0.5,
        rest,
        rest[None],
        HUMANOID.offsets[None] * 0.5,
        30.0,
    )
    motion = to_humanoid(half, SAME_NAMES)
    np.testing.assert_allclose(motion.root[0], HUMANOID.rest_positions[0], atol=1e-9)


@pytest.mark.parametrize("bones", [SMARTBODY, PERCEPTION_NEURON, UNREAL])
def test_bone_maps_name_humanoid_bones_once(bones):
    assert set(bones) <= set(HUMANOID.names)
    assert len(set(bones.values())) == len(bones)
    assert {"hips", "leftHand", "rightLittleDistal"} <= set(bones)


def test_real_clip_keeps_the_direction_of_every_segment(shared_data):
    folder = shared_data("smartbody") / "smartbody/data/behaviorsets/Gestures"
    skeleton = read_sk(folder / "skeletons/ChrBrad.sk")
    source = read_skm(folder / "motions/ChrBrad@Idle01_PointLf01.skm", skeleton)
    motion = to_humanoid(source, SMARTBODY, SMARTBODY_TWISTS)
    np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1.0, atol=1e-9)
    theirs, _ = source.world()
    _, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    for bone, tip in (("leftUpperArm", "leftLowerArm"), ("leftLowerArm", "leftHand")):
        segment = theirs[:, source.index(SMARTBODY[tip])] - theirs[:, source.index(SMARTBODY[bone])]
        length = float(np.linalg.norm(segment[0]))
        ours = quat_rotate(turned[:, HUMANOID.index(bone)], [length, 0, 0])
        np.testing.assert_allclose(ours, segment, atol=1e-3)
    assert np.allclose(quat_normalize(motion.rotations), motion.rotations)
