"""Stick figures: the pixels where lines, borders and points must be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.dataset.drawing import (
    GROUND,
    KEPT,
    LEFT,
    LEFT_FINGERS,
    REJECTED,
    RIGHT,
    RIGHT_FINGERS,
    TRUNK,
    Line,
    dark_ground,
    draw_lines,
    draw_motion,
    draw_skeleton,
    figure_of,
)
from gesture_core.dataset.sheet import BORDER, framed
from gesture_core.keypoints import KEYPOINTS, Keypoints, keypoint
from gesture_core.motion import mirror, rest_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics

PLACES = {
    **{"nose": (160, 40), "neck": (160, 80)},
    **{"rightShoulder": (120, 80), "rightElbow": (110, 140), "rightWrist": (110, 190)},
    **{"leftShoulder": (200, 80), "leftElbow": (210, 140), "leftWrist": (210, 190)},
    **{"rightHandWrist": (110, 195), "rightHandIndex1": (108, 215), "rightHandIndex2": (108, 230)},
    **{"leftHandWrist": (210, 195), "leftHandLittle1": (212, 215), "leftHandLittle2": (212, 230)},
    "face30": (160, 50),
}


def posture() -> Keypoints:
    points, confidence = np.zeros((1, len(KEYPOINTS), 2)), np.zeros((1, len(KEYPOINTS)))
    for name, place in PLACES.items():
        points[0, keypoint(name)] = place
        confidence[0, keypoint(name)] = 1.0
    return Keypoints(points, confidence, np.ones(1, dtype=np.int64), 25.0, 320, 240)


def near(pixel: np.ndarray, colour: tuple[int, int, int], tolerance: int = 60) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= tolerance)


def middle(one: str, other: str) -> tuple[int, int]:
    x, y = (np.array(PLACES[one]) + PLACES[other]) / 2
    return round(y), round(x)


@pytest.mark.parametrize("scale", [1, 2])
def test_limbs_are_where_the_joints_are(scale: int) -> None:
    picture = draw_skeleton(dark_ground(320 * scale, 240 * scale), posture(), 0)
    expected = [
        ("rightShoulder", "rightElbow", RIGHT),
        ("rightElbow", "rightWrist", RIGHT),
        ("leftShoulder", "leftElbow", LEFT),
        ("neck", "leftShoulder", LEFT),
        ("neck", "nose", TRUNK),
        ("rightHandIndex1", "rightHandIndex2", RIGHT_FINGERS[1]),
        ("leftHandLittle1", "leftHandLittle2", LEFT_FINGERS[4]),
    ]
    for one, other, colour in expected:
        y, x = middle(one, other)
        assert near(picture[y * scale, x * scale], colour), (one, other)
    assert near(picture[50 * scale, 160 * scale], TRUNK)
    assert near(picture[20 * scale, 20 * scale], GROUND, 0)


def test_unseen_points_are_not_drawn_and_doubtful_ones_are_faint() -> None:
    seen = posture()
    confidence = seen.confidence.copy()
    confidence[0, keypoint("leftElbow")] = 0.0
    confidence[0, keypoint("rightElbow")] = 0.1
    picture = draw_skeleton(dark_ground(320, 240), replace(seen, confidence=confidence), 0)
    assert near(picture[middle("leftShoulder", "leftElbow")], GROUND, 0)
    faint = picture[middle("rightShoulder", "rightElbow")].astype(int)
    assert np.all(faint[:2] > np.array(GROUND[:2]) + 5)
    assert np.all(faint[:2] < np.array(RIGHT[:2]) - 50)


def test_drawing_leaves_the_picture_as_it_was() -> None:
    ground = dark_ground(320, 240)
    before = ground.copy()
    draw_skeleton(ground, posture(), 0)
    np.testing.assert_array_equal(ground, before)
    nothing = replace(posture(), confidence=np.zeros((1, len(KEYPOINTS))))
    np.testing.assert_array_equal(draw_skeleton(ground, nothing, 0), before)


def test_points_far_outside_do_no_harm() -> None:
    far = replace(posture(), points=posture().points * 1e4 - 5e5)
    assert draw_skeleton(dark_ground(320, 240), far, 0).shape == (240, 320, 3)


def test_a_line_is_as_wide_as_asked() -> None:
    picture = draw_lines(dark_ground(60, 40), [Line((10, 20), (50, 20), (255, 0, 0), 8.0)])
    red = picture[:, 30, 0] > 200
    assert 7 <= red.sum() <= 9
    assert red[20]


@pytest.mark.parametrize(("kept", "colour"), [(True, KEPT), (False, REJECTED)])
def test_the_border_tells_the_verdict(kept: bool, colour: tuple[int, int, int]) -> None:
    picture = np.full((20, 30, 3), 77, dtype=np.uint8)
    bordered = framed(picture, kept)
    assert bordered.shape == (20 + 2 * BORDER, 30 + 2 * BORDER, 3)
    np.testing.assert_array_equal(bordered[BORDER:-BORDER, BORDER:-BORDER], picture)
    outside = np.ones(bordered.shape[:2], dtype=bool)
    outside[BORDER:-BORDER, BORDER:-BORDER] = False
    assert np.all(bordered[outside] == colour)


# ── motions ───────────────────────────────────────────────────────────────────────────────────

WIDTH, HEIGHT = 400, 300


def place(figure, name: str, view: str) -> tuple[int, int]:
    """Row and column where a joint of a figure must be drawn, computed anew."""
    scale = min(HEIGHT / (figure.high - figure.low), WIDTH / (4 * figure.half))
    x, y, z = figure.points[0, HUMANOID.index(name)]
    top = (HEIGHT - scale * (figure.high - figure.low)) / 2
    column = WIDTH / 4 + scale * x if view == "front" else 3 * WIDTH / 4 + scale * z
    return round(top + scale * (figure.high - y)), round(column)


def test_a_resting_figure_has_its_left_at_our_right() -> None:
    figure = figure_of(rest_motion(1, 30.0))
    picture = draw_motion(figure, 0, WIDTH, HEIGHT)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    left, right = (place(figure, f"{side}LowerArm", "front") for side in ("left", "right"))
    assert left[1] > WIDTH / 4 > right[1]
    assert near(picture[left], LEFT)
    assert near(picture[right], RIGHT)
    foot, ankle = place(figure, "rightToes", "side"), place(figure, "rightFoot", "side")
    assert foot[1] > ankle[1]  # it looks to the right
    assert near(picture[foot], RIGHT)


def test_every_joint_lies_inside_the_picture_whatever_the_motion() -> None:
    motion = rest_motion(3, 30.0)
    rotations = motion.rotations.copy()
    rotations[1, HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0, 0, 1.5])
    rotations[2, 0] = rotvec_to_quat([1.4, 0, 0])
    root = motion.root + [[0, 0, 0], [3, 0, 8], [0, -0.5, 0]]
    figure = figure_of(replace(motion, rotations=rotations, root=root))
    joints, _ = forward_kinematics(HUMANOID, rotations, root)
    np.testing.assert_allclose(figure.points[:, 0, [0, 2]], 0.0, atol=1e-12)
    np.testing.assert_allclose(figure.points[:, :55, 1], joints[..., 1])
    for frame in range(3):
        picture = draw_motion(figure, frame, WIDTH, HEIGHT)
        edge = np.concatenate([picture[:2], picture[-2:]]).reshape(-1, 3)
        assert np.all(edge == GROUND)


def test_a_mirrored_motion_is_the_mirrored_picture_in_front_view() -> None:
    motion = rest_motion(1, 30.0)
    rotations = motion.rotations.copy()
    rotations[:, HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0, 0, 1.0])
    motion = replace(motion, rotations=rotations)
    one = draw_motion(figure_of(motion), 0, WIDTH, HEIGHT)[:, : WIDTH // 2]
    other = draw_motion(figure_of(mirror(motion)), 0, WIDTH, HEIGHT)[:, : WIDTH // 2]
    shape = (one != GROUND).any(axis=-1)
    reflected = (other != GROUND).any(axis=-1)[:, ::-1]
    assert (shape != reflected).sum() < 0.1 * shape.sum()  # left and right differ in colour only
