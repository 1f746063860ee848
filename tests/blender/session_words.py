"""What a user does with words, faces, batches and the panel's choices; run by test_words.py.

Arguments: the extension's zip, the backend program, a folder for results. Ends with `os._exit`
because Blender's own exit can hang.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from extension_session import (
    MODULE,
    build_rig,
    hand_height,
    install,
    note,
    refused,
    select,
    session,
    settle,
)
from leaving import leave_after


def module(name: str):
    return sys.modules[f"{MODULE}.{name}"]


def add_face(hero: bpy.types.Object, name: str, *shapes: str) -> bpy.types.Object:
    """A triangle that follows the head and has these shape keys, each of which moves it."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 1.6), (0.1, 0, 1.6), (0, 0, 1.7)], [], [(0, 1, 2)])
    face = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(face)
    face.modifiers.new("Armature", "ARMATURE").object = hero
    face.vertex_groups.new(name="mixamorig:Head").add([0, 1, 2], 1.0, "REPLACE")
    face.parent = hero
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
    with refused("face.json exists already"):
        bpy.ops.momjit.export_face(filepath=str(written))
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


def played(hero: bpy.types.Object, frame: int) -> list[list[float]]:
    """Every bone's matrix at a frame, to the last bit."""
    bpy.context.scene.frame_set(frame)
    return [[value for row in bone.matrix for value in row] for bone in hero.pose.bones]


def provenance(hero: bpy.types.Object) -> dict:
    return json.loads(hero.animation_data.action["momjit"])


def generate() -> None:
    assert bpy.ops.momjit.generate() == {"FINISHED"}
    settle()
    assert not note().is_error, note()


def check_choices(folder: Path) -> None:
    """What the panel offers besides a line and a voice reaches the backend, or is refused."""
    settings = bpy.context.scene.momjit
    settings.text = "안녕하세요 반갑습니다 여러분"
    bpy.ops.momjit.refresh()
    settle()
    settings.mode, backend = "SIGN", session().backend
    offered, backend.offers = backend.offers, frozenset({"perform"})
    with refused("this backend cannot sign yet"):
        bpy.ops.momjit.generate()
    backend.offers = offered
    settings.mode, settings.speech = "GESTURE", "RECORDING"
    with refused("choose a recording"):
        bpy.ops.momjit.generate()
    settings.audio = str(folder / "voice.wav")
    with refused("the recording does not exist: .*voice.wav"):
        bpy.ops.momjit.generate()
    (folder / "voice.wav").write_bytes(b"RIFF")
    settings.exemplar = str(folder / "dance.bvh")
    with refused("the motion file does not exist: .*dance.bvh"):
        bpy.ops.momjit.generate()
    (folder / "dance.bvh").write_bytes(b"HIERARCHY")
    settings.emblems, settings.intensity, settings.seed = True, 1.5, 7
    generate()
    told = provenance(bpy.data.objects["Hero"])
    assert (told["audio"], told["exemplar"]) == ("voice.wav", "dance.bvh")
    assert (told["emblems"], told["intensity"], told["seed"]) == (True, 1.5, 7)
    assert "voice" not in told
    settings.speech, settings.exemplar = "VOICE", ""
    generate()
    assert not {"audio", "exemplar"} & provenance(bpy.data.objects["Hero"]).keys()


def check_characters(hero: bpy.types.Object, folder: Path) -> None:
    """A file or a bundled character comes in, although an armature is selected."""
    settings = bpy.context.scene.momjit
    file = folder / "other.glb"
    bpy.ops.export_scene.gltf(filepath=str(file), export_animations=False)
    action = hero.animation_data.action.name
    settings.who = "FILE"
    with refused("choose a character's file"):
        bpy.ops.momjit.generate()
    settings.character_file = str(folder / "none.glb")
    with refused("the character's file does not exist"):
        bpy.ops.momjit.generate()
    settings.character_file = str(file)
    Path(os.environ["MOMJIT_FAKE_AVATAR"]).write_bytes(file.read_bytes())
    for who in ("FILE", "BUNDLED"):
        select(bpy.data.objects["Hero"])
        bpy.context.scene.momjit.who = who
        generate()
        brought = bpy.context.object
        assert brought.type == "ARMATURE"
        assert brought.name != "Hero", who
        assert brought.animation_data.action["momjit"]
        bpy.ops.ed.undo()
        plays = bpy.data.objects["Hero"].animation_data.action
        assert plays == bpy.data.actions[action]
    bpy.context.scene.momjit.who = "SELECTED"


