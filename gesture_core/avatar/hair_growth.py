"""Growing the centre lines of strands: rooted in the scalp, combed, pulled down, kept off the head.

All strands of a head step together; then neighbours gather into locks and curl.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import Floats
from gesture_core.avatar.combing import HairStyle
from gesture_core.avatar.head import Head
from gesture_core.avatar.human import Human
from gesture_core.avatar.texture import smoothstep

Mask = NDArray[np.bool_]


def scalp_roots(human: Human, head: Head, style: HairStyle, rng: np.random.Generator) -> Floats:
    """Points (style.strands, 3) at most, spread evenly over the skin inside the hairline."""
    count = style.strands
    skull = human.weights[:, human.rig.index("head")]
    faces = human.base.faces["body"]
    corners = human.vertices[faces]
    centre = corners.mean(1)
    scalp = (style.inside(head, centre) > -0.008) & (head.height(centre) > -0.95)
    corners = corners[scalp & (skull[faces].mean(1) > 0.3)]
    diagonals = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    area = np.linalg.norm(np.cross(*diagonals), axis=1)
    picked = corners[rng.choice(len(corners), 4 * count, p=area / area.sum())]
    u, v = rng.random((2, 4 * count, 1))
    low, high = (
        (1 - v) * picked[:, 0] + v * picked[:, 1],
        (1 - v) * picked[:, 3] + v * picked[:, 2],
    )
    points = (1 - u) * low + u * high
    inside = style.inside(head, points)
    rooted = inside > rng.uniform(-0.001, 0.005, len(points))
    points, inside = points[rooted], inside[rooted]
    # a third more hair in the first centimetre, where skin would show between the roots
    share = np.where(inside < 0.012, 1.0, 0.6)
    return points[rng.random(len(points)) < share][:count]


def grow(
    roots: Floats, head: Head, style: HairStyle, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Centre lines (N, S+1, 3) of the strands and the outward normal at each point."""
    _, normal = head.surface.query(roots)
    side = _side_of_parting(roots, head, style, rng)
    flow, length, floor = style.comb(roots, head, side, rng)
    if style.stretch != 1.0:
        crown = head.eye + head.length
        length, floor = length * style.stretch, crown - (crown - floor) * style.stretch
    full_step = (length * rng.uniform(0.85, 1.1, len(roots)) / style.segments)[:, None]
    step = full_step
    target = knot_centre(head, style.knot[0], 0.008) if style.knot else None
    away = rng.uniform(*style.volume, len(roots))
    drift = rng.normal(0, 0.05, roots.shape)
    if style.hug:  # combed along the skin, not away from it
        flow = flow - np.maximum(np.sum(flow * normal, axis=1, keepdims=True), 0) * normal
    heading = _unit(style.lift * normal + flow)
    points, place = [roots - 0.001 * normal], roots
    free, outward = np.zeros((len(roots), 1)), normal
    before = np.where(roots[:, 2] > head.axis - 0.01, 1.0, -1.0)
    for index in range(style.segments):
        t = (index + 1) / style.segments
        pull = style.gravity + style.fall * free
        heading = _unit(heading * (1 - pull) + pull * np.array([0.0, -1.0, 0.0]) + 0.3 * t * drift)
        heading = _style_forces(place, heading, head, style, side, t)
        if style.hangs:
            heading = _over_shoulders(place, heading, outward * (1 - free), head, style, before)
        if target is not None:
            left = target - place
            heading = _unit(0.35 * heading + 0.65 * _unit(left))
            step = np.minimum(full_step, np.linalg.norm(left, axis=1, keepdims=True) * 0.9)
        following = place + heading * step
        if style.blunt:
            following = _cut_at(floor, place, following)
        signed, outward = head.surface.query(following)
        room = away * min(1.0, 3 * t) + _clothes(style, head, following)
        pushed = following + np.maximum(room - signed, 0.0)[:, None] * outward
        free = smoothstep(signed - room, 0.002, 0.02)[:, None]
        contact = np.linalg.norm(pushed - following, axis=1, keepdims=True) > 1e-9
        if style.hug:
            heading = _unit(heading - style.hug * free * outward)
        heading = np.where(contact, _unit(0.4 * heading + 0.6 * _unit(pushed - place)), heading)
        grounded = pushed[:, 1] < floor - 1e-6
        place = np.where(grounded[:, None], place, pushed)
        points.append(place)
    lines = np.stack(points, axis=1)
    for _ in range(2):
        lines[:, 1:-1] = (lines[:, :-2] + 2 * lines[:, 1:-1] + lines[:, 2:]) / 4
    if style.locks:
        lines = _curl_locks(lines, normal, style, rng)
    lines, normals = keep_off(lines, away, head, style)
    if style.blunt and style.face_gap:
        kept = _off_face(lines, head, style)
        lines, normals = lines[kept], normals[kept]
    return lines, normals


