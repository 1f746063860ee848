"""Moments of a performance as markers on the timeline."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..core.phrases import Moment

Mark = tuple[str, int]
"""Name and frame of a marker."""


def marks_of(shown: Iterable[Moment], start: float, scene_fps: float) -> list[Mark]:
    """Where the moments of a clip that begins at frame `start` lie: words and signs by what is
    said, gestures and faces in brackets."""
    return [
        (
            moment.text if moment.kind in ("word", "gloss") else f"({moment.text})",
            round(start + moment.peak * scene_fps),
        )
        for moment in shown
    ]


def add_marks(scene: bpy.types.Scene, marks: Iterable[Mark]) -> int:
    """Put markers on the timeline, except those that are there already; how many were put."""
    present = marks_on(scene)
    missing = [mark for mark in dict.fromkeys(marks) if mark not in present]
    for name, frame in missing:
        scene.timeline_markers.new(name, frame=frame)
    return len(missing)


def remove_marks(scene: bpy.types.Scene, marks: Iterable[Mark]) -> int:
    """Take these markers off the timeline; how many were there."""
    unwanted = set(marks)
    found = [marker for marker in scene.timeline_markers if (marker.name, marker.frame) in unwanted]
    for marker in found:
        scene.timeline_markers.remove(marker)
    return len(found)


def marks_on(scene: bpy.types.Scene) -> set[Mark]:
    """The markers of the timeline."""
    return {(marker.name, marker.frame) for marker in scene.timeline_markers}
