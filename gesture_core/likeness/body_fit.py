"""The proportions of a body in a photo: local changes of shoulders, trunk, arms and legs.

A photo tells how long a person's limbs are against each other, not how long they are. Lengths
between landmarks of the pose are compared with those of the shaped body; what differs is shared
between a common scale and the changes, which stay near what most people have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import load_base_mesh
from gesture_core.avatar.character import CharacterSpec
from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.avatar.rig import fit_rig
from gesture_core.likeness.body_view import (
    ANKLES,
    ELBOWS,
    HIPS,
    KNEES,
    SHOULDERS,
    WRISTS,
    BodyView,
)

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Length:
    """A length that photo and body are compared by.

    pairs: its ends among the pose's landmarks, and bones among the rig's, left and right where
    there are two; bias: what MediaPipe 0.10.21 sees of it, measured on renders of eight of our
    own characters, and scatter: the standard deviation of its logarithm there; change: the
    local change that makes it longer.
    """

    pairs: tuple[tuple[int, int], ...]
    bones: tuple[str, str]
    bias: float
    scatter: float
    change: str


def _limb(start: tuple[int, int], end: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(start, end, strict=True))


LENGTHS: dict[str, Length] = {
    "shoulders": Length(
        (SHOULDERS,), ("leftUpperArm", "rightUpperArm"), 0.946, 0.030, "torso-scale-horiz-incr"
    ),
    "hips": Length(
        (HIPS,), ("leftUpperLeg", "rightUpperLeg"), 0.896, 0.049, "hip-scale-horiz-incr"
    ),
    "trunk": Length(
        _limb(SHOULDERS, HIPS),
        ("leftUpperArm", "leftUpperLeg"),
        1.040,
        0.031,
        "measure-napetowaist-dist-incr",
    ),
    "upper arms": Length(
        _limb(SHOULDERS, ELBOWS),
        ("leftUpperArm", "leftLowerArm"),
        1.012,
        0.020,
        "measure-upperarm-length-incr",
    ),
    "forearms": Length(
        _limb(ELBOWS, WRISTS),
        ("leftLowerArm", "leftHand"),
        1.061,
        0.030,
        "measure-lowerarm-length-incr",
    ),
    "thighs": Length(
        _limb(HIPS, KNEES), ("leftUpperLeg", "leftLowerLeg"), 1.049, 0.048, "upperlegs-height-incr"
    ),
    "shins": Length(
        _limb(KNEES, ANKLES), ("leftLowerLeg", "leftFoot"), 0.928, 0.044, "lowerlegs-height-incr"
    ),
}
FEWEST = 4
"""Lengths that have to show before any is believed."""
SEEN = 0.6
ASKEW = 0.75
"""A length that reaches more into the depth than this cosine says is not measured."""
UNEVEN = 0.045
"""Standard deviation of the logarithm of a length among people of one stature."""
UNLIKELY = 0.18
"""A logarithm this far from the others' is that of a limb that was not recognised."""
FARTHEST = 0.8
"""The largest change that is believed."""


def fit_body(body: BodyView, spec: CharacterSpec) -> dict[str, float]:
    """Local changes below the neck that give `spec` the proportions seen; empty where too little
    of the body shows."""
    seen, built = seen_lengths(body), built_lengths(spec.phenotype, spec.changes)
    ratio = {n: float(np.log(seen[n] / LENGTHS[n].bias / built[n])) for n in seen}
    usual = np.median(list(ratio.values())) if ratio else 0.0
    names = [n for n in seen if abs(ratio[n] - usual) < UNLIKELY]
    if len(names) < FEWEST:
        return {}
    wanted = np.array([ratio[n] for n in names])
    slopes = _slopes(spec, names, built)
    # unknown: the common scale and each change, which is small in most people
    matrix = np.column_stack([np.ones(len(names)), np.diag(slopes)])
    precision = 1 / np.array([LENGTHS[n].scatter for n in names]) ** 2
    prior = np.concatenate([[0.0], (slopes / UNEVEN) ** 2])
    normal = (matrix.T * precision) @ matrix + np.diag(prior)
    found = np.linalg.solve(normal, (matrix.T * precision) @ wanted)[1:]
    return {
        LENGTHS[name].change: float(
            np.clip(spec.changes.get(LENGTHS[name].change, 0.0) + value, -FARTHEST, FARTHEST)
        )
        for name, value in zip(names, found, strict=True)
    }


def seen_lengths(body: BodyView) -> dict[str, float]:
    """Pixels of each length that shows, the mean of both sides, as if all lay across the view."""
    height, width = body.photo.rgb.shape[:2]
    inside = ((body.points >= 0) & (body.points < [width, height])).all(1)
    shows = (body.seen > SEEN) & inside
    lengths = {}
    for name, length in LENGTHS.items():
        sides = []
        for pair in map(list, length.pairs):
            reach = np.diff(body.world[pair], axis=0)[0]
            across = np.linalg.norm(reach[:2]) / max(float(np.linalg.norm(reach)), 1e-6)
            if shows[pair].all() and across > ASKEW:
                sides.append(np.linalg.norm(np.diff(body.points[pair], axis=0)) / across)
        if sides:
            lengths[name] = float(np.mean(sides))
    return lengths


def built_lengths(phenotype: Mapping[str, float], changes: Mapping[str, float]) -> dict[str, float]:
    """Metres of each length on a shaped body."""
    rig = fit_rig(shape_vertices(phenotype, changes), load_base_mesh())
    return {
        name: float(np.linalg.norm(rig.head(length.bones[0]) - rig.head(length.bones[1])))
        for name, length in LENGTHS.items()
    }


def _slopes(spec: CharacterSpec, names: list[str], built: Mapping[str, float]) -> Floats:
    """How the logarithm of each length grows with its own change (N,)."""
    step = 0.5
    slopes = []
    for name in names:
        change = LENGTHS[name].change
        longer = {**spec.changes, change: spec.changes.get(change, 0.0) + step}
        slopes.append(np.log(built_lengths(spec.phenotype, longer)[name] / built[name]) / step)
    return np.array(slopes)
