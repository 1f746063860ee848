"""What a user does with words, faces, batches and the panel's choices; run by test_words.py.

Arguments: the extension's zip, the backend program, a folder for results. Ends with `os._exit`
because Blender's own exit can hang.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from extension_session import MODULE, build_rig, install, refused, select


def module(name: str):
    return sys.modules[f"{MODULE}.{name}"]


def add_face(hero: bpy.types.Object, name: str, *shapes: str) -> bpy.types.Object:
    """A triangle that follows the head and has these shape keys, each of which moves it."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 1.6), (0.1, 0, 1.6), (0, 0, 1.7)], [], [(0, 1, 2)])
    face = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(face)
    face.modifiers.new("Armature", "ARMATURE").object = hero
    face.shape_key_add(name="Basis")
    for shape in shapes:
        face.shape_key_add(name=shape).data[0].co.x += 0.1
    return face


def face_map(face: bpy.types.Object):
    return module("scene.face").face_map_of(face.data.shape_keys)


def check_faces(hero: bpy.types.Object, folder: Path) -> None:
    """Two meshes, two families; a weight edited, saved for others, written and read."""
    head = add_face(hero, "Head", "Fcl_MTH_A", "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_EYE_Close", "Fat")
    teeth = add_face(hero, "Teeth", "jawOpen")
    select(hero)
    settings = bpy.context.scene.momjit_face
    assert [mesh.name for mesh in module("scene.face").faces_of(hero)] == ["Head", "Teeth"]
    assert face_map(head).title == "VRoid"
    assert face_map(teeth).blocks == {"jawOpen": {"jawOpen": 1.0}}
    with refused("“NoMesh” not found|enum"):
        bpy.ops.momjit.choose_face(mesh="NoMesh")
    bpy.ops.momjit.choose_face(mesh="Head")
    settings.active = 5
    assert list(settings.weights) == [0.0] * 32  # “Fat” shows nothing yet
    assert bpy.ops.momjit.add_expression(expression="cheekPuff") == {"FINISHED"}
    assert face_map(head).blocks["Fat"] == {"cheekPuff": 1.0}
    settings.weights[0] = 0.5
    assert face_map(head).blocks["Fat"] == {"cheekPuff": 0.5}
    settings.weights[0] = 77.0
    assert face_map(head).blocks["Fat"] == {"cheekPuff": 4.0}
    assert face_map(head).blocks["Fcl_MTH_A"] != {}  # the others stay as they were recognised
    written = folder / "face.json"
    assert bpy.ops.momjit.export_face(filepath=str(written)) == {"FINISHED"}
    assert json.loads(written.read_text("utf-8"))["shapes"]["Fat"] == {"cheekPuff": 4.0}
    assert bpy.ops.momjit.save_face() == {"FINISHED"}
    assert bpy.ops.momjit.remove_expression(expression="cheekPuff") == {"FINISHED"}
    assert "Fat" not in face_map(head).blocks
    with refused("does not show cheekPuff"):
        bpy.ops.momjit.remove_expression(expression="cheekPuff")
    assert bpy.ops.momjit.reset_face() == {"FINISHED"}
    assert (
        face_map(head).blocks
        == module("core.expressions")
        .map_face(module("scene.face").shape_names(head.data.shape_keys))
        .blocks
    )
    other = add_face(hero, "Twin", "Fat", "Fcl_MTH_U", "Fcl_MTH_I", "Fcl_EYE_Close", "Fcl_MTH_A")
    module("scene.face").recall_faces([other], module("ui.face").faces_folder())
    assert face_map(other).blocks["Fat"] == {"cheekPuff": 4.0}
    check_face_files(head, folder)
    for mesh in (head, teeth, other):
        bpy.data.objects.remove(mesh)


def check_face_files(head: bpy.types.Object, folder: Path) -> None:
    """A map comes back from its file; other files are refused and change nothing."""
    before = face_map(head)
    (folder / "foreign.json").write_text('{"format": "other"}', "utf-8")
    with refused("is not a face map"):
        bpy.ops.momjit.import_face(filepath=str(folder / "foreign.json"))
    unknown = (folder / "face.json").read_text("utf-8").replace("Fcl_", "Gcl_")
    unknown = unknown.replace("Fat", "Thin")
    (folder / "unknown.json").write_text(unknown, "utf-8")
    with refused("names none of the shape keys of “Head”"):
        bpy.ops.momjit.import_face(filepath=str(folder / "unknown.json"))
    assert face_map(head) == before
    assert bpy.ops.momjit.import_face(filepath=str(folder / "face.json")) == {"FINISHED"}
    assert face_map(head).blocks["Fat"] == {"cheekPuff": 4.0}
    head.data.shape_keys["momjit_face"] = "{"
    with refused("face map of “.*”: is not JSON"):
        bpy.ops.momjit.add_expression(expression="cheekPuff")
    assert bpy.ops.momjit.reset_face() == {"FINISHED"}


def main(archive: str, backend: str, results: str) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    install(archive, backend, results)
    hero = build_rig()
    check_faces(hero, Path(results))


if __name__ == "__main__":
    code = 1
    try:
        main(*sys.argv[1:])
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
