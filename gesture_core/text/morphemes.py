"""Morphemes of each eojeol by Kiwi, and their meaning as CoNg vectors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from gesture_core.text.cong import DIMENSION, load_cong, vocabulary_id
from gesture_core.text.split import Spanned, eojeols

if TYPE_CHECKING:
    from kiwipiepy import Kiwi, Token


@dataclass(frozen=True)
class Morpheme:
    """One morpheme: dictionary `form`, Sejong `tag`, characters `start`–`end` of the text.

    `vector_id` is its row of the CoNg vectors, None where it has none. Contracted morphemes share
    characters (갔 holds 가/VV and 았/EP).
    """

    form: str
    tag: str
    start: int
    end: int
    vector_id: int | None


_lock = threading.Lock()


@cache
def _load_kiwi() -> Kiwi:
    from kiwipiepy import Kiwi

    # Without the 11 MB dictionary of multi-word titles it starts in half the time and 190 MB less.
    loaded = Kiwi(num_workers=1, load_multi_dict=False)
    loaded.tokenize("시작")  # the first call builds the tables
    return loaded


def kiwi() -> Kiwi:
    """The process's Kiwi, loaded on first use (about a second); safe to preload in a thread."""
    with _lock:
        return _load_kiwi()


def analyse(text: str, words: Sequence[Spanned] | None = None) -> tuple[tuple[Morpheme, ...], ...]:
    """Morphemes of each eojeol of `text`, in the order of `words` (default: its eojeols).

    A morpheme belongs to the word in which it starts; those outside every word are dropped.
    """
    spans = eojeols(text) if words is None else words
    found: list[list[Morpheme]] = [[] for _ in spans]
    index = 0
    for token in cast("list[Token]", kiwi().tokenize(text)):
        while index < len(spans) and token.start >= spans[index].end:
            index += 1
        if index == len(spans):
            break
        if token.start >= spans[index].start:
            row = vocabulary_id(token.id, token.base_id)
            found[index].append(Morpheme(token.form, token.tag, token.start, token.end, row))
    return tuple(map(tuple, found))


def is_content(tag: str) -> bool:
    """Whether a Sejong tag marks meaning (nouns, verbs, adverbs …), not grammar or punctuation."""
    return tag[0] in "NVM" or tag in ("IC", "XR", "SL", "SH", "SN")


_GRAMMAR_WEIGHT = 0.25


def morpheme_vectors(analysed: Sequence[Sequence[Morpheme]]) -> NDArray[np.float32]:
    """Meaning of each eojeol, `(W, 256)`: the unit mean of its morphemes' CoNg vectors.

    Content morphemes weigh 1, particles, endings and affixes 0.25, punctuation nothing. An eojeol
    without any known morpheme is the zero vector.
    """
    pooled = np.zeros((len(analysed), DIMENSION), dtype=np.float32)
    for row, morphemes in enumerate(analysed):
        known = [m for m in morphemes if m.vector_id is not None and _weight(m.tag) > 0]
        if not known:
            continue
        vectors = load_cong().unit_vectors([m.vector_id for m in known if m.vector_id is not None])
        weights = np.array([_weight(m.tag) for m in known], dtype=np.float32)
        mean = weights @ vectors
        pooled[row] = mean / max(float(np.linalg.norm(mean)), 1e-6)
    return pooled


def _weight(tag: str) -> float:
    if is_content(tag):
        return 1.0
    return _GRAMMAR_WEIGHT if tag[0] in "JEX" else 0.0
