"""Sign language sentences as the text files of Progressive Transformers: `.skels` and beside it.

A line of `NAME.skels` is one sentence; its frames are 255 numbers each: x, y of 127 keypoints and
a counter that runs from 0 to 1. `NAME.files` and `NAME.gloss` name the clip and its signs, line
by line. The keypoints, found by drawing them, are OpenPose's without knees, ankles and feet, as
fractions of the AI Hub corpus's pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.crowd import check_size, crowd_of
from gesture_core.keypoints import FACE, KEYPOINTS, LEFT_HAND, RIGHT_HAND, Crowd, keypoint

Array = NDArray[np.float64]

FPS, WIDTH, HEIGHT = 30.0, 1920, 1080
"""Of the AI Hub corpus, from which such files are made."""

UPPER_BODY = (
    *("nose", "neck", "rightShoulder", "rightElbow", "rightWrist"),
    *("leftShoulder", "leftElbow", "leftWrist", "midHip", "rightHip", "leftHip"),
    *("rightEye", "leftEye", "rightEar", "leftEar"),
)
SKELS_KEYPOINTS: tuple[str, ...] = (*UPPER_BODY, *FACE, *LEFT_HAND, *RIGHT_HAND)
"""The 127 keypoints of a frame, in their order."""

MAX_BYTES = 512 * 1024**2
_WIDTH = 2 * len(SKELS_KEYPOINTS) + 1
_ROWS = [keypoint(name) for name in SKELS_KEYPOINTS]


@dataclass(frozen=True, eq=False)
class SkelsClip:
    """One sentence: the clip's name, its glosses in order, and the signer's keypoints."""

    name: str
    glosses: tuple[str, ...]
    crowd: Crowd


def read_skels(path: Path) -> tuple[SkelsClip, ...]:
    """Read every sentence of a `.skels` file, with the `.files` and `.gloss` beside it.

    Confidence is 1 throughout, for the format keeps none; points at exactly 0, 0 were not seen.
    Raises `UserError` naming file and line when a file is missing or too large, the three differ
    in length, a value is no number, or frames are not 255 values with a counter from 0 to 1.
    """
    sentences = _lines(path)
    names, glosses = _lines(path.with_suffix(".files")), _lines(path.with_suffix(".gloss"))
    if not len(sentences) == len(names) == len(glosses):
        raise UserError(
            f"{path} has {len(sentences)} lines, its .files {len(names)} and .gloss {len(glosses)}"
        )
    return tuple(
        SkelsClip(name.strip(), tuple(gloss.split()), _crowd(line, f"{path}:{number}"))
        for number, (line, name, gloss) in enumerate(zip(sentences, names, glosses, strict=True), 1)
    )


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB")
        lines = path.read_bytes().decode("utf-8-sig").rstrip().split("\n")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: {error}") from error
    if lines == [""]:
        raise UserError(f"{path} is empty")
    return lines


def _crowd(line: str, place: str) -> Crowd:
    try:
        values = np.array(line.split(), np.float64)
    except ValueError as error:
        raise UserError(f"{place}: {error}") from error
    if not values.size or values.size % _WIDTH:
        raise UserError(f"{place}: {values.size} values are no frames of {_WIDTH}")
    if not np.isfinite(values).all():
        raise UserError(f"{place}: a value is not finite")
    frames = values.reshape(-1, _WIDTH)
    counter = frames[:, -1]
    if counter.min() < 0 or counter.max() > 1 or (np.diff(counter) < 0).any():
        raise UserError(f"{place}: value {_WIDTH} of each frame must count from 0 to 1")
    check_size(len(frames), 1, len(frames), place)
    points = frames[:, :-1].reshape(len(frames), 1, -1, 2)
    people = np.zeros((len(frames), 1, len(KEYPOINTS), 3))
    people[:, :, _ROWS, :2] = points * (WIDTH, HEIGHT)
    people[:, :, _ROWS, 2] = (points != 0).any(axis=-1)
    return crowd_of(list(people), FPS, WIDTH, HEIGHT, place)
