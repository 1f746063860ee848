import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.body.description import load_body
from gesture_core.body.limits import (
    FLEXION,
    LATERAL,
    TWIST,
    draw_in,
    half_range,
    humanoid_limits,
    limit_use,
    of_joints,
)
from gesture_core.body.speeds import angular_speeds, joint_speeds, percentile_speeds
from gesture_core.body.volume import arms_of, humanoid_volume, overlap
from gesture_core.formats.smartbody import read_sk, read_skm
from gesture_core.motion import rest_motion
from gesture_core.pose.bone_maps import SMARTBODY, SMARTBODY_TWISTS
from gesture_core.pose.humanoid import to_humanoid
from gesture_core.rotation import (
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics


def posed(**degrees):
    """The rest pose with some joints turned by rotation vectors in degrees."""
    pose = quat_identity((len(HUMANOID),))
    for name, rotvec in degrees.items():
        pose[HUMANOID.index(name)] = rotvec_to_quat(np.radians(rotvec))
    return pose


def use_of(name, rotvec):
    return limit_use(humanoid_limits(), posed(**{name: rotvec}))[HUMANOID.index(name)]


def test_every_joint_but_the_hips_has_a_limit_and_every_joint_a_speed():
    named = {joint for spec in load_body().ranges for joint in spec.joints}
    wanted = {name.replace("right", "left") for name in HUMANOID.names} - {"hips"}
    assert named == wanted
    assert np.all(joint_speeds() > 0.0)


def test_the_rest_pose_is_within_all_limits():
    assert limit_use(humanoid_limits(), posed()).max() <= 1.0


@pytest.mark.parametrize(
    ("name", "rotvec", "coordinate", "share"),
    [
        # Wrist of the left arm, which points along +X: flexion turns +X towards −Y, about −Z.
        ("leftHand", [0, 0, -90], FLEXION, 1.0),  # AAOS 80 + tolerance 10
        ("leftHand", [0, 0, -45], FLEXION, 0.5),
        ("leftHand", [0, 0, 80], FLEXION, 1.0),  # extension 70 + 10
        ("leftHand", [0, -30, 0], FLEXION, 1.0),  # radial 20 + 10: +X towards +Z
        ("leftHand", [0, 40, 0], FLEXION, 1.0),  # ulnar 30 + 10
        ("rightHand", [0, 0, 90], FLEXION, 1.0),
        ("rightHand", [0, 30, 0], FLEXION, 1.0),
        ("leftHand", [10, 0, 0], TWIST, 1.0),
        # Elbow: folds +X towards +Z, about −Y; −10 to 160 with tolerance, middle 75.
        ("leftLowerArm", [0, -160, 0], FLEXION, 1.0),
        ("leftLowerArm", [0, 10, 0], FLEXION, 1.0),
        ("leftLowerArm", [0, -75, 0], FLEXION, 0.0),
        ("rightLowerArm", [0, 160, 0], FLEXION, 1.0),
        ("leftLowerArm", [90, 0, 0], TWIST, 1.0),
        ("leftLowerArm", [0, 0, 15], LATERAL, 1.0),
        # Knee: folds −Y towards −Z, about +X; knuckle: +X towards −Y.
        ("leftLowerLeg", [145, 0, 0], FLEXION, 1.0),
        ("leftMiddleProximal", [0, 0, -100], FLEXION, 1.0),
        ("head", [40, 0, 0], FLEXION, 1.0),
        ("head", [0, -50, 0], TWIST, 1.0),
    ],
)
def test_share_of_the_range(name, rotvec, coordinate, share):
    assert use_of(name, rotvec)[coordinate] == pytest.approx(share, abs=2e-3)


@pytest.mark.parametrize(
    "rotvec",
    [[0, 0, -75], [0, 0, 85], [0, -90, 0], [0, -110, 0], [0, 0, -100], [75, 0, 0], [-85, 0, 0]],
    ids=["hanging", "raised", "forwards", "across", "to the other side", "inwards", "outwards"],
)
def test_common_arm_poses_are_within_the_shoulder_s_limits(rotvec):
    assert use_of("leftUpperArm", rotvec).max() < 1.0


@pytest.mark.parametrize("rotvec", [[0, 100, 0], [0, -170, 0], [-120, 0, 0], [110, 0, 0]])
def test_impossible_arm_poses_are_not(rotvec):
    assert use_of("leftUpperArm", rotvec).max() > 1.1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), spread=st.floats(0.0, 0.6), pull=st.floats(0.01, 1.0))
def test_drawing_in_shrinks_every_share_by_the_pull(seed, spread, pull):
    rng = np.random.default_rng(seed)
    pose = rotvec_to_quat(rng.normal(0.0, spread, (4, len(HUMANOID), 3)))
    limits = humanoid_limits()
    before = limit_use(limits, pose)
    after = limit_use(limits, draw_in(limits, pose, np.full(before.shape, pull)))
    np.testing.assert_allclose(after, (1.0 - pull) * before, atol=2e-3 * before.max() + 1e-9)


