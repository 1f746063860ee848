"""Finished openings: a ribbed band, or a plain turned hem, lofted along a garment's border."""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import BODY, Floats, Ints
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part
from gesture_core.avatar.surface import border_edges
from gesture_core.avatar.texture import encode, height_to_normal
from gesture_core.formats.glb_writer import Picture

POINTS = 96  # around an opening


def band(
    part: Part,
    owner: Ints,
    opening: int,
    normal: Floats,
    profile: Floats,
    ribs: int,
    human: Human | None = None,
) -> Part:
    """Loft a profile around one opening of a garment.

    owner (N,) opening of each border vertex; normal (3,) points out of the opening; profile
    (R, 2) metres: along the normal and away from the opening's centre; ribs: texture repeats.
    With a human given the band follows the skin next to it, else the garment's border.
    """
    ring, weights = _even_loop(part, owner, opening)
    centre = ring.mean(0)
    radial = ring - centre
    radial -= np.outer(radial @ normal, normal)
    radial /= np.linalg.norm(radial, axis=1, keepdims=True)
    along, out = profile.T
    rows = ring + along[:, None, None] * normal + out[:, None, None] * radial  # (R, POINTS, 3)
    index = np.arange(rows.shape[0] * POINTS).reshape(-1, POINTS)
    following = np.roll(index, -1, axis=1)
    faces = np.stack([index[:-1], following[:-1], following[1:], index[1:]], -1).reshape(-1, 4)
    u = np.arange(POINTS + 1) / POINTS * ribs
    corners_u = np.stack([u[:-1], u[1:], u[1:], u[:-1]], axis=-1)
    travel = np.r_[0, np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))] / 0.02
    corners_v = np.stack([travel[:-1], travel[:-1], travel[1:], travel[1:]], axis=-1)
    uvs = np.stack(np.broadcast_arrays(corners_u[None], corners_v[:, None]), axis=-1)
    positions = rows.reshape(-1, 3)
    turned = np.sum(np.cross(rows[0, 1] - rows[0, 0], rows[1, 0] - rows[0, 0]) * radial[0]) < 0
    if turned:
        faces, uvs = faces[:, ::-1], uvs[..., ::-1, :]
    weights = np.tile(weights, (len(rows), 1))
    if human is not None:
        _, near = KDTree(human.vertices[BODY]).query(positions, k=8)
        weights = human.weights[near].mean(1)
    return Part("bands", faces, positions, weights, uvs.reshape(-1, 4, 2))


def _even_loop(part: Part, owner: Ints, opening: int) -> tuple[Floats, Floats]:
    """The border of one opening as a smooth closed ring (POINTS, 3) with weights."""
    edges = border_edges(part.faces)
    following = dict(edges[(owner[edges] == opening).all(1)].tolist())
    start = vertex = next(iter(following))
    loop = [start]
    while (vertex := following.pop(vertex)) != start:
        loop.append(vertex)
    closed = part.positions[[*loop, start]]
    travelled = np.r_[0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    even = np.arange(POINTS) / POINTS * travelled[-1]
    sample = lambda rows: np.stack([np.interp(even, travelled, c) for c in rows.T], axis=1)  # noqa: E731
    ring = gaussian_filter1d(sample(closed), 2.0, axis=0, mode="wrap")
    weights = gaussian_filter1d(sample(part.weights[[*loop, start]]), 4.0, axis=0, mode="wrap")
    return ring, weights / weights.sum(1, keepdims=True)


def knit_picture(size: int = 128) -> Picture:
    """Normal map of 4 by 4 stocking stitches, which tiles: columns of small Vs."""
    place = 2 * np.pi * 4 * (np.arange(size) + 0.5) / size
    across, down = np.meshgrid(place, place)
    column = np.abs(np.sin(across / 2))
    stitch = 0.5 + 0.5 * np.cos(down + 2.2 * np.abs(np.cos(across / 2)))
    return encode("knit", height_to_normal(0.7 * column + 0.5 * column * stitch, 4.0), quality=92)


def rib_picture(size: int = 64) -> Picture:
    """Normal map of one knitted rib, which tiles."""
    height = np.tile(0.5 + 0.5 * np.cos(2 * np.pi * (np.arange(size) + 0.5) / size), (size, 1))
    stitch = 0.12 * np.cos(2 * np.pi * 4 * (np.arange(size) + 0.5) / size)[:, None]
    return encode("rib", height_to_normal(height + stitch * height, 9.0), quality=92)
