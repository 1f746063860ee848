"""Following one person among several, on people whose paths are drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gesture_core.keypoints import KEYPOINTS, Crowd, keypoint
from gesture_core.pose.tracking import follow, person_sizes

FPS, WIDTH, HEIGHT = 25.0, 640, 480

# A person facing the camera, in metres around the neck, x to the right and y down.
SHAPE = {
    "nose": (0.0, -0.2),
    "neck": (0.0, 0.0),
    "rightShoulder": (-0.18, 0.0),
    "leftShoulder": (0.18, 0.0),
    "rightElbow": (-0.25, 0.28),
    "leftElbow": (0.25, 0.28),
    "rightWrist": (-0.15, 0.45),
    "leftWrist": (0.15, 0.45),
    "midHip": (0.0, 0.5),
}


def person(x: float, y: float = 200.0, size: float = 200.0) -> NDArray[np.float64]:
    """Somebody (137, 3) whose neck is at x, y and who has `size` pixels a metre."""
    points = np.zeros((len(KEYPOINTS), 3))
    for name, place in SHAPE.items():
        points[keypoint(name)] = (x + size * place[0], y + size * place[1], 0.9)
    return points


def crowd(*frames: list[NDArray[np.float64]]) -> Crowd:
    stacked = tuple(np.array(people).reshape(-1, len(KEYPOINTS), 3) for people in frames)
    return Crowd(stacked, FPS, WIDTH, HEIGHT)


def necks(found: object) -> NDArray[np.float64]:
    return found.points[:, keypoint("neck"), 0]  # type: ignore[attr-defined]


def test_the_size_is_that_of_the_least_foreshortened_part() -> None:
    aside = person(300.0)
    aside[:, 0] = 300.0  # seen from the side: no width, the torso keeps its length
    assert person_sizes(np.array([person(300.0), aside])) == pytest.approx([200.0, 200.0])
    assert person_sizes(np.zeros((1, len(KEYPOINTS), 3))) == pytest.approx([0.0])


def test_nobody_gives_empty_keypoints() -> None:
    found = follow(crowd([], [], []))
    assert found.frames == 3
    assert not found.confidence.any()
    assert found.people.tolist() == [0, 0, 0]


def test_the_order_in_the_list_does_not_matter() -> None:
    left, right = person(200.0), person(420.0, size=180.0)
    frames = [[left, right] if number % 2 else [right, left] for number in range(20)]
    found = follow(crowd(*frames))
    np.testing.assert_array_equal(necks(found), 200.0)
    assert found.people.tolist() == [2] * 20


def test_a_bigger_passer_by_does_not_steal_the_track() -> None:
    frames = []
    for number in range(100):
        people = [person(330.0)]
        if 40 <= number < 60:  # in front, twice as large, at 1.5 m/s
            people.insert(0, person(24.0 * (number - 40) + 80, 260.0, 400.0))
        frames.append(people)
    found = follow(crowd(*frames))
    np.testing.assert_array_equal(necks(found), 330.0)
    assert found.people.tolist() == [1] * 40 + [2] * 20 + [1] * 40


def test_two_who_cross_keep_their_identities() -> None:
    def path(number: int) -> tuple[float, float]:
        return 150.0 + 4.0 * number, 450.0 - 4.0 * number

    for hidden in (False, True):  # the one behind may vanish while they overlap
        frames = []
        for number in range(80):
            one, other = path(number)
            both = [person(one, size=205.0), person(other, size=195.0)]
            near = abs(one - other) < 60
            frames.append(both[:1] if hidden and near else both[:: 1 if number % 3 else -1])
        found = follow(crowd(*frames))
        np.testing.assert_allclose(necks(found), [path(number)[0] for number in range(80)])


def test_a_short_absence_keeps_the_identity_and_leaves_a_hole() -> None:
    frames = [[person(300.0 + number)] for number in range(60)]
    frames[20:35] = [[]] * 15
    found = follow(crowd(*frames))
    seen = found.confidence.any(axis=1)
    assert seen.tolist() == [True] * 20 + [False] * 15 + [True] * 25
    assert found.people.tolist() == [1] * 20 + [0] * 15 + [1] * 25


def test_somebody_elsewhere_is_not_the_same_person() -> None:
    """One leaves on the left; another has come in on the right at once."""
    frames = [[person(120.0)]] * 30 + [[person(500.0)]] * 10
    found = follow(crowd(*frames))
    assert found.confidence.any(axis=1).tolist() == [True] * 30 + [False] * 10
    assert found.people.tolist() == [1] * 40


def test_an_entering_person_is_not_followed_from_the_start() -> None:
    frames = [[person(320.0)] + ([person(560.0)] if number > 10 else []) for number in range(30)]
    found = follow(crowd(*frames))
    np.testing.assert_array_equal(necks(found), 320.0)


def test_the_central_one_of_two_alike_is_the_main_person() -> None:
    found = follow(crowd(*[[person(80.0), person(330.0), person(580.0)]] * 10))
    np.testing.assert_array_equal(necks(found), 330.0)
    assert found.people.tolist() == [3] * 10


def test_the_audience_is_not_counted() -> None:
    found = follow(crowd(*[[person(320.0), person(100.0, 420.0, 40.0)]] * 10))
    assert found.people.tolist() == [1] * 10


def test_a_head_alone_continues_a_whole_person() -> None:
    """Where the body is lost for a moment, the detected face tells that it is the same one."""
    whole = person(320.0)
    for name, x, y in (("rightEye", -0.032, -0.23), ("leftEye", 0.032, -0.23)):
        whole[keypoint(name)] = (320 + 200 * x, 200 + 200 * y, 0.9)
    head = np.zeros_like(whole)
    rows = [keypoint(name) for name in ("nose", "rightEye", "leftEye")]
    head[rows] = whole[rows]
    found = follow(crowd(*[[whole]] * 10, *[[head]] * 5, *[[whole]] * 10))
    assert found.confidence[:, keypoint("nose")].all()
    assert (found.confidence[:, keypoint("neck")] > 0).tolist() == [True] * 10 + [False] * 5 + [
        True
    ] * 10


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_noise_and_shuffling_never_trade_identities(seed: int) -> None:
    """Three people half a metre apart and more, walking slowly, in any order in the list."""
    random = np.random.default_rng(seed)
    drift = random.uniform(-0.4, 0.4, 3)
    frames = []
    for number in range(40):
        people = [
            person(x + step * number, size=size)
            for x, size, step in zip((100, 320, 540), (180, 220, 200), drift, strict=True)
        ]
        for somebody in people:
            somebody[somebody[:, 2] > 0, :2] += random.normal(0, 3.0, (len(SHAPE), 2))
        frames.append([people[k] for k in random.permutation(3) if k == 1 or random.random() > 0.2])
    found = follow(crowd(*frames))
    expected = 320 + drift[1] * np.arange(40)
    np.testing.assert_allclose(necks(found), expected, atol=15)
