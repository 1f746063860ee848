"""The camera keeps in the picture what its shot promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.framing import SHOTS, Body, View, frame_shot

TANGENTS = (0.2, 0.2)


def on_picture(view: View, points: np.ndarray) -> np.ndarray:
    """Picture places `(N, 2)`: −1…1 is inside."""
    depth = view.distance - points[:, 2]
    assert (depth > 0.0).all()
    sides = np.stack([points[:, 0], points[:, 1] - view.height], axis=-1)
    return sides / depth[:, None] / TANGENTS


def adult(hands: np.ndarray) -> Body:
    return Body(crown=1.7, shoulder=1.4, hips=0.95, half_width=0.25, hands=hands)


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


def test_full_shows_the_feet_half_the_hips_and_bust_the_chest():
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
    assert seen == {"full": {"feet", "hips", "chest"}, "half": {"hips", "chest"}, "bust": {"chest"}}


def test_wide_gestures_show_more_body_not_more_air():
    wide = np.array([[0.9, 1.4, 0.0], [-0.9, 1.4, 0.0]])
    narrow, broad = (frame_shot(adult(hands), "half", TANGENTS) for hands in (RESTING, wide))
    assert broad.distance > narrow.distance
    assert broad.height < narrow.height
