"""Biovision Hierarchy (BVH) files: any dialect in, one plain dialect out.

Angles are in degrees and lengths in metres or centimetres inside the file, and nowhere else.
The format as its users know it: https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.formats.bvh_preset import BVH_PRESETS, BvhPreset, Names
from gesture_core.formats.source_motion import MAX_POSES, SourceMotion, metres_per_unit
from gesture_core.motion import Motion
from gesture_core.rotation import euler_to_quat, quat_continuous, quat_identity, quat_to_euler
from gesture_core.skeleton import Skeleton

Array = NDArray[np.float64]

MAX_BYTES = 512 * 1024**2
MAX_JOINTS = 4096
MAX_FRAMES = 1_000_000
MAX_NUMBER = 1e9
UNITS: dict[str, float] = {"m": 1.0, "cm": 0.01}
"""Metres per unit of length in the file."""
NTSC_RATES = (24000 / 1001, 30000 / 1001, 60000 / 1001, 120000 / 1001)

_ORDER = "ZXY"  # Biovision's own order; X in the middle locks only on a half-turned straight arm
_ANGLE_DIGITS = 6
_ROOT_CHANNELS = "6 Xposition Yposition Zposition "
_LENGTH_DIGITS = {"m": 8, "cm": 6}
_CHANNEL = re.compile(r"([XYZ])(position|rotation)", re.IGNORECASE)
_JOINT = re.compile(r"(ROOT|JOINT)\s+(.*)", re.IGNORECASE)


@dataclass
class _Joint:
    name: str
    parent: int
    offset: tuple[float, ...] = (0.0, 0.0, 0.0)
    channels: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """("position" or "rotation", axis letter) of each channel, in file order."""

    @property
    def order(self) -> str:
        """Axes of the rotation channels in file order, such as "ZXY"; may be shorter than 3."""
        return "".join(axis for kind, axis in self.channels if kind == "rotation")


class _Lines:
    """The non-empty lines of a file, one at a time, remembering where we are for messages."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.number = 0
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def __len__(self) -> int:
        return len(self._lines) - self.number

    def next(self, expected: str) -> str:
        """The next line that is not empty, stripped; `expected` says what was looked for."""
        while self.number < len(self._lines):
            self.number += 1
            line = self._lines[self.number - 1].strip()
            if line:
                return line
        raise self.error(f"the file ends where {expected} was expected")

    def finish(self) -> None:
        """Raise if anything but blank lines is left."""
        while self.number < len(self._lines):
            self.number += 1
            if self._lines[self.number - 1].strip():
                raise self.error("the file goes on after its last frame")

    def error(self, problem: str) -> UserError:
        return UserError(f"{self.path}, line {max(self.number, 1)}: {problem}")


def read_bvh(path: Path | str, units: str = "auto") -> SourceMotion:
    """Read a BVH file of any channel order in `units` m or cm, or as the length of the bones tells.

    Position channels replace a joint's OFFSET, as in Blender and MotionBuilder, unless they
    plainly are differences from it. Raises `UserError` naming the line that cannot be read.
    """
    path = Path(path)
    if units != "auto":
        _check_units(units)
    lines = _Lines(path, _read_text(path))
    joints = _read_hierarchy(lines)
    values, fps = _read_frames(lines, joints)
    offsets = np.array([joint.offset for joint in joints])
    rotations, positions = _channels_to_local(joints, offsets, values)
    scale = UNITS[units] if units != "auto" else metres_per_unit(offsets)
    return SourceMotion(
        names=tuple(joint.name for joint in joints),
        parents=tuple(joint.parent for joint in joints),
        rest_offsets=offsets * scale,
        rest_rotations=quat_identity((len(joints),)),
        rotations=rotations,
        positions=positions * scale,
        fps=fps,
    )


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB")
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def _read_hierarchy(lines: _Lines) -> list[_Joint]:
    if lines.next("HIERARCHY").upper() != "HIERARCHY":
        raise lines.error("a BVH file starts with the line HIERARCHY")
    joints: list[_Joint] = []
    open_blocks: list[int | None] = []  # the joint of each open brace; None inside an End Site
    while True:
        line = lines.next("MOTION")
        word = line.split()[0].upper()
        inside = open_blocks[-1] if open_blocks else -1
        if match := _JOINT.match(line):
            if inside is None or (inside == -1) != (word == "ROOT"):
                raise lines.error(f"{word} is not allowed here")
            if len(joints) >= MAX_JOINTS:
                raise lines.error(f"more than {MAX_JOINTS} joints")
            joints.append(_Joint(_block_name(lines, match[2]), inside))
            open_blocks.append(len(joints) - 1)
        elif word == "END" and inside is not None and inside >= 0:
            _block_name(lines, line)
            open_blocks.append(None)
        elif word == "OFFSET" and inside != -1:
            offset = tuple(_numbers(lines, line.split()[1:], 3))
            if inside is not None:
                joints[inside].offset = offset
        elif word == "CHANNELS" and inside is not None and inside >= 0:
            joints[inside].channels = _read_channels(lines, line.split()[1:])
        elif line == "}" and open_blocks:
            open_blocks.pop()
        elif word == "MOTION" and joints and not open_blocks:
            return joints
        else:
            raise lines.error(f"did not expect {line[:60]!r}")


