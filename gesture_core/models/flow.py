"""A small flow-matching generator: the modern yardstick beside the adversarial default.

It hears what the default hears, through the same encoders; only the objective differs. Noise x₀
becomes motion x₁ along a path that a network tells step by step, trained on straight paths
xₜ = (1 − t) x₀ + t x₁ (Lipman et al., "Flow Matching for Generative Modeling"; Liu et al., "Flow
Straight and Fast"; both ICLR 2023). The network tells where the path ends, x̂₁, from which the
direction (x̂₁ − xₜ) / (1 − t) follows: motion is smooth and has few dimensions, noise has not, so a
small network can tell the one but not the other (Li and He, "Back to Basics: Let Denoising
Generative Models Denoise", 2025). It is a stack of dilated convolutions at half the frame rate,
so its cost is linear in the length.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.gesture_gan import StyleEncoder, TextEncoder, UnitEncoder, sample

DILATIONS = (1, 2, 4, 8)
"""Of the blocks in turn: with a kernel of 7 four blocks see 12 s of motion."""


@dataclass(frozen=True)
class FlowConfig:
    """Sizes of the network."""

    motion: int
    """Components of the motion code K."""
    text: int
    """Features of text and time per frame."""
    plan: int
    """Features of the plan per frame."""
    manners: int
    """Manners a speaker can have."""
    style: int = 16
    """Length of the style vector."""
    unit: int = 12
    """Length of the unit latent."""
    unit_points: int = 20
    """Points in time at which the posterior encoder looks at a unit."""
    hidden: int = 160
    """Channels of the convolutions."""
    blocks: int = 6
    kernel: int = 7
    """Steps of two frames that a convolution sees, an odd number."""
    steps: int = 8
    """Steps from noise to motion."""


class FlowBlock(nn.Module):
    """Residual block (B, N, C): depthwise convolution in time, then a perceptron on every step.

    The moment t on the way sets scale and shift of the norm and the strength of the block
    (adaptive norm of Peebles and Xie, "Scalable Diffusion Models with Transformers", ICCV 2023).
    """

    def __init__(self, size: int, kernel: int, dilation: int) -> None:
        super().__init__()
        reach = dilation * (kernel // 2)
        self.time = nn.Conv1d(size, size, kernel, padding=reach, dilation=dilation, groups=size)
        self.norm = nn.LayerNorm(size, elementwise_affine=False)
        self.adapt = nn.Linear(size, 3 * size)
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        nn.init.zeros_(self.adapt.weight)
        nn.init.zeros_(self.adapt.bias)

    def forward(self, x: Tensor, moment: Tensor) -> Tensor:
        scale, shift, strength = self.adapt(moment)[:, None].chunk(3, dim=-1)
        y = self.norm(self.time(x.transpose(1, 2)).transpose(1, 2))
        y = self.narrow(nn.functional.gelu(self.widen(y * (1.0 + scale) + shift)))
        return x + y * (1.0 + strength)


class FlowGenerator(nn.Module):
    """Text, plan, style, unit latents and given poses → where a path from noise ends in motion."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        self.style = StyleEncoder(config.manners, config.style)
        self.unit = UnitEncoder(config.motion, config.unit_points, config.unit)
        self.text = TextEncoder(config.text)
        phase = config.plan + config.unit + config.style
        self.phase = nn.Sequential(
            nn.Linear(phase, 192), nn.LeakyReLU(0.2), nn.Linear(192, 128), nn.LeakyReLU(0.2)
        )
        given = 2 * (config.motion + 1)
        self.condition = nn.Linear(48 + 2 * 128 + given, config.hidden)
        self.enter = nn.Linear(2 * config.motion, config.hidden)
        self.moment = nn.Sequential(
            nn.Linear(MOMENT, config.hidden), nn.SiLU(), nn.Linear(config.hidden, config.hidden)
        )
        self.blocks = nn.ModuleList(
            FlowBlock(config.hidden, config.kernel, DILATIONS[number % len(DILATIONS)])
            for number in range(config.blocks)
        )
        self.norm = nn.LayerNorm(config.hidden)
        self.leave = nn.Linear(config.hidden, 2 * config.motion)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def heard(self, told: Conditions, style: Tensor) -> Tensor:
        """All that the end depends on but place and moment, (B, T / 2, hidden)."""
        if told.frames % 2:
            raise ValueError(f"the generator needs an even number of frames, not {told.frames}")
        spread = style[:, None].expand(-1, told.frames, -1)
        phase = self.phase(torch.cat([told.plan, told.unit, spread], dim=-1))
        given = torch.cat([told.given, told.known[..., None]], dim=-1)
        slow = [self.text(told.text), _paired(phase), _paired(given)]
        return self.condition(torch.cat(slow, dim=-1))

    def forward(self, place: Tensor, moment: Tensor, heard: Tensor) -> Tensor:
        """End x̂₁ (B, T, K) of the path through a place xₜ (B, T, K) at moment t (B,) in 0–1."""
        time = self.moment(moment_features(moment))
        x = self.enter(_paired(place)) + heard
        for block in self.blocks:
            x = block(x, time)
        return self.leave(self.norm(x)).view(place.shape)

    def sample(self, told: Conditions, random: torch.Generator) -> Tensor:
        """Motion codes (B, T, K) from noise; frames that are known go straight to what is given."""
        mean, log_variance = self.style(told.manner, told.energy)
        heard = self.heard(told, sample(mean, log_variance, random))
        noise = torch.randn(told.given.shape, generator=random).to(told.given.device)
        known = told.known[..., None] > 0

        def end(place: Tensor, moment: Tensor) -> Tensor:
            return torch.where(known, told.given, self(place, moment, heard))

        return follow(end, noise, self.config.steps)