def check_vrm_face(hero: bpy.types.Object, folder: Path) -> None:
    """What a VRM file says of shape keys holds, whatever they are called."""
    head = add_face(hero, "Head", "입벌림")
    file = folder / "face.vrm"
    bpy.ops.export_scene.gltf(filepath=str(folder / "face.glb"), export_animations=False)
    state_expression((folder / "face.glb").read_bytes(), file)
    bpy.data.objects.remove(head)
    settings = bpy.context.scene.momjit
    settings.who, settings.character_file = "FILE", str(file)
    bpy.ops.ed.undo_push(message="face.vrm")
    generate()
    (head,) = module("scene.face").faces_of(bpy.context.object)
    assert face_map(head).title == "VRM"
    assert face_map(head).blocks["입벌림"]["jawOpen"] > 0.5
    bpy.ops.ed.undo()
    bpy.context.scene.momjit.who = "SELECTED"


def state_expression(glb: bytes, path: Path) -> None:
    """Write the file with the expression “aa” on the first shape key of its mesh with any."""
    length = int.from_bytes(glb[12:16], "little")
    document = json.loads(glb[20 : 20 + length])
    with_keys = [n for n, mesh in enumerate(document["meshes"]) if "extras" in mesh]
    (node,) = (n for n, node in enumerate(document["nodes"]) if node.get("mesh") in with_keys)
    binds = {"morphTargetBinds": [{"node": node, "index": 0, "weight": 1.0}]}
    document["extensions"] = {"VRMC_vrm": {"expressions": {"preset": {"aa": binds}}}}
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = len(text).to_bytes(4, "little") + b"JSON" + text + glb[20 + length :]
    path.write_bytes(glb[:8] + (12 + len(body)).to_bytes(4, "little") + body)


def words():
    return bpy.context.window_manager.momjit_words


def check_signs(hero: bpy.types.Object) -> None:
    """Sign language: what the panel says reaches the backend, and signs are listed and marked."""
    settings, words = bpy.context.scene.momjit, bpy.context.window_manager.momjit_words
    sounds = len(module("compat").strips(bpy.context.scene))
    bpy.ops.ed.undo_push(message="signs")
    select(hero)
    settings.mode, settings.text = "SIGN", ""
    with refused("there is nothing to sign"):
        bpy.ops.momjit.generate()
    settings.text, settings.pace, settings.dominant = "집 불", 0.5, "left"
    settings.mouthing, settings.markers = False, True
    generate()
    told = provenance(bpy.data.objects["Hero"])
    assert (told["text"], told["speed"], told["dominant"]) == ("집 불", 0.5, "left")
    assert told["mouthing"] is False
    assert "style" not in told
    assert len(module("compat").strips(bpy.context.scene)) == sounds  # signs are silent
    module("ui.words").fill(bpy.context)
    assert [(row.kind, module("ui.words")._label(row)) for row in words.rows] == [
        ("gloss", "집"),
        ("nonmanual", "brows · raise"),
        ("gloss", "불 · fingerspelled"),
    ]
    markers = {(marker.name, marker.frame) for marker in bpy.context.scene.timeline_markers}
    fps = bpy.context.scene.render.fps
    assert {("집", 1 + round(0.2 * fps)), ("불", 1 + round(0.8 * fps))} <= markers
    with refused("signs are not performed anew in parts"):
        bpy.ops.momjit.redo_words()
    glosses = module("ui.render")._glosses(bpy.context.scene, bpy.data.objects["Hero"])
    assert [cue.lines for cue in glosses] == [("집",), ("불",)]
    (cue,) = module("ui.render")._cues(bpy.context.scene, bpy.data.objects["Hero"])
    assert cue.lines == ("집 불",)
    bpy.context.scene.timeline_markers.new("mine", frame=3)
    settings.pace, bpy.context.scene.frame_start = 0.4, 11
    generate()  # the markers of the take that is replaced go
    replaced = {(marker.name, marker.frame) for marker in bpy.context.scene.timeline_markers}
    assert replaced == {("mine", 3)} | {(name, at + 10) for name, at in markers}
    bpy.ops.ed.undo()
    bpy.ops.ed.undo()
    assert bpy.context.scene.momjit.mode == "GESTURE"


