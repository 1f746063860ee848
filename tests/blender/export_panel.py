"""Export through the panel's operator, as its button and file browser would; run in Blender.

Usage: python export_panel.py CLIP.npz CHARACTER.glb OUT_DIR
The last line of the output: {"done": {suffix: [files]}, "refused": {case: message}, "frame": the
scene's frame afterwards}.
"""

import json
import os
import sys
from pathlib import Path

import bpy

from blender_addon import compat
from blender_addon.core.clip_reader import read_clip
from blender_addon.scene.avatar import load_avatar
from blender_addon.scene.perform import perform_clip
from blender_addon.ui.export import CLASSES, FORMATS, MOMJIT_OT_export_performance


def refusal(**options: object) -> str:
    """What the operator says no with."""
    try:
        bpy.ops.momjit.export_performance(**options)
    except RuntimeError as error:
        return str(error).strip()
    return ""


clip, folder = read_clip(Path(sys.argv[1])), Path(sys.argv[3])
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
bpy.utils.register_class(MOMJIT_OT_export_performance)
avatar = load_avatar(Path(sys.argv[2]))
scene = bpy.context.scene
scene.render.fps = round(clip.fps)
scene.frame_start, scene.frame_end = 3, 2 + clip.frames
scene.frame_set(5)
refused = {}
bpy.context.view_layer.objects.active = None
refused["nothing selected"] = refusal(filepath=str(folder / "a.glb"), format=".glb")
bpy.context.view_layer.objects.active = avatar.meshes[0]
avatar.meshes[0].select_set(True)
refused["no take"] = refusal(filepath=str(folder / "a.glb"), format=".glb")
action = perform_clip(clip, avatar, clip.fps, "인사", 3).keyed.action
done = {}
for suffix in FORMATS:
    before = set(folder.iterdir())
    bpy.ops.momjit.export_performance(filepath=str(folder / f"take{suffix}"), format=suffix)
    done[suffix] = sorted(path.name for path in set(folder.iterdir()) - before)
written = (folder / "take.glb").stat().st_mtime_ns
refused["exists"] = refusal(filepath=str(folder / "take.glb"), format=".glb")
assert (folder / "take.glb").stat().st_mtime_ns == written
bpy.ops.momjit.export_performance(filepath=str(folder / "take.glb"), format=".glb", overwrite=True)
assert (folder / "take.glb").stat().st_mtime_ns > written
if compat.can_write_sound():  # all but the wheel of 4.2
    compat.add_sound(scene, str(clip.audio), 3)
    bpy.ops.momjit.export_performance(filepath=str(folder / "spoken.bvh"), format=".bvh")
    done["speech"] = [(folder / "spoken.wav").name]
    (folder / "spoken.bvh").unlink()
    refused["speech exists"] = refusal(filepath=str(folder / "spoken.bvh"), format=".bvh")
refused["other suffix"] = refusal(filepath=str(folder / "take.png"), format=".glb")
refused["no folder"] = refusal(filepath=str(folder / "no" / "take.glb"), format=".glb")

# One take in the NLA and another one that plays: alone, or blended.
track = avatar.armature.animation_data.nla_tracks.new()
track.strips.new("below", 3, action)
avatar.armature.animation_data.action = None
refused["only strips"] = refusal(filepath=str(folder / "nla.bvh"), format=".bvh")
bpy.ops.momjit.export_performance(filepath=str(folder / "nla.bvh"), format=".bvh", nla=True)
assert avatar.armature.animation_data.use_nla
other_things = [item.name for item in bpy.data.scenes if item != scene]
assert not other_things, other_things
said = {"done": done, "refused": refused, "frame": scene.frame_current, "panels": len(CLASSES)}
print("\n" + json.dumps(said), flush=True)
os._exit(0)
