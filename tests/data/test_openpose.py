"""OpenPose folders: round trips of what is written, parity with pose-format, broken files."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.openpose import ASSUMED_FPS, COCO_BODY, MPI_BODY, read_openpose
from gesture_core.keypoints import (
    BODY,
    BODY_SLICE,
    FACE_SLICE,
    KEYPOINTS,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    keypoint,
)

Array = NDArray[np.float64]

PARTS = {
    "pose_keypoints_2d": BODY_SLICE,
    "face_keypoints_2d": FACE_SLICE,
    "hand_left_keypoints_2d": LEFT_HAND_SLICE,
    "hand_right_keypoints_2d": RIGHT_HAND_SLICE,
}


def write_frame(folder: Path, number: int, people: Any, clip: str = "talk") -> Path:
    path = folder / f"{clip}_{number:012d}_keypoints.json"
    path.write_text(json.dumps({"version": 1.3, "people": people}))
    return path


def person(seed: int = 0, low: float = 0.0, high: float = 300.0) -> Array:
    """Keypoints (137, 3) all seen, within a square of the picture."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.1, 1.0, (137, 1))
    return np.concatenate([random.uniform(low, high, (137, 2)), confidence], axis=1)


def as_json(keypoints: Array) -> dict[str, list[float]]:
    return {key: keypoints[part].ravel().tolist() for key, part in PARTS.items()}


def test_frames_people_and_parts_come_back(tmp_path: Path) -> None:
    one, two = person(1), person(2)
    write_frame(tmp_path, 7, [as_json(one), as_json(two)])
    write_frame(tmp_path, 9, [as_json(two)])
    write_frame(tmp_path, 10, [])
    (tmp_path / "notes.txt").write_text("not a frame")
    crowd = read_openpose(tmp_path, fps=25, width=640, height=480)
    assert [len(people) for people in crowd.frames] == [2, 0, 1, 0]
    np.testing.assert_allclose(crowd.frames[0], np.stack([one, two]))
    np.testing.assert_allclose(crowd.frames[2], two[None])
    assert (crowd.fps, crowd.width, crowd.height) == (25, 640, 480)


def test_an_untold_rate_is_the_documented_one(tmp_path: Path) -> None:
    write_frame(tmp_path, 0, [])
    crowd = read_openpose(tmp_path)
    assert crowd.fps == ASSUMED_FPS
    assert [people.shape for people in crowd.frames] == [(0, 137, 3)]


def test_missing_parts_are_unseen_and_confidence_ends_at_one(tmp_path: Path) -> None:
    body = person()[BODY_SLICE]
    body[3, 2], body[4] = 1.006, (55.0, 66.0, 0.0)  # OpenPose exceeds 1 a little
    part = {"pose_keypoints_2d": body.ravel().tolist(), "face_keypoints_2d": []}
    write_frame(tmp_path, 0, [part])
    (found,) = read_openpose(tmp_path).frames[0]
    assert found[3, 2] == 1.0
    np.testing.assert_array_equal(found[4], 0)
    assert not found[FACE_SLICE.start :].any()


@pytest.mark.parametrize(("layout", "values"), [(COCO_BODY, 54), (MPI_BODY, 45)])
def test_older_bodies_are_mapped_by_name(
    tmp_path: Path, layout: tuple[str, ...], values: int
) -> None:
    points = [number for index in range(len(layout)) for number in (index * 10 + 5, index, 0.5)]
    assert len(points) == values
    points[3 * layout.index("leftHip") + 2] = 0.25
    write_frame(tmp_path, 0, [{"pose_keypoints_2d": points}])
    (found,) = read_openpose(tmp_path).frames[0]
    for name in set(layout) & set(BODY):
        assert found[keypoint(name), 0] == layout.index(name) * 10 + 5
    right, left = layout.index("rightHip"), layout.index("leftHip")
    middle = [(right + left) * 5 + 5, (right + left) / 2, 0.25]
    np.testing.assert_allclose(found[keypoint("midHip")], middle)
    known = {*layout, "midHip"} & set(KEYPOINTS)
    assert np.count_nonzero(found[:, 2]) == len(known)


