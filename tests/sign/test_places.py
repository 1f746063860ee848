"""Places of the notation lie on the skin, in the order in which a body has them."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.gestures.hand_shapes import shape_rotations
from gesture_core.planning.emblem_table import load_emblems
from gesture_core.signing.notation import BODY_PLACES, PAIRED_PLACES, Point
from gesture_core.signing.places import body_spot, hand_spot
from gesture_core.signing.skin import skin_depth
from gesture_core.skeleton import HUMANOID

OPEN = shape_rotations(load_emblems().shapes["flat"])
FIST = shape_rotations(load_emblems().shapes["fist"])


@pytest.mark.parametrize("place", BODY_PLACES)
def test_every_place_is_on_the_skin_and_faces_outwards(place: str) -> None:
    spot = body_spot(place, "strong")
    assert abs(float(skin_depth(spot.point))) < 2e-3
    assert np.linalg.norm(spot.facing) == pytest.approx(1.0)
    assert float(skin_depth(spot.point + 0.03 * spot.facing)) < -0.01


@pytest.mark.parametrize("place", PAIRED_PLACES)
def test_the_partner_of_a_place_is_its_mirror_image(place: str) -> None:
    own, other = body_spot(place, "weak"), body_spot(f"other_{place}", "weak")
    assert own.point[0] > 0.005
    np.testing.assert_allclose(other.point, own.point * [-1.0, 1.0, 1.0])


def test_places_follow_one_another_down_the_body() -> None:
    down = "head_top forehead nose mouth chin throat chest belly waist".split()
    heights = [float(body_spot(place, "strong").point[1]) for place in down]
    assert heights == sorted(heights, reverse=True)


def test_the_heart_is_on_the_weak_side_for_both_hands() -> None:
    # each hand is written as a left one: own side is +X
    assert body_spot("heart", "strong").point[0] < -0.04
    assert body_spot("heart", "weak").point[0] > 0.04


def test_points_of_a_hand_lie_where_they_are_called() -> None:
    def x(point: Point, fingers: np.ndarray) -> np.ndarray:
        return hand_spot(point, fingers).point

    assert (
        x("fingertips", OPEN)[0] > x("knuckles", OPEN)[0] > x("palm", OPEN)[0] > x("heel", OPEN)[0]
    )
    assert x("fingertips", FIST)[0] < x("knuckles", FIST)[0]  # the fingers are folded back
    assert x("fingertips", FIST)[1] < -0.005  # under the palm
    assert x("index_side", OPEN)[2] > 0.03 > -0.03 > x("edge", OPEN)[2]
    assert x("back", OPEN)[1] > 0.01 > -0.01 > x("palm", OPEN)[1]
    np.testing.assert_allclose(
        x("pinch", OPEN), 0.5 * (x("thumb", OPEN) + x("index", OPEN)), atol=1e-12
    )
    reach = np.linalg.norm(x("middle", OPEN))
    bones = [
        HUMANOID.rest_positions[HUMANOID.index(name)] for name in ("leftHand", "leftMiddleDistal")
    ]
    assert reach == pytest.approx(np.linalg.norm(bones[1] - bones[0]) + 0.0257, abs=0.012)
