"""Text as written → text as read aloud: every eojeol gets a Hangul-only reading."""

import re
from dataclasses import dataclass, field

from gesture_core.errors import UserError
from gesture_core.text.clean import clean_text
from gesture_core.text.counters import UNITS
from gesture_core.text.hangul import agreed_particle, is_syllable
from gesture_core.text.hanja import READINGS, read_hanja
from gesture_core.text.latin import english_digits, read_latin, spell_letters, strip_accents
from gesture_core.text.numerals import sino
from gesture_core.text.quantities import read_quantity
from gesture_core.text.split import eojeols
from gesture_core.text.symbols import (
    UNREAD_SCRIPT,
    kind_of,
    read_letters,
    read_operator,
    read_symbol,
)


@dataclass(frozen=True)
class NormalizedWord:
    """One eojeol: `source` as written, its `reading` in Hangul (inner spaces allowed: 세 시).

    `start` and `end` are character offsets in `Normalized.text`.
    """

    source: str
    reading: str
    start: int
    end: int


@dataclass(frozen=True)
class Normalized:
    """A cleaned text, its readable eojeols in order, and what had to be left out."""

    text: str
    words: tuple[NormalizedWord, ...]
    warnings: tuple[str, ...]

    @property
    def reading(self) -> str:
        """The whole text as it is read aloud."""
        return " ".join(word.reading for word in self.words)


def normalize(text: str) -> Normalized:
    """Read `text` in Hangul, eojeol by eojeol.

    Numbers, Latin letters, symbols and hanja become the words a speaker would say; what has no
    reading (emoji, ㅋㅋㅋ) is left out with a warning. Raises UserError when the text is longer
    than `clean.MAX_CHARACTERS`, when it has words in a script that is not read, such as Cyrillic or
    kana, since leaving out words would change what is said, or when nothing in it can be said.
    """
    cleaned = clean_text(text)
    left_out = _LeftOut()
    words: list[NormalizedWord] = []
    for start, end in eojeols(cleaned):
        previous = words[-1].reading if words else ""
        reading = _read_eojeol(cleaned, start, end, previous, left_out)
        if reading:
            words.append(NormalizedWord(cleaned[start:end], reading, start, end))
    _refuse_unread_scripts(cleaned, left_out)
    if not words:
        raise UserError(f"the text has nothing that can be spoken: {_shortened(text)!r}")
    return Normalized(cleaned, tuple(words), left_out.warnings())


def _shortened(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


@dataclass
class _LeftOut:
    """Characters without a reading, by kind, in order of appearance."""

    kinds: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, kind: str, text: str) -> None:
        self.kinds.setdefault(kind, {})[text] = None

    def warnings(self) -> tuple[str, ...]:
        return tuple(
            f"left out {kind}: {_shortened(' '.join(texts))}" for kind, texts in self.kinds.items()
        )


def _refuse_unread_scripts(text: str, left_out: _LeftOut) -> None:
    letters = left_out.kinds.get(UNREAD_SCRIPT)
    if letters:
        words = [word for word in text.split() if any(letter in word for letter in letters)]
        raise UserError(
            f"cannot read {_shortened(' '.join(words))!r}: write it in Hangul; Hangul, Latin "
            "letters, digits and common hanja are read"
        )


