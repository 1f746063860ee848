"""Joint positions become joint rotations: the one place of the project where they do."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gesture_core.kinematics import direction_angle
from gesture_core.motion import Motion
from gesture_core.pose.attitude import lean
from gesture_core.pose.hands import finger_hinge, hand_seen, solve_fingers, solve_hand
from gesture_core.pose.limbs import ARMS, LEGS, Limb, solve_lower, solve_upper
from gesture_core.pose.seen import Seen, bring_to_humanoid
from gesture_core.pose.trunk import TRUNK, solve_trunk, trunk_trust
from gesture_core.rotation import (
    Array,
    quat_between,
    quat_continuous,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

_MOST_PRONATION = np.radians(90.0)
_LIMB_SPREAD, _HAND_SPREAD = 0.2, 0.2
"""Radians by which the bones of a limb, and a hand, differ from their neighbours in time."""


def solve(
    positions: Array,
    names: tuple[str, ...],
    fps: float,
    *,
    confidence: Array | None = None,
) -> Motion:
    """Turn positions of a person's joints into a motion on HUMANOID.

    `positions` `(T, L, 3)`: metres, Y up, not finite where a joint is not seen; `names`: what they
    are, HUMANOID bones (a bone's name is the joint at its base) and `LANDMARKS`, any of them;
    `confidence` `(T, L)` within 0–1: joints of little confidence lean on their neighbours in time,
    and what is not seen at all is held and goes over into a relaxed pose.

    Every bone gets HUMANOID's length, in the direction in which it was seen; the way of the hips
    is scaled as the long bones are. Elbows and knees are hinges, whose plane turns the upper bone;
    the forearm turns with the hand. Raises `UserError` for unknown names or when nothing is seen.
    """
    seen = bring_to_humanoid(positions, names, confidence, fps)
    body = _Body(seen)
    trunk, root = solve_trunk(seen)
    body.take(TRUNK, trunk, trunk_trust(seen))
    body.place(root)
    for side in SIDES:
        _solve_arm(body, side)
        _solve_leg(body, side)
    return Motion(HUMANOID, quat_continuous(quat_normalize(body.local)), root, fps)


class _Body:
    """A motion on HUMANOID under construction: joints are added from the hips outwards."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        shape = (seen.frames, len(HUMANOID))
        self.local = np.tile(relaxed_pose(), (seen.frames, 1, 1))
        self.world = quat_identity(shape)
        self.positions = np.zeros((*shape, 3))

    def take(self, bones: tuple[str, ...], local: Array, trust: Array) -> None:
        """Keep local rotations `(T, N, 4)`, leaning on their neighbours in time by `trust`."""
        joints = HUMANOID.indices(bones)
        self.local[:, joints] = lean(local, trust, relaxed_pose()[joints], self.seen.fps)

    def place(self, root: Array | None = None, bones: tuple[str, ...] = HUMANOID.names) -> None:
        """Forward kinematics of some bones after their rotations were taken."""
        for bone in bones:
            joint = HUMANOID.index(bone)
            parent = HUMANOID.parents[joint]
            if parent < 0:
                self.world[:, joint] = self.local[:, joint]
                self.positions[:, joint] = root
                continue
            above = self.world[:, parent]
            self.world[:, joint] = quat_multiply(above, self.local[:, joint])
            self.positions[:, joint] = self.positions[:, parent] + quat_rotate(
                above, HUMANOID.offsets[joint]
            )

    def turn(self, bone: str) -> Array:
        """World rotation `(T, 4)` of a bone placed before."""
        return self.world[:, HUMANOID.index(bone)]

    def parent_turn(self, bone: str) -> Array:
        """World rotation `(T, 4)` of the parent of a bone."""
        return self.world[:, HUMANOID.parents[HUMANOID.index(bone)]]

    def towards(self, start: str, end: str) -> Array:
        """From a joint as placed to another one as seen `(T, 3)`; zero where never seen."""
        if end not in self.seen.positions:
            return np.zeros((self.seen.frames, 3))
        return self.seen.positions[end] - self.positions[:, HUMANOID.index(start)]


def _solve_arm(body: _Body, side: str) -> None:
    seen, limb = body.seen, ARMS[side]
    palm = quat_rotate(solve_hand(seen, side, body.parent_turn(limb.upper)), limb.hinge)
    _solve_limb(body, limb, palm, hand_seen(seen, side))
    hand = solve_hand(seen, side, body.turn(limb.lower))
    joints = HUMANOID.indices((limb.lower, limb.end))
    turn = quat_multiply(quat_inverse(body.turn(limb.lower)), hand)
    twist = quat_normalize(turn * np.array([1.0, 1.0, 0.0, 0.0]))
    bend = quat_multiply(quat_inverse(twist), turn)
    twist = _pronated(twist, hand_seen(seen, side))
    trust = hand_seen(seen, side) * seen.trust(0.1, _HAND_SPREAD, limb.end, hand=side)
    relaxed = np.stack([quat_identity(), relaxed_pose()[joints[1]]])
    led = lean(np.stack([twist, bend], 1), np.stack([trust, trust], 1), relaxed, seen.fps)
    body.local[:, joints[0]] = quat_multiply(body.local[:, joints[0]], led[:, 0])
    body.local[:, joints[1]] = led[:, 1]
    body.place(bones=(limb.lower, limb.end))
    fingers = tuple(joint for finger in FINGERS for joint in finger_joints(side, finger))
    rotations, trust = solve_fingers(seen, side, body.turn(limb.end))
    body.take(fingers, rotations, trust)


def _pronated(twist: Array, trust: Array) -> Array:
    """Twist `(T, 4)` of a forearm about its bone, in its range as far as it is doubted."""
    angle = 2.0 * direction_angle(twist[:, 1], twist[:, 0])
    angle = (angle + np.pi) % (2.0 * np.pi) - np.pi
    within = np.clip(angle, -_MOST_PRONATION, _MOST_PRONATION)
    angle = within + trust * (angle - within)
    return rotvec_to_quat(angle[:, None] * np.array([1.0, 0.0, 0.0]))


def _solve_leg(body: _Body, side: str) -> None:
    seen, limb, toes = body.seen, LEGS[side], f"{side}Toes"
    foot, hint = np.zeros((seen.frames, 3)), np.zeros((seen.frames, 3))
    if seen.has(limb.lower, limb.end, toes):
        foot = seen.positions[toes] - seen.positions[limb.end]
        hint = np.cross(foot, seen.positions[limb.end] - seen.positions[limb.lower])
    _solve_limb(body, limb, hint, seen.confidence_of(limb.end, toes))
    if np.any(foot):
        inside = quat_rotate(quat_inverse(body.turn(limb.lower)), foot)
        swing = quat_between(HUMANOID.offsets[HUMANOID.index(toes)], inside)
        body.take(
            (limb.end,), swing[:, None], seen.trust(0.15, _LIMB_SPREAD, limb.end, toes)[:, None]
        )


def _solve_limb(body: _Body, limb: Limb, hint: Array, hint_seen: Array) -> None:
    """Upper and lower bone of an arm or leg, from the place of its first joint outwards."""
    seen = body.seen
    lengths = [
        float(np.linalg.norm(HUMANOID.offsets[HUMANOID.index(bone)]))
        for bone in (limb.lower, limb.end)
    ]
    trusts = [
        seen.trust(length, _LIMB_SPREAD, end)
        for length, end in zip(lengths, (limb.lower, limb.end), strict=True)
    ]
    body.place(bones=(limb.upper,))
    upper = body.towards(limb.upper, limb.lower)
    if np.any(upper):
        elbow = seen.positions[limb.lower]
        lower = seen.positions[limb.end] - elbow if seen.has(limb.end) else np.zeros_like(upper)
        turned = solve_upper(
            limb,
            body.parent_turn(limb.upper),
            upper,
            lower,
            hint,
            (np.minimum(*trusts), hint_seen),
            float(np.sqrt(2.0) * seen.noise / min(lengths)),
            seen.fps,
        )
        local = quat_multiply(quat_inverse(body.parent_turn(limb.upper)), turned)
        body.take((limb.upper,), local[:, None], trusts[0][:, None])
    body.place(bones=(limb.upper, limb.lower))
    lower = body.towards(limb.lower, limb.end)
    if np.any(lower):
        local = solve_lower(limb, body.turn(limb.upper), lower)
        body.take((limb.lower,), local[:, None], trusts[1][:, None])
    body.place(bones=(limb.lower, limb.end))


@lru_cache(maxsize=1)
def relaxed_pose() -> Array:
    """Local rotations `(J, 4)` of HUMANOID standing at ease: arms hang, fingers curl a little."""
    pose = quat_identity((len(HUMANOID),))
    for side in SIDES:
        sign = 1.0 if side == "left" else -1.0
        pose[HUMANOID.index(f"{side}UpperArm")] = rotvec_to_quat([0.0, 0.0, -1.3 * sign])
        pose[HUMANOID.index(f"{side}LowerArm")] = rotvec_to_quat(0.3 * ARMS[side].hinge)
        for finger in FINGERS:
            for joint, angle in zip(finger_joints(side, finger), (0.25, 0.35, 0.2), strict=True):
                angle = 0.1 if finger == "Thumb" else angle
                pose[HUMANOID.index(joint)] = rotvec_to_quat(angle * finger_hinge(side, finger))
    return pose
