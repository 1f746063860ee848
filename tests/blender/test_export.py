"""Exported characters do in other programs what they did in the scene."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from blender_addon.core.export_preset import PRESETS
from gesture_core.formats.bvh import read_bvh
from gesture_core.formats.bvh_preset import BVH_PRESETS
from gesture_core.formats.clip import Clip, save_clip
from tests.assimp import assimp_positions
from tests.blender.conftest import CLICK
from tests.node import run_node
from tests.rigs import lively_motion, makehuman_rig

RIGS = ("puppet", "mixamo", "rigify")
FBX = [f"{name}.fbx" for name in PRESETS]
FRAMES = 8
FPS = 30.0
MILLIMETRE = 0.001
TO_Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
METRES = {"m": 1.0, "cm": 0.01}
TITLE = "인사 one"


@pytest.fixture(scope="module")
def exported(blender, puppet, tmp_path_factory) -> Path:
    """A folder of exports and their truth for each of the `RIGS`."""
    folder = tmp_path_factory.mktemp("exported")
    save_clip(folder / "lively.npz", Clip(lively_motion(frames=FRAMES), None, {}))
    rig = makehuman_rig("mixamo")
    parts = ("names", "parents", "heads", "tails", "rotations")
    np.savez(folder / "mixamo.npz", **{part: np.array(getattr(rig, part)) for part in parts})
    blender(
        "export_rigs.py", folder / "lively.npz", folder, puppet, folder / "mixamo.npz", "rigify"
    )
    return folder


@pytest.fixture(scope="module")
def truth(exported: Path) -> dict[str, dict[str, Any]]:
    """What each character did in the scene."""
    return {rig: json.loads((exported / rig / "truth.json").read_text()) for rig in RIGS}


@pytest.fixture(scope="module")
def reimported(blender, exported: Path) -> dict[str, dict[str, Any]]:
    """What Blender makes of the files, by their places below the folder."""
    wanted: list[str] = []
    for rig in RIGS:
        wanted += [f"{exported / rig / file}" for file in (*FBX, "out.glb")]
        wanted += [f"{exported / rig / name}.bvh@{METRES[PRESETS[name].unit]}" for name in PRESETS]
    blender("reimport.py", FPS, FRAMES, exported / "again.json", *wanted)
    again = json.loads((exported / "again.json").read_text())
    return {
        str(Path(path.partition("@")[0]).relative_to(exported)): read
        for path, read in again.items()
    }


def distance(read: dict[str, Any], true: dict[str, Any]) -> float:
    """Largest distance in metres of any bone of `true` in any frame."""
    pairs = [(np.array(read[name]), np.array(places)) for name, places in true.items()]
    assert all(one.shape == other.shape for one, other in pairs)
    return max(float(np.linalg.norm(one - other, axis=-1).max()) for one, other in pairs)


def extra_bones(rig: str) -> set[str]:
    """What is written besides the bones of the skin: the one that holds them together."""
    return {"root"} if rig == "rigify" else set()


def test_both_halves_expect_the_same_of_every_program():
    assert list(PRESETS) == list(BVH_PRESETS)
    for name, preset in PRESETS.items():
        core = BVH_PRESETS[name]
        assert (core.unit, core.t_pose_first) == (preset.unit, preset.t_pose_first)
        assert core.names == preset.names


@pytest.mark.parametrize("rig", ["puppet", "mixamo"])
def test_the_scene_does_what_retargeting_computed(truth, rig):
    shared = truth[rig]["heads"].keys() & truth[rig]["core"].keys()
    assert len(shared) > 20
    core = {name: truth[rig]["core"][name] for name in shared}
    assert distance(truth[rig]["heads"], core) < MILLIMETRE


@pytest.mark.parametrize("rig", RIGS)
def test_exporting_leaves_the_scene_as_it_was(truth, rig):
    assert truth[rig]["left"] == []


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize("file", [*FBX, "out.glb"])
def test_blender_reads_the_same_movement_again(reimported, truth, rig, file):
    read = reimported[f"{rig}/{file}"]
    assert read["heads"].keys() == truth[rig]["heads"].keys() | extra_bones(rig)
    assert distance(read["heads"], truth[rig]["heads"]) < MILLIMETRE
    assert len(read["roots"]) == 1
    assert all(TITLE in action for action in read["actions"])
    # Its glTF importer gives the name of a mesh with moving weights to an empty above the mesh.
    weights = {name.removesuffix(".001"): shapes for name, shapes in read["weights"].items()}
    assert weights.keys() == truth[rig]["weights"].keys()
    for mesh, shapes in truth[rig]["weights"].items():
        assert weights[mesh].keys() == shapes.keys()
        for shape, values in shapes.items():
            np.testing.assert_allclose(weights[mesh][shape], values, atol=1e-4)


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize("file", ["unity.fbx", "unreal.fbx", "out.glb"])
def test_the_skin_follows_as_in_the_scene(reimported, truth, rig, file):
    """Every vertex; a reader may split them where faces meet. Rigify stretches bones, which files
    cannot hand on to those below: there some vertices may be a little off."""
    skin = reimported[f"{rig}/{file}"]["skin"]
    for mesh, vertices in truth[rig]["skin"].items():
        read = np.array(skin[mesh] if mesh in skin else skin[f"{mesh}.001"])
        apart = [np.linalg.norm(read - place, axis=-1).min() for place in np.array(vertices)]
        assert np.median(apart) < MILLIMETRE
        assert max(apart) < (10 * MILLIMETRE if rig == "rigify" else MILLIMETRE)


@pytest.mark.parametrize("file", ["unity.fbx", "unreal.fbx", "out.glb"])
def test_pictures_without_a_file_stay_apart(reimported, file):
    assert reimported[f"mixamo/{file}"]["colours"] == [[0, 0, 255], [255, 0, 0]]


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize("file", FBX)
def test_assimp_reads_the_same_movement(exported, truth, rig, file, tmp_path):
    read = assimp_positions(exported / rig / file, tmp_path, FPS, FRAMES)
    metres = 1.0 / PRESETS[Path(file).stem].fbx_per_metre
    places = {name: metres * at @ TO_Z_UP.T for name, at in read.items()}
    assert distance(places, truth[rig]["heads"]) < MILLIMETRE


@pytest.mark.parametrize("rig", RIGS)
def test_no_object_of_an_fbx_file_for_engines_is_scaled(reimported, exported, rig):
    """Blender shows the unit of the file as scale of the armature and nothing else."""
    for name, preset in PRESETS.items():
        scale = reimported[f"{rig}/{name}.fbx"]["scale"]
        np.testing.assert_allclose(scale, [1.0 / preset.fbx_per_metre] * 3, rtol=1e-6)
    assert reimported[f"{rig}/unreal.fbx"]["name"] == "Armature"


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize("program", PRESETS)
def test_blender_reads_bvh_with_the_same_movement(exported, reimported, truth, rig, program):
    read = reimported[f"{rig}/{program}.bvh"]["heads"]
    own, named = (read_bvh(exported / rig / f"{name}.bvh").names for name in ("blender", program))
    later = int(PRESETS[program].t_pose_first)
    places = {bone: read[name][later:] for bone, name in zip(own, named, strict=True)}
    assert places.keys() == truth[rig]["heads"].keys()
    assert distance(places, truth[rig]["heads"]) < MILLIMETRE
    known = set(PRESETS[program].names.values())
    assert len(known & set(named)) >= min(len(known), 50)


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize("program", PRESETS)
def test_three_js_reads_bvh_with_the_same_movement(exported, reimported, rig, program):
    read = run_node("bvh_positions.mjs", exported / rig / f"{program}.bvh")
    again = reimported[f"{rig}/{program}.bvh"]["heads"]
    places = np.array(read["positions"]) * METRES[PRESETS[program].unit] @ TO_Z_UP.T
    assert read["fps"] == pytest.approx(FPS, rel=1e-4)
    assert len(read["names"]) == len(again)
    for joint, name in enumerate(read["names"]):
        np.testing.assert_allclose(places[:, joint], again[name], atol=MILLIMETRE)


@pytest.mark.parametrize("rig", RIGS)
def test_motionbuilder_begins_with_a_t_stance(exported, rig):
    motion = read_bvh(exported / rig / "motionbuilder.bvh", "cm")
    places, _ = motion.world()
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        arm = [places[0, motion.index(side + name)] for name in ("Arm", "ForeArm", "Hand")]
        for start, end in zip(arm, arm[1:], strict=False):
            out = (end - start) / np.linalg.norm(end - start)
            assert out[0] * sign > 0.999
        foot = places[0, motion.index(f"{side}ToeBase")] - places[0, motion.index(f"{side}Foot")]
        assert foot[2] > 0.7 * np.linalg.norm(foot)


@pytest.mark.parametrize("rig", RIGS)
def test_khronos_finds_no_error(exported, rig):
    (report,) = run_node("gltf_check.mjs", exported / rig / "out.glb")
    assert report["errors"] == 0, report["messages"]
    # Blender's own way to write a skin: below its armature, where the specification would rather
    # not have it. Nothing else is worth a warning.
    others = [line for line in report["messages"] if "NODE_SKINNED_MESH_NON_ROOT" not in line]
    assert not [line for line in others if not line.startswith(("hint", "information"))]


@pytest.mark.parametrize("rig", RIGS)
def test_three_js_plays_the_same_movement(exported, truth, rig):
    read = run_node("gltf_positions.mjs", exported / rig / "out.glb", FPS, FRAMES)
    assert read["animations"] == [TITLE]
    assert read["duration"] == pytest.approx((FRAMES - 1) / FPS, abs=1e-4)
    assert read["positions"].keys() == truth[rig]["heads"].keys() | extra_bones(rig)
    places = {name: np.array(at) @ TO_Z_UP.T for name, at in read["positions"].items()}
    assert distance(places, truth[rig]["heads"]) < MILLIMETRE
    for mesh, shapes in truth[rig]["weights"].items():
        for shape, values in shapes.items():
            np.testing.assert_allclose(read["weights"][mesh][shape], values, atol=1e-4)


@pytest.mark.parametrize("rig", RIGS)
def test_trimesh_reads_the_skin(exported, truth, rig):
    trimesh = pytest.importorskip("trimesh")
    scene = trimesh.load(exported / rig / "out.glb")
    assert {name for name in scene.graph.nodes if name in truth[rig]["heads"]} == set(
        truth[rig]["heads"]
    )
    parts = {name.partition("_")[0] for name in scene.geometry}  # one for each material
    assert parts == set(truth[rig]["weights"])
    assert 1.0 < max(scene.extents) < 2.5  # a person in metres


def test_the_panel_exports_and_refuses(blender, spoken_clip, puppet, tmp_path):
    told = blender("export_panel.py", spoken_clip, puppet, tmp_path)
    for suffix in (".fbx", ".glb", ".bvh", ".blend"):
        assert f"take{suffix}" in told["done"][suffix]
    assert told["frame"] == 5
    expected = {
        "nothing selected": "Select the character's armature",
        "no take": "plays no take",
        "exists": "take.glb exists already",
        "other suffix": "has to end with .glb",
        "no folder": "not a writable folder",
        "only strips": "export the whole NLA",
    }
    if "speech" in told["done"]:
        expected["speech exists"] = "spoken.wav exists already"
        sound, rate = soundfile.read(tmp_path / "spoken.wav")
        assert len(sound) / rate == pytest.approx(0.5, abs=0.05)
        loud = np.flatnonzero(np.abs(sound.reshape(len(sound), -1)).max(axis=1) > 0.3)
        assert loud[0] / rate == pytest.approx(CLICK, abs=0.02)
    assert told["refused"].keys() == expected.keys()
    for case, words in expected.items():
        assert words in told["refused"][case]
        assert "Traceback" not in told["refused"][case]