def _block_name(lines: _Lines, name: str) -> str:
    """The name before an opening brace, which may stand on this line or the next."""
    if name.endswith("{"):
        return name[:-1].strip()
    if (following := lines.next("{")) != "{":
        raise lines.error(f"expected {{ after {name[:60]!r}, found {following[:60]!r}")
    return name.strip()


def _read_channels(lines: _Lines, words: Sequence[str]) -> list[tuple[str, str]]:
    matches = [_CHANNEL.fullmatch(word) for word in words[1:]]
    channels = [(match[2].lower(), match[1].upper()) for match in matches if match]
    if not words or words[0] != str(len(channels)) or len(channels) != len(matches):
        raise lines.error(f"expected CHANNELS, a count and that many names, found {words}")
    if len(set(channels)) != len(channels):
        raise lines.error(f"a channel is listed twice: {words[1:]}")
    return channels


def _read_frames(lines: _Lines, joints: Sequence[_Joint]) -> tuple[Array, float]:
    """Channel values (T, channels) and frames per second from the MOTION section."""
    channels = sum(len(joint.channels) for joint in joints)
    frames = _labelled(lines, "Frames:")
    if not re.fullmatch(r"\d{1,9}", frames) or not 0 < int(frames) <= MAX_FRAMES:
        raise lines.error(f"Frames must be between 1 and {MAX_FRAMES}, not {frames[:40]!r}")
    if int(frames) * len(joints) > MAX_POSES:
        raise lines.error(f"{frames} frames of {len(joints)} joints are too many to read")
    frame_time = _labelled(lines, "Frame Time:")
    seconds = _numbers(lines, [frame_time], 1)[0]
    if not 1e-5 <= seconds <= 1e3:
        raise lines.error(f"Frame Time must be in seconds, not {frame_time[:40]!r}")
    if int(frames) > len(lines):
        raise lines.error(f"the file is too short for {frames} frames")
    values = np.empty((int(frames), channels))
    for frame in range(len(values)):
        row = lines.next(f"frame {frame + 1} of {frames}")
        values[frame] = _numbers(lines, row.split(), channels)
    lines.finish()
    return values, frame_rate(frame_time)


def _labelled(lines: _Lines, label: str) -> str:
    line = lines.next(label)
    words, expected = line.replace(":", ": ").split(), label.split()
    if [word.lower() for word in words[: len(expected)]] != label.lower().split():
        raise lines.error(f"expected {label!r}, found {line[:60]!r}")
    return " ".join(words[len(expected) :])


def _numbers(lines: _Lines, words: Sequence[str], count: int) -> Array:
    if len(words) != count:
        raise lines.error(f"expected {count} numbers, found {len(words)}")
    try:
        values = np.array(words, dtype=np.float64)
    except ValueError as error:
        raise lines.error(str(error)) from error
    if not np.all(np.abs(values) < MAX_NUMBER):
        raise lines.error(f"found a number that is not between ±{MAX_NUMBER:g}")
    return values


