"""Skin painted over the body's texture as a function of place: blush, lips, brows' shade, scalp."""

from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.beard import SHAVED, Beard, beard_shade
from gesture_core.avatar.face import Brows, brow_shade
from gesture_core.avatar.hair import Hair, scalp_shade
from gesture_core.avatar.head import EYES
from gesture_core.avatar.human import Human
from gesture_core.avatar.looks import Looks
from gesture_core.avatar.texture import (
    bake,
    blend,
    encode,
    enlarge,
    height_to_normal,
    mask,
    octave_noise,
    paint,
    resize,
    smoothstep,
)
from gesture_core.formats.glb_writer import Picture

Colour = tuple[float, ...]

MOUTH: Colour = (0.20, 0.06, 0.06)
"""The inside of the mouth, as dark as it looks: not every renderer shades it."""


@dataclass(frozen=True)
class Skin:
    """Colours in sRGB 0–1; blush, lip_strength, stubble are amounts 0–1."""

    tone: Colour = (0.875, 0.690, 0.575)
    lips: Colour = (0.74, 0.38, 0.36)
    lip_strength: float = 0.6
    blush: float = 0.35
    stubble: float = 0.0


def paint_skin(
    human: Human,
    skin: Skin,
    brow: Brows,
    hair: Hair,
    faces: Ints,
    looks: Looks | None = None,
    size: int = 2048,
    beard: Beard = SHAVED,
) -> Picture:
    """Colour map of the body; `faces` are the indices of the body faces that are seen.

    Looks lie over the painted skin, under what belongs to brows and hair.
    """
    place = _places(human, faces, size // 2)
    coarse = place[::2, ::2]
    picture = enlarge(_soft_tints(human, skin, coarse), size)
    paint(picture, skin.lips, skin.lip_strength * mask("lips", size, 4))
    paint(picture, _shift(skin.tone, 0.03, -0.02, 0.0), 0.6 * mask("fingernails", size, 2))
    picture *= _grain(size)
    if looks is not None:
        known = resize(looks.known, size)[..., None] / np.float32(255)
        picture += known * (resize(looks.skin, size) / np.float32(255) - picture)
    brows = brow.shade * enlarge(brow_shade(human, brow, place), size)
    paint(picture, brow.color, brows)
    paint(picture, beard.color, 0.6 * enlarge(beard_shade(human, beard, len(coarse)), size))
    paint(picture, MOUTH, mask("inside-mouth", size, 8))
    scalp = scalp_shade(human, hair, coarse.reshape(-1, 3)).reshape(*coarse.shape[:2], 1)
    paint(picture, hair.color, 0.92 * enlarge(scalp, size))
    return encode("skin", picture, quality=90)


def _places(human: Human, faces: Ints, size: int) -> Floats:
    """Where on the body each pixel lies (S, S, 3)."""
    uvs = human.base.uvs[human.base.face_uvs["body"][faces]]
    return bake(human.vertices, uvs, human.base.faces["body"][faces], size).astype(np.float32)


def _grain(size: int) -> Floats:
    """Factors (S, S, 3) of the skin's fine mottling, redder where darker."""
    noise = octave_noise(size, (1, 2, 8, 48), np.random.default_rng(1))[..., None]
    return 1 + noise * np.array([0.0088, 0.0121, 0.0132], dtype=np.float32)


def _soft_tints(human: Human, skin: Skin, place: Floats) -> Floats:
    """Everything without a sharp edge, which half the resolution of `place` does not blur."""
    size, tone, eye = len(place), skin.tone, human.vertices[EYES]
    picture = np.tile(np.array(tone, dtype=np.float32), (size, size, 1))
    for name, blur, change, amount in (
        ("face", 40, (0.02, -0.03, -0.02), 0.5),
        ("ears", 12, (0.0, -0.14, -0.12), 0.5),
        ("eyelids", 10, (-0.08, -0.14, -0.11), 0.35),
    ):
        paint(picture, _shift(tone, *change), amount * mask(name, size, blur))
    for side in (1, -1):
        centre = eye[eye[:, 0] * side > 0].mean(0)
        cheek = _blob(place, centre + [0.014 * side, -0.036, 0.0], (0.026, 0.018, 0.05))
        paint(picture, _shift(tone, 0.0, -0.13, -0.10), skin.blush * cheek)
        under = _blob(place, centre + [0.0, -0.017, 0.0], (0.016, 0.005, 0.03))
        paint(picture, _shift(tone, -0.06, -0.09, -0.06), 0.18 * under)
    tip = np.array([0.0, eye[:, 1].mean() - 0.040, eye[:, 2].max() + 0.02])
    nose = _blob(place, tip, (0.012, 0.012, 0.02))
    paint(picture, _shift(tone, 0.0, -0.10, -0.08), 0.5 * skin.blush * nose)
    hands = np.abs(place[..., 0]) > human.rig.head("leftHand")[0]
    fingers, there = picture[hands], place[hands]
    for tint, where, radius in _finger_tints(human):
        fingers = blend(fingers, _shift(tone, *tint), 0.5 * _blob(there, where, (radius,) * 3))
    picture[hands] = fingers
    if skin.stubble:
        paint(picture, (0.52, 0.47, 0.44), skin.stubble * _shaved_beard(place, human))
    return picture


def _finger_tints(human: Human) -> list[tuple[tuple[float, ...], Floats, float]]:
    """Redder fingertips and knuckles: tint, place and radius."""
    rig, tints = human.rig, []
    for index, name in enumerate(rig.names):
        if name.endswith("Distal"):
            tints.append(((0.0, -0.09, -0.07), rig.tails[index], 0.012))
        elif name.endswith(("Proximal", "Intermediate")) and "Thumb" not in name:
            tints.append(((-0.02, -0.08, -0.06), rig.heads[index] + [0, 0.006, 0], 0.008))
    return tints


def pore_picture(size: int = 256) -> Picture:
    """Fine relief that tiles over the skin."""
    noise = octave_noise(size, (2, 4, 9), np.random.default_rng(3))
    return encode("pores", height_to_normal(noise, 0.10), quality=90)


def _blob(place: Floats, centre: Floats, radii: tuple[float, ...]) -> Floats:
    """Soft ellipsoid (..., 1) around a point of the body."""
    scale = 1 / np.array(radii, dtype=np.float32)
    away = (place - centre.astype(np.float32)) * scale
    return np.exp(-np.einsum("...c,...c->...", away, away))[..., None]


def _shift(tone: Colour, *by: float) -> tuple[float, float, float]:
    """A tone made redder, darker, …; the steps are those of light skin, less on darker."""
    share = sum(tone) / 2.14
    r, g, b = (float(np.clip(c + share * d, 0, 1)) for c, d in zip(tone, by, strict=True))
    return r, g, b


def _shaved_beard(place: Floats, human: Human) -> Floats:
    """Where a shaved beard shows (S, S, 1): lip, chin and jaw."""
    eye = human.vertices[EYES].mean(0)
    drop = eye[1] - place[..., 1:2]
    front = smoothstep(place[..., 2:3], eye[2] - 0.07, eye[2] - 0.02)
    return smoothstep(drop, 0.050, 0.064) * smoothstep(drop, 0.140, 0.118) * front
