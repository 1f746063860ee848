"""Richer shading than glTF can say, by the role that the avatar's materials name."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

EXTRAS = "momjit"
"""The glTF extra that holds a material's role."""
SKIN_RADIUS = (0.010, 0.004, 0.002)
"""How far red, green and blue light travels under skin, metres."""
INPUTS: dict[str, dict[str, float | tuple[float, ...]]] = {
    "skin": {
        "Subsurface Weight": 0.22,
        "Subsurface Radius": SKIN_RADIUS,
        "Subsurface Scale": 1.0,
        "Roughness": 0.48,
    },
    "eye": {"Roughness": 0.08, "Coat Weight": 1.0, "Coat Roughness": 0.03},
    "hair": {"Roughness": 0.42, "Specular IOR Level": 0.35},
    "cloth": {"Roughness": 0.85, "Sheen Weight": 0.15},
}
"""Values of the shader's inputs by role."""


def upgrade_materials(meshes: Iterable[bpy.types.Object]) -> None:
    """Set the shaders of materials whose extras name a known role; leave all others alone."""
    materials = {slot.material for mesh in meshes for slot in mesh.material_slots}
    for material in materials:
        if material is None or material.node_tree is None:
            continue
        for name, value in INPUTS.get(_role(material), {}).items():
            for node in material.node_tree.nodes:
                if node.type == "BSDF_PRINCIPLED":
                    node.inputs[name].default_value = value


def _role(material: bpy.types.Material) -> str:
    extras = material.get(EXTRAS)
    return str(extras["role"]) if extras is not None and "role" in extras else ""
