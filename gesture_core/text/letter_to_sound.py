"""English spelling → Hangul, for words no table knows.

Two steps: spelling rules give sounds; sounds become syllables by the loanword orthography
(외래어 표기법, chapter 3, section 1). The aim is a speakable reading, not a dictionary.

Sounds are tokens: consonants as ASCII (`sh ch j th ng` are one sound each), vowels as Hangul
nuclei, with ":" after a long vowel or the end of a diphthong (they refuse a stop as coda).
"""

import re

from gesture_core.text.hangul import compose

_RULES: tuple[tuple[str, str], ...] = (
    # Word beginnings with silent letters.
    (r"^kn", "n"),
    (r"^gn", "n"),
    (r"^wr", "r"),
    (r"^ps", "s"),
    (r"^pn", "n"),
    (r"^x", "z"),
    (r"^y(?=[aeiou])", "y"),
    (r"^rh", "r"),
    (r"^sch", "s k"),
    (r"^re(?=[bcdfglmpqstv][^aeiou]?[aeiou])", "r ㅣ"),
    (r"^de(?=[bcdfglmpqstv][aeiou])", "d ㅣ"),
    # Endings.
    (r"a(?=tion)", "ㅔ ㅣ:"),
    (r"(?:ti|ssi|ci)on", "sh ㅓ n"),
    (r"(?<=[aeiou])sion", "j ㅓ n"),
    (r"sion", "sh ㅓ n"),
    (r"[ct]ious", "sh ㅓ s"),
    (r"[ct]ial", "sh ㅓ l"),
    (r"[ct]ian", "sh ㅓ n"),
    (r"(?<=[a-z])ture(?=s?$)", "ch ㅓ"),
    (r"sure(?=s?$)", "j ㅓ"),
    (r"ous$", "ㅓ s"),
    (r"age$", "ㅣ: j"),
    (r"able$", "ㅓ b ㅡ l"),
    (r"(?<=[bcdfgkpstz])les?$", "ㅡ l"),
    (r"ques?$", "k"),
    (r"gues?$", "g"),
    (r"(?<=[aeiouy][^aeiouytd])ed$", "d"),
    (r"(?<=[^aeiou])ies$", "ㅣ: s"),
    (r"(?<=[kpf])es$", "s"),
    # Vowel teams with r.
    (r"(?:are|air|aire)(?=s?$|[^aeiou])", "ㅔ ㅓ:"),
    (r"(?:eer|ear|ere|ier)(?=s?$)", "ㅣ ㅓ:"),
    (r"ear(?=[^aeiou])", "ㅓ:"),
    (r"ire(?=s?$)", "ㅏ ㅣ ㅓ:"),
    (r"ore(?=s?$)", "ㅗ ㅓ:"),
    (r"oor|oar", "ㅗ ㅓ:"),
    (r"ure(?=s?$)", "y ㅜ ㅓ:"),
    (r"our(?=s?$)", "ㅏ ㅜ ㅓ:"),
    (r"our", "ㅗ:"),
    (r"(?<=w)ar", "ㅝ:"),
    (r"(?<=w)or", "ㅝ:"),
    (r"ar(?![aeiouyr])", "ㅏ:"),
    (r"(?:er|ir|ur|yr)(?![aeiouyr])", "ㅓ:"),
    (r"(?<=[a-z]{3})or$", "ㅓ:"),
    (r"or(?![aeiouyr])", "ㅗ:"),
    # Vowel teams.
    (r"eigh", "ㅔ ㅣ:"),
    (r"igh", "ㅏ ㅣ:"),
    (r"ough(?=t)|augh(?=t)", "ㅗ:"),
    (r"ough", "ㅗ:"),
    (r"aw|au", "ㅗ:"),
    (r"ai|ay|ey(?=[a-z])|ei", "ㅔ ㅣ:"),
    (r"ee|ea|ie(?=[a-z])|ey$|ie$", "ㅣ:"),
    (r"eau", "ㅗ:"),
    (r"eu|ew", "y ㅜ:"),
    (r"oa|oe$", "ㅗ:"),
    (r"oo(?=k)", "ㅜ"),
    (r"oo", "ㅜ:"),
    (r"oi|oy", "ㅗ ㅣ:"),
    (r"ow(?=$|s$)", "ㅗ:"),
    (r"ou|ow", "ㅏ ㅜ:"),
    (r"(?<=[rljs])ue$|ui(?=t)", "ㅜ:"),
    (r"ue$", "y ㅜ:"),
    (r"(?<=[^q])ui", "ㅣ:"),
    (r"(?<=[^aeiou])a(?=[dkmptz](?:er|ing)s?$)", "ㅔ ㅣ:"),
    # Silent e makes the vowel before it long.
    (r"a(?=(?:[^aeiouwxy]|th|st|ng)es?$)", "ㅔ ㅣ:"),
    (r"e(?=[^aeiouwxy]es?$)", "ㅣ:"),
    (r"[iy](?=(?:[^aeiouwxyv]|th)es?$)", "ㅏ ㅣ:"),
    (r"o(?=(?:[^aeiouwxy]|th)es?$)", "ㅗ:"),
    (r"(?<=[rljs])u(?=[^aeiouwxy]es?$)", "ㅜ:"),
    (r"u(?=[^aeiouwxy]es?$)", "y ㅜ:"),
    (r"(?<=[^aeiou])e$", ""),
    (r"(?<=[^aeioucsxz])es$", "s"),
    # Consonant teams.
    (r"tch", "ch"),
    (r"ch(?=[lr])", "k"),
    (r"ch", "ch"),
    (r"sh", "sh"),
    (r"ph", "f"),
    (r"th(?=er)", "d"),
    (r"th", "s"),
    (r"wh(?=o)", "h"),
    (r"wh", "w"),
    (r"ck", "k"),
    (r"ng(?=[lr])", "ng g"),
    (r"ng(?=e)", "n j"),
    (r"ng(?![aiouy])", "ng"),
    (r"ng", "ng g"),
    (r"n(?=[kx])", "ng"),
    (r"dge?|dj", "j"),
    (r"(?<=^)gh", "g"),
    (r"gh", ""),
    (r"mb$", "m"),
    (r"mn$", "m"),
    (r"qu", "k w"),
    (r"q", "k"),
    (r"sc(?=[eiy])", "s"),
    (r"cc(?=[eiy])", "k s"),
    (r"([bdfgklmnprstvz])\1", r"\1"),
    (r"cc", "k"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"ge(?=[aou])", "j"),
    (r"g(?=et)", "g"),
    (r"g(?=[eiy])", "j"),
    (r"x", "k s"),
    (r"j", "j"),
    (r"r(?![aeiouy])", ""),
    (r"(?<=[aeiou])s(?=[ei][a-z])", "z"),
    (r"([bdfghklmnprstvwz])", r"\1"),
    # Single vowels.
    (r"a$", "ㅏ:"),
    (r"a(?=l[kl])", "ㅗ:"),
    (r"(?<=w)a", "ㅏ"),
    (r"a", "ㅐ"),
    (r"(?<=^[^aeiou])e$|(?<=^[^aeiou]{2})e$", "ㅣ:"),
    (r"e$", ""),
    (r"e", "ㅔ"),
    (r"i$", "ㅣ:"),
    (r"i(?=nd$|ld$)", "ㅏ ㅣ:"),
    (r"i", "ㅣ"),
    (r"o$", "ㅗ:"),
    (r"o", "ㅗ"),
    (r"u$", "ㅜ:"),
    (r"(?<=[bcdfhmnpt])u(?=[^aeiou][aeiouy])", "y ㅜ:"),
    (r"(?<=[gjlrs])u(?=[^aeiou][aeiouy])", "ㅜ:"),
    (r"u(?=ll|sh)", "ㅜ"),
    (r"u", "ㅓ"),
    (r"(?<=^[^aeiou])y$|(?<=^[^aeiou]{2})y$", "ㅏ ㅣ:"),
    (r"y$", "ㅣ:"),
    (r"y(?=[aeou])", "y"),
    (r"y", "ㅣ"),
)
_COMPILED = tuple((re.compile(pattern), sounds) for pattern, sounds in _RULES)

