"""Judging a trained gesture generator on sentences that it never saw.

"Real" is a composed sequence of a held-out sentence; the generator gets the same words, times and
plan. Beside every figure stand the same for composing again with other units (the best that
choosing anew can do), for the mean pose, for the generator under another sentence's text and plan
(are they used at all?), and under another's words with the right times and plan (what do the
words add?).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.dataset.compose import FPS, Composition, Repertoire, compose
from gesture_core.dataset.units import load_units
from gesture_core.gestures.encode import rotations_to_vector
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import GestureModel, load_gesture_model, synthesize
from gesture_core.metrics.fgd import extrapolated_distance, frechet_distance
from gesture_core.metrics.movement import (
    wrist_distance,
    wrist_excursion,
    wrist_jerk,
    wrist_range,
)
from gesture_core.motion import Motion
from gesture_core.plan import FUNCTIONS, Plan
from gesture_core.skeleton import HUMANOID
from gesture_core.train.gesture_data import compose_many, text_of
from gesture_core.train.gesture_judge import GestureJudge, load_judge
from gesture_core.train.sentences import Sentences, load_sentences

Floats = NDArray[np.float32]
PRESENT = 0.08
"""Metres that a wrist must leave its rest by for a gesture to count as made."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What generators are judged on: real sequences, and what is needed to make others."""

    real: Sequence[Composition]
    sentences: Sentences
    repertoire: Repertoire
    judge: GestureJudge

    def text(self, index: int) -> TextFeatures:
        return text_of(self.real[index], self.sentences)


def held_out_setting(
    sentences: Sentences,
    repertoire: Repertoire,
    judge: GestureJudge,
    held_out: int,
    minutes: float,
    seed: int = 7,
) -> Setting:
    """Compose real sequences of the held-out sentences, the first of the file."""
    rng = np.random.default_rng(seed)
    real = compose_many(sentences, range(held_out), repertoire, minutes, rng)
    long = [c for c in real if len(c.rotations) >= 2 * FPS]
    return Setting(long, sentences, repertoire, judge)


def evaluate_files(
    checkpoint: Path,
    judge: Path,
    units: Path,
    sentences: Path,
    output: Path,
    held_out: int = 400,
    minutes: float = 20.0,
) -> dict[str, Any]:
    """Judge a checkpoint by files; write the figures as JSON and return them."""
    model, said = load_gesture_model(checkpoint), load_sentences(sentences)
    repertoire = Repertoire(load_units(units))
    setting = held_out_setting(said, repertoire, load_judge(judge), held_out, minutes)
    figures = {"checkpoint": model.sha256, "units": repertoire.library.sha256}
    figures |= evaluate_gesture(model, setting)
    with atomic_path(output, force=True) as temporary:
        temporary.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return figures


