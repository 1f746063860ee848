"""What a character does in the scene, frame by frame, however it comes about: keys, constraints,
drivers, the NLA."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..core.errors import UserError
from ..core.game_rig import Tree, game_tree, turn_and_scale
from ..core.quaternion import Array
from .clock import frame_rate

MAX_FRAMES = 100_000

Told = Callable[[float, str], None]


@dataclass(frozen=True)
class Take:
    """T frames of a character: for each of B `bones` the parent (−1 for none), the length, the
    rest `(B, 4, 4)` and the `poses` `(T, B, 4, 4)`, in metres, in the axes of an object at
    `place`; `meshes`: from each mesh's own space to there; `weights` `(T,)` of its shape keys.
    """

    bones: tuple[str, ...]
    parents: tuple[int, ...]
    lengths: Array
    rest: Array
    poses: Array
    place: Matrix
    meshes: dict[bpy.types.Object, Matrix]
    weights: dict[bpy.types.Object, dict[str, Array]]
    fps: float

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(self.poses)


def sample_take(
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    *,
    deforming_only: bool = True,
    nla: bool = True,
    shapes: bool = True,
    told: Told = lambda fraction, detail: None,
) -> Take:
    """Play the scene's frames and note what the character does; the scene is left as it was.

    `deforming_only`: without control bones; `nla`: with strips, not only the armature's own
    action; `shapes`: note what the meshes' shape keys do too; `told`: is told how far it is.
    `UserError` when the range is absurd.
    """
    scene = bpy.context.scene
    frames = _frames(scene)
    bones = list(armature.data.bones)
    tree = _tree(armature, meshes, deforming_only=deforming_only)
    order = list(tree.bones)
    poses = np.empty((len(frames), len(order), 4, 4))
    worlds = np.empty((len(frames), 4, 4))
    shaped = [mesh for mesh in meshes if shapes and mesh.data.shape_keys]
    weights = {mesh: _no_weights(mesh, len(frames)) for mesh in shaped}
    flat = np.empty(len(bones) * 16, dtype=np.float32)
    with _playing(scene, armature, meshes, nla=nla):
        for number, frame in enumerate(frames):
            scene.frame_set(frame)
            armature.pose.bones.foreach_get("matrix", flat)  # listed by columns
            poses[number] = flat.reshape(-1, 4, 4).transpose(0, 2, 1)[order]
            worlds[number] = armature.matrix_world
            for mesh, values in weights.items():
                for block in mesh.data.shape_keys.key_blocks[1:]:
                    values[block.name][number] = block.value
            if number % 10 == 0:
                told(number / len(frames), f"frame {frame} of {frames[-1]}")
    size = metres_per_unit(scene)
    place, inside = _placed(worlds, size)
    stretched = inside[0] @ np.array([bones[bone].matrix_local for bone in order])
    rest = stretched.copy()
    rest[:, :3, :3], stretch = turn_and_scale(stretched[:, :3, :3])
    back = np.linalg.inv(stretched) @ rest
    return Take(
        bones=tuple(bones[bone].name for bone in order),
        parents=tree.parents,
        lengths=stretch[:, 1] * [bones[bone].length for bone in order],
        rest=rest,
        poses=inside[:, None] @ poses @ back,
        place=place,
        meshes={mesh: Matrix(inside[0]) @ _in_rest(mesh, armature) for mesh in meshes},
        weights=weights,
        fps=frame_rate(scene),
    )


def _frames(scene: bpy.types.Scene) -> range:
    """The frames of the scene; `UserError` for too many of them."""
    frames = range(scene.frame_start, scene.frame_end + 1)
    if not 1 <= len(frames) <= MAX_FRAMES:
        raise UserError(
            f"the scene's range, {frames.start} to {scene.frame_end}, has {len(frames)} frames; "
            f"1 to {MAX_FRAMES} can be exported"
        )
    return frames


def _tree(
    armature: bpy.types.Object, meshes: Sequence[bpy.types.Object], *, deforming_only: bool
) -> Tree:
    """The bones that are written, those that carry a mesh among them."""
    bones = list(armature.data.bones)
    index = {bone.name: k for k, bone in enumerate(bones)}
    parents = [index[bone.parent.name] if bone.parent else -1 for bone in bones]
    carrying = {mesh.parent_bone for mesh in meshes if mesh.parent_type == "BONE"}
    wanted = [not deforming_only or b.use_deform or b.name in carrying for b in bones]
    return game_tree(parents, wanted, _followers(armature, index))


def metres_per_unit(scene: bpy.types.Scene) -> float:
    """How long one unit of the scene is."""
    units = scene.unit_settings
    return units.scale_length if units.system != "NONE" else 1.0


def _placed(worlds: Array, size: float) -> tuple[Matrix, Array]:
    """Where the armature stands in the first frame, in metres and without its scale, and the
    matrices `(T, 4, 4)` from its own space to that place."""
    position, turn, _ = Matrix(worlds[0]).decompose()
    place = Matrix.LocRotScale(position * size, turn, None)
    to_metres = np.diag([size, size, size, 1.0])
    return place, np.array(place.inverted()) @ to_metres @ worlds


def _in_rest(mesh: bpy.types.Object, armature: bpy.types.Object) -> Matrix:
    """From the mesh's space to the armature's while that rests."""
    if mesh.parent != armature or mesh.parent_type != "BONE":
        return armature.matrix_world.inverted() @ mesh.matrix_world
    bone = armature.data.bones[mesh.parent_bone]
    end = bone.matrix_local @ Matrix.Translation((0.0, bone.length, 0.0))
    return end @ mesh.matrix_parent_inverse @ mesh.matrix_basis


def _no_weights(mesh: bpy.types.Object, frames: int) -> dict[str, Array]:
    return {block.name: np.zeros(frames) for block in mesh.data.shape_keys.key_blocks[1:]}


def _followers(armature: bpy.types.Object, index: dict[str, int]) -> dict[int, int]:
    """For bones that a deforming bone copies, that deforming bone: Rigify's and others' skins."""
    followers: dict[int, int] = {}
    for bone in armature.data.bones:
        if not bone.use_deform:
            continue
        for constraint in armature.pose.bones[bone.name].constraints:
            copies = constraint.type == "COPY_TRANSFORMS" and constraint.target == armature
            if copies and constraint.subtarget in index:
                followers.setdefault(index[constraint.subtarget], index[bone.name])
    return followers


@contextmanager
def _playing(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    *,
    nla: bool,
) -> Generator[None, None, None]:
    """Leave out what costs time and moves no bone, and put everything back afterwards."""
    frame = scene.frame_current
    keys = [mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys]
    owners = [item for item in (armature, *keys) if item.is_editable and item.animation_data]
    modifiers = [m for mesh in meshes if mesh.is_editable for m in mesh.modifiers]
    before: list[tuple[Any, str, bool]] = [
        (modifier, "show_viewport", modifier.show_viewport) for modifier in modifiers
    ]
    if not nla:
        before += [(o.animation_data, "use_nla", o.animation_data.use_nla) for o in owners]
    try:
        for item, name, _ in before:
            setattr(item, name, False)
        yield
    finally:
        for item, name, value in before:
            setattr(item, name, value)
        scene.frame_set(frame)
