"""What the shape of a rig says about its bones: lengths, directions, sides, fingers.

Everything is weighed as a logarithm of odds, so that it adds up with what the names say. Lengths
are fractions of the way from the ankles up to the head's joint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .bone_search import Pairs
from .finger_order import Palm, finger_weights, handedness, near, palms_of, same_place
from .humanoid import FINGERS, PARENT, sided
from .quaternion import Array, normalize
from .rig import Rig

TALL = 12.0
"""Weight at which an odd length or place stops counting further."""
HOP = 0.25
"""Weight against each bone that is skipped on the way down."""


@dataclass(frozen=True)
class Joint:
    """How a humanoid bone usually sits below its parent: the distance of their joints and the
    spread of its logarithm; the direction (left, up, forward; of the left side) and its weight;
    `gain`: the weight of being there at all."""

    length: float
    spread: float
    toward: tuple[float, float, float]
    sure: float
    gain: float


JOINTS: dict[str, Joint] = {
    "spine": Joint(0.055, 0.6, (0.0, 1.0, 0.0), 3.0, 3.0),
    "chest": Joint(0.085, 0.5, (0.0, 1.0, 0.1), 3.0, 2.5),
    "upperChest": Joint(0.09, 0.5, (0.0, 1.0, -0.1), 3.0, 2.5),
    "neck": Joint(0.12, 0.5, (0.0, 1.0, 0.0), 3.0, 3.0),
    "head": Joint(0.07, 0.55, (0.0, 1.0, 0.2), 3.0, 3.0),
    "Eye": Joint(0.075, 0.3, (0.3, 0.45, 0.83), 3.0, -1.5),
    "jaw": Joint(0.02, 0.8, (0.0, 0.0, 1.0), 1.0, -4.0),
    "Shoulder": Joint(0.1, 0.5, (0.2, 0.85, 0.4), 1.5, 2.5),
    "UpperArm": Joint(0.11, 0.4, (0.92, 0.0, -0.3), 3.0, 4.0),
    "LowerArm": Joint(0.172, 0.3, (0.75, -0.6, 0.0), 1.0, 4.0),
    "Hand": Joint(0.162, 0.3, (0.7, -0.5, 0.4), 1.0, 4.0),
    "UpperLeg": Joint(0.08, 0.5, (0.95, -0.2, 0.1), 3.0, 4.0),
    "LowerLeg": Joint(0.287, 0.3, (0.05, -1.0, 0.0), 3.0, 4.0),
    "Foot": Joint(0.28, 0.3, (0.05, -1.0, -0.1), 3.0, 4.0),
    "Toes": Joint(0.1, 0.4, (0.0, -0.45, 0.9), 5.0, 2.0),
    "ThumbMetacarpal": Joint(0.03, 0.4, (0.1, -0.3, 0.9), 1.0, 3.0),
    "ThumbProximal": Joint(0.024, 0.4, (0.0, -0.3, 0.75), 0.0, 2.0),
    "ThumbDistal": Joint(0.025, 0.4, (0.0, -0.45, 0.75), 0.0, 2.0),
    **{
        finger + part: Joint(length * size, spread, (0.5, -0.6, 0.4), 0.1, gain)
        for finger, size in zip(FINGERS[1:], (1.0, 1.05, 1.0, 0.85), strict=True)
        for part, length, spread, gain in (
            ("Proximal", 0.071, 0.25, 3.0),
            ("Intermediate", 0.022, 0.35, 2.0),
            ("Distal", 0.018, 0.35, 2.0),
        )
    },
}
"""Measured on the rigs of eight families, on bodies of many builds; wider than they scatter."""

MIDDLE = ("hips", "spine", "chest", "upperChest", "neck", "head", "jaw")
ASIDE = {
    "Shoulder": (0.0, 0.02), "UpperArm": (0.05, 0.012), "UpperLeg": (0.03, 0.008),
    "LowerArm": (0.05, 0.05), "Hand": (0.0, 0.1), "LowerLeg": (0.0, 0.05), "Foot": (0.0, 0.1),
    "Eye": (0.01, 0.004),
}  # fmt: skip
"""How far off the middle a bone of a side usually lies at least, and how sharply."""

CARRIES = 0.7
"""Weight of what a head or a hand carries: face and hair, fingers."""
GOES_ON = 1.5
"""Weight against a head above which there is one more bone, and another one above that."""
UNTOLD = -0.35
"""Weight of a foot whose tail is only the next joint: of toes, or of a heel."""
STRAIGHT = 0.995
"""A side this near to an axis of the rig lies along it."""
TELLING = ("LowerArm", "Hand", "LowerLeg", "Foot", "neck")
"""Bones whose distance from their parents tells the size of a body best."""


@dataclass(frozen=True)
class Stance:
    """A guess at how a rig stands: columns left, up and forward `(3, 3)`, a point of the plane
    between its sides, and its size."""

    axes: Array
    centre: Array
    size: float


class Shape:
    """The bones of a rig as a tree in space, measured once for all guesses."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.pairs = Pairs.of(rig.parents)
        between = rig.heads[self.pairs.below] - rig.heads[self.pairs.above]
        self.lengths: Array = np.linalg.norm(between, axis=1)
        self.directions: Array = between / np.maximum(self.lengths, 1e-12)[:, None]

    def own(self, slot: str, stance: Stance) -> Array:
        """How well each bone `(B,)` lies where a humanoid bone lies, seen by itself."""
        side, part = sided(slot)
        aside = (self.rig.heads - stance.centre) @ stance.axes[:, 0] / stance.size
        weight = np.zeros(len(aside))
        if slot in MIDDLE:
            weight -= np.minimum(0.5 * (aside / 0.04) ** 2, TALL)
        if part in ASIDE:
            outward = aside if side == "left" else -aside
            least, spread = ASIDE[part]
            weight -= np.minimum(0.5 * (np.maximum(least - outward, 0.0) / spread) ** 2, TALL)
        if part in {"head", "Hand"}:
            weight += CARRIES * self.fullness
        if part == "Hand":
            weight += self.left_hands if side == "left" else -self.left_hands
        if part == "head":
            weight -= GOES_ON * self.going_on
        if part == "Foot":
            toward = self.tails @ (stance.axes @ [0.0, -0.4, 0.9])
            weight += np.where(self.joints_at_tails, UNTOLD, 0.5 * (toward - 1.0))
        return weight + self.fingers.get(part, 0.0)

    def joined(self, slot: str, stance: Stance) -> Array:
        """How well each pair of bones `(P,)` lies as a humanoid bone below its parent."""
        side, part = sided(slot)
        joint = JOINTS[part]
        odd = np.log((self.lengths / stance.size + 1e-3) / (joint.length + 1e-3)) / joint.spread
        toward = np.array(joint.toward) * ([-1.0, 1.0, 1.0] if side == "right" else 1.0)
        turned = self.directions @ (stance.axes @ normalize(toward))
        length = np.minimum(0.5 * odd**2, TALL)
        return joint.gain - length + joint.sure * (turned - 1.0) - HOP * self.pairs.hops

    def resized(self, stance: Stance, bones: dict[str, int]) -> Stance:
        """The same stance as large as the limbs that were found."""
        sizes: list[float] = []
        for slot, bone in bones.items():
            part = sided(slot)[1]
            above = bones.get(PARENT.get(slot, ""))
            if part in TELLING and above is not None:
                length = float(np.linalg.norm(self.rig.heads[bone] - self.rig.heads[above]))
                sizes += [length / JOINTS[part].length] if length > 0.0 else []
        size = float(np.median(sizes)) if sizes else stance.size
        return Stance(stance.axes, stance.centre, size)

    def together(self, bone: int, other: int | None) -> bool:
        """Whether two bones lie in one row or in one place, so that it hardly matters which is
        taken."""
        if other is None or bone in self.rig.above(other) or other in self.rig.above(bone):
            return other is not None
        return bool(near(self.rig, [bone])[other])

    @cached_property
    def palms(self) -> list[Palm]:
        """The sets of fingers that the rig has."""
        return palms_of(self.rig)

    @cached_property
    def fingers(self) -> dict[str, Array]:
        """For each finger bone, without side, what the order of fingers says of each bone."""
        return finger_weights(self.rig, self.palms)

    @cached_property
    def left_hands(self) -> Array:
        """How much each bone `(B,)` looks like a left hand."""
        return handedness(self.rig, self.palms)

    @cached_property
    def fullness(self) -> Array:
        """How many ends `(B,)` lie below each bone, as a logarithm."""
        ends = np.ones(len(self.rig.names))
        ends[self.pairs.tops] = 0.0
        below = ends.copy()
        np.add.at(below, self.pairs.above, ends[self.pairs.below])
        return np.log(below)

    @cached_property
    def tails(self) -> Array:
        """The direction of each bone's tail `(B, 3)`."""
        return normalize(self.rig.tails - self.rig.heads + 1e-12)

    @cached_property
    def joints_at_tails(self) -> NDArray[np.bool_]:
        """Whether a bone `(B,)` next to it begins where a bone ends."""
        parents = np.array(self.rig.parents)
        apart = np.linalg.norm(self.rig.heads - self.rig.tails[parents], axis=1)
        joined = np.zeros(len(parents), dtype=bool)
        joined[parents[(parents >= 0) & (apart < same_place(self.rig))]] = True
        return joined

    @cached_property
    def going_on(self) -> Array:
        """1 for a bone `(B,)` with just one bone next to it on the way to others, else 0."""
        parents = np.array(self.rig.parents)
        steps = np.linalg.norm(self.rig.heads - self.rig.heads[parents], axis=1)
        away = (parents >= 0) & (steps > same_place(self.rig))
        children, more = np.zeros(len(parents)), np.zeros(len(parents))
        np.add.at(children, parents[away], 1.0)
        np.add.at(more, parents[away & (children > 0.0)], 1.0)
        return ((children == 1.0) & (more == 1.0)).astype(float)

    def stances(self) -> Iterator[Stance]:
        """Guesses at how the rig stands: either side may be left, four ways may be up."""
        side, centre = self._sideways()
        helper: Array = np.eye(3)[int(np.argmin(np.abs(side)))]
        first = normalize(np.cross(side, helper))
        for up in (np.cross(side, first), first, -np.cross(side, first), -first):
            height = np.ptp(np.percentile((self.rig.heads - centre) @ up, [2.0, 98.0]))
            for left in (side, -side):
                axes = np.stack([left, up, np.cross(left, up)], axis=1)
                yield Stance(axes, centre, max(float(height) * 0.95, 1e-9))

    def _sideways(self) -> tuple[Array, Array]:
        """The direction from side to side, and a point between the sides.

        Limbs are pairs: branches that spring from one bone and are as long and as rich in bones
        as each other, whatever their pose.
        """
        rig, count = self.rig, len(self.rig.names)
        length, bones = np.zeros(count), np.ones(count)
        starts, below = rig.heads.copy(), np.ones(count)
        for bone in reversed(range(count)):
            parent = rig.parents[bone]
            if parent >= 0:
                own = float(np.linalg.norm(rig.heads[bone] - rig.heads[parent]))
                length[parent] += own + length[bone]
                bones[parent] += bones[bone]
                starts[parent] += rig.heads[bone]
                below[parent] += 1.0
        starts /= below[:, None]
        pairs = np.array(list(self._siblings()), dtype=np.intp).reshape(-1, 2).T
        weights = _alike(length[pairs]) * _alike(bones[pairs]) * length[pairs].min(axis=0) ** 2
        apart = starts[pairs[0]] - starts[pairs[1]]
        distances = np.linalg.norm(apart, axis=1)
        weights = np.where(distances > 0.0, weights, 0.0)
        if not weights.sum() > 0.0:
            return np.array([1.0, 0.0, 0.0]), rig.heads.mean(axis=0)
        apart /= np.maximum(distances, 1e-12)[:, None]
        side: Array = np.linalg.eigh((weights[:, None] * apart).T @ apart)[1][:, -1]
        if np.abs(side).max() > STRAIGHT:
            side = np.where(np.abs(side) > STRAIGHT, np.sign(side), 0.0)
        centre = weights @ starts[pairs].mean(axis=0) / weights.sum()
        return side, centre

    def _siblings(self) -> Iterator[tuple[int, int]]:
        """Pairs of bones with the same parent."""
        families: dict[int, list[int]] = {}
        for bone, parent in enumerate(self.rig.parents):
            families.setdefault(parent, []).append(bone)
        for family in families.values():
            yield from combinations(family, 2)


def _alike(pairs: Array) -> Array:
    """Near 1 where the two numbers of a column of `(2, N)` are nearly the same, else near 0."""
    return np.exp(-np.abs(np.diff(np.log(np.maximum(pairs, 1e-12)), axis=0)[0]) / 0.1)
