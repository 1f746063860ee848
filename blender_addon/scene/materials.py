"""Richer shading than glTF can say, by the role that the avatar's materials name."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

EXTRAS = "momjit"
"""The glTF extra that holds a material's role."""
INPUTS: dict[str, dict[str, float | tuple[float, ...]]] = {
    "skin": {
        "Subsurface Weight": 0.2,
        "Subsurface Radius": (1.0, 0.4, 0.2),
        "Subsurface Scale": 0.008,
        "Specular IOR Level": 0.4,
    },
    "eye": {"Coat Weight": 1.0, "Coat Roughness": 0.03},
    "hair": {"Specular IOR Level": 0.3},
    "cloth": {"Sheen Weight": 0.15, "Specular IOR Level": 0.2},
}
"""Values of the shader's inputs by role."""


def upgrade_materials(meshes: Iterable[bpy.types.Object]) -> None:
    """Set the shaders of materials whose extras name a known role, and make every material show
    its colour, not its bumps, where textures are drawn without shaders."""
    materials = {slot.material for mesh in meshes for slot in mesh.material_slots}
    for material in materials:
        if material is None or material.node_tree is None:
            continue
        for node in material.node_tree.nodes:
            if node.type == "BSDF_PRINCIPLED":
                for name, value in INPUTS.get(role_of(material), {}).items():
                    node.inputs[name].default_value = value
                _show_colour(material, node.inputs["Base Color"])


def _show_colour(material: bpy.types.Material, colour: bpy.types.NodeSocket) -> None:
    """Workbench draws the marked texture, and an unmarked one where none is marked."""
    nodes = material.node_tree.nodes
    material.diffuse_color = colour.default_value
    textures = [node for node in nodes if node.type == "TEX_IMAGE"]
    shown = _image_behind(colour)
    if textures and shown is None:
        shown = nodes.new("ShaderNodeTexImage")
        shown.label = "Plain colour for drawing without shaders"
        shown.image = bpy.data.images.new(f"{material.name} plain", 1, 1, float_buffer=True)
        shown.image.pixels[:] = colour.default_value[:]
    for node in textures:
        node.show_texture = False
    if shown is not None:
        shown.show_texture = True


def _image_behind(socket: bpy.types.NodeSocket) -> bpy.types.Node | None:
    """The first image found upstream of a shader's input."""
    for link in socket.links:
        if link.from_node.type == "TEX_IMAGE":
            return link.from_node
        for source in link.from_node.inputs:
            found = _image_behind(source)
            if found is not None:
                return found
    return None


def role_of(material: bpy.types.Material) -> str:
    """What the material is of, such as skin; nothing where its file does not say."""
    extras = material.get(EXTRAS)
    return str(extras["role"]) if extras is not None and "role" in extras else ""
