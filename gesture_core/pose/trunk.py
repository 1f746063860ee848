"""Rotations of hips, spine, neck, head and clavicles from the points around them."""

from __future__ import annotations

import numpy as np

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.pose.attitude import fit_rotation
from gesture_core.pose.seen import Seen
from gesture_core.rotation import (
    Array,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_slerp,
    quat_to_rotmat,
    quat_to_rotvec,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID

TRUNK: tuple[str, ...] = (
    *("hips", "spine", "chest", "upperChest", "neck", "head"),
    *("leftShoulder", "rightShoulder"),
)
"""The joints solved here, parents first."""

_PARENTS = tuple(
    TRUNK.index(HUMANOID.names[HUMANOID.parents[HUMANOID.index(bone)]]) if number else -1
    for number, bone in enumerate(TRUNK)
)
_OFFSETS = HUMANOID.offsets[HUMANOID.indices(TRUNK)]
_LIMBS = ("leftUpperLeg", "rightUpperLeg", "leftUpperArm", "rightUpperArm", "leftEye", "rightEye")
_FIXED: dict[str, tuple[int, Array]] = {
    **{bone: (number, np.zeros(3)) for number, bone in enumerate(TRUNK)},
    **{
        bone: (
            TRUNK.index(HUMANOID.names[HUMANOID.parents[HUMANOID.index(bone)]]),
            HUMANOID.offsets[HUMANOID.index(bone)],
        )
        for bone in _LIMBS
    },
    **{
        name: (TRUNK.index(bone), offset)
        for name, (bone, offset) in LANDMARKS.items()
        if bone in TRUNK
    },
}
"""Points that move with the trunk: the joint they are fixed to, and where in its frame."""

_SPREAD = np.array([0.2, 0.12, 0.12, 0.12, 0.4, 0.4, 0.35, 0.35])
"""How far each joint usually turns, radians: what is not seen is shared out by it."""
_FIRST_ERROR = 0.02
"""Metres by which points are taken to be off at first."""
_LOOSE_ERROR = 0.025
"""Metres by which a shoulder is off whose clavicle is not seen: detectors slide it along."""
_LARGEST_TURN = 0.5
"""Radians that a joint turns in one step at most."""
_LEVER, _TIME_SPREAD = 0.2, 0.2
"""Metres from a joint to the points that show its turn, radians by which it differs from its
neighbours in time."""
_STEPS = 7
_BLOCK = 256


def solve_trunk(seen: Seen) -> tuple[Array, Array]:
    """Local rotations `(T, 8, 4)` in the order of `TRUNK` and the place of the hips `(T, 3)`.

    The most probable pose given every point fixed to the trunk and a weak leaning towards the
    upright rest, by Gauss–Newton from a closed-form start: bend and twist that no point decides
    are shared by spine, chest and upper chest, neck and head, chest and clavicles. Points are
    believed as far as they can be met: a body that is not built like HUMANOID is not bent to fit.
    """
    points = tuple(name for name in _FIXED if seen.has(name))
    target = np.stack([seen.positions[name] for name in points], axis=1)
    confidence = np.stack([seen.confidence[name] for name in points], axis=1)
    loose = np.array([_is_loose(seen, name) for name in points])
    heading = _heading(seen)
    local, root = _start(seen, heading)
    error = _FIRST_ERROR
    for _ in range(_STEPS):
        left = 0.0
        weight = confidence / np.where(loose, max(error, _LOOSE_ERROR), error)
        for first in range(0, seen.frames, _BLOCK):
            at = slice(first, first + _BLOCK)
            local[at], root[at], missed = _step(
                points, target[at], weight[at], heading[at], local[at], root[at]
            )
            left += missed * error**2
        spread = np.sqrt(left / max(3.0 * float(np.sum(confidence**2)), 1.0))
        error = max(seen.noise, min(error, 0.5 * spread))
    return local, root


def trunk_trust(seen: Seen) -> Array:
    """Trust `(T, 8)` in the joints of `TRUNK`: in the best seen point that each of them moves."""
    trusts: list[Array] = []
    for joint in range(len(TRUNK)):
        moved = [
            name
            for name, (on, offset) in _FIXED.items()
            if joint in _CHAIN[on] and (on != joint or np.any(offset))
        ]
        trusts.append(np.max([seen.trust(_LEVER, _TIME_SPREAD, name) for name in moved], axis=0))
    return np.stack(trusts, axis=1)


def _is_loose(seen: Seen, point: str) -> bool:
    """Whether a point is an upper arm's whose clavicle was not seen."""
    return point.endswith("UpperArm") and not seen.has(point.replace("UpperArm", "Shoulder"))


def _heading(seen: Seen) -> Array:
    """Turns about Y `(T, 4)` that bring +X onto the level line from right to left."""
    across, total = np.zeros((seen.frames, 3)), 0.0
    for part in ("UpperLeg", "UpperArm", "Shoulder", "Eye", "Ear"):
        left, right = f"left{part}", f"right{part}"
        if not seen.has(left, right):
            continue
        trust = seen.confidence_of(left, right)[:, None] + 1e-6
        if part in ("Eye", "Ear") and total:
            break
        across = across + trust * (seen.positions[left] - seen.positions[right])
        total += 1.0
    yaw = np.arctan2(-across[:, 2], across[:, 0])
    return rotvec_to_quat(yaw[:, None] * np.array([0.0, 1.0, 0.0]))


def _start(seen: Seen, heading: Array) -> tuple[Array, Array]:
    """A first pose: hips, chest and head each fitted alone, and what lies between shared."""
    hips = _fit(seen, heading, _HIP_LINES, 0.3)
    chest = _fit(seen, hips, _CHEST_LINES, 0.6)
    head = _fit(seen, chest, _HEAD_LINES, 0.6)
    local = np.tile(quat_identity((len(TRUNK),)), (seen.frames, 1, 1))
    local[:, 0] = hips
    local[:, 1:4] = _share(hips, chest, 3.0)[:, None]
    local[:, 4:6] = _share(chest, head, 2.0)[:, None]
    anchor = next(name for name in _FIXED if seen.has(name))
    joint, offset = _FIXED[anchor]
    placed, turned = _forward(local, np.zeros((seen.frames, 3)))
    root = seen.positions[anchor] - placed[:, joint] - quat_rotate(turned[:, joint], offset)
    return local, root


_HIP_LINES = (
    *(("leftUpperLeg", "rightUpperLeg"), ("hips", "spine"), ("hips", "neck")),
    *(("hips", "leftUpperArm"), ("hips", "rightUpperArm")),
)
_CHEST_LINES = (
    *(("leftUpperArm", "rightUpperArm"), ("leftShoulder", "rightShoulder")),
    *(("hips", "neck"), ("upperChest", "neck")),
)
_HEAD_LINES = (
    *(("leftEye", "rightEye"), ("leftEar", "rightEar"), ("neck", "head")),
    *(("leftEar", "nose"), ("rightEar", "nose"), ("leftEye", "nose"), ("rightEye", "nose")),
    *(("head", "nose"), ("neck", "nose")),
)


def _fit(seen: Seen, prior: Array, lines: tuple[tuple[str, str], ...], spread: float) -> Array:
    lines = tuple(line for line in lines if seen.has(*line))
    if not lines:
        return prior
    rest = np.stack([_rest(end) - _rest(start) for start, end in lines])
    vectors = [seen.positions[end] - seen.positions[start] for start, end in lines]
    weight = [seen.confidence_of(*line) / (2.0 * seen.noise**2) for line in lines]
    return fit_rotation(rest, np.stack(vectors, 1), np.stack(weight, 1), prior, 1.0 / spread**2)


def _rest(name: str) -> Array:
    joint, offset = _FIXED[name]
    return HUMANOID.rest_positions[HUMANOID.index(TRUNK[joint])] + offset


def _share(start: Array, end: Array, joints: float) -> Array:
    between = quat_multiply(quat_inverse(start), end)
    return quat_slerp(quat_identity((len(between),)), between, np.array(1.0 / joints))


def _forward(local: Array, root: Array) -> tuple[Array, Array]:
    """World positions `(T, 8, 3)` and rotations `(T, 8, 4)` of the trunk."""
    placed, turned = np.empty((*local.shape[:-1], 3)), np.empty_like(local)
    placed[:, 0], turned[:, 0] = root, local[:, 0]
    for joint, parent in enumerate(_PARENTS[1:], 1):
        placed[:, joint] = placed[:, parent] + quat_rotate(turned[:, parent], _OFFSETS[joint])
        turned[:, joint] = quat_multiply(turned[:, parent], local[:, joint])
    return placed, turned


def _step(
    points: tuple[str, ...],
    target: Array,
    weight: Array,
    heading: Array,
    local: Array,
    root: Array,
) -> tuple[Array, Array, float]:
    """One Gauss–Newton step; every joint turns what hangs on it about a world axis.

    Also the sum of squares, weighted, of what the points are expected to miss after it.
    """
    frames, joints = local.shape[:2]
    placed, turned = _forward(local, root)
    on = [_FIXED[name][0] for name in points]
    offsets = np.stack([_FIXED[name][1] for name in points])
    at = placed[:, on] + quat_rotate(turned[:, on], offsets)
    jacobian = np.zeros((frames, 3, len(points), joints + 1, 3))
    for joint in range(joints):
        hanging = [number for number, above in enumerate(on) if joint in _CHAIN[above]]
        x, y, z = np.moveaxis(at[:, hanging] - placed[:, joint, None], -1, 0)
        for row, column, lever in (
            *((0, 1, z), (0, 2, -y), (1, 0, -z)),
            *((1, 2, x), (2, 0, y), (2, 1, -x)),
        ):
            jacobian[:, row, hanging, joint, column] = lever
    for axis in range(3):
        jacobian[:, axis, :, joints, axis] = 1.0
    jacobian = (jacobian * weight[:, None, :, None, None]).reshape(frames, 3 * len(points), -1)
    missed = np.moveaxis((target - at) * weight[..., None], -1, 1).reshape(frames, -1, 1)
    normal = np.swapaxes(jacobian, 1, 2) @ jacobian
    pull = np.swapaxes(jacobian, 1, 2) @ missed
    above = np.concatenate([heading[:, None], turned[:, list(_PARENTS[1:])]], axis=1)
    _add_prior(normal, pull, above, turned)
    solution = np.linalg.solve(normal, pull)
    change = solution.reshape(frames, joints + 1, 3)
    turns = change[:, :joints]
    size = np.linalg.norm(turns, axis=-1, keepdims=True)
    turns = turns * np.minimum(1.0, _LARGEST_TURN / np.maximum(size, 1e-12))
    inside = quat_rotate(quat_inverse(above), turns)
    inside[:, 0] = turns[:, 0]
    left = float(np.sum((missed - jacobian @ solution) ** 2))
    return quat_multiply(rotvec_to_quat(inside), local), root + change[:, joints], left


def _add_prior(normal: Array, pull: Array, above: Array, turned: Array) -> None:
    """Let every joint lean towards rest and the root stay where it is, in place."""
    rotvec = quat_to_rotvec(quat_multiply(quat_inverse(above), turned))
    axes = quat_to_rotmat(above)
    back = -np.einsum("tjab,tjb->tja", axes, rotvec) / _SPREAD[:, None] ** 2
    size = 3 * len(TRUNK)
    diagonal = np.arange(normal.shape[-1])
    normal[:, diagonal[:size], diagonal[:size]] += np.repeat(1.0 / _SPREAD**2, 3)
    normal[:, diagonal[size:], diagonal[size:]] += 1.0
    pull[:, :size, 0] += back.reshape(len(back), size)


def _chains() -> tuple[frozenset[int], ...]:
    chains: list[frozenset[int]] = []
    for joint, parent in enumerate(_PARENTS):
        chains.append(frozenset({joint}) | (chains[parent] if parent >= 0 else frozenset()))
    return tuple(chains)


_CHAIN = _chains()
"""For every joint of the trunk, itself and the joints above it."""
