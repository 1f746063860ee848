"""How a 2D detector errs, measured where the truth is known: on pictures of our own characters.

The error of a keypoint is split in four: an offset fixed to the bone (detectors mark the surface,
we mean joints), one that is fixed for a take, a slow wander with an exponential autocorrelation,
and white jitter. All of it is told for a body of HUMANOID's size, whatever its size in the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from gesture_core.atomic import atomic_path
from gesture_core.config import config_to_dict, load_config
from gesture_core.keypoints import keypoint
from gesture_core.resources import data_path
from gesture_core.skeleton import HUMANOID, SIDES
from gesture_core.train.sighting import MARKS, Sighting

Array = NDArray[np.float64]

SHOULDER = float(2.0 * HUMANOID.rest_positions[HUMANOID.index("leftUpperArm"), 0])
"""Metres between HUMANOID's shoulder joints: one shoulder width."""
GROSS = 0.3
"""An error of more shoulder widths than this is a mistake, not noise."""
SPEEDS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Lower ends of the classes of a hand's speed, shoulder widths a second."""
SIZES = (0.0, 50.0, 70.0, 100.0, 150.0)
"""Lower ends of the classes of a person's size, pixels between the shoulders."""
_LONGEST_LAG = 1.0
"""Seconds over which the autocorrelation is looked at."""
_MIRROR = np.array([-1.0, 1.0, 1.0])

HEADER = """\
# How MediaPipe Holistic errs, measured by gesture_core/train/detector_noise.py on rendered
# characters whose joints are known (tests/fixtures/film_people.py films them).
#
# A shoulder width is the distance between the two shoulder joints. Left and right are pooled as
# mirror images and both written out.
#   bias      where a keypoint lies from our joint: metres on a body of HUMANOID's size, in the axes
#             of the bone at rest (x to the person's left, y up, z forward)
#   spread    deviation of that place from take to take, metres along each axis of the picture
#   std       deviation within a take along each axis of the picture, shoulder widths
#   jitter    the white part of std; the rest, sqrt(std^2 - jitter^2), wanders with the
#             autocorrelation exp(-seconds / correlation_seconds)
#   gross     share of points more than 0.3 shoulder widths off, left out of the above
#   missing   share of points not found although inside the picture
#   confidence, confidence_outside   its mean where the true point is inside the picture, or outside
# groups pools them: root of the mean square for spread, std and jitter, else the mean.
# hand_dropout tells how often a whole hand inside the picture is not found: in all; by speed of the
# wrist (classes begin at `speeds`, shoulder widths a second); by `sizes` (pixels between the
# shoulders). -1 where fewer than 20 frames were seen. gap_seconds: mean length of a gap.
"""


@dataclass(frozen=True)
class GroupNoise:
    """How a group of keypoints errs; the fields are told in `HEADER`."""

    spread: float
    std: float
    jitter: float
    gross: float
    missing: float
    confidence: float
    confidence_outside: float


@dataclass(frozen=True)
class KeypointNoise(GroupNoise):
    """How one keypoint errs; the fields are told in `HEADER`."""

    bias: tuple[float, ...]


@dataclass(frozen=True)
class HandDropout:
    """How often a hand is not found; the fields are told in `HEADER`."""

    share: float
    speeds: tuple[float, ...]
    by_speed: tuple[float, ...]
    sizes: tuple[float, ...]
    by_size: tuple[float, ...]
    gap_seconds: float


@dataclass(frozen=True)
class DetectorNoise:
    """How a detector errs; `measured_on` says whom it was shown, in how many frames."""

    measured_on: str
    frames: int
    correlation_seconds: float
    hand_dropout: HandDropout
    groups: dict[str, GroupNoise]
    keypoints: dict[str, KeypointNoise]


def load_detector_noise(path: Path | None = None) -> DetectorNoise:
    """Read a measurement, by default the one that ships; `UserError` where it does not fit."""
    return load_config(DetectorNoise, path or data_path("models/lifter/detector_noise.yaml"))


def save_detector_noise(path: Path, noise: DetectorNoise, *, force: bool = False) -> None:
    """Write a measurement as YAML that explains its fields, a line for every keypoint."""
    values = _rounded(config_to_dict(noise))
    tables = [f"{name}:\n{_table(values.pop(name))}" for name in ("groups", "keypoints")]
    with atomic_path(path, force=force) as temporary:
        temporary.write_text(HEADER + _yaml(values) + "".join(tables), encoding="utf-8")


def _table(rows: Mapping[str, Any]) -> str:
    return "".join(f"  {name}: {_yaml(row, flow=True)}" for name, row in rows.items())


