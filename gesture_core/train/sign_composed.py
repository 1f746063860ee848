"""A sign corpus composed from the lexicon: Korean sentences, glossed, signed and filmed.

It teaches no more than the lexicon and the ways between its signs hold. Faces are those of the
signs and the grammar; the words on the lips are left to the rules that make them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.motion import Motion, Span
from gesture_core.progress import Progress, silent
from gesture_core.signing.glosser import gloss_text
from gesture_core.signing.glosses import GlossedSentence, GlossToken
from gesture_core.signing.keypoint_frames import cut_standing, keypoints_to_frames
from gesture_core.signing.lexicon import Lexicon, load_lexicon
from gesture_core.signing.motion_frames import motion_to_frames
from gesture_core.signing.sentence import sign_sentence
from gesture_core.train.sign_camera import film
from gesture_core.train.sign_corpus import SignSequence, resample_frames, save_composed

Array = NDArray[np.float64]

SIGNER = "lexicon"
_SIGNED = ("sign", "synonym", "compound", "number")
_TRIES = 20
"""Sentences drawn for each one wanted, before the patterns count as used up."""


@dataclass(frozen=True)
class SentencePatterns:
    """Sentences with `{slot}` in them, and what may stand there; `{slot2}` is another choice."""

    slots: dict[str, tuple[str, ...]]
    patterns: tuple[str, ...]

    def draw(self, rng: np.random.Generator) -> str:
        """One sentence; `UserError` for a slot that there is not."""
        chosen: dict[str, str] = {}

        def fill(match: re.Match[str]) -> str:
            slot = match[1].rstrip("0123456789")
            left = [word for word in self.slots.get(slot, ()) if word not in chosen.values()]
            if not left:
                raise UserError(f"pattern slot {match[0]} has nothing (more) to stand there")
            return chosen.setdefault(match[1], str(rng.choice(left)))

        return re.sub(r"\{(\w+)\}", fill, str(rng.choice(self.patterns)))


class Composed(NamedTuple):
    """A signed sentence: as keypoint frames with all that is known, and as motion frames."""

    sequence: SignSequence
    motion: Array


def compose_corpus(
    path: Path,
    patterns: Path,
    count: int,
    fps: float,
    seed: int = 0,
    progress: Progress = silent,
) -> None:
    """Write `count` different sentences as a corpus of `fps` frames a second.

    Sentences that cannot be signed whole, because a word would have to be spelled, are drawn
    again. Raises `UserError` when the patterns do not yield as many.
    """
    lexicon = load_lexicon()
    drawn = draw_sentences(load_config(SentencePatterns, patterns), lexicon, count, seed)
    made: list[Composed] = []
    for number, (text, sentence) in enumerate(drawn):
        made.append(compose(f"{SIGNER}{number:05d}", text, sentence, lexicon, fps))
        progress((number + 1) / count, f"signed {number + 1} sentences")
    save_composed(path, [one.sequence for one in made], [one.motion for one in made], fps)


def draw_sentences(
    patterns: SentencePatterns, lexicon: Lexicon, count: int, seed: int
) -> Iterator[tuple[str, GlossedSentence]]:
    """Different sentences that are signed whole, with their glosses."""
    rng = np.random.default_rng(seed)
    seen: set[str] = set()
    found = 0
    for _ in range(_TRIES * count):
        text = patterns.draw(rng)
        if text in seen:
            continue
        seen.add(text)
        sentences = gloss_text(text, lexicon)
        if len(sentences) == 1 and all(token.kind in _SIGNED for token in sentences[0].signed):
            found += 1
            yield text, sentences[0]
        if found == count:
            return
    raise UserError(f"the patterns yield only {found} different signed sentences, not {count}")


def compose(
    name: str, text: str, sentence: GlossedSentence, lexicon: Lexicon, fps: float
) -> Composed:
    """Sign a sentence and film it, from its first sign to its last."""
    motion = sign_sentence(sentence, lexicon, mouthed=False)
    spans = part_spans(motion, sentence.signed)
    frames, moved = cut_standing(keypoints_to_frames(film(motion)), spans, motion.fps)
    turns, _ = cut_standing(motion_to_frames(motion), spans, motion.fps)
    glosses = tuple(span.text for span in moved)
    frames, turns = (resample_frames(one, motion.fps, fps) for one in (frames, turns))
    return Composed(SignSequence(name, text, glosses, SIGNER, frames, moved), turns)


def part_spans(motion: Motion, tokens: tuple[GlossToken, ...]) -> tuple[Span, ...]:
    """When each of the lexicon's signs is made: tokens of several have equal shares."""
    times = [span for span in motion.spans if span.kind == "gloss"]
    found: list[Span] = []
    for token, time in zip(tokens, times, strict=True):
        borders = np.linspace(time.start, time.end, len(token.parts) + 1).tolist()
        for gloss, start, end in zip(token.parts, borders[:-1], borders[1:], strict=True):
            found.append(Span("gloss", gloss, start, end, token.kind))
    return tuple(found)
