"""What an animator does with results in the scene; run by test_takes.py in Blender.

Usage: python session_takes.py CLIP.npz ONE_SIDED.npz AVATAR.glb FOLDER

The clip lasts 15 frames at 30 frames a second. Prints `true` at the end.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import bpy
import numpy as np
from extension_session import refused, strips
from leaving import leave_after
from mathutils import Quaternion

from blender_addon.compat import curves_of
from blender_addon.core.clip_reader import read_clip
from blender_addon.core.manner import Manner
from blender_addon.core.mirror import mirrored
from blender_addon.core.reduce import Tolerance
from blender_addon.core.retarget import retarget
from blender_addon.scene.control_rig import Switch
from blender_addon.scene.takes import Take, playing, take_of, takes_of
from blender_addon.ui import insert

FPS, FRAMES = 30, 15
ARM, LEG, FINGER = "leftUpperArm", "leftUpperLeg", "leftIndexProximal"


def puppet() -> bpy.types.Object:
    return next(item for item in bpy.data.objects if item.type == "ARMATURE")


def played() -> bpy.types.Action:
    action = playing(puppet())
    assert action is not None
    return action


def played_take() -> Take:
    take = take_of(played())
    assert take is not None
    return take


def shape(name: str = "jawOpen") -> bpy.types.ShapeKey:
    return bpy.data.objects["body"].data.shape_keys.key_blocks[name]


def pose(bone: str, frame: float) -> Quaternion:
    """Where playback puts a bone."""
    bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
    return puppet().pose.bones[bone].matrix_basis.to_quaternion()


def apart(one: Quaternion, other: Quaternion) -> float:
    """Degrees between two rotations."""
    between = one.inverted() @ other
    return float(np.degrees(2.0 * np.arctan2(np.linalg.norm(between[1:]), abs(between.w))))


def bring_in(clip: Path, start: int = 1, **manner: Any) -> bpy.types.Action:
    placement = insert.Placement(
        scene=bpy.context.scene.name,
        armature=puppet().name,
        start=start,
        sound=False,
        markers=False,
        manner=Manner(**manner),
    )
    insert.insert(bpy.context, clip, None, placement)
    return played()


def wanted(clip: Path, bone: str, mirror: bool = False) -> list[Quaternion]:
    """What core says a bone does."""
    avatar = insert.avatar_for(puppet())
    movement = read_clip(clip)
    motion = retarget(mirrored(movement) if mirror else movement, avatar.rig, avatar.bone_map)
    column = motion.bones.index(bone)
    return [Quaternion(rotation) for rotation in motion.rotations[:, column].tolist()]


def walk() -> bpy.types.Action:
    """An action of the user's own that swings a leg and an arm for 60 frames, and smiles."""
    armature = puppet()
    for bone in (LEG, ARM):
        for frame in (1, 20, 40, 60):
            turn = Quaternion((1.0, 0.0, 0.0), 0.5 * (-1) ** (frame // 20))
            armature.pose.bones[bone].rotation_mode = "QUATERNION"
            armature.pose.bones[bone].rotation_quaternion = turn
            armature.pose.bones[bone].keyframe_insert("rotation_quaternion", frame=frame)
    for frame, value in ((1, 0.2), (60, 0.8)):
        shape("eyeBlinkLeft").value = value
        shape("eyeBlinkLeft").keyframe_insert("value", frame=frame)
    armature.animation_data.action.name = "walk"
    bpy.ops.ed.undo_push(message="walk")
    return armature.animation_data.action


def fresh(avatar: str) -> None:
    from blender_addon.scene.avatar import load_avatar

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    bpy.context.scene.render.fps = FPS
    bpy.context.scene.frame_end = 60
    load_avatar(Path(avatar))
    for item in bpy.context.view_layer.objects:
        item.select_set(item == puppet())
    bpy.context.view_layer.objects.active = puppet()
    bpy.ops.ed.undo_push(message="scene")


def press(name: str, /, **options: object) -> None:
    """Press a button as in the window: with an undo step."""
    assert getattr(bpy.ops.momjit, name)("EXEC_DEFAULT", True, **options) == {"FINISHED"}, name


def check_playback(clip: Path) -> None:
    take = bring_in(clip)
    for bone in (ARM, LEG, FINGER):
        for frame, turn in enumerate(wanted(clip, bone), start=1):
            assert apart(pose(bone, frame), turn) < 0.1, (bone, frame)
    record = played_take()
    assert (record.start, record.end, record.clip) == (1.0, 15.0, clip)
    assert takes_of(puppet()) == [take]
    groups = {curve.group.name for curve in curves_of(puppet())}
    assert ARM in groups


def check_mask(clip: Path) -> None:
    """Two parts are performed; legs and face go on with what they did, the arm returns to it."""
    old = walk()
    before = {bone: [pose(bone, frame) for frame in range(1, 61)] for bone in (ARM, LEG)}
    jaw = shape("jawOpen").value
    bring_in(clip, start=20, parts=frozenset({"left_arm", "left_hand"}))
    assert old.use_fake_user
    assert playing(puppet()) != old
    for frame in range(1, 61):
        assert apart(pose(LEG, frame), before[LEG][frame - 1]) < 0.01, frame
        if not 20 <= frame < 20 + FRAMES:
            assert apart(pose(ARM, frame), before[ARM][frame - 1]) < 0.05, frame
    for frame, turn in enumerate(wanted(clip, ARM), start=20):
        assert apart(pose(ARM, frame), turn) < 0.1, frame
    bpy.context.scene.frame_set(30)
    assert 0.2 < shape("eyeBlinkLeft").value < 0.8  # the user's face goes on
    assert shape("jawOpen").value == jaw, (jaw, shape("jawOpen").value)
    paths = {curve.data_path for curve in curves_of(puppet())}
    assert not any("right" in path or "hips" in path for path in paths)
    assert bpy.ops.ed.undo() == {"FINISHED"}
    assert played().name == "walk"
    assert not takes_of(puppet())
    for frame in (1, 25, 60):
        assert apart(pose(ARM, frame), before[ARM][frame - 1]) < 0.01


def check_strength_and_ease(clip: Path) -> None:
    walk()
    below = [pose(ARM, frame) for frame in range(1, 61)]
    full = wanted(clip, ARM)
    bring_in(clip, start=20, strength=0.5)
    for k, turn in enumerate(full):
        half = below[19 + k].slerp(turn, 0.5)
        assert apart(pose(ARM, 20 + k), half) < 0.1, k
    bpy.ops.ed.undo()
    bring_in(clip, start=20, ease=0.2)  # 6 frames
    assert apart(pose(ARM, 20), below[19]) < 0.1
    assert apart(pose(ARM, 20 + 7), full[7]) < 0.1
    assert apart(pose(ARM, 20 + 14), below[33]) < 0.1
    bpy.ops.ed.undo()
    puppet().hide_viewport = True
    bring_in(clip, start=20, strength=0.0)
    assert puppet().hide_viewport
    puppet().hide_viewport = False
    for frame in range(1, 61):
        assert apart(pose(ARM, frame), below[frame - 1]) < 0.1, frame


def check_nothing_left_behind(clip: Path) -> None:
    """Bones that only the take keys go back to their pose with it, also under half a take."""
    finger = puppet().pose.bones[FINGER]
    finger.rotation_mode = "QUATERNION"
    finger.rotation_quaternion = resting = Quaternion((1.0, 0.0, 0.0), 0.4)
    shape("eyeBlinkLeft").value = 0.3
    bpy.ops.ed.undo_push(message="pose")
    bring_in(clip, strength=1.0)
    assert apart(pose(FINGER, 8), resting) > 1.0
    bring_in(clip, strength=0.5)
    full = wanted(clip, FINGER)
    for k, turn in enumerate(full):
        assert apart(pose(FINGER, 1 + k), resting.slerp(turn, 0.5)) < 0.1, k
    for left in (1, 0):
        bpy.context.scene.frame_set(8)
        press("play_before")
        assert len(takes_of(puppet())) == 2
        assert (take_of(playing(puppet())) is not None) == bool(left)
    assert apart(pose(FINGER, 8), resting) < 0.01
    assert abs(shape("eyeBlinkLeft").value - 0.3) < 1e-6


def check_cycles(clip: Path) -> None:
    """An endless walk goes on around the performance, and endlessly where it has no say."""
    walk()
    for curve in curves_of(puppet()):
        curve.modifiers.new("CYCLES")
        curve.update()
    bpy.context.scene.frame_end = 150
    bpy.ops.ed.undo_push(message="cycles")
    below = {bone: [pose(bone, frame) for frame in range(1, 151)] for bone in (ARM, LEG)}
    bring_in(clip, start=80, parts=frozenset({"left_arm"}))
    for frame in range(1, 151):
        assert apart(pose(LEG, frame), below[LEG][frame - 1]) < 0.01, frame
        if not 80 <= frame < 80 + FRAMES:
            assert apart(pose(ARM, frame), below[ARM][frame - 1]) < 0.05, frame
    assert apart(pose(ARM, 85), wanted(clip, ARM)[5]) < 0.1


def check_switches(clip: Path) -> None:
    """A switch of the rig is set while a take plays and as it was without it."""
    puppet()["fk"] = 0.25
    avatar = replace(
        insert.avatar_for(puppet()), switches=(Switch('["fk"]', 1.0, frozenset({ARM})),)
    )
    bpy.ops.ed.undo_push(message="switch")
    manner = Manner()
    movement = read_clip(clip)
    insert.perform(bpy.context.scene, movement, clip, avatar, 1.0, manner)
    bpy.context.scene.frame_set(5)
    assert puppet()["fk"] == 1.0
    press("play_before")
    bpy.context.scene.frame_set(5)
    assert puppet()["fk"] == 0.25


def check_speech(clip: Path, folder: Path) -> None:
    """The take that plays is heard, and no other of the same time."""
    if not bpy.app.build_options.audaspace:
        return  # the 4.2 wheel has no sound, Blender 4.2 does
    names: list[str] = []
    for number in range(2):
        result = folder / f"result {number}"
        result.mkdir()
        for file in (clip, clip.with_name("speech.wav")):
            (result / file.name).write_bytes(file.read_bytes())
        placement = insert.Placement(bpy.context.scene.name, puppet().name, 1, True, False)
        insert.insert(bpy.context, result / clip.name, None, placement)
        names.append(played().name)
    assert [strip.mute for strip in strips()] == [True, False]
    press("play_take", name=names[0])
    assert [strip.mute for strip in strips()] == [False, True]
    press("push_take")
    assert [strip.mute for strip in strips()] == [False, True]
    bpy.ops.ed.undo()
    press("play_before")
    assert [strip.mute for strip in strips()] == [True, True]
    bpy.ops.ed.undo()
    assert [strip.mute for strip in strips()] == [False, True]


def check_list(clip: Path) -> None:
    """Clicking a row plays its take; the panels draw, with icons that there are."""
    bring_in(clip, start=1)
    first = played().name
    bring_in(clip, start=1)
    takes = bpy.context.scene.momjit_takes
    assert bpy.data.actions[takes.row] == playing(puppet())
    takes.row = bpy.data.actions.find(first)
    assert played().name == first
    layout = MagicMock()
    for panel in ("MOMJIT_PT_takes", "MOMJIT_PT_performance"):
        getattr(bpy.types, panel).draw(SimpleNamespace(layout=layout), bpy.context)
    listing = bpy.types.MOMJIT_UL_takes
    for action in bpy.data.actions:
        listing.draw_item(MagicMock(), bpy.context, layout, bpy.data, action, 0, takes, "row")
    icons = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys()
    used = re.findall(r"icon='([A-Z_]+)'", str(layout.mock_calls))
    assert len(used) > 5
    assert set(used) <= set(icons), set(used) - set(icons)
    fields = SimpleNamespace(filter_name="", bitflag_filter_item=1)
    flags, _ = listing.filter_items(fields, bpy.context, bpy.data, "actions")
    assert sum(flags) == 2


def check_history(clip: Path, other: Path) -> None:
    """A take of the same time replaces the one before it, over the user's own action."""
    old = walk()
    below = [pose(ARM, frame) for frame in range(1, 61)]
    first = bring_in(clip, start=20)
    second = bring_in(other, start=20)
    assert apart(pose(ARM, 50), below[49]) < 0.05
    assert apart(pose(ARM, 25), wanted(other, ARM)[5]) < 0.1
    assert set(takes_of(puppet())) == {first, second}
    name = first.name
    bpy.ops.ed.undo_push(message="before")
    press("play_take", name=name)
    assert played().name == name
    assert apart(pose(ARM, 25), wanted(clip, ARM)[5]) < 0.1
    bpy.context.scene.frame_set(20 + 9)
    jaw = read_clip(clip).expressions[9, read_clip(clip).expression_names.index("jawOpen")]
    assert abs(shape().value - jaw) < 1e-3
    press("play_before")
    assert played().name == old.name
    assert apart(pose(ARM, 25), below[24]) < 0.01
    bpy.ops.ed.undo()
    assert played().name == name
    puppet().name = "Renamed"
    assert len(takes_of(puppet())) == 2
    press("duplicate_take")
    assert len(takes_of(puppet())) == 3
    assert apart(pose(ARM, 25), wanted(clip, ARM)[5]) < 0.1
    twin = puppet().copy()
    with refused("is also played by"):
        bpy.ops.momjit.delete_take()
    bpy.data.objects.remove(twin)
    press("delete_take")
    assert len(takes_of(puppet())) == 2
    assert played().name == "walk"
    assert apart(pose(ARM, 25), below[24]) < 0.01


def check_mirror_and_redo(one_sided: Path) -> None:
    """The clip lifts the left arm alone; its mirror image the right arm."""
    rest = pose("rightUpperArm", 1)
    bring_in(one_sided)
    assert apart(pose("rightUpperArm", FRAMES), pose("rightUpperArm", 1)) < 0.1
    bpy.context.scene.momjit_performance.strength = 1.0
    bpy.ops.ed.undo_push(message="settings")
    press("mirror_take")
    assert played_take().manner.mirror
    assert len(takes_of(puppet())) == 2
    assert apart(pose(ARM, FRAMES), pose(ARM, 1)) < 0.1
    turn = wanted(one_sided, "rightUpperArm", mirror=True)[-1]
    assert apart(pose("rightUpperArm", FRAMES), turn) < 0.1
    assert apart(turn, rest) > 30.0
    bpy.ops.ed.undo()
    assert not played_take().manner.mirror
    settings = bpy.context.scene.momjit_performance
    for part in ("head", "face", "right_arm", "right_hand", "trunk", "legs"):
        setattr(settings, part, False)
    bpy.ops.ed.undo_push(message="settings")
    press("redo_take")
    assert played_take().manner.parts == {"left_arm", "left_hand"}
    assert not any("right" in curve.data_path for curve in curves_of(puppet()))


def check_fewer_keys(clip: Path) -> None:
    """Baking keeps edits by hand and stays within the error at every frame."""
    bring_in(clip)
    puppet().pose.bones[LEG].rotation_quaternion = (0.0, 1.0, 0.0, 0.0)
    puppet().pose.bones[LEG].keyframe_insert("rotation_quaternion", frame=8)
    dense = {bone: [pose(bone, f) for f in range(1, FRAMES + 1)] for bone in (ARM, LEG, FINGER)}
    bpy.context.scene.frame_set(5)
    jaw = shape().value
    many = sum(len(curve.keyframe_points) for curve in curves_of(puppet()))
    press("bake_take", rotation=np.radians(1.0), location=0.002, shape=0.02)
    few = sum(len(curve.keyframe_points) for curve in curves_of(puppet()))
    assert few < many / 2, (few, many)
    for bone, turns in dense.items():
        worst = max(apart(pose(bone, f), turn) for f, turn in enumerate(turns, start=1))
        assert worst <= 1.0, (bone, worst)
    bpy.context.scene.frame_set(5)
    assert abs(shape().value - jaw) <= 0.02
    times: dict[str, set[tuple[float, ...]]] = {}
    for curve in curves_of(puppet()):
        keys = tuple(point.co.x for point in curve.keyframe_points)
        times.setdefault(curve.data_path, set()).add(keys)
    assert all(len(rows) == 1 for rows in times.values())  # components share their keys
    bpy.ops.ed.undo()
    assert len(takes_of(puppet())) == 1
    reduced = bring_in(clip, tolerance=Tolerance(np.radians(0.5), 0.002, 0.01))
    assert reduced != takes_of(puppet())[0]
    for frame, turn in enumerate(wanted(clip, ARM), start=1):
        assert apart(pose(ARM, frame), turn) < 0.6


def check_nla(clip: Path) -> None:
    walk()
    take = bring_in(clip, start=20).name
    played = [pose(ARM, frame) for frame in range(1, 61)]
    blinks = []
    for frame in range(1, 61):
        bpy.context.scene.frame_set(frame)
        blinks.append(shape("eyeBlinkLeft").value)
    bpy.ops.ed.undo_push(message="before")
    press("push_take")
    assert playing(puppet()) is None
    strips = [strip for track in puppet().animation_data.nla_tracks for strip in track.strips]
    assert [strip.action.name for strip in strips] == [take]
    for frame in range(1, 61):
        assert apart(pose(ARM, frame), played[frame - 1]) < 0.1, frame
        bpy.context.scene.frame_set(frame)
        assert abs(shape("eyeBlinkLeft").value - blinks[frame - 1]) < 1e-4
    above = bring_in(clip, start=30, parts=frozenset({"right_arm"}), strength=0.5)
    for frame in range(1, 61):  # the strip plays on under a performance of something else
        assert apart(pose(ARM, frame), played[frame - 1]) < 0.1, frame
    press("play_take", name=take)
    with refused("played by the NLA strip"):
        bpy.ops.momjit.delete_take()
    assert above.name in bpy.data.actions
    bpy.ops.ed.undo()


def check_locked_and_driven(clip: Path) -> None:
    """What the user locked or drives is not keyed, and said."""
    walk()
    for curve in curves_of(puppet()):
        curve.lock = ARM in curve.data_path
    below = [pose(ARM, frame) for frame in range(1, 61)]
    driven = shape("jawOpen").driver_add("value")
    driven.driver.expression = "0.25"
    placement = insert.Placement(bpy.context.scene.name, puppet().name, 20, False, False)
    said = insert.insert(bpy.context, clip, None, placement)
    assert f"locked or driven, so left alone: {ARM}, jawOpen" in said, said
    for frame in range(1, 61):
        assert apart(pose(ARM, frame), below[frame - 1]) < 0.01
    assert abs(shape().value - 0.25) < 1e-6


def check_saved_scene(clip: Path, folder: Path) -> None:
    """The record finds the clip from the scene's own folder."""
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "scene.blend"))
    inside = folder / "momjit" / "clip.npz"
    inside.parent.mkdir()
    inside.write_bytes(clip.read_bytes())
    action = bring_in(inside)
    assert json.loads(action["momjit"])["take"]["clip"].startswith("//momjit")
    assert played_take().clip == inside
    inside.rename(folder / "gone.npz")
    with refused("no such clip file"):
        bpy.ops.momjit.mirror_take()


def main(clip_path: str, one_sided_path: str, avatar: str, folder_path: str) -> None:
    clip, one_sided, folder = map(Path, (clip_path, one_sided_path, folder_path))
    bpy.ops.preferences.addon_enable(module="blender_addon")
    for check, arguments in (
        (check_playback, (clip,)),
        (check_mask, (clip,)),
        (check_strength_and_ease, (clip,)),
        (check_nothing_left_behind, (clip,)),
        (check_cycles, (clip,)),
        (check_switches, (clip,)),
        (check_speech, (clip, folder)),
        (check_list, (clip,)),
        (check_history, (clip, one_sided)),
        (check_mirror_and_redo, (one_sided,)),
        (check_fewer_keys, (clip,)),
        (check_nla, (clip,)),
        (check_locked_and_driven, (clip,)),
        (check_saved_scene, (clip, folder)),
    ):
        fresh(avatar)
        check(*arguments)
        print(check.__name__, "passed")
    print("\ntrue")


if __name__ == "__main__":
    leave_after(main)
