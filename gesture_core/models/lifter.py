"""The lifter: what a detector sees of a person over a second → where every joint is in space.

A body network and a hand network, both residual: a temporal depthwise convolution, then a
multilayer perceptron on every frame (the block of Liu et al., "A ConvNet for the 2020s", CVPR
2022, with time as its only axis). One hand network serves both hands; it sees a right hand in the
mirror. A linear path from the input to the output carries what lies in the picture already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence

TRUNK, HAND = 16, 21
"""Points of what is seen: 16 of trunk, head and arms, then 21 of the left hand, 21 of the right."""
JOINTS, FINGERS = 24, 20
"""Joints that are found: 24 of trunk, head and arms, then 20 of the left hand, 20 of the right."""


@dataclass(frozen=True)
class LifterConfig:
    """Sizes of the networks, and where in their lists the points are that they are measured by."""

    shoulders: tuple[int, ...]
    """The two shoulders among the trunk points; their middle is the origin."""
    measure: tuple[int, ...]
    """Trunk points whose spread is the unit of length in the picture: head and shoulders."""
    wrists: tuple[int, ...]
    """Left and right wrist among the trunk points."""
    hands: tuple[int, ...]
    """Left and right wrist among the joints that are found."""
    elbows: tuple[int, ...]
    """Left and right elbow among the trunk points."""
    palm: tuple[int, ...]
    """Points of a hand that the body network sees too."""
    hidden: int = 256
    blocks: int = 5
    hand_hidden: int = 192
    hand_blocks: int = 4
    context: int = 32
    """Numbers that the body network tells the hand network about each arm."""
    kernel: int = 7
    """Frames that a temporal convolution sees, an odd number."""
    dropout: float = 0.0


class Block(nn.Module):
    """Residual block over (B, T, C): depthwise convolution in time, then a perceptron."""

    def __init__(self, size: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.time = nn.Conv1d(size, size, kernel, padding=kernel // 2, groups=size)
        self.norm = nn.LayerNorm(size)
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.time(x.transpose(1, 2)).transpose(1, 2)
        return x + self.narrow(self.dropout(nn.functional.gelu(self.widen(self.norm(mixed)))))


class Network(nn.Module):
    """Features (B, T, F) to outputs (B, T, O) beside a linear path; also gives its last state."""

    def __init__(
        self, features: int, outputs: int, size: int, blocks: int, config: LifterConfig
    ) -> None:
        super().__init__()
        self.enter = nn.Linear(features, size)
        self.blocks = nn.ModuleList(
            Block(size, config.kernel, config.dropout) for _ in range(blocks)
        )
        self.norm = nn.LayerNorm(size)
        self.leave = nn.Linear(size, outputs)
        self.direct = nn.Linear(features, outputs)
        for last in (self.leave, self.direct):  # start from the mean pose
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        x = self.enter(features)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return self.leave(x) + self.direct(features), x


class Lifter(nn.Module):
    """Seen points of a window of frames to joint positions; see `forward`."""

    body_mean: Tensor
    hand_mean: Tensor

    def __init__(self, config: LifterConfig) -> None:
        super().__init__()
        self.config = config
        palm = 3 * len(config.palm)
        self.body = Network(
            3 * TRUNK + 2 * (palm + 2), 3 * JOINTS + 3, config.hidden, config.blocks, config
        )
        self.tell = nn.ModuleList(nn.Linear(config.hidden, config.context) for _ in range(2))
        self.hand = Network(
            3 * HAND + 9 + config.context,
            3 * FINGERS,
            config.hand_hidden,
            config.hand_blocks,
            config,
        )
        self.register_buffer("body_mean", torch.zeros(JOINTS, 3))
        self.register_buffer("hand_mean", torch.zeros(FINGERS, 3))

    def forward(self, points: Tensor, confidence: Tensor) -> tuple[Tensor, Tensor]:
        """Joint positions (B, T, 64, 3) in metres and the upward direction (B, T, 3).

        `points` (B, T, 58, 2) in any unit, x to the right and y down; `confidence` (B, T, 58), 0
        for what was not seen. Positions are relative to the middle of the shoulders; x goes to
        the picture's right, y to its top, z towards the camera along the line of sight.
        """
        seen = (confidence > 0).to(points.dtype)
        upright = points * points.new_tensor([1.0, -1.0])
        centre, unit = self._place(upright, seen)
        placed = (upright - centre[:, :, None]) / unit[:, None, None, None] * seen[..., None]
        hands = [
            self._hand_view(upright, seen, slice(start, start + HAND))
            for start in (TRUNK, TRUNK + HAND)
        ]
        sizes = [torch.log(size / unit[:, None]).clamp(-5.0, 2.0) for _, size, _ in hands]
        body, state = self.body(self._body_features(placed, confidence, hands, sizes))
        joints = body[..., : 3 * JOINTS].unflatten(-1, (JOINTS, 3)) + self.body_mean
        up = body[..., 3 * JOINTS :] + body.new_tensor([0.0, 1.0, 0.0])
        found = [joints]
        for side, (view, _, _) in enumerate(hands):
            arm = self._arm_features(placed, confidence, sizes[side], side)
            wrist = joints[:, :, [self.config.hands[side]]]
            found.append(wrist + self._fingers(view, confidence, arm, state, side))
        return torch.cat(found, dim=2), nn.functional.normalize(up, dim=-1)

    def _place(self, points: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The shoulders' middle (B, T, 2), smoothed, and the unit of length (B,)."""
        shoulders = list(self.config.shoulders)
        both = seen[:, :, shoulders].amin(dim=2)
        middle = points[:, :, shoulders].mean(dim=2)
        near = torch.cat([middle * both[..., None], both[..., None]], dim=-1).transpose(1, 2)
        near = nn.functional.avg_pool1d(near, 5, 1, 2).transpose(1, 2)
        whole = (near.sum(dim=1, keepdim=True)).expand_as(near)
        near = torch.where(near[..., 2:] > 0, near, whole)
        centre = near[..., :2] / near[..., 2:].clamp_min(1e-6)
        chosen = list(self.config.measure)
        far = (points[:, :, chosen] - centre[:, :, None]).square().sum(dim=-1)
        weight = seen[:, :, chosen]
        spread = (far * weight).sum(dim=(1, 2)) / weight.sum(dim=(1, 2)).clamp_min(1.0)
        return centre, torch.where(spread > 0, spread, torch.ones_like(spread)).sqrt()

    def _hand_view(
        self, points: Tensor, seen: Tensor, hand: slice
    ) -> tuple[Tensor, Tensor, Tensor]:
        """A hand's points about its middle in its own size, that size (B, T), and whether seen."""
        own, weight = points[:, :, hand], seen[:, :, hand, None]
        count = weight.sum(dim=2, keepdim=True)
        middle = (own * weight).sum(dim=2, keepdim=True) / count.clamp_min(1.0)
        view = (own - middle) * weight
        square = view.square().sum(dim=(2, 3)) / count[:, :, 0, 0].clamp_min(1.0)
        present = (count[:, :, 0, 0] > 0).to(points.dtype)
        near = torch.stack([square * present, present], dim=1)
        near = nn.functional.avg_pool1d(near, 15, 1, 7)
        size = (near[:, 0] / near[:, 1].clamp_min(1e-6)).clamp_min(1e-12).sqrt()
        size = torch.where(near[:, 1] > 0, size, torch.full_like(size, 1e-6))
        return view / size[..., None, None] * weight, size, present

    def _body_features(
        self,
        placed: Tensor,
        confidence: Tensor,
        hands: Sequence[tuple[Tensor, Tensor, Tensor]],
        sizes: Sequence[Tensor],
    ) -> Tensor:
        chosen = list(range(TRUNK))
        for start in (TRUNK, TRUNK + HAND):
            chosen += [start + point for point in self.config.palm]
        features = [placed[:, :, chosen].flatten(2), confidence[:, :, chosen]]
        for (_, _, present), size in zip(hands, sizes, strict=True):
            features.append(torch.stack([size * present, present], dim=-1))
        return torch.cat(features, dim=-1)

    def _arm_features(self, placed: Tensor, confidence: Tensor, size: Tensor, side: int) -> Tensor:
        """Where the hand is, where its forearm comes from, how large it looks (B, T, 9)."""
        ends = [self.config.wrists[side], self.config.elbows[side]]
        wrist, elbow = placed[:, :, ends[0]], placed[:, :, ends[1]]
        known = confidence[:, :, ends]
        both = (known.amin(dim=-1, keepdim=True) > 0).to(placed.dtype)
        along = (wrist - elbow) * both
        if side == 1:
            mirror = placed.new_tensor([-1.0, 1.0])
            wrist, along = wrist * mirror, along * mirror
        direction = nn.functional.normalize(along, dim=-1)
        return torch.cat([wrist, along, direction, known, size[..., None]], dim=-1)

    def _fingers(
        self, view: Tensor, confidence: Tensor, arm: Tensor, state: Tensor, side: int
    ) -> Tensor:
        """Points of one hand relative to its wrist (B, T, 20, 3), metres."""
        start = TRUNK + side * HAND
        own = confidence[:, :, start : start + HAND]
        if side == 1:
            view = view * view.new_tensor([-1.0, 1.0])
        features = torch.cat([view.flatten(2), own, arm, self.tell[side](state)], dim=-1)
        fingers = self.hand(features)[0].unflatten(-1, (FINGERS, 3)) * 0.1 + self.hand_mean
        return fingers * fingers.new_tensor([-1.0, 1.0, 1.0]) if side == 1 else fingers
