"""Motion from Unity's animation clips (`.anim`, YAML): curves of a bone hierarchy.

Format: https://docs.unity3d.com/Manual/FormatDescription.html and the Unity Scripting API,
`AnimationCurve` (cubic Hermite between keys).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.source_motion import MAX_POSES, SourceMotion, metres_per_unit
from gesture_core.rotation import (
    quat_angle,
    quat_continuous,
    quat_inverse,
    quat_multiply,
    quat_normalize,
)

Array = NDArray[np.float64]

MAX_BYTES = 64 * 2**20
MAX_JOINTS = 1024

_TO_RIGHT_HANDED = {"position": (-1.0, 1.0, 1.0), "rotation": (1.0, 1.0, -1.0, -1.0)}
"""Unity's +X is the character's right and its axes are left-handed: a mirror across x = 0."""
_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)


def read_unity_anim(path: Path | str) -> SourceMotion:
    """Read the first animation clip of a Unity `.anim` file, sampled at the clip's own rate.

    A clip holds no rest pose: the first value of every curve is taken for it, as in clips that
    begin in the pose of the model; frames that stand still in it at the start are left out. Joints
    are named by the last part of their path. Raises `UserError` for files that are too large,
    broken, or hold no rotation of a bone, such as clips of Unity's muscles.
    """
    path = Path(path)
    try:
        return _to_source(_load(path))
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except _MALFORMED as error:
        raise UserError(f"{path} is not a valid Unity animation: {error!r}") from error


def _load(path: Path) -> Mapping[str, Any]:
    """The first AnimationClip of the file as plain values."""
    import yaml

    fast_or_plain: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (fast_or_plain,), {})
    # Unity's tags only say the kind of an object, which is a plain mapping
    loader.add_multi_constructor("tag:unity3d.com,2011:", _plain_mapping)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"larger than {MAX_BYTES // 2**20} MiB")
        text = path.read_text(encoding="utf-8-sig")
        for document in yaml.load_all(text, loader):
            if isinstance(document, dict) and "AnimationClip" in document:
                return cast("Mapping[str, Any]", document["AnimationClip"])
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"is not valid YAML: {' '.join(str(error).split())[:200]}") from error
    raise UserError("holds no AnimationClip")


def _plain_mapping(loader: Any, _suffix: str, node: Any) -> Any:
    return loader.construct_mapping(node, deep=True)


def _to_source(clip: Mapping[str, Any]) -> SourceMotion:
    turns = {str(curve["path"] or ""): curve["curve"] for curve in clip["m_RotationCurves"]}
    moves = {str(curve["path"] or ""): curve["curve"] for curve in clip["m_PositionCurves"]}
    if not turns:
        raise UserError("turns no bone (clips of Unity's muscles or Euler angles are not read)")
    paths = _with_ancestors([*turns, *moves])
    fps = float(clip["m_SampleRate"])
    if not 1.0 <= fps <= 1000.0:
        raise UserError(f"has {fps} samples a second, not 1 to 1000")
    rotation_keys = {path: _keys(curve, "xyzw") for path, curve in turns.items()}
    position_keys = {path: _keys(curve, "xyz") for path, curve in moves.items()}
    keys = [*rotation_keys.values(), *position_keys.values()]
    start = min(float(curve[0][0]) for curve in keys)
    end = max(float(curve[0][-1]) for curve in keys)
    if (end - start) * fps * len(paths) > MAX_POSES:
        raise UserError(f"is too long: {end - start:.0f} s of {len(paths)} joints")
    times: Array = start + np.arange(round((end - start) * fps) + 1) / fps
    rotations = np.zeros((len(times), len(paths), 4))
    rotations[..., 0] = 1.0
    positions = np.zeros((len(times), len(paths), 3))
    for joint, path in enumerate(paths):
        if path in rotation_keys:
            wxyz = np.roll(_sampled(rotation_keys[path], times), 1, axis=-1)
            rotations[:, joint] = quat_normalize(wxyz) * _TO_RIGHT_HANDED["rotation"]
        if path in position_keys:
            moved = _sampled(position_keys[path], times)
            positions[:, joint] = moved * _TO_RIGHT_HANDED["position"]
    positions *= metres_per_unit(positions[0])
    moving = _first_moving(rotations)
    return SourceMotion(
        names=_unique_names(paths),
        parents=tuple(paths.index(path.rpartition("/")[0]) if path else -1 for path in paths),
        rest_offsets=positions[0].copy(),
        rest_rotations=rotations[0].copy(),
        rotations=quat_continuous(rotations[moving:]),
        positions=positions[moving:],
        fps=fps,
    )


def _first_moving(rotations: Array) -> int:
    """The first frame (T, J, 4) that differs from frame 0 by 0.1°; 0 where none does."""
    differs = np.any(
        quat_angle(quat_multiply(quat_inverse(rotations[:1]), rotations)) > 2e-3, axis=1
    )
    return int(np.argmax(differs))


def _with_ancestors(paths: Sequence[str]) -> list[str]:
    """All paths and the ones above them, parents first; the animated object itself is ""."""
    every = {""}
    for path in paths:
        parts = path.split("/")
        every |= {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    if len(every) > MAX_JOINTS:
        raise UserError(f"moves {len(every)} objects; at most {MAX_JOINTS} are read")
    return sorted(every, key=lambda path: (path.count("/") if path else -1, path))


def _unique_names(paths: Sequence[str]) -> tuple[str, ...]:
    """Last parts of the paths; where two are the same the later one keeps its whole path."""
    names: list[str] = []
    for path in paths:
        last = path.rpartition("/")[2] or "root"
        names.append(path if last in names else last)
    return tuple(names)


def _keys(curve: Mapping[str, Any], axes: str) -> tuple[Array, Array, Array, Array]:
    """Times (K,), values, arriving and leaving slopes (K, W) of one curve."""
    keys = curve["m_Curve"]
    times = np.array([float(key["time"]) for key in keys])
    values, arriving, leaving = (
        np.array([[float(key[field][axis]) for axis in axes] for key in keys])
        for field in ("value", "inSlope", "outSlope")
    )
    if not len(times) or np.any(np.diff(times) <= 0):
        raise UserError("a curve has no keys, or keys that go back in time")
    if not (np.all(np.isfinite(times)) and np.all(np.isfinite(values))):
        raise UserError("a key is not finite")
    if axes == "xyzw" and np.any(np.linalg.norm(values, axis=-1) < 1e-3):
        raise UserError("a rotation is zero")
    return times, values, arriving, leaving


def _sampled(keys: tuple[Array, Array, Array, Array], times: Array) -> Array:
    """Values (T, W) of a curve: a cubic Hermite spline, a step where a slope is infinite."""
    at, values, arriving, leaving = keys
    before = np.clip(np.searchsorted(at, times, side="right") - 1, 0, None)
    after = np.minimum(before + 1, len(at) - 1)
    step = at[after] - at[before]
    t = np.clip((times - at[before]) / np.where(step > 0, step, 1.0), 0.0, 1.0)[:, None]
    start, end = leaving[before] * step[:, None], arriving[after] * step[:, None]
    with np.errstate(invalid="ignore"):
        spline = (
            (2 * t**3 - 3 * t**2 + 1) * values[before]
            + (t**3 - 2 * t**2 + t) * start
            + (3 * t**2 - 2 * t**3) * values[after]
            + (t**3 - t**2) * end
        )
    return np.where(np.isfinite(start) & np.isfinite(end), spline, values[before])