def _yaml(values: Any, flow: bool | None = None) -> str:
    import yaml

    return yaml.safe_dump(values, sort_keys=False, default_flow_style=flow, width=1000)


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def group_of(name: str) -> str:
    """Which of head, neck, shoulder, elbow, wrist, hip, knee, ankle, hand a keypoint belongs to."""
    if "Hand" in name:
        return "hand"
    joint = name.removeprefix("left").removeprefix("right").removeprefix("mid").lower()
    return "head" if joint in ("nose", "eye", "ear", "pupil") else joint


def measure_noise(sightings: Sequence[Sighting], measured_on: str) -> DetectorNoise:
    """Measure a detector on takes of one frame rate."""
    if len({sighting.fps for sighting in sightings}) != 1:
        raise ValueError("sightings must have one frame rate")
    step = 1.0 / sightings[0].fps
    pooled = {name: _pool(sightings, name) for name in MARKS if not name.startswith("right")}
    covariances = np.array(
        [
            [autocovariance([take.rest for take in takes], lag) for lag in _lags(step)]
            for takes in pooled.values()
        ]
    )
    seconds = correlation_time(covariances, step)
    found: dict[str, KeypointNoise] = {}
    for (name, takes), values in zip(pooled.items(), covariances, strict=True):
        found[name] = _keypoint_noise(takes, split_variance(values, step, seconds))
        if name.startswith("left"):
            bias = tuple(float(x) for x in found[name].bias * _MIRROR)
            found["right" + name.removeprefix("left")] = replace(found[name], bias=bias)
    return DetectorNoise(
        measured_on=measured_on,
        frames=sum(len(sighting.found) for sighting in sightings),
        correlation_seconds=seconds,
        hand_dropout=hand_dropout(sightings),
        groups=_groups(found),
        keypoints={name: found[name] for name in MARKS},
    )


def _lags(step: float) -> range:
    return range(round(_LONGEST_LAG / step) + 1)


@dataclass(frozen=True, eq=False)
class _Take:
    """One keypoint in one take; all (T, …). `rest`: the error (T, 2) beyond the `bias`, in
    shoulder widths, NaN where not found, not in the picture, or grossly wrong."""

    bias: Array
    rest: Array
    found: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    gross: NDArray[np.bool_]
    confidence: Array


def _pool(sightings: Sequence[Sighting], name: str) -> list[_Take]:
    """The keypoint in every take, and its right partner in a mirror."""
    partners = [(keypoint(name), np.ones(3))]
    if name.startswith("left"):
        partners.append((keypoint("right" + name.removeprefix("left")), _MIRROR))
    views = [(sighting, *partner) for sighting in sightings for partner in partners]
    errors, tilts, usable = zip(*(_error(*view) for view in views), strict=True)
    bias = fit_offset(np.concatenate(errors), np.concatenate(tilts), np.concatenate(usable))
    takes: list[_Take] = []
    for (sighting, k, _), error, tilt, used in zip(views, errors, tilts, usable, strict=True):
        rest = (error - tilt @ bias) / SHOULDER
        found, inside = sighting.confidence[:, k] > 0.0, sighting.inside[:, k]
        gross = found & inside & ~used
        rest = np.where(used[:, None], rest, np.nan)
        takes.append(_Take(bias, rest, found, inside, gross, sighting.confidence[:, k]))
    return takes


