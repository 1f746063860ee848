"""Rigify's rigs and VRM files, read in Blender."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.humanoid import ESSENTIAL, HUMANOID

FACE = {"leftEye", "rightEye", "jaw"}


def stating(glb: Path, vrm: Path) -> dict[str, str]:
    """The file with names that say nothing, and with what VRM 1.0 states; and the answer."""
    content = glb.read_bytes()
    length = struct.unpack_from("<I", content, 12)[0]
    document = json.loads(content[20 : 20 + length])
    stated, answer = {}, {}
    for index, node in enumerate(document["nodes"]):
        if node.get("name") in HUMANOID:
            stated[node["name"]] = {"node": index}
            answer[node["name"]] = node["name"] = f"n{index}"
    document["extensions"] = {"VRMC_vrm": {"humanoid": {"humanBones": stated}}}
    document["extensionsUsed"] = [*document.get("extensionsUsed", []), "VRMC_vrm"]
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = content[20 + length :]
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON")
    vrm.write_bytes(head + text + rest)
    return answer


@pytest.fixture(scope="module")
def found(blender, puppet, tmp_path_factory) -> tuple[dict, dict[str, str]]:
    path = tmp_path_factory.mktemp("vrm") / "nameless.vrm"
    answer = stating(puppet, path)
    return blender("strange_rigs.py", path), answer


def test_rigifys_metarig_is_read_by_its_names(found):
    metarig = found[0]["metarig"]
    assert metarig["title"] == "Rigify's metarig"
    assert set(HUMANOID) - set(metarig["bones"]) == set()
    assert metarig["bones"]["leftUpperArm"][0] == "upper_arm.L"
    assert metarig["bones"]["rightLittleDistal"][0] == "f_pinky.03.R"


def test_a_generated_rig_is_moved_by_its_fk_controls(found):
    generated = found[0]["generated"]
    bones = {name: parts[0] for name, parts in generated["bones"].items()}
    assert generated["title"] == "Rigify's controls"
    assert set(HUMANOID) - set(bones) == {"leftEye", "rightEye"}
    assert bones["hips"] == "torso"
    assert bones["leftHand"] == "hand_fk.L"
    assert bones["rightLowerLeg"] == "shin_fk.R"
    assert bones["leftIndexProximal"] == "f_index.01.L"
    assert generated["count"] > 700
    assert generated["seconds"] < 1.0


@pytest.mark.parametrize("rig", ["metarig", "generated", "basic metarig", "basic generated"])
def test_rigifys_rigs_are_read_by_their_shape_alone(found, rig):
    named, nameless = found[0][rig]["places"], found[0][f"nameless {rig}"]["places"]
    right = {
        name: name in nameless and np.allclose(place, nameless[name], atol=2e-3)
        for name, place in named.items()
        if name not in FACE
    }
    assert len(right) > (50 if not rig.startswith("basic") else 20)
    assert np.mean(list(right.values())) >= 0.95
    assert all(right[name] for name in ESSENTIAL)


def test_a_vrm_file_says_which_bone_is_which(found):
    results, answer = found
    vrm = results["vrm"]
    assert {name: parts[0] for name, parts in vrm["bones"].items()} == answer
    assert set(vrm["reasons"].values()) == {"the rig's own file says so"}


def test_the_command_line_believes_a_bone_map(add_on_cli, spoken_clip, puppet, tmp_path):
    path = tmp_path / "map.json"

    def retarget(bones: dict[str, list[str]]) -> tuple[int, dict]:
        fields = {"format": "momjit-bones", "version": 1, "title": "", "bones": bones}
        path.write_text(json.dumps(fields))
        arguments = ("--rig", puppet, "--bone-map", path, "-o", tmp_path / "out.bvh", "--force")
        status, messages = add_on_cli("retarget", spoken_clip, *arguments)
        return status, messages[-1]

    status, last = retarget({name: [name] for name in HUMANOID if "Index" not in name})
    assert status == 0
    assert {"leftIndexProximal", "rightIndexDistal"} <= set(last["lost"])
    assert "leftRingDistal" not in last["lost"]
    status, last = retarget({"head": ["head"]})
    assert status == 2
    assert "hips" in last["error"]
    status, last = retarget({"head": ["Kopf"]})
    assert status == 2
    assert "map.json: head: the rig has no bone 'Kopf'" in last["error"]