MOMENT = 32
"""Features of the moment on the way."""
NEAREST = 0.125
"""Smallest share of the way that is left, for L_flow: the last moments must not outweigh all."""


def moment_features(moment: Tensor) -> Tensor:
    """Sines and cosines (B, MOMENT) of moments (B,) in 0–1, of wavelengths from 2 to 0.02."""
    rates = math.pi * torch.logspace(0.0, 2.0, MOMENT // 2, device=moment.device)
    angles = moment[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def on_the_way(noise: Tensor, motion: Tensor, moment: Tensor) -> Tensor:
    """Places xₜ = (1 − t) x₀ + t x₁ on straight paths (B, …) at moments t (B,)."""
    return torch.lerp(noise, motion, moment.view(-1, *[1] * (motion.dim() - 1)))


def flow_loss(end: Tensor, motion: Tensor, moment: Tensor) -> Tensor:
    """L_flow = E‖v̂ − v‖² = E[‖x̂₁ − x₁‖² / (1 − t)²] of ends x̂₁ (B, …) told at moments t (B,).

    1 − t counts as no less than `NEAREST`.
    """
    left = (1.0 - moment).clamp(min=NEAREST)
    return ((end - motion).square().flatten(1).mean(dim=1) / left.square()).mean()


def follow(end: Callable[[Tensor, Tensor], Tensor], place: Tensor, steps: int) -> Tensor:
    """Follow the directions (x̂₁ − xₜ) / (1 − t) from t = 0 to 1, at moments t = (n / steps)².

    Steps grow, since the path bends most where it leaves the noise; each takes in how the
    direction has changed since the last (Adams and Bashforth's method of the second order), but
    for the last, which goes to the end that it is told.
    """
    moments = [(step / steps) ** 2 for step in range(steps + 1)]
    previous, before = None, 1.0
    for now, then in pairwise(moments):
        direction = (end(place, place.new_full((len(place),), now)) - place) / (1.0 - now)
        ahead, step = direction, then - now
        if previous is not None and then < 1.0:
            ahead = direction + (direction - previous) * (step / (2.0 * before))
        place = place + ahead * step
        previous, before = direction, step
    return place


def _paired(frames: Tensor) -> Tensor:
    """Every two frames side by side: (B, T, C) → (B, T / 2, 2 C)."""
    batch, length, size = frames.shape
    return frames.reshape(batch, length // 2, 2 * size)
