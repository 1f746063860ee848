"""Redo: one stretch of a motion performed anew, every frame outside it left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gesture_core.errors import UserError
from gesture_core.gestures.easing import ease
from gesture_core.gestures.encode import BONES
from gesture_core.gestures.features import FPS, TextFeatures
from gesture_core.gestures.pins import Pins, join_pins, motion_to_pins
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import SEED_POSES, GestureModel, synthesize
from gesture_core.motion import EXPRESSIONS, Motion, Span
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.casting import Part, cast
from gesture_core.planning.plan_spans import GESTURE, STROKE
from gesture_core.rotation import Array, quat_slerp
from gesture_core.skeleton import HUMANOID

BLEND = 0.3
"""Seconds outside the stretch in which the motion may leave what it was."""
INSIDE = 0.1
"""Seconds inside the stretch in which it becomes wholly new."""
SHORTEST = 0.3
"""Seconds that a stretch lasts at least; no gesture is shorter."""

_MOVED = np.concatenate([BONES, HUMANOID.indices(("leftEye", "rightEye"))])
_GAZE = np.flatnonzero([name.startswith("eyeLook") for name in EXPRESSIONS])


def check_stretch(motion: Motion, start: float, end: float) -> None:
    """Raise `UserError` unless `start` to `end` seconds is a stretch of the motion."""
    if not 0.0 <= start < end <= motion.duration + 0.5 / motion.fps:
        raise UserError(
            f"{start:g} to {end:g} s is not a stretch of the clip, which lasts "
            f"{motion.duration:.2f} s"
        )
    if end - start < SHORTEST:
        raise UserError(f"{start:g} to {end:g} s is too short: {SHORTEST:g} s at least")


def inside(gesture: PlannedGesture, start: float, end: float) -> bool:
    """Whether the stroke of a gesture lies in a stretch."""
    return start <= gesture.stroke <= end


def exchange_gestures(plan: Plan, new: Plan, start: float, end: float) -> Plan:
    """`plan` with the gestures that stroke from `start` to `end` taken from `new`."""
    kept = [gesture for gesture in plan if not inside(gesture, start, end)]
    came = [gesture for gesture in new if inside(gesture, start, end)]
    return replace(plan, gestures=tuple(sorted([*kept, *came], key=lambda one: one.stroke)))


def regenerate(
    kept: Motion,
    plan: Plan,
    text: TextFeatures,
    start: float,
    end: float,
    *,
    style: Style,
    intensity: float,
    seed: int,
    model: GestureModel,
    pins: Pins | None = None,
) -> Motion:
    """The whole utterance generated anew with the gestures of `plan`, as `kept` is outside.

    Gestures that stroke from `start` to `end` seconds are performed after other units than in
    `kept`, where there are any; those outside keep their units and, to the last bit, their spans.
    The generator is told the frames of `kept` next to the stretch.
    """
    before = _sources(kept.spans)
    casting = _recast(plan, before, start, end, style, seed, model)
    context = motion_to_pins(kept, _context_times(kept.duration, start, end))
    made = synthesize(
        text,
        plan,
        style,
        intensity=intensity,
        seed=seed,
        fps=kept.fps,
        model=model,
        pins=context if pins is None else join_pins([context, pins]),
        casting=casting,
    )
    return replace(made, spans=_merged_spans(kept.spans, made.spans, start, end))


def splice(kept: Motion, new: Motion, start: float, end: float, within: float = INSIDE) -> Motion:
    """`kept` with the gesturing bones and the gaze of `new` from `start` to `end` seconds.

    It goes over from `BLEND` before to `within` after `start`, and back in the same way; all
    other frames, hips, legs, root and face are those of `kept` to the last bit. Spans are `new`'s.
    """
    share = stretch_share(kept, start, end, within)
    frames = np.flatnonzero(share)
    rotations, expressions = np.array(kept.rotations), np.array(kept.expressions)
    where = np.ix_(frames, _MOVED)
    rotations[where] = quat_slerp(rotations[where], new.rotations[where], share[frames, None])
    where = np.ix_(frames, _GAZE)
    expressions[where] += share[frames, None] * (new.expressions[where] - expressions[where])
    return replace(kept, rotations=rotations, expressions=expressions, spans=new.spans)


def stretch_share(motion: Motion, start: float, end: float, within: float = INSIDE) -> Array:
    """How far each frame (T,) is new: 0 outside, 1 inside, smooth between; see `splice`.

    Where the stretch begins or ends with the motion there is nothing to be joined.
    """
    times = np.arange(motion.frames) / motion.fps
    within = min(within, 0.25 * (end - start))
    rise = ease((times - start + BLEND) / (BLEND + within)) if start > 0.0 else 1.0
    last = (motion.frames - 1) / motion.fps
    fall = ease((end + BLEND - times) / (BLEND + within)) if end < last else 1.0
    return np.minimum(rise, fall) * np.ones(motion.frames)


def _context_times(duration: float, start: float, end: float) -> Array:
    """Times (N,) of the frames next to a stretch that stay as they are, at the generator's rate."""
    times = np.arange(int(duration * FPS)) / FPS
    earlier, later = times[times <= start - BLEND], times[times >= end + BLEND]
    return np.concatenate([earlier[-SEED_POSES:], later[:SEED_POSES]])


