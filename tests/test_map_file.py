"""Bone maps in files: round trips, rigs of one kind, and files of strangers."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.bone_map import map_bones
from blender_addon.core.errors import UserError
from blender_addon.core.json_document import MAX_BYTES
from blender_addon.core.map_edit import CHOSEN, mirrored, with_bones
from blender_addon.core.map_file import (
    map_from_json,
    read_map,
    rig_fingerprint,
    saved_map,
    write_map,
)
from blender_addon.core.rig import Rig
from blender_addon.core.vrm import stated_bones
from tests.rigs import makehuman_rig


@pytest.fixture(scope="module")
def rig() -> Rig:
    return makehuman_rig("default")


def test_a_map_comes_back_as_it_was(rig: Rig, tmp_path: Path):
    found = map_bones(rig)
    write_map(tmp_path / "map.json", found)
    back = read_map(tmp_path / "map.json", rig)
    assert (back.title, back.bones, back.reasons) == (found.title, found.bones, found.reasons)
    assert back.confidence == pytest.approx(found.confidence, abs=1e-4)


def test_a_map_may_be_written_by_hand(rig: Rig):
    text = '{"format": "momjit-bones", "version": 1, "title": "mine", "bones": {"head": ["head"]}}'
    found = map_from_json(text, rig, "hand.json")
    assert found.bones == {"head": ("head",)}
    assert found.confidence == {"head": 1.0}


def test_a_fingerprint_is_of_bones_and_parents_not_of_size_pose_or_order(rig: Rig):
    posed = replace(rig, heads=rig.heads[::-1] * 100.0)
    order = sorted(range(len(rig.names)), key=lambda k: (len(rig.above(k)), -k))
    place = {bone: k for k, bone in enumerate(order)}
    shuffled = replace(
        rig,
        names=tuple(rig.names[k] for k in order),
        parents=tuple(place.get(rig.parents[k], -1) for k in order),
    )
    assert rig_fingerprint(rig) == rig_fingerprint(posed) == rig_fingerprint(shuffled)
    renamed = replace(rig, names=("other", *rig.names[1:]))
    moved = replace(rig, parents=(*rig.parents[:-1], 0))
    assert len({rig_fingerprint(one) for one in (rig, renamed, moved)}) == 3


def test_maps_are_saved_by_fingerprint(rig: Rig, tmp_path: Path):
    assert saved_map(rig, tmp_path) == tmp_path / f"{rig_fingerprint(rig)}.json"
    assert saved_map(makehuman_rig("mixamo"), tmp_path) != saved_map(rig, tmp_path)


def a_map(**changes: object) -> str:
    fields = {"format": "momjit-bones", "version": 1, "title": "", "bones": {"head": ["head"]}}
    return json.dumps(fields | changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"format": "momjit-face", "version": 1}', "is not a bone map"),
        (a_map(version=2), "is not a bone map"),
        (a_map(title=7), "title must be a short text"),
        (a_map(title="x" * 300), "title must be a short text"),
        (a_map(bones=[]), "bones: must be a JSON object"),
        (a_map(bones={"tail": ["head"]}), "“tail” is no humanoid bone"),
        (a_map(bones={"head": "head"}), "head: must be a JSON object"),
        (a_map(bones={"head": []}), "a list of 1 to 16 bones"),
        (a_map(bones={"head": ["head"] * 17}), "a list of 1 to 16 bones"),
        (a_map(bones={"head": ["Kopf"]}), "the rig has no bone 'Kopf'"),
        (a_map(bones={"head": [["head"]]}), "the rig has no bone"),
        (a_map(bones={"head": ["head"], "neck": ["head"]}), "“head” is both head and neck|both"),
        (a_map(bones={"head": {"bones": ["head"], "confidence": 2}}), "confidence must be 0 to 1"),
        (a_map(bones={"head": {"bones": ["head"], "confidence": "high"}}), "confidence"),
        (a_map(bones={"head": {"bones": ["head"], "reason": "x" * 501}}), "reason"),
    ],
)
def test_a_strangers_file_is_refused_with_what_is_wrong(rig: Rig, text: str, said: str):
    with pytest.raises(UserError, match=said) as refusal:
        map_from_json(text, rig, "stranger.json")
    assert str(refusal.value).startswith("stranger.json: ")


def test_files_that_are_huge_binary_or_missing_are_refused(rig: Rig, tmp_path: Path):
    path = tmp_path / "map.json"
    with pytest.raises(UserError, match="cannot be read"):
        read_map(path, rig)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="cannot be read"):
        read_map(path, rig)
    path.write_text(" " * (MAX_BYTES + 1))
    with pytest.raises(UserError, match="too large"):
        read_map(path, rig)


def test_a_chosen_bone_leaves_its_old_place_and_brings_its_twist_bones(rig: Rig):
    found = map_bones(rig)
    changed = with_bones(found, rig, {"leftUpperArm": "shoulder01.L"})
    assert changed.first("leftUpperArm") == "shoulder01.L"
    assert changed.reasons["leftUpperArm"] == CHOSEN
    assert changed.confidence["leftUpperArm"] == 1.0
    assert set(changed.bones["leftUpperArm"]) > {"upperarm02.L"}
    stolen = with_bones(found, rig, {"head": "neck01"})
    assert "neck" not in stolen.bones
    assert "neck" not in stolen.reasons
    assert with_bones(found, rig, {"jaw": None}).missing == (
        *found.missing[:0],
        "jaw",
        *found.missing,
    )
    with pytest.raises(UserError, match="no bone “Kopf”"):
        with_bones(found, rig, {"head": "Kopf"})


def test_mirroring_takes_the_opposite_bones(rig: Rig):
    found = map_bones(rig)
    changed = with_bones(found, rig, {"leftHand": "metacarpal1.L", "leftToes": "toe1-1.L"})
    other = mirrored(changed, rig, "left")
    assert other.first("rightHand") == "metacarpal1.R"
    assert other.first("rightToes") == "toe1-1.R"
    assert other.bones["rightFoot"] == found.bones["rightFoot"]
    assert mirrored(other, rig, "right").bones == other.bones
    lopsided = replace(
        rig, heads=rig.heads + 0.2 * np.array([n.endswith(".R") for n in rig.names])[:, None]
    )
    with pytest.raises(UserError, match="no bone opposite"):
        mirrored(changed, lopsided, "left")


def write_glb(path: Path, document: object) -> Path:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON")
    path.write_bytes(head + text)
    return path


NODES = [{"name": "Root"}, {"name": "A"}, {"name": "B"}, {}]


def test_vrm_1_states_its_bones(tmp_path: Path):
    bones = {"hips": {"node": 1}, "head": {"node": 2}, "jaw": {"node": 9}, "neck": {"node": 3}}
    extension = {"VRMC_vrm": {"humanoid": {"humanBones": bones}}}
    path = write_glb(tmp_path / "a.vrm", {"nodes": NODES, "extensions": extension})
    assert stated_bones(path) == {"hips": "A", "head": "B"}


def test_vrm_0_calls_the_thumb_otherwise(tmp_path: Path):
    bones = [{"bone": "leftThumbProximal", "node": 1}, {"bone": "leftThumbIntermediate", "node": 2}]
    extension = {"VRM": {"humanoid": {"humanBones": bones}}}
    path = write_glb(tmp_path / "a.vrm", {"nodes": NODES, "extensions": extension})
    assert stated_bones(path) == {"leftThumbMetacarpal": "A", "leftThumbProximal": "B"}


def vrm_1(bones: object) -> dict[str, object]:
    return {"nodes": NODES, "extensions": {"VRMC_vrm": {"humanoid": {"humanBones": bones}}}}


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"extensions": {"VRMC_vrm": 3}},
        vrm_1({"hips": {"node": -1}}),
        vrm_1({"hips": {"node": True}}) | {"nodes": 5},
        vrm_1({"tail": {"node": 1}, "hips": "A"}),
        {"nodes": NODES, "extensions": {"VRM": {"humanoid": {"humanBones": [None, {"bone": []}]}}}},
    ],
)
def test_a_file_that_states_nothing_sensible_states_nothing(tmp_path: Path, document: object):
    assert stated_bones(write_glb(tmp_path / "a.glb", document)) == {}


def test_a_file_that_is_no_glb_is_refused(tmp_path: Path):
    path = tmp_path / "a.vrm"
    for content in (
        b"",
        b"glTF",
        b"x" * 30,
        struct.pack("<4sIII4s", b"glTF", 2, 24, 4, b"JSON") + b"{{{{",
    ):
        path.write_bytes(content)
        with pytest.raises(UserError, match="binary glTF"):
            stated_bones(path)
