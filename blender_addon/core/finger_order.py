"""Finding the fingers of a hand by their order in the row."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .humanoid import FINGERS, segments
from .quaternion import Array, normalize
from .rig import Rig

NO_FINGER = -4.0
"""Weight of a bone in the place of another finger, or of none."""
SAME_PLACE = 2e-3
"""Joints nearer to each other than this share of the rig's size are one place."""
CLOSE = 5.0
"""The rays of a hand spring from within this many lengths of a ray."""
LONG = 0.2
"""A chain longer than this share of the rig's size is no finger."""
LONGER = 3.0
"""A chain this many times as long as the median is no finger: it is held."""
TWIN = 1.3
"""The fingers of two hands differ less than this."""
SPARE = 2
"""A hand may hold this many chains besides its fingers: a weapon, a sleeve."""

CURL, OPPOSED, MOST_HANDED = 3.6, 13.6, 5.0
"""Weights of fingers that are bent and of a thumb beside the palm, and the most they come to:
fitted on the hands of ten rigs, their joints turned at random."""

Ray = list[int]
Palm = list[Ray]


def same_place(rig: Rig) -> float:
    """How near to each other two joints of a rig are one place."""
    return SAME_PLACE * rig.size


def near(rig: Rig, bones: list[int]) -> NDArray[np.bool_]:
    """Which bones `(B,)` begin in the place where one of `bones` does."""
    apart = rig.heads[:, None] - rig.heads[bones]
    return (np.linalg.norm(apart, axis=-1) < same_place(rig)).any(axis=1)


def finger_weights(rig: Rig, palms: list[Palm]) -> dict[str, Array]:
    """For each finger bone, without side, what the order of fingers says of each bone `(B,)`."""
    weights = {part: np.full(len(rig.names), NO_FINGER) for f in FINGERS for part in segments(f)}
    for palm in palms:
        for ray, finger in zip(palm, _identities(rig, palm), strict=True):
            for part in segments(finger):
                weights[part][near(rig, ray)] = 0.0
    return weights


def handedness(rig: Rig, palms: list[Palm]) -> Array:
    """For each bone `(B,)` in the place of a wrist, how much it looks like a left one, else 0.

    In whatever pose, a left hand seen with its fingers upwards and its index to the left shows its
    back: thumb and fingers lie on the other side of the palm.
    """
    left = np.zeros(len(rig.names))
    for palm in palms:
        wrist = max(min(rig.parents[ray[0]] for ray in palm), 0)
        found = dict(zip(_identities(rig, palm), palm, strict=True))
        fingers = [found[name][-3:] for name in FINGERS[1:] if len(found.get(name, ())) > 2]
        if len(fingers) < 2:
            continue
        joints: Array = rig.heads[np.array(fingers)]
        first = normalize(joints[:, 1] - joints[:, 0] + 1e-12)
        second = normalize(joints[:, 2] - joints[:, 1] + 1e-12)
        along: Array = joints[:, 0].mean(axis=0) - rig.heads[wrist]
        across: Array = joints[0, 0] - joints[-1, 0]
        inward = normalize(np.cross(along, across) + 1e-12)
        thumb: Array = normalize(rig.heads[found["Thumb"][-1]] - rig.heads[wrist] + 1e-12)
        seen = (CURL * (second - first).mean(axis=0) + OPPOSED * thumb) @ inward
        left[near(rig, [wrist])] = np.clip(seen, -MOST_HANDED, MOST_HANDED)
    return left


def palms_of(rig: Rig) -> list[Palm]:
    """Sets of two to five unbranched chains that spring from one place, such as fingers.

    Of sets that hold each other the one counts that is nearest to five, and of these the lowest.
    Hands are pairs: a set without a twin is hair, or some other tuft.
    """
    rays = _rays(rig)
    found = {
        bone: rays[bone]
        for bone in range(len(rays))
        if 2 <= len(rays[bone]) <= len(FINGERS) + SPARE and _spring_together(rig, rays[bone])
    }
    beaten: set[int] = set()
    for bone in found:
        for above in rig.above(bone):
            if above in found:
                odd = [abs(len(found[k]) - len(FINGERS)) for k in (bone, above)]
                beaten.add(above if odd[0] <= odd[1] else bone)
    palms = [_most_alike(rig, row) for bone, row in found.items() if bone not in beaten]
    sizes = [float(np.median(_lengths(rig, palm))) for palm in palms]

    def twins(one: int, other: int) -> bool:
        alike = max(sizes[one], sizes[other]) < TWIN * min(sizes[one], sizes[other])
        return one != other and alike and abs(len(palms[one]) - len(palms[other])) < 2

    every = range(len(palms))
    return [palms[one] for one in every if any(twins(one, other) for other in every)]


