from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.gestures.qualities import apply_to_motion, apply_to_plan
from gesture_core.gestures.styles import Posture, Style, list_styles
from gesture_core.metrics.movement import wrist_jerk
from gesture_core.motion import Motion
from gesture_core.plan import FUNCTIONS, HANDS, Hand, Plan, PlannedGesture
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics

PLAIN = Style("plain", "stand", 1.0, "", "")
FPS = 30.0
STYLES = list_styles()


def plan_of(*functions: str, hand: Hand = "right") -> Plan:
    gestures = [
        PlannedGesture(f, hand, 1.0, 2.0 * n, 2.0 * n + 0.6, 2.0 * n + 1.6, n)
        for n, f in enumerate(functions)
    ]
    return Plan(tuple(gestures), 2.0 * len(functions) + 1.0)


def styled(plan, seed=0, **qualities):
    return apply_to_plan(plan, replace(PLAIN, **qualities), np.random.default_rng(seed))


def resting():
    """Hanging arms (J, 4)."""
    pose = np.tile([1.0, 0.0, 0.0, 0.0], (len(HUMANOID), 1))
    pose[HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0.0, 0.0, -1.25])
    pose[HUMANOID.index("rightUpperArm")] = rotvec_to_quat([0.0, 0.0, 1.25])
    return pose


def waving(frames=60, lift=1.0):
    """Both arms are raised to the front and let down again (T, J, 4)."""
    rotations = np.repeat(resting()[None], frames, axis=0)
    way = np.sin(np.linspace(0.0, np.pi, frames)) ** 2
    for side, sign in (("left", 1.0), ("right", -1.0)):
        upper, lower = HUMANOID.indices((f"{side}UpperArm", f"{side}LowerArm"))
        up = rotvec_to_quat(way[:, None] * [-lift, 0.0, 0.0])
        rotations[:, upper] = quat_multiply(up, rotations[:, upper])
        bend = rotvec_to_quat(way[:, None] * [0.0, -sign * lift, 0.0])
        rotations[:, lower] = quat_multiply(rotations[:, lower], bend)
    return rotations


def places(rotations, *names):
    root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
    return forward_kinematics(HUMANOID, rotations, root)[0][:, HUMANOID.indices(names)]


def qualified(rotations, **qualities):
    return apply_to_motion(rotations, resting(), replace(PLAIN, **qualities), FPS)


# ── the plan ──────────────────────────────────────────────────────────────────────────────────


def test_no_qualities_change_nothing():
    plan = plan_of("beat", "negate", "beat")
    assert styled(plan) == plan
    np.testing.assert_allclose(qualified(waving()), waving(), atol=1e-12)


def test_tempo_keeps_the_stroke_in_its_place():
    (quick,) = styled(plan_of("beat"), tempo=1.25)
    assert (quick.start, quick.stroke, quick.end) == pytest.approx((0.12, 0.6, 1.4))


def test_a_beat_becomes_an_emphasis_as_often_as_its_odds_say():
    plan = plan_of(*["beat"] * 4000)
    made = [g.function for g in styled(plan, functions={"chop": 2.0, "stop": 1.5})]
    shares = [made.count(f) / len(made) for f in ("beat", "chop", "stop")]
    assert shares == pytest.approx([1 / 2.5, 1 / 2.5, 0.5 / 2.5], abs=0.03)


def test_what_is_unlikely_is_left_out_but_never_everything():
    plan = plan_of(*["point", "me"] * 1000)
    made = [g.function for g in styled(plan, functions={"point": 0.25})]
    assert made.count("me") == 1000
    assert made.count("point") == pytest.approx(250, abs=50)
    for seed in range(20):
        assert len(styled(plan_of("point"), seed, functions={"point": 0.01})) == 1
    assert len(styled(plan_of("point"), functions={"point": 0.0})) == 0


def test_a_preferred_hand_is_taken_more_often_than_planned():
    made = [g.hand for g in styled(plan_of(*["beat"] * 4000), hands={"both": 3.0})]
    # a right hand is kept one time in three, else drawn with odds 1 : 1 : 3
    expected = [2 / 3 * 0.2, 1 / 3 + 2 / 3 * 0.2, 2 / 3 * 0.6]
    assert [made.count(hand) / 4000 for hand in HANDS] == pytest.approx(expected, abs=0.03)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(FUNCTIONS), max_size=8), st.integers(0, 99))
