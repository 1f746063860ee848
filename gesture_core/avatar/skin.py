"""Skin painted over the body's texture as a function of place: blush, lips, brows' shade, scalp."""

from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.hair import EYES, scalp_shade
from gesture_core.avatar.human import Human
from gesture_core.avatar.texture import (
    bake,
    blend,
    encode,
    height_to_normal,
    mask,
    octave_noise,
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
    human: Human, skin: Skin, hair: str, hair_color: Colour, faces: Ints, size: int = 2048
) -> Picture:
    """Colour map of the body; `faces` are the indices of the body faces that are seen."""
    rng = np.random.default_rng(1)
    body = human.base.faces["body"][faces]
    uvs = human.base.uvs[human.base.face_uvs["body"][faces]]
    place = bake(human.vertices, uvs, body, size // 2)
    place = place.repeat(2, axis=0).repeat(2, axis=1)
    picture = np.tile(np.array(skin.tone), (size, size, 1))
    picture = blend(picture, _shift(skin.tone, 0.02, -0.03, -0.02), 0.5 * mask("face", size, 40))
    picture = blend(picture, _shift(skin.tone, 0.0, -0.14, -0.12), 0.5 * mask("ears", size, 12))
    picture = blend(
        picture, _shift(skin.tone, -0.08, -0.14, -0.11), 0.35 * mask("eyelids", size, 10)
    )
    eye = human.vertices[EYES]
    for side in (1, -1):
        centre = eye[eye[:, 0] * side > 0].mean(0)
        cheek = _blob(place, centre + [0.014 * side, -0.036, 0.0], (0.026, 0.018, 0.05))
        picture = blend(picture, _shift(skin.tone, 0.0, -0.13, -0.10), skin.blush * cheek)
        under = _blob(place, centre + [0.0, -0.017, 0.0], (0.016, 0.005, 0.03))
        picture = blend(picture, _shift(skin.tone, -0.06, -0.09, -0.06), 0.18 * under)
    nose = _blob(
        place,
        np.array([0.0, eye[:, 1].mean() - 0.040, eye[:, 2].max() + 0.02]),
        (0.012, 0.012, 0.02),
    )
    picture = blend(picture, _shift(skin.tone, 0.0, -0.10, -0.08), 0.5 * skin.blush * nose)
    if skin.stubble:
        picture = _stubble(picture, place, human, skin)
    picture = blend(picture, skin.lips, skin.lip_strength * mask("lips", size, 4))
    picture = blend(picture, (0.50, 0.15, 0.14), mask("inside-mouth", size, 8))
    picture = blend(
        picture, _shift(skin.tone, 0.03, -0.02, 0.0), 0.6 * mask("fingernails", size, 2)
    )
    grain = 0.011 * octave_noise(size, (1, 2, 8, 48), rng)[..., None]
    picture = picture * (1 + grain * np.array([0.8, 1.1, 1.2]))
    scalp = scalp_shade(human, hair, place.reshape(-1, 3)).reshape(size, size, 1)
    return encode("skin", blend(picture, hair_color, 0.92 * scalp), quality=90)


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
