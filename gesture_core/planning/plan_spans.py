"""The plan as spans of a motion, so that it travels in the clip file and shows on a timeline.

Every gesture gives two spans. `gesture`: its function, from start to end, after the unit that
performs it. `stroke`: hand and amplitude, such as "right 0.95", at the moment of the stroke, after
the word it belongs to, such as "word 7".
"""

from __future__ import annotations

from collections.abc import Sequence

from gesture_core.errors import UserError
from gesture_core.motion import Span
from gesture_core.plan import Plan, PlannedGesture

GESTURE, STROKE = "gesture", "stroke"


def plan_to_spans(plan: Plan, sources: Sequence[str]) -> tuple[Span, ...]:
    """Two spans for every gesture of a plan; `sources`: what each gesture is performed after."""
    return tuple(
        span
        for gesture, source in zip(plan, sources, strict=True)
        for span in (
            Span(GESTURE, gesture.function, gesture.start, gesture.end, source),
            Span(
                STROKE,
                f"{gesture.hand} {gesture.amplitude!r}",
                gesture.stroke,
                gesture.stroke,
                f"word {gesture.word}",
            ),
        )
    )


def spans_to_plan(spans: Sequence[Span], duration: float) -> Plan:
    """The plan that `plan_to_spans` told, other spans left aside.

    Raises `UserError` when a gesture has lost its stroke or says what no gesture can be.
    """
    gestures = [span for span in spans if span.kind == GESTURE]
    strokes = [span for span in spans if span.kind == STROKE]
    if len(gestures) != len(strokes):
        raise UserError(
            f"the clip has {len(gestures)} gesture spans but {len(strokes)} stroke spans; "
            "it was cut, or made by an older version: generate it again"
        )
    pairs = zip(gestures, strokes, strict=True)
    planned = tuple(_gesture(number, *pair) for number, pair in enumerate(pairs))
    try:
        return Plan(planned, duration)
    except ValueError as error:
        raise UserError(f"the clip's spans are not a plan: {error}") from error


def _gesture(number: int, gesture: Span, stroke: Span) -> PlannedGesture:
    hand, _, amplitude = stroke.text.partition(" ")
    try:
        return PlannedGesture(
            function=gesture.text,
            hand=hand,  # type: ignore[arg-type]  # checked by the gesture itself
            amplitude=float(amplitude),
            start=gesture.start,
            stroke=stroke.start,
            end=gesture.end,
            word=int(stroke.source.removeprefix("word ")),
        )
    except ValueError as error:
        raise UserError(f"gesture span {number} of the clip: {error}") from error
