"""Kokoro: a neural voice, offline; its Japanese speakers read our phonemes with their accent.

No Korean-trained neural voice is carried by any package. Kokoro's input is IPA, though, and most
Korean sounds exist in one of its nine languages; the network tells how long each symbol lasts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from gesture_core.speech import kokoro_model
from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.kokoro_model import LONGEST_INPUT, RATE
from gesture_core.speech.phonemes import VOWELS, Syllable, hangul_to_syllables
from gesture_core.speech.rendition import Rendition, words_of
from gesture_core.speech.voice import Voice
from gesture_core.utterance import Phoneme

# The part of Kokoro's vocabulary that Korean needs.
_TOKENS = {
    **{",": 3, ".": 4, "!": 5, "?": 6, " ": 16},
    **{"a": 43, "ʌ": 138, "o": 57, "u": 63, "ɯ": 110, "i": 51, "ɛ": 86, "e": 47, "j": 52, "w": 65},
    **{"k": 53, "ɡ": 92, "t": 62, "d": 46, "p": 58, "b": 44, "ʨ": 21, "ʥ": 19, "ʰ": 162},
    **{"s": 61, "ɕ": 77, "h": 50, "m": 55, "n": 56, "ŋ": 112, "ɾ": 125, "l": 54},
}

# Our symbols where Kokoro spells them differently. It has no tense consonants: they are the plain
# unvoiced ones, while our plain ones are voiced between voiced sounds.
_SPELLING = {
    **{"k͈": "k", "t͈": "t", "p͈": "p", "s͈": "s", "t͈ɕ": "ʨ", "tɕ": "ʨ", "tɕʰ": "ʨʰ"},
    **{"k̚": "k", "t̚": "t", "p̚": "p", "ɰ": "ɯ"},
}
_VOICED = {"k": "ɡ", "t": "d", "p": "b", "tɕ": "ʥ"}
_VOICING = frozenset((*VOWELS, "m", "n", "ŋ", "l"))

_LICENCE = "Apache-2.0"
_NOTE = "neural, Japanese accent; {} (needs the extra 'kokoro')"

_LEAD, _TAIL = 0.03, 0.08  # seconds of room tone kept about the first and last phoneme
_FADE = 0.01

# The network's durations run behind its sound by this much: measured where loudness follows the
# vowels best; the same on all clauses tried.
_LATE = 0.065
_AUDIBLE = 0.02  # of the loudest sample


class Kokoro:
    """The engine `kokoro`."""

    name = "kokoro"
    voices = tuple(
        Voice(name, _NOTE.format(who), _LICENCE, offline=True)
        for name, who in (
            ("jf_alpha", "woman, clear"),
            ("jf_gongitsune", "woman, storyteller"),
            ("jf_nezumi", "woman, light"),
            ("jf_tebukuro", "woman, soft"),
            ("jm_kumo", "man"),
        )
    )

    def missing(self) -> str | None:
        """Return what must be installed, or None."""
        return kokoro_model.missing()

    def speak_clause(self, clause: Sequence[Eojeol], voice: str, speed: float) -> Rendition:
        """Speak one clause, whose eojeols all have Hangul; `speed` 1 is natural, 2 twice it."""
        words = [hangul_to_syllables(eojeol.pronounced) for eojeol in clause]
        tokens = list(_spell(words, clause[-1].mark))
        if len(tokens) > LONGEST_INPUT:
            raise ValueError(f"a clause of {len(tokens)} tokens; Kokoro reads {LONGEST_INPUT}")
        ids = np.array([_TOKENS[token.text] for token in tokens], np.int64)
        samples, edges = kokoro_model.load_model().speak(ids, voice, speed)
        # The last phoneme's tokens also cover the silence after it.
        heard = np.flatnonzero(np.abs(samples) > _AUDIBLE * np.abs(samples).max())
        edges = np.clip(edges - _LATE * RATE, heard[0], heard[-1] + 1)
        first = max(0, round(edges[0] - _LEAD * RATE))
        stop = min(len(samples), round(edges[-1] + _TAIL * RATE))
        seconds = (edges - first) / RATE
        phonemes = tuple(_phonemes(tokens, seconds))
        counts = [sum(len(syllable.segments) for syllable in word) for word in words]
        return Rendition(
            _faded(samples[first:stop]), RATE, words_of(phonemes, counts), phonemes
        )  # fmt: skip


class _Token(NamedTuple):
    """One symbol of Kokoro's input and the number of the phoneme it spells, if it spells one."""

    text: str
    phoneme: int | None
    symbol: str


def _spell(words: Sequence[Sequence[Syllable]], mark: str) -> Iterator[_Token]:
    """Yield the tokens of a clause: words of syllables with spaces between, and its mark."""
    number = 0
    for index, word in enumerate(words):
        if index:
            yield _Token(" ", None, "")
        before = ""
        for syllable in word:
            for symbol in syllable.segments:
                is_onset = symbol == syllable.onset and symbol is syllable.segments[0]
                for character in _letters(symbol, syllable, before if is_onset else ""):
                    yield _Token(character, number, symbol)
                number += 1
                before = symbol
    yield from (_Token(character, None, "") for character in mark)


def _letters(symbol: str, syllable: Syllable, before: str) -> str:
    """Return Kokoro's spelling of `symbol`; `before` is the sound before an onset in the word."""
    if before in _VOICING and symbol in _VOICED:
        return _VOICED[symbol]
    if symbol == "ɾ" and before == "l":
        return "l"
    if symbol in ("s", "s͈") and (syllable.glide == "j" or syllable.vowel == "i"):
        return "ɕ"
    return _SPELLING.get(symbol, symbol)


def _phonemes(tokens: Sequence[_Token], seconds: np.ndarray) -> Iterator[Phoneme]:
    """Yield every phoneme over the time of all its tokens; token i lasts from edge i to i + 1."""
    for index, token in enumerate(tokens):
        if token.phoneme is None or (index and tokens[index - 1].phoneme == token.phoneme):
            continue
        after = index + 1
        while after < len(tokens) and tokens[after].phoneme == token.phoneme:
            after += 1
        yield Phoneme(token.symbol, float(seconds[index]), float(seconds[after]))


def _faded(samples: np.ndarray) -> np.ndarray:
    """Return the sound with soft ends, for it was cut out of room tone."""
    ramp = np.linspace(0.0, 1.0, round(_FADE * RATE), dtype=np.float32)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp[: len(faded)]
    faded[-len(ramp) :] *= ramp[::-1][-len(faded) :]
    return faded
