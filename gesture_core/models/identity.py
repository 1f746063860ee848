"""A network that tells faces apart: the same person's embeddings lie close together.

The residual network of dlib's face recogniser (Davis King, 2017; weights public domain), 29
convolutions after He et al. 2016 with half the filters. It is only for telling whose
pictures they are and how like a character is, never for making one, and its weights do not ship.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

CHIP = 150
"""Height and width of the pictures that the network sees, pixels."""
EMBEDDING = 128
SAME_PERSON = 0.6
"""Distance below which dlib calls two faces the same person (99.4 % right on LFW)."""
_MEAN_RGB = (122.782, 117.001, 104.298)


class Scaled(nn.Module):
    """A convolution, then a factor and an offset per channel."""

    def __init__(self, fan_in: int, channels: int, size: int, stride: int = 1) -> None:
        super().__init__()
        padding = size // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(fan_in, channels, size, stride, padding)
        self.factor = nn.Parameter(torch.ones(channels))
        self.offset = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x) * self.factor[:, None, None] + self.offset[:, None, None]


class Block(nn.Module):
    """Two convolutions beside a shortcut; `stride` 2 halves the picture."""

    def __init__(self, fan_in: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = Scaled(fan_in, channels, 3, stride)
        self.conv2 = Scaled(channels, channels, 3)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv2(F.relu(self.conv1(x)))
        if self.stride > 1:
            x = F.avg_pool2d(x, self.stride)
        rows, columns = (max(a, b) for a, b in zip(x.shape[2:], out.shape[2:], strict=True))
        return F.relu(_grown(x, out.shape[1], rows, columns) + _grown(out, 0, rows, columns))


def _grown(x: Tensor, channels: int, rows: int, columns: int) -> Tensor:
    """`x` with zeros behind it up to a number of channels, rows and columns."""
    missing = (0, columns - x.shape[3], 0, rows - x.shape[2], 0, max(0, channels - x.shape[1]))
    return F.pad(x, missing)


class IdentityNetwork(nn.Module):
    """Face pictures (B, 3, CHIP, CHIP), RGB 0–255, to embeddings (B, EMBEDDING)."""

    def __init__(self) -> None:
        super().__init__()
        self.start = Scaled(3, 32, 7, 2)
        self.blocks = nn.Sequential(
            *(Block(32, 32) for _ in range(3)),
            Block(32, 64, 2),
            *(Block(64, 64) for _ in range(3)),
            Block(64, 128, 2),
            *(Block(128, 128) for _ in range(2)),
            Block(128, 256, 2),
            *(Block(256, 256) for _ in range(2)),
            Block(256, 256, 2),
        )
        self.last = nn.Linear(256, EMBEDDING, bias=False)

    def forward(self, faces: Tensor) -> Tensor:
        mean = faces.new_tensor(_MEAN_RGB)[:, None, None]
        x = F.relu(self.start((faces - mean) / 256))
        return self.last(self.blocks(F.max_pool2d(x, 3, 2)).mean((2, 3)))
