"""Hangul syllables ↔ onset, nucleus and coda, by the arithmetic of the Unicode standard (3.12)."""

from typing import NamedTuple

ONSETS = tuple("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
NUCLEI = tuple("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_FIRST = 0xAC00
_LAST = 0xD7A3
_ONSET = {letter: index for index, letter in enumerate(ONSETS)}
_NUCLEUS = {letter: index for index, letter in enumerate(NUCLEI)}
_CODA = {letter: index for index, letter in enumerate(CODAS)}


class Syllable(NamedTuple):
    """One written syllable as compatibility jamo; `coda` is "" for an open syllable."""

    onset: str
    nucleus: str
    coda: str


def is_syllable(char: str) -> bool:
    """Whether `char` is one precomposed Hangul syllable (가-힣)."""
    return _FIRST <= ord(char) <= _LAST


def decompose(char: str) -> Syllable:
    """Split one precomposed syllable: 값 → (ㄱ, ㅏ, ㅄ)."""
    index = ord(char) - _FIRST
    onset, rest = divmod(index, len(NUCLEI) * len(CODAS))
    nucleus, coda = divmod(rest, len(CODAS))
    return Syllable(ONSETS[onset], NUCLEI[nucleus], CODAS[coda])


def compose(onset: str, nucleus: str, coda: str = "") -> str:
    """Join jamo into one syllable: (ㄱ, ㅏ, ㅄ) → 값."""
    index = (_ONSET[onset] * len(NUCLEI) + _NUCLEUS[nucleus]) * len(CODAS) + _CODA[coda]
    return chr(_FIRST + index)


def has_coda(char: str) -> bool:
    """Whether a syllable is closed, which decides 은/는, 이/가, 을/를."""
    return (ord(char) - _FIRST) % len(CODAS) != 0


_AFTER_CODA = dict(zip("는가를와", "은이을과", strict=True))
_AFTER_VOWEL = {closed: open_ for open_, closed in _AFTER_CODA.items()}


def agreed_particle(particle: str, before: str) -> str:
    """The form of 은/는, 이/가, 을/를 or 과/와 that follows the syllable `before`."""
    forms = _AFTER_CODA if has_coda(before) else _AFTER_VOWEL
    return forms.get(particle, particle)
