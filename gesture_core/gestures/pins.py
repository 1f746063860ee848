"""Pins: poses that a motion must hold at given moments.

A generator is told them as known frames, so that it moves towards them by itself; what is left of
the difference is then eased in, in rotation space, so that the pinned bones hold exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.json_file import (
    json_list,
    json_number,
    json_numbers,
    json_object,
    read_json,
)
from gesture_core.gestures.easing import ease
from gesture_core.gestures.encode import BONES, MotionCode, rotations_to_vector
from gesture_core.gestures.features import FPS
from gesture_core.motion import Motion
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_slerp,
    quat_to_rotvec,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

EASE = 0.3
"""Seconds before and after a pin in which the motion goes to it and leaves it, at least."""
EASED = 0.3
"""Radians that come and go within `EASE`; more takes longer."""
MAX_PINS = 1000
MAX_BYTES = 8 << 20
MAX_SECONDS = 3600.0
_UNIT = 1e-3
"""How far from 1 the length of a quaternion in a file may be."""
_UNMOVED = 1e-6

_FINGERS: NDArray[np.intp] = HUMANOID.indices(
    tuple(name for side in SIDES for finger in FINGERS for name in finger_joints(side, finger))
)


@dataclass(frozen=True, eq=False)
class Pins:
    """P poses in order of time.

    `times` (P,) seconds, all different; `rotations` (P, J, 4) local rotations on HUMANOID; `held`
    (P, J) which bones each of them pins. Only bones that gesture can be pinned.
    """

    times: Array
    rotations: Array
    held: NDArray[np.bool_]

    def __post_init__(self) -> None:
        shape = (len(self.times), len(HUMANOID))
        if self.rotations.shape != (*shape, 4) or self.held.shape != shape:
            raise ValueError(f"{len(self.times)} pins need rotations and bones of {shape}")
        if np.any(np.diff(self.times) <= 0.0):
            raise ValueError("pins must come in the order of their times, all different")

    def __len__(self) -> int:
        return len(self.times)

    @property
    def whole(self) -> bool:
        """Whether every pose pins all bones that gesture."""
        return bool(self.held[:, BONES].all())


def pose_pins(time: float, pose: Array, held: NDArray[np.bool_] | None = None) -> Pins:
    """One pin of a pose (J, 4) at `time`; by default of every bone that gestures."""
    if held is None:
        held = np.zeros(len(HUMANOID), dtype=bool)
        held[BONES] = True
    return Pins(np.array([float(time)]), pose[None], held[None])


def join_pins(pins: Iterable[Pins]) -> Pins:
    """All pins in order of time; `UserError` when two want the same moment."""
    every = [*pins, Pins(np.zeros(0), np.zeros((0, len(HUMANOID), 4)), _no_bones(0))]
    times = np.concatenate([some.times for some in every])
    order = np.argsort(times, kind="stable")
    if np.any(same := np.diff(times[order]) <= 0.0):
        raise UserError(f"two poses are pinned at {times[order][1:][same][0]:g} s")
    rotations = np.concatenate([some.rotations for some in every])
    held = np.concatenate([some.held for some in every])
    return Pins(times[order], rotations[order], held[order])


# Reading


def parse_pin(text: str) -> Pins:
    """The pin that `TIME:FILE` or `TIME:FILE:AT` means: the pose at `AT` seconds of a motion file.

    `AT` is 0 when it is not given. Fingers that the file does not move are left free. Raises
    `UserError` for anything else, and for a file that cannot be read.
    """
    time, colon, rest = text.partition(":")
    file, _, at = rest.rpartition(":")
    if not (file and _is_number(at)):
        file, at = rest, "0"
    if not (colon and file and _is_number(time)):
        raise UserError(f"pin {text!r} is not TIME:FILE, such as 2.1:pose.bvh, or TIME:FILE:AT")
    when = _within(float(time), f"pin {text!r}: time")
    return pose_pins(when, *_file_pose(Path(file), _within(float(at), f"pin {text!r}: at")))


def read_pins(path: Path) -> Pins:
    """Pins from a JSON list of `{"time": seconds, "pose": {bone: [w, x, y, z]}}`.

    Bones turn from the T-pose of HUMANOID, relative to their parent. Raises `UserError` naming
    the file and the place of what is wrong.
    """
    entries = json_list(read_json(path, MAX_BYTES), str(path))
    if len(entries) > MAX_PINS:
        raise UserError(f"{path}: {len(entries)} pins, more than the limit {MAX_PINS}")
    pins: list[Pins] = []
    for number, entry in enumerate(entries):
        place = f"{path}[{number}]"
        row = json_object(entry, place)
        if set(row) != {"time", "pose"}:
            raise UserError(f"{place}: expected time and pose, found {', '.join(row) or 'nothing'}")
        time = _within(json_number(row["time"], f"{place}: time"), f"{place}: time")
        pins.append(pose_pins(time, *_json_pose(row["pose"], f"{place}: pose")))
    try:
        return join_pins(pins)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _json_pose(value: object, place: str) -> tuple[Array, NDArray[np.bool_]]:
    bones = {HUMANOID.names[joint]: joint for joint in BONES}
    pose, held = quat_identity((len(HUMANOID),)), _no_bones()
    for name, numbers in json_object(value, place).items():
        if name not in bones:
            raise UserError(f"{place}: no bone {name!r} to pin; one of {', '.join(bones)}")
        turn = json_numbers(numbers, f"{place}: {name}")
        if turn.shape != (4,) or abs(np.linalg.norm(turn) - 1.0) > _UNIT:
            raise UserError(f"{place}: {name} is not a unit quaternion [w, x, y, z]")
        pose[bones[name]], held[bones[name]] = quat_normalize(turn), True
    if not held.any():
        raise UserError(f"{place}: pins no bone")
    return pose, held


def _file_pose(path: Path, at: float) -> tuple[Array, NDArray[np.bool_]]:
    """The pose (J, 4) at `at` seconds of a motion file, and the bones it has a say in."""
    from gesture_core.pose.read import read_motion

    motion = read_motion(path)
    if at > motion.duration:
        raise UserError(f"{path} lasts {motion.duration:.2f} s, so it has no pose at {at:g} s")
    held = _no_bones()
    held[BONES] = True
    held[_FINGERS] = np.any(quat_angle(motion.rotations[:, _FINGERS]) > _UNMOVED, axis=0)
    return motion.rotations[min(round(at * motion.fps), motion.frames - 1)], held


def _no_bones(*shape: int) -> NDArray[np.bool_]:
    return np.zeros((*shape, len(HUMANOID)), dtype=bool)


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _within(time: float, place: str) -> float:
    if not 0.0 <= time <= MAX_SECONDS:
        raise UserError(f"{place} {time:g} is outside 0 to {MAX_SECONDS:g} s")
    return time


# Telling a generator


def complete_pins(pins: Pins, motion: Motion) -> Pins:
    """The same pins with the bones they leave free as `motion` has them at that time."""
    frames = _frames_of(pins.times, motion.fps, motion.frames)
    rotations = np.where(pins.held[..., None], pins.rotations, motion.rotations[frames])
    held = _no_bones(len(pins))
    held[:, BONES] = True
    return Pins(pins.times, rotations, held)


def pins_to_given(
    pins: Pins, frames: int, code: MotionCode, rest: Array, size: float = 1.0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a generator is told: motion codes (T, K), 0 where unknown, and 1 where known (T,).

    `frames` T at the generator's rate; `rest` (J, 4) is the rest pose that codes start from;
    `size` the factor by which turns are scaled after the generator, 0 when nothing it makes is
    seen and so nothing is told. Poses that pin only some bones are left out: see `complete_pins`.
    """
    given = np.zeros((frames, code.size), dtype=np.float32)
    known = np.zeros(frames, dtype=np.float32)
    if size == 0.0:
        return given, known
    whole = pins.held[:, BONES].all(axis=1)
    where = np.rint(pins.times[whole] * FPS).astype(int)
    inside = where < frames
    turns = quat_multiply(quat_inverse(rest), pins.rotations[whole][inside])
    scaled = quat_multiply(rest, rotvec_to_quat(quat_to_rotvec(turns) / size))
    given[where[inside]] = code.encode(rotations_to_vector(scaled, rest))
    known[where[inside]] = 1.0
    return given, known