_WEB_ADDRESS = re.compile(
    r"(?:https?://)?(?P<host>(?:[A-Za-z0-9._+-]+@)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,6})"
    r"(?:/[!-~]*)?(?![A-Za-z0-9])"
)
_DOTTED_INITIALS = re.compile(r"(?:[A-Za-z]\.){2,}(?:[A-Za-z](?![A-Za-z]))?")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+(?:['’-][A-Za-z]+)*")
_DIGITS_AFTER_LATIN = re.compile(r"-?(\d{1,9})(?![\d.,:%~-]*\d)")
_NUMBER_BEFORE = re.compile(r"\d $")
_EMOTICON = re.compile(r"(?:T_+T|[:;=]-?[)(DPp3]|<3|XD)(?![A-Za-z0-9])")
_NUMERO = re.compile(r"No\.(?= ?\d)")
_BASEMENT = re.compile(r"B(\d{1,2})(?=층)")
_LETTERS = re.compile(r"[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\ud7b0-\ud7ff]+")
_HANJA = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_HANJA_GLOSS = re.compile(r"(?<=[가-힣])\([\u3400-\u4dbf\u4e00-\u9fff]+\)")
_PARTICLE_AFTER_BRACKET = re.compile(r"(?<=[A-Za-z0-9]\))[은는이가을를과와](?![가-힣])")
_COMPANY = re.compile(r"\(주\)")
_CORONA = re.compile(r"코로나[ -]?19")
_SPACES = re.compile(r" {2,}")
_DOMAINS = {"com": "컴", "net": "넷", "www": "더블유더블유더블유"}


def _read_eojeol(text: str, start: int, end: int, previous: str, left_out: _LeftOut) -> str:
    """Hangul of `text[start:end]`, after the eojeol read as `previous`; "" if it is silent."""
    spoken = ""
    position = start
    while position < end:
        reading, position = _read_at(text, position, end, spoken or previous, left_out)
        spoken += reading
    return _SPACES.sub(" ", spoken).strip()


def _read_at(text: str, at: int, end: int, spoken: str, left_out: _LeftOut) -> tuple[str, int]:
    """Reading of what starts at `at`, and where the text goes on."""
    corona = _CORONA.match(text, at, end)
    if corona:
        return "코로나 일구", corona.end()
    if is_syllable(text[at]):
        particle = _PARTICLE_AFTER_BRACKET.match(text, at, end)
        agreeing = agreed_particle(text[at], spoken[-1]) if particle and spoken else text[at]
        return agreeing, at + 1
    operator = read_operator(text, at)
    if operator:
        return operator, at + 1
    quantity = read_quantity(text, at, end)
    if quantity:
        return quantity
    for pattern, read in _RUNS:
        match = pattern.match(text, at, end)
        if match:
            return read(match, left_out)
    reading = read_symbol(text, at, spoken)
    if reading is None:
        left_out.add(kind_of(text[at]), text[at])
        return " ", at + 1
    return reading, at + 1


def _read_web_address(match: re.Match[str], _left_out: _LeftOut) -> tuple[str, int]:
    """momjit@naver.com → 몸짓 골뱅이 네이버 닷컴, letter by letter where a name is short."""
    spoken = ""
    for part in re.findall(r"[A-Za-z]+|\d+|[@.]", match.group("host")):
        if part == "@":
            spoken += " 골뱅이 "
        elif part == ".":
            spoken += " 닷"
        elif part.isdecimal():
            spoken += "".join(sino(int(digit)) for digit in part)
        elif part.lower() in _DOMAINS:
            spoken += _DOMAINS[part.lower()]
        else:
            spoken += (" " if spoken.endswith("닷") else "") + (
                spell_letters(part) if len(part) <= 3 else read_latin(part)
            )
    return spoken, match.end()


def _read_initials(match: re.Match[str], _left_out: _LeftOut) -> tuple[str, int]:
    return spell_letters(match.group().replace(".", "")), match.end()


def _read_basement(match: re.Match[str], _left_out: _LeftOut) -> tuple[str, int]:
    return f"지하 {sino(int(match.group(1)))} ", match.end()


def _read_latin_run(match: re.Match[str], left_out: _LeftOut) -> tuple[str, int]:
    letters = re.sub(r"[^A-Za-z'’-]", "", strip_accents(match.group()))
    if not letters:
        left_out.add(UNREAD_SCRIPT, match.group())
        return " ", match.end()
    if letters in UNITS and _NUMBER_BEFORE.search(match.string[: match.start()]):
        return UNITS[letters], match.end()
    digits = _DIGITS_AFTER_LATIN.match(match.string, match.end(), match.endpos)
    if not digits:
        digit_follows = match.string[match.end() : match.end() + 1].isdecimal()
        return read_latin(letters) + (" " if digit_follows else ""), match.end()
    number = digits.group(1)
    return read_latin(letters) + (english_digits(number) or f" {sino(int(number))}"), digits.end()


def _read_emoticon(match: re.Match[str], left_out: _LeftOut) -> tuple[str, int]:
    left_out.add("emoticons", match.group())
    return " ", match.end()


def _read_letter_run(match: re.Match[str], left_out: _LeftOut) -> tuple[str, int]:
    reading = read_letters(match.group())
    if reading is None:
        left_out.add("letters that form no syllable", match.group())
    return reading or " ", match.end()


def _read_hanja_run(match: re.Match[str], left_out: _LeftOut) -> tuple[str, int]:
    for character in match.group():
        if character not in READINGS:
            left_out.add("hanja of unknown reading", character)
    return read_hanja(match.group()), match.end()


_RUNS = (
    (_WEB_ADDRESS, _read_web_address),
    (_EMOTICON, _read_emoticon),
    (_NUMERO, lambda match, _left_out: ("넘버 ", match.end())),
    (_DOTTED_INITIALS, _read_initials),
    (_BASEMENT, _read_basement),
    (_LATIN, _read_latin_run),
    (_COMPANY, lambda match, _left_out: ("주식회사 ", match.end())),
    (_HANJA_GLOSS, lambda match, _left_out: ("", match.end())),
    (_HANJA, _read_hanja_run),
    (_LETTERS, _read_letter_run),
)
