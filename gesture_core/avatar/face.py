"""The parts of a face besides skin: eyes, lashes, brows, teeth and tongue."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import BODY, Floats, Ints
from gesture_core.avatar.head import EYES
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part, carve, join
from gesture_core.avatar.surface import NearestSurface, vertex_normals
from gesture_core.avatar.texture import encode, smoothstep
from gesture_core.formats.glb_writer import Picture

SIDE_GROUPS = {"left": "helper-l-eye", "right": "helper-r-eye"}


@dataclass(frozen=True)
class Brows:
    """Shape of the eyebrows: metres relative to the eye, hairs a side, colour in sRGB.

    shade: how much of the colour lies on the skin under the hairs, 0–1.
    """

    hairs: int = 260
    color: tuple[float, ...] = (0.15, 0.11, 0.09)
    shade: float = 0.5
    height: float = 0.0190
    thickness: float = 0.0032
    length: float = 0.038
    arch: float = 0.0035


def eyes(human: Human) -> Part:
    """Both eyeballs, textured by the angle from the line of sight: 90° reaches the border.

    They follow the eye bones alone, as VRM has it: with expressions too, a gaze that drives both
    would turn them twice. The lids keep their eyeLook expressions.
    """
    balls = [_eyeball(human, group) for group in SIDE_GROUPS.values()]
    return join("eyes", balls)


def _eyeball(human: Human, group: str) -> Part:
    part = carve(human, group, human.base.faces[group], human.base.face_uvs[group], levels=2)
    low, high = part.positions.min(0), part.positions.max(0)
    ray = part.positions - (low + high) / 2
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    angle = np.degrees(np.arccos(np.clip(ray[:, 2], -1, 1)))
    around = np.arctan2(ray[:, 1], ray[:, 0])
    radius = np.minimum(angle, 90) / 180
    uvs = 0.5 + np.stack([radius * np.cos(around), radius * np.sin(around)], axis=1)
    return Part(part.name, part.faces, part.positions, part.weights, uvs[part.faces], None)


def eye_picture(iris: tuple[float, ...], size: int = 512) -> Picture:
    """The painted eye, encoded."""
    return encode("eye", paint_eye(iris, size=size), quality=92)


def paint_eye(iris: tuple[float, ...], half_angle: float = 25.0, *, size: int = 512) -> Floats:
    """Sclera shaded by the lid, iris with fibres and limbal ring, pupil: (S, S, 3) sRGB 0–1.

    half_angle: degrees that half the iris covers as seen from the middle of the eyeball.
    """
    rng = np.random.default_rng(2)
    place = np.linspace(0.5 / size - 0.5, 0.5 - 0.5 / size, size)
    x, y = place[None, :], -place[:, None]
    angle = 180.0 * np.hypot(x, y)
    around = np.arctan2(y, x)
    knots = np.linspace(-np.pi, np.pi, 241)
    fibre = np.interp(around, knots, _smooth_circle(rng.standard_normal(241)))[..., None]
    sclera = np.array([0.89, 0.865, 0.845]) - 0.20 * smoothstep(angle, 38, 90)[..., None] * [
        0.5,
        1.0,
        1.1,
    ]
    # the lid's shadow, which no renderer gives for free at this size
    sclera = sclera * (1 - 0.22 * smoothstep(y, 0.02, 0.22)[..., None])
    angle = angle * 25.0 / half_angle
    ring = 1 - 0.72 * smoothstep(angle, 19, 25.5)[..., None]
    glow = 1 + 0.9 * (smoothstep(angle, 17, 9) * smoothstep(-y, -0.08, 0.10))[..., None]
    color = np.array(iris) * (1 + 0.30 * fibre) * ring * glow
    inside = smoothstep(angle, 26.2, 24.2)[..., None]
    pupil = smoothstep(angle, 9.6, 8.0)[..., None]
    picture = sclera * (1 - inside) + color * inside
    return picture * (1 - pupil) + 0.012 * pupil


def _smooth_circle(values: Floats) -> Floats:
    """Values on a circle with neighbours mixed, unit variance."""
    mixed = values + 0.6 * (np.roll(values, 1) + np.roll(values, -1))
    return mixed / mixed.std()


def teeth(human: Human, lower_by: float = 0.0052) -> Part:
    """Both rows; the upper one is set lower than MakeHuman's, which no smile would show."""
    rows = []
    for group in ("helper-upper-teeth", "helper-lower-teeth"):
        row = carve(human, group, human.base.faces[group], human.base.face_uvs[group], levels=2)
        drop = lower_by if "upper" in group else 0.0
        rows.append(replace(row, positions=row.positions - [0.0, drop, 0.0015]))
    return join("teeth", rows)