def evaluate_gesture(model: GestureModel, setting: Setting, seed: int = 0) -> dict[str, Any]:
    """All figures of one generator, by condition; see the module's text."""
    real = setting.real
    rng = np.random.default_rng(seed)

    def again(index: int) -> Motion:
        c = real[index]
        lines = [setting.sentences.lines[n] for n in c.lines]
        return _recomposed(c, lines, setting.repertoire, rng)

    def ours(
        index: int, told: int | None = None, words: int | None = None, variant: int = 0
    ) -> Motion:
        c = real[index]
        other = index if told is None else told
        plan = _within(real[other].plan, c.plan.duration)
        text = setting.text(other)
        if words is not None:
            text = _with_words_of(text, setting.text(words))
        style = Style(c.manner, c.manner, c.energy, "", "")
        return synthesize(
            text,
            plan,
            style,
            seed=seed + index + 7919 * variant,
            fps=FPS,
            model=model,
        )

    def shifted(index: int) -> int:
        return (index + len(real) // 2) % len(real)

    conditions: dict[str, Callable[[int], Motion]] = {
        "real": lambda i: _as_motion(real[i].rotations),
        "composing again": again,
        "mean pose": lambda i: _as_motion(
            np.repeat(setting.repertoire.rests[real[i].manner][None], len(real[i].rotations), 0)
        ),
        "generator": ours,
        "generator, another's text and plan": lambda i: ours(i, shifted(i)),
        "generator, another's words": lambda i: ours(i, words=shifted(i)),
    }
    latents = _latents([_as_motion(c.rotations) for c in real], setting)
    figures: dict[str, Any] = {
        "sequences": len(real),
        "minutes": round(sum(len(c.rotations) for c in real) / FPS / 60, 1),
        "judge": setting.judge.sha256,
        "real half against half": frechet_distance(latents[::2], latents[1::2]),
    }
    for name, make in conditions.items():
        motions = [make(index) for index in range(len(real))]
        figures[name] = _figures(motions, setting, latents, name != "real", rng)
        if name == "generator":
            repeated = [ours(index, variant=1) for index in range(len(real))]
            pairs = zip(motions, repeated, strict=True)
            figures["wrist distance between seeds"] = float(
                np.mean([wrist_distance(a, b) for a, b in pairs])
            )
    return figures


def _figures(
    motions: Sequence[Motion],
    setting: Setting,
    latents: NDArray[np.float64],
    compare: bool,
    rng: np.random.Generator,
) -> dict[str, float]:
    planned: list[int] = []
    found: list[int] = []
    made: list[bool] = []
    for motion, c in zip(motions, setting.real, strict=True):
        rest = setting.repertoire.rests[c.manner]
        vectors = rotations_to_vector(motion.rotations, rest).astype(np.float32)
        labels, verdicts = setting.judge.functions(vectors, c.plan)
        planned, found = planned + labels, found + verdicts
        made.append(bool(wrist_excursion(motion, rest).max() > PRESENT))
    right = np.array(planned) == np.array(found)
    beats = np.array(planned) == FUNCTIONS.index("beat")
    row = {
        "function accuracy": float(right.mean()),
        "function accuracy, no beats": float(right[~beats].mean()),
        "sentences with a gesture": float(np.mean(made)),
        "range of hands": float(np.mean([wrist_range(motion) for motion in motions])),
        "jerk": float(np.mean([wrist_jerk(motion) for motion in motions])),
    }
    if compare:
        ours = _latents(motions, setting)
        row["FGD"] = frechet_distance(ours, latents)
        row["FGD at endless N"] = extrapolated_distance(ours, latents, rng)
    return row


def _latents(motions: Sequence[Motion], setting: Setting) -> NDArray[np.float64]:
    vectors = [
        rotations_to_vector(motion.rotations, setting.repertoire.rests[c.manner])
        for motion, c in zip(motions, setting.real, strict=True)
    ]
    return setting.judge.latents([v.astype(np.float32) for v in vectors])


def _recomposed(
    c: Composition, lines: Sequence[Any], repertoire: Repertoire, rng: np.random.Generator
) -> Motion:
    """The same words, times and plan performed by other units."""
    made = compose(lines, c.lines, c.manner, c.energy, repertoire, rng, told=(c.words, c.plan))
    return _as_motion(_fit(made.rotations, len(c.rotations)))


def _fit(rotations: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    index = np.minimum(np.arange(frames), len(rotations) - 1)
    return rotations[index]


def _with_words_of(text: TextFeatures, other: TextFeatures) -> TextFeatures:
    """The times of `text` with what is said in `other`, over and over."""
    rows = np.arange(len(text.starts)) % len(other.starts)
    sentences = np.arange(len(text.sentence_vectors)) % len(other.sentence_vectors)
    return replace(
        text,
        vectors=other.vectors[rows],
        flags=other.flags[rows],
        sentence_vectors=other.sentence_vectors[sentences],
    )


def _as_motion(rotations: NDArray[np.float64]) -> Motion:
    root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
    return Motion(HUMANOID, rotations, root, FPS)


def _within(plan: Plan, duration: float) -> Plan:
    kept = tuple(gesture for gesture in plan if gesture.stroke < duration - 0.3)
    return replace(plan, gestures=kept, duration=duration)
