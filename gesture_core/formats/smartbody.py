"""SmartBody skeletons (`.sk`) and motions (`.skm`): plain text, metres, Y up, facing +Z.

A `Quat` channel holds a rotation vector in radians despite its name; the local rotation is the
joint's pre-rotation times its exponential. `XPos`, `YPos`, `ZPos` add to the joint's offset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.rotation import quat_multiply, quat_normalize, quat_slerp, rotvec_to_quat

Array = NDArray[np.float64]

MAX_BYTES = 64 * 2**20
MAX_JOINTS = 1024
MARKERS = ("ready", "strokeStart", "emphasis", "stroke", "relax")

_SK_TOKEN = re.compile(
    r"(?P<open>\{)|(?P<close>\})"
    r"|(?:root|joint)[ \t]+(?P<joint>\S+)"
    r"|offset[ \t]+(?P<offset>\S+[ \t]+\S+[ \t]+\S+)"
    r"|prerot\s+axis\s+(?P<axis>\S+\s+\S+\s+\S+)\s+ang\s+(?P<angle>\S+)"
)
_POSITION_AXES = {"XPos": 0, "YPos": 1, "ZPos": 2}


@dataclass(frozen=True)
class _Channel:
    joint: str
    kind: str
    column: int

    @property
    def width(self) -> int:
        return 3 if self.kind == "Quat" else 1


def read_sk(path: Path) -> SourceMotion:
    """Read a SmartBody skeleton as a motion of one frame at rest.

    Raises `UserError` naming the file when it is too large, holds no skeleton, is unbalanced, or
    has a number that is none.
    """
    text = _read_text(path)
    start = text.find("skeleton\n")
    if start < 0:
        raise UserError(f"{path} is not a SmartBody skeleton: no line 'skeleton'")
    names: list[str] = []
    parents: list[int] = []
    offsets: list[Array] = []
    rotations: list[Array] = []
    stack: list[int] = []
    for token in _SK_TOKEN.finditer(text, start):
        if token["joint"]:
            names.append(token["joint"])
            parents.append(stack[-1] if stack else -1)
            offsets.append(np.zeros(3))
            rotations.append(np.array([1.0, 0.0, 0.0, 0.0]))
        elif token["open"]:
            stack.append(len(names) - 1)
        elif token["close"]:
            if not stack:
                raise UserError(f"{path}: '}}' without '{{' after joint {names[-1:]}")
            stack.pop()
        elif stack and token["offset"]:
            offsets[stack[-1]] = _numbers(token["offset"].split(), path, "offset")
        elif stack and token["axis"]:
            axis = _numbers(token["axis"].split(), path, "prerot axis")
            angle = np.radians(_numbers([token["angle"]], path, "prerot angle")[0])
            rotations[stack[-1]] = rotvec_to_quat(axis / max(np.linalg.norm(axis), 1e-9) * angle)
    if not names or stack or len(names) > MAX_JOINTS:
        raise UserError(f"{path}: {len(names)} joints, {len(stack)} braces left open")
    rest_offsets, rest_rotations = np.array(offsets), np.array(rotations)
    return SourceMotion(
        names=tuple(names),
        parents=tuple(parents),
        rest_offsets=rest_offsets,
        rest_rotations=rest_rotations,
        rotations=rest_rotations[None],
        positions=rest_offsets[None],
        fps=30.0,
    )


def read_skm(path: Path, skeleton: SourceMotion) -> SourceMotion:
    """Read a SmartBody motion recorded on `skeleton`, with its gesture markers in seconds.

    Keys are interpolated onto a uniform grid at the file's median rate, starting at 0; markers
    are moved along. Channels of joints that the skeleton lacks are ignored. Raises `UserError`
    naming the file and the line of a broken header or key.
    """
    lines = _read_text(path).splitlines()
    channels, first = _read_channels(lines, path)
    width = sum(channel.width for channel in channels)
    times, values = _read_keys(lines, first, width, path)
    grid, fps = _uniform(times)
    rotations = np.broadcast_to(
        skeleton.rest_rotations, (len(times), *skeleton.rest_rotations.shape)
    )
    positions = np.broadcast_to(skeleton.rest_offsets, (len(times), *skeleton.rest_offsets.shape))
    rotations, positions = rotations.copy(), positions.copy()
    joints = {name: joint for joint, name in enumerate(skeleton.names)}
    for channel in channels:
        joint = joints.get(channel.joint)
        if joint is None:
            continue
        columns = values[:, channel.column : channel.column + channel.width]
        if channel.kind == "Quat":
            turn = rotvec_to_quat(columns)
            rotations[:, joint] = quat_multiply(skeleton.rest_rotations[joint], turn)
        elif channel.kind in _POSITION_AXES:
            positions[:, joint, _POSITION_AXES[channel.kind]] += columns[:, 0]
    before, after, weight = _bracket(times, grid)
    return SourceMotion(
        names=skeleton.names,
        parents=skeleton.parents,
        rest_offsets=skeleton.rest_offsets,
        rest_rotations=skeleton.rest_rotations,
        rotations=quat_normalize(quat_slerp(rotations[before], rotations[after], weight[:, None])),
        positions=positions[before]
        + weight[:, None, None] * (positions[after] - positions[before]),
        fps=fps,
        markers=_read_markers(lines, times[0], path),
    )


def _read_text(path: Path) -> str:
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UserError(f"{path} is {size} bytes; SmartBody files are at most {MAX_BYTES}")
        return path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def _numbers(words: list[str], path: Path, place: str) -> Array:
    try:
        numbers = np.array(words, dtype=np.float64)
    except ValueError as error:
        raise UserError(f"{path}: {place}: {error}") from error
    if not np.all(np.isfinite(numbers)):
        raise UserError(f"{path}: {place}: a number is not finite")
    return numbers


def _read_channels(lines: list[str], path: Path) -> tuple[list[_Channel], int]:
    """Channels in file order, and the number of the line after them."""
    header = next(
        (n for n, line in enumerate(lines) if re.match(r"channels\s+\d+\s*$", line)), None
    )
    if header is None:
        raise UserError(f"{path} is not a SmartBody motion: no line 'channels N'")
    count, column = int(lines[header].split()[1]), 0
    channels: list[_Channel] = []
    for number, line in enumerate(lines[header + 1 : header + 1 + count], header + 2):
        words = line.split()
        if len(words) < 2:
            raise UserError(f"{path}, line {number}: a channel needs a joint and a kind")
        channels.append(_Channel(words[0], words[1], column))
        column += channels[-1].width
    if len(channels) < count:
        raise UserError(f"{path}: {count} channels announced, {len(channels)} found")
    return channels, header + 1 + count


def _read_keys(lines: list[str], first: int, width: int, path: Path) -> tuple[Array, Array]:
    """Key times (T,) and values (T, width); a last key cut short by the end of file is an error."""
    times: list[float] = []
    keys: list[Array] = []
    for number, line in enumerate(lines[first:], first + 1):
        if not line.startswith("kt "):
            continue
        head, _, tail = line.partition(" fr ")
        words = tail.split()
        if len(words) < width:
            raise UserError(f"{path}, line {number}: {len(words)} values for {width} channels")
        times.append(float(_numbers(head.split()[1:2], path, f"line {number}")[0]))
        keys.append(_numbers(words[:width], path, f"line {number}"))
    if len(keys) < 2:
        raise UserError(f"{path}: {len(keys)} keys; a motion needs at least 2")
    if np.any(np.diff(times) <= 0):
        raise UserError(f"{path}: key times do not increase")
    return np.array(times), np.stack(keys)


def _uniform(times: Array) -> tuple[Array, float]:
    """Uniform times over the span of `times` at its median rate, and that rate per second."""
    fps = round(float(1.0 / np.median(np.diff(times))), 2)
    first, last = float(times[0]), float(times[-1])
    uniform: Array = first + np.arange(round((last - first) * fps) + 1) / fps
    return uniform, fps


def _bracket(times: Array, grid: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """For each grid time: the key before, the key after, and the weight of the latter in 0–1."""
    before = np.clip(np.searchsorted(times, grid, side="right") - 1, 0, len(times) - 2)
    weight = (grid - times[before]) / (times[before + 1] - times[before])
    return before, before + 1, np.clip(weight, 0.0, 1.0)


def _read_markers(lines: list[str], start: float, path: Path) -> dict[str, float]:
    """Gesture phase times in seconds from the first key."""
    markers: dict[str, float] = {}
    for number, line in enumerate(lines, 1):
        name, found, value = line.partition(" time:")
        if found and name in MARKERS:
            markers[name] = float(_numbers(value.split()[:1], path, f"line {number}").sum()) - start
    return markers
