"""Perform a clip on characters, export each in every way and say what they did; run in Blender.

Usage: python export_rigs.py CLIP.npz OUT_DIR FILE.glb|NAME.npz|rigify…
`OUT_DIR/NAME` gets the exports and `truth.json`: {"heads": {bone: [[x, y, z]…]}, "weights":
{mesh: {shape key: […]}}, "skin": {mesh: [[x, y, z]…]}, "core": {bone: [[x, y, z]…]}, "left": what
is different in the scene afterwards}, in world axes, metres; `skin`: the vertices in the last
frame; `core`: what retargeting computed.
"""

import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Euler, Matrix, Vector

from blender_addon.core.clip_reader import read_clip
from blender_addon.core.export_preset import PRESETS
from blender_addon.core.retarget import posed
from blender_addon.scene.avatar import Avatar, avatar_of, load_avatar
from blender_addon.scene.export import ExportOptions, export_character
from blender_addon.scene.perform import Performance, perform_clip
from tests.blender.skinned import add_skin, build_armature, generated_rigify, shown_vertices

START = 7
"""Scene frame at which the performance begins: files begin at zero nevertheless."""


def character(source: str) -> Avatar:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    name = Path(source).stem
    if source.endswith(".glb"):
        return load_avatar(Path(source))
    if source == "rigify":
        armature = generated_rigify()
    else:  # as Blender imports such rigs from FBX files: lying, in centimetres
        armature = build_armature(name, dict(np.load(source)))
        lying = Euler((np.pi / 2, 0.0, 0.0)).to_matrix().to_4x4() @ Matrix.Scale(0.01, 4)
        armature.data.transform(lying.inverted())
        armature.matrix_world = Matrix.Translation(Vector((0.4, -0.3, 0.0))) @ lying
        bpy.context.view_layer.update()
    return avatar_of({armature, add_skin(armature, "body")}, name)


def add_bystander() -> None:
    """An animated object that is none of the character's business."""
    cube = bpy.data.objects.new("bystander", bpy.data.meshes.new("bystander"))
    bpy.context.scene.collection.objects.link(cube)
    cube.keyframe_insert("location", frame=1)
    bpy.data.actions.new("unused").use_fake_user = True


def export(path: Path, avatar: Avatar, options: ExportOptions) -> None:
    export_character(path, avatar.armature, avatar.meshes, options, avatar.bone_map)


def state() -> dict[str, object]:
    """What an export must leave as it was."""
    kinds = ("objects", "meshes", "armatures", "actions", "scenes", "shape_keys", "images")
    names = {kind: sorted(item.name for item in getattr(bpy.data, kind)) for kind in kinds}
    scene = bpy.context.scene
    return {**names, "frame": scene.frame_current, "scene": bpy.context.window.scene.name}


def told(avatar: Avatar, performance: Performance, frames: int) -> dict[str, object]:
    rig = avatar.armature
    heads = {bone.name: [] for bone in rig.data.bones if bone.use_deform}
    shaped = [mesh for mesh in avatar.meshes if mesh.data.shape_keys]
    weights = {
        mesh.name: {block.name: [] for block in mesh.data.shape_keys.key_blocks[1:]}
        for mesh in shaped
    }
    for frame in range(START, START + frames):
        bpy.context.scene.frame_set(frame)
        for name, places in heads.items():
            places.append([*(rig.matrix_world @ rig.pose.bones[name].head)])
        for mesh in shaped:
            for block in mesh.data.shape_keys.key_blocks[1:]:
                weights[mesh.name][block.name].append(block.value)
    skin = {mesh.name: shown_vertices(mesh) for mesh in shaped}
    places = avatar.to_world(posed(avatar.rig, performance.motion)[0])
    core = {name: places[:, k].tolist() for k, name in enumerate(avatar.rig.names)}
    return {"heads": heads, "weights": weights, "skin": skin, "core": core}


clip_path, out = Path(sys.argv[1]), Path(sys.argv[2])
clip = read_clip(clip_path)
for source in sys.argv[3:]:
    avatar = character(source)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 30, 30.0 / clip.fps
    add_bystander()
    perform_clip(clip, avatar, clip.fps, "an earlier take", 1)
    performance = perform_clip(clip, avatar, clip.fps, "take", START)
    scene.frame_start, scene.frame_end = START, START + clip.frames - 1
    folder = out / Path(source).stem
    folder.mkdir(parents=True)
    before = state()
    for name, preset in PRESETS.items():
        options = ExportOptions("인사 one", preset)
        for suffix in (".fbx", ".bvh"):
            export(folder / f"{name}{suffix}", avatar, options)
    export(folder / "out.glb", avatar, ExportOptions("인사 one"))
    after = state()
    truth = told(avatar, performance, clip.frames)
    truth["left"] = [key for key in before if before[key] != after[key]]
    (folder / "truth.json").write_text(json.dumps(truth))
print("\ntrue", flush=True)
os._exit(0)
