"""Rigs that are scaled unevenly show what the source shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.bone_map import map_bones
from blender_addon.core.quaternion import from_rotvec, to_matrix
from blender_addon.core.retarget import posed, retarget
from blender_addon.core.stretch import stretch_of, stretched
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics
from tests.rigs import (
    TO_Z_UP,
    angles_between,
    as_clip,
    limb_segments,
    lively_motion,
    makehuman_rig,
    palm_normals,
)


def test_only_uneven_scales_stretch():
    turn = to_matrix(from_rotvec(np.array([0.3, -0.2, 0.9])))
    assert stretch_of(0.01 * turn) is None
    found = stretch_of(5.0 * turn @ np.diag([1.0, 1.0, 8.0]))
    assert found is not None
    np.testing.assert_allclose(found, np.diag([0.5, 0.5, 4.0]), atol=1e-12)


@pytest.mark.parametrize("name", ["mixamo", "default"])
def test_stretched_limbs_and_palms_follow_the_source(name: str, tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    stretch = np.array([[1.1, 0.1, 0.0], [0.1, 0.8, -0.05], [0.0, -0.05, 1.3]])
    rig = replace(makehuman_rig(name, seed=2), stretch=stretch)
    bone_map = map_bones(rig)
    motion = retarget(clip, rig, bone_map)
    heads, _ = posed(rig, motion)
    ours = {
        joint: heads[:, rig.index(bones[0])] @ stretch for joint, bones in bone_map.bones.items()
    }
    places, _ = forward_kinematics(HUMANOID, clip.rotations, clip.root)
    theirs = {joint: places[:, k] @ TO_Z_UP.T for k, joint in enumerate(clip.joints)}
    for start, end in limb_segments():
        if start in ours and end in ours:
            error = angles_between(ours[end] - ours[start], theirs[end] - theirs[start])
            assert error.max() < 0.1, (start, error.max())
    for side in SIDES:
        assert angles_between(palm_normals(ours, side), palm_normals(theirs, side)).max() < 1.0


def test_the_shown_rig_is_stretched_only_in_space():
    rig = replace(makehuman_rig("mixamo"), stretch=np.diag([1.0, 2.0, 0.5]))
    shown = stretched(rig)
    np.testing.assert_allclose(shown.heads, rig.heads * [1.0, 2.0, 0.5])
    assert shown.stretch is None
    assert stretched(shown) is shown
