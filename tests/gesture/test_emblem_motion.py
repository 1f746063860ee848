"""Emblems as movement: where the hands get, what a body can do, what stays untouched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.body.landmarks import landmark_positions
from gesture_core.correction import correct
from gesture_core.gestures.arm_reach import ARM_LENGTH, reach
from gesture_core.gestures.emblems import lay_emblems, minimum_jerk
from gesture_core.metrics.plausibility import plausibility
from gesture_core.motion import Motion, mirror, rest_motion
from gesture_core.planning.emblem_table import HandPose, load_emblems
from gesture_core.planning.emblems import PlannedEmblem
from gesture_core.rotation import (
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics

TABLE = load_emblems()
FPS = 30.0


def standing(frames: int) -> Motion:
    """Hanging arms and half-curled fingers."""
    motion = rest_motion(frames, FPS)
    rotations = motion.rotations.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rotations[:, HUMANOID.index(f"{side}UpperArm")] = rotvec_to_quat([0, 0, -1.25 * sign])
        rotations[:, HUMANOID.index(f"{side}LowerArm")] = rotvec_to_quat([0, -0.25 * sign, 0])
    return replace(motion, rotations=rotations)


def planned(
    name: str, hand: str = "right", amplitude: float = 1.0, at: float = 0.2
) -> PlannedEmblem:
    emblem = TABLE.emblems[name]
    stroke = at + emblem.preparation
    end = stroke + emblem.kept + emblem.retraction
    return PlannedEmblem(name, 0, hand, amplitude, at, stroke, emblem.kept, end, 1.0, "words test")  # type: ignore[arg-type]


def performed(
    name: str, hand: str = "right", amplitude: float = 1.0
) -> tuple[Motion, PlannedEmblem]:
    plan = planned(name, hand, amplitude)
    return lay_emblems(standing(round((plan.end + 0.4) * FPS)), [plan], TABLE), plan


@pytest.mark.parametrize("name", sorted(TABLE.emblems))
def test_every_emblem_is_something_a_body_can_do(name):
    motion, plan = performed(name)
    made = correct(motion)
    figures = plausibility(made)
    assert figures.limit_use <= 1.0 + 1e-6, figures.limit_joint
    assert figures.body_depth < 0.012
    assert figures.hands_depth < 0.012
    assert figures.jump <= 1.0 + 1e-6, figures.jump_joint
    assert figures.foot_slide < 0.01
    # the correction leaves the stroke as it was meant, so the pose itself was possible
    frame = round(plan.stroke * FPS)
    meant = forward_kinematics(HUMANOID, motion.rotations, motion.root)[0][frame]
    shown = forward_kinematics(HUMANOID, made.rotations, made.root)[0][frame]
    assert np.linalg.norm(meant - shown, axis=-1).max() < 0.03


@pytest.mark.parametrize("name", ["stop", "this_way", "forbidden", "watch", "no", "sleep"])
def test_left_is_the_mirror_image_of_right(name):
    right, _ = performed(name)
    left, _ = performed(name, "left")
    assert np.allclose(
        np.abs(np.sum(mirror(left).rotations * right.rotations, axis=-1)), 1.0, atol=1e-9
    )


def test_it_begins_and_ends_in_the_motion_beneath():
    beneath = standing(120)
    plan = planned("watch", at=0.5)
    motion = lay_emblems(beneath, [plan], TABLE)
    times = np.arange(motion.frames) / FPS
    outside = (times <= plan.start) | (times >= plan.end)
    assert np.allclose(motion.rotations[outside], beneath.rotations[outside])
    legs = HUMANOID.indices(("leftUpperLeg", "rightFoot", "hips", "spine"))
    assert np.allclose(motion.rotations[:, legs], beneath.rotations[:, legs])
    span = motion.spans[-1]
    assert (span.kind, span.text, span.source) == ("emblem", "watch", "everyday.yaml: words test")
    assert (span.start, span.end) == (plan.start, plan.end)


def test_one_hand_leaves_the_other_alone():
    beneath = standing(100)
    motion = lay_emblems(beneath, [planned("stop")], TABLE)
    left = [j for j, joint in enumerate(HUMANOID.names) if joint.startswith("left")]
    assert np.allclose(motion.rotations[:, left], beneath.rotations[:, left])


def test_hands_get_where_the_emblem_says():
    motion, plan = performed("quiet")
    frame = round(plan.stroke * FPS)
    posed = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    names = ("rightIndexTip", "nose", "rightHand")
    tip, nose, wrist = landmark_positions(names, posed[0][frame], posed[1][frame])
    assert np.linalg.norm(tip - nose) < 0.04
    assert tip[1] > wrist[1] + 0.1


def test_numbers_raise_as_many_fingers():
    for number, name in enumerate("one two three four five six seven eight nine ten".split(), 1):
        motion, plan = performed(name)
        local = motion.rotations[round(plan.stroke * FPS)]
        raised = 0
        for side in ("left", "right"):
            shown = any(pose.hands[side == "left"] for pose in TABLE.emblems[name].poses)
            for finger in ("Index", "Middle", "Ring", "Little"):
                bend = quat_angle(local[HUMANOID.index(f"{side}{finger}Intermediate")])
                raised += bool(shown and bend < 0.3)
            raised += bool(shown and quat_angle(local[HUMANOID.index(f"{side}ThumbDistal")]) < 0.2)
        assert raised == number


def test_size_moves_the_hands_and_nothing_at_zero():
    spreads = []
    for amplitude in (0.6, 1.0, 1.4):
        motion, plan = performed("big", amplitude=amplitude)
        positions = forward_kinematics(HUMANOID, motion.rotations, motion.root)[0]
        hands = positions[round((plan.stroke + 0.35) * FPS)][
            HUMANOID.indices(("leftHand", "rightHand"))
        ]
        spreads.append(float(np.linalg.norm(hands[0] - hands[1])))
    assert spreads[0] < spreads[1] - 0.05 < spreads[2] - 0.1
    still, _ = performed("big", amplitude=0.0)
    assert np.allclose(still.rotations, standing(still.frames).rotations)


def test_a_bow_keeps_the_legs_where_they_are():
    motion, plan = performed("sorry")
    turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    legs = HUMANOID.indices(("leftLowerLeg", "rightFoot"))
    assert np.allclose(turned[0][:, legs], turned[0][:1, legs], atol=0.01)
    head = quat_rotate(turned[1][round(plan.stroke * FPS), HUMANOID.index("chest")], [0, 1, 0])
    assert np.degrees(np.arccos(head[1])) > 25.0


def test_emblems_follow_the_body_they_are_laid_over():
    beneath = standing(90)
    turned = beneath.rotations.copy()
    turned[:, 0] = rotvec_to_quat([0.0, 0.7, 0.0])
    here, there = (
        lay_emblems(replace(beneath, rotations=r), [planned("think")], TABLE)
        for r in (beneath.rotations, turned)
    )
    arm = HUMANOID.indices(("rightUpperArm", "rightLowerArm", "rightHand"))
    off = quat_multiply(quat_inverse(here.rotations[:, arm]), there.rotations[:, arm])
    assert quat_angle(off).max() < 1e-3


@pytest.mark.parametrize("side", ["left", "right"])
def test_reach_brings_the_wrist_to_its_place(side):
    sign = 1.0 if side == "left" else -1.0
    body = standing(1)
    pose = HandPose((0.1, 0.05, 0.6), (0.0, 1.0, 0.1), (0.0, 0.0, 1.0), "flat", "shoulder")
    found = reach(body.rotations[0], body.root[0], side, pose, TABLE.shapes["flat"])
    assert found.short == 0.0
    assert found.use < 1.0
    joints, local = found.for_side(side)
    rotations = body.rotations[0].copy()
    rotations[joints] = local
    positions, turned = forward_kinematics(HUMANOID, rotations, body.root[0])
    offset = positions[HUMANOID.index(f"{side}Hand")] - positions[HUMANOID.index(f"{side}UpperArm")]
    assert np.allclose(offset, ARM_LENGTH * np.array([sign * 0.1, 0.05, 0.6]), atol=1e-9)
    palm = quat_rotate(turned[HUMANOID.index(f"{side}Hand")], [0.0, -1.0, 0.0])
    assert palm @ [0.0, 0.0, 1.0] > 0.99
    far = replace(pose, place=(0.0, 0.0, 3.0))
    assert reach(body.rotations[0], body.root[0], side, far, TABLE.shapes["flat"]).short > 0.9


def test_minimum_jerk_starts_and_ends_at_rest():
    share = np.linspace(-0.5, 1.5, 401)
    curve = minimum_jerk(share)
    speed = np.gradient(curve, share)
    assert curve[0] == 0.0
    assert curve[-1] == 1.0
    assert np.all(np.diff(curve) >= 0.0)
    assert speed.max() == pytest.approx(1.875, abs=1e-3)
