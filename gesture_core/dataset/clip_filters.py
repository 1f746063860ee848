"""Which stretches of a scene are worth learning from, and why the others are not.

The named filters of the seed's dataset tool (after Yoon et al., "Robots Learn Social Skills:
End-to-End Learning of Co-Speech Gesture Generation for Humanoid Robots", 2019), in its order and
with its thresholds, freed from one picture size and one frame rate. Only the joints above the hips
count: the legs of a signer or of somebody seated are out of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.keypoints import FACE_SLICE, Keypoints, crop_keypoints, keypoint

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

JOINTS: tuple[int, ...] = tuple(
    keypoint(name)
    for name in (
        *("nose", "neck", "rightShoulder", "rightElbow", "rightWrist"),
        *("leftShoulder", "leftElbow", "leftWrist"),
    )
)
"""The joints that must be seen: 0 to 7 of OpenPose's body, head and arms."""
_NOSE, _NECK, _RIGHT, _LEFT = 0, 1, 2, 5  # among the eight
_NOSE_TIP = keypoint("face30")
_FACE = [keypoint("rightEye"), keypoint("leftEye"), *range(FACE_SLICE.start, FACE_SLICE.stop)]

NOSE_DEPTH = 0.36
"""How far the nose lies in front of the line between the shoulders, in shoulder widths: 0.13 m
on the 0.36 m of HUMANOID."""


@dataclass(frozen=True)
class FilterConfig:
    """Thresholds of the filters; shares are of the frames of a clip."""

    min_seconds: float = 3.0
    """A shorter clip is too short (the seed: 75 frames of 25 a second)."""
    max_people: float = 5.0
    """More people than this on average are too many."""
    behind_degrees: float = 90.0
    """A body turned farther than this from the camera shows its back."""
    max_behind: float = 0.3
    """Share of frames that may show the back."""
    min_confidence: float = 0.05
    """A keypoint of less confidence counts as not seen."""
    missing_joints: int = 0
    """How many of the eight joints a frame may lack before it counts as lacking joints."""
    max_missing: float = 0.5
    """Share of frames that may lack joints."""
    sideways_degrees: float = 54.0
    """A body turned farther than this is seen from the side; at 54° the nose of a stiff body
    passes its shoulder in the picture, which is the seed's test."""
    max_sideways: float = 0.5
    """Share of frames that may be seen from the side."""
    min_shoulders: float = 100.0 / 720.0
    """Least distance of the shoulders in heights of the picture (the seed: 100 pixels of 720)."""
    max_small: float = 0.5
    """Share of frames in which the shoulders may be nearer to each other."""
    min_picture_change: float = 1.085
    """Mean change of the picture within `pictures.GAP` seconds, in grey levels 0–255, below which
    it stands still (the seed: a sum of 3·10⁶ over the 1280·720·3 numbers of a picture)."""
    max_jump: float = 0.5
    """A joint that moves farther between two frames, in widths of the picture, has jumped."""
    max_neck_speed: float = 20.0
    """A neck that moves faster, in shoulder widths a second (7 m/s), is somebody else's."""
    max_empty: float = 0.1
    """Share of frames in which nobody may be seen."""
    bridge_seconds: float = 0.5
    """A fault that lasts no longer than this does not end a usable stretch."""


@dataclass(frozen=True)
class Finding:
    """What one filter says of a clip: `number` is None where nothing could be measured."""

    passed: bool
    number: float | None


@dataclass(frozen=True)
class Verdict:
    """Whether a clip is kept, what every filter said of it in the order of `FILTERS`, and why.

    `message` is "PASS" or the name of the first filter that refused the clip.
    """

    kept: bool
    findings: Mapping[str, Finding]
    message: str


class Stretch(NamedTuple):
    """Frames `start` to `stop` of a scene and the verdict on them."""

    start: int
    stop: int
    verdict: Verdict


# ── what is wrong with a frame ────────────────────────────────────────────────────────────────