def test_the_ranges_of_some_joints_are_those_of_all():
    rng = np.random.default_rng(5)
    rotations = quat_normalize(rng.normal(size=(7, len(HUMANOID), 4)))
    some = HUMANOID.indices(("rightHand", "leftLowerArm", "rightUpperArm"))
    alone = limit_use(of_joints(humanoid_limits(), some), rotations[:, some])
    np.testing.assert_array_equal(alone, limit_use(humanoid_limits(), rotations)[:, some])


def test_half_ranges_include_the_tolerance():
    limits = humanoid_limits()
    forearm, hand = HUMANOID.index("rightLowerArm"), HUMANOID.index("leftHand")
    assert np.degrees(half_range(limits, forearm, FLEXION)) == pytest.approx(85.0)
    assert np.degrees(half_range(limits, forearm, LATERAL)) == pytest.approx(15.0)
    assert np.degrees(half_range(limits, hand, TWIST)) == pytest.approx(10.0)
    with pytest.raises(ValueError, match="twist"):
        half_range(limits, hand, FLEXION)


def test_drawing_in_by_nothing_changes_nothing():
    rng = np.random.default_rng(0)
    pose = quat_normalize(rng.normal(size=(3, len(HUMANOID), 4)))
    drawn = draw_in(humanoid_limits(), pose, np.zeros((3, len(HUMANOID), 3)))
    np.testing.assert_array_equal(drawn, pose)


def test_overlap_of_a_sphere_and_a_capsule():
    centres = np.array([[[0.0, 0.13, 0.0], [0.5, 0.12, 0.0], [1.0, 0.2, 0.0]]])
    depth = overlap(
        centres,
        np.array([0.05, 0.05, 0.05]),
        np.array([[[0.0, 0.0, 0.0]]]),
        np.array([[[1.0, 0.0, 0.0]]]),
        np.array([0.1]),
    )
    np.testing.assert_allclose(depth[0, :, 0], [0.02, 0.03, -0.05], atol=1e-12)


def test_the_t_pose_touches_nothing_and_its_arms_mirror_each_other():
    pose = posed()[None]
    left, right = arms_of(
        humanoid_volume(), *forward_kinematics(HUMANOID, pose, HUMANOID.rest_positions[None, 0])
    )
    assert left.overlap().max() < 0.0
    np.testing.assert_allclose(left.centres * [-1.0, 1.0, 1.0], right.centres, atol=1e-12)


def test_speed_of_a_joint_that_turns_one_degree_a_frame():
    motion = rest_motion(5, 30.0)
    head = HUMANOID.index("head")
    motion.rotations[:, head] = rotvec_to_quat(np.radians(np.arange(5.0))[:, None] * [0, 1.0, 0])
    speeds = angular_speeds(motion)
    np.testing.assert_allclose(speeds[:, head], np.radians(30.0))
    assert np.count_nonzero(np.delete(speeds, head, axis=1)) == 0


def test_percentile_speeds_take_the_faster_side():
    motion = rest_motion(3, 10.0)
    motion.rotations[1, HUMANOID.index("leftHand")] = rotvec_to_quat([0.1, 0.0, 0.0])
    bound = percentile_speeds([motion], 100.0)
    assert bound[HUMANOID.index("rightHand")] == pytest.approx(1.0)
    assert bound[HUMANOID.index("head")] == 0.0


def test_recorded_gestures_are_about_as_fast_as_the_table_says(shared_data):
    folder = shared_data("smartbody") / "smartbody/data/behaviorsets/Gestures2"
    skeleton = read_sk(folder / "skeletons" / "ChrBrad2.sk")
    clips = sorted((folder / "motions").glob("*Beat*.skm"))
    motions = [to_humanoid(read_skm(clip, skeleton), SMARTBODY, SMARTBODY_TWISTS) for clip in clips]
    arms = HUMANOID.indices(("leftUpperArm", "leftLowerArm", "leftHand"))
    shares = percentile_speeds(motions)[arms] / joint_speeds()[arms]
    assert np.all(shares > 0.6)
    assert np.all(shares < 1.5)


def test_mirrored_rotations_use_their_range_alike():
    rng = np.random.default_rng(1)
    pose = rotvec_to_quat(rng.normal(0.0, 0.4, (2, len(HUMANOID), 3)))
    mirrored = pose[:, HUMANOID.mirror] * [1.0, 1.0, -1.0, -1.0]
    limits = humanoid_limits()
    sided = [name.startswith(("left", "right")) for name in HUMANOID.names]
    use, other = limit_use(limits, pose), limit_use(limits, mirrored)[:, HUMANOID.mirror]
    np.testing.assert_allclose(use[:, sided], other[:, sided], atol=1e-9)
    assert quat_angle(quat_multiply(quat_inverse(pose), mirrored)).max() > 0.1
