"""Make a block figure with our bones in an A-pose and export it; run in Blender.

Usage: python make_puppet.py OUT.glb
"""

import os
import sys

import bpy
import numpy as np
from mathutils import Matrix, Vector

from gesture_core.skeleton import HUMANOID

LOWERED = np.radians(40.0)
KEYS = {"body": ("jawOpen", "eyeBlinkLeft"), "teeth": ("jawOpen",)}


def lowered_arms() -> np.ndarray:
    """Rest places in Blender's axes, arms 40° below the T-pose."""
    places = HUMANOID.rest_positions.copy()
    for side, sign in (("left", -1.0), ("right", 1.0)):
        shoulder = places[HUMANOID.index(f"{side}UpperArm")]
        turn = np.array(Matrix.Rotation(sign * LOWERED, 3, "Z"))
        arm = ("LowerArm", "Hand", "Thumb", "Index", "Middle", "Ring", "Little")
        for joint, name in enumerate(HUMANOID.names):
            if name.startswith(tuple(side + part for part in arm)):
                places[joint] = shoulder + turn @ (places[joint] - shoulder)
    return places[:, [0, 2, 1]] * [1.0, -1.0, 1.0]


def build_armature(places: np.ndarray) -> bpy.types.Object:
    armature = bpy.data.objects.new("puppet", bpy.data.armatures.new("puppet"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = []
    for joint, name in enumerate(HUMANOID.names):
        bone = armature.data.edit_bones.new(name)
        children = HUMANOID.children[joint]
        bone.head = places[joint]
        bone.tail = places[children[0]] if children else places[joint] + [0.0, 0.0, 0.03]
        bone.parent = bones[HUMANOID.parents[joint]] if joint else None
        bones.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def build_mesh(
    name: str, armature: bpy.types.Object, places: np.ndarray, joints: list[int]
) -> bpy.types.Object:
    """A cube at every joint, bound to it, with the shape keys of this mesh."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * 0.03
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh = bpy.data.meshes.new(name)
    points = np.concatenate([places[joint] + corners for joint in joints])
    faces = [[8 * k + corner for corner in side] for k in range(len(joints)) for side in sides]
    mesh.from_pydata(points.tolist(), [], faces)
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    item.parent = armature
    item.modifiers.new("Armature", "ARMATURE").object = armature
    for k, joint in enumerate(joints):
        group = item.vertex_groups.new(name=HUMANOID.names[joint])
        group.add(list(range(8 * k, 8 * k + 8)), 1.0, "REPLACE")
    item.shape_key_add(name="Basis")
    for key in KEYS[name]:
        block = item.shape_key_add(name=key)
        for point in block.data:
            point.co += Vector((0.0, 0.0, -0.02))
    material = bpy.data.materials.new(f"{name} skin")
    material.use_nodes = True
    material["momjit"] = {"role": "skin"}
    mesh.materials.append(material)
    return item


places = lowered_arms()
bpy.ops.wm.read_factory_settings(use_empty=True)
armature = build_armature(places)
build_mesh("body", armature, places, list(range(len(places))))
build_mesh("teeth", armature, places, [HUMANOID.index("jaw")])
bpy.ops.export_scene.gltf(filepath=sys.argv[1], export_extras=True, export_morph_normal=False)
print("\ntrue", flush=True)
os._exit(0)