def eight_joints(keypoints: Keypoints, config: FilterConfig) -> tuple[Array, Mask]:
    """The joints `(T, 8, 2)` that must be seen and whether each is `(T, 8)`.

    Where the body's nose is not seen, as in files without it, the tip of the face's is taken.
    """
    sees = _seen(keypoints, config)
    points, joints = keypoints.points[:, JOINTS], sees[:, JOINTS]
    other = ~joints[:, _NOSE] & sees[:, _NOSE_TIP]
    points[other, _NOSE] = keypoints.points[other, _NOSE_TIP]
    joints[:, _NOSE] |= other
    return points, joints


def _seen(keypoints: Keypoints, config: FilterConfig) -> Mask:
    return keypoints.confidence >= max(config.min_confidence, np.finfo(float).tiny)


def turned_degrees(joints: Array) -> Array:
    """How far upper bodies `(..., 8, 2)` are turned from the camera, degrees within ±180.

    Towards the camera is 0, and a positive angle is a turn to the person's left. Seen from above, a
    shoulder line of width w turned by θ is w·cos θ wide in the picture and carries the nose, which
    lies `NOSE_DEPTH`·w before its middle, by `NOSE_DEPTH`·w·sin θ to the side.
    """
    right, left, nose = (joints[..., joint, 0] for joint in (_RIGHT, _LEFT, _NOSE))
    aside = (nose - (left + right) / 2) / NOSE_DEPTH
    return np.degrees(np.arctan2(aside, left - right))


def empty_frames(keypoints: Keypoints, config: FilterConfig) -> Mask:
    """Frames `(T,)` in which none of the eight joints is seen."""
    return ~eight_joints(keypoints, config)[1].any(axis=1)


def frames_behind(keypoints: Keypoints, config: FilterConfig) -> Mask:
    """Frames `(T,)` that show a back: shoulders the other way round, or shoulders and no face."""
    joints, sees = eight_joints(keypoints, config)
    face = sees[:, _NOSE] | _seen(keypoints, config)[:, _FACE].any(axis=1)
    turned = np.abs(turned_degrees(joints)) > config.behind_degrees
    return sees[:, _RIGHT] & sees[:, _LEFT] & np.where(sees[:, _NOSE], turned, ~face)


def frames_missing(keypoints: Keypoints, config: FilterConfig) -> Mask:
    """Frames `(T,)` in which somebody is seen, but not all of the eight joints."""
    lacking = (~eight_joints(keypoints, config)[1]).sum(axis=1)
    return (lacking > config.missing_joints) & (lacking < len(JOINTS))


def frames_sideways(keypoints: Keypoints, config: FilterConfig) -> Mask:
    """Frames `(T,)` in which the body is seen from the side."""
    joints, sees = eight_joints(keypoints, config)
    turned = np.abs(turned_degrees(joints))
    aside = np.minimum(turned, 180.0 - turned) > config.sideways_degrees
    return sees[:, [_NOSE, _RIGHT, _LEFT]].all(axis=1) & aside


def frames_small(keypoints: Keypoints, config: FilterConfig) -> Mask:
    """Frames `(T,)` in which the shoulders are too near to each other."""
    widths = _shoulder_widths(*eight_joints(keypoints, config))
    return widths < config.min_shoulders * keypoints.height  # never where it is not a number


def jumps(keypoints: Keypoints, config: FilterConfig) -> Mask:
    """Frames `(T,)` before which somebody jumps: no movement, but another person or a mistake.

    A joint is compared with where it was last seen; the neck's speed counts in the median
    shoulder width of the clip.
    """
    joints, sees = eight_joints(keypoints, config)
    moved = _moves(joints, sees)
    far = (moved > config.max_jump * keypoints.width).any(axis=1)
    widths = _shoulder_widths(joints, sees)
    if np.isfinite(widths).any():
        limit = config.max_neck_speed * float(np.nanmedian(widths)) / keypoints.fps
        far |= moved[:, _NECK] > limit
    return far


