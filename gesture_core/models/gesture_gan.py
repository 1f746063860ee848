"""The gesture generator and its discriminator: layers and losses, no files.

Our own implementation of an adversarial generator of co-speech gesture: a text encoder, a style
encoder and given poses drive a recurrent generator; a discriminator judges motion together with
its text. To the classic recipe we add the plan per frame, and a unit latent from a posterior
encoder of the real gesture (a VAE-GAN, Larsen et al., ICML 2016), because text and noise alone
cannot tell which gesture is meant and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gesture_core.models.conditions import Conditions

Channel = Literal["position", "velocity", "acceleration"]
_SPREADS = {"position": 1.0, "velocity": 3.0, "acceleration": 6.0}
"""What differences between frames are multiplied by, to be about as large as the code itself."""


@dataclass(frozen=True)
class GestureModelConfig:
    """Sizes of the generator."""

    motion: int = 96
    """Components of the motion code K."""
    text: int = 56
    """Features of text and time per frame."""
    plan: int = 29
    """Features of the plan per frame; 0: it hears no plan."""
    manners: int = 5
    """Manners a speaker can have."""
    style: int = 16
    """Length of the style vector."""
    unit: int = 16
    """Length of the unit latent; 0: none."""
    unit_points: int = 20
    """Points in time at which the posterior encoder looks at a unit."""
    noise: int = 8
    """Length of the free noise."""
    hidden: int = 160
    """Hidden size of each direction of the GRU."""
    layers: int = 2
    """GRU layers."""


@dataclass(frozen=True)
class DiscriminatorConfig:
    """What the discriminator sees and how it is told the text."""

    conditioning: Literal["none", "concat", "projection"] = "projection"
    """Not at all, beside the motion, or by an inner product (Miyato and Koyama, ICLR 2018)."""
    channels: tuple[Channel, ...] = ("position", "velocity", "acceleration")
    """What it sees of the motion."""
    spectral: bool = False
    """Spectral normalisation of every layer (Miyato et al., ICLR 2018)."""
    width: int = 112
    """Channels of its layers."""


class StyleEncoder(nn.Module):
    """Manner and energy → a normal distribution over style vectors."""

    def __init__(self, manners: int, style: int) -> None:
        super().__init__()
        self.manner = nn.Embedding(manners, style)
        self.net = nn.Sequential(nn.Linear(style + 1, 32), nn.LeakyReLU(0.2))
        self.mean = nn.Linear(32, style)
        self.log_variance = nn.Linear(32, style)

    def forward(self, manner: Tensor, energy: Tensor) -> tuple[Tensor, Tensor]:
        """Manner (B,) long, energy (B,) → mean and log variance, (B, style) each."""
        hidden = self.net(torch.cat([self.manner(manner), energy[:, None] - 1.0], dim=-1))
        return self.mean(hidden), self.log_variance(hidden).clamp(-6.0, 2.0)


class UnitEncoder(nn.Module):
    """Posterior encoder: a real unit at fixed phases → a normal distribution over unit latents."""

    def __init__(self, motion: int, points: int, unit: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(points * motion, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 64),
            nn.LeakyReLU(0.2),
        )
        self.mean = nn.Linear(64, unit)
        self.log_variance = nn.Linear(64, unit)

    def forward(self, clips: Tensor) -> tuple[Tensor, Tensor]:
        """Clips (U, points, motion) → mean and log variance, (U, unit) each."""
        hidden = self.net(clips)
        return self.mean(hidden), self.log_variance(hidden).clamp(-6.0, 2.0)


class TextEncoder(nn.Module):
    """Text per frame → what is heard at half the frame rate."""

    def __init__(self, text: int, size: int = 48) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(text, 64, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(64, size, 5, padding=2),
            nn.LeakyReLU(0.2),
        )

    def forward(self, text: Tensor) -> Tensor:
        """Text (B, T, text) → (B, T / 2, size)."""
        return self.net(text.transpose(1, 2)).transpose(1, 2)


class GestureGenerator(nn.Module):
    """Text, plan, style, unit latents, noise and given poses → motion code.

    The recurrent part runs at half the frame rate, which carries context and costs half; the
    phase of the gesture and the given poses go past it to every frame.
    """

    def __init__(self, config: GestureModelConfig) -> None:
        super().__init__()
        self.config = config
        self.style = StyleEncoder(config.manners, config.style)
        self.unit = (
            UnitEncoder(config.motion, config.unit_points, config.unit) if config.unit else None
        )
        self.text = TextEncoder(config.text)
        self.given = nn.Linear(config.motion + 1, 48)
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
            nn.Linear(2 * config.hidden + 128 + 48, 192),
            nn.LeakyReLU(0.2),
            nn.Linear(192, config.motion),
        )

    def forward(self, told: Conditions, style: Tensor, noise: Tensor) -> Tensor:
        """Generate motion codes (B, T, motion) from conditions, style (B, ·) and noise (B, ·)."""
        frames = told.frames
        if frames % 2:
            raise ValueError(f"the generator needs an even number of frames, not {frames}")
        given = self.given(torch.cat([told.given, told.known[..., None]], dim=-1))
        spread = style[:, None].expand(-1, frames, -1)
        plan = told.plan if self.config.plan else told.plan[..., :0]
        phase = self.phase(torch.cat([plan, told.unit, spread], dim=-1))
        free = noise[:, None].expand(-1, frames // 2, -1)
        slow = [self.text(told.text), halved(given), halved(phase), free]
        hidden, _ = self.gru(torch.cat(slow, dim=-1))
        hidden = F.interpolate(hidden.transpose(1, 2), size=frames, mode="linear").transpose(1, 2)
        return self.head(torch.cat([hidden, phase, given], dim=-1))

    def sample(self, told: Conditions, random: torch.Generator) -> Tensor:
        """Draw a style vector and noise, and generate motion codes (B, T, motion)."""
        mean, log_variance = self.style(told.manner, told.energy)
        style = sample(mean, log_variance, random)
        noise = torch.randn((len(told), self.config.noise), generator=random)
        return self(told, style, noise.to(style.device))


def halved(frames: Tensor) -> Tensor:
    """Mean of every two frames: (B, T, C) → (B, T / 2, C)."""
    return 0.5 * (frames[:, 0::2] + frames[:, 1::2])


class GestureDiscriminator(nn.Module):
    """Judges motion together with its text, plan and manner; one logit for every 8 frames."""

    def __init__(self, sizes: GestureModelConfig, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.channels, self.conditioning = config.channels, config.conditioning
        width, told = config.width, sizes.text + sizes.plan
        beside = 48 if config.conditioning == "concat" else 0
        self.motion = nn.Conv1d(len(config.channels) * sizes.motion, 96, 1)
        self.net = nn.Sequential(
            nn.Conv1d(96 + beside, width, 6, 2, 2),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
        )
        self.verdict = nn.Conv1d(width, 1, 3, padding=1)
        if self.conditioning != "none":
            self.manner = nn.Embedding(sizes.manners, 16)
        if self.conditioning == "concat":
            self.condition = nn.Conv1d(told + 16, beside, 5, padding=2)
        elif self.conditioning == "projection":
            self.condition = nn.Sequential(
                nn.Conv1d(told + 16, 48, 6, 2, 2),
                nn.LeakyReLU(0.2),
                nn.Conv1d(48, 64, 4, 2, 1),
                nn.LeakyReLU(0.2),
                nn.Conv1d(64, width, 4, 2, 1),
            )
        if config.spectral:
            for layer in [module for module in self.modules() if isinstance(module, nn.Conv1d)]:
                spectral_norm(layer)

    def forward(self, motion: Tensor, told: Conditions) -> Tensor:
        """Motion (B, T, motion) and what it was told → logits (B, T / 8)."""
        seen = self.motion(motion_channels(motion, self.channels).transpose(1, 2))
        seen = F.leaky_relu(seen, 0.2)
        if self.conditioning == "none":
            return self.verdict(self.net(seen)).squeeze(1)
        who = self.manner(told.manner)[:, :, None].expand(-1, -1, motion.shape[1])
        heard = torch.cat([told.text, told.plan], dim=-1).transpose(1, 2)
        condition = self.condition(torch.cat([heard, who], dim=1))
        if self.conditioning == "concat":
            condition = F.leaky_relu(condition, 0.2)
            return self.verdict(self.net(torch.cat([seen, condition], dim=1))).squeeze(1)
        hidden = self.net(seen)
        agreement = (hidden * condition).sum(dim=1) / hidden.shape[1] ** 0.5
        return self.verdict(hidden).squeeze(1) + agreement


def motion_channels(motion: Tensor, channels: tuple[Channel, ...]) -> Tensor:
    """Codes (B, T, K) and their scaled differences in time, (B, T, K · channels)."""
    velocity = F.pad(motion[:, 1:] - motion[:, :-1], (0, 0, 1, 0))
    acceleration = F.pad(velocity[:, 1:] - velocity[:, :-1], (0, 0, 1, 0))
    found = {"position": motion, "velocity": velocity, "acceleration": acceleration}
    return torch.cat([_SPREADS[channel] * found[channel] for channel in channels], dim=-1)


def sample(mean: Tensor, log_variance: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Reparameterised draw from a normal distribution."""
    noise = torch.randn(mean.shape, generator=generator).to(mean.device)
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


def gradient_penalty(verdict: Tensor, motion: Tensor) -> Tensor:
    """R1 or R2: E[‖∂D/∂d‖²] per frame of `motion` (B, T, K), which must require gradients.

    Of real motion it is R1, of generated motion R2 (Mescheder et al., ICML 2018).
    """
    (gradient,) = torch.autograd.grad(verdict.sum(), motion, create_graph=True)
    return gradient.square().sum(dim=-1).mean()


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
