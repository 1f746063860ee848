"""Hair grown as ribbons: roots above a hairline, combed, pulled down, kept off the head.

All strands of a head step together. A ribbon is a few hairs wide; its texture holds the
single hairs with a cut-out alpha. Hair is bound to the head bone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import BODY, Floats
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part
from gesture_core.avatar.surface import NearestSurface, subdivide, vertex_normals
from gesture_core.avatar.texture import encode, smoothstep
from gesture_core.formats.glb_writer import Picture

EYES = slice(14_598, 14_742)
PATTERNS = 4  # strips side by side in the strand texture


@dataclass(frozen=True)
class HairStyle:
    """Growth of one haircut. Angles in degrees around the head, 0 in front; lengths in metres.

    hairline: (angle, height) where height 0 is the eyes and 1 the crown.
    lift: how far roots point away from the scalp; volume: least and greatest distance of a
    lock from the head; width: of a ribbon; gravity: share of "down" gained by each step;
    knot: height on the back of the head and radius (metres) of a bun.
    """

    hairline: tuple[tuple[float, float], ...]
    lift: float
    volume: tuple[float, float]
    width: float
    gravity: float
    segments: int
    parting: float = 0.0
    curl: float = 0.0
    face_gap: float = 0.0
    tips: float = 0.3
    knot: tuple[float, float] | None = None


@dataclass(frozen=True)
class Head:
    """Measures every style needs: the eyes' height, eye-to-crown length, centre axis, surface."""

    eye: float
    length: float
    axis: float
    surface: NearestSurface

    def angle(self, points: Floats) -> Floats:
        """Degrees (N,) from the front around the vertical axis, 0–180 on either side."""
        return np.degrees(np.abs(np.arctan2(points[:, 0], points[:, 2] - self.axis)))

    def height(self, points: Floats) -> Floats:
        """0 at the eyes, 1 at the crown."""
        return (points[:, 1] - self.eye) / self.length

    def above(self, points: Floats, style: HairStyle) -> Floats:
        """Metres (N,) above the hairline, negative on skin."""
        angles, heights = zip(*style.hairline, strict=True)
        line = np.interp(self.angle(points), angles, heights)
        return (self.height(points) - line) * self.length


Comb = Callable[[Floats, Head, Floats, np.random.Generator], tuple[Floats, Floats, Floats]]

FRINGE = ((0.0, 0.60), (22.0, 0.60), (38.0, 0.50), (50.0, 0.30))
BOB = HairStyle(
    hairline=(*FRINGE, (58, 0.05), (66, -0.12), (76, -0.12), (80, 0.10), (108, 0.10))
    + ((116, -0.20), (135, -0.55), (180, -0.70)),
    lift=0.10,
    volume=(0.002, 0.012),
    width=0.0080,
    gravity=0.42,
    segments=9,
    parting=0.03,
    curl=0.8,
    face_gap=0.062,
)
TWO_BLOCK = HairStyle(
    hairline=((0, 0.60), (22, 0.60), (38, 0.52), (50, 0.34), (58, 0.05), (64, -0.15))
    + ((76, -0.15), (80, 0.22), (108, 0.22), (116, -0.10), (135, -0.50), (180, -0.62)),
    lift=0.16,
    volume=(0.001, 0.009),
    width=0.0048,
    gravity=0.20,
    segments=5,
    parting=0.02,
    tips=0.6,
)
BUN = HairStyle(
    hairline=((0, 0.55), (22, 0.55), (38, 0.48), (50, 0.32), (58, 0.15), (66, 0.02), (76, 0.0))
    + ((80, 0.15), (108, 0.15), (116, -0.15), (135, -0.50), (180, -0.66)),
    lift=0.10,
    volume=(0.0015, 0.006),
    width=0.0085,
    gravity=0.0,
    segments=12,
    tips=0.1,
    knot=(0.30, 0.036),
)


