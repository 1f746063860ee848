"""The morphemes of a sentence → words to be signed and what is dropped, each with its rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gesture_core.signing.gloss_patterns import base_tag, match_pattern, plain_form
from gesture_core.signing.gloss_rules import GlossRules, GrammarRule, Outcome, Place
from gesture_core.signing.number_words import number_value
from gesture_core.text.morphemes import Morpheme

Origin = str
"""What a word is: word, name, number, foreign, symbol; "dropped" if nothing is signed."""

_NOUNS = frozenset("NNG NNP NNB NR NP XR XSN XPN SH".split())
_STARTS_NOUN = frozenset("NNG NNP XR XPN SH".split())
_VERB_MAKERS = frozenset("XSV XSA".split())
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
_APPROXIMATE = {"한두": (1, 2), "두세": (2, 3), "서너": (3, 4), "너댓": (4, 5), "대여섯": (5, 6)}
_ORDINALS = {"첫": 1, "첫째": 1, "둘째": 2, "셋째": 3, "넷째": 4}
_LONGEST_NOUN = 5


@dataclass(frozen=True)
class Word:
    """Something to be signed: `glosses`, the best first, for characters `start` to `end`.

    `clause` and `segment` say where it stands: a
    segment ends with any clause, also with one that describes a noun.
    `number` are its figures, given digit by digit if `digits`; `counters` are the name of what is
    counted and the sign for it, "" where the number says enough.
    """

    glosses: tuple[str, ...]
    rule: str
    start: int
    end: int
    origin: Origin = "word"
    place: Place = "here"
    optional: bool = False
    marks: frozenset[str] = frozenset()
    number: str = ""
    digits: bool = False
    counters: tuple[str, ...] = ()
    clause: int = 0
    segment: int = 0

    @property
    def dropped(self) -> bool:
        """Whether nothing is signed for it."""
        return self.origin == "dropped"


def read_words(
    text: str, morphemes: Sequence[Morpheme], rules: GlossRules, knows: Callable[[str], bool]
) -> list[Word]:
    """The words of one sentence in the order of speech.

    `knows` says whether the lexicon has a word: nouns that Kiwi splits are joined where it does.
    """
    reader = _Reader(text, morphemes, rules, knows)
    at = 0
    while at < len(morphemes):
        at = reader.read(at)
    return reader.words


@dataclass
class _Reader:
    text: str
    morphemes: Sequence[Morpheme]
    rules: GlossRules
    knows: Callable[[str], bool]
    words: list[Word] = field(default_factory=list)
    clause: int = 0
    segment: int = 0

    def read(self, at: int) -> int:
        """Read what stands at a morpheme; returns the morpheme after it."""
        for rule in self.rules.grammar:
            for pattern in rule.when:
                places = match_pattern(pattern, self.morphemes, at)
                if places is not None:
                    return self._apply(rule, places)
        return self._read_plain(at)

    def _read_plain(self, at: int) -> int:
        tag = self._tag(at)
        for reads in (self._number, self._serial, self._wh, self._time, self._noun):
            after = reads(at)
            if after is not None:
                return after
        if tag in ("VV", "VA", "VCN"):
            return self._verb(at)
        if tag in ("MAG", "MAJ", "MM", "NP", "NR", "NNB", "IC", "SL"):
            return self._single(at)
        if tag.startswith("W_") or tag in ("SW", "UN"):
            return self._symbol(at)
        return self._drop(at)

    # ---- grammar

    def _apply(self, rule: GrammarRule, places: tuple[int | None, ...]) -> int:
        used = [place for place in places if place is not None]
        first, last = used[0], used[-1]
        start, end = self.morphemes[first].start, max(self.morphemes[i].end for i in used)
        if rule.marks & {"topic", "state"} and not rule.sign:
            self._mark_last(rule.marks)
        for outcome in rule.sign:
            self._outcome(outcome, rule, places, (start, end))
        if not rule.sign:
            self._add((), rule.rule, start, end, origin="dropped", marks=rule.marks)
        if any(self._tag(i) == "ETM" for i in used):
            self.segment += 1
        if rule.closes:
            self._close()
        return last + 1

    def _outcome(
        self,
        outcome: Outcome,
        rule: GrammarRule,
        places: tuple[int | None, ...],
        span: tuple[int, int],
    ) -> None:
        if outcome.part:
            at = places[outcome.part - 1]
            assert at is not None, f"{rule.rule}: part {outcome.part} is optional"
            before = len(self.words)
            self._read_plain(at)
            self.words[before:] = [
                replace(word, place=outcome.place, marks=word.marks | rule.marks, end=span[1])
                for word in self.words[before:]
            ]
            return
        self._add(
            (outcome.gloss,),
            rule.rule,
            *span,
            place=outcome.place,
            optional=outcome.optional,
            marks=rule.marks,
        )

    def _mark_last(self, marks: frozenset[str]) -> None:
        for index in range(len(self.words) - 1, -1, -1):
            if not self.words[index].dropped:
                self.words[index] = replace(
                    self.words[index], marks=self.words[index].marks | marks
                )
                return

    # ---- numbers

    def _number(self, at: int) -> int | None:
        """A number in figures or words, with its counter."""
        approximate = _APPROXIMATE.get(self._form(at))
        if approximate and self._tag(at) == "MM":
            for value in approximate:
                self._add((), "number", *self._span(at), origin="number", number=str(value))
            return at + 1
        end, figures = self._figures(at)
        if end == at:
            return None
        counter_end, counters = self._counter(end)
        start, last = self.morphemes[at].start, self.morphemes[counter_end - 1].end
        self._add(
            (),
            "number with counter" if counter_end > end else "number",
            start,
            last,
            origin="number",
            number=figures,
            counters=counters,
            place=self._time_of_number(end, counter_end),
        )
        return counter_end

    def _figures(self, at: int) -> tuple[int, str]:
        """The end of the number at a morpheme and its figures; the same place if there is none."""
        form = self._form(at)
        if self._tag(at) in ("MM", "NR") and form in _ORDINALS:
            return at + 1, str(_ORDINALS[form])
        end, written = at, ""
        while end < len(self.morphemes) and self._is_numeral(end):
            written += self._form(end)
            end += 1
        if end == at:
            return at, ""
        value = number_value(written)
        plain = written.replace(",", "")
        if plain.isdecimal():
            return end, plain  # leading zeros count
        return (end, str(value)) if value is not None else (end, plain)

    def _is_numeral(self, at: int) -> bool:
        tag, form = self._tag(at), self._form(at)
        return tag == "SN" or (tag in ("NR", "MM") and number_value(form) is not None)

    def _counter(self, at: int) -> tuple[int, tuple[str, ...]]:
        """The end of the counter at a morpheme, its name and its sign."""
        for length in (2, 1):
            name = "".join(self._form(i) for i in range(at, min(at + length, len(self.morphemes))))
            if at + length <= len(self.morphemes) and name in self.rules.counters:
                if self._tag(at) in ("NNB", "NNG", "SL", "SW", "XSN", "NR"):
                    return at + length, (name, self.rules.counters[name])
        return at, ()

    def _time_of_number(self, at: int, after: int) -> Place:
        """Whether a number with the counter at `at` is a point in time."""
        if after == at:
            return "here"
        name = self._form(at)
        previous = self.words[-1] if self.words else None
        goes_on = name in self.rules.lists["minutes"] and previous and previous.place == "time"
        if name not in self.rules.lists["time_counters"] and not goes_on:
            return "here"
        return "here" if self._lasts(after) or self._predicate(after) else "time"

    def _lasts(self, at: int) -> bool:
        return at < len(self.morphemes) and self._form(at) in self.rules.lists["durations"]

    def _predicate(self, at: int) -> bool:
        """Whether what ends here is a subject, object or predicate, which stays in its place."""
        return at < len(self.morphemes) and self._tag(at) in ("VCP", "JKO", "JKS", "JKC")

    def _serial(self, at: int) -> int | None:
        """Figures with marks between them: telephone numbers, clock times, dates."""
        if self._tag(at) != "W_SERIAL":
            return None
        form, start = self._form(at), self.morphemes[at].start
        groups: list[tuple[str, int, int]] = []
        digits = ""
        for offset, letter in enumerate([*form, " "]):
            if letter.isdecimal():
                digits += letter
            elif digits:
                groups.append((digits, start + offset - len(digits), start + offset))
                digits = ""
        clock = ":" in form and 2 <= len(groups) <= 3
        date = len(groups) == 3 and len(groups[0][0]) == 4
        names = ("시", "분", "초") if clock else ("년", "월", "일") if date else ("",) * len(groups)
        place: Place = "time" if (clock or date) and not self._predicate(at + 1) else "here"
        for (figures, first, last), name in zip(groups, names, strict=False):
            value = str(int(figures)) if name else figures
            self._add(
                (),
                "clock" if clock else "date" if date else "number",
                first,
                last,
                origin="number",
                number=value,
                digits=not name,
                counters=(name, self.rules.counters[name]) if name else (),
                place=place,
            )
        return at + 1

    # ---- wh words and time

    def _wh(self, at: int) -> int | None:
        form = self._form(at)
        if form not in self.rules.wh or self._tag(at) not in ("NP", "MM", "MAG", "NNG", "IC", "NR"):
            return None
        gloss, end = self.rules.wh[form], at + 1
        glosses: tuple[str, ...] = (gloss,)
        counters: tuple[str, ...] = ()
        if gloss == "몇":
            end, counters = self._counter(at + 1)
            if counters:
                name, sign = counters  # 몇호선 → 몇호 (seed), 몇 명 → 몇명
                short = sign if sign and name.startswith(sign) else name
                glosses = (gloss + short, gloss)
        self._add(
            glosses,
            "wh last",
            self.morphemes[at].start,
            self.morphemes[end - 1].end,
            place="wh",
            marks=frozenset({"wh"}),
            counters=counters,
        )
        return end

    def _time(self, at: int) -> int | None:
        form = self._form(at)
        lists = self.rules.lists
        if self._tag(at) not in ("NNG", "MAG", "NP", "NNP", "MM", "XPN"):
            return None
        end = at + 1
        opens = form in lists["time_openers"] and end < len(self.morphemes)
        if opens and self._form(end) in lists["time_units"]:
            end += 1
            joined = form + self._form(end - 1)
            if not self.knows(joined):
                self._time_word(form, at, end)
                return self._time_word(self._form(end - 1), end - 1, end)
            return self._time_word(joined, at, end)
        return self._time_word(form, at, end) if form in lists["times"] else None

    def _time_word(self, gloss: str, at: int, end: int) -> int:
        place: Place = "here" if self._predicate(end) or self._lasts(end) else "time"
        past = gloss in self.rules.lists["past_times"]
        marks = frozenset({"past time"}) if past else frozenset[str]()
        start, last = self.morphemes[at].start, self.morphemes[end - 1].end
        glosses, rule = self._mapped(gloss, self._tag(at))
        self._add(glosses or (gloss,), rule or "time first", start, last, place=place, marks=marks)
        return end

    # ---- other words

    def _noun(self, at: int) -> int | None:
        """The longest noun from here that the lexicon knows, with a verb made of it."""
        if self._tag(at) not in _STARTS_NOUN:
            return None
        end = at + 1
        while end < len(self.morphemes) and end - at < _LONGEST_NOUN and self._joins(end):
            end += 1
        while end > at + 1 and not self.knows(self._joined(at, end)):
            end -= 1
        noun = self._joined(at, end)
        maker = self._form(end) if end < len(self.morphemes) else ""
        if end < len(self.morphemes) and self._tag(end) in _VERB_MAKERS:
            return self._made_verb(noun, maker, at, end)
        glosses, rule = self._mapped(noun, self._tag(at))
        if rule and not glosses:
            self._add((), rule, *self._span(at, end), origin="dropped")
            return end
        if not rule and self._suffixed(noun, at, end):
            return end
        name = self._tag(at) == "NNP"
        self._add(
            glosses or (noun,),
            rule or ("name" if name else "word"),
            *self._span(at, end),
            origin="name" if name else "word",
        )
        return end

    def _joins(self, at: int) -> bool:
        gap = self.morphemes[at].start - self.morphemes[at - 1].end
        return self._tag(at) in _NOUNS and 0 <= gap <= 1

    def _made_verb(self, noun: str, maker: str, at: int, end: int) -> int:
        """공부/NNG 하/XSV: the lexicon may have 공부하다 or 공부."""
        lemma = f"{noun}{maker}다"
        glosses, rule = self._mapped(lemma, "VV")
        if not rule:
            glosses, rule = self._mapped(noun, self._tag(at))
        self._add(
            glosses or (lemma, noun),
            rule or "word",
            *self._span(at, end + 1),
            marks=frozenset({"predicate"} | ({"quality"} if self._tag(end) == "XSA" else set())),
        )
        return end + 1

    def _suffixed(self, noun: str, at: int, end: int) -> bool:
        """강남역 → 강남 + 기차: endings that are signs of their own."""
        if self.knows(noun) or self._tag(at) not in ("NNP", "NNG"):
            return False
        start, last = self._span(at, end)
        for suffix, sign in self.rules.suffixes.items():
            stem = noun.removesuffix(suffix)
            if stem in ("", noun) or not (self._tag(at) == "NNP" or self.knows(stem)):
                continue
            cut = last - len(suffix)
            self._add((stem,), "name", start, cut, origin="name")
            if sign:
                self._add((sign,), f"ending {suffix}", cut, last)
            else:
                self._add((), f"ending {suffix}", cut, last, origin="dropped")
            return True
        return False

    def _verb(self, at: int) -> int:
        form, tag = self._form(at), self._tag(at)
        if form in ("하", "되") and tag == "VV" and self._light(at):
            self._add((), "light verb", *self._span(at), origin="dropped", marks=_PREDICATE)
            return at + 1
        lemma = f"{form}다"
        glosses, rule = self._mapped(lemma, tag)
        stem = next((form.removesuffix(s) for s in ("하", "되", "시키") if form.endswith(s)), "")
        marks = {"predicate"} | ({"quality"} if tag in ("VA", "VCN") else set())
        self._add(
            glosses or (lemma, *((stem,) if len(stem) > 1 else ())),
            rule or "lemma",
            *self._span(at),
            marks=frozenset(marks | ({"negation"} if tag == "VCN" else set())),
        )
        return at + 1

    def _light(self, at: int) -> bool:
        """Whether 하다 only carries the noun before it (전화를 하다)."""
        before = at - 1
        while before >= 0 and (self._tag(before) in ("JKO", "JX") or self._form(before) in "안못"):
            before -= 1
        if before < 0 or self._form(before) in self.rules.wh:
            return False
        tag, form = self._tag(before), self._form(before)
        return tag in ("NNG", "XR") or (tag == "MAG" and form.endswith(("히", "이", "게")))

    def _single(self, at: int) -> int:
        form, tag = self._form(at), self._tag(at)
        glosses, rule = self._mapped(form, tag)
        if rule and not glosses:
            self._add((), rule, *self._span(at), origin="dropped")
            return at + 1
        marks = frozenset({"emphasis"}) if form in self.rules.lists["emphasis"] else frozenset()
        if rule in ("affirmation", "denial"):
            marks |= {rule}
        candidates = glosses or (form,)
        if tag == "MAG" and form.endswith("히"):
            candidates += (f"{form[:-1]}하다", form[:-1])
        foreign = tag == "SL"
        self._add(
            candidates,
            rule or ("foreign word" if foreign else "interjection" if tag == "IC" else "word"),
            *self._span(at),
            origin="foreign" if foreign else "word",
            optional=tag == "IC" and not rule,
            marks=marks,
        )
        return at + 1

    def _symbol(self, at: int) -> int:
        """Emoji, signs and letters of other scripts."""
        start, end = self._span(at)
        form = self.text[start:end]
        word = next((w for e, w in self.rules.emoji.items() if form.startswith(e)), "")
        self._add(
            (word or form,),
            "emoji" if word else "symbol",
            start,
            end,
            origin="word" if word else "symbol",
        )
        return at + 1

    def _drop(self, at: int) -> int:
        tag = self._tag(at)
        rule = next((rule for start, rule in _DROPPED_TAGS.items() if tag.startswith(start)), tag)
        self._add((), rule, *self._span(at), origin="dropped")
        if tag == "ETM":
            self.segment += 1
        elif tag in ("EC", "EF") and not self._leads_on(at):
            self._close()
        return at + 1

    def _leads_on(self, at: int) -> bool:
        """Whether an ending only joins its verb to an auxiliary (가/VV 어/EC 보/VX)."""
        return at + 1 < len(self.morphemes) and self._tag(at + 1) in ("VX", "XSV")

    # ---- small things

    def _tag(self, at: int) -> str:
        return base_tag(self.morphemes[at].tag)

    def _form(self, at: int) -> str:
        return plain_form(self.morphemes[at])

    def _span(self, at: int, end: int | None = None) -> tuple[int, int]:
        return self.morphemes[at].start, self.morphemes[(end or at + 1) - 1].end

    def _joined(self, at: int, end: int) -> str:
        return "".join(self._form(i) for i in range(at, end))

    def _mapped(self, lemma: str, tag: str) -> tuple[tuple[str, ...], str]:
        """The glosses and the reason of words.yaml; an empty reason if it has none."""
        words = self.rules.words
        return words.get(f"{lemma}/{tag}") or words.get(lemma) or ((), "")

    def _add(
        self, glosses: tuple[str, ...], rule: str, start: int, end: int, **more: object
    ) -> None:
        if start < end:
            word = Word(glosses, rule, start, end, clause=self.clause, segment=self.segment, **more)  # type: ignore[arg-type]
            self.words.append(word)

    def _close(self) -> None:
        self.clause += 1
        self.segment += 1


_PREDICATE = frozenset({"predicate"})
