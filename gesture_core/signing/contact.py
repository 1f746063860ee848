"""Skin against skin: how deep the arms of a track are in the body and in each other, and the
smallest smooth movement of the wrists that takes them out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.volume import FAR
from gesture_core.correction.cover import cover, hann_mean
from gesture_core.kinematics import nearest_on_segment, unit
from gesture_core.rotation import Array
from gesture_core.signing.arms import track_to_rotations
from gesture_core.signing.skin import signing_volume
from gesture_core.signing.track import Track
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics

ALLOWED = 0.003
"""Metres of overlap that count as touching."""
AIM = 0.001
_SMOOTHING = 0.1
"""Seconds before and after an overlap over which the hand moves away and back."""
_PASSES = 12
ASIDE = np.array([0.5, -0.8, 0.0])
"""Hands that are in each other may part one way and then the other, and never come apart: so they
go round each other, the left one outwards and below."""
_ASIDE_WEIGHT = 0.8
"""How much `ASIDE` counts for hands that pass each other, by the mean way out of their overlaps."""
_AGREED = 0.8
"""Length of that mean from which on the ways out agree: those hands just touch."""
_ENCOUNTER = 0.2
"""Seconds without overlap between two encounters of the hands."""
_NEAR = 0.05
"""Metres from an arm within which its gaps are measured."""
_MEETING = 0.002
"""Metres between the middle lines of two parts from which on they cross."""
FOREARM = 2
"""Number of an arm's capsules that are of the forearm."""
_SLEEVE = 0.001
"""Metres by which sleeves give way before a forearm counts as touching."""
_FOREARM_FOLLOWS = 0.6
"""How far the middle of what touches on a forearm follows the wrist."""


@dataclass(frozen=True)
class Overlap:
    """One arm of P capsules, first those of the forearm, among N others over T frames.

    `depth` `(T, P, N)` metres, negative outside and at least −0.1; `away` `(T, P, N, 3)`: unit
    direction out, zero where that is far; `girth` `(P, N)`: metres from middle line to middle line
    of two that touch; `body` `(N,)`: whether a capsule is of head or trunk rather than of the
    other arm.
    """

    depth: Array
    away: Array
    girth: Array
    body: NDArray[np.bool_]


def overlaps(track: Track) -> dict[str, Overlap]:
    """How the left and the right arm of a track lie to the body and to each other."""
    rotations = track_to_rotations(track)
    root = np.broadcast_to(HUMANOID.rest_positions[0], (track.frames, 3))
    positions, turned = forward_kinematics(HUMANOID, rotations, root)
    volume = signing_volume()
    body = volume.body.endpoints(positions, turned)
    arms = {side: volume.arm_capsules[side].endpoints(positions, turned) for side in SIDES}
    found: dict[str, Overlap] = {}
    for side, other in zip(SIDES, reversed(SIDES), strict=True):
        start, end = (np.concatenate(pair, axis=1) for pair in zip(body, arms[other], strict=True))
        radius = np.concatenate([volume.body.radius, volume.arm_capsules[other].radius])
        girth = volume.arm_capsules[side].radius[:, None] + radius
        girth[:FOREARM] -= _SLEEVE
        depth, away = _overlap(arms[side], (start, end), girth)
        found[side] = Overlap(depth, away, girth, np.arange(len(radius)) < len(volume.body.radius))
    return found


def clear(track: Track) -> Track:
    """The track with wrists moved, smoothly and no further than needed, so that no arm is deeper
    than `ALLOWED` in the body or the other arm. A track without such overlaps is returned as is."""
    radius = max(1, round(_SMOOTHING * track.fps))
    near = np.arange(track.frames)
    for number in range(_PASSES):
        found = overlaps(track.during(near))
        out = {side: _whole(_out_of_body(found[side]), near, track.frames) for side in SIDES}
        between = found["left"]
        parting = _passed(between, near, track) if number else _parted(between)
        part = _whole(0.5 * parting, near, track.frames)
        pushed = np.flatnonzero(np.any([part, *out.values()], axis=(0, 2)))
        if not len(pushed):
            break
        apart = _smooth(part, radius)
        left, right = (_smooth(out[side], radius) for side in SIDES)
        left, right = left + apart, right - apart
        track = replace(
            track,
            weak=replace(track.weak, wrist=track.weak.wrist + left),
            strong=replace(track.strong, wrist=track.strong.wrist + right),
        )
        # only what moves can come into contact anew
        around = pushed[:, None] + np.arange(-2 * radius, 2 * radius + 1)
        near = np.unique(np.clip(around, 0, track.frames - 1))
    return track


def _whole(push: Array, near: NDArray[np.intp], frames: int) -> Array:
    """Displacements `(T, 3)` of all frames from those of the frames `near`."""
    whole = np.zeros((frames, 3))
    whole[near] = push
    return whole


def _out_of_body(overlap: Overlap) -> Array:
    """Displacement `(T, 3)` of the wrist out of the parts of the body its arm is too deep in."""
    return _straight_out(overlap, overlap.body)


def _parted(overlap: Overlap) -> Array:
    """Displacement `(T, 3)` of the wrist, against the other one, out of the other arm."""
    return _straight_out(overlap, ~overlap.body)


