"""Beards and moustaches: short ribbons rooted in the skin that move with every expression.

Where a beard grows is drawn once on the unshaped base mesh, whose vertices every face shares.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from gesture_core.avatar.basemesh import Floats, Ints, load_base_mesh
from gesture_core.avatar.hair import strand_picture
from gesture_core.avatar.head import EYES
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part
from gesture_core.avatar.surface import vertex_normals
from gesture_core.avatar.texture import mask, smoothstep
from gesture_core.formats.glb_writer import Picture

BeardName = Literal["none", "moustache", "goatee", "short", "full"]
BEARD_NAMES: tuple[BeardName, ...] = get_args(BeardName)
LENGTHS = {"moustache": 0.011, "goatee": 0.013, "short": 0.007, "full": 0.024}  # metres
RIBBONS = {"moustache": 380, "goatee": 800, "short": 2400, "full": 1900}
WIDTHS = {"moustache": 0.0024, "goatee": 0.0024, "short": 0.0021, "full": 0.0030}
STEPS = 2
EDGE = 0.005  # metres over which a beard thins out


@dataclass(frozen=True)
class Beard:
    """Cut and colour (sRGB) of a beard."""

    style: BeardName = "none"
    color: tuple[float, ...] = (0.10, 0.075, 0.06)


SHAVED = Beard()


@lru_cache(maxsize=len(BEARD_NAMES))
def beard_area(style: BeardName) -> Floats:
    """How densely a beard grows at each vertex of the base mesh (19158,), 0–1."""
    base = load_base_mesh()
    x, y, z = (base.vertices - [0.0, base.vertices[EYES, 1].mean(), 0.0]).T
    x = np.abs(x)
    lip = _between(y, -0.067, -0.0445) * _below(x, 0.031 - 0.25 * (y + 0.056)) * _above(z, 0.120)
    chin = _between(y, -0.125, -0.066) * _below(x, 0.026) * _above(z, 0.095)
    corner = _between(x, 0.024, 0.034) * _between(y, -0.095, -0.055) * _above(z, 0.10)
    cheek = _below(y, -0.018 - 0.42 * np.maximum(z - 0.05, 0.0)) * _above(y, -0.128 + 0.1 * z)
    cheek = cheek * _above(z, 0.058) * _above(x + 0.4 * (z < 0.13), 0.02)
    areas = {
        "none": 0 * x,
        "moustache": lip,
        "goatee": np.maximum.reduce([lip, chin, corner]),
        "short": np.maximum.reduce([lip, chin, corner, cheek]),
        "full": np.maximum.reduce([lip, chin, corner, cheek]),
    }
    bare = np.maximum.reduce([_painted(part) for part in ("lips", "inside-mouth", "ears")])
    return areas[style] * smoothstep(bare, 0.5, 0.2)


def grow_beard(human: Human, beard: Beard, seed: int = 0) -> Part:
    """Ribbons of a beard that is not "none"; they follow weights and expressions of their roots."""
    rng = np.random.default_rng(seed)
    corners, shares = _roots(human, beard, rng)
    mix = lambda field: np.einsum("nk,...nkc->...nc", shares, field[..., corners, :])  # noqa: E731
    normals = mix(vertex_normals(human.vertices, human.base.faces["body"]))
    roots, count = mix(human.vertices), len(corners)
    over_lip = np.sum(shares * beard_area("moustache")[corners], axis=1)
    clipped = 1 - 0.6 * over_lip * np.clip(1 - np.abs(roots[:, 0]) / 0.03, 0, 1)
    lines = _fall(roots, normals, LENGTHS[beard.style] * clipped[:, None], rng)
    tangent = np.gradient(lines, axis=1)
    across = np.cross(tangent, normals[:, None] + rng.normal(0, 0.2, (count, 1, 3)))
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    half = 0.5 * WIDTHS[beard.style] * rng.uniform(0.7, 1.2, (count, 1, 1)) * across
    positions = np.stack([lines - half, lines + half], axis=2).reshape(-1, 3)
    points = STEPS + 1
    start = 2 * points * np.arange(count)[:, None] + 2 * np.arange(STEPS)
    faces = np.stack([start, start + 1, start + 3, start + 2], axis=-1).reshape(-1, 4)
    u = rng.integers(0, 4, count)[:, None, None] / 4 + np.array([0.01, 0.24])
    v = np.linspace(0, 1, points)[None, :, None]
    uvs = np.stack(np.broadcast_arrays(u, v), axis=-1).reshape(-1, 2)
    each = np.repeat(np.arange(count), 2 * points)
    return Part(
        "beard",
        faces,
        positions,
        mix(human.weights)[each],
        uvs[faces],
        mix(human.expressions)[:, each],
        normals[each],
    )


def beard_shade(human: Human, beard: Beard, size: int) -> Floats:
    """How dark the skin (S, S, 1) should be painted under a beard, 0–1."""
    shade = np.zeros((size, size, 1), dtype=np.float32)
    if beard.style == "none":
        return shade
    area = beard_area(beard.style)
    steps = (np.arange(16) + 0.5) / 16
    u, v = (grid.ravel() for grid in np.meshgrid(steps, steps))
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    grown = area[human.base.faces["body"]].max(1) > 0
    uvs = human.base.uvs[human.base.face_uvs["body"][grown]]
    places = np.einsum("sk,fkc->fsc", shares, uvs)
    columns, rows = (np.moveaxis(places, -1, 0) * [[[size]], [[-size]]]).astype(int)
    values = np.einsum("sk,fk->fs", shares, area[human.base.faces["body"][grown]])
    np.maximum.at(shade[..., 0], (rows + size - 1, columns), values.astype(np.float32))
    return shade


def beard_picture(beard: Beard) -> Picture:
    """The hairs on the ribbons, cut out by alpha."""
    return strand_picture("beard", beard.color, 0.7)


def _roots(human: Human, beard: Beard, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Corners (N, 4) of the faces that hairs grow from, and the shares (N, 4) of the corners."""
    faces = human.base.faces["body"]
    area = beard_area(beard.style)
    faces = faces[area[faces].max(1) > 0.05]
    at = human.vertices[faces]
    size = np.linalg.norm(np.cross(at[:, 2] - at[:, 0], at[:, 3] - at[:, 1]), axis=1)
    count = RIBBONS[beard.style]
    corners = faces[rng.choice(len(faces), 3 * count, p=size / size.sum())]
    u, v = rng.random((2, len(corners)))
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    grows = np.sum(shares * area[corners], axis=1) > rng.uniform(0.1, 0.8, len(corners))
    return corners[grows][:count], shares[grows][:count]


