"""The plain adversarial recipe: the generator and the discriminator that the field started from.

Our own implementation, from its published description, of the networks of Yoon et al., "Speech
Gesture Generation from the Trimodal Context of Text, Audio, and Speaker Identity", SIGGRAPH Asia
2020, without the audio branch. The generator hears no plan and no unit; the discriminator sees
nothing but motion. It is the yardstick for what our default adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.gesture_gan import StyleEncoder, UnitEncoder, sample
from gesture_core.models.seq2seq import sum_of_directions


@dataclass(frozen=True)
class TrimodalConfig:
    """Sizes of the networks; the defaults are those of the publication."""

    motion: int
    """Components of the motion code K."""
    text: int
    """Features of text and time per frame."""
    plan: int
    """Features of the plan per frame, which this model does not hear."""
    manners: int
    """Manners a speaker can have."""
    style: int = 16
    """Length of the style vector."""
    unit: int = 0
    """Length of unit latents: it has none."""
    unit_points: int = 20
    text_hidden: int = 300
    """Channels of the text encoder."""
    text_layers: int = 4
    """Blocks of the text encoder, each looking back twice as far as the one before."""
    heard: int = 32
    """Length of what the text encoder says at every frame."""
    hidden: int = 300
    """Hidden size of each direction of the generator's GRU."""
    layers: int = 4
    judge_hidden: int = 64
    """Hidden size of each direction of the discriminator's GRU."""
    judge_layers: int = 4
    dropout: float = 0.3


class CausalBlock(nn.Module):
    """Two dilated convolutions that look back only, beside a direct path (Bai et al., 2018)."""

    def __init__(self, inputs: int, outputs: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.back = dilation
        self.convolutions = nn.ModuleList(
            nn.Conv1d(size, outputs, 2, dilation=dilation) for size in (inputs, outputs)
        )
        self.dropout = nn.Dropout(dropout)
        self.direct = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, T) → (B, outputs, T)."""
        y = x
        for convolution in self.convolutions:
            y = self.dropout(convolution(F.pad(y, (self.back, 0))).relu())
        return (y + self.direct(x)).relu()


class CausalTextEncoder(nn.Module):
    """Text per frame (B, T, text) → what has been heard so far (B, T, heard)."""

    def __init__(self, config: TrimodalConfig) -> None:
        super().__init__()
        sizes = [config.text] + [config.text_hidden] * config.text_layers
        self.blocks = nn.Sequential(
            *(
                CausalBlock(sizes[number], sizes[number + 1], 2**number, config.dropout)
                for number in range(config.text_layers)
            )
        )
        self.leave = nn.Linear(config.text_hidden, config.heard)

    def forward(self, text: Tensor) -> Tensor:
        return self.leave(self.blocks(text.transpose(1, 2)).transpose(1, 2))


class TrimodalGenerator(nn.Module):
    """Text, style and given poses → motion code, through a deep bidirectional GRU."""

    unit: UnitEncoder | None = None

    def __init__(self, config: TrimodalConfig) -> None:
        super().__init__()
        self.config = config
        self.style = StyleEncoder(config.manners, config.style)
        self.text = CausalTextEncoder(config)
        self.gru = nn.GRU(
            config.motion + 1 + config.heard + config.style,
            config.hidden,
            config.layers,
            batch_first=True,
            bidirectional=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )
        self.leave = nn.Sequential(
            nn.Linear(config.hidden, config.hidden // 2),
            nn.LeakyReLU(0.2),
            nn.Linear(config.hidden // 2, config.motion),
        )

    def forward(self, told: Conditions, style: Tensor) -> Tensor:
        """Motion codes (B, T, K) in a style (B, style)."""
        spread = style[:, None].expand(-1, told.frames, -1)
        heard = [told.given, told.known[..., None], self.text(told.text), spread]
        both, _ = self.gru(torch.cat(heard, dim=-1))
        return self.leave(sum_of_directions(both))

    def sample(self, told: Conditions, random: torch.Generator) -> Tensor:
        """Motion codes (B, T, K) in a style drawn from the distribution of the manner."""
        mean, log_variance = self.style(told.manner, told.energy)
        style = sample(mean, log_variance, random)
        return torch.where(told.known[..., None] > 0, told.given, self(told, style))


class TrimodalDiscriminator(nn.Module):
    """Judges motion alone: convolutions with BatchNorm, a bidirectional GRU, one logit a window.

    In the reference code the convolutions have no nonlinearity between them, by a slip in an
    argument; here they have the one that was meant.
    """

    def __init__(self, config: TrimodalConfig) -> None:
        super().__init__()
        self.motion = nn.Sequential(
            nn.Conv1d(config.motion, 16, 3, padding=1),
            nn.BatchNorm1d(16),
            nn.LeakyReLU(0.2),
            nn.Conv1d(16, 8, 3, padding=1),
            nn.BatchNorm1d(8),
            nn.LeakyReLU(0.2),
            nn.Conv1d(8, 8, 3, padding=1),
        )
        self.gru = nn.GRU(
            8,
            config.judge_hidden,
            config.judge_layers,
            batch_first=True,
            bidirectional=True,
            dropout=config.dropout if config.judge_layers > 1 else 0.0,
        )
        self.verdict = nn.Linear(config.judge_hidden, 1)

    def forward(self, motion: Tensor) -> Tensor:
        """Motion codes (B, T, K) → logits (B,) of being real, the mean over the frames."""
        both, _ = self.gru(self.motion(motion.transpose(1, 2)).transpose(1, 2))
        return self.verdict(sum_of_directions(both)).mean(dim=(1, 2))


def smooth_l1_loss(motion: Tensor, target: Tensor, beta: float) -> Tensor:
    """Huber's loss in the form x²/2β below β and |x| − β/2 above, mean over everything."""
    return F.smooth_l1_loss(motion, target, beta=beta)


def divergence_loss(
    motion_1: Tensor, motion_2: Tensor, style_1: Tensor, style_2: Tensor, beta: float, limit: float
) -> Tensor:
    """L_div = −E[min(Huber_β(G(z₁), G(z₂)) / (‖z₁ − z₂‖₁ + 1e-5), limit)]: styles must differ."""
    distance = F.smooth_l1_loss(motion_1, motion_2, beta=beta, reduction="none").mean(dim=(1, 2))
    apart = (style_1 - style_2).abs().sum(dim=-1) + 1e-5
    return -(distance / apart).clamp(max=limit).mean()
