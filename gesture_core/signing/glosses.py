"""What a glosser says of a sentence: its glosses in the order of signing, and the face's part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from gesture_core.signing.notation import Channel

Kind = Literal["sign", "synonym", "compound", "number", "fingerspelled", "caption", "dropped"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which a word's realisation is looked for."""

DIGIT_BY_DIGIT = "digit by digit"
"""Rule of tokens whose figures are given one by one, such as 119."""


@dataclass(frozen=True)
class GlossToken:
    """One gloss, how it is performed (`kind`) and the `rule` that produced it.

    `source` are the characters (start, end) of the whole text it stands for. `parts` are the
    lexicon's glosses to perform (one for a sign or synonym, several for a compound, the number
    signs for a number); a part that the lexicon lacks is a word to be fingerspelled. A caption is
    shown, not signed, and has none, as has what was dropped. `word` is the Korean that the lips
    may say with it: 너무 with the gloss 크다, whose sign it shares, 세 시 with 3시.
    """

    gloss: str
    kind: Kind
    rule: str
    source: tuple[int, int]
    parts: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True)
class NonManual:
    """What the face or head does over the signed tokens `first` to `last`, both included.

    `channel` is one of NIASL2021's eight, `value` a name of nonmanuals.yaml (for `Mmo` the Korean
    word that is mouthed), `rule` the reason.
    """

    channel: Channel
    first: int
    last: int
    rule: str
    value: str = ""


@dataclass(frozen=True)
class GlossedSentence:
    """A sentence of the text: its tokens, those signed in their order, then those dropped.

    `start` is where `text` begins in the whole text, whose characters the tokens' sources count.
    """

    text: str
    tokens: tuple[GlossToken, ...]
    non_manuals: tuple[NonManual, ...] = ()
    start: int = 0

    @property
    def signed(self) -> tuple[GlossToken, ...]:
        """The tokens that are performed; the indices of `non_manuals` count these."""
        return tuple(token for token in self.tokens if token.kind != "dropped")


def spelled_parts(sentences: Sequence[GlossedSentence], known: Callable[[str], bool]) -> list[str]:
    """What is fingerspelled within glosses that are not so as a whole, as 호 in 9호; each once."""
    parts = [
        part
        for sentence in sentences
        for token in sentence.signed
        if token.kind != "fingerspelled"
        for part in token.parts
        if not known(part)
    ]
    return list(dict.fromkeys(parts))


def to_json(sentences: Sequence[GlossedSentence]) -> dict[str, object]:
    """`{"tokens": […], "non_manuals": […], "sentences": […]}` of a glossed text.

    `first` and `last` of a non-manual count the tokens of the list whose class is not `dropped`;
    a sentence names its characters `[start, end]`.
    """
    tokens: list[dict[str, object]] = []
    non_manuals: list[dict[str, object]] = []
    performed = 0
    for sentence in sentences:
        tokens.extend(map(_token_row, sentence.tokens))
        non_manuals.extend(_non_manual_row(sign, performed) for sign in sentence.non_manuals)
        performed += len(sentence.signed)
    spans = [[s.start, s.start + len(s.text)] for s in sentences]
    return {"tokens": tokens, "non_manuals": non_manuals, "sentences": spans}


def _token_row(token: GlossToken) -> dict[str, object]:
    row: dict[str, object] = {"gloss": token.gloss, "class": token.kind, "rule": token.rule}
    return row | {"source": [*token.source], "parts": [*token.parts], "word": token.word}


def _non_manual_row(sign: NonManual, performed: int) -> dict[str, object]:
    row: dict[str, object] = {"channel": sign.channel, "value": sign.value, "rule": sign.rule}
    return row | {"first": performed + sign.first, "last": performed + sign.last}