_ONSET = {
    "p": "ㅍ", "b": "ㅂ", "t": "ㅌ", "d": "ㄷ", "k": "ㅋ", "g": "ㄱ", "f": "ㅍ", "v": "ㅂ",
    "s": "ㅅ", "z": "ㅈ", "sh": "ㅅ", "ch": "ㅊ", "j": "ㅈ", "m": "ㅁ", "n": "ㄴ", "l": "ㄹ",
    "r": "ㄹ", "h": "ㅎ",
}  # fmt: skip
_STOP_CODA = {"p": "ㅂ", "t": "ㅅ", "k": "ㄱ"}
_SONORANT_CODA = {"m": "ㅁ", "n": "ㄴ", "ng": "ㅇ", "l": "ㄹ"}
_AFTER_Y = dict(zip("ㅏㅐㅓㅔㅗㅜㅣㅡ", "ㅑㅒㅕㅖㅛㅠㅣㅠ", strict=True))
_AFTER_W = dict(zip("ㅏㅐㅓㅔㅗㅜㅣㅡ", "ㅘㅙㅝㅞㅝㅜㅟㅜ", strict=True))
_LONE_VOWEL = {"sh": "ㅣ", "ch": "ㅣ", "j": "ㅣ"}
_GLIDES = ("w", "y")
_ROUNDED = ("", "k", "g", "h")  # before w these share its syllable: 퀴 but 스위


