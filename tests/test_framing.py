"""The camera keeps in the picture what its shot promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.framing import HEADROOM, MARGIN, SHOTS, Body, View, frame_shot

TANGENTS = (0.2, 0.2)


def on_picture(view: View, points: np.ndarray) -> np.ndarray:
    """Picture places `(N, 2)`: −1…1 is inside."""
    depth = view.distance - points[:, 2]
    assert (depth > 0.0).all()
    sides = np.stack([points[:, 0], points[:, 1] - view.height], axis=-1)
    return sides / depth[:, None] / TANGENTS


def adult(hands: np.ndarray, reach: float = 0.14) -> Body:
    """Whose `hands`, `(N, 3)`, are wrists without fingers, all in signs."""
    return fingered(hands[:, None], reach)


def fingered(hands: np.ndarray, reach: float = 0.02) -> Body:
    signing = np.ones(len(hands), dtype=bool)
    return Body(1.7, 1.4, 0.95, half_width=0.25, hands=hands, signing=signing, reach=reach)


RESTING = np.array([[0.3, 0.8, 0.1], [-0.3, 0.8, 0.1]])


@given(
    hands=st.lists(
        st.tuples(st.floats(-0.9, 0.9), st.floats(0.4, 2.2), st.floats(-0.3, 0.8)),
        min_size=1,
        max_size=8,
    ),
    shot=st.sampled_from(["half", "full"]),
)
def test_hands_never_leave_the_picture(hands, shot):
    places = np.array(hands)
    view = frame_shot(adult(places), shot, TANGENTS)
    assert (np.abs(on_picture(view, places)) < 1.0).all()


@pytest.mark.parametrize("shot", SHOTS)
def test_the_head_is_whole_with_little_air_above(shot):
    view = frame_shot(adult(RESTING), shot, TANGENTS)
    crown = on_picture(view, np.array([[0.0, 1.7, 0.0]]))[0, 1]
    assert 0.6 < crown < 1.0


def test_a_shot_shows_what_it_promises():
    places = {"feet": 0.0, "hips": 0.95, "chest": 1.25}
    seen = {
        shot: {
            name
            for name, height in places.items()
            if on_picture(
                frame_shot(adult(RESTING), shot, TANGENTS), np.array([[0.0, height, 0.0]])
            )[0, 1]
            > -1.0
        }
        for shot in SHOTS
    }
    assert seen == {
        "full": {"feet", "hips", "chest"},
        "half": {"hips", "chest"},
        "bust": {"chest"},
        "face": set(),
        "sign": {"chest"},
    }


@given(
    hands=st.lists(
        st.tuples(st.floats(-0.9, 0.9), st.floats(1.01, 2.2), st.floats(-0.3, 0.8)),
        min_size=1,
        max_size=8,
    ),
    captions=st.floats(0.0, 0.4),
)
def test_signing_hands_stay_above_the_captions(hands, captions):
    body = adult(np.array([*hands, *RESTING]), reach=0.03)
    view = frame_shot(body, "sign", TANGENTS, captions)
    skin = np.array(hands)[:, None] + 0.03 * np.array([[x, y, 1] for x in (-1, 1) for y in (-1, 1)])
    side, height = on_picture(view, skin.reshape(-1, 3)).T
    assert np.abs(side).max() < 1.0
    assert height.max() < 1.0
    assert height.min() > -1.0 + 2.0 * captions
    crown = on_picture(view, np.array([[0.0, body.crown, 0.0]]))[0, 1]
    assert crown < 1.0


def test_fingers_that_point_down_from_a_signing_hand_are_seen():
    pointing = np.array([[[0.2, 1.1, 0.3], [0.2, 0.92, 0.3]]])
    view = frame_shot(fingered(pointing), "sign", TANGENTS)
    assert on_picture(view, pointing[:, 1])[:, 1].min() > -1.0


def test_hands_that_rest_between_signs_stay_in_the_picture_under_the_captions():
    places = np.array([[0.2, 1.3, 0.3], [-0.2, 1.3, 0.3], [0.1, 1.04, 0.2], [-0.1, 1.04, 0.2]])
    signing = replace(adult(places, 0.0), signing=np.array([True, True, False, False]))
    view = frame_shot(signing, "sign", TANGENTS, 0.3)
    heights = on_picture(view, places)[:, 1]
    assert heights[:2].min() > -0.4
    assert -1.0 < heights[2:].min() < -0.4
    assert view.distance < frame_shot(adult(places, 0.0), "sign", TANGENTS, 0.3).distance


def test_a_hanging_hand_makes_a_signer_no_smaller():
    signing = np.array([[0.3, 1.3, 0.3], [-0.3, 1.2, 0.3]])
    hanging = np.concatenate([signing, [[0.4, 0.8, 0.0]]])
    assert frame_shot(adult(signing), "sign", TANGENTS) == frame_shot(
        adult(hanging), "sign", TANGENTS
    )


@pytest.mark.parametrize("captions", [0.0, 0.3])
def test_a_signer_is_as_large_as_the_picture_lets(captions):
    """Were the camera nearer by more than its margin, something would be cut or covered."""
    low = np.array([[0.2, 1.05, 0.3], [-0.2, 1.3, 0.3]])
    body = adult(low, reach=0.0)
    view = frame_shot(body, "sign", TANGENTS, captions)
    near = View(view.height, view.distance / MARGIN["sign"])
    top = body.crown + HEADROOM * (body.crown - 1.085)
    assert on_picture(near, np.array([[0.0, top, 0.0]]))[0, 1] == pytest.approx(1.0)
    assert on_picture(near, low)[:, 1].min() == pytest.approx(-1.0 + 2.0 * captions)


def test_wide_gestures_show_more_body_not_more_air():
    wide = np.array([[0.9, 1.4, 0.0], [-0.9, 1.4, 0.0]])
    narrow, broad = (frame_shot(adult(hands), "half", TANGENTS) for hands in (RESTING, wide))
    assert broad.distance > narrow.distance
    assert broad.height < narrow.height
