"""Sizes, qualities and margins by name, the same in both halves."""

from __future__ import annotations

import pytest

from blender_addon.core.framing import SHOTS
from blender_addon.core.picture import ENGINES, FORMATS, QUALITIES, STYLES, safe_area, scaled
from blender_addon.core.subtitles import WRITERS
from blender_addon.core.time_left import time_left
from gesture_core import blender, outputs


def test_both_halves_offer_the_same():
    assert tuple(QUALITIES) == outputs.QUALITIES
    assert tuple(FORMATS) == outputs.FORMATS
    assert outputs.ENGINES == ENGINES
    assert outputs.CAMERAS == SHOTS
    assert outputs.LOOKS == STYLES
    assert tuple(WRITERS) == blender.SUBTITLES


def test_formats_have_their_shape_and_qualities_every_engine():
    for name, (width, height) in FORMATS.items():
        shape = name.partition("-")[0]
        assert (shape == "vertical") == (height > width)
        assert (shape == "horizontal") == (width > height)
        assert width % 2 == height % 2 == 0
    assert all(set(quality.samples) == set(ENGINES) for quality in QUALITIES.values())


@pytest.mark.parametrize("size", [*FORMATS.values(), (1920, 804), (17, 400)])
def test_halves_are_even_and_keep_the_shape(size):
    half = scaled(size, 0.5)
    for side, whole in zip(half, size, strict=True):
        assert side % 2 == 0
        assert abs(side - whole / 2) <= 1
    assert scaled(size, 1.0) == tuple(2 * round(side / 2) for side in size)


def test_text_in_tall_pictures_stays_above_the_buttons():
    assert safe_area((1080, 1920)).bottom > 2 * safe_area((1920, 1080)).bottom
    for size in FORMATS.values():
        assert 0.05 <= safe_area(size).side <= 0.1


def test_time_left():
    assert time_left(0.0, 5.0) == ""
    assert time_left(0.25, 15.0) == "0:45 left"
    assert time_left(0.5, 65.4) == "1:05 left"
    assert time_left(0.01, 60.0) == "1:39:00 left"
    assert time_left(1.0, 60.0) == "0:00 left"
