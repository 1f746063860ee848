"""What of a clip is performed, and how: parts, strength, ease, and their place in a scene file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.adaptation import Adaptation
from blender_addon.core.blend import eased, mix, turn
from blender_addon.core.bone_map import BoneMap
from blender_addon.core.errors import UserError
from blender_addon.core.humanoid import HUMANOID
from blender_addon.core.manner import Manner
from blender_addon.core.mask import PARTS, WHOLE_BODY, masked_bones
from blender_addon.core.quaternion import from_rotvec
from blender_addon.core.reduce import Tolerance


def test_every_humanoid_bone_is_in_one_part():
    bones = [bone for part in PARTS.values() for bone in part]
    assert sorted(bones) == sorted(HUMANOID)


def test_a_part_is_all_bones_of_its_limb():
    rows = {"leftUpperArm": ("arm", "arm twist"), "leftHand": ("wrist",), "head": ("skull",)}
    bone_map = BoneMap("test", rows, dict.fromkeys(rows, 1.0), dict.fromkeys(rows, ""))
    assert masked_bones(bone_map, frozenset({"left_arm"})) == {"arm", "arm twist", "wrist"}
    assert masked_bones(bone_map, frozenset({"legs", "head"})) == {"skull"}
    assert masked_bones(bone_map, WHOLE_BODY) == {"arm", "arm twist", "wrist", "skull"}


@given(
    parts=st.sets(st.sampled_from(sorted(PARTS)), min_size=1).map(frozenset),
    strength=st.floats(0.0, 1.0),
    ease=st.floats(0.0, 60.0),
    mirror=st.booleans(),
    tolerance=st.none() | st.builds(Tolerance, *[st.floats(0.0, 1.0)] * 3),
    adaptation=st.builds(
        Adaptation, st.booleans(), st.booleans(), st.floats(-1.0, 1.0), st.booleans()
    ),
)
def test_a_manner_survives_its_scene_file(parts, strength, ease, mirror, tolerance, adaptation):
    manner = Manner(parts, strength, ease, mirror, tolerance, adaptation)
    assert Manner.from_json(json.loads(json.dumps(manner.to_json()))) == manner


def test_another_version_may_say_less_or_more():
    assert Manner.from_json({"mirror": True, "glow": 3}) == Manner(mirror=True)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"parts": "legs"},
        {"parts": []},
        {"parts": ["tail"]},
        {"strength": "much"},
        {"strength": 7.0},
        {"strength": float("nan")},
        {"mirror": 1},
        {"tolerance": 3},
        {"tolerance": {"rotation": "fine"}},
        {"adaptation": {"arm_space": None}},
    ],
)
def test_a_damaged_manner_is_refused(stored):
    with pytest.raises(UserError):
        Manner.from_json(stored)


def test_weights_ease_in_and_out():
    weights = eased(11, 0.8, ease_in=4.0, ease_out=0.0)
    assert weights[0] == 0.0
    assert weights[2] == pytest.approx(0.4)
    assert weights[4:] == pytest.approx(0.8)
    assert eased(11, 0.8, 0.0, 4.0) == pytest.approx(weights[::-1])
    assert eased(5, 1.0, 100.0, 100.0) == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])
    assert eased(1, 1.0, 3.0, 3.0) == pytest.approx([1.0])


def test_half_way_is_half_the_angle_on_the_shorter_arc():
    below = from_rotvec(np.array([[0.0, 0.0, 0.2], [0.0, 0.0, 0.2], [0.5, 0.0, 0.0]]))
    above = from_rotvec(np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.0]]))
    below[1] *= -1.0
    mixed = turn(below, above, np.array([0.5, 0.5, 0.5]))
    half = from_rotvec(np.array([[0.0, 0.0, 0.6], [0.0, 0.0, 0.6], [0.5, 0.0, 0.0]]))
    assert abs(np.sum(mixed * half, axis=-1)) == pytest.approx(1.0)
    ends = turn(below, above, np.array([0.0, 1.0, 1.0]))
    assert ends[0] == pytest.approx(below[0])
    assert ends[1] == pytest.approx(above[1])
    assert mix(np.zeros((2, 3)), np.ones((2, 3)), np.array([0.25, 1.0]))[0].tolist() == [0.25] * 3
