"""Batches for the lifter: poses on random bodies, seen by random cameras and a poor detector."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from gesture_core.body.marked import ARMS, MARKED, finger_points
from gesture_core.pose.lift import PLACES
from gesture_core.skeleton import FINGERS, SIDES
from gesture_core.train.lifter_camera import (
    CameraConfig,
    Cameras,
    inside,
    project,
    sample_cameras,
)
from gesture_core.train.lifter_noise import LEFT, RIGHT, Detector, displaced, observe
from gesture_core.train.lifter_poses import (
    PoseBank,
    PoseConfig,
    global_rotations,
    positions,
    rotate,
    sample_poses,
    turned,
)

_OFFSETS = torch.from_numpy(MARKED.offsets).float()
_SHOULDERS = MARKED.indices(("leftUpperArm", "rightUpperArm")).tolist()


@dataclass(frozen=True)
class LifterData:
    """What batches are drawn from."""

    window: int = 32
    """Frames of a window."""
    proportions: float = 0.09
    """Standard deviation of the logarithm of the lengths of a body's parts."""
    levels: tuple[float, ...] = (0.3, 1.6)
    """Range of how much of the detector's noise a window has."""
    poses: PoseConfig = field(default_factory=PoseConfig)
    camera: CameraConfig = field(default_factory=CameraConfig)
    noise: Detector = field(default_factory=Detector)


@dataclass(frozen=True, eq=False)
class Batch:
    """`points` (B, T, 58, 2), `confidence` (B, T, 58) as seen; `joints` (B, T, 64, 3) on HUMANOID
    in the sight frame, metres from the shoulders' middle; `up` (B, 3) there.
    """

    points: Tensor
    confidence: Tensor
    joints: Tensor
    up: Tensor

    def hands_seen(self) -> Tensor:
        """Which frames show the left and right hand (B, T, 2)."""
        sides = [(self.confidence[:, :, hand] > 0).any(dim=2) for hand in (LEFT, RIGHT)]
        return torch.stack(sides, dim=-1)


def sample_batch(bank: PoseBank, config: LifterData, batch: int, rng: Generator) -> Batch:
    """Draw poses, bodies, cameras and detections."""
    poses = sample_poses(bank, config.poses, batch, config.window, rng)
    yaw = torch.randn(batch, generator=rng) * (config.camera.yaw / 2.0)
    yaw = torch.deg2rad(yaw.clamp(-config.camera.yaw, config.camera.yaw))
    zero = torch.zeros(batch)
    turns = global_rotations(turned(poses, torch.stack([zero, yaw, zero], dim=-1)))
    cameras = sample_cameras(config.camera, batch, rng)
    offsets = random_proportions(config.proportions, batch, rng)
    low, high = config.levels
    level = low + (high - low) * torch.rand(batch, generator=rng)
    return see(turns, offsets, cameras, config.noise, level, rng)


def see(
    turns: Tensor,
    offsets: Tensor,
    cameras: Cameras,
    noise: Detector,
    level: Tensor,
    rng: Generator,
) -> Batch:
    """What a detector sees of movement, and where HUMANOID's joints are.

    `turns` (B, T, 64, 4) global rotations in the upright frame, `offsets` (B, 64, 3) the body
    that is filmed, `level` (B,) the amount of noise.
    """
    sight = cameras.sight[:, None, None]
    joints = rotate(sight, _from_shoulders(positions(turns, _OFFSETS.expand_as(turns[..., :3]))))
    filmed = positions(turns, offsets[:, None].expand_as(turns[..., :3]))
    middle = filmed[:, :, _SHOULDERS].mean(dim=2, keepdim=True)
    marked = filmed[:, :, list(PLACES)] + level[:, None, None, None].clamp_max(1.0) * displaced(
        noise, turns, rng
    )
    # the camera stands still: the line of sight is that to where the shoulders are on average
    pixels = project(cameras, rotate(sight, marked - middle.mean(dim=1, keepdim=True)))
    width = (offsets[:, _SHOULDERS].norm(dim=-1).sum(dim=1) + 0.045).clamp_min(0.1)
    unit = cameras.focal * width / cameras.distance
    points, confidence = observe(noise, pixels, inside(cameras, pixels), unit, level, rng)
    up = rotate(cameras.sight, torch.tensor([0.0, 1.0, 0.0]).expand(len(turns), 3))
    return Batch(points, confidence, joints, up)


def _from_shoulders(places: Tensor) -> Tensor:
    return places - places[:, :, _SHOULDERS].mean(dim=2, keepdim=True)


def random_proportions(deviation: float, batch: int, rng: Generator) -> Tensor:
    """Rest offsets (B, 64, 3) of bodies of other proportions, alike on both sides."""
    parts = _parts()
    groups = sorted(set(parts))
    columns = torch.tensor([groups.index(part) for part in parts])
    scale = torch.exp(deviation * torch.randn(batch, len(groups), generator=rng))
    # hands and heads also differ as wholes
    for whole in ("hand", "head"):
        chosen = [n for n, group in enumerate(groups) if group.startswith(whole)]
        factor = torch.exp(deviation * torch.randn(batch, 1, generator=rng))
        scale[:, chosen] = scale[:, chosen].sqrt() * factor
    return _OFFSETS * scale[:, columns, None]


def _parts() -> list[str]:
    """For every point of MARKED the part of the body whose length its offset is."""
    parts = {name: "trunk" for name in MARKED.names}
    parts |= {name: "hips" for name in ("leftUpperLeg", "rightUpperLeg")}
    head = ("Eye", "Ear", "Mouth", "nose", "chin")
    parts |= {name: "head" for name in MARKED.names if name.endswith(head)}
    parts["head"] = "neck"
    for name in ARMS:
        bone = name.removeprefix("left").removeprefix("right")
        parts[name] = "shoulder" if bone in ("Shoulder", "UpperArm") else bone
    for side in SIDES:
        for finger in FINGERS:
            for name in finger_points(side):
                if finger in name:
                    first = name.endswith("Metacarpal" if finger == "Thumb" else "Proximal")
                    parts[name] = "handPalm" if first else f"hand{finger}"
    return [parts[name] for name in MARKED.names]
