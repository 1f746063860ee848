"""From a foreign rig to the humanoid skeleton: every rig's rest pose becomes the same T-pose."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.motion import Motion
from gesture_core.rotation import (
    quat_between,
    quat_continuous,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_rotate,
    rotmat_to_quat,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

Array = NDArray[np.float64]


def to_humanoid(
    source: SourceMotion,
    bones: Mapping[str, str],
    twists: Mapping[str, str] | None = None,
) -> Motion:
    """Express `source` on HUMANOID, whose rest pose is a T-pose with identity rotations.

    `bones` maps humanoid bone names to joint names of the source; `hips` is required, bones left
    out keep their rest. `twists` names, for a humanoid bone, the last twist joint of its limb,
    whose rotation then counts. Arms, legs, fingers and thumbs at rest are swung onto HUMANOID's
    directions by the smallest rotation, the hands by middle finger and knuckles (palm down);
    pronation that a rig stores in the wrist is moved into the lower arm. The body is turned at
    rest to face +Z, and the root is scaled by leg length. Raises `UserError` for a joint that
    is not there.
    """
    twists = twists or {}
    joints = {bone: _joint(source, name) for bone, name in bones.items()}
    if "hips" not in joints:
        raise UserError("the bone map names no 'hips'")
    turning = joints | {bone: _joint(source, name) for bone, name in twists.items()}
    rest_positions, rest_rotations = source.rest_world()
    facing = _facing(rest_positions, joints)
    rest_positions = quat_rotate(facing, rest_positions)
    corrections = _t_pose_corrections(source, joints, rest_positions)

    positions, rotations = source.world()
    turned = quat_identity((source.frames, len(HUMANOID)))
    local = quat_identity((source.frames, len(HUMANOID)))
    for index, (bone, parent) in enumerate(zip(HUMANOID.names, HUMANOID.parents, strict=True)):
        above = turned[:, parent] if parent >= 0 else quat_identity((source.frames,))
        if bone not in joints:
            turned[:, index] = above
            continue
        joint = turning[bone]
        tpose = quat_multiply(
            corrections.get(bone, quat_identity()),
            quat_multiply(facing, rest_rotations[joint]),
        )
        turned[:, index] = quat_multiply(
            quat_multiply(facing, rotations[:, joint]), quat_inverse(tpose)
        )
        local[:, index] = quat_multiply(quat_inverse(above), turned[:, index])
    root = quat_rotate(facing, positions[:, joints["hips"]])
    return Motion(
        skeleton=HUMANOID,
        rotations=quat_continuous(quat_normalize(_pronation_to_lower_arm(local))),
        root=root * _leg_ratio(rest_positions, joints),
        fps=source.fps,
    )


def _joint(source: SourceMotion, name: str) -> int:
    if name not in source.names:
        raise UserError(
            f"the motion has no joint {name!r}; it has {', '.join(source.names[:12])} …"
        )
    return source.index(name)


def _facing(rest_positions: Array, joints: Mapping[str, int]) -> Array:
    """Turn about Y that brings the line from right to left arm (or leg) at rest onto +X."""
    for part in ("UpperArm", "UpperLeg", "Shoulder"):
        if f"left{part}" in joints and f"right{part}" in joints:
            across = rest_positions[joints[f"left{part}"]] - rest_positions[joints[f"right{part}"]]
            if np.hypot(across[0], across[2]) > 1e-6:
                return rotvec_to_quat([0.0, np.arctan2(across[2], across[0]), 0.0])
    return quat_identity()


def _t_pose_corrections(
    source: SourceMotion, joints: Mapping[str, int], positions: Array
) -> dict[str, Array]:
    """World rotations that carry each bone at rest onto its T-pose direction, by bone name."""
    corrections: dict[str, Array] = {}

    def at(bone: str) -> Array | None:
        return positions[joints[bone]] if bone in joints else None

    def swing(bone: str, tip: Array | None, target: Array, carried: Array) -> Array:
        """Correction of one bone after its parent has been corrected by `carried`."""
        start = at(bone)
        if start is None:
            return carried
        direction = quat_rotate(carried, np.zeros(3) if tip is None else tip - start)
        swung = np.linalg.norm(direction) > 1e-6
        turn = quat_between(direction, target) if swung else quat_identity()
        corrections[bone] = quat_multiply(turn, carried)
        return corrections[bone]

    for side in SIDES:
        carried = quat_identity()
        arm = (f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand")
        for bone, tip in itertools.pairwise(arm):
            carried = swing(bone, at(tip), _direction(bone, tip), carried)
        hand = _hand_frame(side, at)
        ours = _hand_frame(side, _rest)
        if hand is not None and ours is not None:
            carried = rotmat_to_quat(ours @ hand.T)
        corrections[f"{side}Hand"] = carried
        for finger in FINGERS:
            first, second, third = finger_joints(side, finger)
            along = swing(first, at(second), _direction(first, second), carried)
            along = swing(second, at(third), _direction(second, third), along)
            swing(third, _end(source, joints, positions, third), _direction(second, third), along)
        leg = (f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot")
        carried = quat_identity()
        for bone, tip in itertools.pairwise(leg):
            carried = swing(bone, at(tip), _direction(bone, tip), carried)
    return corrections


def _rest(bone: str) -> Array:
    return HUMANOID.rest_positions[HUMANOID.index(bone)]


def _direction(bone: str, tip: str) -> Array:
    """Direction (3,) of a bone in HUMANOID's T-pose."""
    return _rest(tip) - _rest(bone)


