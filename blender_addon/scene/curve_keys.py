"""Keys of F-curves as arrays: made, read, cut and written in bulk."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.quaternion import Array

Keys = dict[str, NDArray[Any]]
"""What Blender keeps with every key of a curve, by its name there, for K keys `(K,)` or `(K, 2)`.

Kept in Blender's own types: then it copies whole blocks, 20 times faster than number by number.
"""

CONSTANT, LINEAR, BEZIER = range(3)
FREE, AUTO, VECTOR, ALIGNED, AUTO_CLAMPED = range(5)
_PLACES = ("co", "handle_left", "handle_right")
_CHOICES = ("interpolation", "handle_left_type", "handle_right_type", "easing", "type")
_EASINGS = {"back": 1.70158, "amplitude": 0.8, "period": 4.1}
_NEAR = 1e-3
"""Frames: keys closer than this are at the same time."""


def every_frame(times: Array, values: Array) -> Keys:
    """Keys at all `times` `(K,)`, joined by straight lines."""
    return lines(np.column_stack([times, values]).astype(np.float32))


def lines(places: NDArray[np.float32]) -> Keys:
    """Keys at `places` `(K, 2)`, frame and value, joined by straight lines."""
    return {
        "co": places,
        "interpolation": _same(LINEAR, len(places)),
        "handle_left_type": _same(VECTOR, len(places)),
        "handle_right_type": _same(VECTOR, len(places)),
    }


@lru_cache(maxsize=16)
def _same(choice: int, count: int) -> NDArray[np.uint8]:
    """One choice for many keys; remembered, because hundreds of curves make the same."""
    choices = np.full(count, choice, dtype=np.uint8)
    choices.flags.writeable = False
    return choices


def smooth(times: Array, values: Array, slopes: Array) -> Keys:
    """Keys joined by Bézier curves that pass through them with `slopes` `(K,)`, units a frame."""
    places = np.column_stack([times, values])
    before = np.diff(times, prepend=times[0] - 1.0)[:, None] / 3.0
    after = np.diff(times, append=times[-1] + 1.0)[:, None] / 3.0
    reach = np.column_stack([np.ones_like(slopes), slopes])
    return {
        "co": places.astype(np.float32),
        "handle_left": (places - before * reach).astype(np.float32),
        "handle_right": (places + after * reach).astype(np.float32),
        "interpolation": _same(BEZIER, len(places)),
        "handle_left_type": _same(ALIGNED, len(places)),
        "handle_right_type": _same(ALIGNED, len(places)),
    }


def read_keys(curve: bpy.types.FCurve) -> Keys:
    """All that the keys of a curve hold."""
    count = len(curve.keyframe_points)
    keys: Keys = {name: np.empty((count, 2), dtype=np.float32) for name in _PLACES}
    keys |= {name: np.empty(count, dtype=np.uint8) for name in _CHOICES}
    keys |= {name: np.empty(count, dtype=np.float32) for name in _EASINGS}
    for name, array in keys.items():
        curve.keyframe_points.foreach_get(name, array.ravel())
    return keys


def write_keys(curve: bpy.types.FCurve, keys: Keys) -> None:
    """Let the curve hold these keys and no others."""
    points = curve.keyframe_points
    points.clear()
    points.add(len(keys["co"]))
    for name, array in keys.items():
        points.foreach_set(name, np.ascontiguousarray(array).ravel())
    curve.update()


def baked(curve: bpy.types.FCurve, first: int, last: int) -> Keys:
    """What the curve does with its modifiers, as a key for every frame."""
    times = np.arange(first, last + 1, dtype=float)
    return every_frame(times, np.array([curve.evaluate(time) for time in times]))


def span(curve: bpy.types.FCurve) -> tuple[float, float]:
    """Frames of the first and last key; from infinity to minus infinity without keys."""
    points = curve.keyframe_points
    return (points[0].co.x, points[-1].co.x) if len(points) else (np.inf, -np.inf)


def split(curve: bpy.types.FCurve, first: float, last: float) -> tuple[Keys, Keys]:
    """The keys before the frame `first` and those after `last`.

    Where there are any, the last and the first of them lie a frame away from what comes between,
    and the curve keeps its shape up to there.
    """
    start, end = span(curve)
    for time, beyond in ((first - 1.0, start < first - _NEAR), (last + 1.0, end > last + _NEAR)):
        if beyond:
            curve.keyframe_points.insert(time, curve.evaluate(time))
    before, after = cut(read_keys(curve), first, last)
    for name in ("handle_left_type", "handle_right_type"):
        before[name][-2:] = FREE  # automatic handles would follow the new neighbour
        after[name][:2] = FREE
    return before, after


def cut(keys: Keys, first: float, last: float) -> tuple[Keys, Keys]:
    """The keys before the frame `first` and those after `last`."""
    times = keys["co"][:, 0]
    before = {name: array[times < first - _NEAR] for name, array in keys.items()}
    after = {name: array[times > last + _NEAR] for name, array in keys.items()}
    return before, after


def joined(*parts: Keys) -> Keys:
    """The keys one after the other; what some of them do not say is Blender's default."""
    full = [_completed(part) for part in parts if len(part["co"])]
    return {name: np.concatenate([part[name] for part in full]) for name in full[0]}


def _completed(keys: Keys) -> Keys:
    count = len(keys["co"])
    full: Keys = {name: keys.get(name, keys["co"]) for name in _PLACES}
    full |= {name: keys.get(name, np.zeros(count, dtype=np.uint8)) for name in _CHOICES}
    for name, usual in _EASINGS.items():
        full[name] = keys.get(name, np.full(count, usual, dtype=np.float32))
    return full