def check_list(hero: bpy.types.Object) -> None:
    """Words and gestures with their times; a click goes there; markers come and go."""
    scene = bpy.context.scene
    select(hero)
    scene.momjit.markers = False
    generate()
    module("ui.words").fill(bpy.context)
    listed = [(row.kind, row.text, row.at) for row in words().rows]
    assert listed == [
        ("word", "안녕하세요", 1),
        ("word", "반갑습니다", 13),
        ("gesture", "me", 18),
        ("word", "여러분", 25),
    ]
    words().active = 2
    assert scene.frame_current == 18
    scene.timeline_markers.new("mine", frame=3)
    assert bpy.ops.momjit.add_markers() == {"FINISHED"}
    assert bpy.ops.momjit.add_markers() == {"FINISHED"}  # not twice
    assert {(m.name, m.frame) for m in scene.timeline_markers} == {
        ("mine", 3), ("안녕하세요", 1), ("반갑습니다", 13), ("(me)", 18), ("여러분", 25),
    }  # fmt: skip
    words().words = False
    assert bpy.ops.momjit.remove_markers() == {"FINISHED"}
    assert len(scene.timeline_markers) == 4
    words().words = True
    assert bpy.ops.momjit.remove_markers() == {"FINISHED"}
    assert [m.name for m in scene.timeline_markers] == ["mine"]
    scene.timeline_markers.remove(scene.timeline_markers[0])
    select(None)
    module("ui.words").fill(bpy.context)
    assert not words().rows
    with refused("select a character that plays a performance"):
        bpy.ops.momjit.add_markers()
    with refused("select a character that plays a performance"):
        bpy.ops.momjit.redo_words()
    select(hero)


def check_redo(hero: bpy.types.Object) -> None:
    """Another try for a part: what lies outside is bit-identical, and one undo brings it back."""
    module("ui.words").fill(bpy.context)
    before = hero.animation_data.action.name
    poses = {frame: played(hero, frame) for frame in range(1, 36)}
    words().stretch = "PREVIEW"
    with refused("set a preview range"):
        bpy.ops.momjit.redo_words()
    words().stretch = "CHOSEN"
    with refused("choose words or gestures"):
        bpy.ops.momjit.redo_words()
    bpy.ops.ed.undo_push(message="before the redo")
    words().rows[1].ticked = True
    assert bpy.ops.momjit.redo_words() == {"FINISHED"}
    with refused("still being made"):
        bpy.ops.momjit.redo_words()
    settle()
    assert not note("redo").is_error, note("redo")
    action = hero.animation_data.action
    assert action.name != before
    assert bpy.data.actions[before].use_fake_user
    (retake,) = provenance(hero)["retakes"]
    assert (retake["start"], retake["end"]) == (0.5, 1.0)
    changed = [frame for frame in poses if played(hero, frame) != poses[frame]]
    assert changed, "nothing was redone"
    assert min(changed) >= 1 + 0.5 * 24 - 1
    assert max(changed) <= 1 + 1.0 * 24 + 1
    bpy.ops.ed.undo()
    assert bpy.data.objects["Hero"].animation_data.action.name == before
    check_stretches()


def check_stretches() -> None:
    """The phrase at the cursor, and the preview range, which must touch the take."""
    scene = bpy.context.scene
    stretch = module("ui.words").chosen_stretch
    take = module("ui.words").current_take(bpy.context).take
    words().stretch = "PHRASE"
    found = stretch(bpy.context, take)
    assert [round(time, 6) for time in found] == [0.0, 1.5]  # no mark and no pause in it
    words().stretch, scene.use_preview_range = "PREVIEW", True
    scene.frame_preview_start, scene.frame_preview_end = 13, 200
    assert [round(time, 6) for time in stretch(bpy.context, take)] == [0.5, 1.5]
    scene.frame_preview_start = 190
    with refused("lies outside of this take"):
        bpy.ops.momjit.redo_words()
    scene.use_preview_range = False
    words().stretch = "PHRASE"
    hidden = take.clip.with_suffix(".gone")
    take.clip.rename(hidden)
    with refused("a file is gone: .*clip.npz"):
        bpy.ops.momjit.redo_words()
    hidden.rename(take.clip)


def results():
    return bpy.context.window_manager.momjit_batch_results


