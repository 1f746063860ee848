"""Characters before words: one Unicode form, plain letters and digits, a bounded length."""

import unicodedata

from gesture_core.errors import UserError

MAX_CHARACTERS = 5000

# Compatibility forms are written out (㎏ → kg, ㈜ → (주), full-width → ASCII), except
# Hangul letters (ㄱ), which would turn into conjoining ones, and marks that are read as symbols.
_COMPATIBILITY_BLOCKS = (
    (0x00BC, 0x00BE),  # fractions: ½
    (0x2100, 0x214F),  # letterlike: ℃ ℓ
    (0x2150, 0x215F),  # fractions: ⅓
    (0x3200, 0x33FF),  # enclosed and squared CJK: ㈜ ㎏
    (0xFB00, 0xFB06),  # ligatures
    (0xFF00, 0xFFEF),  # half and full width
    (0x1D400, 0x1D7FF),  # mathematical letters
)
_KEPT = frozenset("№™℠Ω")
_DROPPED_CATEGORIES = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Mn", "Me"))


def clean_text(text: str) -> str:
    """Text in NFC with compatibility forms written out, without control or zero-width characters.

    Line breaks stay, as they end sentences. Raises UserError above `MAX_CHARACTERS`.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} can be spoken at "
            "once: split it, or use `momjit batch`"
        )
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    plain = "".join(map(_plain_character, composed))
    return unicodedata.normalize("NFC", plain)


def _plain_character(character: str) -> str:
    code = ord(character)
    if character == "\n" or " " <= character <= "~" or "가" <= character <= "힣":
        return character
    if character in "\r\v\f\x85\u2028\u2029":
        return "\n"
    if character == "\t":
        return " "
    if character not in _KEPT and any(low <= code <= high for low, high in _COMPATIBILITY_BLOCKS):
        character = unicodedata.normalize("NFKC", character).replace("\u2044", "/")
    category = unicodedata.category(character[0])
    if category == "Zs":
        return " "
    if category == "Nd":
        return "".join(map(_ascii_digit, character))
    return "" if category in _DROPPED_CATEGORIES else character


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
