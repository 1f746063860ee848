"""The notation of signs: postures of the hands in order, and the movements made on and in them.

`signing.entry` reads a `Sign` from an entry of a lexicon file. Directions and offsets are kept as
`(side, up, forward)`, side being the hand's own side, so one posture serves both hands.
`data/lexicon/README.md` explains the notation to whoever edits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from gesture_core.errors import UserError

Vector = tuple[float, float, float]
Hand = Literal["strong", "weak"]
HANDS: tuple[Hand, Hand] = get_args(Hand)
Channel = Literal["EBf", "Hno", "Hs", "Mo1", "Mctr", "Ci", "Tbt", "Mmo"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Course = Literal[
    "straight", "arc-up", "arc-down", "arc-forward", "arc-back", "arc-side", "arc-across"
]
Review = Literal["draft", "looked-at", "signer-approved"]
# fmt: off
Point = Literal[
    "palm", "back", "wrist", "inner_wrist", "knuckles", "fingertips",
    "thumb", "index", "middle", "ring", "little",
    "index_side", "edge", "thumb_side", "heel", "pinch", "fork", "two",
]
# fmt: on
"""What of a hand is brought to a place; the names of fingers mean their tips."""

DIRECTIONS: dict[str, Vector] = {
    "up": (0.0, 1.0, 0.0),
    "down": (0.0, -1.0, 0.0),
    "forward": (0.0, 0.0, 1.0),
    "back": (0.0, 0.0, -1.0),
    "side": (1.0, 0.0, 0.0),
    "across": (-1.0, 0.0, 0.0),
}
PLANES: dict[str, tuple[int, int]] = {"frontal": (0, 1), "sagittal": (2, 1), "horizontal": (0, 2)}
"""Axes in which a circle runs: that along which its top moves, and that on which the top lies."""
PAIRED_PLACES = (
    *("temple", "brow", "eye", "under_eye", "ear", "cheek", "nose_side"),
    *("neck_side", "shoulder", "back_shoulder", "hip"),
)
"""Places on the hand's own side; `other_` in front names their partners."""
MIDDLE_PLACES = (
    *("head_top", "forehead", "nose", "under_nose", "mouth", "chin", "under_chin", "throat"),
    *("upper_chest", "chest", "heart", "belly", "waist"),
)
HAND_PLACES = (
    *("palm", "back", "wrist", "inner_wrist", "fingertips"),
    *("thumb", "index", "middle", "ring", "little"),
    *("index_side", "edge", "knuckles", "fork", "forearm", "inner_forearm", "elbow"),
)
NEUTRAL = "neutral"
BODY_PLACES: tuple[str, ...] = (
    *MIDDLE_PLACES,
    *PAIRED_PLACES,
    *(f"other_{place}" for place in PAIRED_PLACES),
)
PLACES: tuple[str, ...] = (
    NEUTRAL,
    *BODY_PLACES,
    *(f"{hand}.{place}" for hand in HANDS for place in HAND_PLACES),
)
SPACE = 0.15
"""Metres from a place from which a hand is in space: by default its palm is brought there."""


@dataclass(frozen=True)
class HandPosture:
    """A hand at a place: `by` is brought to `at` displaced by `off`, metres `(side, up, forward)`.

    `fingers`: where straight fingers would point; `palm`: where the palm looks; unit vectors.
    `touch`: skin on skin. `elbow`: degrees by which the elbow is lifted outwards.
    """

    shape: str
    fingers: Vector
    palm: Vector
    at: str = NEUTRAL
    off: Vector = (0.0, 0.0, 0.0)
    by: Point = "palm"
    touch: bool = False
    elbow: float = 0.0

    @property
    def other_hand(self) -> Hand | None:
        """The hand on which the place lies, if it lies on one."""
        hand = self.at.partition(".")[0]
        return hand if hand in HANDS else None

    @property
    def in_space(self) -> bool:
        """Whether the hand is away from the skin of its place."""
        return self.at == NEUTRAL or sum(a * a for a in self.off) > SPACE**2