def keep_off(lines: Floats, away: Floats, head: Head, style: HairStyle) -> tuple[Floats, Floats]:
    """The lines (N, S+1, 3) pushed to their distance `away` (N,) of the head, and its normals."""
    flat = lines[:, 1:].reshape(-1, 3)
    steps = lines.shape[1] - 1
    ramp = np.minimum(1.0, 3 * np.arange(1, steps + 1) / steps)
    distance = np.outer(away, ramp).ravel() + _clothes(style, head, flat)
    lines[:, 1:] = head.surface.push_out(flat, distance).reshape(len(lines), -1, 3)
    _, normals = head.surface.query(lines.reshape(-1, 3))
    return lines, normals.reshape(lines.shape)


def knot_centre(head: Head, height: float, depth: float) -> Floats:
    """Point (3,) `depth` metres off the back of the head, where strands are tied together."""
    behind = np.array([[0.0, head.eye + height * head.length, head.axis - 0.2]])
    signed, normal = head.surface.query(behind)
    return (behind - (signed - depth)[:, None] * normal)[0]


def coils(
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


def hang_tail(head: Head, style: HairStyle, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Lines (N, S+1, 3) of the hair that hangs from a knot, gathered at its root, and normals."""
    assert style.knot is not None
    height, radius = style.knot
    count = 420
    tie = knot_centre(head, height, 0.012)
    around = _unit(rng.normal(0, 1, (count, 3)) * [1.0, 1.0, 0.3])
    place = tie + radius * rng.uniform(0.5, 1.0, (count, 1)) * around
    # springs back from the tie, then falls; the bundle is widest a third of the way down
    heading = _unit(np.array([0.0, 0.45, -1.0]) + 0.25 * around)
    step = style.tail * rng.uniform(0.8, 1.05, (count, 1)) / style.segments
    lines = [place]
    for index in range(style.segments):
        t = (index + 1) / style.segments
        heading = _unit(heading + [0.0, -0.55, 0.0] + 0.10 * (0.45 - t) * around)
        place = place + step * heading
        lines.append(head.surface.push_out(place, 0.012 + _clothes(style, head, place)))
        place = lines[-1]
    tail = np.stack(lines, axis=1)
    middle = tail.mean(0, keepdims=True)
    return tail, _unit(tail - middle + 1e-3 * around[:, None])


def _side_of_parting(
    roots: Floats, head: Head, style: HairStyle, rng: np.random.Generator
) -> Floats:
    """1 (N,) for strands that fall to the character's left, -1 for the others."""
    bend = style.parting * np.clip((head.height(roots) - 0.2) / 0.5, 0, 1)
    side = np.where(roots[:, 0] > bend, 1.0, -1.0)
    fuzzy = (np.abs(roots[:, 0] - bend) < 0.007) & (head.height(roots) > 0.74)
    return np.where(fuzzy, rng.choice([-1.0, 1.0], len(roots)), side)


def _style_forces(
    place: Floats, heading: Floats, head: Head, style: HairStyle, side: Floats, t: float
) -> Floats:
    if style.curl and t > 0.6:
        inward = np.stack([-place[:, 0], np.zeros(len(place)), head.axis - place[:, 2]], axis=1)
        heading = _unit(heading + style.curl * (t - 0.6) * _unit(inward))
    if style.cling:
        behind_face = smoothstep(place[:, 2], head.axis + 0.005, head.axis - 0.025)
        height = head.height(place)
        below = style.cling * behind_face * smoothstep(height, 0.25, -0.35)
        below *= smoothstep(height, -1.1, -0.7)
        inward = np.stack([-place[:, 0], np.zeros(len(place)), head.axis - place[:, 2]], axis=1)
        heading = _unit(heading + below[:, None] * _unit(inward))
    if style.face_gap:
        if style.blunt:  # a strand that has come round to the other side stays there
            round_it = (np.abs(place[:, 0]) > 0.008) & (head.height(place) < 0.2)
            side = np.where(round_it, np.sign(place[:, 0]), side)
        before_face = (place[:, 2] > head.axis + 0.02) & (head.height(place) < 0.80)
        need = np.maximum(style.face_gap - np.abs(place[:, 0]), 0) * before_face
        aside = np.stack([side * np.minimum(1, 30 * need), 0 * need, -0.05 * (need > 0)], axis=1)
        heading = _unit(heading + aside)
    return heading


def _over_shoulders(
    place: Floats, heading: Floats, outward: Floats, head: Head, style: HairStyle, before: Floats
) -> Floats:
    """Headings of hair on the body: off the top of the shoulders, to the front where `before`
    (N,) is 1 and to the back where it is -1, and not over their ends; `outward` (N, 3): normal
    of the body under a strand that touches it, 0 under others."""
    on_body = smoothstep(head.height(place), -0.9, -1.3)
    on_top = on_body * smoothstep(outward[:, 1], 0.35, 0.75)
    beyond = on_body * smoothstep(np.abs(place[:, 0]), style.spread - 0.02, style.spread + 0.03)
    aside = -beyond * np.sign(place[:, 0])
    ahead = 0.7 * before * on_top
    return _unit(heading + np.stack([aside, 0 * aside, ahead], axis=1))


def _off_face(lines: Floats, head: Head, style: HairStyle) -> Mask:
    """Which strands (N,) leave face and throat free."""
    points = lines.reshape(-1, 3)
    height = head.height(points)
    low = (height < 0.35) & (height > -1.6) & (points[:, 2] > head.axis + 0.02)
    across = low & (np.abs(points[:, 0]) < 0.7 * style.face_gap)
    return ~across.reshape(lines.shape[:2]).any(axis=1)


def _cut_at(floor: Floats, place: Floats, following: Floats) -> Floats:
    """Steps (N, 3) that would pass below `floor` (N,) end on it."""
    drop = place[:, 1] - following[:, 1]
    share = np.clip((place[:, 1] - floor) / np.maximum(drop, 1e-6), 0.0, 1.0)
    passing = following[:, 1] < floor
    return np.where(passing[:, None], place + share[:, None] * (following - place), following)


def _clothes(style: HairStyle, head: Head, points: Floats) -> Floats:
    """Room (N,) in metres that long hair leaves to the clothes over neck and shoulders."""
    return style.over_clothes * smoothstep(head.height(points), -0.95, -1.45)


def _curl_locks(
    lines: Floats, normal: Floats, style: HairStyle, rng: np.random.Generator
) -> Floats:
    """Draw strands together into locks towards their tips, and wind them with their lock."""
    count, points, _ = lines.shape
    guides = rng.choice(count, min(style.locks, count), replace=False)
    lock = np.asarray(KDTree(lines[guides, 0]).query(lines[:, 0])[1])
    t = np.linspace(0, 1, points)[None, :, None]
    offset = lines[:, :1] - lines[guides[lock], :1]
    lines = lines + style.clump * t * (lines[guides[lock]] + offset * (1 - t) - lines)
    if not style.wave:
        return lines
    size, wavelength = style.wave
    tangent = _unit(np.gradient(lines, axis=1))
    across = _unit(np.cross(tangent, normal[:, None, :]))
    outward = np.cross(across, tangent)
    length = np.linalg.norm(np.diff(lines, axis=1), axis=-1)
    travelled = np.concatenate([np.zeros((count, 1)), np.cumsum(length, axis=1)], axis=1)
    stretch = rng.uniform(0.85, 1.2, len(guides))[lock]
    start = rng.uniform(0, 2 * np.pi, len(guides))[lock] + rng.normal(0, 0.35, count)
    phase = (2 * np.pi * travelled / wavelength * stretch[:, None] + start[:, None])[..., None]
    turn = rng.choice([-1.0, 1.0], len(guides))[lock][:, None, None]
    ramp = size * smoothstep(travelled, 0.0, 1.8 * wavelength)[..., None]
    sideways = np.cos(phase) * across
    return lines + ramp * (sideways + style.coil * turn * np.sin(phase) * outward)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
