"""Hangul as written → Hangul as pronounced, by the standard pronunciation (표준 발음법, 1988/2017).

Rules work on neighbouring syllables: liaison (§13–14), codas (§8–11), ㅎ (§12), palatalisation
(§17), nasal and liquid assimilation (§18–20), tensing (§23–25). What depends on the word and not on
its letters (§26–29) comes respelt from `pronunciation_words`, and the rules go on from there.
"""

import re
from collections.abc import Sequence

from gesture_core.text.hangul import compose, decompose, is_syllable
from gesture_core.text.pronunciation_words import respell

_NEUTRAL = {
    "ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㄳ": "ㄱ", "ㄺ": "ㄱ", "ㅅ": "ㄷ", "ㅆ": "ㄷ", "ㅈ": "ㄷ", "ㅊ": "ㄷ",
    "ㅌ": "ㄷ", "ㅎ": "ㄷ", "ㅍ": "ㅂ", "ㅄ": "ㅂ", "ㄿ": "ㅂ", "ㄵ": "ㄴ", "ㄶ": "ㄴ", "ㄻ": "ㅁ",
    "ㄼ": "ㄹ", "ㄽ": "ㄹ", "ㄾ": "ㄹ", "ㅀ": "ㄹ",
}  # fmt: skip
_CLUSTERS = {
    "ㄳ": ("ㄱ", "ㅆ"), "ㄵ": ("ㄴ", "ㅈ"), "ㄺ": ("ㄹ", "ㄱ"), "ㄻ": ("ㄹ", "ㅁ"),
    "ㄼ": ("ㄹ", "ㅂ"), "ㄽ": ("ㄹ", "ㅆ"), "ㄾ": ("ㄹ", "ㅌ"), "ㄿ": ("ㄹ", "ㅍ"),
    "ㅄ": ("ㅂ", "ㅆ"),
}  # fmt: skip
_TENSE = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
_ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ", strict=True))
_NASAL = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ", strict=True))
_H_CODAS = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}
# ㅎ after a coda, within a word: what is left of the coda and what is heard.
_BEFORE_H = {
    "ㄱ": ("", "ㅋ"), "ㄲ": ("", "ㅋ"), "ㅋ": ("", "ㅋ"), "ㄺ": ("ㄹ", "ㅋ"), "ㄷ": ("", "ㅌ"),
    "ㅅ": ("", "ㅌ"), "ㅆ": ("", "ㅌ"), "ㅌ": ("", "ㅌ"), "ㅈ": ("", "ㅊ"), "ㅊ": ("", "ㅊ"),
    "ㄵ": ("ㄴ", "ㅊ"), "ㅂ": ("", "ㅍ"), "ㅍ": ("", "ㅍ"), "ㄼ": ("ㄹ", "ㅍ"),
}  # fmt: skip
_NOUNS_IN_RG = "닭흙칡"  # a verb's ㄺ is ㄹ before ㄱ (읽고 → 일꼬), a noun's is not (닭과 → 닥꽈)
_NOUNS_IN_LB_LM = "덟삶앎"  # no tensing after a noun: 여덟도 → 여덜도, 삶도 → 삼도


def pronounce(hangul: str) -> str:
    """Pronounced Hangul of a reading; spaces and thus the eojeol count are kept.

    There is no liaison across a space (저는 오늘 stays), but consonants assimilate across it, as
    in 몇 명 → 면 명 and 못 해 → 모 태. Characters that are not Hangul syllables end a phrase.
    """
    return re.sub(
        r"[가-힣]+(?: [가-힣]+)*", lambda phrase: _pronounce_phrase(phrase.group()), hangul
    )


def pronounce_words(readings: Sequence[str], pauses: Sequence[bool]) -> tuple[str, ...]:
    """Pronounced Hangul of each eojeol, assimilated to the next one where no pause parts them.

    `pauses[i]`: whether the speaker rests after word i. Readings may hold inner spaces (세 시).
    """
    pronounced: list[str] = []
    phrase: list[str] = []
    for reading, pause in zip(readings, pauses, strict=True):
        phrase.append(reading)
        if pause:
            pronounced += _pronounce_together(phrase)
            phrase = []
    return tuple(pronounced + _pronounce_together(phrase))


def _pronounce_together(readings: list[str]) -> list[str]:
    parts = pronounce(" ".join(readings)).split(" ")
    words: list[str] = []
    for reading in readings:
        count = reading.count(" ") + 1
        words.append(" ".join(parts[:count]))
        parts = parts[count:]
    return words


def _pronounce_phrase(phrase: str) -> str:
    """Eojeols parted by single spaces → the same, as pronounced together."""
    respelt = respell(phrase)
    characters = [char for char in respelt if is_syllable(char)]
    syllables = [list(decompose(char)) for char in characters]
    spaced = _spaced_after(respelt)
    for index, syllable in enumerate(syllables):
        if index + 1 == len(syllables):
            syllable[2] = _neutral(characters[index], syllable[2], "")
            break
        following = syllables[index + 1]
        join = _join_across_space if index in spaced else _join
        syllable[2], following[0] = join(characters[index], syllable[2], following)
    spoken = [compose(onset, _vowel(onset, nucleus), coda) for onset, nucleus, coda in syllables]
    return "".join(char + (" " if index in spaced else "") for index, char in enumerate(spoken))


