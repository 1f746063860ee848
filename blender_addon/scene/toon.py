"""A drawn look: shading in two steps and outlines, whatever lights and engine there are.

The steps come from a light that is always above the left of the world's front, by nodes that EEVEE
and Cycles draw alike, so there is neither noise nor a shadow that flickers. Workbench knows no
nodes: `scene.render` gives it a drawn material and the outlines of objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from .materials import role_of

LIGHT = (0.38, -0.68, 0.63)
"""Towards the light, in the world."""
NATURAL, OUTLINE = "momjit natural", "momjit outline"
"""Property of a drawn material with the one that it stands for; name of modifier and material."""
WIDTH = 0.003
"""Of outlines, metres."""
_EDGE, _SOFT = 0.12, 0.03
"""Cosine of the angle to the light at which shade begins, and half of how far it blends."""
_SHADE = {
    "skin": (0.80, 0.58, 0.55),
    "eye": (0.80, 0.78, 0.86),
    "hair": (0.45, 0.45, 0.55),
}
_OTHER_SHADE = (0.58, 0.56, 0.68)
"""What shade does to the colours, by role."""
_SHINE = {"eye": (0.985, 0.9), "leather": (0.93, 0.25)}
"""Cosine of the angle to the mirrored light within which there is a highlight, and how bright."""
_FLAT = {"brows", "lashes", "teeth"}
"""Roles without shade."""
_UNLINED = {"hair", "brows", "lashes", "eye", "teeth", "tongue"}
"""Roles without outlines: ribbons, and what lies inside the outline of the head."""


def draw_toon(meshes: Iterable[bpy.types.Object]) -> None:
    """Let the meshes look drawn; those that do so already stay as they are."""
    for mesh in meshes:
        for slot in mesh.material_slots:
            if slot.material is not None and not _is_ours(slot.material):
                slot.material = _drawn(slot.material)
        roles = {role_of(slot.material) for slot in mesh.material_slots if slot.material}
        if OUTLINE not in mesh.modifiers and mesh.data.polygons and not roles & _UNLINED:
            _outline(mesh)


def draw_naturally(meshes: Iterable[bpy.types.Object]) -> None:
    """Give the meshes their own materials back."""
    for mesh in meshes:
        if OUTLINE in mesh.modifiers:
            mesh.modifiers.remove(mesh.modifiers[OUTLINE])
        materials = mesh.data.materials
        for number in reversed(range(len(materials))):
            material = materials[number]
            if material is not None and material.name.startswith(OUTLINE):
                materials.pop(index=number)
        for slot in mesh.material_slots:
            if slot.material is not None:
                slot.material = natural_of(slot.material)


def natural_of(material: bpy.types.Material) -> bpy.types.Material:
    """The material that a drawn one stands for, or itself."""
    return material.get(NATURAL) or material


def is_toon(meshes: Iterable[bpy.types.Object]) -> bool:
    """Whether any of the meshes looks drawn."""
    slots = [slot for mesh in meshes for slot in mesh.material_slots]
    return any(slot.material is not None and _is_ours(slot.material) for slot in slots)


def _is_ours(material: bpy.types.Material) -> bool:
    return NATURAL in material or material.name.startswith(OUTLINE)


def _drawn(material: bpy.types.Material) -> bpy.types.Material:
    """The drawn twin of a material, made once."""
    for twin in bpy.data.materials:
        if twin.get(NATURAL) == material:
            return twin
    twin = material.copy()
    twin.name = f"{material.name} toon"
    twin[NATURAL] = material
    shader = _principled(twin)
    if shader is not None:
        _rewire(twin.node_tree, shader, role_of(material))
    return twin


def _principled(material: bpy.types.Material) -> Any:
    nodes = material.node_tree.nodes if material.node_tree else ()
    return next((node for node in nodes if node.type == "BSDF_PRINCIPLED"), None)


def _rewire(tree: Any, shader: Any, role: str) -> None:
    """Let the tree give off the stepped colour in place of what light does to the shader."""
    build = _Builder(tree)
    colour = build.source(shader.inputs["Base Color"])
    if role not in _FLAT:
        shade = (*_SHADE.get(role, _OTHER_SHADE), 1.0)
        colour = build.mix(build.times(colour, shade), colour, build.lit(_EDGE, _SOFT))
    if role in _SHINE:
        edge, strength = _SHINE[role]
        colour = build.mix(colour, (1.0, 1.0, 1.0, 1.0), build.shine(edge, strength))
    emission = build.node("ShaderNodeEmission", Color=colour)
    alpha = shader.inputs["Alpha"]
    surface = emission.outputs[0]
    if alpha.is_linked or alpha.default_value < 1.0:
        clear = build.node("ShaderNodeBsdfTransparent")
        mixed = build.node("ShaderNodeMixShader", Fac=build.source(alpha))
        tree.links.new(clear.outputs[0], mixed.inputs[1])
        tree.links.new(surface, mixed.inputs[2])
        surface = mixed.outputs[0]
    for output in [node for node in tree.nodes if node.type == "OUTPUT_MATERIAL"]:
        tree.links.new(surface, output.inputs["Surface"])
    tree.nodes.remove(shader)


class _Builder:
    """Adds nodes to a tree; a value is a socket, or what a socket is set to."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def node(self, kind: str, **inputs: Any) -> Any:
        """A node of a kind with values in its inputs."""
        node = self._tree.nodes.new(kind)
        for name, value in inputs.items():
            self._put(value, node.inputs[name])
        return node

    def source(self, socket: Any) -> Any:
        """What a socket is fed with: another socket, or its own value."""
        if socket.is_linked:
            return socket.links[0].from_socket
        value = socket.default_value
        return value if isinstance(value, float) else tuple(value)

    def times(self, colour: Any, factor: Any) -> Any:
        """The product of two colours."""
        return self._mixed("MULTIPLY", colour, factor, 1.0)

    def mix(self, first: Any, second: Any, share: Any) -> Any:
        """From the first colour to the second."""
        return self._mixed("MIX", first, second, share)

    def lit(self, edge: float, soft: float) -> Any:
        """1 where the surface faces the light, 0 where it does not."""
        normal = self.node("ShaderNodeNewGeometry").outputs["Normal"]
        return self._step(self._cosine(normal, LIGHT), edge - soft, edge + soft, 1.0)

    def shine(self, edge: float, strength: float) -> Any:
        """`strength` where a mirror would show the light."""
        geometry = self.node("ShaderNodeNewGeometry")
        half = self._vector("ADD", geometry.outputs["Incoming"], LIGHT)
        half = self._vector("NORMALIZE", half)
        cosine = self._cosine(geometry.outputs["Normal"], half)
        return self._step(cosine, edge, edge + 0.004, strength)

    def _mixed(self, kind: str, first: Any, second: Any, share: Any) -> Any:
        node = self._tree.nodes.new("ShaderNodeMix")
        node.data_type, node.blend_type = "RGBA", kind
        named = {socket.identifier: socket for socket in (*node.inputs, *node.outputs)}
        self._put(share, named["Factor_Float"])
        self._put(first, named["A_Color"])
        self._put(second, named["B_Color"])
        return named["Result_Color"]

    def _vector(self, operation: str, *inputs: Any) -> Any:
        node = self._tree.nodes.new("ShaderNodeVectorMath")
        node.operation = operation
        for socket, value in zip(node.inputs, inputs, strict=False):
            self._put(value, socket)
        return node.outputs["Value" if operation == "DOT_PRODUCT" else "Vector"]

    def _cosine(self, first: Any, second: Any) -> Any:
        return self._vector("DOT_PRODUCT", first, second)

    def _step(self, value: Any, low: float, high: float, top: float) -> Any:
        node = self._tree.nodes.new("ShaderNodeMapRange")
        node.interpolation_type, node.clamp = "SMOOTHSTEP", True
        places = ("From Min", low), ("From Max", high), ("To Min", 0.0), ("To Max", top)
        for name, number in (("Value", value), *places):
            self._put(number, node.inputs[name])
        return node.outputs["Result"]

    def _put(self, value: Any, socket: Any) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self._tree.links.new(value, socket)
        else:
            socket.default_value = value


