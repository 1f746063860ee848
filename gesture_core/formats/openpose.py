"""OpenPose's JSON: one file per picture, each person as flat lists of x, y, confidence.

Format: https://github.com/CMU-Perceptual-Computing-Lab/openpose, "Output Format".
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.crowd import MAX_FRAMES, MAX_PEOPLE, MAX_PIXEL, check_size, crowd_of
from gesture_core.formats.json_file import json_list, json_numbers, json_object, read_json
from gesture_core.keypoints import (
    BODY,
    FACE,
    KEYPOINTS,
    LEFT_HAND,
    RIGHT_HAND,
    Crowd,
    keypoint,
)

Array = NDArray[np.float64]

ASSUMED_FPS = 30.0
"""OpenPose writes no frame rate; the seed's talks and the AI Hub corpus have this one."""

PICTURE_SIZES: tuple[tuple[int, int], ...] = (
    *((320, 240), (640, 360), (640, 480), (854, 480), (1280, 720), (1920, 1080)),
    *((1080, 1920), (2560, 1440), (3840, 2160), (2160, 3840)),
)
"""Usual widths and heights of video, the more likely before the less likely."""

MAX_FRAME_BYTES = 4 * 1024**2

_ARMS, _LEGS = ("Shoulder", "Elbow", "Wrist"), ("Hip", "Knee", "Ankle")
_LIMBS = tuple(
    f"{side}{joint}" for joints in (_ARMS, _LEGS) for side in ("right", "left") for joint in joints
)
COCO_BODY = ("nose", "neck", *_LIMBS, "rightEye", "leftEye", "rightEar", "leftEar")
MPI_BODY = ("topOfHead", "neck", *_LIMBS, "chest")
"""Body points of OpenPose's older models; the top of the head and the chest are no keypoints."""

PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "pose_keypoints": (BODY, COCO_BODY, MPI_BODY),
    "face_keypoints": (FACE,),
    "hand_left_keypoints": (LEFT_HAND,),
    "hand_right_keypoints": (RIGHT_HAND,),
}
"""Each list of a person and the layouts it may have, told apart by their number of points."""

_ROWS = {
    names: (
        [keypoint(name) for name in names if name in KEYPOINTS],
        [column for column, name in enumerate(names) if name in KEYPOINTS],
    )
    for layouts in PARTS.values()
    for names in layouts
}
"""Layout → rows in `KEYPOINTS`, and where their points are among the layout's."""

_NAME = re.compile(r"(?P<clip>.*?)_?(?P<number>\d{1,12})_keypoints\.json")


def read_openpose(
    folder: Path,
    *,
    fps: float | None = None,
    width: int | None = None,
    height: int | None = None,
) -> Crowd:
    """Read the folder of `*_keypoints.json` that OpenPose wrote for one video.

    Frames follow the number in the file's name, from the first there is; numbers left out are
    frames with nobody. Bodies may be BODY_25, COCO (18) or MPI (15); face and hands may be
    missing. `fps` is `ASSUMED_FPS` when not told. Coordinates from 0 to 1 or from -1 to 1
    (`--keypoint_scale` 3 and 4) are recognised and need `width` and `height`; for pixels these
    default to the first of `PICTURE_SIZES` that holds every point, or to the points' own extent
    beyond the largest. Raises `UserError` naming file and place for anything broken: delete the
    file, and its frame counts as one with nobody.
    """
    if (width is None) != (height is None):
        raise UserError(f"{folder}: give both width and height of the pictures, or neither")
    frames = read_frames(folder)
    points = np.concatenate(frames)
    points = points[points[..., 2] > 0][:, :2]
    low = _relative_to(points)
    if low is not None:
        if width is None or height is None:
            raise UserError(
                f"{folder} holds coordinates relative to the picture; give its width and height"
            )
        scale = np.array([width, height]) / (1.0 - low)
        for people in frames:
            people[..., :2] = (people[..., :2] - low) * scale
    elif width is None or height is None:
        width, height = _picture_size(points, str(folder))
    return crowd_of(frames, ASSUMED_FPS if fps is None else fps, width, height, str(folder))


def _relative_to(points: Array) -> float | None:
    """Where a range that ends at 1 begins, 0 or -1; None when points (N, 2) are in pixels.

    Judged by the bulk of the points, for a hand may reach out of the picture: in pixels hardly
    any lie within 1 of the corner, and from 0 to 1 hardly any lie clearly below 0.
    """
    if not points.size or np.median(np.abs(points)) > 1.0:
        return None
    return -1.0 if np.quantile(points, 0.05) < -0.1 else 0.0