def frame_rate(frame_time: str) -> float:
    """Frames per second meant by a written frame time: 30 for both "0.033333" and "0.0333".

    Of the rates within one unit of the last digit, a whole number wins, then an NTSC rate, then
    one of three decimals, then 1 / time.
    """
    seconds = float(frame_time)
    digits = re.search(r"\.(\d*)(?:e([+-]?\d+))?", frame_time, re.IGNORECASE)
    decimals = len(digits[1]) - int(digits[2] or 0) if digits else 0
    tolerance = min(max(10.0**-decimals, 1e-15 * seconds), 0.02 * seconds)
    rate = 1.0 / seconds
    for likely in (float(round(rate)), *NTSC_RATES, round(rate, 3)):
        if likely > 0 and abs(1.0 / likely - seconds) <= tolerance:
            return likely
    return rate


def _channels_to_local(
    joints: Sequence[_Joint], offsets: Array, values: Array
) -> tuple[Array, Array]:
    """Local rotations (T, J, 4) and positions (T, J, 3), in file units, from channel values."""
    rotations = quat_identity((len(values), len(joints)))
    positions = np.broadcast_to(offsets, (len(values), *offsets.shape)).copy()
    start = 0
    for index, joint in enumerate(joints):
        columns = values[:, start : start + len(joint.channels)]
        start += len(joint.channels)
        kinds = np.array([kind for kind, _ in joint.channels], dtype=object)
        if joint.order:
            missing = "".join(axis for axis in "XYZ" if axis not in joint.order)
            angles = np.zeros((len(values), 3))
            angles[:, : len(joint.order)] = np.radians(columns[:, kinds == "rotation"])
            rotations[:, index] = euler_to_quat(angles, joint.order + missing)
        axes = ["XYZ".index(axis) for kind, axis in joint.channels if kind == "position"]
        if axes:
            moved = columns[:, kinds == "position"]
            positions[:, index, axes] = moved + _position_origin(offsets[index, axes], moved)
    return quat_continuous(rotations), positions


def _position_origin(offset: Array, moved: Array) -> Array:
    """What to add to position channels (T, n): `offset` if they are differences from it, or 0.

    Both dialects exist. Differences stay near zero along the offset, whole positions near it.
    """
    along = float(np.median(moved @ offset))
    return np.zeros_like(offset) if along > 0.2 * float(offset @ offset) else offset


def write_bvh(
    path: Path | str,
    motion: Motion,
    units: str | None = None,
    *,
    preset: BvhPreset = BVH_PRESETS["blender"],
    force: bool = False,
) -> None:
    """Write a motion as BVH: Y up, T-pose rest, ZXY angles in degrees, 6 channels on the root.

    `units`: m or cm, by default the preset's. Positions read back within 1e-5 m and the frame
    rate exactly. The root has OFFSET 0 because readers disagree whether its position channels
    include the offset. Equal motions give equal bytes. Expressions and spans have no place in the
    format and are not written.
    """
    units = units or preset.unit
    _check_units(units)
    scale, digits = 1.0 / UNITS[units], _LENGTH_DIGITS[units]
    if preset.t_pose_first:
        motion = _after_t_pose(motion)
    lines, order = _hierarchy(motion.skeleton, preset.names, scale, digits)
    lines += ["MOTION", f"Frames: {motion.frames}", f"Frame Time: {frame_time(motion.fps)}"]
    lines += _frame_lines(motion, order, scale, digits)
    with atomic_path(Path(path), force=force) as temporary:
        temporary.write_bytes(("\n".join(lines) + "\n").encode())


def _after_t_pose(motion: Motion) -> Motion:
    """The motion after one frame of its rest pose, which stands where the motion begins."""
    place = np.array([motion.root[0, 0], motion.skeleton.offsets[0, 1], motion.root[0, 2]])
    rest = quat_identity((1, len(motion.skeleton)))
    rotations = quat_continuous(np.concatenate([rest, motion.rotations]))
    return Motion(motion.skeleton, rotations, np.vstack([place, motion.root]), motion.fps)


def _check_units(units: str) -> None:
    if units not in UNITS:
        raise UserError(f"BVH units are {' or '.join(UNITS)}, not {units!r}")


