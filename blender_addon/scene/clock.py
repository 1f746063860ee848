"""Frame rates of scenes."""

from __future__ import annotations

from fractions import Fraction

import bpy


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames a second of the scene."""
    return scene.render.fps / scene.render.fps_base


def set_frame_rate(scene: bpy.types.Scene, fps: float) -> None:
    """Exact whole or broken rates (29.97 as 30000/1001)."""
    ratio = Fraction(fps).limit_denominator(1001)
    whole = round(fps) or 1
    scene.render.fps, scene.render.fps_base = whole, whole / float(ratio)
