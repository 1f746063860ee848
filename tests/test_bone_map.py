"""Recognising rigs by the names of their bones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from blender_addon.core.bone_map import map_bones
from blender_addon.core.errors import UserError
from blender_addon.core.humanoid import ESSENTIAL, HUMANOID
from blender_addon.core.rig import Rig
from blender_addon.core.rig_names import RIGS
from gesture_core.skeleton import HUMANOID as SKELETON
from tests.rigs import makehuman_rig


def named(names: Sequence[str]) -> Rig:
    """A rig that is nothing but its names."""
    nowhere = np.zeros((len(names), 3))
    return Rig(
        tuple(names), (-1,) * len(names), nowhere, nowhere, np.tile(np.eye(3), (len(names), 1, 1))
    )


@pytest.mark.parametrize(
    ("name", "title", "missing"),
    [
        ("mixamo", "Mixamo", {"leftEye", "rightEye", "jaw"}),
        ("game_engine", "Unreal's mannequin", {"leftEye", "rightEye", "jaw"}),
        ("default", "MakeHuman", {"leftToes", "rightToes"}),
    ],
)
def test_real_rigs_are_recognised_and_what_they_lack_is_told(name, title, missing):
    found = map_bones(makehuman_rig(name))
    assert found.title == title
    assert set(found.missing) == missing


def test_a_rig_without_fingers_is_still_a_body():
    found = map_bones(makehuman_rig("cmu_mb"))
    assert found.title == "CMU's recordings"
    assert {name for name in found.missing if "Thumb" not in name} > {"leftIndexProximal"}
    assert not set(found.missing) & set(ESSENTIAL)


def test_our_characters_map_by_their_own_names_with_their_twist_bones():
    found = map_bones(named([*SKELETON.names, "lowerarm02.L", "lowerarm02.R"]))
    assert found.missing == ()
    assert found.bones["leftLowerArm"] == ("leftLowerArm", "lowerarm02.L")
    assert found.bones["rightLowerArm"] == ("rightLowerArm", "lowerarm02.R")
    assert found.bones["leftUpperArm"] == ("leftUpperArm",)


def test_the_humanoid_of_both_halves_is_the_same():
    assert set(HUMANOID) == set(SKELETON.names)


@pytest.mark.parametrize("table", RIGS, ids=lambda table: table.title)
def test_every_table_covers_a_body_and_is_found_by_its_own_names(table):
    sides = dict(zip(("left", "right"), table.sides, strict=True))
    names = [
        pattern.format(side=word, letter=side[0].upper())
        for pattern_row in table.bones.values()
        for pattern in pattern_row
        for side, word in sides.items()
    ]
    found = map_bones(named(names))
    assert found.title == table.title
    assert set(ESSENTIAL) <= set(found.bones)
    assert set(found.bones) <= set(HUMANOID)
    flat = [bone for bones in found.bones.values() for bone in bones]
    assert len(flat) == len(set(flat))


@pytest.mark.parametrize("mark", ["mixamorig:", "mixamorig1:", "mixamorig_", "Ch03:mixamorig:", ""])
def test_namespaces_do_not_matter(mark: str):
    names = [name.removeprefix("mixamorig:") for name in makehuman_rig("mixamo").names]
    assert map_bones(named([mark + name for name in names])).title == "Mixamo"


def test_a_rig_exported_from_rigify_maps_its_deform_bones():
    limbs = [
        f"DEF-{bone}.{side}"
        for side in "LR"
        for bone in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot", "f_index.01")
    ]
    trunk = ["root", "DEF-hips", "DEF-spine.001", "DEF-spine.002", "DEF-neck", "DEF-head"]
    found = map_bones(named([*trunk, *limbs, "DEF-forearm.L.001"]))
    assert found.bones["hips"] == ("DEF-hips",)
    assert found.bones["leftLowerArm"] == ("DEF-forearm.L", "DEF-forearm.L.001")
    assert found.bones["rightIndexProximal"] == ("DEF-f_index.01.R",)


def test_an_unknown_rig_is_refused_with_what_is_missing():
    with pytest.raises(UserError, match=r"leftHand.*VRM names, VRoid, Mixamo"):
        map_bones(named(["hips", "spine", "head", "Bone.001"]))
    with pytest.raises(UserError):
        map_bones(named([]))
