"""The plain content of `data/body.yaml`, angles in degrees as its sources print them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from gesture_core.config import load_config
from gesture_core.resources import data_path


@dataclass(frozen=True)
class JointRange:
    """How far some joints turn, in degrees from the T-pose; `left…` also describes `right…`.

    `axis`: direction of the bone in the T-pose. A hinge gives `hinge`, the axis of positive
    flexion, with the ranges `flexion` and `lateral` (out of the hinge's plane, towards `hinge`).
    Any other joint gives `reach`: for each named movement the direction `x, y, z` it goes towards
    and how many degrees the bone gets there; `centre` is a reachable direction in the middle,
    in the same form, by default the rest direction. `twist` is the range about the bone.
    """

    joints: tuple[str, ...]
    axis: tuple[float, ...]
    source: str
    twist: tuple[float, ...] = (0.0, 0.0)
    hinge: tuple[float, ...] = ()
    flexion: tuple[float, ...] = ()
    lateral: tuple[float, ...] = (0.0, 0.0)
    reach: dict[str, tuple[float, ...]] = field(default_factory=dict)
    centre: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Capsule:
    """A round-ended cylinder of `radius` metres between two points fixed to joints.

    `start_offset` and `end_offset` are in metres in the frame of their joint.
    """

    start: str
    end: str
    radius: float
    start_offset: tuple[float, ...] = (0.0, 0.0, 0.0)
    end_offset: tuple[float, ...] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Speeds:
    """Fastest movement seen in real gesture: rad/s for every joint, m/s for the root."""

    source: str
    root: float
    joints: dict[str, float]


@dataclass(frozen=True)
class BodyDescription:
    """Everything `data/body.yaml` says.

    `tolerance`: degrees added to both ends of every range; `obstacles`: what a hand must stay
    out of; `arms`: the moving parts of the left arm, of which the right is the mirror image.
    """

    tolerance: float
    tolerance_source: str
    ranges: tuple[JointRange, ...]
    volume_source: str
    obstacles: dict[str, Capsule]
    arms: dict[str, Capsule]
    speeds: Speeds


@lru_cache(maxsize=1)
def load_body() -> BodyDescription:
    """Read `data/body.yaml` strictly; unknown keys and wrong types raise `UserError`."""
    return load_config(BodyDescription, data_path("body.yaml"))