def _shoulder_widths(joints: Array, sees: Mask) -> Array:
    """Distance of the shoulders `(T,)` in pixels, NaN where one is not seen."""
    widths = np.linalg.norm(joints[:, _RIGHT] - joints[:, _LEFT], axis=1)
    return np.where(sees[:, _RIGHT] & sees[:, _LEFT], widths, np.nan)


def _moves(points: Array, sees: Mask) -> Array:
    """How far each point `(T, N, 2)` has moved, `(T, N)` pixels, since the frame before.

    A point that comes back is compared with where it was last seen, and its way is divided by the
    frames between: 0 where it was never seen before.
    """
    frames = np.arange(len(points))[:, None]
    last = np.maximum.accumulate(np.where(sees, frames, -1), axis=0)
    before = np.vstack([np.full_like(last[:1], -1), last[:-1]])
    place = np.take_along_axis(points, np.maximum(before, 0)[..., None], axis=0)
    way = np.linalg.norm(points - place, axis=-1) / np.maximum(frames - before, 1)
    return np.where(sees & (before >= 0), way, 0.0)


# ── the filters, in the seed's order ──────────────────────────────────────────────────────────

Filter = Callable[[Keypoints, Array | None, FilterConfig], Finding]
"""Takes keypoints, the change of every picture `(T,)` or None, and thresholds."""


def too_short(keypoints: Keypoints, changes: Array | None, config: FilterConfig) -> Finding:
    """Seconds of the clip."""
    seconds = keypoints.frames / keypoints.fps
    return Finding(seconds >= config.min_seconds, seconds)


def too_many_people(keypoints: Keypoints, changes: Array | None, config: FilterConfig) -> Finding:
    """Mean number of people in the pictures."""
    people = float(keypoints.people.mean()) if keypoints.frames else 0.0
    return Finding(people <= config.max_people, people)


def still_picture(keypoints: Keypoints, changes: Array | None, config: FilterConfig) -> Finding:
    """Mean change of the pictures; keypoints that came without pictures pass."""
    if changes is None or not np.isfinite(changes).any():
        return Finding(True, None)
    change = float(np.nanmean(changes))
    return Finding(change >= config.min_picture_change, change)


def jumping(keypoints: Keypoints, changes: Array | None, config: FilterConfig) -> Finding:
    """Number of jumps: there may be none."""
    count = int(jumps(keypoints, config).sum())
    return Finding(count == 0, float(count))


def _share_filter(name: str) -> Filter:
    """A filter that counts the frames with a fault, up to a share."""
    faulty, limit = FAULTS[name]

    def judge(keypoints: Keypoints, changes: Array | None, config: FilterConfig) -> Finding:
        share = float(faulty(keypoints, config).mean()) if keypoints.frames else 0.0
        return Finding(share <= getattr(config, limit), share)

    return judge


FAULTS: dict[str, tuple[Callable[[Keypoints, FilterConfig], Mask], str]] = {
    "looking behind": (frames_behind, "max_behind"),
    "too many missing joints": (frames_missing, "max_missing"),
    "looking sideways": (frames_sideways, "max_sideways"),
    "too small": (frames_small, "max_small"),
    "empty frames": (empty_frames, "max_empty"),
}
"""What can be wrong with a frame: who finds it, and the setting that says how often it may be."""

FILTERS: dict[str, Filter] = {
    "too short": too_short,
    "too many people": too_many_people,
    "looking behind": _share_filter("looking behind"),
    "too many missing joints": _share_filter("too many missing joints"),
    "looking sideways": _share_filter("looking sideways"),
    "too small": _share_filter("too small"),
    "still picture": still_picture,
    "jump": jumping,
    "empty frames": _share_filter("empty frames"),
}
"""The seed's seven filters in its order, and the two checks it made after them.

Unlike the seed's, a frame without anybody counts once, as empty, and not as looking behind,
lacking joints, sideways and small at the same time.
"""

PASS = "PASS"
"""Message of a clip that is kept."""


