"""A small photo studio around the character: backdrop, lights and camera."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from ..core.framing import Body, Shot, frame_shot
from ..core.humanoid import FINGERS, SIDES, segments
from ..core.picture import Size
from ..core.quaternion import Array
from ..core.retarget import RigMotion, posed
from .avatar import Avatar

ADULT = 1.7
"""Height in metres that the studio is laid out for; it grows with the character."""
LENS = 85.0
BACKDROP = (0.42, 0.45, 0.49, 1.0)
AIR = (0.75, 0.80, 0.86, 1.0)
BEND = 3.0
"""Radius in metres of the curve between floor and wall."""
SHADOW = 0.55
"""Half the width in metres of the shadow drawn where there are no lights."""


@dataclass(frozen=True)
class Mood:
    """How the studio is lit.

    `lights`: left, height and forward in metres, watts, size; `air`: strength of the light from
    everywhere; `drawn`: colour of the backdrop where no lights fall on it, in Workbench; `creases`:
    how dark Workbench draws them.
    """

    lights: tuple[tuple[float, float, float, float, float], ...]
    air: float
    drawn: tuple[float, float, float]
    creases: float


PORTRAIT = Mood(
    lights=(
        (1.6, 2.9, 2.6, 95.0, 1.8),
        (-2.4, 1.8, 1.8, 22.0, 2.4),
        (0.8, 2.9, -2.0, 45.0, 1.2),
    ),
    air=0.4,
    drawn=(0.60, 0.64, 0.68),
    creases=0.6,
)
SIGNING = Mood(
    lights=(
        (0.4, 3.0, 1.4, 55.0, 0.35),
        (-2.4, 1.8, 1.8, 10.0, 2.4),
        (0.8, 2.9, -2.0, 60.0, 1.2),
    ),
    air=0.12,
    drawn=(0.085, 0.115, 0.15),
    creases=1.05,
)
"""Makes hands stand out: before a darker backdrop, and before the face by the shadow of a small
light from above, or by dark outlines. Measured by tests/blender/read_contrast.py."""
FINGER_END, HAND_END = 0.02, 0.11
"""From the last joint of a finger, and from the wrist, to where skin ends, in body heights."""


def build_stage(
    scene: bpy.types.Scene,
    avatar: Avatar,
    hands: Array,
    shot: Shot,
    size: Size,
    *,
    backdrop: bool,
    signing: NDArray[np.bool_] | None = None,
    captions: float = 0.0,
    around: float = 0.0,
) -> bpy.types.Collection:
    """Three area lights, a camera for the `shot` at `size` pixels and the `backdrop`, in a
    collection that `strike_stage` removes again.

    `hands`: as `hands_of` has them, at T frames; `signing`: `(T,)`, in which there is a sign, by
    default in all; `captions`: share of the picture's height
    that texts lie over; `around`: radians from the front towards the character's left from which
    it is seen.
    """
    low, high = avatar.bounds()
    facing = avatar.world_facing()
    up = facing[:, 1]
    origin = avatar.to_world(avatar.rig.heads[avatar.rig.index(avatar.bone_map.first("hips"))])
    floor, crown = sorted(float(corner @ up) for corner in (low, high))
    origin = origin + (floor - origin @ up) * up
    place = Matrix.Translation(origin) @ Matrix(facing.tolist()).to_4x4()
    place = place @ Matrix.Rotation(around, 4, "Y")
    height = crown - floor
    mood = SIGNING if shot == "sign" else PORTRAIT
    stage = bpy.data.collections.new("momjit stage")
    scene.collection.children.link(stage)
    if backdrop:
        _backdrop(stage, place, height / ADULT, mood.drawn)
    _lights(stage, place, height / ADULT, mood)
    scene.world = _air(mood.air)
    scene.display.shading.curvature_valley_factor = mood.creases
    if signing is None:
        signing = np.ones(len(hands), dtype=bool)
    body = _body(avatar, hands, signing, place, height)
    scene.camera = _camera(stage, place, body, shot, size, captions)
    return stage


def strike_stage(stage: bpy.types.Collection) -> None:
    """Remove the collection with all that stands in it."""
    data = [item.data for item in stage.objects]
    materials = [material for mesh in data for material in getattr(mesh, "materials", ())]
    images = [
        node.image
        for material in materials
        for node in material.node_tree.nodes
        if node.type == "TEX_IMAGE"
    ]
    bpy.data.batch_remove([*stage.objects, *data, *materials, *images, stage])


def hands_of(avatar: Avatar, motion: RigMotion) -> Array:
    """Where both hands get to in a movement, `(T, 2, P, 3)` in the world: the wrist and the ends of
    the fingers."""
    heads, _ = posed(avatar.rig, motion)
    indices = [avatar.rig.index(bone) for bone in _hand_bones(avatar)]
    return avatar.to_world(heads[:, indices]).reshape(len(heads), 2, -1, 3)


def hands_in_scene(scene: bpy.types.Scene, avatar: Avatar, frames: Iterable[int]) -> Array:
    """The same as the scene plays it, at some of its frames."""
    bones, places = _hand_bones(avatar), list[Any]()
    for frame in frames:
        scene.frame_set(frame)
        posed_armature = avatar.armature.evaluated_get(scene.view_layers[0].depsgraph)
        matrix, pose = posed_armature.matrix_world, posed_armature.pose.bones
        places += [matrix @ pose[name].head for name in bones]
    return np.array(places).reshape(-1, 2, len(bones) // 2, 3)


def _hand_bones(avatar: Avatar) -> list[str]:
    """Of the left and then of the right hand, the wrist and the fingers' last joints."""
    joints = ["Hand", *_finger_ends(avatar)]
    return [avatar.bone_map.first(side + joint) for side in SIDES for joint in joints]


