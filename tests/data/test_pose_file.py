"""`.pose` files: parity with pose-format by name, files it writes, broken bytes."""

from __future__ import annotations

import contextlib
import io
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.mediapipe_layout import BODY_LANDMARKS, FACE_MESH_VERTICES
from gesture_core.formats.pose_file import HOLISTIC, OPENPOSE, read_pose
from gesture_core.keypoints import (
    FACE_SLICE,
    KEYPOINTS,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    keypoint,
)

pose_format = pytest.importorskip("pose_format")
pose_header = pytest.importorskip("pose_format.pose_header")
numpy_body = pytest.importorskip("pose_format.numpy")

Array = NDArray[np.float64]
Layout = dict[str, tuple[str, ...]]


def pose_bytes(layout: Layout, data: Array, confidence: Array, fps: float = 25.0) -> bytes:
    """A `.pose` file as pose-format writes it: data (T, P, N, D), confidence (T, P, N)."""
    axes = "XYZ"[: data.shape[-1]] + "C"
    components = [
        pose_header.PoseHeaderComponent(name, list(points), [], [], axes)
        for name, points in layout.items()
    ]
    dimensions = pose_header.PoseHeaderDimensions(640, 480, 0)
    header = pose_header.PoseHeader(0.2, dimensions, components)
    buffer = io.BytesIO()
    body = numpy_body.NumPyPoseBody(fps, data.astype(np.float32), confidence.astype(np.float32))
    pose_format.Pose(header, body).write(buffer)
    return buffer.getvalue()


def made_up(layout: Layout, frames: int, people: int, depth: int) -> tuple[Array, Array]:
    generator = np.random.default_rng(5)
    points = sum(map(len, layout.values()))
    data = generator.uniform(1, 400, (frames, people, points, depth)).round(2)
    return data, generator.uniform(0.1, 1, (frames, people, points)).round(3)


def fixture(shared_data: Callable[[str], Path], name: str) -> tuple[Path, Any]:
    path = next(shared_data("pose_fixtures").rglob(f"{name}.pose"))
    return path, pose_format.Pose.read(path.read_bytes())


def of_library(pose: Any, component: str, point: str, anywhere: bool = False) -> Array:
    """A point (T, 3) of the first person, asked for by name; zero where it counts as unseen."""
    row = pose.header.get_point_index(component, point)
    places = pose.body.data[:, 0, row, :2].data
    confidence = np.minimum(pose.body.confidence[:, 0, row], 1)
    size = (pose.header.dimensions.width, pose.header.dimensions.height)
    inside = anywhere | ((places >= 0) & (places < size)).all(axis=1)
    return np.column_stack([places, confidence]) * (inside & (confidence > 0))[:, None]


@pytest.mark.parametrize("name", ["mediapipe", "mediapipe_long", "segmentation_example"])
def test_holistic_files_agree_with_pose_format(
    shared_data: Callable[[str], Path], name: str
) -> None:
    path, pose = fixture(shared_data, name)
    crowd = read_pose(path)
    assert len(crowd.frames) == len(pose.body.data)
    assert crowd.fps == pytest.approx(pose.body.fps)
    assert (crowd.width, crowd.height) == (
        pose.header.dimensions.width,
        pose.header.dimensions.height,
    )
    found = np.concatenate(crowd.frames)
    assert found.shape == (len(pose.body.data), 137, 3)
    for ours, theirs in {
        "leftShoulder": "LEFT_SHOULDER",
        "rightElbow": "RIGHT_ELBOW",
        "leftWrist": "LEFT_WRIST",
        "rightHip": "RIGHT_HIP",
    }.items():
        expected = of_library(pose, "POSE_LANDMARKS", theirs)
        np.testing.assert_allclose(found[:, keypoint(ours)], expected)
    for ours, theirs in {
        "leftHandThumb4": ("LEFT_HAND_LANDMARKS", "THUMB_TIP"),
        "rightHandLittle2": ("RIGHT_HAND_LANDMARKS", "PINKY_PIP"),
        "face36": ("FACE_LANDMARKS", "33"),
        "face54": ("FACE_LANDMARKS", "291"),
    }.items():
        expected = of_library(pose, *theirs)
        np.testing.assert_allclose(found[:, keypoint(ours), :2], expected[:, :2])
        np.testing.assert_array_equal(found[:, keypoint(ours), 2], expected[:, 2] > 0)


def test_openpose_files_agree_with_pose_format(shared_data: Callable[[str], Path]) -> None:
    path, pose = fixture(shared_data, "openpose")
    found = np.concatenate(read_pose(path).frames)
    names = [(name, point) for name, points in OPENPOSE.items() for point in points]
    assert len(found) == len(pose.body.data)
    for row, name in enumerate(names):
        np.testing.assert_allclose(found[:, row], of_library(pose, *name, anywhere=True))


