"""The gesture generator and its discriminator: layers and losses, no files.

Our own implementation of an adversarial generator of co-speech gesture: a text encoder, a style
encoder and seed poses drive a recurrent generator; a discriminator judges motion together with
its text. To the classic recipe we add the plan per frame, and a unit latent from a posterior
encoder of the real gesture (a VAE-GAN, Larsen et al., ICML 2016), because text and noise alone
cannot tell which gesture is meant and when.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


@dataclass(frozen=True)
class GestureModelConfig:
    """Sizes of the networks."""

    motion: int = 80
    """Components of the motion code K."""
    text: int = 56
    """Features of text and time per frame."""
    plan: int = 29
    """Features of the plan per frame."""
    manners: int = 5
    """Manners a speaker can have."""
    style: int = 16
    """Length of the style vector."""
    unit: int = 12
    """Length of the unit latent."""
    unit_points: int = 20
    """Points in time at which the posterior encoder looks at a unit."""
    noise: int = 8
    """Length of the free noise."""
    hidden: int = 160
    """Hidden size of each direction of the GRU."""
    layers: int = 2
    """GRU layers."""
    seed: int = 4
    """Given first frames."""


class StyleEncoder(nn.Module):
    """Manner and energy → a normal distribution over style vectors."""

    def __init__(self, config: GestureModelConfig) -> None:
        super().__init__()
        self.manner = nn.Embedding(config.manners, config.style)
        self.net = nn.Sequential(nn.Linear(config.style + 1, 32), nn.LeakyReLU(0.2))
        self.mean = nn.Linear(32, config.style)
        self.log_variance = nn.Linear(32, config.style)

    def forward(self, manner: Tensor, energy: Tensor) -> tuple[Tensor, Tensor]:
        """Manner (B,) long, energy (B,) → mean and log variance, (B, style) each."""
        hidden = self.net(torch.cat([self.manner(manner), energy[:, None] - 1.0], dim=-1))
        return self.mean(hidden), self.log_variance(hidden).clamp(-6.0, 2.0)


class UnitEncoder(nn.Module):
    """Posterior encoder: a real unit at fixed phases → a normal distribution over unit latents."""

    def __init__(self, config: GestureModelConfig) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(config.unit_points * config.motion, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 64),
            nn.LeakyReLU(0.2),
        )
        self.mean = nn.Linear(64, config.unit)
        self.log_variance = nn.Linear(64, config.unit)

    def forward(self, clips: Tensor) -> tuple[Tensor, Tensor]:
        """Clips (U, unit_points, motion) → mean and log variance, (U, unit) each."""
        hidden = self.net(clips)
        return self.mean(hidden), self.log_variance(hidden).clamp(-6.0, 2.0)


class GestureGenerator(nn.Module):
    """Text, plan, style, unit latents, noise and seed poses → motion code.

    The recurrent part runs at half the frame rate, which carries context and costs half; the
    phase of the gesture goes past it to every frame.
    """

    def __init__(self, config: GestureModelConfig) -> None:
        super().__init__()
        self.config = config
        self.style = StyleEncoder(config)
        self.unit = UnitEncoder(config)
        self.text = nn.Sequential(
            nn.Conv1d(config.text, 64, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(64, 48, 5, padding=2),
            nn.LeakyReLU(0.2),
        )
        self.seed = nn.Linear(config.motion + 1, 48)
        phase = config.plan + config.unit + config.style
        self.phase = nn.Sequential(
            nn.Linear(phase, 192), nn.LeakyReLU(0.2), nn.Linear(192, 128), nn.LeakyReLU(0.2)
        )
        self.gru = nn.GRU(
            48 + 48 + 128 + config.noise,
            config.hidden,
            config.layers,
            batch_first=True,
            bidirectional=True,
        )
        self.head = nn.Sequential(
            nn.Linear(2 * config.hidden + 128, 192),
            nn.LeakyReLU(0.2),
            nn.Linear(192, config.motion),
        )

    def forward(
        self, text: Tensor, plan: Tensor, unit: Tensor, style: Tensor, noise: Tensor, seed: Tensor
    ) -> Tensor:
        """Generate motion codes (B, T, motion).

        `text` (B, T, text); `plan` (B, T, plan); `unit` (B, T, unit) the latent of the gesture
        each frame belongs to, 0 where none; `style` (B, style); `noise` (B, noise); `seed`
        (B, S, motion) the given first S ≤ T frames, S may be 0. T must be even.
        """
        frames = text.shape[1]
        if frames % 2:
            raise ValueError(f"the generator needs an even number of frames, not {frames}")
        given = F.pad(seed, (0, 1), value=1.0)
        given = F.pad(given, (0, 0, 0, frames - seed.shape[1]))
        spread = style[:, None].expand(-1, frames, -1)
        phase = self.phase(torch.cat([plan, unit, spread], dim=-1))
        heard = self.text(text.transpose(1, 2)).transpose(1, 2)
        free = noise[:, None].expand(-1, frames // 2, -1)
        slow = [heard, _halved(self.seed(given)), _halved(phase), free]
        hidden, _ = self.gru(torch.cat(slow, dim=-1))
        hidden = F.interpolate(hidden.transpose(1, 2), size=frames, mode="linear").transpose(1, 2)
        return self.head(torch.cat([hidden, phase], dim=-1))


def _halved(frames: Tensor) -> Tensor:
    """Mean of every two frames: (B, T, C) → (B, T / 2, C)."""
    return 0.5 * (frames[:, 0::2] + frames[:, 1::2])


class GestureDiscriminator(nn.Module):
    """Judges motion together with its text, plan and manner; one logit for every 8 frames."""

    def __init__(self, config: GestureModelConfig) -> None:
        super().__init__()
        self.motion = nn.Conv1d(2 * config.motion, 96, 1)
        self.condition = nn.Conv1d(config.text + config.plan, 48, 5, padding=2)
        self.manner = nn.Embedding(config.manners, 16)
        self.net = nn.Sequential(
            nn.Conv1d(96 + 48 + 16, 112, 6, 2, 2),
            nn.LeakyReLU(0.2),
            nn.Conv1d(112, 128, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(128, 128, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(128, 1, 3, padding=1),
        )

    def forward(self, motion: Tensor, text: Tensor, plan: Tensor, manner: Tensor) -> Tensor:
        """Motion (B, T, motion), its text and plan, manner (B,) → logits (B, T / 8)."""
        velocity = 3.0 * F.pad(motion[:, 1:] - motion[:, :-1], (0, 0, 1, 0))
        moved = self.motion(torch.cat([motion, velocity], dim=-1).transpose(1, 2))
        heard = self.condition(torch.cat([text, plan], dim=-1).transpose(1, 2))
        who = self.manner(manner)[:, :, None].expand(-1, -1, motion.shape[1])
        return self.net(F.leaky_relu(torch.cat([moved, heard, who], dim=1), 0.2)).squeeze(1)


def sample(mean: Tensor, log_variance: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Reparameterised draw from a normal distribution."""
    noise = torch.randn(mean.shape, generator=generator)
    return mean + noise * (0.5 * log_variance).exp()