def _straight_out(overlap: Overlap, among: NDArray[np.bool_]) -> Array:
    depth, away = overlap.depth[:, :, among], overlap.away[:, :, among]
    excess = np.maximum(depth - AIM, 0.0)
    excess[:, :FOREARM] /= _FOREARM_FOLLOWS
    size = np.max(excess, axis=(1, 2))
    size[np.max(depth, axis=(1, 2)) <= ALLOWED] = 0.0
    return unit(np.einsum("tpn,tpnx->tx", excess**2, away)) * size[:, None]


def _passed(overlap: Overlap, frames: NDArray[np.intp], track: Track) -> Array:
    """Displacement as of `_parted` for hands that pass each other: across their way, and in one
    direction for all the time of an encounter, so that one goes round the other."""
    lead = track.weak.wrist - track.strong.wrist
    made = np.zeros((len(frames), 3))
    deep = np.flatnonzero(overlap.depth[:, :, ~overlap.body].max(axis=(1, 2)) > ALLOWED)
    starts = np.flatnonzero(np.diff(frames[deep]) > _ENCOUNTER * track.fps) + 1
    for met in np.split(deep, starts) if len(deep) else []:
        depth, away = (values[met][:, :, ~overlap.body] for values in (overlap.depth, overlap.away))
        weight = np.maximum(depth - AIM, 0.0) ** 2
        before, after = np.clip(frames[met[[0, -1]]] + [-1, 1], 0, track.frames - 1)
        along = unit(lead[after] - lead[before])
        way = np.einsum("tpn,tpnx->x", weight, away) / weight.sum()
        if np.linalg.norm(way) < _AGREED:
            way = way + _ASIDE_WEIGHT * ASIDE
            way = way - (way @ along) * along
        way = unit(way)
        made[met] = _needed(depth, away @ way, overlap.girth[:, ~overlap.body])[:, None] * way
    return made


def _needed(depth: Array, cosine: Array, girth: Array) -> Array:
    """Metres `(T,)` to go in a direction until capsules are only `AIM` deep; `cosine` of the angle
    between it and the way out, by the law of cosines."""
    apart = girth - depth
    towards = apart * cosine
    need = np.sqrt(np.maximum(towards**2 + (girth - AIM) ** 2 - apart**2, 0.0)) - towards
    need[depth <= AIM] = 0.0
    need[:, :FOREARM] /= _FOREARM_FOLLOWS
    return need.max(axis=(1, 2))


def _smooth(push: Array, radius: int) -> Array:
    size = cover(np.linalg.norm(push, axis=-1), radius)
    return unit(hann_mean(push, 2 * radius)) * size[:, None]


def _overlap(
    arm: tuple[Array, Array], others: tuple[Array, Array], girth: Array
) -> tuple[Array, Array]:
    """Depth `(T, P, N)` and way out `(T, P, N, 3)` of capsules in others that touch at `girth`
    `(P, N)`; only those near the sphere that bounds a frame's arm are measured."""
    start, end = arm
    middle = 0.5 * (start + end).mean(axis=1)
    reach = np.maximum(_length(start - middle[:, None]), _length(end - middle[:, None]))
    bound = reach.max(axis=1) + _NEAR
    gap = _length(middle[:, None] - nearest_on_segment(middle[:, None], *others))
    frame, other = np.nonzero(gap < bound[:, None] + girth.max(axis=0))
    one, two = segment_points(
        start[frame], end[frame], others[0][frame, other, None], others[1][frame, other, None]
    )
    apart = one - two
    distance = _length(apart)
    # lines that meet tell no way: there hands part from middle to middle
    pair, part = np.nonzero(distance < _MEETING)
    between = middle[frame] - 0.5 * (others[0] + others[1])[frame, other]
    apart[pair, part] = between[pair]
    shape = (len(start), *girth.T.shape)
    depth, away = np.full(shape, -FAR), np.zeros((*shape, 3))
    depth[frame, other] = np.maximum(girth.T[other] - distance, -FAR)
    away[frame, other] = apart / np.maximum(_length(apart), 1e-9)[..., None]
    return np.swapaxes(depth, 1, 2), np.swapaxes(away, 1, 2)


_TINY = np.finfo(float).tiny
"""Keeps a division of nothing by nothing at nothing."""
_PARALLEL = 1e-15
"""Squared sine of the angle between segments that count as parallel."""


def _length(vectors: Array) -> Array:
    return np.sqrt(_dot(vectors, vectors))


def _dot(a: Array, b: Array) -> Array:
    return np.einsum("...x,...x->...", a, b)


def segment_points(p: Array, q: Array, r: Array, s: Array) -> tuple[Array, Array]:
    """The nearest points of the segments from `p` to `q` and from `r` to `s`, all `(..., 3)`.

    The unbounded lines give a first share of the way along one segment; it is clipped, and the
    nearest point of the other segment and then of the first are taken in turn (Ericson,
    "Real-Time Collision Detection", 2005, 5.1.9).
    """
    along, across, between = q - p, s - r, p - r
    a, e, b = _dot(along, along), _dot(across, across), _dot(along, across)
    c, f = _dot(along, between), _dot(across, between)
    determinant = np.maximum(a * e - b * b, np.maximum(_PARALLEL * a * e, _TINY))
    first = np.clip((b * f - c * e) / determinant, 0.0, 1.0)
    second = np.clip((b * first + f) / np.maximum(e, _TINY), 0.0, 1.0)
    first = np.clip((b * second - c) / np.maximum(a, _TINY), 0.0, 1.0)
    return p + first[..., None] * along, r + second[..., None] * across
