"""Skin painted over the body's texture as a function of place: blush, lips, brows' shade, scalp."""

from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import Floats, Ints
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
    resize,
    smoothstep,
)
from gesture_core.formats.glb_writer import Picture

Colour = tuple[float, ...]


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
) -> Picture:
    """Colour map of the body; `faces` are the indices of the body faces that are seen.

    Looks lie over the painted skin, under what belongs to brows and hair.
    """
    place = _places(human, faces, size // 2)
    picture = enlarge(_soft_tints(human, skin, place), size)
    picture = blend(picture, skin.lips, skin.lip_strength * mask("lips", size, 4))
    nail = _shift(skin.tone, 0.03, -0.02, 0.0)
    picture = blend(picture, nail, 0.6 * mask("fingernails", size, 2))
    grain = 0.011 * octave_noise(size, (1, 2, 8, 48), np.random.default_rng(1))[..., None]
    picture = picture * (1 + grain * np.array([0.8, 1.1, 1.2], dtype=np.float32))
    if looks is not None:
        known = resize(looks.known, size)[..., None] / np.float32(255)
        picture += known * (resize(looks.skin, size) / np.float32(255) - picture)
    brows = enlarge(brow_shade(human, brow, place).astype(np.float32), size)
    picture = blend(picture, brow.color, brow.shade * brows)
    picture = blend(picture, (0.50, 0.15, 0.14), mask("inside-mouth", size, 8))
    scalp = scalp_shade(human, hair, place.reshape(-1, 3)).reshape(*place.shape[:2], 1)
    shade = enlarge(scalp.astype(np.float32), size)
    return encode("skin", blend(picture, hair.color, 0.92 * shade), quality=90)


def _places(human: Human, faces: Ints, size: int) -> Floats:
    """Where on the body each pixel lies (S, S, 3)."""
    uvs = human.base.uvs[human.base.face_uvs["body"][faces]]
    return bake(human.vertices, uvs, human.base.faces["body"][faces], size).astype(np.float32)


def _soft_tints(human: Human, skin: Skin, place: Floats) -> Floats:
    """Everything without a sharp edge, painted at half the size."""
    size, tone, eye = len(place), skin.tone, human.vertices[EYES]
    picture = np.tile(np.array(tone, dtype=np.float32), (size, size, 1))
    for name, blur, change, amount in (
        ("face", 40, (0.02, -0.03, -0.02), 0.5),
        ("ears", 12, (0.0, -0.14, -0.12), 0.5),
        ("eyelids", 10, (-0.08, -0.14, -0.11), 0.35),
    ):
        picture = blend(picture, _shift(tone, *change), amount * mask(name, size, blur))
    for side in (1, -1):
        centre = eye[eye[:, 0] * side > 0].mean(0)
        cheek = _blob(place, centre + [0.014 * side, -0.036, 0.0], (0.026, 0.018, 0.05))
        picture = blend(picture, _shift(tone, 0.0, -0.13, -0.10), skin.blush * cheek)
        under = _blob(place, centre + [0.0, -0.017, 0.0], (0.016, 0.005, 0.03))
        picture = blend(picture, _shift(tone, -0.06, -0.09, -0.06), 0.18 * under)
    tip = np.array([0.0, eye[:, 1].mean() - 0.040, eye[:, 2].max() + 0.02])
    nose = _blob(place, tip, (0.012, 0.012, 0.02))
    picture = blend(picture, _shift(tone, 0.0, -0.10, -0.08), 0.5 * skin.blush * nose)
    for tint, where, radius in _finger_tints(human):
        blob = _blob(place, where, (radius, radius, radius))
        picture = blend(picture, _shift(tone, *tint), 0.5 * blob)
    return _stubble(picture, place, human, skin) if skin.stubble else picture


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


def _blob(place: Floats, centre: Floats, radii: tuple[float, float, float]) -> Floats:
    """Soft ellipsoid (S, S, 1) around a point of the body."""
    return np.exp(-np.sum(((place - centre) / radii) ** 2, axis=-1, keepdims=True))


def _shift(tone: Colour, *by: float) -> tuple[float, float, float]:
    r, g, b = (float(np.clip(c + d, 0, 1)) for c, d in zip(tone, by, strict=True))
    return r, g, b


def _stubble(picture: Floats, place: Floats, human: Human, skin: Skin) -> Floats:
    """The grey cast of a shaved beard on lip, chin and jaw."""
    eye = human.vertices[EYES].mean(0)
    drop = eye[1] - place[..., 1:2]
    front = smoothstep(place[..., 2:3], eye[2] - 0.07, eye[2] - 0.02)
    area = smoothstep(drop, 0.050, 0.064) * smoothstep(drop, 0.140, 0.118) * front
    return blend(picture, (0.52, 0.47, 0.44), skin.stubble * area)
