"""Endless poses for the lifter: windows of real movement, varied within what a body can do.

Signing and gesturing reach many more poses than the recordings hold. Arms and hands therefore also
move between key poses taken from other recordings or drawn at random within the joint limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from gesture_core.body.limits import draw_in, humanoid_limits, limit_use
from gesture_core.body.marked import MARKED, finger_points
from gesture_core.rotation import quat_identity, quat_multiply, quat_normalize, rotvec_to_quat
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints, forward_kinematics
from gesture_core.train.lifter_motions import Motions

Array = NDArray[np.float64]

ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")
_MIRROR = torch.tensor([1.0, 1.0, -1.0, -1.0])
_WANDER = {
    "spine": 0.08,
    "chest": 0.06,
    "neck": 0.12,
    "head": 0.2,
    **{
        f"{side}{bone}": size for side in SIDES for bone, size in (("UpperArm", 0.2), ("Hand", 0.2))
    },
}
"""Radians by which joints wander on top of recorded movement."""


@dataclass(frozen=True)
class PoseConfig:
    """How recorded movement is varied; shares of windows, each side of the body by itself."""

    arms: float = 0.5
    """Arms that move between key poses instead of as recorded."""
    fingers: float = 0.6
    """Hands whose fingers move between key poses."""
    drawn: float = 0.6
    """Key poses drawn at random, the others are taken from recordings."""
    wander: float = 0.5
    """Windows in which joints wander."""
    pool: int = 6000
    """Random arm poses and hand poses to draw from."""


@dataclass(frozen=True, eq=False)
class PoseBank:
    """Recorded movement and random poses as tensors.

    `rotations` (F, 64, 4) local wxyz on MARKED; `first`, `last` (W,) frames of where a window may
    start and of its stretch's end; `weights` (W,) make performers count by the root of their
    length; `arms` (P, 4, 4) left arms, `hands` (P, 20, 4) left fingers.
    """

    rotations: Tensor
    first: Tensor
    last: Tensor
    weights: Tensor
    arms: Tensor
    hands: Tensor


def fill_bank(motions: Motions, pool: int, seed: int) -> PoseBank:
    """Prepare the movement of some performers, and random poses for key poses."""
    rotations = marked_rotations(motions.rotations)
    ends = np.append(motions.starts[1:], len(rotations))
    first, last, who = [], [], []
    for start, end, performer in zip(motions.starts, ends, motions.performers, strict=True):
        places = np.arange(start, max(start + 1, end - 8), 2)
        first.append(places)
        last.append(np.full(len(places), end - 1))
        who += [performer] * len(places)
    names, owner, counts = np.unique(who, return_inverse=True, return_counts=True)
    rng = np.random.default_rng(seed)
    return PoseBank(
        rotations,
        torch.from_numpy(np.concatenate(first)),
        torch.from_numpy(np.concatenate(last)),
        torch.from_numpy(1.0 / np.sqrt(counts[owner])),
        torch.from_numpy(random_arms(pool, rng).astype(np.float32)),
        torch.from_numpy(random_hands(pool, rng).astype(np.float32)),
    )


def marked_rotations(rotations: NDArray[np.float32]) -> Tensor:
    """Local rotations (T, 55, 4) on HUMANOID as those on MARKED (T, 64, 4)."""
    result = quat_identity((len(rotations), len(MARKED))).astype(np.float32)
    for place, name in enumerate(MARKED.names):
        if name in HUMANOID.names:
            result[:, place] = rotations[:, HUMANOID.index(name)]
    return torch.from_numpy(result)


# ── random poses ──────────────────────────────────────────────────────────────────────────────


def random_arms(count: int, rng: np.random.Generator) -> Array:
    """Left arms (count, 4, 4) within the joint limits, the hand where people gesture and sign."""
    joints = HUMANOID.indices(tuple(f"left{bone}" for bone in ARM))
    limits = humanoid_limits()
    kept: list[Array] = []
    while sum(map(len, kept)) < count:
        poses = quat_identity((2000, len(HUMANOID)))
        poses[:, joints] = quat_normalize(rng.normal(size=(2000, 4, 4)))
        use = limit_use(limits, poses)
        share = np.sqrt(rng.random(use.shape)) * np.array([1.0, 1.0, 0.9])
        calm = np.ones((len(HUMANOID), 1))
        calm[joints[[0, 3]]] = 0.7  # clavicle and wrist keep clear of their ends
        goal = np.minimum(use, share * calm)
        poses = draw_in(limits, poses, 1.0 - goal / np.maximum(use, 1e-9))
        kept.append(poses[_in_front(poses)][:, joints])
    return np.concatenate(kept)[:count]


def _in_front(poses: Array) -> NDArray[np.bool_]:
    """Whether hand and elbow are clear of the trunk, the hand before the body and not too high."""
    places = forward_kinematics(HUMANOID, poses, HUMANOID.rest_positions[0])[0]
    hand = places[:, HUMANOID.index("leftMiddleProximal")]
    wrist, elbow = (places[:, HUMANOID.index(f"left{n}")] for n in ("Hand", "LowerArm"))
    clear = np.ones(len(poses), dtype=bool)
    for point in (hand, wrist, 0.5 * (wrist + elbow), elbow):
        inside = (point[:, 0] / 0.16) ** 2 + ((point[:, 2] - 0.01) / 0.12) ** 2 < 1.0
        clear &= ~(inside & (point[:, 1] < 1.75))
    return clear & (wrist[:, 2] > -0.05) & (wrist[:, 1] > 0.75) & (wrist[:, 1] < 1.8)


def random_hands(count: int, rng: np.random.Generator) -> Array:
    """Left hands (count, 20, 4): every finger straight, bent, curled or anything between."""
    poses = quat_identity((count, len(HUMANOID)))
    for finger in FINGERS[1:]:
        kind = rng.integers(0, 4, count)
        share = rng.random((3, count))
        straight = np.stack([-0.25 + 0.45 * share[0], 0.25 * share[1], 0.15 * share[2]])
        bent = np.stack([0.6 + 0.9 * share[0], 0.3 * share[1], 0.2 * share[2]])
        curled = np.stack([0.5 + 1.0 * share[0], 1.2 + 0.5 * share[1], 0.7 + 0.6 * share[2]])
        free = np.stack([-0.3 + 1.8 * share[0], 1.7 * share[1], 1.2 * share[1] * share[2]])
        flexion = np.choose(kind, [straight, bent, curled, free])
        spread = rng.uniform(-0.3, 0.3, count) * np.cos(np.clip(flexion[0], 0.0, 1.5))
        zero = np.zeros(count)
        for number, joint in enumerate(finger_joints("left", finger)):
            turn = rotvec_to_quat(np.stack([zero, zero, -flexion[number]], axis=-1))
            if number == 0:
                aside = rotvec_to_quat(np.stack([zero, spread, zero], axis=-1))
                turn = quat_multiply(aside, turn)
            poses[:, HUMANOID.index(joint)] = turn
    thumb = HUMANOID.indices(finger_joints("left", "Thumb"))
    poses[:, thumb] = quat_normalize(rng.normal(size=(count, 3, 4)))
    limits = humanoid_limits()
    use = limit_use(limits, poses)
    goal = use.copy()
    goal[:, thumb] = np.minimum(use[:, thumb], rng.random((count, 3, 3)))
    poses = draw_in(
        limits, poses, np.maximum(1.0 - np.minimum(goal, 1.0) / np.maximum(use, 1e-9), 0)
    )
    names = finger_points("left")
    hands = quat_identity((count, len(names)))
    for place, name in enumerate(names):
        if name in HUMANOID.names:
            hands[:, place] = poses[:, HUMANOID.index(name)]
    return hands


# ── windows ───────────────────────────────────────────────────────────────────────────────────


def sample_poses(
    bank: PoseBank, config: PoseConfig, batch: int, window: int, rng: Generator
) -> Tensor:
    """Local rotations (B, T, 64, 4) of varied windows, each facing forward on average."""
    chosen = torch.multinomial(bank.weights, batch, replacement=True, generator=rng)
    poses = _recorded(bank, chosen, window, rng)
    swapped = poses[:, :, torch.from_numpy(MARKED.mirror)] * _MIRROR
    poses = torch.where(_coin(0.5, batch, rng)[:, None, None, None], swapped, poses)
    for side in SIDES:
        arm = torch.from_numpy(MARKED.indices(tuple(side + bone for bone in ARM)))
        hand = torch.from_numpy(MARKED.indices(finger_points(side)))
        for joints, pool, share in (
            (arm, bank.arms, config.arms),
            (hand, bank.hands, config.fingers),
        ):
            keys = _keys(bank, pool, joints, side, config.drawn, batch, rng)
            moving = _through(keys, window, rng)
            taken = _coin(share, batch, rng)[:, None, None, None]
            poses[:, :, joints] = torch.where(taken, moving, poses[:, :, joints])
    return facing_forward(_wandering(poses, config.wander, rng))


def _coin(share: float, batch: int, rng: Generator) -> Tensor:
    return torch.rand(batch, generator=rng) < share


def _recorded(bank: PoseBank, chosen: Tensor, window: int, rng: Generator) -> Tensor:
    """Windows as recorded, somewhat faster or slower."""
    speed = 0.7 + 0.7 * torch.rand(len(chosen), 1, generator=rng)
    place = bank.first[chosen, None] + torch.arange(window) * speed
    place = torch.minimum(place, bank.last[chosen, None].to(place.dtype))
    before = place.floor().long()
    after = torch.minimum(before + 1, bank.last[chosen, None])
    share = (place - before)[..., None, None]
    return nlerp(bank.rotations[before], bank.rotations[after], share)


def _keys(
    bank: PoseBank,
    pool: Tensor,
    joints: Tensor,
    side: str,
    drawn: float,
    batch: int,
    rng: Generator,
) -> Tensor:
    """Six key poses of an arm or a hand for every window (B, 6, n, 4)."""
    shape = (batch, 6)
    own = pool[torch.randint(len(pool), shape, generator=rng)]
    if side == "right":
        own = own * _MIRROR
    frames = torch.randint(len(bank.rotations), shape, generator=rng)
    recorded = bank.rotations[frames][:, :, joints]
    return torch.where(_coin(drawn, batch, rng)[:, None, None, None], own, recorded)


def _through(keys: Tensor, window: int, rng: Generator) -> Tensor:
    """Move through key poses (B, K, n, 4) with pauses: (B, T, n, 4)."""
    batch, count = keys.shape[:2]
    lengths = 6.0 + 24.0 * torch.rand(batch, count - 1, generator=rng)
    ends = lengths.cumsum(dim=1) - lengths[:, :1] * torch.rand(batch, 1, generator=rng)
    time = torch.arange(window, dtype=ends.dtype).expand(batch, window).contiguous()
    segment = torch.searchsorted(ends, time).clamp_max(count - 2)
    share = 1.0 - (ends.gather(1, segment) - time) / lengths.gather(1, segment)
    pause = 0.6 * torch.rand(batch, count - 1, generator=rng).gather(1, segment)
    share = ((share - pause) / (1.0 - pause)).clamp(0.0, 1.0)
    share = share * share * (3.0 - 2.0 * share)
    row = torch.arange(batch)[:, None]
    return nlerp(keys[row, segment], keys[row, segment + 1], share[..., None, None])


def _wandering(poses: Tensor, share: float, rng: Generator) -> Tensor:
    """Add slow random turns to some joints of some windows."""
    batch, window = poses.shape[:2]
    joints = torch.from_numpy(MARKED.indices(tuple(_WANDER)))
    size = torch.tensor(list(_WANDER.values()))[:, None]
    on = _coin(share, batch, rng)[:, None, None, None]
    ends = torch.randn(2, batch, 1, len(joints), 3, generator=rng) * size * on
    time = torch.linspace(0.0, 1.0, window)[None, :, None, None]
    turns = rotvec_to_quaternion(ends[0] * (1.0 - time) + ends[1] * time)
    poses[:, :, joints] = multiply(poses[:, :, joints], turns)
    return poses


def facing_forward(poses: Tensor) -> Tensor:
    """Turn whole windows about the vertical so that the shoulders face +Z on average."""
    across = torch.zeros(len(poses), 3)
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        turn = poses[:, :, 0]
        for name in ("spine", "chest", "upperChest", f"{side}Shoulder", f"{side}UpperArm"):
            joint = MARKED.index(name)
            offset = torch.from_numpy(MARKED.offsets[joint]).float()
            across = across + sign * rotate(turn, offset).mean(dim=1)
            turn = multiply(turn, poses[:, :, joint])
    yaw = torch.atan2(-across[:, 2], across[:, 0])
    return turned(poses, torch.stack([0.0 * yaw, -yaw, 0.0 * yaw], dim=-1))


def turned(poses: Tensor, rotvec: Tensor) -> Tensor:
    """Poses (B, T, J, 4) turned as a whole by rotation vectors (B, 3) of the world."""
    hips = multiply(rotvec_to_quaternion(rotvec)[:, None], poses[:, :, 0])
    return torch.cat([hips[:, :, None], poses[:, :, 1:]], dim=2)


# ── rotations and kinematics in torch ─────────────────────────────────────────────────────────


def multiply(a: Tensor, b: Tensor) -> Tensor:
    """Hamilton product of quaternions (…, 4): applies `b` first."""
    aw, ax, ay, az = a.unbind(-1)
    bw, bx, by, bz = b.unbind(-1)
    return torch.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        dim=-1,
    )


def rotate(quat: Tensor, vector: Tensor) -> Tensor:
    """Vectors (…, 3) turned by unit quaternions (…, 4)."""
    w, x, y, z = quat.unbind(-1)
    a, b, c = vector.unbind(-1)
    u, v, t = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    turned = [
        a + w * u + y * t - z * v,
        b + w * v + z * u - x * t,
        c + w * t + x * v - y * u,
    ]
    return torch.stack(turned, dim=-1)


def nlerp(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    """Normalised linear interpolation of quaternions along the shorter arc."""
    b = torch.where((a * b).sum(-1, keepdim=True) < 0.0, -b, b)
    return torch.nn.functional.normalize(a + share * (b - a), dim=-1)


def rotvec_to_quaternion(rotvec: Tensor) -> Tensor:
    """Rotation vectors (…, 3) in radians to quaternions."""
    angle = rotvec.norm(dim=-1, keepdim=True)
    return torch.cat([torch.cos(angle / 2), 0.5 * torch.sinc(angle / (2 * torch.pi)) * rotvec], -1)


def _generations() -> list[list[int]]:
    """Joints of MARKED by their distance from the root."""
    depth = [0] * len(MARKED)
    for joint, parent in enumerate(MARKED.parents):
        depth[joint] = depth[parent] + 1 if parent >= 0 else 0
    return [[j for j, d in enumerate(depth) if d == level] for level in range(max(depth) + 1)]


_GENERATIONS = _generations()
_PARENTS = torch.tensor([max(parent, 0) for parent in MARKED.parents])


def global_rotations(poses: Tensor) -> Tensor:
    """Local rotations (…, 64, 4) on MARKED to global ones."""
    result = poses.clone()
    for joints in _GENERATIONS[1:]:
        result[..., joints, :] = multiply(result[..., _PARENTS[joints], :], poses[..., joints, :])
    return result


def _ancestry() -> Tensor:
    matrix = torch.eye(len(MARKED))
    for joint, parent in enumerate(MARKED.parents):
        if parent >= 0:
            matrix[joint] += matrix[parent]
    matrix[:, 0] = 0.0
    return matrix


_ANCESTRY = _ancestry()


def positions(turns: Tensor, offsets: Tensor) -> Tensor:
    """Joint positions (…, 64, 3) from the hips, from global rotations and offsets (…, 64, 3)."""
    bones = rotate(turns[..., _PARENTS, :], offsets)
    return torch.einsum("ij,...jk->...ik", _ANCESTRY, bones)
