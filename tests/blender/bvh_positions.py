"""Print, as JSON, what Blender's own importer makes of BVH files; run in a process of its own.

Beside each FILE.bvh it leaves FILE.blender.bvh, what Blender's own exporter makes of that.

Usage: python bvh_positions.py FILE.bvh SCALE [FILE.bvh SCALE]…
The last line of the output is a list of {"fps", "names", "rest", "positions"}, one per file, with
positions (T, J, 3) and rest (J, 3) in metres, Y up.
"""

import json
import os
import sys

import bpy


def imported(path: str, scale: float) -> dict[str, object]:
    """Import one file with the axes a user gets by default."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module="io_anim_bvh")
    bpy.ops.import_anim.bvh(filepath=path, global_scale=scale, update_scene_fps=True)
    scene, rig = bpy.context.scene, bpy.context.object

    def y_up(point):
        x, y, z = rig.matrix_world @ point
        return [x, z, -y]

    positions = []
    first, last = rig.animation_data.action.frame_range
    for frame in range(int(first), int(last) + 1):
        scene.frame_set(frame)
        positions.append([y_up(bone.head) for bone in rig.pose.bones])
    bpy.ops.export_anim.bvh(
        filepath=path.replace(".bvh", ".blender.bvh"),
        frame_start=int(first),
        frame_end=int(last),
    )
    return {
        "fps": scene.render.fps / scene.render.fps_base,
        "names": [bone.name for bone in rig.pose.bones],
        "rest": [y_up(bone.head_local) for bone in rig.data.bones],
        "positions": positions,
    }


arguments = sys.argv[1:]
result = [imported(arguments[k], float(arguments[k + 1])) for k in range(0, len(arguments), 2)]
print("\n" + json.dumps(result), flush=True)
os._exit(0)  # bpy may hang on a normal exit