# Holding


def hold_pins(motion: Motion, pins: Pins) -> Motion:
    """The motion with every pinned bone in its pinned pose at the frame nearest to the pin.

    What the pose still lacks there is added as a turn that comes and goes within `EASE`, or longer
    where it is large (see `_reaches`), and goes straight from pin to pin where those are closer.
    At a pin the turn stands still, so that the motion's own velocity goes on. Raises `UserError`
    for a pin after the end or for two on one frame.
    """
    at = _frames_of(pins.times, motion.fps, motion.frames)
    rotations = np.array(motion.rotations)
    lacking = quat_multiply(quat_inverse(rotations[at]), quat_normalize(pins.rotations))
    reaches = _reaches(np.max(quat_angle(lacking), axis=1, where=pins.held, initial=0.0))
    for joint in np.flatnonzero(pins.held.any(axis=0)):
        held = pins.held[:, joint]
        times, turns = _keys(at[held], lacking[held, joint], reaches[held] * motion.fps)
        added = _through(times, turns, motion.frames)
        rotations[:, joint] = quat_multiply(rotations[:, joint], added)
    return replace(motion, rotations=rotations)


def _reaches(angles: Array) -> Array:
    """Seconds within which turns by `angles` (P,) radians come and go.

    The acceleration of a minimum-jerk turn grows with its angle and falls with the square of its
    time; so a large turn gets the time in which it accelerates no more than a small one.
    """
    return EASE * np.sqrt(np.maximum(angles / EASED, 1.0))


