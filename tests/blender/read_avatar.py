"""Import a character into Blender and say what Blender found; run in Blender.

Usage: python read_avatar.py AVATAR.glb   prints one line of JSON.
"""

import json
import math
import os
import sys

import bpy
import numpy as np
from mathutils import Matrix


def shown(mesh: bpy.types.Object) -> np.ndarray:
    """Vertices (N, 3) in the world as the depsgraph evaluates them."""
    bpy.context.view_layer.update()
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    flat = np.empty(3 * len(evaluated.data.vertices), dtype=np.float32)
    evaluated.data.vertices.foreach_get("co", flat)
    matrix = np.array(mesh.matrix_world)
    return flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def main(path: str) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=path)
    armature = next(one for one in bpy.data.objects if one.type == "ARMATURE")
    meshes = {one.name: one for one in bpy.data.objects if one.find_armature()}
    body = meshes["body"]
    rest = shown(body)
    keys = body.data.shape_keys.key_blocks
    keys["jawOpen"].value = 1.0
    jaw = np.linalg.norm(shown(body) - rest, axis=1).max()
    keys["jawOpen"].value = 0.0
    bone = armature.pose.bones["leftHand"]
    bone.rotation_mode = "QUATERNION"
    bone.matrix_basis = Matrix.Rotation(math.radians(30), 4, "X")
    moved = np.linalg.norm(shown(body) - rest, axis=1)
    report = {
        "bones": [one.name for one in armature.data.bones],
        "keys": [key.name for key in keys][1:],
        "meshes": sorted(meshes),
        "licence": armature["momjit"]["licence"],
        "roles": sorted({m["momjit"]["role"] for m in bpy.data.materials if "momjit" in m}),
        "low": [float(x) for x in rest.min(0)],
        "high": [float(x) for x in rest.max(0)],
        "jaw": float(jaw),
        "hand": float(moved.max()),
        "moved_side": float(rest[moved > 0.01, 0].min()),
    }
    print(json.dumps(report))
    sys.stdout.flush()


main(sys.argv[1])
os._exit(0)
