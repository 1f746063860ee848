"""What a user does with the extension, in one Blender process; run by test_extension.py.

Arguments: the extension's zip, the backend program, a folder for results. Ends with `os._exit`
because Blender's own exit can hang.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import bpy
from leaving import leave_after

MODULE = "bl_ext.user_default.momjit"


@contextmanager
def refused(reason: str) -> Iterator[None]:
    """What is done here must fail, with this reason; Blender's Python need not have pytest."""
    said = ""
    try:
        yield
    except (RuntimeError, TypeError) as error:
        said = str(error)
    assert re.search(reason, said), f"expected “{reason}”, got “{said}”"


def session():
    return sys.modules[f"{MODULE}.ui.session"].current()


def settle(seconds: float = 60.0) -> None:
    """Let the add-on work as its timer would."""
    end = time.monotonic() + seconds
    while session().poll():
        assert time.monotonic() < end, session().tasks
        time.sleep(0.01)


def note(task: str = "generate"):
    return session().notes[task]


def build_rig() -> bpy.types.Object:
    """A humanoid with Mixamo's names, T-pose, and an old action of its own."""
    data = bpy.data.armatures.new("Hero")
    hero = bpy.data.objects.new("Hero", data)
    bpy.context.scene.collection.objects.link(hero)
    bpy.context.view_layer.objects.active = hero
    hero.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    bones = {
        "Hips": (None, (0, 0, 0.95)),
        "Spine": ("Hips", (0, 0, 1.05)),
        "Spine1": ("Spine", (0, 0, 1.2)),
        "Neck": ("Spine1", (0, 0, 1.45)),
        "Head": ("Neck", (0, 0, 1.55)),
        "Tail": ("Hips", (0, 0.2, 0.9)),
    }
    for side, sign in (("Left", 1), ("Right", -1)):
        bones |= {
            f"{side}Arm": ("Spine1", (sign * 0.18, 0, 1.4)),
            f"{side}ForeArm": (f"{side}Arm", (sign * 0.45, 0, 1.4)),
            f"{side}Hand": (f"{side}ForeArm", (sign * 0.7, 0, 1.4)),
            f"{side}UpLeg": ("Hips", (sign * 0.1, 0, 0.9)),
            f"{side}Leg": (f"{side}UpLeg", (sign * 0.1, 0, 0.5)),
            f"{side}Foot": (f"{side}Leg", (sign * 0.1, 0, 0.08)),
        }
    for name, (parent, head) in bones.items():
        bone = data.edit_bones.new(f"mixamorig:{name}")
        bone.head, bone.tail = head, (head[0], head[1], head[2] + 0.05)
        if parent:
            bone.parent = data.edit_bones[f"mixamorig:{parent}"]
    bpy.ops.object.mode_set(mode="OBJECT")
    add_skin(hero)
    tail = hero.pose.bones["mixamorig:Tail"]
    tail.keyframe_insert("rotation_quaternion", frame=1)
    hero.animation_data.action.name = "old action"
    bpy.ops.ed.undo_push(message="rig")
    return hero


def add_skin(hero: bpy.types.Object) -> None:
    """One triangle that the head moves: a rig without a mesh is none to a glTF file."""
    mesh = bpy.data.meshes.new("Skin")
    mesh.from_pydata([(0, 0, 1.6), (0.1, 0, 1.6), (0, 0, 1.7)], [], [(0, 1, 2)])
    skin = bpy.data.objects.new("Skin", mesh)
    bpy.context.scene.collection.objects.link(skin)
    for bone in hero.data.bones:
        skin.vertex_groups.new(name=bone.name)
    skin.vertex_groups["mixamorig:Head"].add([0, 1, 2], 1.0, "REPLACE")
    skin.modifiers.new("Armature", "ARMATURE").object = hero
    skin.parent = hero


def hand_height(frame: int, name: str = "Hero") -> float:
    bpy.context.scene.frame_set(frame)
    return bpy.data.objects[name].pose.bones["mixamorig:LeftHand"].head.z


def select(item: bpy.types.Object | None) -> None:
    for other in bpy.context.view_layer.objects:
        other.select_set(other == item)
    bpy.context.view_layer.objects.active = item


def strips() -> list[bpy.types.ID]:
    editor = bpy.context.scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def install(archive: str, backend: str, results: str) -> None:
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True
    )
    assert MODULE in bpy.context.preferences.addons
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.source, preferences.backend_python = "PYTHON", backend
    preferences.results_folder = results


def check_lists_and_doctor() -> None:
    settings = bpy.context.scene.momjit
    assert settings.style == "neutral"  # before the backend was ever asked
    assert bpy.ops.momjit.refresh() == {"FINISHED"}
    assert bpy.ops.momjit.check_backend() == {"FINISHED"}
    settle()
    settings.style = "lively"
    assert (settings.style_name, settings.style) == ("lively", "lively")
    with refused("tango"):
        settings.style = "tango"
    assert [check.name for check in session().checks if not check.ok] == ["voice"]
    assert session().backend.version == "fake"


