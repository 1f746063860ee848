"""Words → tokens: what the lexicon has for them, from a sign of their own down to a caption."""

from __future__ import annotations

import re
import unicodedata

from gesture_core.signing.fingerspelling import can_spell
from gesture_core.signing.gloss_quantities import counter_name
from gesture_core.signing.gloss_word import Word
from gesture_core.signing.glosses import GlossToken, Kind
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.numbers import MOST_DIGITS, digit_signs, number_signs
from gesture_core.text.hanja import READINGS, read_hanja
from gesture_core.text.latin import read_latin, strip_accents
from gesture_core.text.symbols import read_symbol

_LONGEST_SPLIT = 24
# A Latin word, a run of hanja, or one character that is neither Hangul nor a figure.
_UNREAD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|[\u3400-\u9fff]+|[^0-9가-힣ㄱ-ㅣ]")
# The sense of a word that sounds like another, in brackets behind it: 배(복부).
_SENSE = re.compile(r"\([^()]*\)$")
_POINT = "점"
_PLAIN_RULES = frozenset({"word", "lemma"})
_RULE_OF_KIND: dict[Kind, str] = {
    "synonym": "same sign",
    "compound": "compound",
    "fingerspelled": "no sign",
    "caption": "no letters",
}


def knows(lexicon: Lexicon, word: str) -> bool:
    """Whether a word has a sign, shares one or is signed as several."""
    return word in lexicon.signs or word in lexicon.synonyms or word in lexicon.compounds


def find_tokens(word: Word, lexicon: Lexicon) -> list[GlossToken]:
    """How a word is performed, with the counter that a number makes superfluous as dropped.

    Sources are the word's own `start` and `end`. A part that the lexicon lacks is spelled.
    """
    source = (word.start, word.end)
    if word.dropped:
        return [GlossToken("", "dropped", word.rule, source)]
    if word.number:
        return _number(word, lexicon)
    if word.counters:
        return _how_many(word, lexicon)
    for gloss in word.glosses:
        found = _in_lexicon(gloss, lexicon)
        if found:
            kind, parts = found
            if kind == "synonym" and parts[0] in word.glosses:  # 공부하다 is 공부
                kind = "sign"
            if kind == "sign" and word.rule == "same sign":
                kind = "synonym"
            shown = gloss if kind == "compound" else parts[0]
            said = word.said or gloss
            return [GlossToken(shown, kind, _rule(word, kind), source, parts, said)]
    if word.optional:
        return [GlossToken("", "dropped", word.rule, source)]
    return [_without_sign(word, lexicon)]


def _rule(word: Word, kind: Kind) -> str:
    if word.rule in _PLAIN_RULES:
        return _RULE_OF_KIND.get(kind, word.rule)
    return word.rule


def _in_lexicon(gloss: str, lexicon: Lexicon) -> tuple[Kind, tuple[str, ...]] | None:
    """The class of a word that the lexicon has, and the glosses to perform."""
    if gloss in lexicon.signs:
        return "sign", (gloss,)
    if gloss in lexicon.synonyms:
        return "synonym", (lexicon.synonyms[gloss],)
    if gloss in lexicon.compounds:
        return "compound", lexicon.compounds[gloss]
    return None


def _without_sign(word: Word, lexicon: Lexicon) -> GlossToken:
    """A word that is split, spelled or shown."""
    source = (word.start, word.end)
    written = min(word.glosses, key=len)
    if word.origin in ("word", "name") and not written.endswith("다"):
        pieces = split(written, lexicon)
        if pieces:
            parts = tuple(part for piece in pieces for part in _parts(piece, lexicon))
            return GlossToken(written, "compound", "split into known words", source, parts, written)
    reading = _reading(_SENSE.sub("", written))
    if word.origin in ("foreign", "symbol") and len(reading) > 1:
        # a single syllable says too little: b sounds like 비, rain, and moon like 문, a door
        found = _in_lexicon(reading, lexicon)
        if found:
            kind, parts = found
            return GlossToken(parts[0], kind, _rule(word, kind), source, parts, reading)
    if reading and can_spell(reading):
        rule = _rule(word, "fingerspelled")
        return GlossToken(written, "fingerspelled", rule, source, (reading,), reading)
    return GlossToken(written, "caption", _rule(word, "caption"), source)


def split(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Fewest words of the lexicon, of two letters or more, that make up a word; or none."""
    if not 4 <= len(word) <= _LONGEST_SPLIT:
        return ()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(2, len(word) + 1):
        for start in range(end - 1):
            before, piece = best[start], word[start:end]
            if before is None or not knows(lexicon, piece):
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = (*before, piece)
    return best[len(word)] or ()


def _reading(written: str) -> str:
    """Hangul for Latin words, hanja and symbols; what has no reading stays as it is."""

    def read(match: re.Match[str]) -> str:
        piece = match.group()
        if piece.isascii() and piece[0].isalpha():
            return read_latin(piece)
        if piece[0] in READINGS:
            return read_hanja(piece)
        return (read_symbol(piece, 0, "") or piece).strip()

    plain = unicodedata.normalize("NFC", strip_accents(written))
    return _UNREAD.sub(read, plain)


# ---- numbers


def _number(word: Word, lexicon: Lexicon) -> list[GlossToken]:
    """A number with its counter, as one sign where the lexicon has it."""
    source = (word.start, word.end)
    for name in word.counters or ("",):
        if f"{word.number}{name}" in lexicon.signs:
            gloss = f"{word.number}{name}"
            return [GlossToken(gloss, "sign", word.rule, source, (gloss,), word.said)]
    whole, _, fraction = word.number.partition(".")
    single = word.digits or whole[0] == "0" or len(whole) > MOST_DIGITS
    parts = digit_signs(whole) if single else number_signs(int(whole))
    if fraction:
        parts += (*_parts(_POINT, lexicon), *digit_signs(fraction))
    counted = word.counters[-1] if word.counters else ""
    parts += _parts(counted, lexicon)
    gloss = f"{word.number}{counter_name(word.counters)}"
    token = GlossToken(gloss, "number", word.rule, source, parts, word.said)
    return [token, *_counter_dropped(word)]


def _how_many(word: Word, lexicon: Lexicon) -> list[GlossToken]:
    """몇 with its counter, as one sign where the lexicon has it."""
    source = (word.start, word.end)
    together, alone = word.glosses
    found = _in_lexicon(together, lexicon)
    if found:
        return [GlossToken(together, found[0], word.rule, source, found[1], together)]
    parts = (*_parts(alone, lexicon), *_parts(word.counters[-1], lexicon))
    token = GlossToken(together, "compound", word.rule, source, parts, together)
    return [token, *_counter_dropped(word)]


def _parts(gloss: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The signs of a gloss; itself, to be spelled, where the lexicon has none."""
    found = _in_lexicon(gloss, lexicon)
    return found[1] if found else (gloss,) if gloss else ()


def _counter_dropped(word: Word) -> list[GlossToken]:
    """Says so where the number tells enough without its counter."""
    if not word.counters or word.counters[-1]:
        return []
    start = word.end - len(word.counters[0])
    return [GlossToken("", "dropped", "counter", (max(start, word.start), word.end))]
