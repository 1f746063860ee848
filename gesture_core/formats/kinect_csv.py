"""Joint positions from tables of Kinect v2 skeletons: a time stamp, then 25 joints a line.

Joint order and axes: Kinect for Windows SDK 2.0, `JointType` and camera space.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.joint_positions import JointPositions
from gesture_core.formats.number_table import read_number_table
from gesture_core.rotation import quat_between, quat_rotate

Array = NDArray[np.float64]

MAX_BYTES = 256 * 2**20
COLUMNS = 101
"""Time stamp, then x, y, z and tracking state of every joint."""

JOINTS: dict[str, int] = {
    **{"hips": 0, "neck": 2, "head": 3},
    **{"leftUpperArm": 4, "leftLowerArm": 5, "leftHand": 6, "leftMiddleProximal": 7},
    **{"rightUpperArm": 8, "rightLowerArm": 9, "rightHand": 10, "rightMiddleProximal": 11},
    **{"leftUpperLeg": 12, "leftLowerLeg": 13, "leftFoot": 14, "leftToes": 15},
    **{"rightUpperLeg": 16, "rightLowerLeg": 17, "rightFoot": 18, "rightToes": 19},
    **{"leftMiddleTip": 21, "leftThumbTip": 22, "rightMiddleTip": 23, "rightThumbTip": 24},
}
"""Our name of a Kinect joint and its place. The middle of a hand stands for its knuckles; the
middle of the spine and of the shoulders has no joint of ours."""

_TICKS = 1e7
"""Time stamps count 100 ns."""
_CONFIDENCE = np.array([0.0, 0.3, 1.0])
"""Of joints not tracked, inferred and tracked."""
_TO_OURS = np.array([-1.0, 1.0, -1.0])
"""The sensor looks along +Z with +X to the right of whom it sees: half a turn about Y."""


def is_kinect_csv(path: Path | str) -> bool:
    """Whether the first line of a table has the columns of this layout."""
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
            return len(file.readline(65536).rstrip(", \r\n").split(",")) == COLUMNS
    except OSError:
        return False


def read_kinect_csv(path: Path | str) -> JointPositions:
    """Read one recording, resampled to its median rate; whom it sees faces +Z towards the sensor.

    A sensor that looks down or up is levelled by the line from ankles to neck, which is taken to
    be upright on the whole. Heights are measured from the sensor. Raises `UserError` naming the
    line that is broken.
    """
    path = Path(path)
    table = read_number_table(path, COLUMNS, MAX_BYTES)
    times: Array = (table[:, 0] - table[0, 0]) / _TICKS
    if len(times) < 2 or np.any(np.diff(times) <= 0.0):
        raise UserError(f"{path}: needs at least two lines whose time stamps grow")
    fps = round(float(1.0 / np.median(np.diff(times))), 1)
    if not 1.0 <= fps <= 1000.0 or times[-1] * fps > 100.0 * len(times):
        raise UserError(f"{path}: its time stamps make {fps} lines a second over {times[-1]:.0f} s")
    joints = table[:, 1:].reshape(len(table), -1, 4)[:, list(JOINTS.values())]
    grid: Array = np.arange(round(float(times[-1]) * fps) + 1) / fps
    after = np.clip(np.searchsorted(times, grid), 1, len(times) - 1)
    share: Array = np.clip((grid - times[after - 1]) / (times[after] - times[after - 1]), 0.0, 1.0)
    share = share[:, None, None]
    positions = (1.0 - share) * joints[after - 1, :, :3] + share * joints[after, :, :3]
    state = np.clip(joints[..., 3].astype(int), 0, 2)
    confidence = np.minimum(_CONFIDENCE[state[after - 1]], _CONFIDENCE[state[after]])
    return JointPositions(_levelled(positions * _TO_OURS), tuple(JOINTS), confidence, fps)


def _levelled(positions: Array) -> Array:
    """Positions (T, L, 3) turned about the level axes until the body stands upright."""
    neck, left, right = (list(JOINTS).index(name) for name in ("neck", "leftFoot", "rightFoot"))
    line = positions[:, neck] - 0.5 * (positions[:, left] + positions[:, right])
    return quat_rotate(quat_between(np.median(line, axis=0), [0.0, 1.0, 0.0]), positions)
