"""The drawn look: `materials AVATAR`, or `steps OUT.png`; ends with `os._exit`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy

from blender_addon.scene.avatar import load_avatar
from blender_addon.scene.render import Look, render_now, set_up_render
from blender_addon.scene.toon import draw_naturally, draw_toon, is_toon


def state(meshes: Any) -> list[Any]:
    """What there is to lose: materials and modifiers of every mesh."""
    return [
        [
            mesh.name,
            [slot.material.name for slot in mesh.material_slots],
            [modifier.name for modifier in mesh.modifiers],
        ]
        for mesh in meshes
    ]


def materials(avatar: Path) -> dict[str, Any]:
    """There and back, and there twice."""
    meshes = load_avatar(avatar).meshes
    before = state(meshes)
    draw_toon(meshes)
    drawn, looks = state(meshes), [is_toon(meshes)]
    draw_toon(meshes)
    again = state(meshes)
    draw_naturally(meshes)
    looks.append(is_toon(meshes))
    after = state(meshes)
    draw_toon(meshes)
    return {
        "before": before,
        "drawn": drawn,
        "again": again,
        "after": after,
        "looks": looks,
        "third": state(meshes),
        "count": len(bpy.data.materials),
    }


def steps(path: Path) -> None:
    """A ball of one colour, drawn by Cycles with no light at all."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32)
    ball = bpy.context.object
    bpy.ops.object.shade_smooth()
    material = bpy.data.materials.new("ball")
    material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (0.5, 0.25, 0.125, 1.0)
    ball.data.materials.append(material)
    draw_toon([ball])
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", 2.4
    camera.location, camera.rotation_euler = (0.0, -5.0, 0.0), (1.5707963, 0.0, 0.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    set_up_render(scene, Look("cycles", (120, 120), 4, style="toon"))
    scene.cycles.use_denoising = False
    scene.frame_end = 1
    scene.render.filepath = str(path.parent / "frame-")
    render_now(scene)
    (path.parent / "frame-0001.png").replace(path)


bpy.ops.wm.read_factory_settings(use_empty=True)
told = materials(Path(sys.argv[2])) if sys.argv[1] == "materials" else steps(Path(sys.argv[2]))
print("\n" + json.dumps(told), flush=True)
os._exit(0)