@dataclass(frozen=True)
class Movement:
    """A movement repeated `times` times at a posture, by default by the hands the step names.

    `seconds`: of one time; by default what real signing takes for its size.
    """

    times: float = 2.0
    hand: Literal["strong", "weak", "both"] | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.times <= 20.0:
            raise UserError(f"times (or turns) must be above 0 and at most 20, not {self.times:g}")
        if self.seconds is not None and not 0.05 <= self.seconds <= 5.0:
            raise UserError(f"seconds of one time must be 0.05 to 5, not {self.seconds:g}")


@dataclass(frozen=True)
class Circle(Movement):
    """Circles about the posture, whose top (farthest point, if horizontal) moves in `way`."""

    plane: Literal["frontal", "sagittal", "horizontal"] = "frontal"
    radius: float = 0.06
    way: Vector = DIRECTIONS["side"]


@dataclass(frozen=True)
class Shake(Movement):
    """Back and forth along a direction, `size` metres to either side."""

    along: Vector = DIRECTIONS["side"]
    size: float = 0.03


@dataclass(frozen=True)
class Tap(Movement):
    """Contacts after movements along a direction; the first contact is the arrival."""

    along: Vector = DIRECTIONS["down"]
    size: float = 0.03


@dataclass(frozen=True)
class Twist(Movement):
    """The forearm turns one way and the other, `degrees` to either side."""

    degrees: float = 35.0


@dataclass(frozen=True)
class Nod(Movement):
    """The wrist bends towards the palm and back, `degrees` to either side."""

    degrees: float = 25.0


@dataclass(frozen=True)
class Wiggle(Movement):
    """The fingers bend in turn by `degrees`."""

    degrees: float = 20.0


@dataclass(frozen=True)
class Bend(Movement):
    """The hand takes another shape and comes back."""

    shape: str = ""


@dataclass(frozen=True)
class Step:
    """One posture: how the hands come there, what they do there, and how long they stay.

    A hand that is None is free. `named`: the hands that this step moves. `seconds` of the way and
    of the `hold` are None where the measured timing decides. `height`: metres by which an arc
    leaves the straight way. `alternate`: the hands move in opposite phase.
    """

    strong: HandPosture | None = None
    weak: HandPosture | None = None
    named: tuple[Hand, ...] = ()
    seconds: float | None = None
    hold: float | None = None
    path: Course = "straight"
    height: float = 0.06
    movements: tuple[Movement, ...] = ()
    alternate: bool = False

    def hand(self, name: Hand) -> HandPosture | None:
        """The posture of one hand."""
        return self.strong if name == "strong" else self.weak

    def movements_of(self, name: Hand) -> tuple[Movement, ...]:
        """The movements that one hand makes."""
        return tuple(
            move
            for move in self.movements
            if (name in self.named if move.hand is None else move.hand in (name, "both"))
        )


@dataclass(frozen=True)
class Sign:
    """One entry of the lexicon, in citation form.

    `steps` are made in order, then those from `repeat_from` on again until each was made `repeat`
    times. `face`: value by non-manual channel. `synonyms`: Korean words of the same sign. A sign
    recorded from a `signer` has a `recording`, a clip file, instead of steps, and says under which
    `licence` and with whose `consent`.
    `source` of the form and `review` are for the reader, `file` is that of the entry.
    """

    gloss: str
    steps: tuple[Step, ...] = ()
    en: str = ""
    source: str = ""
    review: Review = "draft"
    synonyms: tuple[str, ...] = ()
    face: Mapping[str, str] = field(default_factory=dict)
    repeat: int = 1
    repeat_from: int = 0
    recording: Path | None = None
    licence: str = ""
    consent: str = ""
    signer: str = ""
    file: str = ""

    @property
    def shapes(self) -> set[str]:
        """Names of the hand shapes that the sign needs."""
        hands = {hand.shape for step in self.steps for hand in (step.strong, step.weak) if hand}
        moves = (move for step in self.steps for move in step.movements)
        return hands | {move.shape for move in moves if isinstance(move, Bend)}

    @property
    def sequence(self) -> tuple[Step, ...]:
        """The steps as they are made, repetitions written out."""
        return self.steps + (self.repeat - 1) * self.steps[self.repeat_from :]
