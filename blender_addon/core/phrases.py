"""Words, signs and gestures of a clip in the order of time, and the phrases that words form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .clip_reader import Span
from .errors import UserError

PAUSE = 0.3
"""Seconds of silence that end a phrase also where no mark does."""
MARKS = ".,!?…;:。，、！？"
SHORTEST = 0.3
"""Seconds that a stretch lasts at least, for there to be a gesture in it."""
SIGNED = ("gloss", "nonmanual")
ORDER = ("word", *SIGNED, "gesture")
"""Of what begins at the same time."""

Stretch = tuple[float, float]
"""From when to when, seconds of the clip."""


@dataclass(frozen=True)
class Moment:
    """A word, a sign (`gloss`), what the face does for signs (`nonmanual`) or a gesture, from
    `start` to `end` seconds.

    `peak`: when a gesture strokes, the beginning of anything else; `word`: number of the word, or
    of the one that the gesture belongs to, −1 if unknown; `hand`: of a gesture, else empty; `how`:
    the class of a sign, the channel of a face.
    """

    kind: str
    text: str
    start: float
    end: float
    peak: float
    word: int
    hand: str = ""
    how: str = ""


def moments(spans: Iterable[Span]) -> tuple[Moment, ...]:
    """Every word, sign and gesture of a clip; gestures stand where they stroke."""
    spans = list(spans)
    words = [span for span in spans if span.kind == "word"]
    strokes = [span for span in spans if span.kind == "stroke"]
    found = [Moment("word", s.text, s.start, s.end, s.start, n) for n, s in enumerate(words)]
    found += [
        Moment(span.kind, span.text, span.start, span.end, span.start, -1, how=span.source)
        for span in spans
        if span.kind in SIGNED
    ]
    gestures = [span for span in spans if span.kind == "gesture"]
    for number, gesture in enumerate(gestures):
        stroke = strokes[number] if len(strokes) == len(gestures) else None
        peak = stroke.start if stroke else 0.5 * (gesture.start + gesture.end)
        hand = stroke.text.partition(" ")[0] if stroke else ""
        word = _number(stroke.source) if stroke else -1
        found.append(Moment("gesture", gesture.text, gesture.start, gesture.end, peak, word, hand))
    return tuple(sorted(found, key=lambda moment: (moment.peak, ORDER.index(moment.kind))))


def _number(source: str) -> int:
    """The number in “word 7”, −1 for anything else."""
    number = source.removeprefix("word ")
    return int(number) if number.isdecimal() else -1


def phrases(shown: Sequence[Moment]) -> tuple[Stretch, ...]:
    """What is said in one breath: ended by a mark after a word, or by a pause."""
    words = [moment for moment in shown if moment.kind == "word"]
    found: list[Stretch] = []
    for before, word in zip([None, *words], words, strict=False):
        if before and not before.text.endswith(tuple(MARKS)) and word.start - before.end < PAUSE:
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return tuple(found)


def phrase_at(shown: Sequence[Moment], time: float) -> Stretch:
    """The phrase at a moment of the clip, or the nearest one; `UserError` where nobody speaks."""
    found = phrases(shown)
    if not found:
        raise UserError("this take has no words")
    return min(found, key=lambda phrase: max(phrase[0] - time, time - phrase[1], 0.0))


def stretch_of(shown: Sequence[Moment], chosen: Sequence[Moment], duration: float) -> Stretch:
    """From the first to the last of the `chosen`, with the strokes that belong to their words.

    At least `SHORTEST` long, within a clip of `duration` seconds. `UserError` for nothing chosen.
    """
    if not chosen:
        raise UserError("choose words or gestures in the list first")
    words = {moment.word for moment in chosen if moment.kind == "word"}
    strokes = [m.peak for m in shown if m.kind == "gesture" and (m in chosen or m.word in words)]
    said = [time for m in chosen if m.kind == "word" for time in (m.start, m.end)]
    return within(min(said + strokes), max(said + strokes), duration)


def within(start: float, end: float, duration: float) -> Stretch:
    """The stretch, made `SHORTEST` long about its middle, moved into a clip of `duration`."""
    lacking = max(SHORTEST - (end - start), 0.0)
    start, end = start - 0.5 * lacking, end + 0.5 * lacking
    start = max(min(start, duration - SHORTEST), 0.0)
    return start, min(max(end, start + SHORTEST), duration)