def strips_of(hero: bpy.types.Object) -> list[tuple[str, float]]:
    """Text and first frame of the strips that the batch laid, in the order of time."""
    take_of = module("scene.takes").take_of
    strips = [
        strip
        for track in hero.animation_data.nla_tracks
        if track.name.startswith("momjit script")
        for strip in track.strips
    ]
    strips.sort(key=lambda strip: strip.frame_start)
    return [(take_of(strip.action).text, strip.frame_start) for strip in strips]


def check_text_block(hero: bpy.types.Object) -> None:
    """Lines one after another as strips, each one undo step; what played before lies below."""
    scene = bpy.context.scene
    batch = scene.momjit_batch
    select(hero)
    before = hero.animation_data.action.name
    with refused("choose a text block"):
        bpy.ops.momjit.perform_batch()
    batch.block = bpy.data.texts.new("Script")
    with refused("there is nothing to say"):
        bpy.ops.momjit.perform_batch()
    batch.block.write("하나\n# 주석\n\n둘\n셋\n")
    batch.gap = 0.5
    bpy.ops.ed.undo_push(message="script")
    assert bpy.ops.momjit.perform_batch() == {"FINISHED"}
    with refused("still being performed"):
        bpy.ops.momjit.perform_batch()
    settle()
    assert note("batch").text == "3 of 3 lines performed"
    rows = [(row.number, row.text, row.state) for row in results().rows]
    assert rows == [(1, "하나", "done"), (4, "둘", "done"), (5, "셋", "done")]
    assert "Hero" in results().rows[2].said
    hero = bpy.data.objects["Hero"]
    assert hero.animation_data.action is None
    assert strips_of(hero) == [("하나", 1.0), ("둘", 49.0), ("셋", 97.0)]  # 1.5 s and half a second
    assert played(hero, 43) == played(hero, 37) != played(hero, 20)  # held between two lines
    assert before in [s.action.name for t in hero.animation_data.nla_tracks for s in t.strips]
    bpy.context.scene.frame_set(60)
    module("ui.words").fill(bpy.context)
    assert [row.text for row in words().rows] == ["둘"]
    bpy.ops.ed.undo()
    assert len(strips_of(bpy.data.objects["Hero"])) == 2
    for _ in range(2):
        bpy.ops.ed.undo()
    hero = bpy.data.objects["Hero"]
    assert hero.animation_data.action.name == before
    assert not hero.animation_data.nla_tracks


def check_redo_of_a_strip(hero: bpy.types.Object) -> None:
    """Another try for a line in the NLA takes the place of its strip."""
    select(hero)
    bpy.ops.momjit.perform_batch()
    settle()
    bpy.context.scene.frame_set(60)
    module("ui.words").fill(bpy.context)
    bpy.ops.ed.undo_push(message="before the redo")
    old = module("scene.lineup").strip_at(hero, 60).action.name
    assert bpy.ops.momjit.redo_words() == {"FINISHED"}
    settle()
    assert not note("redo").is_error, note("redo")
    assert strips_of(hero) == [("하나", 1.0), ("둘", 49.0), ("셋", 97.0)]
    new = module("scene.lineup").strip_at(hero, 60).action
    assert new.name != old
    assert old in bpy.data.actions
    for _ in range(5):
        bpy.ops.ed.undo()
    assert bpy.data.objects["Hero"].animation_data.action


def check_table(folder: Path) -> None:
    """A table: errors are told by line; one line that fails does not stop the others."""
    batch = bpy.context.scene.momjit_batch
    batch.source, batch.arrangement = "FILE", "TAKES"
    with refused("choose a file"):
        bpy.ops.momjit.perform_batch()
    table = folder / "script.csv"
    table.write_text("text,seed\n하나,x\n", "utf-8")
    batch.file = str(table)
    with refused("script.csv:2: column “seed”: 'x' is no number"):
        bpy.ops.momjit.perform_batch()
    table.write_text(
        "text,style,character,seed\n하나,lively,,5\n둘,polka,,\n셋,,none.glb,\n넷,,mina,\n"
        "다섯,,mina,\n",
        "utf-8",
    )
    select(bpy.data.objects["Hero"])
    objects = set(bpy.data.objects.keys())
    bpy.ops.ed.undo_push(message="table")
    bpy.ops.momjit.perform_batch()
    settle()
    assert note("batch").is_error
    assert note("batch").text == "3 of 5 lines performed"
    states = [row.state for row in results().rows]
    assert states == ["done", "failed", "failed", "done", "done"]
    assert "choose from neutral, lively" in results().rows[1].said
    assert "does not exist" in results().rows[2].said
    told = provenance(bpy.data.objects["Hero"])
    assert (told["text"], told["style"], told["seed"]) == ("하나", "lively", 5)
    brought = [
        item for item in bpy.data.objects if item.type == "ARMATURE" and item.name not in objects
    ]
    assert len(brought) == 1  # the character of line 4 performs line 5, too
    assert provenance(brought[0])["text"] == "다섯"
    for _ in range(3):
        bpy.ops.ed.undo()


