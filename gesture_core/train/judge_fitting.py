"""Fitting each judge of gestures to its examples, and measuring it on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from gesture_core.dataset.compose import FPS
from gesture_core.gestures.appearance import APPEARANCE
from gesture_core.gestures.encode import SIZE
from gesture_core.gestures.styles import Style
from gesture_core.models.gesture_judge import (
    WINDOW,
    FunctionClassifier,
    MotionAutoencoder,
    PairEncoder,
    StyleClassifier,
)
from gesture_core.plan import FUNCTIONS, Plan
from gesture_core.progress import Progress, silent
from gesture_core.train.judge_examples import (
    MARGIN,
    Performer,
    strokes,
    style_windows,
    varied,
    windows,
)

Floats = NDArray[np.float32]

_STRIDE = 8
"""Frames between two windows to learn from; they overlap."""
_SMOOTHER = 0.5
"""Largest share by which a frame that a style is learned from is replaced by its neighbours."""


@dataclass(frozen=True)
class Descent:
    """How every judge descends its loss: AdamW, a short warm-up, half a cosine to zero."""

    batch: int
    rate: float
    weight_decay: float
    random: torch.Generator
    progress: Progress = silent

    def choose(self, count: int) -> Tensor:
        """Numbers (batch,) of examples drawn among `count`."""
        return torch.randint(count, (self.batch,), generator=self.random)

    def run(
        self, name: str, network: nn.Module, loss: Callable[[], Tensor], iterations: int
    ) -> None:
        """Descend `loss` for so many iterations; the network is then frozen."""
        optimiser = torch.optim.AdamW(
            network.parameters(), self.rate, weight_decay=self.weight_decay
        )
        network.train()
        for iteration in range(iterations):
            warm = min(1.0, (iteration + 1) / 50)
            fall = 0.5 * (1.0 + np.cos(np.pi * iteration / iterations))
            optimiser.param_groups[0]["lr"] = self.rate * warm * fall
            value = loss()
            optimiser.zero_grad(set_to_none=True)
            value.backward()
            optimiser.step()
            if iteration % 100 == 0:
                self.progress(iteration / iterations, f"{name}: loss {value.item():.3f}")
        network.eval().requires_grad_(False)


def fit_autoencoder(
    vectors: Sequence[Floats], iterations: int, descent: Descent
) -> MotionAutoencoder:
    """Learn to reconstruct windows of pose vectors (T, SIZE)."""
    examples = torch.from_numpy(windows(vectors, WINDOW, _STRIDE))
    network = MotionAutoencoder(SIZE)

    def loss() -> Tensor:
        batch = examples[descent.choose(len(examples))]
        return F.mse_loss(network(batch), batch)

    descent.run("autoencoder", network, loss, iterations)
    return network


def fit_functions(
    vectors: Sequence[Floats], plans: Sequence[Plan], iterations: int, descent: Descent
) -> FunctionClassifier:
    """Learn the function of every planned gesture from the motion around its stroke."""
    cut = [strokes(v, plan, MARGIN) for v, plan in zip(vectors, plans, strict=True)]
    clips = torch.from_numpy(np.stack([clip for found, _ in cut for clip in found]))
    labels = torch.tensor([label for _, found in cut for label in found])
    counts = torch.bincount(labels, minlength=len(FUNCTIONS)).clamp(min=1)
    weight = counts.float() ** -0.5
    network = FunctionClassifier(SIZE)

    def loss() -> Tensor:
        chosen = descent.choose(len(clips))
        verdict = network(varied(clips[chosen], descent.random))
        return F.cross_entropy(verdict, labels[chosen], weight, label_smoothing=0.05)

    descent.run("functions", network, loss, iterations)
    return network


def fit_styles(
    styles: Sequence[Style],
    performer: Performer,
    minutes: float,
    rng: np.random.Generator,
    iterations: int,
    descent: Descent,
) -> StyleClassifier:
    """Learn to tell styles apart from `minutes` of motion that is performed in each."""
    seen: list[Floats] = []
    for style in styles:
        frames, cut = 0, []
        while frames < minutes * 60 * FPS:
            motion = performer(style, rng)
            cut.append(style_windows(motion, _STRIDE))
            frames += len(motion)
        seen.append(np.concatenate(cut))
    examples = torch.from_numpy(np.concatenate(seen))
    labels = torch.repeat_interleave(
        torch.arange(len(styles)), torch.tensor([len(each) for each in seen])
    )
    chances = torch.cat([torch.full((len(each),), 1.0 / len(each)) for each in seen])
    network = StyleClassifier(APPEARANCE, len(styles))
    network.mean.copy_(examples.mean(dim=(0, 1)))
    network.scale.copy_(examples.std(dim=(0, 1)) + 0.05)

    def loss() -> Tensor:
        chosen = chances.multinomial(descent.batch, True, generator=descent.random)
        verdict = network(_smoothed(examples[chosen], descent.random))
        return F.cross_entropy(verdict, labels[chosen], label_smoothing=0.05)

    descent.run("styles", network, loss, iterations)
    return network


def _smoothed(seen: Tensor, random: torch.Generator) -> Tensor:
    """Sequences (B, T, D) more or less smoothed: generated motion may be smoother than real."""
    share = _SMOOTHER * torch.rand(len(seen), 1, 1, generator=random)
    padded = torch.cat([seen[:, :1], seen, seen[:, -1:]], dim=1)
    return (1.0 - share) * seen + share * 0.5 * (padded[:, 2:] + padded[:, :-2])


def fit_pairs(motion: Floats, text: Floats, iterations: int, descent: Descent) -> PairEncoder:
    """Learn to bring windows of motion (N, PAIR_WINDOW, ·) and of their text together."""
    moved, said = torch.from_numpy(motion), torch.from_numpy(text)
    network = PairEncoder(motion.shape[-1], text.shape[-1])

    def loss() -> Tensor:
        chosen = descent.choose(len(moved))
        return network.loss(moved[chosen], said[chosen])

    descent.run("pairs", network, loss, iterations)
    return network