def frame_time(fps: float) -> str:
    """Seconds per frame, with the fewest digits from which `1 / float(text)` is nearest to fps."""
    nearby = [1.0 / fps, math.nextafter(1.0 / fps, 0.0), math.nextafter(1.0 / fps, 1.0)]
    return repr(min(nearby, key=lambda seconds: abs(1.0 / seconds - fps)))


def _hierarchy(
    skeleton: Skeleton, names: Names, scale: float, digits: int
) -> tuple[list[str], list[int]]:
    """Lines of the HIERARCHY section, and the joints in the order of their channels."""
    lines, order = ["HIERARCHY"], list[int]()
    rotation = " ".join(f"{axis}rotation" for axis in _ORDER)

    def append(joint: int, indent: str) -> None:
        order.append(joint)
        root = skeleton.parents[joint] < 0
        offset = np.zeros(3) if root else skeleton.offsets[joint] * scale
        name = names.get(skeleton.names[joint], "_".join(skeleton.names[joint].split()))
        lines.extend(
            [
                f"{indent}{'ROOT' if root else 'JOINT'} {name}",
                f"{indent}{{",
                f"{indent}\tOFFSET {_format_row(offset, digits)}",
                f"{indent}\tCHANNELS {_ROOT_CHANNELS if root else '3 '}{rotation}",
            ]
        )
        for child in skeleton.children[joint]:
            append(child, indent + "\t")
        if not skeleton.children[joint]:
            tip = _format_row(_bone_tip(skeleton, joint) * scale, digits)
            lines.extend([f"{indent}\tEnd Site", f"{indent}\t{{", f"{indent}\t\tOFFSET {tip}"])
            lines.append(f"{indent}\t}}")
        lines.append(f"{indent}}}")

    append(0, "")
    return lines, order


def _bone_tip(skeleton: Skeleton, joint: int) -> Array:
    """Where the bone of a joint without children ends, metres from the joint."""
    name, offset = skeleton.names[joint], skeleton.offsets[joint]
    if name.endswith("Toes"):
        return np.array([0.0, 0.0, 0.06])
    if name.endswith("Eye") or name == "jaw":
        return np.array([0.0, 0.0, 0.03])
    length = float(np.linalg.norm(offset))
    return 0.8 * offset if length > 0.005 else np.array([0.0, 0.05, 0.0])


def _frame_lines(motion: Motion, order: list[int], scale: float, digits: int) -> list[str]:
    angles = np.degrees(continuous_euler(quat_to_euler(motion.rotations[:, order], _ORDER)))
    root = np.round(motion.root * scale, digits) + 0.0  # adding zero turns -0.0 into 0.0
    turns = np.round(angles, _ANGLE_DIGITS).reshape(motion.frames, -1) + 0.0
    pattern = " ".join([f"%.{digits}f"] * 3 + [f"%.{_ANGLE_DIGITS}f"] * turns.shape[1])
    return [pattern % tuple(row) for row in np.hstack([root, turns]).tolist()]


def continuous_euler(angles: Array) -> Array:
    """Choose among equal Euler triples (T, ..., 3), radians, the one nearest to the frame before.

    A triple (a, b, c) of three different axes equals (a + π, π - b, c + π), and each angle plus
    whole turns.
    """
    other = angles * [1.0, -1.0, 1.0] + np.pi
    stay = np.abs(_wrapped(angles[1:] - angles[:-1])).sum(axis=-1)
    change = np.abs(_wrapped(other[1:] - angles[:-1])).sum(axis=-1)
    changes = np.zeros(angles.shape[:-1], dtype=bool)
    changes[1:] = change < stay  # equally far from both forms of the frame before, so this adds up
    odd = np.cumsum(changes, axis=0) % 2 == 1
    return np.unwrap(np.where(odd[..., None], other, angles), axis=0)


def _wrapped(angles: Array) -> Array:
    return angles - 2.0 * np.pi * np.round(angles / (2.0 * np.pi))


def _format_row(values: Array, digits: int) -> str:
    return " ".join(f"{value:.{digits}f}" for value in (np.round(values, digits) + 0.0).tolist())
