"""The Blender half of the reading of letters; run in a process of its own.

Usage: python letters_scene.py CLIP.npz AVATAR.glb FOLDER PIXELS DEGREES…

Every frame of the clip is a posture. It is filmed by Workbench from each of the `DEGREES` around
the character, towards its left, into FOLDER/DEGREES/. The last line of the output tells, for each
of the `DEGREES`, where the knuckle of the right middle finger is in each picture, as shares of its
width from the left and of its height from the top.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path

import bpy
from bpy_extras.object_utils import world_to_camera_view  # pyright: ignore[reportMissingImports]

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blender_addon.core.clip_reader import read_clip  # noqa: E402
from blender_addon.core.frame_folder import FrameFolder  # noqa: E402
from blender_addon.scene.avatar import Avatar, load_avatar  # noqa: E402
from blender_addon.scene.clock import set_frame_rate  # noqa: E402
from blender_addon.scene.perform import perform_clip  # noqa: E402
from blender_addon.scene.render import (  # noqa: E402
    Look,
    render_now,
    set_up_render,
    take_pictures,
)
from blender_addon.scene.stage import build_stage, hands_of, strike_stage  # noqa: E402

Place = tuple[float, float]


def film(
    clip_path: Path, avatar_path: Path, folder: Path, pixels: int, sides: list[str]
) -> dict[str, list[Place]]:
    """Take a picture of every frame from every side; where the hand is in them."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    clip = read_clip(clip_path)
    avatar = load_avatar(avatar_path)
    set_frame_rate(scene, clip.fps)
    performance = perform_clip(clip, avatar, clip.fps, clip_path.stem)
    size = pixels, pixels
    set_up_render(scene, Look("workbench", size, 5))
    hands = hands_of(avatar, performance.motion)
    frames = range(1, round(clip.duration * clip.fps) + 1)
    places: dict[str, list[Place]] = {}
    for degrees in sides:
        around = math.radians(float(degrees))
        stage = build_stage(scene, avatar, hands, "sign", size, backdrop=True, around=around)
        into = folder / degrees
        into.mkdir(parents=True)
        for _ in take_pictures(scene, FrameFolder(into, size), frames, render_now):
            pass
        places[degrees] = [_hand_in_picture(scene, avatar, frame) for frame in frames]
        strike_stage(stage)
    return places


def _hand_in_picture(scene: bpy.types.Scene, avatar: Avatar, frame: int) -> Place:
    scene.frame_set(frame)
    knuckle = avatar.armature.pose.bones[avatar.bone_map.first("rightMiddleProximal")].head
    place = world_to_camera_view(scene, scene.camera, avatar.armature.matrix_world @ knuckle)
    return place.x, 1.0 - place.y


if __name__ == "__main__":
    clip_file, avatar_file, pictures = map(Path, sys.argv[1:4])
    print(json.dumps(film(clip_file, avatar_file, pictures, int(sys.argv[4]), sys.argv[5:])))
    sys.stdout.flush()
    os._exit(0)  # bpy's own clean-up may crash at exit
