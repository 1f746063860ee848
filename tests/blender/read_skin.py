"""Build a character of two bones with a face, hair and sleeves; print what its skin is read as.

Usage: python read_skin.py
"""

import json
import os

import bpy

from blender_addon.scene.skin import read_skin

bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
data = bpy.data.armatures.new("rig")
armature = bpy.data.objects.new("rig", data)
bpy.context.scene.collection.objects.link(armature)
armature.location = (5.0, 0.0, 0.0)
bpy.context.view_layer.objects.active = armature
bpy.ops.object.mode_set(mode="EDIT")
for name, height in (("arm", 0.0), ("head", 1.0)):
    bone = data.edit_bones.new(name)
    bone.head, bone.tail = (0.0, 0.0, height), (0.0, 0.0, height + 0.5)
bpy.ops.object.mode_set(mode="OBJECT")


def mesh(name: str, count: int, height: float, groups: dict[str, float], keys: bool = False):
    shape = bpy.data.meshes.new(name)
    shape.from_pydata([(5.0 + 0.001 * k, 0.0, height) for k in range(count)], [], [])
    made = bpy.data.objects.new(name, shape)
    bpy.context.scene.collection.objects.link(made)
    for group, weight in groups.items():
        made.vertex_groups.new(name=group).add(range(count), weight, "REPLACE")
    if keys:
        made.shape_key_add(name="Basis")
    made.parent = armature
    made.matrix_parent_inverse = armature.matrix_world.inverted()
    return made


meshes = [
    mesh("face", 3000, 1.2, {"head": 0.6, "arm": 0.4, "helper": 1.0}, keys=True),
    mesh("brows", 400, 1.3, {"head": 1.0}, keys=True),
    mesh("hair", 50, 1.9, {"head": 1.0}),
    mesh("sleeve", 40, 0.2, {"arm": 1.0, "head": 0.1}),
    mesh("loose", 10, 0.4, {}),
    mesh("cloak", 60_000, 0.3, {"arm": 1.0}),
]
bpy.context.view_layer.update()
skin = read_skin(armature, meshes, ("arm", "head"))
print(
    json.dumps(
        {
            bone: {
                "count": len(points),
                "low": points.min(axis=0).tolist(),
                "high": points.max(axis=0).tolist(),
            }
            for bone, points in skin.items()
        }
    ),
    flush=True,
)
os._exit(0)
