"""The morphemes of a sentence → words to be signed and what is dropped, each with its rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gesture_core.signing.gloss_patterns import match_pattern
from gesture_core.signing.gloss_quantities import (
    counter_name,
    read_counter,
    read_number,
    read_time,
)
from gesture_core.signing.gloss_rules import GlossRules, GrammarRule, Outcome, Place
from gesture_core.signing.gloss_word import Origin, Row, Word
from gesture_core.text.morphemes import Morpheme

_NOUNS = frozenset("NNG NNP NNB NR NP XR XSN XPN SH".split())
_STARTS_NOUN = frozenset("NNG NNP XR XPN SH".split())
_VERB_MAKERS = frozenset("XSV XSA".split())
_WH_TAGS = frozenset("NP MM MAG NNG IC NR".split())
_SINGLES = frozenset("MAG MAJ MM NP NR NNB IC SL".split())
_DROPPED_TAGS = {
    "J": "particle",
    "E": "ending",
    "S": "punctuation",
    "XS": "affix",
    "XP": "affix",
    "VX": "auxiliary",
    "VCP": "copula",
    "Z": "ending",
}
_LONGEST_NOUN = 5


def read_words(
    text: str, morphemes: Sequence[Morpheme], rules: GlossRules, knows: Callable[[str], bool]
) -> list[Word]:
    """The words of one sentence in the order of speech; `morphemes` are plain.

    `knows` says whether the lexicon has a word: nouns that Kiwi splits are joined where it does.
    """
    reader = _Reader(Row(text, morphemes), rules, knows)
    at = 0
    while at < len(morphemes):
        at = reader.read(at)
    return reader.words


@dataclass
class _Reader:
    row: Row
    rules: GlossRules
    knows: Callable[[str], bool]
    words: list[Word] = field(default_factory=list)
    clause: int = 0
    segment: int = 0

    def read(self, at: int) -> int:
        """Read what stands at a morpheme; returns the morpheme after it."""
        for rule in self.rules.grammar:
            for pattern in rule.when:
                places = match_pattern(pattern, self.row.morphemes, at)
                if places is not None:
                    return self._apply(rule, places)
        return self._plain(at)

    def _plain(self, at: int) -> int:
        for reads in (self._quantity, self._wh, self._noun):
            after = reads(at)
            if after is not None:
                return after
        tag = self.row.tag(at)
        if tag in ("VV", "VA", "VCN"):
            return self._verb(at)
        if tag in _SINGLES:
            return self._single(at)
        if tag.startswith("W_") or tag in ("SW", "UN"):
            return self._symbol(at)
        return self._drop(at)

    # ---- grammar

    def _apply(self, rule: GrammarRule, places: tuple[int | None, ...]) -> int:
        used = [place for place in places if place is not None]
        span = self.row.span(used[0], used[-1] + 1)
        for number, outcome in enumerate(rule.sign, 1):
            # A rule's marks are those of its last sign: in 돕다 부탁 the request is 부탁.
            marks = rule.marks if number == len(rule.sign) else frozenset[str]()
            self._outcome(outcome, rule.rule, marks, places, span)
        if not rule.sign:
            if "topic" in rule.marks:
                self._mark_last(rule.marks)
            self._add((), rule.rule, span, origin="dropped", marks=rule.marks)
        if any(self.row.tag(at) == "ETM" for at in used):
            self.segment += 1
        if rule.closes:
            self._close()
        return used[-1] + 1

    def _outcome(
        self,
        outcome: Outcome,
        rule: str,
        marks: frozenset[str],
        places: tuple[int | None, ...],
        span: tuple[int, int],
    ) -> None:
        place, optional = outcome.place, outcome.optional
        at = places[outcome.part - 1] if outcome.part else None
        if at is None:
            glosses = (outcome.gloss,)
            self._add(glosses, rule, span, place=place, optional=optional, marks=marks)
            return
        before = len(self.words)
        self._plain(at)
        self.words[before:] = [
            replace(word, place=place, marks=word.marks | marks, end=span[1])
            for word in self.words[before:]
        ]

    def _mark_last(self, marks: frozenset[str]) -> None:
        for index in reversed(range(len(self.words))):
            word = self.words[index]
            if not word.dropped:
                self.words[index] = replace(word, marks=word.marks | marks)
                return

    # ---- numbers, time, wh words

    def _quantity(self, at: int) -> int | None:
        last = self.words[-1] if self.words else None
        after_time = last is not None and last.place == "time"
        known = self.knows(self.row.joined(at, at + 2))
        found = read_number(self.row, at, self.rules, after_time)
        found = found or read_time(self.row, at, self.rules, known)
        if not found:
            return None
        words, after = found
        if words and words[-1].place == "here":
            self._keep_together()
        for word in words:
            mapped = self._mapped(word.glosses[0], "") if word.glosses else None
            if mapped:
                word = replace(word, glosses=mapped[0], rule=mapped[1], said=word.glosses[0])
            self.words.append(replace(word, clause=self.clause, segment=self.segment))
        return after

    def _keep_together(self) -> None:
        """A date that ends in a predicate stays there as a whole: 3월 5일이다."""
        for index in reversed(range(len(self.words))):
            word = self.words[index]
            if not word.dropped and (word.place != "time" or not word.number):
                return
            self.words[index] = replace(word, place="here")

    def _wh(self, at: int) -> int | None:
        gloss = self.rules.wh.get(self.row.form(at))
        if gloss is None or self.row.tag(at) not in _WH_TAGS:
            return None
        end, glosses = at + 1, (gloss,)
        counters: tuple[str, ...] = ()
        if gloss == "몇":
            end, counters = read_counter(self.row, at + 1, self.rules)
            if counters:
                glosses = (gloss + (counter_name(counters) or counters[0]), gloss)
        span = self.row.span(at, end)
        marks = frozenset({"wh"})
        self._add(glosses, "wh last", span, place="wh", marks=marks, counters=counters)
        return end

    # ---- other words

    def _noun(self, at: int) -> int | None:
        """The longest noun from here that the lexicon knows, with the verb made of it."""
        if self.row.tag(at) not in _STARTS_NOUN:
            return None
        end = at + 1
        while end - at < _LONGEST_NOUN and self._joins(end):
            end += 1
        while end > at + 1 and not self.knows(self.row.joined(at, end)):
            end -= 1
        while not self.knows(self.row.joined(at, end)) and self._unknown_rest(end):
            end += 1
        noun, tag, span = self.row.joined(at, end), self.row.tag(at), self.row.span(at, end)
        if tag == "XPN" and end == at + 1:
            return None
        if self.row.tag(end) in _VERB_MAKERS:
            return self._made_verb(noun, at, end)
        mapped = self._mapped(noun, tag)
        if mapped:
            self._add_mapped(mapped, span, noun)
        elif not self._suffixed(noun, tag, span):
            name = tag == "NNP"
            self._add((noun,), "name" if name else "word", span, origin="name" if name else "word")
        return end

    def _joins(self, at: int) -> bool:
        if self.row.tag(at) not in _NOUNS:
            return False
        return self.row.morphemes[at].start - self.row.morphemes[at - 1].end <= 1

    def _unknown_rest(self, at: int) -> bool:
        """Whether a morpheme is written on to a noun without a sign, and has none either."""
        if self.row.tag(at) not in ("NNG", "NNP", "XSN"):
            return False
        glued = self.row.morphemes[at].start == self.row.morphemes[at - 1].end
        form = self.row.form(at)
        return glued and form not in self.rules.lists["plain_suffixes"] and not self.knows(form)

    def _made_verb(self, noun: str, at: int, end: int) -> int:
        """공부/NNG 하/XSV: the lexicon may have 공부하다 or 공부."""
        lemma = f"{noun}{self.row.form(end)}다"
        mapped = self._mapped(lemma, "VV") or self._mapped(noun, self.row.tag(at))
        quality = {"quality"} if self.row.tag(end) == "XSA" else set[str]()
        glosses, rule = mapped or ((lemma, noun), "word")
        marks = frozenset({"predicate", *quality})
        said = lemma if mapped else ""
        self._add(glosses, rule, self.row.span(at, end + 1), marks=marks, said=said)
        return end + 1

    def _suffixed(self, noun: str, tag: str, span: tuple[int, int]) -> bool:
        """강남역 → 강남 + 기차: endings that are signs of their own."""
        if self.knows(noun):
            return False
        for suffix, sign in self.rules.suffixes.items():
            stem = noun.removesuffix(suffix)
            if stem in ("", noun) or not (tag == "NNP" or self.knows(stem)):
                continue
            cut = span[1] - len(suffix)
            self._add((stem,), "name", (span[0], cut), origin="name")
            ending = ((sign,) if sign else (), f"ending {suffix}")
            self._add_mapped(ending, (cut, span[1]), suffix)
            return True
        return False

    def _verb(self, at: int) -> int:
        form, tag, span = self.row.form(at), self.row.tag(at), self.row.span(at, at + 1)
        if tag == "VV" and self._light(at):
            self._mark_last(frozenset({"state"} if form == "나" else {"predicate"}))
            self._add((), "light verb", span, origin="dropped")
            return at + 1
        marks = frozenset({"predicate"})
        marks |= {"quality"} if tag in ("VA", "VCN") else set[str]()
        marks |= {"negation"} if tag == "VCN" else set[str]()
        stems = (form.removesuffix(maker) for maker in ("하", "되", "시키"))
        nouns = tuple(stem for stem in stems if len(stem) > 1 and stem != form)
        mapped = self._mapped(f"{form}다", tag)
        glosses, rule = mapped or ((f"{form}다", *nouns), "lemma")
        self._add(glosses, rule, span, marks=marks, said=f"{form}다" if mapped else "")
        return at + 1

    def _light(self, at: int) -> bool:
        """Whether a verb only carries the word before it: 전화를 하다, 조용히 하다, 불이 나다."""
        verb, before = self.row.form(at), at - 1
        while verb != "되" and self._between(before):
            before -= 1
        if verb not in ("하", "되", "나") or before < 0 or self.row.form(before) in self.rules.wh:
            return False
        tag, form = self.row.tag(before), self.row.form(before)
        if verb == "나":
            return form in self.rules.lists["happenings"]
        return tag in ("NNG", "XR") or (tag == "MAG" and form[-1] in "히이")

    def _between(self, at: int) -> bool:
        """Whether a morpheme may stand between a noun and its light verb."""
        if at < 0:
            return False
        return self.row.tag(at) in ("JKO", "JKS", "JX") or self.row.form(at) in ("안", "못")

    def _single(self, at: int) -> int:
        form, tag, span = self.row.form(at), self.row.tag(at), self.row.span(at, at + 1)
        mapped = self._mapped(form, tag)
        if mapped:
            self._add_mapped(mapped, span, form)
            return at + 1
        if tag == "NNB" and form in self.rules.counters:  # 여러 명
            self._add((), "counter", span, origin="dropped")
            return at + 1
        marks = frozenset({"emphasis"}) if form in self.rules.lists["emphasis"] else frozenset()
        if tag == "IC":
            self._add((form,), "interjection", span, optional=True)
        elif tag == "SL":
            self._add((form,), "foreign word", span, origin="foreign")
        elif tag == "MAG" and form.endswith("히"):
            self._add((form, f"{form[:-1]}하다", form[:-1]), "word", span, marks=marks)
        else:
            opens = form in self.rules.lists["openers"] and not self._begun()
            self._add((form,), "word", span, place="first" if opens else "here", marks=marks)
        return at + 1

    def _begun(self) -> bool:
        """Whether the segment has a word that is signed."""
        return any(word.segment == self.segment and not word.dropped for word in self.words)

    def _symbol(self, at: int) -> int:
        """Emoji, signs and letters of other scripts."""
        span = self.row.span(at, at + 1)
        form = self.row.text[slice(*span)]
        said = [word for emoji, word in self.rules.emoji.items() if form.startswith(emoji)]
        if said:
            self._add((said[0],), "emoji", span)
        else:
            self._add((form,), "symbol", span, origin="symbol")
        return at + 1

    def _drop(self, at: int) -> int:
        tag = self.row.tag(at)
        rule = next((rule for start, rule in _DROPPED_TAGS.items() if tag.startswith(start)), tag)
        self._add((), rule, self.row.span(at, at + 1), origin="dropped")
        leads_on = self.row.tag(at + 1) in ("VX", "XSV")  # 가/VV 어/EC 보/VX: no clause ends
        if tag == "ETM":
            self.segment += 1
        elif tag in ("EC", "EF") and not leads_on:
            self._close()
        return at + 1

    # ---- small things

    def _mapped(self, lemma: str, tag: str) -> tuple[tuple[str, ...], str] | None:
        """The glosses and the reason of words.yaml, if it has the word."""
        words = self.rules.words
        return words.get(f"{lemma}/{tag}") or words.get(lemma)

    def _add_mapped(
        self, mapped: tuple[tuple[str, ...], str], span: tuple[int, int], said: str
    ) -> None:
        """A word of words.yaml: several signs in a row (서울역 → 서울 기차), one, or none."""
        glosses, reason = mapped
        for gloss in glosses:
            word = said if len(glosses) == 1 else ""
            self._add((gloss,), reason, span, marks=frozenset({reason}), said=word)
        if not glosses:
            self._add((), reason, span, origin="dropped")

    def _add(
        self,
        glosses: tuple[str, ...],
        rule: str,
        span: tuple[int, int],
        *,
        origin: Origin = "word",
        place: Place = "here",
        optional: bool = False,
        marks: frozenset[str] = frozenset(),
        counters: tuple[str, ...] = (),
        said: str = "",
    ) -> None:
        if span[0] < span[1]:  # a copula may have no letter of its own
            word = Word(glosses, rule, *span, origin, place, optional, marks)
            word = replace(word, counters=counters, said=said)
            self.words.append(replace(word, clause=self.clause, segment=self.segment))

    def _close(self) -> None:
        self.clause += 1
        self.segment += 1
