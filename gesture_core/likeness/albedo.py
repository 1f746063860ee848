"""A view's colours with its light taken off, and which of its texels are bare skin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gesture_core.avatar.texture import smoothstep
from gesture_core.likeness.canvas import Canvas
from gesture_core.likeness.colour import luminance
from gesture_core.likeness.filters import blur, lowest, smooth_over
from gesture_core.likeness.lighting import Light, fit_light
from gesture_core.likeness.skin_regions import regions
from gesture_core.likeness.view_texture import ViewTexture

Floats = NDArray[np.floating[Any]]

COARSE = 0.022  # metres: unevenness wider than this is taken for light, narrower for skin
EVENED = (0.8, 0.6)  # shares of it that are removed: of the brightness, of the colour
SHINE = 0.25  # log brightness over the skin's from which it is taken for shine
STRIDE = 3  # texels between those that the light is fitted to
COARSER = 4  # texels a side of the cells in which hair is followed inwards
FRINGE = 0.006  # metres around hair that may be hair too


@dataclass(frozen=True, eq=False)
class Albedo:
    """relative (H, W, 3): natural log of linear colour over the skin's, light removed; weight
    (H, W): 0–1 belief that it is the person's bare face; light: what was removed.
    """

    relative: Floats
    weight: Floats
    light: Light


def remove_light(canvas: Canvas, view: ViewTexture) -> Albedo:
    """Divide a view by the light fitted to its face, and even out what that model leaves."""
    place = regions(canvas.size)
    weight = view.weight * (0.25 + 0.75 * view.inner)
    fitted = weight * view.inner * (1 - place.lips)
    some = np.zeros(fitted.shape, dtype=bool)
    some[::STRIDE, ::STRIDE] = fitted[::STRIDE, ::STRIDE] > 0.05
    light = fit_light(view.color[some], view.normals[some], fitted[some])
    bare = view.color / (light.at(view.normals) * light.skin.astype(np.float32))
    relative = np.log(np.clip(bare, 0.004, 4.0))
    like = skin_likeness(relative, view.inner, place.texel)
    relative = _even(relative, weight * like * (1 - place.lips), place.texel)
    relative = _dull(relative)
    like = skin_likeness(relative, view.inner, place.texel)
    hair = place.upper * _hair_from_outside(like, view.features) * (1 - view.brows)
    # the dark rim of the eyes, lashes and all, is much of what a person is known by
    features = np.maximum(view.features * (1 - hair), place.lids)
    trusted = weight * np.maximum(away_from_hair(like, place.texel), features)
    return Albedo(relative, trusted * (1 - place.mouth), light)


def skin_likeness(relative: Floats, inner: Floats | float, texel: float) -> Floats:
    """0–1 (H, W): hair, cloth and background are darker, brighter or of another hue than skin.

    Outside the outline of the face (`inner` 0) more likeness is asked for.
    """
    soft = blur(relative, 0.0006 / texel)
    bright = luminance(soft)
    hue = np.linalg.norm(soft - bright[..., None], axis=-1)
    tolerance = 0.55 + 0.45 * inner
    light = smoothstep(np.abs(bright) / tolerance, 0.62, 0.38)
    return light * smoothstep(hue / tolerance, 0.42, 0.26)


def _dull(relative: Floats) -> Floats:
    """Shine taken off: what is much brighter than skin, which shine also robs of its hue."""
    bright = luminance(relative)[..., None]
    shine = np.maximum(bright - SHINE, 0)
    hue = (relative - bright) / (1 + 4 * shine)
    return bright - 0.7 * shine + hue


def _hair_from_outside(like: Floats, features: Floats) -> Floats:
    """0–1 (H, W): what is not skin and hangs together with what is not skin outside `features`:
    a fringe, and the frame of glasses."""
    other = lowest(like, COARSER)[::COARSER, ::COARSER] < 0.5
    outside = other & (features[::COARSER, ::COARSER] < 0.1)
    hair = ndimage.binary_propagation(outside, mask=other)
    hair = ndimage.binary_dilation(hair, iterations=2).astype(np.float32)
    grown = hair.repeat(COARSER, axis=0).repeat(COARSER, axis=1)
    return blur(grown[: like.shape[0], : like.shape[1]], COARSER)


def away_from_hair(like: Floats, texel: float) -> Floats:
    """Skin-likeness without the rims of what is not skin."""
    return blur(lowest(like, FRINGE / texel), FRINGE / texel / 4)


def _even(relative: Floats, weight: Floats, texel: float) -> Floats:
    """Take most of the wide unevenness off: shadows and highlights that the light left."""
    wide = smooth_over(relative, weight, COARSE / texel, prior=0.05)
    bright = luminance(wide)[..., None]
    return relative - EVENED[0] * bright - EVENED[1] * (wide - bright)
