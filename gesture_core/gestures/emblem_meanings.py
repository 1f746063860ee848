"""The meanings of emblems as vectors, embedded once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from gesture_core.planning.emblem_table import load_emblems
from gesture_core.planning.emblems import Meanings
from gesture_core.planning.patterns import is_negated
from gesture_core.text.embedding import embed_sentences
from gesture_core.text.morphemes import analyse


@cache
def emblem_meanings(folder: Path | None = None) -> Meanings:
    """The phrases of the shipped emblems and of those in `folder`, analysed and embedded."""
    rows = [
        (emblem.name, phrase, alike)
        for emblem in load_emblems(folder).emblems.values()
        for alike, phrases in ((True, emblem.phrases), (False, emblem.unlike))
        for phrase in phrases
    ]
    names, phrases, alike = zip(*rows, strict=True)
    negated = [
        is_negated([(m.form, m.tag) for word in analyse(phrase) for m in word])
        for phrase in phrases
    ]
    return Meanings(names, phrases, np.array(alike), np.array(negated), embed_sentences(phrases))
