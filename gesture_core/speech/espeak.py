"""espeak-ng: a small formant synthesiser that is always there; robotic, exact in its times."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.espeak_library import PhonemeEvent, loaded_espeak
from gesture_core.speech.phonemes import Syllable, hangul_to_syllables
from gesture_core.speech.rendition import Rendition, words_of
from gesture_core.speech.voice import Voice
from gesture_core.utterance import Phoneme

_LICENCE = "GPL-3.0-or-later"


class _Setting(NamedTuple):
    """How a voice is asked of the library: its name, pitch and pitch range (0–100)."""

    name: str
    pitch: int
    pitch_range: int


_SETTINGS = {
    "male": _Setting("ko", 42, 60),
    "female": _Setting("ko+f3", 58, 60),
}

# The library's own speed unit; gives 5.6 syllables a second, the slow end of natural Korean.
_WORDS_PER_MINUTE = 195

_VOWELS = frozenset("ɐaeɛiouʌɯøyɨ")
# A stop's closure is digital silence before its event; nothing longer is a closure.
_LONGEST_CLOSURE = 0.15
_EDGE_TOLERANCE = 0.012
_BLENDED_VOWEL = 0.6


class Espeak:
    """The engine `espeak`."""

    name = "espeak"
    voices = (
        Voice("male", "robotic man, exact times", _LICENCE, offline=True),
        Voice("female", "robotic woman, exact times", _LICENCE, offline=True),
    )

    def missing(self) -> str | None:
        """Return what keeps the engine from working here: nothing, it is a core dependency."""
        return None

    def speak_clause(self, clause: Sequence[Eojeol], voice: str, speed: float) -> Rendition:
        """Speak one clause, whose eojeols all have Hangul; `speed` 1 is natural, 2 twice it."""
        setting = _SETTINGS[voice]
        text = " ".join(eojeol.pronounced for eojeol in clause) + clause[-1].mark
        with loaded_espeak() as library:
            rate = library.rate
            pace = round(_WORDS_PER_MINUTE * speed)
            samples, events = library.speak(
                text, setting.name, pace, setting.pitch, setting.pitch_range
            )
        syllables = [hangul_to_syllables(eojeol.pronounced) for eojeol in clause]
        segments = _sounding_segments(events, samples, rate)
        phonemes = _assign(segments, [s for word in syllables for s in word])
        counts = [sum(len(s.segments) for s in word) for word in syllables]
        return Rendition(samples, rate, words_of(phonemes, counts), phonemes)


class _Segment(NamedTuple):
    """One of espeak's own sounds, in seconds."""

    symbol: str
    start: float
    end: float

    @property
    def is_vowel(self) -> bool:
        return any(character in _VOWELS for character in self.symbol)


def _sounding_segments(
    events: Sequence[PhonemeEvent], samples: NDArray[np.float32], rate: int
) -> list[_Segment]:
    """Turn events into segments; a stop also owns the silent closure before its event."""
    silences = _silences(samples, rate)
    starts: list[float] = []
    for event in events:
        start = event.sample / rate
        for begin, end in silences:
            if begin < start and abs(end - start) < _EDGE_TOLERANCE:
                start = max(begin, start - _LONGEST_CLOSURE)
        starts.append(start)
    ends = [*starts[1:], len(samples) / rate]
    segments: list[_Segment] = []
    for event, start, end in zip(events, starts, ends, strict=True):
        if not event.symbol:
            continue
        if end <= start and segments:
            # A coda ɫ blends into its vowel and is reported when both are over.
            vowel = segments.pop()
            start = vowel.start + _BLENDED_VOWEL * (end - vowel.start)
            segments.append(vowel._replace(end=start))
        segments.append(_Segment(event.symbol, start, end))
    return segments


