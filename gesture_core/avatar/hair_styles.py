"""The haircuts: where hair grows, how long, which way it is combed, and how it falls and curls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gesture_core.avatar.basemesh import Floats
from gesture_core.avatar.head import Curve, Head
from gesture_core.avatar.texture import smoothstep

StyleName = Literal[
    "bald",
    "receding",
    "buzz",
    "crop",
    "side_part",
    "swept_back",
    "two_block",
    "pixie",
    "curly_short",
    "afro",
    "bob",
    "bob_fringe",
    "chin",
    "shoulder_wavy",
    "long_straight",
    "long_wavy",
    "long_curly",
    "ponytail",
    "bun",
]
STYLE_NAMES: tuple[StyleName, ...] = get_args(StyleName)

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


FRINGE = ((0.0, 0.60), (22.0, 0.60), (38.0, 0.50), (50.0, 0.30))
TEMPLE = ((0.0, 0.60), (22.0, 0.60), (38.0, 0.52), (50.0, 0.34))
SHORT_LINE = (*TEMPLE, (58, 0.05), (64, -0.15), (76, -0.15), (80, 0.22), (108, 0.22))
SHORT_LINE += ((116, -0.10), (135, -0.50), (180, -0.62))
LONG_LINE = (*FRINGE, (58, 0.05), (66, -0.12), (76, -0.12), (80, 0.10), (108, 0.10))
LONG_LINE += ((116, -0.20), (135, -0.55), (180, -0.70))
RECEDING_LINE = ((0, 0.72), (12, 0.74), (28, 0.88), (38, 0.86), (50, 0.48), (58, 0.10))
RECEDING_LINE += SHORT_LINE[5:]

BOB = HairStyle(
    LONG_LINE,
    comb_bob,
    lift=0.10,
    volume=(0.002, 0.012),
    width=0.0080,
    gravity=0.42,
    segments=9,
    parting=0.03,
    curl=0.8,
    face_gap=0.062,
    round=False,
)
TWO_BLOCK = HairStyle(
    SHORT_LINE,
    comb_two_block,
    lift=0.16,
    volume=(0.001, 0.009),
    width=0.0048,
    gravity=0.20,
    segments=5,
    parting=0.02,
    tips=0.6,
    strands=3600,
    round=False,
)
BUN = HairStyle(
    ((0, 0.55), (22, 0.55), (38, 0.48), (50, 0.32), (58, 0.15), (66, 0.02), (76, 0.0))
    + ((80, 0.15), (108, 0.15), (116, -0.15), (135, -0.50), (180, -0.66)),
    comb_bun,
    lift=0.10,
    volume=(0.0015, 0.006),
    width=0.0085,
    gravity=0.0,
    segments=12,
    tips=0.1,
    knot=(0.30, 0.036),
    round=False,
)
BUZZ = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.011, (0.0, 0.0, 0.5), whorl=0.6),
        sides=Tuft(0.008, (0.0, -1.0, -0.2)),
        back=Tuft(0.008, (0.0, -1.0, -0.2)),
        tousle=0.15,
    ),
    lift=0.22,
    volume=(0.0005, 0.003),
    width=0.0030,
    gravity=0.05,
    segments=2,
    tips=0.7,
    shade=0.8,
    strands=6000,
    hug=0.6,
)
CROP = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.036, (-0.1, -0.15, 0.9), whorl=0.3),
        sides=Tuft(0.016, (0.0, -1.0, -0.2)),
        back=Tuft(0.015, (0.0, -1.0, -0.2)),
        fringe=Tuft(0.026, (-0.2, 0.35, 0.6)),
        tousle=0.16,
    ),
    lift=0.25,
    volume=(0.001, 0.010),
    width=0.0042,
    gravity=0.08,
    segments=4,
    tips=0.7,
    locks=420,
    clump=0.45,
    strands=4200,
    fall=0.1,
    cling=0.5,
    hug=0.9,
)
SIDE_PART = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.085, (0.95, 0.25, 0.10), whorl=0.35),
        sides=Tuft(0.030, (0.0, -0.9, -0.5)),
        back=Tuft(0.030, (0.0, -1.0, -0.2)),
        fringe=Tuft(0.080, (0.95, 0.45, -0.05)),
        fade=(0.42, 0.62),
        tousle=0.06,
    ),
    lift=0.35,
    volume=(0.002, 0.014),
    width=0.0050,
    gravity=0.12,
    segments=6,
    parting=0.030,
    tips=0.5,
    locks=300,
    clump=0.35,
    strands=3800,
    fall=0.1,
    cling=0.5,
    hug=0.9,
)
SWEPT_BACK = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.095, (0.10, 0.25, -1.0)),
        sides=Tuft(0.045, (0.0, -0.35, -0.9)),
        back=Tuft(0.040, (0.0, -1.0, -0.1)),
        fringe=Tuft(0.095, (0.10, 0.60, -0.9)),
        tousle=0.05,
    ),
    lift=0.3,
    volume=(0.002, 0.013),
    width=0.0052,
    gravity=0.10,
    segments=6,
    tips=0.5,
    locks=300,
    clump=0.4,
    strands=3800,
    fall=0.1,
    cling=0.5,
    hug=0.9,
)
RECEDING = HairStyle(
    RECEDING_LINE,
    Cut(
        top=Tuft(0.024, (0.2, -0.1, 0.25), whorl=0.25),
        sides=Tuft(0.016, (0.0, -1.0, -0.3)),
        back=Tuft(0.016, (0.0, -1.0, -0.2)),
        tousle=0.14,
    ),
    lift=0.15,
    volume=(0.0005, 0.005),
    width=0.0038,
    gravity=0.08,
    segments=3,
    tips=0.75,
    shade=0.75,
    strands=4200,
    hug=1.2,
)
BALD = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.010, whorl=0.5),
        sides=Tuft(0.012, (0.0, -1.0, -0.3)),
        back=Tuft(0.012, (0.0, -1.0, -0.2)),
        tousle=0.14,
    ),
    lift=0.20,
    volume=(0.0005, 0.003),
    width=0.0032,
    gravity=0.05,
    segments=2,
    tips=0.75,
    bald_above=((0, -0.3), (50, -0.2), (62, 0.28), (80, 0.48), (110, 0.52), (140, 0.42))
    + ((180, 0.30),),
    shade=0.6,
    strands=3600,
    hug=0.5,
)
PIXIE = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.085, (0.55, 0.15, 0.45), whorl=0.5),
        sides=Tuft(0.055, (0.0, -0.8, 0.15)),
        back=Tuft(0.045, (0.0, -1.0, -0.1)),
        fringe=Tuft(0.090, (0.85, 0.10, 0.35), floor=0.28),
        fade=(0.3, 0.6),
        tousle=0.09,
    ),
    lift=0.25,
    volume=(0.003, 0.016),
    width=0.0052,
    gravity=0.22,
    segments=6,
    parting=0.030,
    curl=0.5,
    tips=0.6,
    locks=300,
    clump=0.45,
    strands=3800,
    fall=0.45,
    cling=0.5,
    blunt=True,
    hug=0.4,
)
CURLY_SHORT = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.075, (0.1, 0.1, 0.2), whorl=0.5),
        sides=Tuft(0.050, (0.0, -0.5, 0.0)),
        back=Tuft(0.045, (0.0, -0.7, -0.1)),
        fringe=Tuft(0.060, (-0.2, 0.2, 0.6)),
        tousle=0.25,
    ),
    lift=0.5,
    volume=(0.003, 0.018),
    width=0.0042,
    gravity=0.10,
    segments=12,
    tips=0.25,
    locks=700,
    clump=0.55,
    wave=(0.0050, 0.022),
    coil=1.0,
    strands=3400,
    fall=0.15,
    cling=0.5,
    hug=0.3,
)
AFRO = HairStyle(
    SHORT_LINE,
    Cut(
        top=Tuft(0.066, whorl=0.2),
        sides=Tuft(0.058, (0.0, 0.1, 0.0)),
        back=Tuft(0.055),
        tousle=0.35,
    ),
    lift=1.5,
    volume=(0.006, 0.040),
    width=0.0050,
    gravity=0.0,
    segments=10,
    tips=0.25,
    locks=2400,
    clump=0.3,
    wave=(0.0065, 0.017),
    coil=1.0,
    strands=4200,
)
BOB_FRINGE = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.30, (0.9, -0.3, -0.05), floor=-0.80),
        sides=Tuft(0.26, (0.15, -1.0, 0.0), floor=-0.80),
        back=Tuft(0.28, (0.0, -1.0, -0.2), floor=-0.86),
        fringe=Tuft(0.12, (0.06, -0.25, 0.8), floor=0.20),
        tousle=0.04,
    ),
    lift=0.12,
    volume=(0.003, 0.014),
    width=0.0080,
    gravity=0.45,
    segments=10,
    curl=0.5,
    face_gap=0.0,
    tips=0.15,
    fall=0.35,
    cling=0.6,
    blunt=True,
)
CHIN = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.32, (1.0, -0.2, -0.30), floor=-1.12),
        sides=Tuft(0.26, (0.2, -1.0, -0.1), floor=-1.12),
        back=Tuft(0.28, (0.1, -1.0, -0.2), floor=-1.20),
        fringe=Tuft(0.32, (1.1, 0.15, -0.30), floor=-1.05),
        tousle=0.05,
    ),
    lift=0.30,
    volume=(0.003, 0.018),
    width=0.0080,
    gravity=0.36,
    segments=11,
    parting=0.028,
    face_gap=0.064,
    tips=0.3,
    locks=240,
    clump=0.35,
    wave=(0.0035, 0.085),
    coil=0.3,
    fall=0.35,
    cling=0.5,
    blunt=True,
)
SHOULDER_WAVY = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.40, (1.0, -0.2, -0.25), floor=-1.95),
        sides=Tuft(0.34, (0.3, -1.0, -0.05), floor=-1.95),
        back=Tuft(0.36, (0.2, -1.0, -0.2), floor=-2.05),
        fringe=Tuft(0.40, (1.1, 0.20, -0.25), floor=-1.80),
        tousle=0.06,
    ),
    lift=0.35,
    volume=(0.004, 0.026),
    width=0.0080,
    gravity=0.32,
    segments=16,
    parting=0.025,
    face_gap=0.066,
    locks=260,
    clump=0.3,
    wave=(0.0060, 0.080),
    coil=0.5,
    over_clothes=0.016,
    strands=2700,
    fall=0.35,
    cling=0.6,
    blunt=True,
)
LONG_STRAIGHT = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.62, (1.0, -0.25, -0.25), floor=-3.4),
        sides=Tuft(0.56, (0.2, -1.0, -0.45), floor=-3.4),
        back=Tuft(0.58, (0.1, -1.0, -0.35), floor=-3.6),
        fringe=Tuft(0.62, (1.1, 0.05, -0.25), floor=-3.2),
        tousle=0.04,
    ),
    lift=0.18,
    volume=(0.003, 0.016),
    width=0.0085,
    gravity=0.36,
    segments=18,
    face_gap=0.062,
    tips=0.35,
    locks=220,
    clump=0.3,
    over_clothes=0.018,
    strands=2600,
    fall=0.35,
    cling=0.6,
    blunt=True,
)
LONG_WAVY = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.60, (1.0, -0.2, -0.25), floor=-3.1),
        sides=Tuft(0.54, (0.3, -1.0, -0.35), floor=-3.1),
        back=Tuft(0.56, (0.2, -1.0, -0.2), floor=-3.3),
        fringe=Tuft(0.60, (1.1, 0.20, -0.25), floor=-2.9),
        tousle=0.06,
    ),
    lift=0.35,
    volume=(0.004, 0.024),
    width=0.0085,
    gravity=0.32,
    segments=22,
    parting=0.025,
    face_gap=0.066,
    locks=190,
    clump=0.35,
    wave=(0.011, 0.095),
    coil=0.6,
    over_clothes=0.018,
    strands=2400,
    fall=0.35,
    cling=0.6,
    blunt=True,
)
LONG_CURLY = HairStyle(
    LONG_LINE,
    Cut(
        top=Tuft(0.42, (1.0, 0.1, -0.1), floor=-2.3),
        sides=Tuft(0.36, (0.6, -0.8, 0.0), floor=-2.3),
        back=Tuft(0.38, (0.4, -0.8, -0.4), floor=-2.4),
        fringe=Tuft(0.40, (1.1, 0.35, -0.15), floor=-2.1),
        tousle=0.14,
    ),
    lift=0.6,
    volume=(0.006, 0.045),
    width=0.0060,
    gravity=0.22,
    segments=24,
    parting=0.02,
    face_gap=0.068,
    tips=0.25,
    locks=330,
    clump=0.6,
    wave=(0.0105, 0.045),
    coil=1.0,
    over_clothes=0.016,
    strands=2400,
    fall=0.2,
    cling=0.2,
    blunt=True,
)
PONYTAIL = HairStyle(
    BUN.hairline,
    comb_bun,
    lift=0.10,
    volume=(0.0015, 0.006),
    width=0.0080,
    gravity=0.0,
    segments=12,
    tips=0.2,
    knot=(0.45, 0.012),
    tail=0.34,
    over_clothes=0.016,
    strands=2800,
)

STYLES: dict[StyleName, HairStyle] = {
    "bald": BALD,
    "receding": RECEDING,
    "buzz": BUZZ,
    "crop": CROP,
    "side_part": SIDE_PART,
    "swept_back": SWEPT_BACK,
    "two_block": TWO_BLOCK,
    "pixie": PIXIE,
    "curly_short": CURLY_SHORT,
    "afro": AFRO,
    "bob": BOB,
    "bob_fringe": BOB_FRINGE,
    "chin": CHIN,
    "shoulder_wavy": SHOULDER_WAVY,
    "long_straight": LONG_STRAIGHT,
    "long_wavy": LONG_WAVY,
    "long_curly": LONG_CURLY,
    "ponytail": PONYTAIL,
    "bun": BUN,
}
