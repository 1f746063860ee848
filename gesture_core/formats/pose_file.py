"""`.pose` files of sign-language-processing, read through its `pose-format` library.

Format: https://github.com/sign-language-processing/pose, "docs/specs".
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.crowd import check_size, crowd_of
from gesture_core.formats.mediapipe_layout import (
    BODY_LANDMARKS,
    IRIS_VERTICES,
    MESH_VERTICES,
    holistic_to_keypoints,
    within_picture,
)
from gesture_core.keypoints import BODY, Crowd

Array = NDArray[np.float64]
Layout = dict[str, tuple[str, ...]]

MAX_BYTES = 1024**3
"""About an hour of MediaPipe Holistic at 30 frames a second."""

_FINGERS = ("THUMB", "INDEX_FINGER", "MIDDLE_FINGER", "RING_FINGER", "PINKY")
_JOINTS = {finger: ("MCP", "PIP", "DIP", "TIP") for finger in _FINGERS}
_JOINTS["THUMB"] = ("CMC", "MCP", "IP", "TIP")
_HOLISTIC_HAND = (
    "WRIST",
    *(f"{finger}_{joint}" for finger in _FINGERS for joint in _JOINTS[finger]),
)
HOLISTIC: Layout = {
    "POSE_LANDMARKS": tuple(re.sub("([A-Z])", r"_\1", name).upper() for name in BODY_LANDMARKS),
    "FACE_LANDMARKS": tuple(str(vertex) for vertex in range(MESH_VERTICES + IRIS_VERTICES)),
    "LEFT_HAND_LANDMARKS": _HOLISTIC_HAND,
    "RIGHT_HAND_LANDMARKS": _HOLISTIC_HAND,
}
"""Components and points of MediaPipe Holistic, in the order of `holistic_to_keypoints`."""

_FACE_GROUPS = {"FB": 17, "FEB": 10, "FN": 9, "FE": 12, "FLO": 12, "FLI": 8, "FP": 2}
_FACE_PREFIXES = [prefix for prefix, count in _FACE_GROUPS.items() for _ in range(count)]
_OPENPOSE_HAND = (
    *("BASE", "T_STT", "T_BCMC", "T_MCP", "T_IP"),
    *(f"{finger}_{joint}" for finger in "IMRP" for joint in ("CMC", "MCP", "PIP", "DIP")),
)
OPENPOSE: Layout = {
    "pose_keypoints_2d": tuple(
        name[0].upper() + name[1:].removeprefix("eft").removeprefix("ight") for name in BODY
    ),
    "face_keypoints_2d": tuple(f"{group}_{row}" for row, group in enumerate(_FACE_PREFIXES)),
    "hand_left_keypoints_2d": _OPENPOSE_HAND,
    "hand_right_keypoints_2d": _OPENPOSE_HAND,
}
"""Components and points of OpenPose, in the order of `KEYPOINTS`."""

_MALFORMED = (
    *(struct.error, ValueError, TypeError, IndexError, ArithmeticError),
    *(NotImplementedError, MemoryError),
)
"""What pose-format raises on bytes that are no `.pose` file."""


def read_pose(path: Path) -> Crowd:
    """Read everybody in a `.pose` file, of MediaPipe Holistic's layout or of OpenPose's 137.

    Components and their points are found by name, so that reduced files (upper body, 128 face
    points) are read for what they hold; world landmarks are left aside. Masked points have
    confidence 0, as have those that Holistic guesses outside of the picture; its face and hands,
    of which it gives none, have 1. Of version 0.0 pose-format reads the first person of each
    frame only. Raises `UserError` naming the file when pose-format is missing, the file is no
    `.pose` file, or it holds neither layout.
    """
    header, body = _open(path)
    frames, people, _, dimensions = body.data.shape
    check_size(frames, people, frames * people, str(path))
    rows = [
        (component.name, point) for component in header.components for point in component.points
    ]
    layout = next((each for each in (HOLISTIC, OPENPOSE) if _named(each) & set(rows)), None)
    if layout is None or dimensions < 2:
        found = ", ".join(component.name for component in header.components)
        raise UserError(
            f"{path} holds {found}; expected MediaPipe Holistic's POSE_LANDMARKS, FACE_LANDMARKS "
            "… or OpenPose's pose_keypoints_2d …, with x and y"
        )
    parts = _parts(rows, body, layout)
    size = header.dimensions
    if layout is HOLISTIC:
        keypoints = holistic_to_keypoints(parts[0], *(part[..., :2] for part in parts[1:]))
        keypoints = within_picture(keypoints, size.width, size.height)
    else:
        keypoints = np.concatenate(parts, axis=2)
    return crowd_of(list(keypoints), float(body.fps), size.width, size.height, str(path))


def _parts(rows: list[tuple[str, str]], body: Any, layout: Layout) -> list[Array]:
    """Points (T, N, n, 3) of each component of `layout`, NaN where a point is masked or absent.

    `rows`: component and name of every point of the file.
    """
    places = np.where(body.confidence[..., None] > 0, body.data.data[..., :2], np.nan)
    points = np.concatenate([places, body.confidence[..., None]], axis=-1)
    absent = np.full((*points.shape[:2], 1, 3), np.nan)
    points = np.concatenate([points, absent], axis=2)  # so that row -1 is absent
    row = {name: number for number, name in enumerate(rows)}
    return [
        points[:, :, [row.get((component, name), -1) for name in names]]
        for component, names in layout.items()
    ]


def _named(layout: Layout) -> set[tuple[str, str]]:
    return {(component, name) for component, names in layout.items() for name in names}


def _open(path: Path) -> tuple[Any, Any]:
    """Header and body as pose-format has them; it carries no types."""
    try:
        from pose_format import Pose
    except ImportError as error:
        raise UserError("reading .pose files needs pip install 'momjit[data]'") from error
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB")
        pose: Any = Pose.read(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except _MALFORMED as error:
        raise UserError(f"{path} is not a whole .pose file: {error}") from error
    return pose.header, pose.body