@pytest.mark.parametrize("name", ["mediapipe", "openpose", "segmentation_example"])
def test_hands_hang_on_their_own_wrists(shared_data: Callable[[str], Path], name: str) -> None:
    people = np.concatenate(read_pose(fixture(shared_data, name)[0]).frames)
    left, right = keypoint("leftShoulder"), keypoint("rightShoulder")
    width = np.linalg.norm(people[:, left, :2] - people[:, right, :2], axis=1).mean()
    assert people[:, left, 0].mean() > people[:, right, 0].mean()  # facing the camera
    for side, other in (("left", "right"), ("right", "left")):
        hand, wrist = keypoint(f"{side}HandWrist"), keypoint(f"{side}Wrist")
        both = people[(people[:, [hand, wrist, keypoint(f"{other}Wrist")], 2] > 0).all(axis=1)]
        if len(both):
            own = np.linalg.norm(both[:, hand, :2] - both[:, wrist, :2], axis=1).mean()
            assert own < 0.15 * width, (name, side)


def test_the_tables_name_what_pose_format_names() -> None:
    holistic = pytest.importorskip("pose_format.utils.holistic")
    openpose = pytest.importorskip("pose_format.utils.openpose")
    for table, components in (
        (HOLISTIC, holistic.holistic_components("XYZC", 10)),
        (OPENPOSE, openpose.OpenPose_Components),
    ):
        theirs = {component.name: tuple(component.points) for component in components}
        for name, points in table.items():
            assert points == theirs[name]


def test_several_people_come_back(tmp_path: Path) -> None:
    data, confidence = made_up(OPENPOSE, frames=3, people=2, depth=2)
    confidence[1, 0] = 0  # the first person leaves for a frame
    path = tmp_path / "two.pose"
    path.write_bytes(pose_bytes(OPENPOSE, data, confidence))
    crowd = read_pose(path)
    assert [len(people) for people in crowd.frames] == [2, 1, 2]
    np.testing.assert_allclose(crowd.frames[1][0, :, :2], data[1, 1], rtol=1e-6)
    np.testing.assert_allclose(crowd.frames[2][1, :, 2], confidence[2, 1], rtol=1e-6)
    assert (crowd.fps, crowd.width, crowd.height) == (25, 640, 480)


def test_components_and_points_are_found_by_name(tmp_path: Path) -> None:
    extended = {**HOLISTIC, "POSE_WORLD_LANDMARKS": HOLISTIC["POSE_LANDMARKS"]}
    data, confidence = made_up(extended, frames=2, people=1, depth=3)
    straight = tmp_path / "straight.pose"
    straight.write_bytes(pose_bytes(extended, data, confidence))
    rows = [(name, point) for name, points in extended.items() for point in points]
    shuffled = {
        name: tuple(random.Random(name).sample(extended[name], len(extended[name])))
        for name in reversed(extended)
    }
    order = [rows.index((name, point)) for name, points in shuffled.items() for point in points]
    mixed = tmp_path / "mixed.pose"
    mixed.write_bytes(pose_bytes(shuffled, data[:, :, order], confidence[:, :, order]))
    one, two = read_pose(straight), read_pose(mixed)
    np.testing.assert_array_equal(np.stack(one.frames), np.stack(two.frames))
    nose, pupil = data[0, 0, 0], data[0, 0, len(BODY_LANDMARKS) + 468]
    np.testing.assert_allclose(one.frames[0][0, keypoint("nose"), :2], nose[:2], rtol=1e-6)
    np.testing.assert_allclose(one.frames[0][0, keypoint("rightPupil"), :2], pupil[:2], rtol=1e-6)


def test_reduced_files_hold_what_they_hold(tmp_path: Path) -> None:
    reduced = {
        "POSE_LANDMARKS": ("RIGHT_SHOULDER", "LEFT_SHOULDER"),
        "FACE_LANDMARKS": ("33", "133"),
    }
    data, confidence = made_up(reduced, frames=1, people=1, depth=3)
    path = tmp_path / "reduced.pose"
    path.write_bytes(pose_bytes(reduced, data, confidence))
    (found,) = read_pose(path).frames[0]
    seen = {name for name, point in zip(KEYPOINTS, found, strict=True) if point[2] > 0}
    assert seen == {"rightShoulder", "leftShoulder", "neck", "face36", "face39", "rightPupil"}
    np.testing.assert_allclose(
        found[keypoint("rightPupil"), :2], data[0, 0, 2:, :2].mean(0), rtol=1e-6
    )