def test_every_style_makes_a_valid_plan_and_the_same_again(functions, seed):
    plan = plan_of(*functions)
    for style in STYLES:
        made = apply_to_plan(plan, style, np.random.default_rng(seed))
        assert made == apply_to_plan(plan, style, np.random.default_rng(seed))
        assert {g.stroke for g in made} <= {g.stroke for g in plan}
        assert all(g.start >= 0 for g in made)


# ── the motion ────────────────────────────────────────────────────────────────────────────────


def test_space_takes_the_hands_from_the_body_or_to_it():
    def reach(space):
        hands = places(qualified(waving(), space=space), "leftHand", "rightHand")
        return np.linalg.norm(hands[30, :, [0, 2]])

    assert reach(0.7) < reach(0.85) < reach(1.0) < reach(1.15) < reach(1.3)
    for space in (0.6, 1.3):  # at rest nothing changes
        np.testing.assert_allclose(qualified(waving(), space=space)[0], resting(), atol=1e-9)


def test_space_keeps_order_up_to_the_highest_arm():
    lifts = np.linspace(0.1, 2.4, 24)
    poses = np.concatenate([waving(3, lift)[1:2] for lift in lifts])
    wide = qualified(poses, space=1.3)[:, HUMANOID.index("leftUpperArm")]
    turns = quat_angle(quat_multiply(quat_inverse(resting()[HUMANOID.index("leftUpperArm")]), wide))
    assert np.all(np.diff(turns) > 0)
    assert turns.max() < lifts.max() + 0.05


def test_the_body_bows_and_tilts_while_the_arms_keep_their_direction():
    plain, bowed = waving(), qualified(waving(), posture=Posture(0.2, 0.15, 0.1, 0.1))
    trunk = places(bowed, "neck")[0, 0] - places(plain, "neck")[0, 0]
    assert trunk[2] > 0.05  # forward
    assert trunk[1] < 0.0
    root = np.tile(HUMANOID.rest_positions[0], (len(plain), 1))
    before, after = (forward_kinematics(HUMANOID, r, root)[1] for r in (plain, bowed))
    arms = HUMANOID.indices(("leftUpperArm", "rightHand"))
    turned = quat_multiply(quat_inverse(before[:, arms]), after[:, arms])
    assert quat_angle(turned).max() < 1e-6
    head = quat_multiply(after[0, HUMANOID.index("head")], rotvec_to_quat([-0.15, 0.0, 0.0]))
    assert quat_angle(head) == pytest.approx(0.1, abs=0.02)  # what is left is the tilt


def test_arms_are_held_away_from_the_sides_alike():
    hands = places(qualified(waving(), posture=Posture(arms=0.1)), "leftHand", "rightHand")[0, :, 0]
    flat = places(waving(), "leftHand", "rightHand")[0, :, 0]
    np.testing.assert_allclose(hands, -hands[::-1], atol=1e-9)
    turned = np.arcsin((hands[0] - 0.179) / 0.4844) - np.arcsin((flat[0] - 0.179) / 0.4844)
    assert turned == pytest.approx(0.1, abs=1e-3)  # the whole arm, about the shoulder


def test_shoulders_rise_on_both_sides_alike():
    up = places(
        qualified(waving(), posture=Posture(shoulders=0.1)), "leftUpperArm", "rightUpperArm"
    )
    flat = places(waving(), "leftUpperArm", "rightUpperArm")
    rise = (up - flat)[0, :, 1]
    assert rise[0] == pytest.approx(rise[1])
    assert rise[0] == pytest.approx(
        0.157 * np.sin(0.1), abs=0.005
    )  # the collar bone is 0.157 m long


def test_fluidity_takes_out_jerk():
    rng = np.random.default_rng(0)
    shaky = waving(90)
    shake = rotvec_to_quat(rng.normal(0.0, 0.02, (90, 3)))
    elbow = HUMANOID.index("leftUpperArm")
    shaky[:, elbow] = quat_multiply(shaky[:, elbow], shake)

    def jerk(rotations):
        root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
        return wrist_jerk(Motion(HUMANOID, rotations, root, FPS))

    assert jerk(qualified(shaky, fluidity=0.1)) < 0.05 * jerk(shaky)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_style_keeps_an_ordinary_gesture_within_the_limits_of_the_joints(style):
    plain = limit_use(humanoid_limits(), waving()).max(initial=1.0)
    made = apply_to_motion(waving(), resting(), style, FPS)
    assert limit_use(humanoid_limits(), made).max() <= plain + 1e-9
    np.testing.assert_allclose(np.linalg.norm(made, axis=-1), 1.0, atol=1e-9)
