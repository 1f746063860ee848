"""Bringing a character from a file into the scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..core.bone_map import BoneMap
from ..core.errors import UserError
from ..core.map_file import read_map
from ..core.quaternion import Array
from ..core.retarget import rig_facing
from ..core.rig import Rig
from ..core.trunk import bridge_trunk
from ..core.vrm import stated_bones, stated_shapes
from .bones import bone_map_of, keep_map, keep_stated, recall_map
from .control_rig import Behaviour, Switch, behaviour_of
from .face import keep_stated_shapes
from .hidden import Hidden
from .materials import upgrade_materials
from .nla import require_playable
from .rig import read_rig
from .skin import read_skin


@dataclass(frozen=True)
class Avatar:
    """A rigged character: its armature object and the meshes that follow it.

    `rig` is the armature as it behaves and `bone_map` says which of its bones are keyed: in a
    control rig the controls, with `switches` set. `shown_by`: control → the bone that lies where
    its limb does, whatever moves it. `remarks`: bones that are left alone, and why.
    """

    armature: bpy.types.Object
    meshes: tuple[bpy.types.Object, ...]
    rig: Rig
    bone_map: BoneMap
    switches: tuple[Switch, ...] = ()
    shown_by: Mapping[str, str] = field(default_factory=dict[str, str])
    remarks: tuple[str, ...] = ()

    def hidden_from(self, bones: Iterable[str]) -> tuple[Hidden, ...]:
        """The controls of the limbs of these bones that act only with a switch set."""
        keyed, found = set(bones), list[Hidden]()
        for switch in self.switches:
            rows = [row for name, row in self.bone_map.bones.items() if name in switch.needed_by]
            limb = [bone for row in rows for bone in row]
            if not keyed.isdisjoint(limb):
                found += [self._hidden(bone, switch) for bone in limb]
        return tuple(sorted(found, key=lambda control: self.rig.index(control.bone)))

    def _hidden(self, bone: str, switch: Switch) -> Hidden:
        carrier = self.rig.carriers[self.rig.index(bone)]
        above = self.rig.names[carrier] if carrier >= 0 else ""
        return Hidden(bone, self.shown_by.get(bone, bone), above, switch.path, switch.value)

    def world_facing(self) -> Array:
        """Matrix `(3, 3)`: the character's left, up and forward as unit columns in the world."""
        turn = np.array(self.armature.matrix_world.to_quaternion().to_matrix())
        return turn @ rig_facing(self.rig, self.bone_map)

    def to_world(self, points: Array) -> Array:
        """Points `(..., 3)` of the armature's space in the world, metres."""
        matrix = np.array(self.armature.matrix_world)
        return points @ matrix[:3, :3].T + matrix[:3, 3]

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner `(3,)` of the resting meshes in the world."""
        clouds = [_resting_vertices(mesh) for mesh in self.meshes if mesh.data.vertices]
        cloud = np.concatenate(clouds) if clouds else self.to_world(self.rig.heads)
        return cloud.min(axis=0), cloud.max(axis=0)


def _resting_vertices(mesh: bpy.types.Object) -> Array:
    """Places `(V, 3)` in the world of a mesh as it was modelled, however it is posed now."""
    places = np.empty(len(mesh.data.vertices) * 3, dtype=np.float32)
    mesh.data.vertices.foreach_get("co", places)
    matrix = np.array(mesh.matrix_world)
    return places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def load_avatar(path: Path, bones: Path | None = None, saved: Path | None = None) -> Avatar:
    """Import a rigged character (`.glb`, `.gltf`, `.vrm`, `.fbx`, `.bvh`) or append it (`.blend`).

    `bones`: a bone map for it, as JSON; `saved`: the folder of those for rigs of its kind.
    `UserError` when the file holds no armature or its bones are not known.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such avatar file")
    readers = {
        ".glb": _import_gltf, ".gltf": _import_gltf, ".vrm": _import_gltf,
        ".fbx": _import_fbx, ".blend": _append, ".bvh": _import_bvh,
    }  # fmt: skip
    if path.suffix.lower() not in readers:
        raise UserError(f"{path}: an avatar is one of {', '.join(readers)}")
    before = set(bpy.data.objects)
    try:
        readers[path.suffix.lower()](path)
    except (RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise UserError(f"{path}: Blender cannot read this avatar ({reason})") from error
    objects = set(bpy.data.objects) - before
    armature = _main_armature(objects, str(path))
    for datablock in _animated(armature, meshes_of(armature, objects)):
        _stop(datablock)
    for bone in armature.pose.bones:
        bone.matrix_basis = Matrix()
    armature.data.pose_position = "POSE"
    if path.suffix.lower() in {".glb", ".vrm"}:
        keep_stated(armature, stated_bones(path))
        keep_stated_shapes(meshes_of(armature, objects), stated_shapes(path))
    if bones is not None:
        keep_map(armature, read_map(bones, read_rig(armature)))
    elif saved is not None:
        recall_map(armature, saved)
    avatar = avatar_of(objects, str(path))
    upgrade_materials(avatar.meshes)
    return avatar


def avatar_of(objects: set[bpy.types.Object], place: str) -> Avatar:
    """The character among `objects`: the armature that moves most vertices, and its meshes.

    `UserError` where its bones are not known or keys could not move them.
    """
    armature = _main_armature(objects, place)
    require_posable(armature)
    rig = read_rig(armature)
    behaviour = behaviour_of(armature, bridge_trunk(rig, bone_map_of(armature, rig)))
    meshes = meshes_of(armature, objects)
    return Avatar(
        armature,
        meshes,
        replace(behaviour.rig, skin=_skin(armature, meshes, behaviour)),
        behaviour.bone_map,
        behaviour.switches,
        behaviour.shown_by,
        behaviour.remarks,
    )


def _skin(
    armature: bpy.types.Object, meshes: Sequence[bpy.types.Object], behaviour: Behaviour
) -> dict[str, Array]:
    """Rest points `(N, 3)` by the bone of the rig as it behaves that moves them most."""
    parts: dict[str, list[Array]] = {}
    bones = {*behaviour.rig.names, *behaviour.stands_for}
    for bone, points in read_skin(armature, meshes, bones).items():
        parts.setdefault(behaviour.stands_for.get(bone, bone), []).append(points)
    return {bone: np.concatenate(several) for bone, several in parts.items()}


def require_posable(armature: bpy.types.Object) -> None:
    """`UserError` with what to do where Blender does not let an armature be posed now."""
    require_playable(armature)
    if armature.mode == "EDIT":
        reason = "is in Edit Mode: leave it (Tab) first"
    elif armature.data.pose_position == "REST":
        reason = "shows its rest position: choose Pose Position in the armature's properties"
    else:
        return
    raise UserError(f"“{armature.name}” {reason}")


def _main_armature(objects: set[bpy.types.Object], place: str) -> bpy.types.Object:
    armatures = [item for item in objects if item.type == "ARMATURE"]
    if not armatures:
        raise UserError(f"{place}: holds no armature, so there is nothing to animate")

    def size(armature: bpy.types.Object) -> tuple[int, int]:
        vertices = sum(len(mesh.data.vertices) for mesh in meshes_of(armature, objects))
        return vertices, len(armature.data.bones)

    return max(armatures, key=size)


def meshes_of(
    armature: bpy.types.Object, objects: Iterable[bpy.types.Object]
) -> tuple[bpy.types.Object, ...]:
    """The meshes among `objects` that the armature moves, by name."""
    meshes = [item for item in objects if item.type == "MESH" and _follows(item, armature)]
    return tuple(sorted(meshes, key=lambda mesh: mesh.name))


def _follows(mesh: bpy.types.Object, armature: bpy.types.Object) -> bool:
    deformed = any(
        modifier.type == "ARMATURE" and modifier.object == armature for modifier in mesh.modifiers
    )
    return deformed or mesh.parent == armature


def _animated(
    armature: bpy.types.Object, meshes: tuple[bpy.types.Object, ...]
) -> list[bpy.types.ID]:
    keys = [mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys]
    return [armature, *meshes, *keys]


def _stop(datablock: Any) -> None:
    """Let go of the animation that came with the file; drivers stay."""
    data = datablock.animation_data
    if data is None:
        return
    data.action = None
    for track in list(data.nla_tracks):
        data.nla_tracks.remove(track)


def _import_gltf(path: Path) -> None:
    bpy.ops.import_scene.gltf(filepath=str(path), disable_bone_shape=True)


def _import_fbx(path: Path) -> None:
    bpy.ops.import_scene.fbx(filepath=str(path))


def _import_bvh(path: Path) -> None:
    bpy.ops.import_anim.bvh(filepath=str(path), axis_forward="-Z", axis_up="Y")


def _append(path: Path) -> None:
    """Take over the character alone: no lights, props or widgets of its file."""
    with bpy.data.libraries.load(str(path), link=False) as (source, target):
        target.objects = list(source.objects)
    objects = {item for item in target.objects if item is not None}
    armature = _main_armature(objects, str(path))
    wanted = {armature}
    for item in objects:
        above = _above(item)
        if armature in above or _follows(item, armature):
            wanted |= {item, *above}
    wanted |= set(_above(armature))
    for item in wanted:
        bpy.context.scene.collection.objects.link(item)
    bpy.data.batch_remove([item for item in objects - wanted if not item.users])
    bpy.context.view_layer.update()


def _above(item: bpy.types.Object) -> list[bpy.types.Object]:
    """What an object hangs from, nearest first."""
    above = []
    while item.parent is not None:
        item = item.parent
        above.append(item)
    return above