def _outline(mesh: bpy.types.Object) -> None:
    """A dark shell around the mesh of which only the far side is seen."""
    mesh.data.materials.append(_ink())
    shell = mesh.modifiers.new(OUTLINE, "SOLIDIFY")
    shell.thickness, shell.offset = WIDTH / max(mesh.matrix_world.to_scale()), 1.0
    shell.use_rim, shell.use_flip_normals = False, True
    shell.material_offset = len(mesh.data.materials)  # beyond the last, which is the ink


def _ink() -> bpy.types.Material:
    """Dark where one sees its back, and not there where one sees its front or without nodes."""
    found = bpy.data.materials.get(OUTLINE)
    if found is not None:
        return found
    material = bpy.data.materials.new(OUTLINE)
    material.use_nodes = True
    material.use_backface_culling = True
    material.diffuse_color = (0.0, 0.0, 0.0, 0.0)
    tree = material.node_tree
    tree.nodes.clear()
    build = _Builder(tree)
    ink = build.node("ShaderNodeEmission", Color=(0.018, 0.012, 0.016, 1.0))
    clear = build.node("ShaderNodeBsdfTransparent")
    back = build.node("ShaderNodeNewGeometry").outputs["Backfacing"]
    mixed = build.node("ShaderNodeMixShader", Fac=back)
    tree.links.new(ink.outputs[0], mixed.inputs[1])
    tree.links.new(clear.outputs[0], mixed.inputs[2])
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(mixed.outputs[0], output.inputs["Surface"])
    unseen = tree.nodes.new("ShaderNodeTexImage")
    unseen.label = "Not there for drawing without shaders"
    unseen.image = bpy.data.images.new(OUTLINE, 1, 1, alpha=True)
    unseen.image.pixels[:] = (0.0, 0.0, 0.0, 0.0)
    unseen.show_texture = True
    return material
