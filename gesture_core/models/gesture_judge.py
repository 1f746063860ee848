"""Networks that judge gestures: an autoencoder for FGD and a classifier of gesture functions."""

from __future__ import annotations

from torch import Tensor, nn

from gesture_core.plan import FUNCTIONS

WINDOW = 32
"""Frames that the autoencoder sees."""
LATENT = 32
STROKE_BEFORE, STROKE_AFTER = 10, 14
"""Frames around a stroke that the classifier sees."""


class MotionAutoencoder(nn.Module):
    """Windows of pose vectors (B, WINDOW, D) ↔ latents (B, LATENT); made once, then frozen."""

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
    """The frames around a stroke (B, STROKE_BEFORE + STROKE_AFTER, D) → logits of functions."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(size, 96, 3, padding=1),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Conv1d(96, 96, 4, 2, 1),
            nn.ReLU(),
            nn.Conv1d(96, 96, 4, 2, 1),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(2),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(192, len(FUNCTIONS)),
        )

    def forward(self, motion: Tensor) -> Tensor:
        """Motion around strokes → logits (B, functions)."""
        return self.net(motion.transpose(1, 2))
