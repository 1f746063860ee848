"""Fingerspelling: a word as the signs of its letters, in a rhythm that can be read.

The hand stays longer on the letters of a short word, longest on the last. Between its neighbours
it does not come all the way to a letter's place (assimilation of place); the letter's fingers and
directions, by which it is read, are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gesture_core.errors import UserError
from gesture_core.rotation import Array
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.notation import HandPosture, Sign
from gesture_core.text.hangul import NUCLEI, ONSETS, decompose, is_syllable
from gesture_core.text.latin import read_latin, strip_accents

_CLUSTERS = {
    **{"ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㅄ": "ㅂㅅ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ"},
    **{"ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ"},
}
"""Final consonants that are two letters."""

_SINGLE = {*ONSETS, *NUCLEI, *"0123456789"}
_PIECES = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|\S")

_LEAST, _MORE, _USUAL = 0.06, 0.12, 4
_FIRST, _LAST, _PASSING = 0.08, 0.40, 0.04
_DRAWN = 0.25
"""Share of the way to the middle of its neighbours by which a letter's place gives way."""
_BEAT = np.array([0.0, 0.0, 0.03])
"""Metres by which a letter that follows itself moves on, so that it is seen twice."""


def letters(word: str) -> tuple[str, ...]:
    """The letters by which a word is spelled: 값 → ㄱ ㅏ ㅂ ㅅ, TV → ㅌ ㅣ ㅂ ㅡ ㅇ ㅣ.

    Final clusters are two letters, Latin words are spelled as they sound in Korean, digits stay
    digits, white space is left out. `UserError` names a character that has no letter.
    """
    plain = unicodedata.normalize("NFC", strip_accents(word))
    return tuple(letter for piece in _PIECES.findall(plain) for letter in _letters_of(piece, word))


def can_spell(word: str) -> bool:
    """Whether a word has letters, and nothing else."""
    try:
        return bool(letters(word))
    except UserError:
        return False


def letter_holds(count: int) -> Array:
    """Seconds `(count,)` for which a hand stays on each letter of a word at speed 1.

    The longer a word, the shorter its letters, the last the longest, as in spoken-to-signed
    translation (Moryossef et al. 2023); the figures are ours, slower than the five to eight
    letters a second of fluent signers (Quinto-Pozos 2010), as viewers ask for.
    """
    holds = np.full(count, _LEAST + _MORE * _USUAL / max(count, _USUAL))
    holds[:1] += _FIRST
    holds[-1:] = _LAST
    return holds


def spell(word: str, lexicon: Lexicon) -> tuple[Sign, ...]:
    """The signs of a word's letters in order, `gloss` being the letter, with holds at speed 1.

    `UserError` when a character has no letter, or the lexicon no sign for a letter.
    """
    signs: list[Sign] = []
    for name in letters(word):
        sign = lexicon.jamo.get(name) or lexicon.numbers.get(name)
        if sign is None:
            raise UserError(f"the lexicon has no sign for the letter {name} of {word!r}")
        signs.append(sign)
    moved = _assimilation(signs)
    holds = letter_holds(len(signs))
    return tuple(map(_spelled, signs, moved, holds))


def _letters_of(piece: str, word: str) -> str:
    if is_syllable(piece[0]):
        return "".join(_CLUSTERS.get(letter, letter) for letter in decompose(piece))
    if piece in _SINGLE or piece in _CLUSTERS:
        return _CLUSTERS.get(piece, piece)
    if piece[0].isascii() and piece[0].isalpha():
        return "".join(_letters_of(syllable, word) for syllable in read_latin(piece))
    raise UserError(f"{piece!r} in {word!r} cannot be fingerspelled; letters and digits can")


def _assimilation(signs: Sequence[Sign]) -> Array:
    """Metres `(N, 3)`, side, up, forward, by which each letter's hand leaves its place."""
    if not signs:
        return np.zeros((0, 3))
    places = np.array([_middle(sign) for sign in signs])
    ahead = np.concatenate([places[1:], places[-1:]])
    behind = np.concatenate([places[:1], places[:-1]])
    moved = _DRAWN * ((ahead + behind) / 2.0 - places)
    again = 0
    for number, (sign, before) in enumerate(zip(signs[1:], signs, strict=False), start=1):
        again = again + 1 if sign.gloss == before.gloss else 0
        moved[number] += again % 2 * _BEAT
    return moved


def _middle(sign: Sign) -> Array:
    """The middle of the strong hand's places, from its shoulder."""
    return np.mean([step.strong.off for step in sign.steps if step.strong], axis=0)


def _spelled(sign: Sign, moved: Array, hold: float) -> Sign:
    """A letter in its word: its hand elsewhere, passing through all postures but the last."""
    *ways, last = (replace(step, strong=_moved(step.strong, moved)) for step in sign.steps)
    passed = (step if step.hold is not None else replace(step, hold=_PASSING) for step in ways)
    return replace(sign, steps=(*passed, replace(last, hold=float(hold))))


def _moved(hand: HandPosture | None, moved: Array) -> HandPosture | None:
    if hand is None:
        return None
    side, up, forward = (float(value) for value in np.add(hand.off, moved))
    return replace(hand, off=(side, up, forward))
