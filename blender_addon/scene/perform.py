"""From a clip to a performed character in the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..core.adaptation import adapt
from ..core.clip_reader import Clip
from ..core.manner import Manner
from ..core.mask import PARTS, WHOLE_BODY, masked_bones
from ..core.mirror import mirrored
from ..core.retarget import RigMotion, retarget
from .avatar import Avatar
from .face import face_map_of
from .keys import Keyed, key_frames, key_performance
from .underlay import Shapes

AS_IT_IS = Manner()


@dataclass(frozen=True)
class Performance:
    """A clip on a character: its movement there, the take, the expressions that the face shows,
    and what could not be carried over."""

    motion: RigMotion
    keyed: Keyed
    expressions: tuple[str, ...]
    lost: tuple[str, ...]


def perform_clip(
    clip: Clip,
    avatar: Avatar,
    scene_fps: float,
    name: str,
    start: float = 1.0,
    manner: Manner = AS_IT_IS,
) -> Performance:
    """Write the clip onto the avatar as one new take."""
    clip = mirrored(clip) if manner.mirror else clip
    motion = retarget(clip, avatar.rig, avatar.bone_map)
    motion = adapt(clip, avatar.rig, avatar.bone_map, motion, manner.adaptation)
    if manner.parts != WHOLE_BODY:
        motion = _masked(motion, masked_bones(avatar.bone_map, manner.parts))
    faces = [mesh for mesh in avatar.meshes if _has_face(mesh)]
    shapes, shown = _shapes(faces, clip) if "face" in manner.parts else ({}, frozenset[str]())
    times = key_frames(clip.frames, clip.fps, scene_fps, start)
    hidden = avatar.hidden_from(motion.bones)
    keyed = key_performance(avatar.armature, faces, motion, shapes, times, name, manner, hidden)
    lost = _lost(clip, avatar, manner.parts, shown)
    return Performance(keyed.motion, keyed, tuple(sorted(shown)), lost)


def _masked(motion: RigMotion, bones: frozenset[str]) -> RigMotion:
    """The movement of these bones alone."""
    columns = [column for column, bone in enumerate(motion.bones) if bone in bones]
    still = motion.root not in bones
    return replace(
        motion,
        bones=tuple(motion.bones[column] for column in columns),
        rotations=motion.rotations[:, columns],
        locations=np.zeros_like(motion.locations) if still else motion.locations,
    )


def _has_face(mesh: bpy.types.Object) -> bool:
    keys = mesh.data.shape_keys
    return keys is not None and keys.is_editable


def _shapes(faces: Sequence[bpy.types.Object], clip: Clip) -> tuple[Shapes, frozenset[str]]:
    """The clip's expressions as values of the faces' shape keys, and those that show."""
    expressions = dict(zip(clip.expression_names, clip.expressions.T, strict=True))
    maps = {
        keys: face_map_of(keys) for keys in dict.fromkeys(mesh.data.shape_keys for mesh in faces)
    }
    shown = frozenset(name for face in maps.values() for name in face.carried)
    return {keys: face.curves(expressions) for keys, face in maps.items()}, shown & set(expressions)


def _lost(
    clip: Clip, avatar: Avatar, parts: frozenset[str], shown: frozenset[str]
) -> tuple[str, ...]:
    """What moves in the clip, and is wanted, but cannot on the avatar: joints, expressions, the
    path of the hips where their bone is joined to its parent's end."""
    hips = avatar.armature.data.bones[avatar.bone_map.first("hips")]
    rooted = hips.use_connect and "legs" in parts and np.ptp(clip.root, axis=0).any()
    wanted = {joint for part in parts for joint in PARTS[part]}
    joints = [
        name
        for joint, name in enumerate(clip.joints)
        if name in wanted
        and name not in avatar.bone_map.bones
        and (abs(clip.rotations[:, joint, 0]) < 0.9999).any()
    ]
    expressions = [
        name
        for k, name in enumerate(clip.expression_names)
        if "face" in parts and name not in shown and (clip.expressions[:, k] > 0.01).any()
    ]
    return (*(["path of the hips"] if rooted else []), *joints, *expressions)