def _silences(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return the (start, end) seconds of every run of digital silence of 15 ms or more."""
    quiet = np.concatenate([[False], samples == 0, [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2) / rate
    return edges[edges[:, 1] - edges[:, 0] >= 0.015]


def _assign(segments: Sequence[_Segment], syllables: Sequence[Syllable]) -> tuple[Phoneme, ...]:
    """Give every phoneme of `syllables` its time.

    espeak speaks exactly one vowel per syllable, so vowels are anchors; between two anchors the
    few consonants and glides are matched in order.
    """
    groups = [(v, list(group)) for v, group in groupby(segments, key=lambda s: s.is_vowel)]
    vowels: list[_Segment] = []
    between: list[list[_Segment]] = [[]]
    for is_vowel, group in groups:
        if not is_vowel:
            between[-1] = group
            continue
        for vowel in group:
            vowels.append(vowel)
            between.append([])
    if len(vowels) != len(syllables):
        raise RuntimeError(f"espeak-ng spoke {len(vowels)} vowels for {len(syllables)} syllables")
    phonemes: list[Phoneme] = []
    wanted: list[str] = []
    for syllable, vowel, before in zip(syllables, vowels, between, strict=False):
        # ㅢ is spoken as the vowel ɯ followed by a glide: there our glide is the anchor.
        rising = syllable.glide == "ɰ"
        wanted += [s for s in (syllable.onset, "" if rising else syllable.glide) if s]
        _match(phonemes, wanted, before)
        anchor = syllable.glide if rising else syllable.vowel
        phonemes.append(Phoneme(anchor, vowel.start, vowel.end))
        wanted = [s for s in (syllable.vowel if rising else "", syllable.coda) if s]
    _match(phonemes, wanted, between[-1])
    return tuple(phonemes)


def _match(phonemes: list[Phoneme], wanted: Sequence[str], segments: Sequence[_Segment]) -> None:
    """Append `wanted`, sounds between two anchors, timed by the `segments` spoken there."""
    if not segments:
        _carve(phonemes, wanted)
        return
    if not wanted:
        return
    pairs = _cheapest_path(wanted, segments)
    for i, symbol in enumerate(wanted):
        own = [j for k, j in pairs if k == i]
        phonemes.append(
            Phoneme(
                symbol,
                _share(segments, pairs, i, own[0])[0],
                _share(segments, pairs, i, own[-1])[1],
            )
        )


def _share(
    segments: Sequence[_Segment], pairs: Sequence[tuple[int, int]], i: int, j: int
) -> tuple[float, float]:
    """Return the part of segment `j` that belongs to sound `i`: sharers divide it equally."""
    sharers = [k for k, other in pairs if other == j]
    edges = np.linspace(segments[j].start, segments[j].end, len(sharers) + 1)
    place = sharers.index(i)
    return float(edges[place]), float(edges[place + 1])


def _carve(phonemes: list[Phoneme], wanted: Sequence[str]) -> None:
    """Append `wanted`, which espeak ran together with the sound before, as parts of that sound."""
    if not wanted:
        return
    before = phonemes.pop()
    edges = np.linspace(before.start, before.end, len(wanted) + 2)
    for symbol, start, end in zip((before.symbol, *wanted), edges, edges[1:], strict=False):
        phonemes.append(Phoneme(symbol, float(start), float(end)))


def _cheapest_path(
    wanted: Sequence[str], segments: Sequence[_Segment]
) -> tuple[tuple[int, int], ...]:
    """Pair two short sequences in order so that the sounds of each pair are the most alike."""
    best: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...]]] = {}
    for i, symbol in enumerate(wanted):
        for j, segment in enumerate(segments):
            earlier = [
                best[step]
                for step in ((i - 1, j - 1), (i, j - 1), (i - 1, j))
                if step in best
            ]  # fmt: skip
            cost, path = min(earlier, key=lambda option: option[0], default=(0.0, ()))
            best[i, j] = (cost + _difference(symbol, segment.symbol), (*path, (i, j)))
    return best[len(wanted) - 1, len(segments) - 1][1]


def _difference(symbol: str, heard: str) -> float:
    if _kind(symbol) == _kind(heard):
        return 0.0
    return 0.5 if heard == "h" and symbol.endswith("ʰ") else 1.0


def _kind(symbol: str) -> str:
    """Return the place class of one of our consonants or of one of espeak's."""
    if any(fricative in symbol for fricative in "ɕʑʃ"):
        return "tɕ"
    alike = {"b": "p", "d": "t", "ɡ": "k", "q": "k", "ɾ": "l", "ɫ": "l", "ɰ": "j"}
    return alike.get(symbol[0], symbol[0])