def _rays(rig: Rig) -> list[list[Ray]]:
    """For each bone the chains that end below it, each from where it branches off."""
    below: list[list[Ray]] = [[] for _ in rig.names]
    rays: list[list[Ray]] = [[] for _ in rig.names]
    for bone in reversed(range(len(rig.names))):
        long = _unlike(rig, [ray for ray in below[bone] if len(ray) > 1])
        longest = max(below[bone], key=len) if below[bone] else Ray()
        rays[bone] = long if len(long) > 1 else [[bone, *longest]]
        if rig.parents[bone] >= 0:
            below[rig.parents[bone]] += rays[bone]
    return rays


def _unlike(rig: Rig, rays: list[Ray]) -> list[Ray]:
    """The rays that do not lie along longer ones: control rigs hold a finger several times."""
    kept: list[Ray] = []
    held: list[int] = []
    for ray in sorted(rays, key=len, reverse=True):
        apart = rig.heads[held] - rig.heads[ray[-1]]
        if not (np.linalg.norm(apart, axis=1) < same_place(rig)).any():
            kept.append(ray)
            held += ray
    return kept


def _spring_together(rig: Rig, chains: list[Ray]) -> bool:
    rays = _most_alike(rig, chains)
    if len(rays) < 2:
        return False
    starts = rig.heads[[ray[0] for ray in rays]]
    apart = np.linalg.norm(starts[:, None] - starts, axis=-1).max()
    lengths = _lengths(rig, rays)
    return bool(apart < CLOSE * np.median(lengths) and lengths.max() < LONG * rig.size)


def _lengths(rig: Rig, rays: list[Ray]) -> Array:
    ends = rig.heads[[ray[-1] for ray in rays]] - rig.heads[[ray[0] for ray in rays]]
    return np.linalg.norm(ends, axis=1)


def _most_alike(rig: Rig, rays: list[Ray]) -> list[Ray]:
    """At most five rays, none of them far longer than the others: of more, those whose lengths
    and bones differ least from the others'."""
    lengths = np.log(np.maximum(_lengths(rig, rays), 1e-12))
    rays = [rays[k] for k in np.flatnonzero(lengths < np.median(lengths) + np.log(LONGER))]
    lengths = np.log(np.maximum(_lengths(rig, rays), 1e-12))
    bones = np.array([float(len(ray)) for ray in rays])
    odd = np.abs(lengths - np.median(lengths)) + np.abs(bones - np.median(bones))
    return [rays[k] for k in sorted(np.argsort(odd, kind="stable")[: len(FINGERS)])]


def _identities(rig: Rig, palm: list[Ray]) -> list[str]:
    """Which finger each ray of a palm is.

    Seen from the wrist, the shortest way from ray to ray begins or ends with the thumb, which lies
    aslant and begins nearest to the wrist.
    """
    wrist = rig.heads[max(min(rig.parents[ray[0]] for ray in palm), 0)]
    ends = rig.heads[[ray[-1] for ray in palm]] - wrist
    starts = rig.heads[[ray[max(len(ray) - 3, 0)] for ray in palm]] - wrist
    apart = np.zeros((len(palm), len(palm)))
    for points in (normalize(starts + 1e-12), normalize(starts + ends + 1e-12)):
        apart += np.linalg.norm(points[:, None] - points, axis=-1)
    row = min(permutations(range(len(palm))), key=lambda row: apart[row[:-1], row[1:]].sum())
    if _thumbness(starts, ends, row[-1]) > _thumbness(starts, ends, row[0]):
        row = row[::-1]
    found = dict(zip(row, FINGERS, strict=False))
    return [found[k] for k in range(len(palm))]


def _thumbness(starts: Array, ends: Array, ray: int) -> float:
    """How far a ray turns away from the others, and how near to the wrist it begins."""
    others = np.arange(len(starts)) != ray
    along = normalize(ends - starts + 1e-12)
    turned = float(
        np.arccos(np.clip(along[ray] @ normalize(along[others].mean(axis=0)), -1.0, 1.0))
    )
    reach = np.linalg.norm(starts, axis=1)
    return turned - float(reach[ray] / max(reach[others].mean(), 1e-12))
