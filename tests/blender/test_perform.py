"""A clip on a character in the scene: keys, expressions, and nothing of the user's lost."""

from __future__ import annotations

import pytest

from gesture_core.motion import EXPRESSIONS
from tests.rigs import lively_motion


@pytest.fixture(scope="module")
def report(blender, spoken_clip, puppet):
    return blender("perform_twice.py", spoken_clip, puppet)


def test_playback_really_moves_the_bones(report):
    assert report["arm"] == pytest.approx(report["arm expected"], abs=1e-5)
    assert abs(report["arm"][0]) < 0.999


def test_every_bone_keeps_its_rotation_mode_and_moves_alike(report):
    assert report["modes"] == report["modes expected"]
    for bone, (agreement, real) in report["turned"].items():
        assert agreement == pytest.approx(1.0, abs=1e-6), bone
        assert real < 0.9999, bone  # it does turn


def test_an_expression_moves_every_mesh_that_carries_it(report):
    assert report["jawOpen expected"] > 0.5
    assert report["jawOpen"] == {
        "body": pytest.approx(report["jawOpen expected"], abs=1e-5),
        "teeth": pytest.approx(report["jawOpen expected"], abs=1e-5),
    }
    assert report["expressions"] == ["eyeBlinkLeft", "jawOpen"]


def test_one_new_action_and_the_earlier_one_is_kept(report):
    assert report["playing"] == "second"
    assert report["actions"]["first"] is True
    if report["version"] >= [4, 4]:
        assert set(report["actions"]) == {"first", "second"}
        assert report["first actions"] == ["first"]


def test_keys_start_where_asked_at_the_scenes_rate_and_leave_those_before(report):
    assert report["key times"] == [*range(1, 11), *(11.0 + 2.0 * k for k in range(15))]


def test_what_the_character_lacks_is_told(report):
    assert report["title"] == "VRM names"
    assert report["missing"] == []
    moving = (lively_motion(frames=15).expressions > 0.01).any(axis=0)
    expected = {name for name, moves in zip(EXPRESSIONS, moving, strict=True) if moves}
    assert len(expected) > 20
    assert set(report["lost"]) == expected - {"jawOpen", "eyeBlinkLeft"}


def test_materials_of_known_roles_are_enriched(report):
    assert report["subsurface"] > 0.0
