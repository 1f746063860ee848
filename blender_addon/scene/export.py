"""The performing character as a file for other programs."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..core.bone_map import BoneMap, map_bones
from ..core.bvh_writer import Joints, write_bvh
from ..core.errors import UserError
from ..core.export_preset import PRESETS, ExportPreset
from ..core.game_rig import turn_and_scale
from ..core.retarget import rig_facing
from ..core.rig import Rig
from ..core.t_pose import t_posed
from .likeness import likeness_of
from .plain_copy import Stand, plain_copy
from .sample import Take, Told, sample_take

SUFFIXES = (".glb", ".fbx", ".bvh", ".blend")
_PICTURES = {"JPEG": ".jpg", "WEBP": ".webp", "TARGA": ".tga", "BMP": ".bmp", "OPEN_EXR": ".exr"}
"""Suffix of pictures by Blender's name of their format, if not .png."""


@dataclass(frozen=True)
class ExportOptions:
    """How to export: `preset`: for which program; `unit`: m or cm of BVH, the preset's where
    empty; `title`: what the animation is called; `deforming_only`: without control bones; `nla`:
    with NLA strips, not only the action."""

    title: str
    preset: ExportPreset = PRESETS["blender"]
    unit: str = ""
    deforming_only: bool = True
    nla: bool = True


def export_character(
    path: Path,
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    options: ExportOptions,
    bone_map: BoneMap | None = None,
    told: Told = lambda fraction, detail: None,
) -> None:
    """Write what the scene's frames show of a character; the suffix of `path` says how.

    `bone_map`: what is known of its bones, for BVH; where its bones are not those that deform,
    these are recognised anew, and `UserError` when they cannot be.
    """
    suffix = path.suffix.lower()
    if suffix == ".blend":
        save_blend(path)
        return
    take = sample_take(
        armature,
        [mesh for mesh in meshes if mesh.visible_get()],
        deforming_only=options.deforming_only,
        nla=options.nla,
        shapes=suffix != ".bvh",
        told=lambda fraction, detail: told(0.7 * fraction, detail),
    )
    told(0.7, path.name)
    if suffix == ".bvh":
        save_bvh(path, take, bone_map, options)
    elif suffix == ".glb":
        save_glb(path, take, Stand(armature.name, options.title, likeness=likeness_of(armature)))
    elif suffix == ".fbx":
        save_fbx(path, take, armature, options)
    else:
        raise UserError(f"{path}: write one of {', '.join(SUFFIXES)}")
    told(1.0, path.name)


def save_glb(path: Path, take: Take, stand: Stand) -> None:
    """Skinned meshes, morph targets and one animation as glTF binary."""
    with plain_copy(take, stand):
        bpy.ops.export_scene.gltf(
            filepath=str(path),
            export_format="GLB",
            use_active_scene=True,
            export_animation_mode="ACTIVE_ACTIONS",
            export_anim_single_armature=False,  # it would add every other action in the file
            export_nla_strips_merged_animation_name=stand.title,
            export_frame_range=True,
            export_morph_normal=False,
            export_try_sparse_sk=True,
            export_optimize_animation_size=True,
            export_extras=stand.likeness is not None,
            export_copyright=stand.likeness.notice if stand.likeness else "",
            export_lights=False,
            export_cameras=False,
        )


def save_fbx(path: Path, take: Take, armature: bpy.types.Object, options: ExportOptions) -> None:
    """Skinned meshes, shape keys and one animation as binary FBX with its textures inside.

    Sizes are those of the file, without a scale on any object: engines hand that scale on to
    whatever is attached.
    """
    preset = options.preset
    stand = Stand(
        preset.fbx_armature or armature.name,
        options.title,
        preset.fbx_per_metre,
        likeness_of(armature),
    )
    with plain_copy(take, stand), _distinct_pictures():
        bpy.ops.export_scene.fbx(
            filepath=str(path),
            object_types={"ARMATURE", "MESH"},
            apply_scale_options="FBX_SCALE_ALL",
            axis_forward="-Z",
            axis_up="Y",
            add_leaf_bones=False,
            bake_anim=True,
            bake_anim_use_all_bones=True,
            bake_anim_use_all_actions=False,
            bake_anim_use_nla_strips=False,
            bake_anim_force_startend_keying=True,
            bake_anim_step=1.0,
            bake_anim_simplify_factor=0.0,
            path_mode="COPY",
            embed_textures=True,
            use_custom_props=stand.likeness is not None,
        )


