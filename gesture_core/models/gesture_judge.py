"""Networks that judge gestures. Each is trained once on real motion and then frozen.

An autoencoder gives the latents of the Fréchet Gesture Distance; classifiers tell what a gesture
does and in which style somebody moves; two encoders put motion and text into one space.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from gesture_core.plan import FUNCTIONS

WINDOW = 32
"""Frames that the autoencoder sees."""
LATENT = 32
STROKE_BEFORE, STROKE_AFTER = 10, 14
"""Frames around a stroke that the classifier of functions sees."""
STYLE_WINDOW = 96
"""Frames that the classifier of styles sees."""
PAIR_WINDOW = 75
"""Frames of motion and of text that are compared."""
EMBEDDING = 64


class MotionAutoencoder(nn.Module):
    """Windows of pose vectors (B, WINDOW, D) ↔ latents (B, LATENT)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(size, 96, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(96, 96, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(96, 64, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(64 * WINDOW // 4, LATENT),
        )
        self.decoder = nn.Sequential(
            nn.Linear(LATENT, 64 * WINDOW // 4),
            nn.LeakyReLU(0.2),
            nn.Unflatten(1, (64, WINDOW // 4)),
            nn.ConvTranspose1d(64, 96, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(96, 96, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(96, size, 3, padding=1),
        )

    def encode(self, motion: Tensor) -> Tensor:
        """Motion (B, WINDOW, D) → latents (B, LATENT)."""
        return self.encoder(motion.transpose(1, 2))

    def forward(self, motion: Tensor) -> Tensor:
        """Motion (B, WINDOW, D) → its reconstruction."""
        return self.decoder(self.encode(motion)).transpose(1, 2)


class FunctionClassifier(nn.Module):
    """Pose vectors around a stroke (B, STROKE_BEFORE + STROKE_AFTER, D) → logits of functions."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(2 * size, 96, 3, padding=1),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv1d(96, 96, 4, 2, 1),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv1d(96, 96, 4, 2, 1),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(3),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(3 * 96, len(FUNCTIONS)),
        )

    def forward(self, motion: Tensor) -> Tensor:
        """Motion around strokes → logits (B, functions)."""
        return self.net(_moving(motion))


class StyleClassifier(nn.Module):
    """What is seen of a body (B, T, D) → logits of styles; any T of at least 8 frames.

    The mean, the deviation and the largest value over time of what it found: how the body is
    held, how much it moves, how far it goes.
    """

    def __init__(self, size: int, styles: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))
        self.net = nn.Sequential(
            nn.Conv1d(2 * size, 64, 5, 2, 2),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Conv1d(64, 64, 5, 2, 2),
            nn.ReLU(),
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(3 * 64, styles))

    def forward(self, seen: Tensor) -> Tensor:
        """Appearances → logits (B, styles)."""
        hidden = self.net(_moving((seen - self.mean) / self.scale))
        pooled = (hidden.mean(dim=2), hidden.std(dim=2), hidden.amax(dim=2))
        return self.head(torch.cat(pooled, dim=1))


class SequenceEncoder(nn.Module):
    """A sequence (B, PAIR_WINDOW, D) → a unit vector (B, EMBEDDING) that knows what came when."""

    def __init__(self, size: int) -> None:
        super().__init__()
        steps = -(-PAIR_WINDOW // 8)
        self.net = nn.Sequential(
            nn.Dropout(0.1),
            nn.Conv1d(size, 96, 5, 2, 2),
            nn.ReLU(),
            nn.Conv1d(96, 96, 5, 2, 2),
            nn.ReLU(),
            nn.Conv1d(96, 64, 5, 2, 2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(64 * steps, EMBEDDING),
        )

    def forward(self, sequence: Tensor) -> Tensor:
        """Sequences → unit vectors."""
        return F.normalize(self.net(sequence.transpose(1, 2)), dim=-1)


class PairEncoder(nn.Module):
    """Motion and text in one space: a pair lies close together, others lie apart."""

    def __init__(self, motion: int, text: int) -> None:
        super().__init__()
        self.motion = SequenceEncoder(motion)
        self.text = SequenceEncoder(text)
        self.log_scale = nn.Parameter(torch.tensor(2.5))

    def loss(self, motion: Tensor, text: Tensor) -> Tensor:
        """InfoNCE in both directions of B pairs (van den Oord et al., 2018; CLIP, 2021)."""
        likeness = self.motion(motion) @ self.text(text).T * self.log_scale.clamp(max=4.6).exp()
        right = torch.arange(len(motion))
        return 0.5 * (F.cross_entropy(likeness, right) + F.cross_entropy(likeness.T, right))


def _moving(motion: Tensor) -> Tensor:
    """Motion (B, T, D) → positions and velocities for a convolution (B, 2D, T)."""
    motion = motion.transpose(1, 2)
    return torch.cat([motion, 3.0 * F.pad(motion.diff(dim=2), (1, 0))], dim=1)
