"""The virtual camera: points by hand, a face that is symmetric and moves the right way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gesture_core.formats.skels import SKELS_KEYPOINTS, read_skels
from gesture_core.keypoints import keypoint
from gesture_core.motion import EXPRESSIONS, rest_motion
from gesture_core.train.sign_camera import DISTANCE, EYE_LEVEL, FOCAL, film, project
from gesture_core.train.sign_face import face_points, rest_face


def test_the_line_of_sight_meets_the_middle_of_the_picture() -> None:
    np.testing.assert_allclose(project(np.array([0.0, EYE_LEVEL, 0.0])), (960, 540))
    up_left = project(np.array([0.1, EYE_LEVEL + 0.2, DISTANCE / 2]))  # at half the distance
    np.testing.assert_allclose(
        up_left, (960 + 0.2 * FOCAL / DISTANCE, 540 - 0.4 * FOCAL / DISTANCE)
    )


def test_a_person_at_rest_is_where_they_stand() -> None:
    seen = film(rest_motion(1, 30.0))
    x, y = seen.points[0].T
    assert x[keypoint("leftWrist")] > x[keypoint("leftElbow")] > x[keypoint("nose")]  # mirrored
    assert y[keypoint("nose")] < y[keypoint("neck")] < y[keypoint("midHip")]
    assert x[keypoint("leftHandIndex4")] > x[keypoint("leftHandIndex1")]
    assert seen.confidence[0, keypoint("leftBigToe")] == 0.0
    assert all(seen.confidence[0, keypoint(name)] for name in SKELS_KEYPOINTS)


def test_the_picture_is_framed_as_the_corpus_is(shared_data: Callable[[str], Path]) -> None:
    folder = next(shared_data("ksl_sample").rglob("dev.skels")).parent
    real = np.median(np.concatenate(read_skels(folder / "dev.skels")[0].crowd.frames), axis=0)
    ours = film(rest_motion(1, 30.0)).points[0]
    names = [keypoint(name) for name in ("leftShoulder", "rightShoulder")]
    widths = [abs(np.diff(points[names, 0])[0]) for points in (real, ours)]
    assert widths[1] == pytest.approx(widths[0], rel=0.25)  # signers differ
    neck = keypoint("neck")
    assert ours[neck, 1] == pytest.approx(real[neck, 1], abs=30)


def expression(name: str) -> np.ndarray:
    face = np.zeros((1, len(EXPRESSIONS)))
    face[0, EXPRESSIONS.index(name)] = 1.0
    return face_points(face)[0] - rest_face()


def test_a_face_at_rest_is_its_own_mirror_image() -> None:
    face = rest_face()
    mirrored = face * (-1, 1, 1)
    for point in face:
        assert np.linalg.norm(mirrored - point, axis=1).min() < 1e-9
    assert face[8, 1] == face[:, 1].min()  # the chin is lowest
    assert face[36, 0] < 0 < face[45, 0]  # the right eye's outer corner is at the person's right


def test_expressions_move_what_they_name() -> None:
    assert expression("jawOpen")[8, 1] < -0.02
    assert not expression("jawOpen")[17:48].any()  # neither brows nor nose nor eyes
    raised = expression("browInnerUp")
    assert raised[21, 1] > raised[17, 1] >= 0
    assert raised[22, 1] == raised[21, 1]
    closed = rest_face() + expression("eyeBlinkLeft")
    assert np.ptp(closed[[43, 44, 46, 47], 1]) < 1e-9
    smile = expression("mouthSmileRight")
    assert smile[48, 1] > 0 > smile[48, 0]
    assert not smile[54].any()
