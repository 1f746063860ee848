"""edge-tts: Microsoft's Korean neural voices, over the internet and only when asked for.

The service tells when each word is said; the phonemes within are found by alignment.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.speech.align import transfer_times
from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.espeak import Espeak
from gesture_core.speech.phonemes import hangul_to_syllables, is_hangul_syllable
from gesture_core.speech.rendition import Rendition
from gesture_core.speech.voice import Voice
from gesture_core.utterance import Phoneme

TIMEOUT = 30  # seconds for one clause; the service answers within two when it is there
_TICK = 1e-7
_LICENCE = "online service under Microsoft's terms"


class Boundary(NamedTuple):
    """A word the service reports: its text and its place in the sound, in seconds."""

    text: str
    start: float
    end: float


class Edge:
    """The engine `edge`."""

    name = "edge"
    voices = (
        Voice("ko-KR-SunHiNeural", "woman, natural", _LICENCE, offline=False),
        Voice("ko-KR-InJoonNeural", "man, natural", _LICENCE, offline=False),
        Voice("ko-KR-HyunsuMultilingualNeural", "man, natural", _LICENCE, offline=False),
    )

    def missing(self) -> str | None:
        """Return what must be installed, or None; whether the service answers shows on use."""
        if find_spec("edge_tts") is None:
            return "edge-tts not installed; pip install 'momjit[edge]'"
        return None

    def speak_clause(self, clause: Sequence[Eojeol], voice: str, speed: float) -> Rendition:
        """Speak one clause, whose eojeols all have Hangul; `speed` 1 is natural, 2 twice it.

        Raises `UserError` when the service cannot be reached or does not answer in time.
        """
        readings = [eojeol.reading or eojeol.pronounced for eojeol in clause]
        text = " ".join(readings) + clause[-1].mark
        encoded, boundaries = _receive(text, voice, speed)
        samples, rate = _decode(encoded)
        reference = Espeak().speak_clause(clause, "female", 1.0)
        aligned = transfer_times(reference, samples, rate)
        spans = match_words(readings, boundaries)
        return aligned if spans is None else _anchor(aligned, spans, clause)


def match_words(
    readings: Sequence[str], boundaries: Sequence[Boundary]
) -> tuple[tuple[float, float], ...] | None:
    """Return the (start, end) of each eojeol, whose Hangul may be spread over several reports.

    None when the reports do not spell the text, which the service does not promise.
    """
    reports = iter(boundaries)
    spans: list[tuple[float, float]] = []
    for reading in readings:
        wanted, heard = _hangul(reading), ""
        parts: list[Boundary] = []
        while len(heard) < len(wanted):
            report = next(reports, None)
            if report is None:
                return None
            if spelled := _hangul(report.text):
                heard += spelled
                parts.append(report)
        if heard != wanted:
            return None
        spans.append((parts[0].start, parts[-1].end))
    return tuple(spans)


def _hangul(text: str) -> str:
    return "".join(character for character in text if is_hangul_syllable(character))


def _anchor(
    aligned: Rendition, spans: Sequence[tuple[float, float]], clause: Sequence[Eojeol]
) -> Rendition:
    """Move each word of `aligned` to its reported span and its phonemes along with it."""
    phonemes: list[Phoneme] = []
    rest = iter(aligned.phonemes)
    for eojeol, old, new in zip(clause, aligned.words, spans, strict=True):
        count = sum(len(s.segments) for s in hangul_to_syllables(eojeol.pronounced))
        for phoneme in (next(rest) for _ in range(count)):
            start, end = np.interp([phoneme.start, phoneme.end], old, new)
            phonemes.append(Phoneme(phoneme.symbol, float(start), float(end)))
    return replace(aligned, words=tuple(spans), phonemes=tuple(phonemes))


def _receive(text: str, voice: str, speed: float) -> tuple[bytes, list[Boundary]]:
    """Return the MP3 of `text` and the words reported with it."""
    import aiohttp
    import edge_tts
    from edge_tts.exceptions import EdgeTTSException

    async def collect() -> tuple[bytes, list[Boundary]]:
        request = edge_tts.Communicate(
            text, voice, rate=f"{round((speed - 1) * 100):+d}%", boundary="WordBoundary"
        )
        sound = bytearray()
        boundaries: list[Boundary] = []
        async for chunk in request.stream():
            if "data" in chunk:
                sound += chunk["data"]
            elif "text" in chunk and "offset" in chunk and "duration" in chunk:
                start = chunk["offset"] * _TICK
                end = start + chunk["duration"] * _TICK
                boundaries.append(Boundary(chunk["text"], start, end))
        return bytes(sound), boundaries

    try:
        return asyncio.run(asyncio.wait_for(collect(), TIMEOUT))
    except TimeoutError as error:
        raise UserError(f"voice edge: no answer within {TIMEOUT} s; {_ADVICE}") from error
    except (aiohttp.ClientError, EdgeTTSException, OSError) as error:
        raise UserError(f"voice edge: the service cannot be used ({error}); {_ADVICE}") from error


_ADVICE = "it needs the internet; `momjit voices` lists those that work offline"


def _decode(encoded: bytes) -> tuple[NDArray[np.float32], int]:
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(encoded), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise UserError(f"voice edge: the service sent no sound that can be read; {_ADVICE}") from (
            error
        )
    return samples.mean(axis=1, dtype=np.float32), int(rate)
