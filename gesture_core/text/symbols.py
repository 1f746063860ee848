"""Symbols and lone Hangul letters → what a reader says for them."""

import re
import unicodedata

from gesture_core.text.hangul import has_coda, is_syllable
from gesture_core.text.numerals import sino

_NAMES = {
    "@": "골뱅이", "%": "퍼센트", "‰": "퍼밀", "°": "도", "±": "플러스마이너스", "√": "루트",
    "∞": "무한대", "$": "달러", "₩": "원", "€": "유로", "£": "파운드", "¥": "엔", "№": "넘버",
    "α": "알파", "β": "베타", "γ": "감마", "δ": "델타", "Δ": "델타", "θ": "세타", "λ": "람다",
    "μ": "뮤", "µ": "마이크로", "π": "파이", "σ": "시그마", "Σ": "시그마", "ω": "오메가",
    "Ω": "옴", "²": "제곱", "³": "세제곱", "+": "플러스", "÷": "나누기",
}  # fmt: skip
_OPERATORS = {
    "+": "더하기", "-": "빼기", "−": "빼기", "×": "곱하기", "*": "곱하기", "x": "곱하기",
    "÷": "나누기", "/": "나누기",
}  # fmt: skip
_ALWAYS_OPERATORS = "×÷"
_CLOSING = frozenset("\"'“”‘’)]}〉》」』】〕")  # a particle may follow: ‘정말’이에요
_PREFIXES = frozenset("@±√№")
_SILENT = frozenset("^`|<>~∼〜=×−´¨¯·•※←→↑↓↔⇒■□▪▶▷◀◁◆◇○●◎▲△▼▽©®™℠¬¦¶§¤¸")
_BETWEEN_ENDS = re.compile(
    r"(?<=[0-9가-힣A-Za-z%])[~∼〜](?=[0-9]|[가-힣]{2})|(?<=:\d\d)[–-](?=\d{1,2}:\d\d)"
)
_WINDOW = 32  # characters around a symbol that decide its reading

_CHAT = {
    "ㅇㅋ": "오케이", "ㄱㅅ": "감사", "ㅇㅇ": "응", "ㄴㄴ": "노노", "ㅊㅋ": "축하",
    "ㅊㅋㅊㅋ": "축하 축하", "ㄱㄱ": "고고", "ㅎㅇ": "하이", "ㅂㅂ": "바이바이", "ㅂㅇ": "바이",
    "ㅈㅅ": "죄송", "ㄱㄷ": "기다려", "ㅅㄱ": "수고", "ㅇㅈ": "인정", "ㄹㅇ": "리얼",
}  # fmt: skip
_LETTER_NAMES = dict(
    zip(
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅌㅍ",
        "기역 쌍기역 니은 디귿 쌍디귿 리을 미음 비읍 쌍비읍 시옷 쌍시옷 이응 지읒 쌍지읒 치읓 티읕 "
        "피읖".split(),
        strict=True,
    )
) | dict(zip("ㅏㅑㅓㅕㅗㅛㅣㅐㅔ", "아야어여오요이애에", strict=True))


def read_letters(run: str) -> str | None:
    """A run of lone Hangul letters: ㅇㅋ → 오케이, ㄱ → 기역; None for ㅋㅋㅋ and the like."""
    return _CHAT.get(run) or _LETTER_NAMES.get(run)


def read_operator(text: str, at: int) -> str | None:
    """An operator between two numbers of a calculation: 3+4=7, 2 × 5 = 10; else None."""
    word = _OPERATORS.get(text[at])
    before = text[max(0, at - _WINDOW) : at].rstrip(" ")
    after = text[at + 1 : at + _WINDOW].lstrip(" ")
    if not word or not before[-1:].isdecimal() or not after[:1].isdecimal():
        return None
    if text[at] in _ALWAYS_OPERATORS or "=" in after.partition("\n")[0]:
        return f" {word} "
    return None


def read_symbol(text: str, at: int, spoken: str) -> str | None:
    """What is said for the symbol `text[at]` after `spoken`; "" for silence, None if unknown."""
    character = text[at]
    before = text[max(0, at - _WINDOW) : at].rstrip(" ")[-1:]
    after = text[at + 1 : at + _WINDOW].lstrip(" ")[:1]
    if character == "=" and spoken and after.isalnum():
        return ("은 " if has_coda(spoken[-1]) else "는 ") if is_syllable(spoken[-1]) else " "
    if character in "~∼〜–-":
        return "에서 " if spoken and _joins_ends(text, at) else " "
    if character == "&":
        return "앤" if before.isascii() and after.isascii() else " 앤드 "
    if character == "#":
        return "넘버 " if after.isdecimal() else "해시태그 " if after.isalpha() else " "
    if character in _NAMES:
        glued = character not in _PREFIXES and text[at + 1 : at + 2] and is_syllable(text[at + 1])
        return f" {_NAMES[character]}" + ("" if glued else " ")
    if unicodedata.category(character) in ("No", "Nl"):
        return _read_enclosed_number(character)
    if character in _CLOSING:
        return ""
    if character in _SILENT or unicodedata.category(character)[0] in "PZ":
        return " "
    return None


def _read_enclosed_number(character: str) -> str | None:
    """① → 일, Ⅲ → 삼."""
    value = unicodedata.numeric(character, -1.0)
    return sino(int(value)) if value >= 0 and value.is_integer() else None


def _joins_ends(text: str, at: int) -> bool:
    """Whether ~ stands between two ends (3시~5시, 서울~부산), not for a drawn-out 안녕~."""
    return bool(_BETWEEN_ENDS.match(text, at))


UNREAD_SCRIPT = "letters of a script that is not read"


def kind_of(character: str) -> str:
    """How a warning calls a character that has no reading."""
    category = unicodedata.category(character)
    if category[0] == "L":
        return UNREAD_SCRIPT
    return "emoji" if category in ("So", "Sk") else "symbols"