@contextmanager
def _distinct_pictures() -> Generator[None, None, None]:
    """Give every packed picture a file name of its own for a while: FBX tells them apart by it,
    and pictures that came in a glTF file have none."""
    packed = [image for image in bpy.data.images if image.packed_file is not None]
    before = [image.filepath_raw for image in packed]
    try:
        for number, image in enumerate(packed):
            suffix = _PICTURES.get(image.file_format, ".png")
            name = bpy.path.clean_name(Path(image.name).stem)
            image.filepath_raw = f"//{name}-{number}{suffix}"  # the raw one reloads nothing
        yield
    finally:
        for image, path in zip(packed, before, strict=True):
            image.filepath_raw = path


def save_bvh(path: Path, take: Take, bone_map: BoneMap | None, options: ExportOptions) -> None:
    """The movement of the hips and all bones below them, facing +Z in rest."""
    rig = _rig_of(take)
    if bone_map is None or any(bone not in rig for row in bone_map.bones.values() for bone in row):
        bone_map = map_bones(rig)
    heads, turns = take.poses[..., :3, 3], turn_and_scale(take.poses[..., :3, :3])[0]
    rest = t_posed(rig, bone_map) if options.preset.t_pose else (rig.heads, rig.rotations)
    if options.preset.t_pose_first:
        heads, turns = (
            np.concatenate([first[None], rows])
            for first, rows in zip(rest, (heads, turns), strict=True)
        )
    place = np.array(take.place)
    upright = (place[:3, :3] @ rig_facing(rig, bone_map)).T
    origin = upright @ place[:3, 3]
    to_clip = upright @ place[:3, :3]
    kept = _below(take.parents, rig.index(bone_map.first("hips")))
    number = {bone: k for k, bone in enumerate(kept)}
    joints = Joints(
        names=_joint_names([rig.names[bone] for bone in kept], bone_map, options.preset),
        parents=tuple(number.get(take.parents[bone], -1) for bone in kept),
        rest_heads=rest[0][kept] @ to_clip.T + origin,
        rest_turns=to_clip @ rest[1][kept],
        tips=(rest[0] + rest[1][..., 1] * take.lengths[:, None])[kept] @ to_clip.T + origin,
        heads=heads[:, kept] @ to_clip.T + origin,
        turns=to_clip @ turns[:, kept],
    )
    write_bvh(path, joints, take.fps, options.unit or options.preset.unit)


def _rig_of(take: Take) -> Rig:
    heads, turns = take.rest[:, :3, 3], take.rest[:, :3, :3]
    tails = heads + turns[..., 1] * take.lengths[:, None]
    return Rig(take.bones, take.parents, heads, tails, turns)


def _below(parents: Sequence[int], root: int) -> list[int]:
    """A bone and all that hang from it, parents first."""
    below = {root}
    for bone, parent in enumerate(parents):
        if parent in below:
            below.add(bone)
    return sorted(below)


def _joint_names(bones: Sequence[str], bone_map: BoneMap, preset: ExportPreset) -> tuple[str, ...]:
    """The preset's names of mapped bones and the own names of the others, none twice."""
    given = {
        bone_map.first(humanoid): name
        for humanoid, name in preset.names.items()
        if humanoid in bone_map.bones
    }
    names: list[str] = []
    taken = set(given.values())
    for bone in bones:
        name = given.get(bone, bone)
        while bone not in given and name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return tuple(names)


def save_blend(path: Path) -> None:
    """The whole file, with pictures, sounds and fonts inside; here they stay where they were."""
    outside = [item for item in _from_files() if item.packed_file is None]
    try:
        bpy.ops.file.pack_all()
        bpy.ops.wm.save_as_mainfile(
            filepath=str(path), copy=True, compress=True, check_existing=False
        )
    except RuntimeError as error:
        raise UserError(f"{path}: Blender cannot save it ({str(error).strip()})") from error
    finally:
        for item in outside:
            if item.packed_file is not None:
                item.unpack(method="REMOVE")


def _from_files() -> Iterator[Any]:
    yield from bpy.data.images
    yield from bpy.data.sounds
    yield from bpy.data.fonts


def has_sound(scene: bpy.types.Scene) -> bool:
    """Whether the sequencer plays any sound that this Blender can write."""
    editor = scene.sequence_editor
    if editor is None or not compat.can_write_sound():
        return False
    return any(strip.type == "SOUND" and not strip.mute for strip in compat.strips(scene))


def save_sound(path: Path) -> None:
    """What the sequencer plays in the scene's frames, as a WAV file."""
    try:
        bpy.ops.sound.mixdown(
            filepath=str(path), check_existing=False, container="WAV", codec="PCM", format="S16"
        )
    except RuntimeError as error:
        raise UserError(f"{path}: Blender cannot write the sound ({str(error).strip()})") from error
