"""Cameras that look at a person: where points of the body come to lie in a picture.

The sight frame has its origin in the middle of the shoulders, z along the line of sight towards
the camera, x to the picture's right and y to its top. The upright frame shares the origin, has y
up and z level, towards the camera: a person who faces the camera faces +Z. Pixels count from the
top left corner, x to the right and y down.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from gesture_core.train.lifter_poses import multiply, rotate, rotvec_to_quaternion

HEIGHT = 720.0
"""Pixels; only shares of it matter."""
NEAREST = 0.15
"""Metres: what comes nearer to the camera is drawn as if it were that far."""


@dataclass(frozen=True)
class CameraConfig:
    """Ranges that cameras are drawn from; angles in degrees, lengths in metres."""

    field: tuple[float, ...] = (12.0, 70.0)
    """Vertical field of view, from a long lens at the back of a hall to a phone; drawn so that
    each doubling is as likely as the next."""
    view: tuple[float, ...] = (0.75, 2.6)
    """Height of what the picture shows at the person's distance: bust to whole body."""
    nearest: float = 0.8
    """Shortest distance from the camera to the shoulders."""
    pitch: float = 15.0
    """Standard deviation is half of it; nobody is filmed from steeper than twice of it."""
    roll: float = 2.0
    """Standard deviation of the camera's roll."""
    yaw: float = 60.0
    """Half of this is the standard deviation of the person's turn, which is at most this."""


@dataclass(frozen=True, eq=False)
class Cameras:
    """B cameras: `sight` (B, 4) turns the upright frame into the sight frame, `aside` (B, 4) the
    sight frame into the camera's; `distance` (B,) metres; `focal` (B,), `width` (B,) pixels.
    """

    sight: Tensor
    aside: Tensor
    distance: Tensor
    focal: Tensor
    width: Tensor


def sample_cameras(config: CameraConfig, batch: int, rng: Generator) -> Cameras:
    """Cameras that show busts to whole people, somewhat off the middle."""

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(batch, generator=rng)

    def normal(deviation: float) -> Tensor:
        return torch.randn(batch, generator=rng) * deviation

    narrow, wide = config.field[:2]
    half = torch.deg2rad(narrow * (wide / narrow) ** uniform(0.0, 1.0)) / 2.0
    view = config.view[0] * (config.view[1] / config.view[0]) ** uniform(0.0, 1.0)
    distance = (view / 2.0 / torch.tan(half)).clamp_min(config.nearest)
    view = 2.0 * distance * torch.tan(half)
    aspects = torch.tensor([0.5625, 0.75, 1.0, 1.3333, 1.7778])
    aspect = aspects[torch.randint(5, (batch,), generator=rng)]
    # metres at the person's distance: the head ends some 0.36 above the shoulders
    above = view / 2.0 - 0.36 - uniform(0.0, 0.25) * view
    beside = normal(0.08) * view * aspect
    pitch = torch.deg2rad(normal(config.pitch / 2.0).clamp(-2 * config.pitch, 2 * config.pitch))
    zero = torch.zeros(batch)
    pitched = rotvec_to_quaternion(torch.stack([pitch, zero, zero], dim=-1))
    rolled = torch.stack([zero, zero, torch.deg2rad(normal(config.roll))], dim=-1)
    return Cameras(
        sight=multiply(rotvec_to_quaternion(rolled), pitched),
        aside=turn_aside(beside / distance, above / distance),
        distance=distance,
        focal=HEIGHT / 2.0 / torch.tan(half),
        width=HEIGHT * aspect,
    )


def turn_aside(right: Tensor, above: Tensor) -> Tensor:
    """The smallest turn that takes the line of sight off the middle of the picture."""
    angle = torch.atan(torch.hypot(right, above))
    axis = torch.stack([above, -right, torch.zeros_like(right)], dim=-1)
    axis = torch.nn.functional.normalize(axis, dim=-1)
    return rotvec_to_quaternion(axis * angle[:, None])


def project(cameras: Cameras, points: Tensor) -> Tensor:
    """Pixels (B, T, P, 2) of points (B, T, P, 3) in the sight frame, metres."""
    from_camera = points - torch.nn.functional.pad(cameras.distance[:, None], (2, 0))[:, None, None]
    x, y, z = rotate(cameras.aside[:, None, None], from_camera).unbind(-1)
    scale = cameras.focal[:, None, None] / (-z).clamp_min(NEAREST)
    across = cameras.width[:, None, None] / 2.0 + scale * x
    return torch.stack([across, HEIGHT / 2.0 - scale * y], dim=-1)


def inside(cameras: Cameras, pixels: Tensor) -> Tensor:
    """Which pixels (B, T, P, 2) lie within their picture (B, T, P)."""
    x, y = pixels.unbind(-1)
    return (x >= 0) & (y >= 0) & (x < cameras.width[:, None, None]) & (y < HEIGHT)
