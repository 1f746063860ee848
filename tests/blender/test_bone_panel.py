"""The editor of bone maps, used in Blender."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def seen(blender, tmp_path_factory) -> dict:
    folder: Path = tmp_path_factory.mktemp("bones")
    return blender("bone_panel.py", folder)


def test_a_rig_whose_names_say_nothing_is_listed_bone_by_bone(seen):
    assert seen["rows"] == 55
    assert seen["found"] >= 52
    assert seen["shown"]


def test_a_bone_is_chosen_picked_and_cleared(seen):
    assert seen["chosen"]
    assert seen["robbed"]
    assert seen["picked"]
    assert seen["active"]
    assert seen["reason"] == "chosen by you"
    assert 0.5 < seen["confidence of another"] < 1.0
    assert seen["cleared"] == ["leftHand"]


def test_one_side_is_mirrored_to_the_other(seen):
    assert seen["mirrored hand"]
    assert seen["mirrored finger"]


def test_a_map_is_saved_for_rigs_of_another_size_and_forgotten(seen):
    assert seen["recalled"]
    assert seen["forgotten"]
    assert "no map is saved" in seen["nothing saved"]
    assert "map.json exists already: choose another name" in seen["no overwriting"]


def test_maps_go_into_files_and_come_back(seen):
    assert seen["detected"]
    assert seen["imported"]


def test_refusals_say_why_and_change_nothing(seen):
    assert "select the armature" in seen["nothing selected"]
    assert "bones: must be a JSON object" in seen["hostile"]
    assert seen["still there"]
    assert "bone map of “Twin”" in seen["damaged"]
    assert seen["mended"] >= 52


def test_reasons_are_said_in_korean(seen):
    assert seen["untranslated"] == []
    assert seen["hand in Korean"] == "왼쪽 팔 사슬의 끝. 이 사슬은 손가락 다섯 개로 끝남"
