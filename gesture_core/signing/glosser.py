"""Korean → glosses: the table of glossers, and the one by rules that ships with momjit."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from gesture_core.errors import UserError
from gesture_core.signing.gloss_face import find_non_manuals
from gesture_core.signing.gloss_lookup import find_tokens, knows
from gesture_core.signing.gloss_order import Traits, find_traits, in_order, settle_past
from gesture_core.signing.gloss_patterns import plain
from gesture_core.signing.gloss_rules import GlossRules, load_rules
from gesture_core.signing.gloss_text import GlossText, Span, parted, read_text
from gesture_core.signing.gloss_word import Word
from gesture_core.signing.gloss_words import read_words
from gesture_core.signing.glosses import GlossedSentence, GlossToken
from gesture_core.signing.lexicon import Lexicon
from gesture_core.text.morphemes import analyse
from gesture_core.text.split import split_sentences


class Glosser(Protocol):
    """Glosses a text sentence by sentence; sources count the characters of `text` as written."""

    def __call__(self, text: str, lexicon: Lexicon) -> tuple[GlossedSentence, ...]: ...


def gloss_text(text: str, lexicon: Lexicon, glosser: str = "rules") -> tuple[GlossedSentence, ...]:
    """Gloss a Korean text; every character but white space is in the source of some token.

    A text without any letter gives no sentence. Raises `UserError` for an unknown glosser and for
    a text that is too long.
    """
    if glosser not in GLOSSERS:
        near = difflib.get_close_matches(glosser, GLOSSERS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"valid: {', '.join(GLOSSERS)}"
        raise UserError(f"there is no glosser {glosser!r}; {hint}")
    return GLOSSERS[glosser]()(text, lexicon)


def _by_rules(reorder: bool) -> Glosser:
    def gloss(text: str, lexicon: Lexicon) -> tuple[GlossedSentence, ...]:
        rules = load_rules()
        read = read_text(text)
        sentences = tuple(
            _sentence(read, part, lexicon, rules, reorder=reorder)
            for span in split_sentences(read.text)
            for part in parted(read.text, span.start, span.end)
        )
        return _with_lost(sentences, text, read)

    return gloss


GLOSSERS: dict[str, Callable[[], Glosser]] = {
    "rules": lambda: _by_rules(reorder=True),
    "korean-order": lambda: _by_rules(reorder=False),
}
"""`rules`: the order and grammar of Korean Sign Language; `korean-order`: signs in the order of the
Korean words, as signed Korean has them."""


def _sentence(
    read: GlossText, span: Span, lexicon: Lexicon, rules: GlossRules, *, reorder: bool
) -> GlossedSentence:
    text = read.text[slice(*span)]
    morphemes = [plain(morpheme) for word in analyse(text) for morpheme in word]
    words = read_words(text, morphemes, rules, lambda word: knows(lexicon, word))
    traits = find_traits(morphemes, words, rules)
    words = settle_past(words, traits, rules)
    words = in_order(words, traits) if reorder else words
    tokens: list[GlossToken] = []
    signed: list[Word] = []
    for word in words:
        for token in find_tokens(word, lexicon):
            if tokens and _same_sign(tokens[-1], token):
                tokens[-1] = _merged(tokens[-1], token)
                continue
            tokens.append(token)
            signed += [word] * (token.kind != "dropped")
    tokens += _unread(text, tokens)
    return GlossedSentence(
        text,
        tuple(_written(token, read, span[0]) for token in _signed_first(tokens)),
        find_non_manuals(signed, traits if reorder else Traits(), rules),
        read.original(*span)[0],
    )


def _same_sign(before: GlossToken, token: GlossToken) -> bool:
    """Whether two words in a row have one sign, which is made once: 밥을 먹다 → 먹다.

    A word that is said twice (빨리빨리) is signed twice.
    """
    differ = (before.kind, before.rule) != (token.kind, token.rule)
    return bool(token.parts) and before.parts == token.parts and differ


def _merged(before: GlossToken, token: GlossToken) -> GlossToken:
    start, end = min(before.source, token.source)[0], max(before.source[1], token.source[1])
    own = token if token.kind == "sign" else before
    word = f"{before.word} {token.word}"
    return replace(own, rule="one sign for both", source=(start, end), word=word)


def _signed_first(tokens: Sequence[GlossToken]) -> list[GlossToken]:
    """Dropped tokens behind the others, in the order of the text."""
    dropped = sorted((t for t in tokens if t.kind == "dropped"), key=lambda token: token.source)
    return [*(t for t in tokens if t.kind != "dropped"), *dropped]


def _unread(text: str, tokens: Sequence[GlossToken]) -> list[GlossToken]:
    """Runs of characters that no morpheme covers, so that nothing is lost in silence."""
    covered = [letter.isspace() for letter in text]
    for token in tokens:
        covered[slice(*token.source)] = [True] * (token.source[1] - token.source[0])
    return [
        GlossToken("", "dropped", "not analysed", (i, i + 1))
        for i, known in enumerate(covered)
        if not known
    ]


def _written(token: GlossToken, read: GlossText, offset: int) -> GlossToken:
    start, end = token.source
    return replace(token, source=read.original(offset + start, offset + end))


def _with_lost(
    sentences: tuple[GlossedSentence, ...], text: str, read: GlossText
) -> tuple[GlossedSentence, ...]:
    """Characters that cannot be read (control, zero width), dropped by the sentence before them."""
    if not read.lost:
        return sentences
    rest = [GlossToken("", "dropped", "control character", span) for span in read.lost]
    if not sentences:
        return (GlossedSentence(text, tuple(rest)),)
    done: list[GlossedSentence] = []
    for sentence, following in zip(sentences, [*sentences[1:], None], strict=True):
        until = following.start if following else len(text)
        mine = [token for token in rest if token.source[0] < until]
        rest = rest[len(mine) :]
        done.append(replace(sentence, tokens=(*sentence.tokens, *mine)))
    return tuple(done)
