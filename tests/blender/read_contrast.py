"""How hands stand out in a picture of a character who signs; run by test_contrast.py.

Arguments: clip, character, engine, frame, side of the picture in pixels, picture to write. Prints
the median relative luminance of hands, face, clothes and what is behind them ("nothing"); and, for
places on either side of a hand's outline before the face and before clothes, the median difference
of their lightness L*.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
from leaving import leave_after

from blender_addon.core.captions import Captions
from blender_addon.core.clip_reader import read_clip
from blender_addon.core.picture import Engine
from blender_addon.filming import Cast, Film, set_stage
from blender_addon.scene.avatar import load_avatar
from blender_addon.scene.clock import set_frame_rate
from blender_addon.scene.perform import perform_clip
from blender_addon.scene.render import Look

STEP = 2
"""Pixels between the places that are looked at."""
PARTS = {
    "hand": ("hand", "wrist", "thumb", "index", "middle", "ring", "little"),
    "face": ("head", "jaw", "eye"),
}
"""Words in the names of the bones of each part."""


def main(
    clip_path: str, avatar_path: str, engine: Engine, frame: str, side: str, picture: str
) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    clip, avatar = read_clip(Path(clip_path)), load_avatar(Path(avatar_path))
    scene = bpy.context.scene
    set_frame_rate(scene, clip.fps)
    performance = perform_clip(clip, avatar, clip.fps, "contrast")
    look, frames = Look(engine, (int(side), int(side)), 8), range(1, clip.frames + 1)
    film = Film(look, "sign", (0.0,), frames, clip.fps, None, Captions())
    set_stage(film, Cast(clip, avatar, performance), 0.0)
    scene.frame_set(int(frame))
    scene.render.filepath = picture
    bpy.ops.render.render(write_still=True)
    pixels = np.array(bpy.data.images.load(picture).pixels[:]).reshape(int(side), int(side), 4)
    print(json.dumps(measure(pixels[::STEP, ::STEP, :3], look_at(scene, int(side)))))


def parts_of(mesh: bpy.types.Object) -> np.ndarray:
    """Of each polygon, the part of the body that it is of."""
    if mesh.name.startswith(("top", "trousers")):
        return np.full(len(mesh.data.polygons), "clothes")
    part_of_bone = [
        next((part for part, words in PARTS.items() if any(w in group.name.lower() for w in words)),
             "other") for group in mesh.vertex_groups
    ]  # fmt: skip
    heaviest = [
        max(vertex.groups, key=lambda group: group.weight).group for vertex in mesh.data.vertices
    ]
    return np.array([part_of_bone[heaviest[face.vertices[0]]] for face in mesh.data.polygons])


def look_at(scene: bpy.types.Scene, side: int) -> np.ndarray:
    """Which part is seen at every place of the picture, lowest row first."""
    depsgraph, camera = bpy.context.evaluated_depsgraph_get(), scene.camera
    meshes = [item for item in scene.objects if item.type == "MESH" and item.find_armature()]
    parts = {mesh.name: parts_of(mesh) for mesh in meshes}
    corners = [camera.matrix_world @ corner for corner in camera.data.view_frame(scene=scene)]
    (upper_right, lower_right, lower_left, _), eye = corners, camera.matrix_world.translation
    places = (np.arange(0, side, STEP) + 0.5) / side
    seen = np.full((len(places), len(places)), "nothing", dtype="<U8")
    for row, up in enumerate(places.tolist()):
        for column, across in enumerate(places.tolist()):
            place = lower_left + across * (lower_right - lower_left)
            place += up * (upper_right - lower_right)
            hit, _, _, index, item, _ = scene.ray_cast(depsgraph, eye, place - eye)
            if hit and item.name in parts:
                seen[row, column] = parts[item.name][index]
    return seen


def measure(pixels: np.ndarray, seen: np.ndarray) -> dict[str, float]:
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    lightness = 116.0 * np.cbrt(np.maximum(luminance, 0.008856)) - 16.0
    parts = ("hand", "face", "clothes", "nothing")
    found = {part: float(np.median(luminance[seen == part])) for part in parts}
    for behind in ("face", "clothes"):
        apart: list[float] = []
        for axis in (0, 1):
            part, light = np.moveaxis(seen, axis, 0), np.moveaxis(lightness, axis, 0)
            one, other = part[:-2], part[2:]
            outline = ((one == "hand") & (other == behind)) | ((one == behind) & (other == "hand"))
            apart += np.abs(light[:-2] - light[2:])[outline].tolist()
        found[f"before {behind}"] = float(np.median(apart))
    return found


if __name__ == "__main__":
    leave_after(main)