def _sources(spans: Sequence[Span]) -> dict[float, str]:
    """The unit of every gesture by the time of its stroke."""
    gestures = [span for span in spans if span.kind == GESTURE]
    strokes = [span for span in spans if span.kind == STROKE]
    return {stroke.start: gesture.source for gesture, stroke in zip(gestures, strokes, strict=True)}


def _recast(
    plan: Plan,
    sources: dict[float, str],
    start: float,
    end: float,
    style: Style,
    seed: int,
    model: GestureModel,
) -> tuple[int | None, ...]:
    """The part that performs each gesture: outside the stretch as it was, inside another one."""
    rng = np.random.default_rng([seed, 1])
    casting: list[int | None] = []
    for gesture in plan:
        source = sources.get(gesture.stroke, "")
        if not inside(gesture, start, end):
            casting.append(_part_of(gesture, source, model.parts))
            continue
        others = [
            index
            for index, part in enumerate(model.parts)
            if part.unit != source and (part.portable or part.manner == style.manner)
        ]
        same = [index for index in others if model.parts[index].function == gesture.function]
        choices = [model.parts[index] for index in same]
        alone = Plan((gesture,), plan.duration)
        found = cast(alone, choices, style.manner, style.energy, rng)[1] if choices else ()
        casting.append(same[found[0]] if found else None)
    return tuple(casting)


def _part_of(gesture: PlannedGesture, unit: str, parts: Sequence[Part]) -> int | None:
    """The part that performed a gesture after `unit`; None when this model has no such part."""
    found = [
        index
        for index, part in enumerate(parts)
        if (part.unit, part.function, part.hand) == (unit, gesture.function, gesture.hand)
    ]
    return found[0] if found else None


def _merged_spans(
    kept: Sequence[Span], made: Sequence[Span], start: float, end: float
) -> tuple[Span, ...]:
    """The spans of `kept`, with the gestures in the stretch as they are made now."""
    others = tuple(span for span in kept if span.kind not in (GESTURE, STROKE))
    pairs = [pair for pair in _pairs(kept) if not start <= pair[1].start <= end]
    pairs += [pair for pair in _pairs(made) if start <= pair[1].start <= end]
    return (*others, *(span for pair in sorted(pairs, key=_stroke) for span in pair))


def _pairs(spans: Sequence[Span]) -> list[tuple[Span, Span]]:
    gestures = [span for span in spans if span.kind == GESTURE]
    strokes = [span for span in spans if span.kind == STROKE]
    return list(zip(gestures, strokes, strict=True))


def _stroke(pair: tuple[Span, Span]) -> float:
    return pair[1].start