def test_the_older_layouts_are_those_openpose_documents() -> None:
    # its pages number COCO's left knee 12 and right ear 16, MPI's left ankle 13 and chest 14
    assert COCO_BODY.index("leftKnee") == 12
    assert COCO_BODY.index("rightEar") == 16
    assert MPI_BODY.index("leftAnkle") == 13
    assert MPI_BODY.index("chest") == 14


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_coordinates_relative_to_the_picture(tmp_path: Path, low: float) -> None:
    pixels = person(3, 40, 460)
    relative = pixels.copy()
    pixels[40, :2] = -60, 500  # a point outside the picture, as reaching hands have
    relative[:, :2] = low + (1 - low) * pixels[:, :2] / [640, 480]
    write_frame(tmp_path, 0, [as_json(relative)])
    with pytest.raises(UserError, match="width and height"):
        read_openpose(tmp_path)
    (found,) = read_openpose(tmp_path, width=640, height=480).frames[0]
    np.testing.assert_allclose(found, pixels)


@pytest.mark.parametrize(
    ("right", "bottom", "size"),
    [
        (300, 230, (320, 240)),
        (247, 265, (640, 360)),
        (1200, 1079, (1920, 1080)),
        (900, 1500, (1080, 1920)),
        (5000, 4500.5, (5000, 4501)),
    ],
)
def test_an_untold_picture_size_holds_every_point(
    tmp_path: Path, right: float, bottom: float, size: tuple[int, int]
) -> None:
    keypoints = person()
    keypoints[0, :2] = right, bottom
    keypoints[:, :2] = np.minimum(keypoints[:, :2], [right, bottom])
    write_frame(tmp_path, 0, [as_json(keypoints)])
    crowd = read_openpose(tmp_path)
    assert (crowd.width, crowd.height) == size


def test_width_without_height_is_refused(tmp_path: Path) -> None:
    write_frame(tmp_path, 0, [])
    with pytest.raises(UserError, match="both width and height"):
        read_openpose(tmp_path, width=640)


people = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            key: st.one_of(
                st.just([]),
                st.integers(0, 2**16).map(
                    lambda seed, n=part.stop - part.start: (
                        person(seed, -20, 2000)[:n].round(3).ravel().tolist()
                    )
                ),
            )
            for key, part in PARTS.items()
        },
    ).filter(bool),
    max_size=4,
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.integers(0, 12), people, min_size=1, max_size=5))
def test_any_number_of_people_with_any_parts_comes_back(frames: dict[int, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for number, group in frames.items():
            write_frame(Path(name), number, group)
        crowd = read_openpose(Path(name), width=1920, height=1080)
    first = min(frames)
    assert len(crowd.frames) == max(frames) - first + 1
    for number, found in enumerate(crowd.frames, first):
        expected: list[Array] = []
        for each in frames.get(number, []):
            keypoints = np.zeros((137, 3))
            for key, part in PARTS.items():
                if each.get(key):
                    keypoints[part] = np.reshape(each[key], (-1, 3))
            if keypoints.any():
                expected.append(keypoints)
        np.testing.assert_array_equal(found, np.reshape(expected, (-1, 137, 3)))


def test_parity_with_pose_format(tmp_path: Path) -> None:
    openpose = pytest.importorskip("pose_format.utils.openpose")
    for number in (0, 1, 4):
        write_frame(tmp_path, number, [as_json(person(number))])
    ours = read_openpose(tmp_path, fps=25, width=400, height=400)
    theirs = openpose.load_openpose_directory(str(tmp_path), fps=25, width=400, height=400)
    for number, found in enumerate(ours.frames):
        expected = np.zeros((0, 137, 3))
        if theirs.body.confidence[number].any():
            expected = np.concatenate(
                [theirs.body.data[number].data, theirs.body.confidence[number][..., None]], axis=-1
            )
        np.testing.assert_allclose(found, expected, rtol=1e-6)


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "truncated": ('{"people": [{"pose_keypoints_2d": [1, 2', "not valid JSON"),
    "nan": ('{"people": [{"pose_keypoints_2d": [NaN]}]}', "NaN"),
    "infinity": ('{"people": [{"pose_keypoints_2d": [-Infinity]}]}', "Infinity"),
    "overflow": ('{"people": [{"pose_keypoints_2d": [1e999]}]}', "too large"),
    "long integer": ('{"people": [{"face_keypoints_2d": [1' + "0" * 400 + "]}]}", "too large"),
    "longer integer": ('{"people": [' + "9" * 5000 + "]}", "not valid JSON"),
    "text": ('{"people": [{"pose_keypoints_2d": [1, "2", 3]}]}', r"\[1\]: expected a number"),
    "truth": ('{"people": [{"pose_keypoints_2d": [true]}]}', "found a truth value"),
    "null": ('{"people": [{"pose_keypoints_2d": [null]}]}', "found nothing"),
    "length": ('{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', "3 numbers; expected 75 or 54"),
    "face length": ('{"people": [{"face_keypoints_2d": [1, 2, 3]}]}', "expected 210"),
    "far": (
        json.dumps({"people": [as_json(person() * [1e30, 1, 1])]}),
        "outside any picture",
    ),
    "no people": ('{"version": 1.3}', "people: expected a list"),
    "number for people": ('{"people": 3}', "people: expected a list"),
    "text for person": ('{"people": ["me"]}', r"people\[0\]: expected an object"),
    "no parts": ('{"people": [{"person_id": [-1]}]}', "has none of pose_keypoints_2d"),
    "list": ("[]", "expected an object"),
    "empty": ("", "not valid JSON"),
    "deep": ("[" * 100_000, "nests too deeply"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", "not valid JSON"),
    "crowded": (json.dumps({"people": [{"pose_keypoints_2d": []}] * 65}), "at most 64"),
    "huge": (" " * (4 * 1024**2 + 1), "larger than 4096 KiB"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_frame_is_named_with_its_fault(tmp_path: Path, kind: str) -> None:
    content, fault = BROKEN[kind]
    write_frame(tmp_path, 0, [as_json(person())])
    path = write_frame(tmp_path, 1, [])
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UserError, match=fault) as caught:
        read_openpose(tmp_path)
    named = str(tmp_path) if kind == "far" else path.name  # the size is inferred from all frames
    assert named in str(caught.value)


def test_broken_frames_are_counted(tmp_path: Path) -> None:
    for number in range(5):
        path = write_frame(tmp_path, number, [])
        if number in (1, 3):
            path.write_text("{")
    with pytest.raises(UserError, match=r"000001_keypoints.*2 of 5 frames are broken"):
        read_openpose(tmp_path)


def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read"):
        read_openpose(tmp_path / "absent")
    with pytest.raises(UserError, match="no OpenPose frames"):
        read_openpose(tmp_path)
    file = write_frame(tmp_path, 0, [])
    with pytest.raises(UserError, match="cannot read"):
        read_openpose(file)
    other = write_frame(tmp_path, 1, [], clip="other")
    with pytest.raises(UserError, match="several clips: other, talk"):
        read_openpose(tmp_path)
    other.rename(tmp_path / "talk_0_keypoints.json")
    with pytest.raises(UserError, match="a frame number twice"):
        read_openpose(tmp_path)


def test_a_gap_too_long_for_any_video_is_refused(tmp_path: Path) -> None:
    write_frame(tmp_path, 0, [])
    write_frame(tmp_path, 999_999_999_999, [])
    with pytest.raises(UserError, match="more than 500000"):
        read_openpose(tmp_path)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1e9])
def test_rates_that_are_none_are_refused(tmp_path: Path, fps: float) -> None:
    write_frame(tmp_path, 0, [])
    with pytest.raises(UserError, match="frames a second"):
        read_openpose(tmp_path, fps=fps)
