"""From a clip to a performed character in the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.clip_reader import Clip
from ..core.retarget import RigMotion, retarget
from .avatar import Avatar
from .keys import Keyed, key_performance


@dataclass(frozen=True)
class Performance:
    """A clip on a character: its movement there, the keys, and what could not be carried over."""

    motion: RigMotion
    keyed: Keyed
    lost: tuple[str, ...]


def perform_clip(
    clip: Clip, avatar: Avatar, scene_fps: float, name: str, start: float = 1.0
) -> Performance:
    """Write the clip onto the avatar as one new action."""
    motion = retarget(clip, avatar.rig, avatar.bone_map)
    expressions = dict(zip(clip.expression_names, clip.expressions.T, strict=True))
    keyed = key_performance(
        avatar.armature, avatar.meshes, motion, expressions, scene_fps, name, start
    )
    return Performance(motion, keyed, _lost(clip, avatar, keyed.expressions))


def _lost(clip: Clip, avatar: Avatar, found: Sequence[str]) -> tuple[str, ...]:
    """What moves in the clip but cannot on the avatar: joints, expressions, the path of the hips
    where their bone is joined to its parent's end."""
    hips = avatar.armature.data.bones[avatar.bone_map.first("hips")]
    path = ["path of the hips"] if hips.use_connect and np.ptp(clip.root, axis=0).any() else []
    joints = [
        name
        for joint, name in enumerate(clip.joints)
        if name not in avatar.bone_map.bones and (abs(clip.rotations[:, joint, 0]) < 0.9999).any()
    ]
    expressions = [
        name
        for k, name in enumerate(clip.expression_names)
        if name not in found and (clip.expressions[:, k] > 0.01).any()
    ]
    return (*path, *joints, *expressions)