def _frames_of(times: Array, fps: float, frames: int) -> NDArray[np.intp]:
    """The frame of every pin."""
    found = np.rint(times * fps).astype(np.intp)
    if np.any(found > frames):
        raise UserError(
            f"a pose is pinned at {times[-1]:g} s, after the end at {frames / fps:.2f} s"
        )
    found = np.minimum(found, frames - 1)
    if np.any(same := np.diff(found) == 0):
        first, second = times[:-1][same][0], times[1:][same][0]
        raise UserError(f"pins at {first:g} and {second:g} s fall on one frame at {fps:g} fps")
    return found


def _keys(at: NDArray[np.intp], turns: Array, reaches: Array) -> tuple[Array, Array]:
    """Frames (K,) and turns (K, 4) to pass: the pins, and none where they have let go."""
    frames: list[float] = []
    passed: list[Array] = []
    for number, (frame, turn, reach) in enumerate(zip(at, turns, reaches, strict=True)):
        if not number or frame - reach > at[number - 1] + reaches[number - 1]:
            frames.append(frame - reach)
            passed.append(quat_identity())
        frames.append(frame)
        passed.append(turn)
        if number + 1 == len(at) or frame + reach < at[number + 1] - reaches[number + 1]:
            frames.append(frame + reach)
            passed.append(quat_identity())
    return np.array(frames), np.array(passed)


def _through(times: Array, turns: Array, frames: int) -> Array:
    """Turns (T, 4) that pass `turns` (K, 4) at the frames `times` and stand still there."""
    clock = np.arange(frames)
    after = np.clip(np.searchsorted(times, clock, side="right"), 1, len(times) - 1)
    share = ease((clock - times[after - 1]) / (times[after] - times[after - 1]))
    return quat_slerp(turns[after - 1], turns[after], share)


def held_error(motion: Motion, pins: Pins) -> float:
    """The largest angle in radians between a pinned bone and its pin."""
    frames = _frames_of(pins.times, motion.fps, motion.frames)
    turned = quat_multiply(quat_inverse(motion.rotations[frames]), pins.rotations)
    return float(np.max(quat_angle(turned)[pins.held], initial=0.0))


def motion_to_pins(motion: Motion, times: Sequence[float] | Array) -> Pins:
    """Pins of every gesturing bone as the motion has it at `times`, such as what comes before."""
    frames = _frames_of(np.asarray(times, dtype=float), motion.fps, motion.frames)
    held = _no_bones(len(frames))
    held[:, BONES] = True
    return Pins(np.asarray(times, dtype=float), motion.rotations[frames], held)