def _picture_size(points: Array, place: str) -> tuple[int, int]:
    """Smallest likely picture that holds all points (N, 2)."""
    right, bottom = points.max(axis=0, initial=0.0)
    if max(right, bottom) > MAX_PIXEL:
        raise UserError(f"{place} has points outside any picture")
    fitting = (size for size in PICTURE_SIZES if right <= size[0] and bottom <= size[1])
    return next(fitting, (int(np.ceil(right)), int(np.ceil(bottom))))


def read_frames(folder: Path, dimensions: int = 2) -> list[Array]:
    """Everybody in each picture: (N, 137, 3) of x, y, confidence, or (N, 137, 4) in 3 dimensions.

    Coordinates are as the files have them. Raises `UserError` naming the first broken file and
    its fault, and how many are broken.
    """
    files = _frame_files(folder)
    frames: list[Array] = []
    broken: list[UserError] = []
    poses = 0
    for number in range(min(files), max(files) + 1):
        people = np.zeros((0, len(KEYPOINTS), dimensions + 1))
        try:
            if number in files:
                people = _read_frame(files[number], dimensions)
        except UserError as error:
            broken.append(error)
        frames.append(people)
        poses += len(people)
        check_size(len(frames), len(people), poses, str(folder))
    if broken:
        count = f"{len(broken)} of {len(files)} frames are broken"
        raise UserError(f"{broken[0]} ({count})") from broken[0]
    return frames


def _frame_files(folder: Path) -> dict[int, Path]:
    """Files of a folder by frame number; they must be those of a single clip."""
    try:
        matches = [(path, _NAME.fullmatch(path.name)) for path in sorted(folder.iterdir())]
    except OSError as error:
        raise UserError(f"cannot read the folder {folder}: {error.strerror}") from error
    found = [(path, match) for path, match in matches if match]
    if not found:
        raise UserError(f"{folder} holds no OpenPose frames (…_000000000000_keypoints.json)")
    clips = sorted({match["clip"] for _, match in found})
    if len(clips) > 1:
        raise UserError(f"{folder} holds frames of several clips: {', '.join(clips[:3])}")
    files = {int(match["number"]): path for path, match in found}
    if len(files) < len(found):
        raise UserError(f"{folder} holds a frame number twice")
    if max(files) - min(files) >= MAX_FRAMES:
        raise UserError(f"{folder}: frames {min(files)} to {max(files)} are more than {MAX_FRAMES}")
    return files


def _read_frame(path: Path, dimensions: int) -> Array:
    value = json_object(read_json(path, MAX_FRAME_BYTES), str(path)).get("people")
    people: list[object] = [value]  # AI Hub writes its only person without a list
    if not isinstance(value, dict):
        people = json_list(value, f"{path}: people")
    if len(people) > MAX_PEOPLE:
        raise UserError(f"{path}: {len(people)} people; at most {MAX_PEOPLE} are read")
    found = [
        _person_keypoints(person, dimensions, f"{path}: people[{index}]")
        for index, person in enumerate(people)
    ]
    return np.stack(found) if found else np.zeros((0, len(KEYPOINTS), dimensions + 1))


def _person_keypoints(value: object, dimensions: int, place: str) -> Array:
    person = json_object(value, place)
    keypoints = np.zeros((len(KEYPOINTS), dimensions + 1))
    keys = {part: f"{part}_{dimensions}d" for part in PARTS}
    if not person.keys() & keys.values():
        raise UserError(f"{place} has none of {', '.join(keys.values())}")
    for part, key in keys.items():
        values = json_numbers(person.get(key, []), f"{place}.{key}")
        if values.size:  # an empty list stands for a part that was not looked for
            names = _layout(part, values, keypoints.shape[1], f"{place}.{key}")
            rows, columns = _ROWS[names]
            keypoints[rows] = values.reshape(len(names), -1)[columns]
            if part == "pose_keypoints" and "midHip" not in names:
                hips = keypoints[[keypoint("leftHip"), keypoint("rightHip")]]
                middle = np.array([*hips[:, :-1].mean(axis=0), hips[:, -1].min()])
                keypoints[keypoint("midHip")] = middle
    return keypoints


def _layout(part: str, values: Array, width: int, place: str) -> tuple[str, ...]:
    for names in PARTS[part]:
        if len(values) == len(names) * width:
            return names
    counts = " or ".join(str(len(names) * width) for names in PARTS[part])
    raise UserError(f"{place}: {len(values)} numbers; expected {counts}")