def check_overlap(folder: Path) -> None:
    """A line that begins before the one before it has ended passes over from it."""
    batch = bpy.context.scene.momjit_batch
    batch.source, batch.arrangement = "FILE", "STRIPS"
    table = folder / "overlap.csv"
    table.write_text("text,start\n하나,0\n둘,0:01\n셋,4\n", "utf-8")
    batch.file = str(table)
    hero = bpy.data.objects["Hero"]
    select(hero)
    bpy.ops.ed.undo_push(message="overlap")
    bpy.ops.momjit.perform_batch()
    settle()
    assert strips_of(hero) == [("하나", 1.0), ("둘", 25.0), ("셋", 97.0)]
    sounds = [
        strip for strip in module("compat").strips(bpy.context.scene) if strip.type == "SOUND"
    ]
    assert not any(strip.mute for strip in sounds[-3:])  # the next line does not cut it off
    tracks = {track.name: track for track in hero.animation_data.nla_tracks}
    (above,) = tracks["momjit script, overlapping"].strips
    assert above.extrapolation == "NOTHING"
    assert abs(above.blend_in - (tracks["momjit script"].strips[0].frame_end - 25)) < 0.01
    heights = [hand_height(frame) for frame in range(20, 60)]
    assert max(abs(b - a) for a, b in zip(heights, heights[1:], strict=False)) < 0.12
    for _ in range(3):
        bpy.ops.ed.undo()


def check_subtitles() -> None:
    """Text strips of the sequencer, each at its time; cancelling keeps what is done."""
    scene = bpy.context.scene
    batch = scene.momjit_batch
    batch.source, batch.arrangement, batch.only_selected = "STRIPS", "STRIPS", False
    with refused("no text strips"):
        bpy.ops.momjit.perform_batch()
    add_subtitle(scene, "안녕", 101, channel=5)
    add_subtitle(scene, "천천히", 301, channel=5)
    add_subtitle(scene, "  ", 401, channel=5)
    bpy.ops.ed.undo_push(message="subtitles")
    select(bpy.data.objects["Hero"])
    bpy.ops.momjit.perform_batch()
    while results().rows[0].state != "done" or session().tasks["batch"].fraction < 0.55:
        assert session().poll()
        time.sleep(0.01)
    assert 0.5 < session().tasks["batch"].fraction < 1.0
    text = module("ui.progress").progress_text(session().tasks["batch"])
    assert text.startswith("2 of 2: moving"), text
    assert bpy.ops.momjit.cancel(task="batch") == {"FINISHED"}
    settle()
    assert note("batch").text == "Cancelled"
    assert [row.state for row in results().rows] == ["done", "running"]
    assert strips_of(bpy.data.objects["Hero"]) == [("안녕", 101.0)]


def add_subtitle(scene: bpy.types.Scene, text: str, frame: int, channel: int) -> None:
    strips = module("compat").strips(scene)
    length = "length" if bpy.app.version >= (5, 0, 0) else "frame_end"
    end = 40 if length == "length" else frame + 40
    strip = strips.new_effect(
        name="subtitle", type="TEXT", channel=channel, frame_start=frame, **{length: end}
    )
    strip.text = text


def main(archive: str, backend: str, results_folder: str) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    install(archive, backend, results_folder)
    hero = build_rig()
    check_faces(hero, Path(results_folder))
    check_choices(Path(results_folder))
    check_characters(hero, Path(results_folder))
    check_vrm_face(bpy.data.objects["Hero"], Path(results_folder))
    check_signs(bpy.data.objects["Hero"])
    check_list(bpy.data.objects["Hero"])
    check_redo(bpy.data.objects["Hero"])
    check_text_block(bpy.data.objects["Hero"])
    check_redo_of_a_strip(bpy.data.objects["Hero"])
    check_table(Path(results_folder))
    check_overlap(Path(results_folder))
    check_subtitles()


if __name__ == "__main__":
    leave_after(main)
