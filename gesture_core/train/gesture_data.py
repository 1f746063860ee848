"""Training windows of composed gesture sequences, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.compose import FPS, Composition, Repertoire, compose
from gesture_core.dataset.units import UnitLibrary
from gesture_core.gestures.encode import MotionCode, rotations_to_vector
from gesture_core.gestures.features import Projection, TextFeatures, plan_frames, text_frames
from gesture_core.planning.cues import PlanWord, cue, word_flags
from gesture_core.rotation import quat_slerp
from gesture_core.train.sentences import Sentences

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
ENERGIES = (0.4, 1.6)
"""Range of energies that are composed."""
MOST_MIXED = 0.4
"""How much of another unit a mixed one may hold."""


@dataclass(frozen=True, eq=False)
class Sequences:
    """Composed sequences one after the other, frame by frame.

    `motion` (F, K) codes; `text` (F, ·), `plan` (F, ·) features; `part` (F,) the part of the
    repertoire each frame belongs to, −1 for none; `manner` (F,) and `energy` (F,); `starts` (S,)
    first frame of every sequence.
    """

    motion: Floats
    text: Floats
    plan: Floats
    part: NDArray[np.int64]
    manner: NDArray[np.int64]
    energy: Floats
    starts: NDArray[np.int64]

    def windows(self, length: int, stride: int) -> NDArray[np.int64]:
        """First frames of all windows that lie within one sequence."""
        ends = np.append(self.starts[1:], len(self.motion))
        return np.concatenate(
            [
                np.arange(start, end - length + 1, stride)
                for start, end in zip(self.starts, ends, strict=True)
            ]
        )

    def batch(self, first: NDArray[np.int64], length: int) -> dict[str, NDArray[np.generic]]:
        """Windows of `length` frames from the given first ones: arrays (B, length, …)."""
        frames = first[:, None] + np.arange(length)
        return {
            field.name: getattr(self, field.name)[frames]
            for field in fields(self)
            if field.name != "starts"
        }


def text_of(
    composition: Composition, sentences: Sentences, prosody: Floats | None = None
) -> TextFeatures:
    """The text features of a composed sequence."""
    lines = list(composition.lines)
    return TextFeatures(
        starts=np.array([word.start for word in composition.words]),
        ends=np.array([word.end for word in composition.words]),
        vectors=np.concatenate([sentences.word_vectors(n) for n in composition.lines]),
        sentence=np.array([word.sentence for word in composition.words], dtype=np.intp),
        sentence_vectors=sentences.sentence_vectors[lines],
        flags=word_flags(composition.words),
        cues=sentences.cues[lines],
        prosody=prosody,
    )


def imagined_prosody(composition: Composition, rng: np.random.Generator) -> Floats | None:
    """Energy and pitch (W, 2) as if the words with a stroke were stressed; None half of the time.

    Composed sequences have no sound. Both must be learned: speech, and text that nobody has
    spoken yet.
    """
    if rng.random() < 0.5:
        return None
    heard = rng.normal(0.0, 0.8, (len(composition.words), 2))
    stressed = [gesture.word for gesture in composition.plan]
    heard[stressed] += rng.normal(0.8, 0.4, (len(stressed), 1))
    return heard.astype(np.float32)


def compose_many(
    sentences: Sentences,
    numbers: Sequence[int],
    repertoire: Repertoire,
    minutes: float,
    rng: np.random.Generator,
    balance: float = 0.0,
) -> list[Composition]:
    """Compose sequences of one to four of the numbered sentences until `minutes` are full.

    `balance` is the share of sentences drawn for a cue that they hold, every cue as often as any
    other; the others are drawn as they come, which is to say mostly beats and questions.
    """
    by_cue = _numbers_by_cue(sentences, numbers) if balance else {}
    cues = sorted(by_cue)
    compositions: list[Composition] = []
    frames = 0
    while frames < minutes * 60 * FPS:
        chosen: list[int] = []
        for _ in range(int(rng.integers(1, 5))):
            balanced = cues and rng.random() < balance
            pool = by_cue[cues[int(rng.integers(len(cues)))]] if balanced else numbers
            chosen.append(int(pool[int(rng.integers(len(pool)))]))
        manner = repertoire.manners[len(compositions) % len(repertoire.manners)]
        energy = float(rng.uniform(*ENERGIES))
        lines = [sentences.lines[n] for n in chosen]
        compositions.append(compose(lines, chosen, manner, energy, repertoire, rng))
        frames += len(compositions[-1].rotations)
    return compositions


def _numbers_by_cue(sentences: Sentences, numbers: Sequence[int]) -> dict[str, list[int]]:
    """Which of the numbered sentences hold a word that calls for each gesture function."""
    found: dict[str, list[int]] = {}
    for number in numbers:
        line = sentences.lines[number]
        words = [PlanWord(text, 0.0, 0.0, morphemes) for text, morphemes in line.words]
        for function in {cue(words, index) for index in range(len(words))} - {None}:
            found.setdefault(str(function), []).append(number)
    return found


def to_sequences(
    compositions: Sequence[Composition],
    sentences: Sentences,
    repertoire: Repertoire,
    code: MotionCode,
    words: Projection,
    embeddings: Projection,
    rng: np.random.Generator,
) -> Sequences:
    """Encode composed sequences for the model."""
    rows: list[tuple[Floats, Floats, Floats, NDArray[np.int64]]] = []
    for composition in compositions:
        frames = len(composition.rotations)
        plan, owner = plan_frames(composition.plan, frames)
        parts = np.append(composition.parts, -1).astype(np.int64)
        rest = repertoire.rests[composition.manner]
        text = text_of(composition, sentences, imagined_prosody(composition, rng))
        rows.append(
            (
                code.encode(rotations_to_vector(composition.rotations, rest)),
                text_frames(text, frames, words, embeddings),
                plan,
                parts[owner],
            )
        )
    lengths = [len(row[0]) for row in rows]
    manners = [repertoire.manners.index(c.manner) for c in compositions]
    energies = np.array([c.energy for c in compositions], dtype=np.float32)
    return Sequences(
        *(np.concatenate(column) for column in zip(*rows, strict=True)),
        manner=np.repeat(np.array(manners, dtype=np.int64), lengths),
        energy=np.repeat(energies, lengths),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
    )


class MixedRepertoire(Repertoire):
    """A repertoire in which some units move a little like another one of the same hand.

    There are few units; between two of them lie others that nobody recorded. The function, the
    times and the name stay those of the first.
    """

    def __init__(self, library: UnitLibrary, share: float, rng: np.random.Generator) -> None:
        super().__init__(library)
        self._mixes: dict[int, tuple[int, float]] = {}
        for index, part in enumerate(self.parts):
            others = [
                i
                for i, other in enumerate(self.parts)
                if other.hand == part.hand
                and other.unit != part.unit
                and set(self.bones(i)) == set(self.bones(index))
            ]
            if others and rng.random() < share:
                chosen = others[int(rng.integers(len(others)))]
                self._mixes[index] = (chosen, float(rng.uniform(0.0, MOST_MIXED)))

    def perform(self, index: int, times: Array, manner: str) -> Array:
        """As `Repertoire.perform`, mixed; the other unit takes the times of this one."""
        pose = super().perform(index, times, manner)
        if index not in self._mixes:
            return pose
        other, weight = self._mixes[index]
        ours, theirs = self.parts[index], self.parts[other]
        before = theirs.preparation / max(ours.preparation, 1e-3)
        after = theirs.retraction / max(ours.retraction, 1e-3)
        times = times * np.where(times < 0.0, before, after)
        return quat_slerp(pose, super().perform(other, times, manner), np.array(weight))


def unit_clips(repertoire: Repertoire, code: MotionCode, points: int) -> Floats:
    """Every part of the repertoire at `points` fixed phases around its stroke, (U, points, K).

    A third of the points lie before the stroke; bones that the part leaves alone are at rest.
    """
    before = points // 3
    clips = []
    for index, part in enumerate(repertoire.parts):
        phases = np.concatenate(
            [
                np.linspace(-part.preparation, 0.0, before, endpoint=False),
                np.linspace(0.0, part.retraction, points - before),
            ]
        )
        rest = repertoire.rests[part.manner]
        pose = np.broadcast_to(rest, (points, *rest.shape)).copy()
        bones = repertoire.bones(index)
        pose[:, bones] = repertoire.perform(index, phases, part.manner)[:, bones]
        clips.append(code.encode(rotations_to_vector(pose, rest)))
    return np.stack(clips)