def test_masked_points_are_not_seen_whatever_they_hold(tmp_path: Path) -> None:
    data, confidence = made_up(HOLISTIC, frames=1, people=1, depth=3)
    face = sum(map(len, list(HOLISTIC.values())[:1]))
    confidence[..., face + FACE_MESH_VERTICES[0]] = 0
    data[..., face + FACE_MESH_VERTICES[1], 0] = np.nan
    path = tmp_path / "masked.pose"
    path.write_bytes(pose_bytes(HOLISTIC, data, confidence))
    (found,) = read_pose(path).frames[0]
    np.testing.assert_array_equal(found[FACE_SLICE][:2], 0)
    assert (found[FACE_SLICE][2:, 2] == 1).all()
    assert (found[LEFT_HAND_SLICE, 2] == 1).all()
    assert (found[RIGHT_HAND_SLICE, 2] == 1).all()


def whole() -> bytes:
    return pose_bytes(OPENPOSE, *made_up(OPENPOSE, frames=2, people=1, depth=2))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(whole()) - 1))
def test_a_truncated_file_is_refused(tmp_path_factory: pytest.TempPathFactory, size: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "cut.pose"
    path.write_bytes(whole()[:size])
    with pytest.raises(UserError, match=r"cut\.pose"):
        read_pose(path)


@pytest.mark.parametrize("missing", [1, 500, 100_000, 500_000])
def test_a_truncated_real_file_is_refused(
    shared_data: Callable[[str], Path], tmp_path: Path, missing: int
) -> None:
    # Version 0.1 tells its frames by the size of the file, so that any size is a whole file.
    path = tmp_path / "cut.pose"
    path.write_bytes(fixture(shared_data, "mediapipe")[0].read_bytes()[:-missing])
    with pytest.raises(UserError, match=r"cut\.pose"):
        read_pose(path)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damaged_bytes_never_end_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, position: int, damage: bytes
) -> None:
    content = bytearray(whole())
    content[position : position + len(damage)] = damage
    path = tmp_path_factory.mktemp("damaged") / "damaged.pose"
    path.write_bytes(content)
    with contextlib.suppress(UserError):
        assert all(np.isfinite(people).all() for people in read_pose(path).frames)


def test_other_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.pose"
    for content in (b"", b"{}", b"\x89PNG\r\n\x1a\n" * 40, b"0" * 5000):
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"wrong\.pose"):
            read_pose(path)
    with pytest.raises(UserError, match="cannot read"):
        read_pose(tmp_path / "absent.pose")
    with pytest.raises(UserError, match="cannot read"):
        read_pose(tmp_path)


@pytest.mark.parametrize(
    ("layout", "fault"),
    [
        ({"BODY_135": ("Nose", "LEye")}, "holds BODY_135; expected MediaPipe Holistic's"),
        ({"POSE_LANDMARKS": ("TAIL", "WING")}, "holds POSE_LANDMARKS; expected"),
    ],
)
def test_layouts_that_are_neither_are_named(tmp_path: Path, layout: Layout, fault: str) -> None:
    path = tmp_path / "other.pose"
    path.write_bytes(pose_bytes(layout, *made_up(layout, frames=1, people=1, depth=2)))
    with pytest.raises(UserError, match=fault):
        read_pose(path)


@pytest.mark.parametrize(
    ("frames", "people", "fps", "fault"),
    [(0, 1, 25.0, "no frames"), (1, 65, 25.0, "at most 64"), (1, 1, 0.0, "frames a second")],
)
def test_bounds(tmp_path: Path, frames: int, people: int, fps: float, fault: str) -> None:
    path = tmp_path / "bounds.pose"
    path.write_bytes(pose_bytes(OPENPOSE, *made_up(OPENPOSE, frames, people, 2), fps))
    with pytest.raises(UserError, match=fault):
        read_pose(path)


def test_a_header_that_promises_too_much_costs_no_memory(tmp_path: Path) -> None:
    content = pose_bytes(OPENPOSE, *made_up(OPENPOSE, frames=1, people=1, depth=2))
    start = len(content) - 137 * 3 * 4 - 6  # frames as uint32, then people as uint16
    assert struct.unpack_from("<IH", content, start) == (1, 1)
    path = tmp_path / "promise.pose"
    for frames, people in ((2**32 - 1, 1), (2**32 - 1, 0), (2**31, 65535)):
        changed = bytearray(content)
        struct.pack_into("<IH", changed, start, frames, people)
        path.write_bytes(changed)
        with pytest.raises(UserError, match=r"promise\.pose"):
            read_pose(path)
