"""Armatures as arrays."""

from __future__ import annotations

import bpy
import numpy as np

from ..core.rig import Rig


def read_rig(armature: bpy.types.Object) -> Rig:
    """The rest pose of an armature object, in its own space."""
    bones = list(armature.data.bones)
    order = sorted(range(len(bones)), key=lambda k: len(bones[k].parent_recursive))
    bones = [bones[k] for k in order]
    index = {bone.name: k for k, bone in enumerate(bones)}
    return Rig(
        names=tuple(index),
        parents=tuple(index[bone.parent.name] if bone.parent else -1 for bone in bones),
        heads=np.array([bone.head_local[:] for bone in bones], dtype=float),
        tails=np.array([bone.tail_local[:] for bone in bones], dtype=float),
        rotations=np.array([bone.matrix_local.to_3x3() for bone in bones], dtype=float),
        turned_by={bone.name: -1 for bone in bones if not bone.use_inherit_rotation},
    )
