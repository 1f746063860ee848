"""Redo: one stretch of a motion performed anew, every frame outside it left as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gesture_core.errors import UserError
from gesture_core.gestures.easing import ease
from gesture_core.gestures.features import FPS, TextFeatures
from gesture_core.gestures.pins import Pins, join_pins, motion_to_pins
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import SEED_POSES, GestureModel, synthesize
from gesture_core.motion import EXPRESSIONS, Motion, Span
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.casting import Part, cast
from gesture_core.planning.plan_spans import GESTURE, STROKE
from gesture_core.rotation import Array, quat_slerp

BLEND = 0.3
"""Seconds outside the stretch in which the motion may leave what it was."""
INSIDE = 0.1
"""Seconds inside the stretch in which it becomes wholly new."""
SHORTEST = 0.3
"""Seconds that a stretch lasts at least; no gesture is shorter."""

_GAZE = np.flatnonzero([name.startswith("eyeLook") for name in EXPRESSIONS])


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end` seconds of a motion; the strokes within it are made anew."""

    start: float
    end: float

    def __contains__(self, stroke: float) -> bool:
        return self.start <= stroke <= self.end

    def check(self, motion: Motion) -> None:
        """Raise `UserError` unless the stretch lies within the motion and is not too short."""
        if not 0.0 <= self.start < self.end <= motion.duration + 0.5 / motion.fps:
            raise UserError(f"{self} is not a stretch of {motion.duration:.2f} s of motion")
        if self.end - self.start < SHORTEST:
            raise UserError(f"{self} is too short: {SHORTEST:g} s at least")

    def __str__(self) -> str:
        return f"{self.start:g} to {self.end:g} s"

    def share(self, motion: Motion, within: float = INSIDE) -> Array:
        """How far each frame (T,) of a motion is made anew: 0 outside, 1 inside, smooth between.

        It grows from `BLEND` before to `within` after the start, and falls in the same way; where
        the stretch begins or ends with the motion there is nothing to be joined.
        """
        times = np.arange(motion.frames) / motion.fps
        within = min(within, 0.25 * (self.end - self.start))
        share = np.ones(motion.frames)
        if self.start > 0.0:
            share = ease((times - self.start + BLEND) / (BLEND + within))
        if self.end < times[-1]:
            share = np.minimum(share, ease((self.end + BLEND - times) / (BLEND + within)))
        return share


def exchange_gestures(plan: Plan, new: Plan, stretch: Stretch) -> Plan:
    """`plan` with the gestures that stroke in the stretch taken from `new`."""
    kept = [gesture for gesture in plan if gesture.stroke not in stretch]
    came = [gesture for gesture in new if gesture.stroke in stretch]
    return replace(plan, gestures=tuple(sorted([*kept, *came], key=lambda one: one.stroke)))


def regenerate(
    kept: Motion,
    plan: Plan,
    text: TextFeatures,
    stretch: Stretch,
    *,
    style: Style,
    intensity: float,
    seed: int,
    model: GestureModel,
    pins: Pins | None = None,
) -> Motion:
    """The whole utterance generated anew with the gestures of `plan`, to be spliced into `kept`.

    Gestures in the stretch are performed after other units than in `kept`, where there are any;
    those outside keep their units and, to the last bit, their spans. The generator is told the
    frames of `kept` next to the stretch.
    """
    context = motion_to_pins(kept, _context_times(kept.duration, stretch))
    made = synthesize(
        text,
        plan,
        style,
        intensity=intensity,
        seed=seed,
        fps=kept.fps,
        model=model,
        pins=context if pins is None else join_pins([context, pins]),
        casting=_recast(plan, _units(kept.spans), stretch, style, seed, model),
    )
    return replace(made, spans=_merged_spans(kept.spans, made.spans, stretch))


def splice(kept: Motion, new: Motion, stretch: Stretch, within: float = INSIDE) -> Motion:
    """`kept` with the movement and the gaze of `new` in the stretch, see `Stretch.share`.

    All other frames, and the rest of the face, are those of `kept` to the last bit. Spans are
    `new`'s.
    """
    share = stretch.share(kept, within)
    now = np.flatnonzero(share)
    rotations, root, expressions = map(np.array, (kept.rotations, kept.root, kept.expressions))
    weight = share[now, None]
    rotations[now] = quat_slerp(rotations[now], new.rotations[now], weight)
    root[now] += weight * (new.root[now] - root[now])
    gaze = np.ix_(now, _GAZE)
    expressions[gaze] += weight * (new.expressions[gaze] - expressions[gaze])
    return replace(kept, rotations=rotations, root=root, expressions=expressions, spans=new.spans)


def _context_times(duration: float, stretch: Stretch) -> Array:
    """Times (N,) of the frames next to a stretch that stay as they are, at the generator's rate."""
    times = np.arange(int(duration * FPS)) / FPS
    earlier = times[times <= stretch.start - BLEND]
    later = times[times >= stretch.end + BLEND]
    return np.concatenate([earlier[-SEED_POSES:], later[:SEED_POSES]])


def _recast(
    plan: Plan,
    units: Mapping[float, str],
    stretch: Stretch,
    style: Style,
    seed: int,
    model: GestureModel,
) -> tuple[int | None, ...]:
    """The part that performs each gesture: outside the stretch as it was, inside another one.

    None leaves the choice to the casting, where there is no such part.
    """
    rng = np.random.default_rng([seed, len(plan)])
    parts = model.parts
    casting: list[int | None] = []
    for gesture in plan:
        unit = units.get(gesture.stroke, "")
        if gesture.stroke not in stretch:
            casting.append(_part_of(gesture, unit, parts))
            continue
        others = [
            index
            for index, part in enumerate(parts)
            if part.unit != unit
            and part.function == gesture.function
            and (part.portable or part.manner == style.manner)
        ]
        if not others:
            casting.append(None)
            continue
        alone = Plan((gesture,), plan.duration)
        _, (chosen,) = cast(alone, [parts[i] for i in others], style.manner, style.energy, rng)
        casting.append(others[chosen])
    return tuple(casting)


def _part_of(gesture: PlannedGesture, unit: str, parts: Sequence[Part]) -> int | None:
    """The part that performed a gesture after `unit`; None when this model has no such part."""
    wanted = (unit, gesture.function, gesture.hand)
    found = (n for n, part in enumerate(parts) if (part.unit, part.function, part.hand) == wanted)
    return next(found, None)


def _pairs(spans: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Every gesture span with its stroke."""
    gestures = [span for span in spans if span.kind == GESTURE]
    strokes = [span for span in spans if span.kind == STROKE]
    return list(zip(gestures, strokes, strict=True))


def _units(spans: Sequence[Span]) -> dict[float, str]:
    """The unit of every gesture by the time of its stroke."""
    return {stroke.start: gesture.source for gesture, stroke in _pairs(spans)}


def _merged_spans(kept: Sequence[Span], made: Sequence[Span], stretch: Stretch) -> tuple[Span, ...]:
    """The spans of `kept`, with the gestures in the stretch as they are made now."""
    others = tuple(span for span in kept if span.kind not in (GESTURE, STROKE))
    pairs = [pair for pair in _pairs(kept) if pair[1].start not in stretch]
    pairs += [pair for pair in _pairs(made) if pair[1].start in stretch]
    ordered = sorted(pairs, key=lambda pair: pair[1].start)
    return (*others, *(span for pair in ordered for span in pair))