def _hand_frame(side: str, at: Callable[[str], Array | None]) -> Array | None:
    """Rest frame (3, 3) of a hand from its middle finger and knuckles; None where not mapped."""
    hand, middle = at(f"{side}Hand"), at(f"{side}MiddleProximal")
    index, little = at(f"{side}IndexProximal"), at(f"{side}LittleProximal")
    if hand is None or middle is None or index is None or little is None:
        return None
    return _frame(middle - hand, index - little)


def _frame(along: Array, across: Array) -> Array:
    """Right-handed orthonormal frame (3, 3): `along`, `across` made square to it, their cross."""
    along = along / np.linalg.norm(along)
    across = across - along * (along @ across)
    across = across / np.linalg.norm(across)
    return np.stack([along, across, np.cross(along, across)], axis=1)


def _end(
    source: SourceMotion, joints: Mapping[str, int], positions: Array, bone: str
) -> Array | None:
    """Rest position of the first child of the joint behind `bone`: the tip of a last segment."""
    if bone not in joints:
        return None
    children = [child for child, parent in enumerate(source.parents) if parent == joints[bone]]
    return positions[children[0]] if children else None


def _leg_ratio(positions: Array, joints: Mapping[str, int]) -> float:
    """Length of HUMANOID's leg over the source's, 1 when the source's legs are not mapped."""
    chain = ("leftUpperLeg", "leftLowerLeg", "leftFoot")
    if any(bone not in joints for bone in chain):
        return 1.0
    ours = HUMANOID.rest_positions[HUMANOID.indices(chain)]
    theirs = positions[[joints[bone] for bone in chain]]
    lengths = [np.linalg.norm(np.diff(points, axis=0), axis=1).sum() for points in (ours, theirs)]
    return float(lengths[0] / max(lengths[1], 1e-6))


def _pronation_to_lower_arm(local: Array) -> Array:
    """Move the hand's twist about the forearm into the lower arm; the hand stays where it is."""
    local = local.copy()
    for side in SIDES:
        lower, hand = HUMANOID.index(f"{side}LowerArm"), HUMANOID.index(f"{side}Hand")
        twist = quat_normalize(local[:, hand] * [1.0, 1.0, 0.0, 0.0])
        local[:, lower] = quat_multiply(local[:, lower], twist)
        local[:, hand] = quat_multiply(quat_inverse(twist), local[:, hand])
    return local