def huber_loss(motion: Tensor, target: Tensor, delta: float) -> Tensor:
    """L_Huber = E[mean over t of Huber(d, d̂)] for motions (B, T, K), with Huber's `delta`."""
    return F.huber_loss(motion, target, delta=delta)


def generator_loss(fake: Tensor) -> Tensor:
    """L_NSGAN = −E[log D(d̂)]; on logits, −log σ(x) = softplus(−x)."""
    return F.softplus(-fake).mean()


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """L_D = −E[log D(d)] − E[log(1 − D(d̂))], on logits."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def style_loss(
    motion_1: Tensor, motion_2: Tensor, style_1: Tensor, style_2: Tensor, limit: float, delta: float
) -> Tensor:
    """L_style = −E[min(Huber(G(text, style₁) − G(text, style₂)) / ‖style₁ − style₂‖₁, τ)].

    Motions (B, T, K) of the same text in two styles (B, S); the mean of the Huber distance over
    time and components is divided by the L1 distance of the styles and limited to τ = `limit`.
    """
    distance = F.huber_loss(motion_1, motion_2, delta=delta, reduction="none").mean(dim=(1, 2))
    apart = (style_1 - style_2).abs().sum(dim=-1).clamp(min=1e-3)
    return -(distance / apart).clamp(max=limit).mean()


def kld_loss(mean: Tensor, log_variance: Tensor) -> Tensor:
    """L_KLD = −½ E[1 + log σ² − μ² − σ²]: divergence from the standard normal, per dimension."""
    return -0.5 * (1.0 + log_variance - mean**2 - log_variance.exp()).mean()
