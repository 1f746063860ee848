"""Characters made in Blender for the tests: armatures of known rigs, with a block on every bone."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * 0.02
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
COLOURS = ((1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0))
SHAPES = ("jawOpen", "eyeBlinkLeft")


def build_armature(name: str, rig: dict[str, np.ndarray]) -> bpy.types.Object:
    """An armature of `names`, `parents`, `heads`, `tails` and `rotations`, in metres."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = []
    for k, bone_name in enumerate(rig["names"]):
        bone = armature.data.edit_bones.new(str(bone_name))
        bone.head, bone.tail = rig["heads"][k], rig["tails"][k]
        rest = Matrix(rig["rotations"][k].tolist()).to_4x4()
        rest.translation = rig["heads"][k]
        bone.matrix = rest
        bone.parent = bones[rig["parents"][k]] if rig["parents"][k] >= 0 else None
        bones.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def generated_rigify() -> bpy.types.Object:
    """Rigify's human with its controls, whose limbs its properties switch to FK."""
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    metarig = bpy.context.object
    bpy.ops.pose.rigify_generate()
    rig = bpy.context.object
    bpy.data.objects.remove(metarig)
    for bone in rig.data.bones:
        bone.bbone_segments = 1  # no file format knows of bones that bend
    return rig


def add_skin(armature: bpy.types.Object, name: str) -> bpy.types.Object:
    """A block on every deforming bone, bound to it, with shape keys that raise all blocks."""
    bones = [bone for bone in armature.data.bones if bone.use_deform]
    mesh = bpy.data.meshes.new(name)
    inverse = np.array(armature.matrix_world.inverted())
    size = np.linalg.norm(inverse[:3, 0])
    points = np.concatenate([np.array(bone.head_local) + CORNERS * size for bone in bones])
    faces = [[8 * k + corner for corner in side] for k in range(len(bones)) for side in SIDES]
    mesh.from_pydata(points.tolist(), [], faces)
    mesh.uv_layers.new()
    for colour in COLOURS:
        mesh.materials.append(_painted(colour))
    for face in mesh.polygons:
        face.material_index = face.index % len(COLOURS)
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    item.parent = armature
    item.modifiers.new("Armature", "ARMATURE").object = armature
    for k, bone in enumerate(bones):
        group = item.vertex_groups.new(name=bone.name)
        group.add(list(range(8 * k, 8 * k + 8)), 1.0, "REPLACE")
    item.shape_key_add(name="Basis")
    for number, key in enumerate(SHAPES):
        block = item.shape_key_add(name=key)
        for point in block.data:
            point.co[number] += 0.01 * size
    return item


def _painted(colour: tuple[float, float, float, float]) -> bpy.types.Material:
    """A material with a picture that is in no file, as glTF files bring them."""
    material = bpy.data.materials.new("paint")
    material.use_nodes = True
    picture = bpy.data.images.new("picture", 4, 4)
    picture.pixels.foreach_set(np.tile(np.array(colour, dtype=np.float32), 16))
    picture.pack()
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = picture
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    return material


def shown_colours() -> list[list[int]]:
    """The first pixel of every picture, 0–255."""
    pixels = [image.pixels[:3] for image in bpy.data.images if image.size[0] == 4]
    return sorted([round(255 * part) for part in pixel] for pixel in pixels)


def shown_vertices(mesh: bpy.types.Object) -> list[list[float]]:
    """Where the vertices of a mesh are in the world now, moved by bones and shape keys."""
    shown = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return [[*(mesh.matrix_world @ vertex.co)] for vertex in shown.data.vertices]
