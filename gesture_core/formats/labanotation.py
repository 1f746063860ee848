"""Joint positions from Labanotation keyframes in JSON, as Microsoft's gesture library has them.

Every keyframe gives head, elbows and wrists a direction (`left forward`) and a level (`high`) seen
from the joint above; a head's is where the face looks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.joint_positions import JointPositions
from gesture_core.skeleton import HUMANOID

Array = NDArray[np.float64]

FPS = 30.0
MAX_BYTES = 4 * 2**20
MAX_SECONDS = 600.0
LEAST_MOVE = 0.4
"""Seconds that a change of pose takes at least; the library's first keyframes jump."""

_DIRECTIONS: dict[str, tuple[float, float]] = {
    "place": (0.0, 0.0),
    "forward": (0.0, 1.0),
    "left forward": (1.0, 1.0),
    "left": (1.0, 0.0),
    "left backward": (1.0, -1.0),
    "backward": (0.0, -1.0),
    "right backward": (-1.0, -1.0),
    "right": (-1.0, 0.0),
    "right forward": (-1.0, 1.0),
}
"""Towards x and z, left and right being the person's own."""
_LEVELS = {"low": -1.0, "normal": 0.0, "high": 1.0}
_PARTS = ("head", "lelbow", "lwrist", "relbow", "rwrist")
_FACE = {"nose": (0.0, 0.0, 0.12), "leftEar": (0.076, 0.02, 0.0), "rightEar": (-0.076, 0.02, 0.0)}
"""Points on the head, metres from its joint, while it looks forward."""
_HEAD_SHARE = 0.6
"""A head turns or nods by this much of a symbol's 45°."""


def is_labanotation(path: Path | str) -> bool:
    """Whether a JSON file is a list of such keyframes."""
    try:
        keyframes = _load(Path(path))
    except UserError:
        return False
    return bool(keyframes) and _is_keyframe(keyframes[0])


def read_labanotation(path: Path | str) -> JointPositions:
    """Read one gesture at 30 frames a second, standing at HUMANOID's rest.

    A keyframe's pose is reached `dur` seconds after its `time`, by a smooth movement; two poses
    that differ lie at least 0.4 s apart. Raises `UserError` naming the keyframe that is broken.
    """
    path = Path(path)
    keyframes = _load(path)
    times: list[float] = []
    poses: list[Array] = []
    start = 0.0
    for number, keyframe in enumerate(keyframes):
        time, pose = _keyframe(keyframe, f"{path}, keyframe {number}")
        if times and time < start:
            raise UserError(f"{path}, keyframe {number}: its time {time} lies before the last one")
        start = time
        if not times:
            times.append(0.0)
        else:
            changed = bool(np.any(pose != poses[-1]))
            times.append(max(time, times[-1] + (LEAST_MOVE if changed else 1.0 / FPS)))
        poses.append(pose)
    if times[-1] > MAX_SECONDS:
        raise UserError(f"{path} lasts {times[-1]:.0f} s, longer than {MAX_SECONDS:.0f} s")
    grid = np.arange(round(times[-1] * FPS) + 1) / FPS
    return _placed(_between(np.array(times), np.stack(poses), grid))


def _load(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 2**20} MiB")
        keyframes: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(keyframes, list) or not keyframes:
        raise UserError(f"{path} is not a list of keyframes")
    return cast("list[Any]", keyframes)


def _is_keyframe(value: Any) -> bool:
    return isinstance(value, dict) and {"time", *_PARTS} <= set(cast("dict[str, Any]", value))


def _keyframe(value: Any, place: str) -> tuple[float, Array]:
    """When a keyframe's pose is reached, and the directions (5, 3) of its parts."""
    if not _is_keyframe(value):
        raise UserError(f"{place}: it must give time, {', '.join(_PARTS)}")
    pose = np.zeros((len(_PARTS), 3))
    try:
        time = float(value["time"]) + float(value["head"]["dur"])
        symbols = [(str(value[part]["dir"]), str(value[part]["lvl"])) for part in _PARTS]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{place}: {error!r}") from error
    if not np.isfinite(time):
        raise UserError(f"{place}: its time is not finite")
    for row, (direction, level) in enumerate(symbols):
        if direction not in _DIRECTIONS or level not in _LEVELS:
            raise UserError(
                f"{place}: {direction!r} {level!r} is not one of {', '.join(_DIRECTIONS)} and "
                f"{', '.join(_LEVELS)}"
            )
        pose[row] = _vector(direction, level)
    return time, pose


