"""Recognisers: when a recording has neither subtitles nor a text, which words are said and when.

No model comes with momjit. A recogniser is asked for as `NAME:MODEL`, such as
`faster-whisper:large-v3` or `faster-whisper:FOLDER`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.utterance import Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment

Recogniser = Callable[[NDArray[np.float32], int, str, str, Progress], tuple[Word, ...]]
"""(samples (N,), rate in Hz, model, language, progress) → words, ordered and within the sound."""

_FILES = ("model.bin", "tokenizer.json")
_SIZES = "tiny, base, small, medium, large-v3 or turbo"


def recognise(
    samples: NDArray[np.float32],
    rate: int,
    recogniser: str,
    language: str = "ko",
    progress: Progress = silent,
) -> tuple[Word, ...]:
    """Return the words said in mono `samples` (N,) at `rate` Hz, in order and within the sound.

    `recogniser`: `NAME:MODEL`, a name of `RECOGNISERS` and a folder or published name of a model;
    `language`: two letters. The same sound gives the same words. Raises `UserError` for an unknown
    recogniser, one that is not installed, or a model that cannot be had or lacks the language.
    """
    name, _, model = recogniser.partition(":")
    if name not in RECOGNISERS:
        raise UserError(f"unknown recogniser {name!r}; choose from {', '.join(RECOGNISERS)}")
    if not model:
        raise UserError(
            f"recogniser {name!r} needs a model: {name}:FOLDER, or {name}:SIZE to download one of "
            f"{_SIZES}"
        )
    return RECOGNISERS[name](samples, rate, model, language, progress)


def _faster_whisper(
    samples: NDArray[np.float32], rate: int, model: str, language: str, progress: Progress
) -> tuple[Word, ...]:
    whisper = _load_whisper(model)
    if language not in whisper.supported_languages:
        raise UserError(f"recogniser model {model!r} does not know the language {language!r}")
    duration = len(samples) / rate
    segments, _ = whisper.transcribe(
        _resample(samples, rate, whisper.feature_extractor.sampling_rate),
        language=language,
        word_timestamps=True,
        temperature=0.0,  # its fallback to sampling would give other words each time
        condition_on_previous_text=False,  # else one invented sentence is repeated for minutes
        vad_filter=True,  # music and applause are not to be heard as words
    )
    return _to_words(_watched(segments, duration, progress), duration)


@cache
def _load_whisper(model: str) -> WhisperModel:
    """The model of a folder or name, loaded once per process."""
    if find_spec("faster_whisper") is None:
        raise UserError("faster-whisper is not installed; pip install 'momjit[recognise]'")
    from faster_whisper import WhisperModel

    folder = Path(model).expanduser()
    if folder.is_dir():
        for file in _FILES:
            if not (folder / file).is_file():
                raise UserError(f"{folder}: no model of faster-whisper, {file} is missing")
    try:
        return WhisperModel(str(folder) if folder.is_dir() else model)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"recogniser model {model!r} is neither a folder that can be used nor a name that can "
            f"be had ({reason}); give a folder with {' and '.join(_FILES)}, or one of {_SIZES}"
        ) from error


def _resample(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    from scipy.signal import resample_poly

    if rate == wanted:
        return samples
    common = gcd(rate, wanted)
    return resample_poly(samples, wanted // common, rate // common).astype(np.float32)


def _watched(segments: Iterable[Segment], duration: float, progress: Progress) -> Iterable[Segment]:
    """The segments as they are recognised, telling how far it is."""
    for segment in segments:
        progress(min(1.0, segment.end / duration), "recognising")
        yield segment


def _to_words(segments: Iterable[Segment], duration: float) -> tuple[Word, ...]:
    """Words with a letter or digit; Whisper's times may overlap or pass the end of the sound."""
    words: list[Word] = []
    now = 0.0
    for heard in (word for segment in segments for word in segment.words or ()):
        text = heard.word.strip()
        if not any(character.isalnum() for character in text):
            continue
        start = min(max(float(heard.start), now), duration)
        now = min(max(float(heard.end), start), duration)
        words.append(Word(text, start, now, len(words)))
    return tuple(words)


RECOGNISERS: dict[str, Recogniser] = {"faster-whisper": _faster_whisper}
