"""Latin-script words and acronyms → Hangul."""

import re
import unicodedata

from gesture_core.text.english_words import (
    ENGLISH_DIGITS,
    LETTER_NAMES,
    LOWER_INITIALISMS,
    SPOKEN_ACRONYMS,
    WORDS,
)
from gesture_core.text.letter_to_sound import spell_in_hangul

_LIGATURES = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i"}
)
_CONTRACTIONS = {
    "i'm": "아임",
    "it's": "잇츠",
    "let's": "레츠",
    "that's": "댓츠",
    "what's": "왓츠",
    "don't": "돈트",
    "can't": "캔트",
    "won't": "원트",
    "didn't": "디든트",
    "doesn't": "더즌트",
    "isn't": "이즌트",
    "you're": "유어",
    "we're": "위어",
    "i'll": "아일",
    "i've": "아이브",
    "mcdonald's": "맥도날드",
    "mom's": "맘스",
}
_LONGEST_INITIALISM = 5
# Capitals with vowels in the right places are said as a word: FOMO, KOTRA, but OECD, HDMI.
_SPEAKABLE = re.compile(r"(?=.{4})[^AEIOU]{0,2}[AEIOU]{1,2}[^AEIOU]{1,2}[AEIOU]{1,2}[^AEIOU]{0,2}")
_CAMEL_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_VOICELESS_END = tuple("ptkf") + ("ce", "se", "pe", "te", "ke", "fe")


def strip_accents(text: str) -> str:
    """Latin letters without their diacritics: café → cafe, Straße → Strasse."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def spell_letters(letters: str) -> str:
    """Letter by letter: CPU → 시피유."""
    return "".join(LETTER_NAMES[letter] for letter in letters.lower())


def read_latin(word: str) -> str:
    """Hangul reading of a word of letters A–Z, with apostrophes or hyphens: "iPhone" → 아이폰."""
    word = word.replace("’", "'")
    lower = word.lower()
    if lower in _CONTRACTIONS:
        return _CONTRACTIONS[lower]
    if "-" in word:
        return WORDS.get(lower.replace("-", "")) or "".join(map(read_latin, word.split("-")))
    if "'" in word:
        return "".join(read_latin(part) for part in word.split("'") if part)
    if len(word) == 1:
        return LETTER_NAMES[lower]
    if word.isupper():
        return _read_capitals(word)
    plural_initialism = re.fullmatch(r"([A-Z]{2,})s", word)
    if plural_initialism:
        return spell_letters(plural_initialism.group(1)) + "스"
    if lower in WORDS:
        return WORDS[lower]
    if lower in LOWER_INITIALISMS:
        return spell_letters(lower)
    parts = _CAMEL_PARTS.findall(word)
    if len(parts) > 1:
        return "".join(read_latin(part) for part in parts)
    return _read_unknown(lower)


def _read_capitals(word: str) -> str:
    lower = word.lower()
    if word in SPOKEN_ACRONYMS or len(word) > 3 and lower in WORDS:
        return WORDS.get(lower) or spell_in_hangul(lower)
    if len(word) <= _LONGEST_INITIALISM and not _SPEAKABLE.fullmatch(word):
        return spell_letters(word)
    return _read_unknown(lower)


def _read_unknown(word: str) -> str:
    if not re.search(r"[aeiouy]", word):
        return spell_letters(word)
    if word.endswith("s") and word[:-1] in WORDS:
        return _plural(word[:-1], WORDS[word[:-1]])
    for cut in range(len(word) - 3, 2, -1):
        if word[:cut] in WORDS and word[cut:] in WORDS:
            return WORDS[word[:cut]] + WORDS[word[cut:]]
    return spell_in_hangul(word) or spell_letters(word)


def _plural(noun: str, reading: str) -> str:
    """cards → 카즈, events → 이벤츠, caps → 캡스, days → 데이즈."""
    merged = {"드": "즈", "트": "츠"}.get(reading[-1])
    if merged:
        return reading[:-1] + merged
    return reading + ("스" if noun.endswith(_VOICELESS_END) else "즈")


def english_digits(digits: str) -> str | None:
    """Digits inside a Latin name: MP3 → 스리, TOP10 → 텐; None beyond ten, which is Korean."""
    if len(digits) == 1:
        return ENGLISH_DIGITS[int(digits)]
    return "텐" if digits == "10" else None
