"""The drawn look: two steps of shade, an outline, and the way back."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from PIL import Image

from blender_addon.core.picture import STYLES


def test_the_way_back_leaves_nothing_behind(blender, puppet):
    told = blender("toon_session.py", "materials", puppet)
    assert told["looks"] == [True, False]
    assert told["after"] == told["before"]
    assert told["again"] == told["drawn"] == told["third"]
    assert told["drawn"] != told["before"]
    assert told["count"] == 2 * 2 + 1  # each once more, and the ink


def test_a_ball_has_two_colours_and_an_outline_without_any_light(blender, tmp_path):
    path = tmp_path / "ball.png"
    blender("toon_session.py", "steps", path)
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    rows, columns = np.mgrid[:120, :120]
    radius = np.hypot(rows - 59.5, columns - 59.5) / 50.0  # 1 is the ball's edge
    inside = pixels[radius < 0.9]
    lit, shade = np.array([188, 137, 99]), np.array([146, 104, 82])  # sRGB of the colour, shaded
    near = [(np.abs(inside - colour).max(axis=-1) <= 3).mean() for colour in (lit, shade)]
    assert near[0] > 0.4
    assert near[1] > 0.08
    assert sum(near) > 0.9
    assert (np.abs(pixels[40, 60] - lit) <= 3).all()  # towards the light
    assert (np.abs(pixels[95, 40] - shade) <= 3).all()


@pytest.mark.parametrize("look", STYLES)
def test_a_file_for_other_programs_keeps_the_natural_materials(
    add_on_cli, spoken_clip, puppet, tmp_path, look
):
    path = tmp_path / "out.glb"
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", puppet, "--look", look, "-o", path, "--frames", "1:2"
    )
    assert status == 0, messages
    content = path.read_bytes()
    tree = json.loads(content[20 : 20 + struct.unpack_from("<I", content, 12)[0]])
    assert {material["name"] for material in tree["materials"]} == {"body skin", "teeth skin"}


def test_what_look_there_is_not(add_on_cli, spoken_clip, puppet, tmp_path):
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", puppet, "--look", "oil", "-o", tmp_path / "a.png"
    )
    assert status == 2
    assert messages[-1]["error"] == "--look oil: choose one of natural, toon"