def judge_clip(
    keypoints: Keypoints, changes: Array | None = None, config: FilterConfig | None = None
) -> Verdict:
    """Judge a clip by all filters; it is kept when all let it pass.

    `changes` `(T,)`: how much each picture differs from one a moment before, NaN where there is
    none (see `pictures.PictureChanges`); None where the keypoints came without pictures.
    """
    config = config or FilterConfig()
    findings = {name: judge(keypoints, changes, config) for name, judge in FILTERS.items()}
    refused = [name for name, finding in findings.items() if not finding.passed]
    return Verdict(not refused, findings, refused[0] if refused else PASS)


# ── the usable stretches of a scene ───────────────────────────────────────────────────────────


def usable_stretches(keypoints: Keypoints, config: FilterConfig) -> list[tuple[int, int]]:
    """The longest stretches of a scene, `(start, stop)` frames, in which the speaker can be used.

    The seed keeps or drops a scene as a whole. Here a scene is cut where the speaker jumps, and
    where nobody is seen, or only a back, a side, a small figure or too few joints, for longer
    than `bridge_seconds`; what is left at both sides counts if it is not too short. A fault as
    long as the seed would tolerate is cut out too: a third of a scene from behind is no gesture.
    """
    good = ~np.any([faulty(keypoints, config) for faulty, _ in FAULTS.values()], axis=0)
    cuts = np.flatnonzero(jumps(keypoints, config))
    least = max(1, int(np.ceil(config.min_seconds * keypoints.fps - 1e-9)))
    bridge = config.bridge_seconds * keypoints.fps
    edges = [0, *cuts[cuts > 0].tolist(), keypoints.frames]
    stretches: list[tuple[int, int]] = []
    for first, last in zip(edges, edges[1:], strict=False):
        runs = _joined(_runs(good[first:last]), bridge)
        stretches += [(first + a, first + b) for a, b in runs if b - a >= least]
    return stretches


def cut_scene(
    keypoints: Keypoints, changes: Array | None = None, config: FilterConfig | None = None
) -> tuple[Stretch, ...]:
    """Every frame of a scene in one stretch or another, in order, each with its verdict.

    The usable stretches of the scene are judged by themselves, and what lies between them for what
    is wrong with it: a remainder is called too short only when nothing else is.
    """
    config = config or FilterConfig()
    stretches: list[Stretch] = []
    reached = 0
    for start, stop in [*usable_stretches(keypoints, config), (keypoints.frames,) * 2]:
        if start > reached:
            part, change = _part(keypoints, changes, reached, start)
            stretches.append(Stretch(reached, start, _remainder(part, change, config)))
        if stop > start:
            part, change = _part(keypoints, changes, start, stop)
            stretches.append(Stretch(start, stop, judge_clip(part, change, config)))
        reached = stop
    return tuple(stretches)


def _part(
    keypoints: Keypoints, changes: Array | None, start: int, stop: int
) -> tuple[Keypoints, Array | None]:
    part = crop_keypoints(keypoints, start, stop)
    return part, None if changes is None else changes[start:stop]


def _remainder(keypoints: Keypoints, changes: Array | None, config: FilterConfig) -> Verdict:
    """The verdict on what is left over, whose length is the last thing held against it.

    Where its few faults would be tolerated, but lie so that nothing long enough is left between
    them, the commonest fault is the reason.
    """
    verdict = judge_clip(keypoints, changes, replace(config, min_seconds=0.0))
    if verdict.kept:
        verdict = judge_clip(keypoints, changes, config)
    if verdict.kept:
        commonest = max(FAULTS, key=lambda name: verdict.findings[name].number or 0.0)
        verdict = Verdict(False, verdict.findings, commonest)
    return verdict


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """`(start, stop)` of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _joined(runs: list[tuple[int, int]], bridge: float) -> list[tuple[int, int]]:
    """The runs, those joined that lie no more than `bridge` frames apart."""
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and start - joined[-1][1] <= bridge:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined
