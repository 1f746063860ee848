"""A talk's written text and its recording: when each word of the text is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.cue_text import clean_words
from gesture_core.formats.text_file import read_text
from gesture_core.speech.align import align
from gesture_core.speech.eojeol import Eojeol
from gesture_core.text.normalize import normalize
from gesture_core.text.pronounce import pronounce_words
from gesture_core.text.split import boundaries
from gesture_core.utterance import Word

Sound = Callable[[], tuple[NDArray[np.float32], int] | None]
"""Loads mono samples (N,) and their rate in Hz; None where the video has no sound."""


def align_text(path: Path, sound: Sound) -> tuple[Word, ...]:
    """Return the words of the text file `path` with their times in the sound.

    Raises `UserError` for a text that cannot be read aloud, no sound or one of more than ten
    minutes, or a text that is not what is said.
    """
    eojeols = read_eojeols(path)
    loaded = sound()
    if loaded is None:
        raise UserError(f"{path}: there is no sound that this text could be aligned with")
    try:
        return align(*loaded, eojeols).words
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def read_eojeols(path: Path) -> tuple[Eojeol, ...]:
    """Read a text line by line into eojeols as they are pronounced.

    Sound notes such as (박수) fall away, as in subtitles. Raises `UserError`, naming the line, for
    words that cannot be read aloud, and for a text without any.
    """
    eojeols: list[Eojeol] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        words = clean_words(line)
        if not words:
            continue
        try:
            eojeols += _line_to_eojeols(" ".join(words))
        except UserError as error:
            raise UserError(f"{path}:{number}: {error}") from error
    if not eojeols:
        raise UserError(f"{path}: the text has no words")
    return tuple(eojeols)


def _line_to_eojeols(line: str) -> list[Eojeol]:
    normalized = normalize(line)
    pauses = boundaries(normalized.text, normalized.words)
    readings = [word.reading for word in normalized.words]
    pronounced = pronounce_words(readings, [pause != "none" for pause in pauses])
    return [
        Eojeol(word.source, word.reading, spoken, pause)
        for word, spoken, pause in zip(normalized.words, pronounced, pauses, strict=True)
    ]