def _spaced_after(phrase: str) -> set[int]:
    """Indices of the syllables that a space follows."""
    found: set[int] = set()
    count = 0
    for char in phrase:
        if char == " ":
            found.add(count - 1)
        else:
            count += 1
    return found


def _vowel(onset: str, nucleus: str) -> str:
    """§5: 희 → 히, 가져 → 가저."""
    if nucleus == "ㅢ" and onset != "ㅇ":
        return "ㅣ"
    return "ㅓ" if nucleus == "ㅕ" and onset in "ㅈㅉㅊ" else nucleus


def _neutral(char: str, coda: str, onset: str) -> str:
    """§8–11: the coda before a consonant or a rest; 밟- and 넓죽- keep ㅂ, 읽고 keeps ㄹ."""
    if coda == "ㄼ" and (char == "밟" and onset or char == "넓" and onset == "ㅉ"):
        return "ㅂ"
    if coda == "ㄺ" and onset == "ㄱ" and char not in _NOUNS_IN_RG:
        return "ㄹ"
    return _NEUTRAL.get(coda, coda)


def _join_across_space(char: str, coda: str, following: list[str]) -> tuple[str, str]:
    """New coda and onset where a space parts two syllables: no liaison, no liquids.

    ㅎ merges only in 하다 and 한, which lean on the word before (못 해, 옷 한 벌).
    """
    onset, nucleus, _ = following
    neutral = _neutral(char, coda, onset)
    if onset == "ㅇ" or neutral not in _NASAL:
        return neutral, onset
    if onset == "ㅎ":
        return ("", _ASPIRATED[neutral]) if nucleus in "ㅏㅐ" else (neutral, onset)
    return _assimilate(neutral, onset)


def _join(char: str, coda: str, following: list[str]) -> tuple[str, str]:
    """New coda and onset where two syllables of one eojeol meet."""
    onset, nucleus, _ = following
    if not coda:
        return coda, onset
    if onset in "ㅇㅎ" and coda in "ㄷㅌㄾ" and _palatalises(following):
        rest = "ㄹ" if coda == "ㄾ" else ""
        return rest, "ㅈ" if coda == "ㄷ" and onset == "ㅇ" else "ㅊ"
    if coda in _H_CODAS:
        return _join_after_h(coda, onset)
    if onset == "ㅎ":
        return _BEFORE_H.get(coda, (_neutral(char, coda, onset), onset))
    if onset == "ㅇ":
        return _liaison(coda)
    neutral = _neutral(char, coda, onset)
    if coda in ("ㄵ", "ㄻ", "ㄼ", "ㄾ", "ㄺ") and char not in _NOUNS_IN_LB_LM:
        stem_tenses = onset in "ㄱㄷㅅㅈ" and not (coda == "ㄻ" and following[:2] == ["ㄱ", "ㅣ"])
        onset = _TENSE[onset] if stem_tenses else onset
    return _assimilate(neutral, onset)


def _palatalises(syllable: list[str]) -> bool:
    """§17: 이 and 히, also contracted as in 붙여 and 닫혔다, but not 형 in 맏형."""
    return syllable[1] == "ㅣ" or syllable[1] == "ㅕ" and syllable[2] in ("", "ㅆ")


def _join_after_h(coda: str, onset: str) -> tuple[str, str]:
    """§12: 놓고 → 노코, 않는 → 안는, 뚫는 → 뚤른, 싫어 → 시러."""
    rest = _H_CODAS[coda]
    if onset in "ㄱㄷㅈ":
        return rest, _ASPIRATED[onset]
    if onset == "ㅅ":
        return rest, "ㅆ"
    if onset == "ㅇ":
        return ("", rest) if rest else ("", "ㅇ")
    return _assimilate(rest or "ㄷ", onset)


def _liaison(coda: str) -> tuple[str, str]:
    """§13–14: the coda becomes the next onset; of two, the second does."""
    if coda == "ㅇ":
        return coda, "ㅇ"
    return _CLUSTERS.get(coda, ("", coda))


def _assimilate(coda: str, onset: str) -> tuple[str, str]:
    """§18–20, 23: a neutral coda before a consonant."""
    if coda in _NASAL:
        if onset in "ㄴㅁㄹ":
            return _NASAL[coda], "ㄴ" if onset == "ㄹ" else onset
        return coda, _TENSE.get(onset, onset)
    if onset == "ㄹ" and coda in ("ㅁ", "ㅇ"):
        return coda, "ㄴ"
    if (coda, onset) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        return "ㄹ", "ㄹ"
    return coda, onset
