"""What a haircut is made of: combs that say where each strand goes, and how it falls and curls."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import Floats
from gesture_core.avatar.head import Curve, Head
from gesture_core.avatar.texture import smoothstep

Comb = Callable[[Floats, Head, Floats, np.random.Generator], tuple[Floats, Floats, Floats]]
"""(roots (N, 3), head, side of the parting (N,), rng) -> direction (N, 3), length (N,) and lowest
height (N,), in metres, of every strand."""


@dataclass(frozen=True)
class Tuft:
    """How hair of one region is combed: length in metres; flow: away from the parting, up and
    forward; whorl: share of the direction away from the crown; floor: height (0 the eyes, 1 the
    crown) that it does not fall below."""

    length: float
    flow: tuple[float, float, float] = (0.0, 0.0, 0.0)
    whorl: float = 0.0
    floor: float = -1.5


@dataclass(frozen=True)
class Cut:
    """A comb of regions that pass into one another: above `fade` (two heights) the top, before it
    the fringe, below it the sides and, behind the ears, the back."""

    top: Tuft
    sides: Tuft
    back: Tuft
    fringe: Tuft | None = None
    fade: tuple[float, float] = (0.35, 0.6)
    tousle: float = 0.06

    def __call__(
        self, roots: Floats, head: Head, side: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats, Floats]:
        angle, height = head.angle(roots), head.height(roots)
        on_top = smoothstep(height, *self.fade)
        behind = (1 - on_top) * smoothstep(angle, 75, 120)
        shares = [
            (self.top, on_top),
            (self.back, behind),
            (self.sides, 1 - on_top - behind),
        ]
        if self.fringe is not None:
            ahead = roots[:, 2] - head.axis
            before = smoothstep(angle, 44, 34) * smoothstep(ahead, 0.025, 0.04)
            shares = [(tuft, share * (1 - before)) for tuft, share in shares]
            shares.append((self.fringe, before))
        crown = np.array([0.0, head.eye + 0.92 * head.length, head.axis - 0.045])
        whorl = roots - crown
        whorl /= np.maximum(np.linalg.norm(whorl, axis=1, keepdims=True), 0.02)
        flow, length = np.zeros_like(roots), np.zeros(len(roots))
        for tuft, share in shares:
            aside, up, forward = tuft.flow
            combed = np.stack([side * aside, 0 * side + up, 0 * side + forward], axis=1)
            flow += share[:, None] * (combed + tuft.whorl * whorl)
            length += share * tuft.length
        chief = np.argmax([share for _, share in shares], axis=0)
        floor = head.eye + head.length * np.array([tuft.floor for tuft, _ in shares])[chief]
        flow += rng.normal(0, self.tousle, flow.shape)
        return flow, length, floor + rng.normal(0, 0.004, len(floor))


@dataclass(frozen=True)
class HairStyle:
    """Growth of one haircut. Angles in degrees around the head, 0 in front; lengths in metres.

    hairline: hair grows above this curve, and below the curve `bald_above` where there is one.
    lift: how far roots point away from the scalp; volume: least and greatest distance of a
    lock from the head; width: of a ribbon; gravity: share of "down" gained by each step;
    knot: height on the back of the head and radius (metres) of a bun; tail: length of the hair
    that hangs from the knot instead. locks: bundles that strands gather into, by `clump`
    (0–1) at their tips; wave: size and length of their waves, wound into coils by `coil`.
    fall: further share of "down" for strands that hang free; cling: pull towards the neck below
    the ears; hug: pull of strands that hang free back to the head; blunt: ends are cut on the
    comb's floor, not a step above it.
    over_clothes: room left over the shoulders, where hair keeps within `spread` of the middle.
    shade: of the scalp under the roots. stretch: how much longer or shorter than the comb has it;
    round: shaded like the head under it, or else by its single strips.
    """

    hairline: Curve
    comb: Comb
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
    tail: float = 0.0
    bald_above: Curve | None = None
    locks: int = 0
    clump: float = 0.0
    wave: tuple[float, float] | None = None
    coil: float = 0.0
    fall: float = 0.0
    cling: float = 0.0
    hug: float = 0.0
    blunt: bool = False
    over_clothes: float = 0.0
    spread: float = 0.12
    shade: float = 1.0
    strands: int = 3000
    stretch: float = 1.0
    round: bool = True

    @property
    def hangs(self) -> bool:
        """Whether it reaches below the neck, where it has to lie on the body."""
        return self.over_clothes > 0

    def inside(self, head: Head, points: Floats) -> Floats:
        """Metres (N,) inside the hairline, negative on bare skin."""
        above = head.above(points, self.hairline)
        if self.bald_above is None:
            return above
        return np.minimum(above, -head.above(points, self.bald_above))


def comb_bob(
    roots: Floats, head: Head, side: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Away from the parting and down to the chin."""
    angle, height = head.angle(roots), head.height(roots)
    back = np.clip((angle - 70) / 60, 0, 1)
    top = np.clip((height - 0.55) / 0.35, 0, 1)
    forward = np.where(angle > 40, -0.05 - 0.35 * back, 0.05 * top - 0.12)
    aside = (1 - 0.6 * back) * (0.25 + 0.9 * top) + 0.55 * (angle < 45)
    flow = np.stack([side * aside, -0.45 - 0.3 * back, forward], axis=1)
    floor = head.eye - 0.92 * head.length + rng.normal(0, 0.005, len(roots))
    return (
        flow + rng.normal(0, 0.05, flow.shape),
        np.where(angle < 60, 0.32, 0.28),
        floor,
    )


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
    """Everything back; growing then draws the strands to the knot."""
    height, count = head.height(roots), len(roots)
    upward = np.where(height > 0.4, 0.25, -0.1)
    flow = np.stack([side * 0.25 * np.clip(height, 0, 1), upward, np.full(count, -1.0)], axis=1)
    length = np.full(count, 0.30)
    return flow + rng.normal(0, 0.04, flow.shape), length, np.full(count, -np.inf)