def tongue(human: Human) -> Part:
    group = "helper-tongue"
    return carve(human, "tongue", human.base.faces[group], human.base.face_uvs[group], levels=1)


def lashes(human: Human) -> Part:
    """Single curved hairs along MakeHuman's lash strips: solid strips look like eyeliner."""
    rng = np.random.default_rng(9)
    rows: list[Floats] = []
    strips = [f"helper-{side}-eyelashes-{row}" for side in "lr" for row in (1, 2)]
    quads = np.concatenate([human.base.faces[strip] for strip in strips])
    skin = NearestSurface.of(
        human.vertices[BODY], vertex_normals(human.vertices, human.base.faces["body"])[BODY]
    )
    away = skin.tree.query(human.vertices)[0]
    per_quad = 5
    corners = []
    for quad in quads:
        first = int(np.argmin([away[quad[k]] + away[quad[(k + 1) % 4]] for k in range(4)]))
        quad = np.roll(quad, -first)  # edge 0–1 grows from the lid, edge 3–2 is the tip
        for k in range(per_quad):
            along = (k + 0.5) / per_quad + rng.normal(0, 0.05)
            out, half = rng.uniform(0.55, 1.0), 0.10
            for u, v in ((along - half, 0.0), (along + half, 0.0), (along + 0.25, out)):
                rows.append(np.array([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v]))
                corners.append(quad)
    shares, corners = np.array(rows), np.array(corners)
    mix = lambda field: np.einsum("nk,...nkc->...nc", shares, field)  # noqa: E731
    weights = np.clip(mix(human.weights[corners]), 0, None)
    faces = np.arange(len(rows)).reshape(-1, 3)
    return Part(
        "lashes",
        faces,
        mix(human.vertices[corners]),
        weights / weights.sum(1, keepdims=True),
        np.tile([[0.0, 0.0], [1.0, 0.0], [0.5, 1.0]], (len(faces), 1, 1)),
        np.einsum("nk,enkc->enc", shares, human.expressions[:, corners]),
    )


def brow_shade(human: Human, shape: Brows, place: Floats) -> Floats:
    """How much of the brows' colour lies on the skin (S, S, 1) under the hairs, 0–1."""
    eye, t = human.vertices[EYES], np.linspace(0.03, 0.97, 24)
    front = place[..., 2] > eye[:, 2].mean() - 0.02
    near = np.nonzero(front & (np.abs(place[..., 1] - eye[:, 1].mean() - shape.height) < 0.03))
    points = place[near][:, :2]
    values = np.zeros(len(points), dtype=np.float32)
    half = _brow_half(shape, t) + 0.0012
    for side in (1, -1):
        line = _brow_line(human, shape, side, t)
        for centre, radius, strength in zip(line, half, 0.75 + 0.25 * t, strict=True):
            away = np.linalg.norm(points - centre, axis=1) / radius
            values = np.maximum(values, strength * smoothstep(away, 1.25, 0.35))
    shade = np.zeros((*place.shape[:2], 1), dtype=np.float32)
    shade[near] = values[:, None]
    return shade


def _brow_half(shape: Brows, t: Floats) -> Floats:
    """Half the brow's thickness (N,) at a share t of its length."""
    tail = np.clip((t - 0.68) / 0.32, 0, 1)
    return shape.thickness * (0.55 + 0.45 * smoothstep(t, 0.0, 0.18)) * (1 - 0.85 * tail)


def _brow_line(human: Human, shape: Brows, side: int, t: Floats) -> Floats:
    """Centre line (N, 2) of a brow in the frontal plane."""
    eye = human.vertices[EYES]
    centre = eye[eye[:, 0] * side > 0].mean(0)
    tail = np.clip((t - 0.68) / 0.32, 0, 1)
    x = centre[0] + side * (-0.0155 + shape.length * t)
    rise = shape.arch * np.sin(1.35 * np.minimum(1, t / 0.68)) - 0.0036 * tail**1.4
    return np.stack([x, centre[1] + shape.height + rise], axis=1)


def brows(human: Human, skin: Part, shape: Brows) -> Part:
    """Short hairs lying on the skin part, moved by its expressions and weights."""
    rng = np.random.default_rng(4)
    front = np.flatnonzero(vertex_normals(skin.positions, skin.faces)[:, 2] > 0.2)
    tree = KDTree(skin.positions[front, :2])
    sides = [_brow_strokes(human, shape, side, rng) for side in (1, -1)]
    strokes = np.concatenate(sides)  # (H, 4, 2) in the frontal plane
    _, near = tree.query(strokes.reshape(-1, 2), k=4)
    near = front[near]
    away = np.linalg.norm(skin.positions[near][..., :2] - strokes.reshape(-1, 1, 2), axis=-1)
    share = 1 / (away + 1e-4) ** 2
    share /= share.sum(1, keepdims=True)
    depth = np.einsum("nk,nk->n", share, skin.positions[near][..., 2])
    rise = 0.0003 + 0.0009 * np.sin(np.linspace(0, 3.1, 4))
    line = np.concatenate([strokes, depth.reshape(-1, 4, 1) + rise[None, :, None]], axis=-1)
    return _thin_ribbons(skin, line, near, share)


def _brow_strokes(human: Human, shape: Brows, side: int, rng: np.random.Generator) -> Floats:
    """Hairs (H, 4, 2) of one brow in the frontal plane: upright inside, flat outside."""
    t = rng.random(shape.hairs) ** 0.92
    tail = np.clip((t - 0.68) / 0.32, 0, 1)
    x, y = _brow_line(human, shape, side, t).T
    y = y + _brow_half(shape, t) * rng.uniform(-1, 1, shape.hairs)
    rise = 1.05 * (1 - np.minimum(1, t / 0.35)) ** 1.2 + 0.30 * (1 - t) - 0.42 * tail
    angle = rise + rng.normal(0, 0.13, shape.hairs)
    length = rng.uniform(0.0055, 0.0085, shape.hairs) * (1 - 0.3 * t)
    q = np.linspace(0, 1, 4)[None, :]
    bow = 1 - 0.30 * q
    return np.stack(
        [
            x[:, None] + side * np.cos(angle)[:, None] * length[:, None] * q,
            y[:, None] + np.sin(angle)[:, None] * length[:, None] * q * bow,
        ],
        axis=-1,
    )


def _thin_ribbons(skin: Part, line: Floats, near: Ints, share: Floats) -> Part:
    count, points, _ = line.shape
    heading = np.gradient(line, axis=1)
    across = np.stack([-heading[..., 1], heading[..., 0], 0 * heading[..., 0]], axis=-1)
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    half = 0.00013 * (1 - 0.8 * np.linspace(0, 1, points))[None, :, None]
    positions = np.stack([line - half * across, line + half * across], axis=2).reshape(-1, 3)
    start = 2 * points * np.arange(count)[:, None] + 2 * np.arange(points - 1)
    faces = np.stack([start, start + 1, start + 3, start + 2], axis=-1).reshape(-1, 4)
    near, share = near.repeat(2, axis=0), share.repeat(2, axis=0)
    assert skin.expressions is not None
    return Part(
        "brows",
        faces,
        positions,
        np.einsum("nk,nkb->nb", share, skin.weights[near]),
        np.zeros((len(faces), 4, 2)),
        np.einsum("nk,enkc->enc", share, skin.expressions[:, near]),
    )
