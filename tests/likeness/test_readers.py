"""A fitted character opens in other makers' programs, with its skin and its expressions.

Khronos's validator and three.js run in node, Blender's importer in `bpy`, Godot 3 where it is
installed (Debian: godot3 or godot3-server).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from gesture_core.likeness.consent import Consent, record_likeness
from gesture_core.likeness.portray import fit_avatar
from gesture_core.motion import EXPRESSIONS
from gesture_core.resources import data_path
from tests.node import run_node

HERE = Path(__file__).parent
PROJECT = 'config_version=4\n[application]\nconfig/name="character"\n'
IMPORT_SECONDS = 100


@pytest.fixture(scope="module")
def character(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A likeness of a character of ours, fitted to its picture."""
    path = tmp_path_factory.mktemp("likeness") / "character.glb"
    record = record_likeness("jun", Consent("momjit's own character", date(2026, 1, 5), "tests"))
    fit_avatar([data_path("avatars/jun.png")], path, record=record)
    return path


def test_khronos_finds_no_error(character):
    (report,) = run_node("gltf_check.mjs", character)
    assert report["errors"] == 0, report["messages"]
    # Skins lie below their armature, as Blender wants them, and readers work tangents out alike.
    known = ("NODE_SKINNED_MESH_NON_ROOT", "MESH_PRIMITIVE_GENERATED_TANGENT_SPACE")
    worse = [line for line in report["messages"] if not any(code in line for code in known)]
    assert not [line for line in worse if not line.startswith(("hint", "information"))]


def test_three_js_finds_skin_and_every_expression(character):
    found = run_node("gltf_morphs.mjs", character)
    assert found["bones"] > 50
    assert all(mesh["skinned"] for mesh in found["meshes"].values())
    body = found["meshes"]["body"]
    assert body["textured"]
    moved = {name: 0.0 for name in EXPRESSIONS}
    for mesh in found["meshes"].values():
        for name, distance in mesh["morphs"].items():
            moved[name] = max(moved[name], distance)
    assert list(body["morphs"]) == list(EXPRESSIONS)
    assert min(moved.values()) > 0.0005, "each expression moves something"
    assert body["morphs"]["jawOpen"] > 0.01


def test_blender_finds_skin_and_every_expression(character):
    script = HERE.parent / "blender" / "read_avatar.py"
    command = [sys.executable, str(script), str(character)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["keys"] == list(EXPRESSIONS)
    assert found["jaw"] > 0.01
    assert found["hand"] > 0.05
    assert found["moved_side"] > 0.1, "only the left hand moves"


def test_godot_finds_skin_and_every_expression(character, tmp_path):
    godot = shutil.which("godot3-server") or shutil.which("godot3")
    if godot is None:
        pytest.skip("Godot 3 is not installed (Debian: godot3-server)")
    shutil.copy(character, tmp_path / "character.glb")
    shutil.copy(HERE / "godot_check.gd", tmp_path)
    (tmp_path / "project.godot").write_text(PROJECT)
    editor = subprocess.Popen(  # it imports what it finds, and then waits for its user
        [godot, "--path", str(tmp_path), "--editor"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        started = time.monotonic()
        while not list(tmp_path.glob(".import/*.md5")):
            assert time.monotonic() - started < IMPORT_SECONDS, "Godot did not import the file"
            assert editor.poll() is None, "Godot ended before it had imported the file"
            time.sleep(0.2)
    finally:
        editor.kill()
        editor.wait()
    command = [godot, "--path", str(tmp_path), "--script", "godot_check.gd"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    found = json.loads(line.removeprefix("FOUND "))
    meshes = {mesh["name"]: mesh for mesh in found["meshes"]}
    assert found["bones"] > 50
    assert all(mesh["skinned"] for mesh in meshes.values())
    assert meshes["body"]["morphs"] == list(EXPRESSIONS)
    assert meshes["body"]["pictures"] == 1