def check_refusals(hero: bpy.types.Object) -> None:
    settings = bpy.context.scene.momjit
    settings.text = "  "
    with refused("nothing to say"):
        bpy.ops.momjit.generate()
    settings.text = "안녕하세요"
    stick = bpy.data.objects.new("Stick", bpy.data.armatures.new("Stick"))
    bpy.context.scene.collection.objects.link(stick)
    select(stick)
    with refused("Stick: .*head, .*could not be found"):
        bpy.ops.momjit.generate()
    bpy.data.objects.remove(stick)
    select(hero)
    arm = hero.pose.bones["mixamorig:LeftArm"]
    copy = arm.constraints.new("COPY_ROTATION")
    copy.target, copy.subtarget = hero, "mixamorig:RightArm"
    with refused("Hero”, leftUpperArm: the constraint"):
        bpy.ops.momjit.generate()
    arm.constraints.remove(copy)
    assert bpy.ops.momjit.cancel() == {"CANCELLED"}


def check_generate(hero: bpy.types.Object) -> None:
    scene = bpy.context.scene
    settings = scene.momjit
    settings.text, settings.markers = "안녕하세요 반갑습니다 여러분", True
    scene.frame_start, scene.frame_end = 1, 20
    bpy.ops.ed.undo_push(message="settings")  # as every click in the window does
    before = hand_height(30)
    assert bpy.ops.momjit.generate() == {"FINISHED"}
    with refused("still being made"):
        bpy.ops.momjit.generate()
    settle()
    assert not note().is_error, note()
    assert "Hero" in note().text
    assert "is not read aloud" in note().text
    assert abs(before - hand_height(1)) < 1e-4
    assert before - hand_height(30) > 0.2
    action = bpy.data.objects["Hero"].animation_data.action
    assert action.name.startswith("momjit 안녕하세요")
    assert json.loads(action["momjit"])["text"] == settings.text
    old = bpy.data.actions["old action"]
    assert old.use_fake_user
    assert action != old
    assert scene.frame_end == 1 + 36  # 1.5 s at 24 frames a second
    marks = {marker.name: marker.frame for marker in scene.timeline_markers}
    assert marks == {"안녕하세요": 1, "반갑습니다": 13, "여러분": 25}
    if bpy.app.build_options.audaspace:  # the 4.2 wheel has no sound, Blender 4.2 does
        assert [(strip.type, strip.frame_final_start) for strip in strips()] == [("SOUND", 1)]
        assert strips()[0].sound.packed_file  # nowhere is beside a scene that was never saved


def check_another_take() -> None:
    """A second take replaces the first: its sound lies above, and alone is heard."""
    bpy.ops.momjit.generate()
    settle()
    assert not note().is_error, note()
    assert len(bpy.context.scene.timeline_markers) == 3
    assert len([action for action in bpy.data.actions if action.name.startswith("momjit")]) == 2
    if bpy.app.build_options.audaspace:
        assert [(strip.channel, strip.mute) for strip in strips()] == [(1, True), (2, False)]
    bpy.ops.ed.undo()
    assert [(strip.channel, strip.mute) for strip in strips()] in ([(1, False)], [])


def check_mapped_bones_only() -> None:
    """Other bones go on with what they did."""
    compat = sys.modules[f"{MODULE}.compat"]
    tail = [c for c in compat.curves_of(bpy.data.objects["Hero"]) if "Tail" in c.data_path]
    assert [len(curve.keyframe_points) for curve in tail] == [1] * 4
    old = list(compat.curves_in(bpy.data.actions["old action"], bpy.data.objects["Hero"]))
    assert len(old) == 4


def check_one_undo() -> None:
    assert bpy.ops.ed.undo() == {"FINISHED"}
    hero = bpy.data.objects["Hero"]
    assert hero.animation_data.action.name == "old action"
    assert not [action for action in bpy.data.actions if action.name.startswith("momjit")]
    assert not bpy.context.scene.timeline_markers
    assert not strips()


def check_failure_and_cancel(results: str) -> None:
    settings = bpy.context.scene.momjit
    settings.style = "polka"
    bpy.ops.momjit.generate()
    settle()
    assert note().is_error
    assert "choose from neutral, lively" in note().text
    settings.style, settings.text = "neutral", "천천히"
    bpy.ops.momjit.generate()
    folders = len(os.listdir(results))
    time.sleep(0.5)
    assert session().poll()
    assert 0.0 < session().tasks["generate"].fraction < 1.0
    bpy.ops.momjit.cancel()
    settle()
    assert note().text == "Cancelled"
    assert bpy.data.objects["Hero"].animation_data.action.name == "old action"
    assert len(os.listdir(results)) == folders


