"""What the judges of gestures learn from: cut, labelled and varied pieces of real motion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gesture_core.dataset.compose import FPS, TAIL, Composition, Repertoire, compose, word_times
from gesture_core.gestures.appearance import APPEARANCE, appearance
from gesture_core.gestures.encode import rotations_to_vector
from gesture_core.gestures.features import Projection, TextFeatures, text_frames
from gesture_core.gestures.qualities import apply_to_motion, apply_to_plan
from gesture_core.gestures.styles import Style
from gesture_core.models.gesture_judge import (
    PAIR_WINDOW,
    STROKE_AFTER,
    STROKE_BEFORE,
    STYLE_WINDOW,
    WINDOW,
)
from gesture_core.plan import FUNCTIONS, Plan
from gesture_core.planning.cues import plan_gestures
from gesture_core.train.sentences import Sentences

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

MARGIN = 5
"""Frames on each side of a stroke's clip that shifting and speeding up may reach into."""
SMALLER, LARGER = 0.8, 1.25
"""Range of the amplitudes and speeds that a gesture is varied by."""
JITTER = 0.02
"""Deviation of the noise on varied pose vectors."""


def vectors_of(composition: Composition, repertoire: Repertoire) -> Floats:
    """Pose vectors (T, SIZE) of a composed sequence."""
    rest = repertoire.rests[composition.manner]
    return rotations_to_vector(composition.rotations, rest).astype(np.float32)


def windows(rows: Sequence[Floats], length: int, stride: int | None = None) -> Floats:
    """All windows (N, length, D) of sequences (T, D); by default they do not overlap."""
    cut = [
        row[start : start + length]
        for row in rows
        for start in range(0, len(row) - length + 1, stride or length)
    ]
    return np.stack(cut) if cut else np.zeros((0, length, rows[0].shape[1]), np.float32)


def window_owners(rows: Sequence[NDArray[np.generic]], length: int = WINDOW) -> NDArray[np.int64]:
    """Which of the sequences each of `windows` comes from, (N,)."""
    return np.repeat(np.arange(len(rows)), [max(0, len(row) // length) for row in rows])


def strokes(vectors: Floats, plan: Plan, margin: int = 0) -> tuple[list[Floats], list[int]]:
    """The frames around every stroke with enough motion around it, and its function's number."""
    clips: list[Floats] = []
    labels: list[int] = []
    before, after = STROKE_BEFORE + margin, STROKE_AFTER + margin
    for gesture in plan:
        frame = round(gesture.stroke * FPS)
        if before <= frame <= len(vectors) - after:
            clips.append(vectors[frame - before : frame + after])
            labels.append(FUNCTIONS.index(gesture.function))
    return clips, labels


def varied(clips: Tensor, random: torch.Generator) -> Tensor:
    """Clips (B, T + 2·MARGIN, D) of strokes → (B, T, D), later, faster, larger and with noise.

    Mirror images need no varying: the composed sequences hold them.
    """
    count, length = len(clips), clips.shape[1] - 2 * MARGIN
    draw = torch.rand(3, count, 1, generator=random)
    speed, size = (SMALLER * (LARGER / SMALLER) ** draw[n] for n in range(2))
    shift = 4.0 * draw[2] - 2.0
    since = torch.arange(length) - STROKE_BEFORE
    position = (STROKE_BEFORE + MARGIN + shift + since * speed).clamp(0, clips.shape[1] - 1.001)
    before = position.floor().long()
    rows = torch.arange(count)[:, None]
    share = (position - before)[..., None]
    moved = clips[rows, before] * (1.0 - share) + clips[rows, before + 1] * share
    return size[..., None] * moved + JITTER * torch.randn(moved.shape, generator=random)


# ── styles ────────────────────────────────────────────────────────────────────────────────────

Performer = Callable[[Style, np.random.Generator], Array]
"""Makes one motion (T, J, 4) of HUMANOID at `FPS` in a style."""


@dataclass(frozen=True, eq=False)
class ComposingPerformer:
    """Performs styles by composing real units, their plan and motion changed as a style says."""

    sentences: Sentences
    numbers: Sequence[int]
    repertoire: Repertoire

    def __call__(self, style: Style, rng: np.random.Generator) -> Array:
        """Two to four sentences in a style."""
        numbers = [int(n) for n in rng.choice(self.numbers, int(rng.integers(2, 5)))]
        lines = [self.sentences.lines[n] for n in numbers]
        words, ends = word_times(lines, rng)
        plan = plan_gestures(words, ends + TAIL, rng, style.energy)
        told = words, apply_to_plan(plan, style, rng)
        made = compose(lines, numbers, style.manner, style.energy, self.repertoire, rng, told)
        return apply_to_motion(made.rotations, self.repertoire.rests[style.manner], style, FPS)


def style_windows(rotations: Array, stride: int | None = None) -> Floats:
    """What is seen in windows of a motion (N, STYLE_WINDOW, APPEARANCE); a short one is held."""
    seen = appearance(rotations)
    missing = max(0, STYLE_WINDOW - len(seen))
    seen = np.pad(seen, ((0, missing), (0, 0)), mode="edge")
    cut = windows([seen], STYLE_WINDOW, stride or STYLE_WINDOW // 2)
    return cut.reshape(-1, STYLE_WINDOW, APPEARANCE)


# ── pairs of motion and text ──────────────────────────────────────────────────────────────────


def heard(text: TextFeatures, frames: int, words: Projection, sentences: Projection) -> Floats:
    """What the judge hears of a text (T, ·): words, meaning and time, but no cues and no voice.

    What training data imagine as stress falls on the strokes; a judge that heard it would only
    check whether the two agree.
    """
    silent = replace(text, cues=np.zeros((len(text.sentence_vectors), 0)), prosody=None)
    return text_frames(silent, frames, words, sentences)


def pairs(
    vectors: Sequence[Floats],
    texts: Sequence[TextFeatures],
    words: Projection,
    sentences: Projection,
    stride: int | None = None,
) -> tuple[Floats, Floats]:
    """Windows of motions (N, PAIR_WINDOW, SIZE) and of their texts (N, PAIR_WINDOW, ·)."""
    said = [heard(t, len(v), words, sentences) for v, t in zip(vectors, texts, strict=True)]
    return windows(vectors, PAIR_WINDOW, stride), windows(said, PAIR_WINDOW, stride)
