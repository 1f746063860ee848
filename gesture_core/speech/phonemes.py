"""The one phoneme set that every voice reports, and the way from Hangul to it.

Symbols are IPA, one per segment of a *pronounced* Hangul syllable (assimilation and liaison are
already written out when text reaches this package):

- vowels ``a ʌ o u ɯ i ɛ e`` (ㅏ ㅓ ㅗ ㅜ ㅡ ㅣ ㅐ ㅔ)
- glides ``j w ɰ`` before a vowel: ㅑ is ``j a``, ㅘ ``w a``, ㅚ and ㅞ ``w e``, ㅢ ``ɰ i``
- onsets ``k k͈ kʰ  t t͈ tʰ  p p͈ pʰ  tɕ t͈ɕ tɕʰ  s s͈ h  m n ɾ`` (plain, tense, aspirated)
- codas ``k̚ t̚ p̚ m n ŋ l``

Silence has no symbol: it is the time that no phoneme covers.
"""

from __future__ import annotations

from typing import NamedTuple

VOWELS = ("a", "ʌ", "o", "u", "ɯ", "i", "ɛ", "e")
GLIDES = ("j", "w", "ɰ")
ONSETS = tuple("k k͈ n t t͈ ɾ m p p͈ s s͈".split()) + ("", "tɕ", "t͈ɕ", "tɕʰ", "kʰ", "tʰ", "pʰ", "h")
CODAS = ("k̚", "t̚", "p̚", "m", "n", "ŋ", "l")
PHONEMES = frozenset((*VOWELS, *GLIDES, *ONSETS, *CODAS)) - {""}

# Indexed by the Unicode order of the medial letters ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ.
_MEDIALS = tuple("a ɛ ja jɛ ʌ e jʌ je o wa wɛ we jo u wʌ we wi ju ɯ ɰi i".split())
# Indexed by the Unicode order of the final letters; every obstruent is neutralised to k̚, t̚ or p̚.
_FINALS = ("", *"k̚ k̚ k̚ n n n t̚ l k̚ m l l l p̚ l m p̚ p̚ t̚ t̚ ŋ t̚ t̚ k̚ t̚ p̚ t̚".split())

_FIRST_SYLLABLE = 0xAC00
_LAST_SYLLABLE = 0xD7A3


class Syllable(NamedTuple):
    """The segments of one syllable; an absent onset, glide or coda is the empty string."""

    onset: str
    glide: str
    vowel: str
    coda: str

    @property
    def segments(self) -> tuple[str, ...]:
        """The symbols that are there, in order."""
        return tuple(symbol for symbol in self if symbol)


def is_hangul_syllable(character: str) -> bool:
    """Return whether `character` is one precomposed Hangul syllable."""
    return _FIRST_SYLLABLE <= ord(character) <= _LAST_SYLLABLE


def hangul_to_syllables(pronounced: str) -> tuple[Syllable, ...]:
    """Return the segments of each Hangul syllable in `pronounced`; other characters are silent."""
    return tuple(_decompose(c) for c in pronounced if is_hangul_syllable(c))


def _decompose(character: str) -> Syllable:
    onset, rest = divmod(ord(character) - _FIRST_SYLLABLE, 588)
    medial, final = divmod(rest, 28)
    nucleus = _MEDIALS[medial]
    return Syllable(ONSETS[onset], nucleus[:-1], nucleus[-1], _FINALS[final])
