"""What a user does in the sub-panel “My Likeness”; run by test_likeness_panel.py.

Arguments: the extension's zip, the backend program, a folder for results, a picture. Ends with
`os._exit` because Blender's own exit can hang.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from extension_session import MODULE, install, note, refused, session, settle
from leaving import leave_after


def form() -> Any:
    return bpy.context.window_manager.momjit_likeness


def choose(*pictures: Path) -> None:
    bpy.ops.momjit.choose_photos(
        directory=str(pictures[0].parent), files=[{"name": picture.name} for picture in pictures]
    )


def check_refusals(picture: Path) -> None:
    """Nothing is sent before everything is said."""
    with refused("choose photos"):
        bpy.ops.momjit.make_likeness()
    choose(picture, picture.with_name("second.png"), picture.with_name("gone.png"))
    choose(picture)
    assert [Path(photo.path).name for photo in form().photos] == [
        "first.png",
        "second.png",
        "gone.png",
    ]
    with refused("the picture does not exist"):
        bpy.ops.momjit.make_likeness()
    form().active = 2
    bpy.ops.momjit.remove_photo()
    assert (len(form().photos), form().active) == (2, 1)
    with refused("who agrees, on which day, and to what"):
        bpy.ops.momjit.make_likeness()
    form().who, form().what_for, form().when = "김하나", "강의 영상", "내일"
    with refused("is no day"):
        bpy.ops.momjit.make_likeness()
    bpy.ops.momjit.today()
    assert len(form().when) == 10
    form().unmarked, form().statement = True, "no mark please"
    with refused("a statement of the person"):
        bpy.ops.momjit.make_likeness()
    form().unmarked = False
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.source, preferences.remote_address = "REMOTE", "127.0.0.1:7788"
    preferences.remote_token = "token"
    with refused("stay on this computer"):
        bpy.ops.momjit.make_likeness()
    preferences.source = "PYTHON"
    assert not session().tasks
    assert session().backend is None or not session().backend.running


def check_making(results: Path) -> None:
    """A character, selected, in one undo step; its sheet and its picture."""
    before = set(bpy.data.objects)
    form().gender, form().measured, form().height = "WOMAN", True, 1.62
    assert bpy.ops.momjit.make_likeness() == {"FINISHED"}
    with refused("still being made"):
        bpy.ops.momjit.make_likeness()
    settle()
    said = note("likeness")
    assert not said.is_error, said
    assert said.text.startswith("made of 1 pictures")
    assert "no face is found: second.png not used" in said.text
    assert bpy.context.object.type == "ARMATURE"
    assert bpy.context.object not in before
    assert Path(form().sheet).parent.parent == results
    assert (Path(form().sheet).parent / "character.glb").is_file()
    assert form().made == "김하나"
    assert (session().thumbnails / "김하나.png").is_file()
    names = [choice.name for choice in session().catalogue.choices["avatars"]]
    assert names == ["mina", "jun", "signer", "김하나"]
    settings = bpy.context.scene.momjit
    settings.avatar = "김하나"
    assert (settings.avatar, settings.avatar_name) == ("김하나", "김하나")
    bpy.ops.ed.undo()
    assert not [item for item in bpy.data.objects if item.type == "ARMATURE"]


def check_cancelling() -> None:
    """Nothing comes of it, and nothing is listed."""
    form().called = "천천히"
    assert bpy.ops.momjit.make_likeness() == {"FINISHED"}
    assert bpy.ops.momjit.cancel(task="likeness") == {"FINISHED"}
    settle()
    assert note("likeness").text == "Cancelled"
    assert not [item for item in bpy.data.objects if item.type == "ARMATURE"]


def check_adding() -> None:
    """A character of the library comes in at rest; its look is changed and changed back."""
    bpy.context.scene.momjit.who = "BUNDLED"
    assert bpy.ops.momjit.add_character() == {"FINISHED"}
    settle()
    added = bpy.context.object
    assert added.type == "ARMATURE"
    assert added.animation_data is None or added.animation_data.action is None
    mesh = next(item for item in bpy.data.objects if item.find_armature() == added)
    natural = mesh.material_slots[0].material.name
    assert bpy.ops.momjit.draw_toon() == {"FINISHED"}
    assert mesh.material_slots[0].material.name != natural
    assert bpy.ops.momjit.draw_naturally() == {"FINISHED"}
    assert mesh.material_slots[0].material.name == natural
    added.select_set(False)
    bpy.context.view_layer.objects.active = None
    with refused("select the character"):
        bpy.ops.momjit.draw_toon()


def main(archive: str, backend: str, results: str, picture: str) -> None:
    install(archive, backend, results)
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    bpy.ops.ed.undo_push(message="empty")
    check_refusals(Path(picture))
    check_making(Path(results))
    check_cancelling()
    check_adding()


leave_after(main)