def _fall(roots: Floats, normals: Floats, length: Floats, rng: np.random.Generator) -> Floats:
    """Lines (N, STEPS + 1, 3): out of the skin, down and away from the middle of the lip."""
    count = len(roots)
    aside = np.sign(roots[:, 0]) * np.minimum(np.abs(roots[:, 0]) / 0.012, 1.0)
    flow = np.stack([0.45 * aside, np.full(count, -1.0), np.full(count, 0.15)], axis=1)
    flow += rng.normal(0, 0.22, flow.shape)
    flow -= np.sum(flow * normals, axis=1, keepdims=True) * normals
    heading = flow / np.linalg.norm(flow, axis=1, keepdims=True) + 0.30 * normals
    step = length * rng.uniform(0.6, 1.1, (count, 1)) / STEPS
    lines = [roots - 0.0008 * normals]
    for _ in range(STEPS):
        heading = heading + [0.0, -0.25, 0.0]
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        lines.append(lines[-1] + step * heading)
    return np.stack(lines, axis=1)


def _below(values: Floats, limit: Floats | float) -> Floats:
    return smoothstep(values - limit, EDGE / 2, -EDGE / 2)


def _above(values: Floats, limit: Floats | float) -> Floats:
    return smoothstep(values - limit, -EDGE / 2, EDGE / 2)


def _between(values: Floats, low: float, high: float) -> Floats:
    return _above(values, low) * _below(values, high)


def _painted(name: str) -> Floats:
    """One of MakeHuman's masks at each vertex (19158,), 0–1."""
    base, size = load_base_mesh(), 512
    picture = mask(name, size, 4)[..., 0]
    places = base.uvs[base.face_uvs["body"]].reshape(-1, 2)
    columns = np.clip((places[:, 0] * size).astype(int), 0, size - 1)
    rows = np.clip(((1 - places[:, 1]) * size).astype(int), 0, size - 1)
    values = np.zeros(len(base.vertices))
    np.maximum.at(values, base.faces["body"].ravel(), picture[rows, columns])
    return values