def _vector(direction: str, level: str) -> Array:
    """Unit vector (3,) of a symbol: levels lie 45° below and above the horizon, `place` is up or
    down; at the middle level, where a joint folds back onto the one above, it is forward."""
    x, z = _DIRECTIONS[direction]
    y = _LEVELS[level]
    if direction == "place":
        return np.array([0.0, y, 0.0]) if y else np.array([0.0, 0.0, 1.0])
    level_length = np.hypot(x, z)
    vector = np.array([x / level_length, y, z / level_length])
    return vector / np.linalg.norm(vector)


def _between(times: Array, poses: Array, grid: Array) -> Array:
    """Directions (T, 5, 3) at the times of `grid`: smooth moves that pass in front of the body."""
    after = np.clip(np.searchsorted(times, grid, side="right"), 1, max(len(times) - 1, 1))
    after = np.minimum(after, len(times) - 1)
    before = np.maximum(after - 1, 0)
    span = np.maximum(times[after] - times[before], 1e-9)
    share = np.clip((grid - times[before]) / span, 0.0, 1.0)
    share = (share**2 * (3.0 - 2.0 * share))[:, None, None]
    first, second = poses[before], poses[after]
    apart = np.sum((second - first) ** 2, axis=-1, keepdims=True)
    middle = first + second + 0.1 * apart * np.array([0.0, 0.0, 1.0])
    middle = middle / np.linalg.norm(middle, axis=-1, keepdims=True)
    early = share < 0.5
    start, end = np.where(early, first, middle), np.where(early, middle, second)
    return _along_arc(start, end, np.where(early, 2.0 * share, 2.0 * share - 1.0))


def _along_arc(start: Array, end: Array, share: Array) -> Array:
    """Unit vectors (..., 3) at a share (..., 1) of the arc between two that are not opposite."""
    angle = np.arccos(np.clip(np.sum(start * end, axis=-1, keepdims=True), -1.0, 1.0))
    sine = np.maximum(np.sin(angle), 1e-9)
    arc = (np.sin((1.0 - share) * angle) * start + np.sin(share * angle) * end) / sine
    return np.where(angle < 1e-6, start, arc)


def _placed(directions: Array) -> JointPositions:
    """Joint positions of HUMANOID at rest whose head and arms point in these directions."""
    frames = len(directions)
    still = ("hips", "leftUpperLeg", "rightUpperLeg", "neck", "head", "leftUpperArm")
    still = (*still, "rightUpperArm")
    rest = HUMANOID.rest_positions
    points = {name: np.tile(rest[HUMANOID.index(name)], (frames, 1)) for name in still}
    for name, place in _looking(directions[:, 0]).items():
        points[name] = points["head"] + place
    for side, elbow, wrist in (("left", 1, 2), ("right", 3, 4)):
        above = points[f"{side}UpperArm"]
        for bone, row in (("LowerArm", elbow), ("Hand", wrist)):
            length = np.linalg.norm(HUMANOID.offsets[HUMANOID.index(side + bone)])
            above = points[side + bone] = above + length * directions[:, row]
    positions = np.stack(list(points.values()), axis=1)
    return JointPositions(positions, tuple(points), np.ones(positions.shape[:2]), FPS)


def _looking(direction: Array) -> dict[str, Array]:
    """Points on a head (T, 3), from its joint, that looks along `direction` `(T, 3)`."""
    yaw = _HEAD_SHARE * np.arctan2(direction[:, 0], direction[:, 2])
    pitch = _HEAD_SHARE * np.arcsin(np.clip(direction[:, 1], -1.0, 1.0))
    placed: dict[str, Array] = {}
    for name, (x, y, z) in _FACE.items():
        up = y * np.cos(pitch) + z * np.sin(pitch)
        ahead = z * np.cos(pitch) - y * np.sin(pitch)
        left = x * np.cos(yaw) + ahead * np.sin(yaw)
        placed[name] = np.stack([left, up, ahead * np.cos(yaw) - x * np.sin(yaw)], axis=-1)
    return placed