def comb_bob(
    roots: Floats, head: Head, side: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Direction (N, 3), length (N,) and lowest height (N,) of every strand."""
    angle, height = head.angle(roots), head.height(roots)
    back = np.clip((angle - 70) / 60, 0, 1)
    top = np.clip((height - 0.55) / 0.35, 0, 1)
    forward = np.where(angle > 40, -0.05 - 0.35 * back, 0.05 * top - 0.12)
    aside = (1 - 0.6 * back) * (0.25 + 0.9 * top) + 0.55 * (angle < 45)
    flow = np.stack([side * aside, -0.45 - 0.3 * back, forward], axis=1)
    floor = head.eye - 0.92 * head.length + rng.normal(0, 0.005, len(roots))
    return flow + rng.normal(0, 0.05, flow.shape), np.where(angle < 60, 0.32, 0.28), floor


def comb_two_block(
    roots: Floats, head: Head, side: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Top combed forward and across, sides and nape clipped short."""
    height, count = head.height(roots), len(roots)
    short = np.clip((height + 0.6) / 1.1, 0, 1)
    flow = np.tile([0.0, -1.2, -0.35], (count, 1)) + rng.normal(0, 0.08, (count, 3))
    length = 0.010 + 0.028 * short
    on_top, crown = height > 0.50, roots[:, 2] < head.axis - 0.035
    across = np.tile([-0.45, -0.15, 0.8], (count, 1)) + rng.normal(0, 0.10, (count, 3))
    swirl = np.stack([5 * roots[:, 0], np.full(count, -0.6), np.full(count, -0.55)], axis=1)
    top = np.where(crown[:, None], swirl + rng.normal(0, 0.08, (count, 3)), across)
    top_length = np.where(crown, 0.050, 0.068 + 0.02 * rng.random(count))
    return (
        np.where(on_top[:, None], top, flow),
        np.where(on_top, top_length, length),
        np.full(count, -np.inf),
    )


def comb_bun(
    roots: Floats, head: Head, side: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Everything back; `grow` then draws the strands to the knot."""
    height, count = head.height(roots), len(roots)
    upward = np.where(height > 0.4, 0.25, -0.1)
    flow = np.stack([side * 0.25 * np.clip(height, 0, 1), upward, np.full(count, -1.0)], axis=1)
    length = np.full(count, 0.30)
    return flow + rng.normal(0, 0.04, flow.shape), length, np.full(count, -np.inf)


STYLES: dict[str, tuple[HairStyle, Comb]] = {
    "bob": (BOB, comb_bob),
    "two_block": (TWO_BLOCK, comb_two_block),
    "bun": (BUN, comb_bun),
}


def measure_head(human: Human) -> Head:
    """Head measures; the surface is the skin of head, neck and shoulders."""
    skull = human.weights[BODY, human.rig.index("head")] > 0.5
    body = human.vertices[BODY]
    eye = float(human.vertices[EYES, 1].mean())
    length = float(body[:, 1].max()) - eye
    skull &= body[:, 1] > eye - 0.3 * length
    axis = float(body[skull, 2].min() + body[skull, 2].max()) / 2 - 0.005
    step = subdivide(human.base.faces["body"], BODY.stop)
    points = step.matrix @ body
    normals = vertex_normals(points, step.faces)
    near = points[:, 1] > eye - 2.6 * length
    return Head(eye, length, axis, NearestSurface.of(points[near], normals[near]))


def scalp_roots(
    human: Human, head: Head, style: HairStyle, count: int, rng: np.random.Generator
) -> Floats:
    """Points (count, 3) spread evenly over the skin above the hairline."""
    skull = human.weights[:, human.rig.index("head")]
    faces = human.base.faces["body"]
    corners = human.vertices[faces]
    centre = corners.mean(1)
    scalp = (head.above(centre, style) > -0.008) & (head.height(centre) > -0.95)
    corners = corners[scalp & (skull[faces].mean(1) > 0.3)]
    diagonals = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    area = np.linalg.norm(np.cross(*diagonals), axis=1)
    picked = corners[rng.choice(len(corners), 4 * count, p=area / area.sum())]
    u, v = rng.random((2, 4 * count, 1))
    low, high = (1 - v) * picked[:, 0] + v * picked[:, 1], (1 - v) * picked[:, 3] + v * picked[:, 2]
    points = (1 - u) * low + u * high
    above = head.above(points, style)
    rooted = above > rng.uniform(-0.001, 0.005, len(points))
    points, above = points[rooted], above[rooted]
    # a third more hair in the first centimetre, where skin would show between the roots
    share = np.where(above < 0.012, 1.0, 0.6)
    return points[rng.random(len(points)) < share][:count]


def grow(
    roots: Floats, head: Head, style: HairStyle, comb: Comb, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Centre lines (N, S+1, 3) of the strands and the outward normal at each point."""
    _, normal = head.surface.query(roots)
    bend = style.parting * np.clip((head.height(roots) - 0.2) / 0.5, 0, 1)
    side = np.where(roots[:, 0] > bend, 1.0, -1.0)
    fuzzy = (np.abs(roots[:, 0] - bend) < 0.007) & (head.height(roots) > 0.74)
    side = np.where(fuzzy, rng.choice([-1.0, 1.0], len(roots)), side)
    flow, length, floor = comb(roots, head, side, rng)
    full_step = (length * rng.uniform(0.85, 1.1, len(roots)) / style.segments)[:, None]
    step = full_step
    target = knot_centre(head, style.knot[0], 0.008) if style.knot else None
    away = rng.uniform(*style.volume, len(roots))
    drift = rng.normal(0, 0.05, roots.shape)
    heading = _unit(style.lift * normal + flow)
    points, place = [roots - 0.001 * normal], roots
    for index in range(style.segments):
        t = (index + 1) / style.segments
        pull = style.gravity
        heading = _unit(heading * (1 - pull) + [0.0, -pull, 0.0] + 0.3 * t * drift)
        heading = _style_forces(place, heading, head, style, side, t)
        if target is not None:
            left = target - place
            heading = _unit(0.35 * heading + 0.65 * _unit(left))
            step = np.minimum(full_step, np.linalg.norm(left, axis=1, keepdims=True) * 0.9)
        following = place + heading * step
        pushed = head.surface.push_out(following, away * min(1.0, 3 * t))
        contact = np.linalg.norm(pushed - following, axis=1, keepdims=True) > 1e-9
        heading = np.where(contact, _unit(0.4 * heading + 0.6 * _unit(pushed - place)), heading)
        grounded = pushed[:, 1] < floor
        place = np.where(grounded[:, None], place, pushed)
        points.append(place)
    lines = np.stack(points, axis=1)
    for _ in range(2):
        lines[:, 1:-1] = (lines[:, :-2] + 2 * lines[:, 1:-1] + lines[:, 2:]) / 4
    flat = lines[:, 1:].reshape(-1, 3)
    ramp = np.minimum(1.0, 3 * np.arange(1, style.segments + 1) / style.segments)
    lines[:, 1:] = head.surface.push_out(flat, np.outer(away, ramp).ravel()).reshape(
        len(lines), -1, 3
    )
    _, normals = head.surface.query(lines.reshape(-1, 3))
    return lines, normals.reshape(lines.shape)


def knot_centre(head: Head, height: float, depth: float) -> Floats:
    """Point (3,) `depth` metres off the back of the head, where the strands of a bun meet."""
    behind = np.array([[0.0, head.eye + height * head.length, head.axis - 0.2]])
    signed, normal = head.surface.query(behind)
    return (behind - (signed - depth)[:, None] * normal)[0]


def _coils(
    centre: Floats, radius: float, points: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Lines (N, S, 3) over a ball, as if the strands were wound round it, and their normals."""
    count = 260
    axis = _unit(np.array([0.0, 0.0, -1.0]) + rng.normal(0, 0.35, (count, 3)))
    first = _unit(np.cross(axis, rng.normal(0, 1, (count, 3))))
    second = np.cross(axis, first)
    tilt = rng.uniform(-0.75, 0.75, (count, 1, 1)) * np.pi / 2
    turn = (rng.uniform(0, 2 * np.pi, (count, 1)) + np.linspace(0, 2.4, points))[..., None]
    ring = np.cos(turn) * first[:, None] + np.sin(turn) * second[:, None]
    normals = ring * np.cos(tilt) + axis[:, None] * np.sin(tilt)
    size = radius * rng.uniform(0.86, 1.02, (count, 1, 1)) * [1.1, 1.0, 0.85]
    return centre + size * normals, normals


def _style_forces(
    place: Floats, heading: Floats, head: Head, style: HairStyle, side: Floats, t: float
) -> Floats:
    if style.curl and t > 0.6:
        inward = np.stack([-place[:, 0], np.zeros(len(place)), head.axis - place[:, 2]], axis=1)
        heading = _unit(heading + style.curl * (t - 0.6) * _unit(inward))
    if style.face_gap:
        before_face = (place[:, 2] > head.axis + 0.02) & (head.height(place) < 0.80)
        need = np.maximum(style.face_gap - np.abs(place[:, 0]), 0) * before_face
        aside = np.stack([side * np.minimum(1, 30 * need), 0 * need, -0.05 * (need > 0)], axis=1)
        heading = _unit(heading + aside)
    return heading


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def ribbons(
    human: Human, lines: Floats, normals: Floats, style: HairStyle, rng: np.random.Generator
) -> Part:
    """Turn centre lines (N, S+1, 3) into strips of quads that lie flat on the head."""
    count, points, _ = lines.shape
    tangent = np.gradient(lines, axis=1)
    twist = rng.normal(0, 0.35, (count, 1, 1)) * [0.3, 0.0, 0.2]
    across = _unit(np.cross(tangent, normals + twist))
    t = np.linspace(0, 1, points)
    root = 0.9 if style.knot else 0.55
    taper = (root + (1 - root) * np.minimum(1, 4 * t)) * (1 - 0.45 * t**3)
    half = 0.5 * style.width * rng.uniform(0.7, 1.25, (count, 1)) * taper
    edges = np.stack([lines - across * half[..., None], lines + across * half[..., None]], axis=2)
    start = 2 * points * np.arange(count)[:, None] + 2 * np.arange(points - 1)
    faces = np.stack([start, start + 1, start + 3, start + 2], axis=-1).reshape(-1, 4)
    column = rng.integers(0, PATTERNS, count)[:, None] + [0.03, 0.97]
    u = np.broadcast_to((column / PATTERNS)[:, None, :], (count, points, 2))
    v = np.broadcast_to(t[None, :, None], (count, points, 2))
    uvs = np.stack([u, v], axis=-1).reshape(-1, 2)
    weights = np.zeros((edges.size // 3, len(human.rig.names)))
    weights[:, human.rig.index("head")] = 1.0
    return Part("hair", faces, edges.reshape(-1, 3), weights, uvs[faces])


def strand_picture(color: tuple[float, ...], tips: float, size: int = 512) -> Picture:
    """Hairs side by side in PATTERNS strips, root at the bottom, cut out by alpha."""
    rng = np.random.default_rng(5)
    strip, hairs = size // PATTERNS, 12
    x, y = np.arange(strip) + 0.5, (np.arange(size) + 0.5) / size
    alpha, shade = np.zeros((size, size)), np.ones((size, size))
    for pattern in range(PATTERNS):
        columns = slice(pattern * strip, (pattern + 1) * strip)
        tone = 0.80 + 0.13 * pattern
        for hair in range(hairs):
            begin, end = 0.10 * rng.random() ** 1.5, 1 - tips * rng.random() ** 1.3
            centre = (hair + 0.5) / hairs * strip + rng.normal(0, 1.5)
            path = centre + 2.0 * np.sin(6 * y + hair)[:, None]
            width = strip / hairs * 0.75 * (1 - 0.75 * y**2)[:, None]
            cover = (
                np.clip(1.3 - np.abs(x - path) / width, 0, 1) * ((y > begin) & (y < end))[:, None]
            )
            front = cover > alpha[:, columns]
            bright = tone * (0.65 + 0.7 * rng.random())
            shade[:, columns] = np.where(front, bright, shade[:, columns])
            alpha[:, columns] = np.maximum(alpha[:, columns], cover)
    picture = np.concatenate([shade[..., None] * np.array(color), alpha[..., None]], axis=-1)
    return encode("hair", picture[::-1])


def grow_hair(human: Human, style_name: str, strands: int, seed: int = 0) -> Part:
    """The whole head of hair of one style."""
    rng = np.random.default_rng(seed)
    style, comb = STYLES[style_name]
    head = measure_head(human)
    roots = scalp_roots(human, head, style, strands, rng)
    lines, normals = grow(roots, head, style, comb, rng)
    if style.knot is not None:
        height, radius = style.knot
        centre = knot_centre(head, height, 0.024)
        coils, outward = _coils(centre, radius, style.segments + 1, rng)
        lines, normals = np.concatenate([lines, coils]), np.concatenate([normals, outward])
    return ribbons(human, lines, normals, style, rng)


def scalp_shade(human: Human, style_name: str, positions: Floats) -> Floats:
    """How dark the skin (N,) should be painted under the hair, 0–1, soft at the hairline."""
    head, (style, _) = measure_head(human), STYLES[style_name]
    return smoothstep(head.above(positions, style), -0.004, 0.007)