def _error(sighting: Sighting, k: int, mirror: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Errors (T, 2) in metres on HUMANOID, how an offset on the bone shows in them (T, 2, 3), and
    which of them count (T,).

    A point moved by a small v in the camera's frame moves by f/z · (v_xy − xy/z · v_z) pixels.
    """
    place = sighting.places[:, k]
    scale = sighting.focal / place[:, 2:] * sighting.shoulder[:, None] / SHOULDER
    error = (sighting.found[:, k] - sighting.true[:, k]) / scale
    turn = sighting.turns[:, k] * mirror
    slope = place[:, :2] / place[:, 2:]
    tilt = turn[:, :2] - slope[..., None] * turn[:, 2:]
    seen = (sighting.confidence[:, k] > 0.0) & sighting.inside[:, k]
    return error, tilt, seen & (np.linalg.norm(error, axis=-1) < GROSS * SHOULDER)


def fit_offset(errors: Array, tilts: Array, usable: NDArray[np.bool_]) -> Array:
    """The offset (3,) that explains errors (N, 2) ≈ tilts (N, 2, 3) · offset best; 0 if none."""
    if not usable.any():
        return np.zeros(3)
    return np.linalg.lstsq(tilts[usable].reshape(-1, 3), errors[usable].ravel(), rcond=None)[0]


def autocovariance(errors: Sequence[Array], lag: int) -> float:
    """Mean product per axis of errors (T, 2) about zero that lie `lag` frames apart in a take.

    Frames with NaN do not count; 0 where no two frames lie so far apart.
    """
    products = [take[lag:] * take[: len(take) - lag] for take in errors if len(take) > lag]
    every = np.concatenate(products) if products else np.zeros((0, 2))
    every = every[np.isfinite(every)]
    return float(every.mean()) if len(every) else 0.0


def split_variance(covariances: Array, step: float, seconds: float) -> tuple[float, float, float]:
    """Variances that are constant in a take, that wander, and that are white.

    `covariances` at 0, 1, 2 … frames, `step` seconds each, are fitted by
    constant + wander · exp(−time / seconds), the white part being what lag 0 has on top.
    """
    fading = np.exp(-step * np.arange(1, len(covariances)) / seconds)
    (constant, wander), _ = nnls(np.stack([np.ones_like(fading), fading], -1), covariances[1:])
    return constant, wander, max(0.0, covariances[0] - constant - wander)


def correlation_time(covariances: Array, step: float) -> float:
    """The time constant, seconds, with which `split_variance` fits keypoints (K, lags) best."""
    relative = covariances / np.maximum(covariances[:, :1], 1e-12)

    def misfit(seconds: float) -> float:
        fading = np.exp(-step * np.arange(1, relative.shape[1]) / seconds)
        basis = np.stack([np.ones_like(fading), fading], -1)
        return sum(nnls(basis, values[1:])[1] ** 2 for values in relative)

    grid = np.geomspace(step, _LONGEST_LAG, 60)
    return float(grid[np.argmin([misfit(seconds) for seconds in grid])])


def _keypoint_noise(takes: list[_Take], variances: tuple[float, float, float]) -> KeypointNoise:
    constant, wander, white = variances
    inside, found, gross, confidence = (
        np.concatenate([getattr(take, field) for take in takes])
        for field in ("inside", "found", "gross", "confidence")
    )
    return KeypointNoise(
        bias=tuple(float(x) for x in takes[0].bias),
        spread=float(np.sqrt(constant)) * SHOULDER,
        std=float(np.sqrt(wander + white)),
        jitter=float(np.sqrt(white)),
        gross=_share(gross, inside & found),
        missing=_share(~found, inside),
        confidence=_share(confidence, inside),
        confidence_outside=_share(confidence, ~inside),
    )


def _share(values: Array | NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    return float(values[where].mean()) if where.any() else 0.0


def _groups(keypoints: Mapping[str, KeypointNoise]) -> dict[str, GroupNoise]:
    pooled: dict[str, GroupNoise] = {}
    for group in dict.fromkeys(map(group_of, keypoints)):
        members = [noise for name, noise in keypoints.items() if group_of(name) == group]
        values = {
            field: np.array([getattr(noise, field) for noise in members])
            for field in GroupNoise.__dataclass_fields__
        }
        squares = ("spread", "std", "jitter")
        pooled[group] = GroupNoise(
            **{
                field: float(np.sqrt((array**2).mean()) if field in squares else array.mean())
                for field, array in values.items()
            }
        )
    return pooled


def hand_dropout(sightings: Sequence[Sighting]) -> HandDropout:
    """How often a hand that lies wholly in the picture is not found."""
    speeds: list[Array] = []
    sizes: list[Array] = []
    lost: list[NDArray[np.bool_]] = []
    gaps: list[float] = []
    for sighting in sightings:
        for side in SIDES:
            wrist = keypoint(f"{side}HandWrist")
            path = sighting.true[:, wrist] / sighting.unit[:, None]
            speed = np.linalg.norm(np.gradient(path, 1.0 / sighting.fps, axis=0), axis=-1)
            visible = sighting.inside[:, wrist : wrist + 21].all(axis=1)
            missing = visible & (sighting.confidence[:, wrist] == 0.0)
            speeds.append(speed[visible])
            sizes.append(sighting.unit[visible])
            lost.append(missing[visible])
            gaps += [length / sighting.fps for length in run_lengths(missing)]
    every = np.concatenate(lost)
    return HandDropout(
        share=float(every.mean()) if len(every) else 0.0,
        speeds=SPEEDS,
        by_speed=class_shares(np.concatenate(speeds), every, SPEEDS),
        sizes=SIZES,
        by_size=class_shares(np.concatenate(sizes), every, SIZES),
        gap_seconds=float(np.mean(gaps)) if gaps else 0.0,
    )


def class_shares(
    values: Array, happened: NDArray[np.bool_], edges: Sequence[float], least: int = 20
) -> tuple[float, ...]:
    """Share of what `happened` in every class of `values`, −1 below `least` cases."""
    classes = np.digitize(values, edges) - 1
    return tuple(
        float(happened[classes == k].mean()) if (classes == k).sum() >= least else -1.0
        for k in range(len(edges))
    )


def run_lengths(flags: NDArray[np.bool_]) -> list[int]:
    """Lengths of the runs of True, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [int(stop - start) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