def _finger_ends(avatar: Avatar) -> list[str]:
    """The last joints of the fingers that both hands have."""
    ends, mapped = [segments(finger)[2] for finger in FINGERS], avatar.bone_map.bones
    return [end for end in ends if all(side + end in mapped for side in SIDES)]


def _body(
    avatar: Avatar, hands: Array, signing: NDArray[np.bool_], place: Matrix, height: float
) -> Body:
    """Heights and hands as seen from the studio's origin on the floor."""
    local = np.array(place.inverted())

    def seen(points: Array) -> Array:
        return points @ local[:3, :3].T + local[:3, 3]

    def rest(name: str) -> Array:
        return seen(
            avatar.to_world(avatar.rig.heads[avatar.rig.index(avatar.bone_map.first(name))])
        )

    shoulder, reach = rest("leftUpperArm"), FINGER_END if _finger_ends(avatar) else HAND_END
    width = 1.5 * float(np.hypot(shoulder[0], shoulder[2]))
    places = seen(hands.reshape(-1, *hands.shape[2:]))
    return Body(
        crown=height,
        shoulder=shoulder[1],
        hips=rest("hips")[1],
        half_width=width,
        hands=places,
        signing=np.repeat(signing, 2),
        reach=reach * height,
    )


def _add(stage: bpy.types.Collection, name: str, data: Any, matrix: Matrix) -> bpy.types.Object:
    item = bpy.data.objects.new(name, data)
    stage.objects.link(item)
    item.matrix_world = matrix
    return item


def _towards(place: Matrix, position: Vector, aim: Vector) -> Matrix:
    """Stand at `position` and look at `aim`, both in the studio's left, up, forward."""
    look = (aim - position).normalized()
    right = look.cross(Vector((0.0, 1.0, 0.0))).normalized()
    turn = Matrix((right, right.cross(look), -look)).transposed()
    return place @ Matrix.Translation(position) @ turn.to_4x4()


def _backdrop(
    stage: bpy.types.Collection, place: Matrix, scale: float, drawn: tuple[float, float, float]
) -> None:
    """A floor that curves up into a wall, so that no edge shows behind the character."""
    bend = [
        (BEND * (1.0 - math.cos(angle)), -1.6 - BEND * math.sin(angle))
        for angle in np.linspace(0.0, math.pi / 2.0, 17)
    ]
    profile = [(0.0, 9.0), *bend, (9.0, -1.6 - BEND)]
    points = [
        (side * 12.0 * scale, up * scale, forward * scale)
        for up, forward in profile
        for side in (-1.0, 1.0)
    ]
    faces = [(2 * k, 2 * k + 1, 2 * k + 3, 2 * k + 2) for k in range(len(profile) - 1)]
    mesh = bpy.data.meshes.new("Backdrop")
    mesh.from_pydata(points, [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    corners = np.array(points)[np.array(faces).ravel()][:, [0, 2]]
    uv = mesh.uv_layers.new(name="UVMap")
    uv.data.foreach_set("uv", (corners / (2.0 * SHADOW * scale) + 0.5).ravel())
    mesh.materials.append(_matt_material(drawn))
    _add(stage, "Backdrop", mesh, place)


def _matt_material(drawn: tuple[float, float, float]) -> bpy.types.Material:
    """Matt paint; engines without lights draw its texture, a soft shadow under the feet."""
    material = bpy.data.materials.new("Backdrop")
    material.use_nodes = True
    nodes = material.node_tree.nodes
    shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = BACKDROP
    shader.inputs["Roughness"].default_value = 0.95
    axis = np.linspace(-1.0, 1.0, 64)
    radius = np.minimum(np.hypot(axis, 1.5 * axis[:, None]), 1.0)
    pixels = np.ones((64, 64, 4), dtype=np.float32)
    shade = 1.0 - 0.35 * (1.0 + np.cos(np.pi * radius))
    pixels[..., :3] = shade[..., None] * drawn
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.new("Shadow", 64, 64, float_buffer=True)
    texture.image.pixels.foreach_set(pixels.ravel())
    texture.extension = "EXTEND"
    return material


def _lights(stage: bpy.types.Collection, place: Matrix, scale: float, mood: Mood) -> None:
    chest = Vector((0.0, 1.25, 0.0)) * scale
    for number, (left, up, forward, watts, width) in enumerate(mood.lights, start=1):
        light = bpy.data.lights.new(f"Light {number}", "AREA")
        light.energy = watts * scale**2
        light.size = width * scale
        position = Vector((left, up, forward)) * scale
        _add(stage, light.name, light, _towards(place, position, chest))


def _air(strength: float) -> bpy.types.World:
    """Light from everywhere."""
    world = bpy.data.worlds.new("Air")
    world.use_nodes = True
    background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = AIR
    background.inputs["Strength"].default_value = strength
    return world


def _camera(
    stage: bpy.types.Collection,
    place: Matrix,
    body: Body,
    shot: Shot,
    size: Size,
    captions: float,
) -> bpy.types.Object:
    camera = bpy.data.cameras.new("Camera")
    camera.lens, camera.sensor_width = LENS, 36.0
    across = camera.sensor_width / (2.0 * camera.lens)
    wide = max(size)
    tangents = across * size[0] / wide, across * size[1] / wide
    view = frame_shot(body, shot, tangents, captions)
    position = Vector((0.0, view.height, view.distance))
    camera.clip_start, camera.clip_end = view.distance * 0.02, view.distance * 20.0
    aim = Vector((0.0, view.height, 0.0))
    return _add(stage, "Camera", camera, _towards(place, position, aim))