def check_waiting_for_edit_mode() -> None:
    """A result never lands in the middle of an edit, and can be refused while it waits."""
    bpy.context.scene.momjit.text = "안녕"
    hero = bpy.data.objects["Hero"]
    for leave in (True, False):
        select(bpy.data.objects["Skin"])  # the mesh stands for its armature
        bpy.ops.momjit.generate()
        select(hero)
        bpy.ops.object.mode_set(mode="EDIT")
        while session().tasks["generate"].fraction < 1.0:
            assert session().poll()
            time.sleep(0.01)
        assert session().poll()
        assert session().poll()
        if leave:
            bpy.ops.object.mode_set(mode="OBJECT")
            assert session().poll()  # the panel is drawn once before Blender is busy inserting
            assert session().tasks["generate"].announced
        else:
            bpy.ops.momjit.cancel()
        assert not session().poll()
        assert note().text.startswith("“Hero”" if leave else "Cancelled")
    bpy.ops.object.mode_set(mode="OBJECT")


def check_another_scene_in_front() -> None:
    """The result lands in the scene in which it was asked for."""
    asked = bpy.context.scene
    select(bpy.data.objects["Hero"])
    bpy.ops.momjit.generate()
    bpy.context.window.scene = bpy.data.scenes.new("Other")
    settle()
    assert not note().is_error, note()
    assert not bpy.data.scenes["Other"].timeline_markers
    assert [marker.name for marker in asked.timeline_markers] == ["안녕"]
    bpy.context.window.scene = asked
    bpy.data.scenes.remove(bpy.data.scenes["Other"])
    bpy.ops.ed.undo_push(message="one scene")


def check_character() -> None:
    """With nothing selected a character is brought in: first one that is not there."""
    path = os.environ["MOMJIT_FAKE_AVATAR"]
    select(None)
    bpy.ops.momjit.generate()
    settle()
    assert note().is_error
    assert path in note().text
    before = set(bpy.data.objects.keys())
    bpy.ops.export_scene.gltf(filepath=path, export_animations=False)
    bpy.ops.ed.undo_push(message="export")
    bpy.ops.momjit.generate()
    settle()
    assert not note().is_error, note()
    added = bpy.context.object
    assert added.type == "ARMATURE"
    assert bpy.context.selected_objects == [added]
    assert hand_height(1, added.name) - hand_height(30, added.name) > 0.2
    bpy.ops.ed.undo()
    assert set(bpy.data.objects.keys()) == before


def check_saved_scene(folder: str) -> None:
    """Results go beside a saved scene, which refers to them in a way that can be moved."""
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.results_folder = ""
    scene_file = os.path.join(folder, "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=scene_file)
    select(bpy.data.objects["Hero"])
    bpy.ops.momjit.generate()
    settle()
    assert not note().is_error, note()
    (result,) = os.listdir(os.path.join(folder, "momjit"))
    assert sorted(os.listdir(os.path.join(folder, "momjit", result))) == ["clip.npz", "clip.wav"]
    if bpy.app.build_options.audaspace:
        sound = strips()[-1].sound
        assert sound.filepath.startswith("//momjit")
        assert not sound.packed_file
    preferences.results_folder = folder
    bpy.ops.ed.undo()


def check_linked_armature(folder: str) -> None:
    path = os.path.join(folder, "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.objects = [name for name in source.objects if name == "Hero"]
    linked = target.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    select(linked)
    with refused("linked from another file"):
        bpy.ops.momjit.generate()


def check_leaving_the_file() -> None:
    select(None)
    bpy.context.scene.momjit.text = "천천히"
    bpy.ops.momjit.generate()
    bpy.ops.wm.read_homefile(use_empty=True)
    settle()
    assert note().text == "Cancelled"
    assert not bpy.data.objects


def check_disable_and_uninstall() -> None:
    process = session().backend._connection.channel.process
    bpy.ops.preferences.addon_disable(module=MODULE)
    assert process.poll() is not None
    assert not hasattr(bpy.types.Scene, "momjit")
    bpy.ops.preferences.addon_enable(module=MODULE)
    assert bpy.context.scene.momjit.style == "neutral"
    names = {choice.name for choice in session().catalogue.choices["avatars"]}
    assert names == {"mina", "jun", "signer"}  # remembered
    repos = [repo.module for repo in bpy.context.preferences.extensions.repos]
    bpy.ops.extensions.package_uninstall(repo_index=repos.index("user_default"), pkg_id="momjit")
    assert MODULE not in bpy.context.preferences.addons


def main(archive: str, backend: str, results: str) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    install(archive, backend, results)
    check_lists_and_doctor()
    hero = build_rig()
    check_refusals(hero)
    check_generate(hero)
    check_another_take()
    check_mapped_bones_only()
    check_one_undo()
    check_failure_and_cancel(results)
    check_waiting_for_edit_mode()
    check_another_scene_in_front()
    check_character()
    check_saved_scene(results)
    check_linked_armature(results)
    check_leaving_the_file()
    check_disable_and_uninstall()


if __name__ == "__main__":
    leave_after(main)