def _is_vowel(token: str) -> bool:
    return token[0] >= "ㅏ"


def spelling_to_sounds(word: str) -> list[str]:
    """Sound tokens of a lower-case word of letters a–z."""
    sounds: list[str] = []
    position = 0
    while position < len(word):
        for pattern, rule in _COMPILED:
            match = pattern.match(word, position)
            if match:
                sounds += match.expand(rule).split()
                position = match.end()
                break
        else:
            raise ValueError(f"no spelling rule for {word[position]!r} in {word!r}")
    return sounds


class _Syllables:
    """Syllables being built: `[onset, nucleus, coda]` each."""

    def __init__(self) -> None:
        self.parts: list[list[str]] = []
        self.long = True

    def open(self, onset: str, nucleus: str) -> None:
        self.parts.append([onset, nucleus, ""])

    def can_close(self) -> bool:
        return bool(self.parts) and not self.parts[-1][2]

    def close(self, coda: str) -> None:
        if not self.can_close():
            self.open("ㅇ", "ㅡ")
        self.parts[-1][2] = coda

    def text(self) -> str:
        return "".join(compose(*part) for part in self.parts)


def sounds_to_hangul(sounds: list[str]) -> str:
    """Write sound tokens in Hangul by the loanword orthography."""
    syllables = _Syllables()
    position = 0
    while position < len(sounds):
        consonant = ""
        if not _is_vowel(sounds[position]) and sounds[position] not in _GLIDES:
            consonant = sounds[position]
            position += 1
        glide = ""
        if position < len(sounds) and sounds[position] in _GLIDES:
            glide = sounds[position]
            position += 1
        if glide == "w" and consonant not in _ROUNDED:
            _add_consonant(syllables, consonant, glide)
            consonant = ""
        if position < len(sounds) and _is_vowel(sounds[position]):
            _add_vowel(syllables, consonant, glide, sounds[position])
            position += 1
        else:
            if consonant:
                following = sounds[position] if position < len(sounds) and not glide else ""
                _add_consonant(syllables, consonant, following)
            if glide:
                syllables.open("ㅇ", "ㅜ" if glide == "w" else "ㅣ")
    return syllables.text()


def _add_vowel(syllables: _Syllables, consonant: str, glide: str, token: str) -> None:
    nucleus = token[0]
    if glide == "w":
        nucleus = _AFTER_W.get(nucleus, nucleus)
    elif consonant == "sh" or (glide == "y" and consonant not in ("ch", "j", "l", "r", "s")):
        nucleus = _AFTER_Y.get(nucleus, nucleus)
    if consonant == "ng":
        syllables.close("ㅇ")
        consonant = ""
    if consonant == "l" and syllables.can_close():
        syllables.close("ㄹ")
    syllables.open(_ONSET.get(consonant, "ㅇ"), nucleus)
    syllables.long = token.endswith(":")


def _add_consonant(syllables: _Syllables, consonant: str, following: str) -> None:
    """A consonant with no vowel after it: a coda where it can be one, else with ㅡ or ㅣ."""
    if consonant in _SONORANT_CODA:
        syllables.close(_SONORANT_CODA[consonant])
    elif consonant in _STOP_CODA and _stop_is_coda(syllables, following):
        syllables.close(_STOP_CODA[consonant])
    elif consonant == "sh" and following:
        syllables.open("ㅅ", "ㅠ")
    elif consonant not in ("r", "h"):
        syllables.open(_ONSET[consonant], _LONE_VOWEL.get(consonant, "ㅡ"))
    syllables.long = True


def _stop_is_coda(syllables: _Syllables, following: str) -> bool:
    if syllables.long or not syllables.can_close():
        return False
    return not following or following not in ("l", "r", "m", "n", "w")


def spell_in_hangul(word: str) -> str:
    """Hangul reading of an unknown English word of letters a–z: "bread" → 브레드 or close to it."""
    return sounds_to_hangul(spelling_to_sounds(word))
