"""Retargeting measured on the bones that Blender itself evaluates."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.formats.clip import Clip, save_clip
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics
from tests.rigs import (
    MAKEHUMAN_RIGS,
    TO_Z_UP,
    angles_between,
    limb_segments,
    lively_motion,
    makehuman_rig,
    palm_normals,
)


@pytest.fixture(scope="module")
def evaluated(blender, tmp_path_factory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("rigs")
    save_clip(folder / "clip.npz", Clip(lively_motion(frames=30), None, {}))
    paths = []
    for name in MAKEHUMAN_RIGS:
        rig = makehuman_rig(name, seed=1)
        paths.append(folder / f"{name}.npz")
        np.savez(
            paths[-1],
            names=np.array(rig.names),
            parents=rig.parents,
            heads=rig.heads,
            tails=rig.tails,
            rotations=rig.rotations,
        )
    blender("pose_rigs.py", folder / "clip.npz", folder / "out.npz", *paths)
    with np.load(folder / "out.npz") as results:
        return dict(results)


@pytest.mark.parametrize("name", [*MAKEHUMAN_RIGS, "rigify"])
def test_posed_bones_point_where_the_source_points(evaluated, name):
    motion = lively_motion(frames=30)
    places, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    theirs = {name: places[:, j] @ TO_Z_UP.T for j, name in enumerate(HUMANOID.names)}
    names = evaluated[f"{name} names"]
    ours = {str(joint): evaluated[name][:, k] for k, joint in enumerate(names)}
    segments = [pair for pair in limb_segments() if set(pair) <= set(ours)]
    assert len(segments) >= 8
    errors = [angles_between(ours[b] - ours[a], theirs[b] - theirs[a]) for a, b in segments]
    assert np.max(errors) < 0.1
    for side in SIDES:
        if f"{side}IndexProximal" in ours:
            palm = angles_between(palm_normals(ours, side), palm_normals(theirs, side))
            assert palm.max() < 1.0
