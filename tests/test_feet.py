"""Standing feet: measured as they slide without pinning, and with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.adaptation import Adaptation, adapt
from blender_addon.core.bone_map import map_bones
from blender_addon.core.clip_pose import ClipPose
from blender_addon.core.clip_reader import Clip
from blender_addon.core.feet import standing
from blender_addon.core.retarget import RigMotion, posed, retarget
from blender_addon.core.rig import Rig
from gesture_core.kinematics import two_bone_ik
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import quat_inverse, quat_multiply
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics
from tests.rigs import as_clip, humanoid_rig, makehuman_rig

FPS = 30.0
FRAMES = 60
PINNED = Adaptation(contacts=False, push_out=False, pin_feet=True)


def swaying(lift: float = 0.0) -> Motion:
    """The hips sway and bob over feet that stand; the left foot is lifted in the middle."""
    motion = rest_motion(FRAMES, FPS)
    phase = np.linspace(0.0, 2.0 * np.pi, FRAMES)
    sway = np.stack([0.06 * np.sin(phase), 0.03 * np.cos(phase) - 0.06, 0.04 * np.sin(phase)], 1)
    root, rotations = motion.root + sway, motion.rotations.copy()
    places, _ = forward_kinematics(HUMANOID, motion.rotations, root)
    rest, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    up = np.clip(np.minimum(phase - 2.0, 4.3 - phase) / 0.5, 0.0, 1.0)
    for side in SIDES:
        hip, knee, foot = (HUMANOID.index(side + j) for j in ("UpperLeg", "LowerLeg", "Foot"))
        target = rest[:, foot] + (side == "left") * lift * up[:, None] * [0.0, 1.0, 0.5]
        axis = np.tile([1.0, 0.0, 0.0], (FRAMES, 1))
        upper, lower = two_bone_ik(places[:, hip], places[:, knee], places[:, foot], target, axis)
        rotations[:, hip] = upper
        rotations[:, knee] = quat_multiply(quat_inverse(upper), lower)
        rotations[:, foot] = quat_inverse(lower)
    return replace(motion, rotations=rotations, root=root)


def short_legged() -> Rig:
    """Our skeleton with wide hips, short thighs and long shins: feet cannot but slide."""
    rig = humanoid_rig()
    offsets = HUMANOID.offsets.copy()
    for side in SIDES:
        offsets[HUMANOID.index(f"{side}UpperLeg"), 0] *= 1.6
        offsets[HUMANOID.index(f"{side}LowerLeg")] *= 0.6
        offsets[HUMANOID.index(f"{side}Foot")] *= 1.1
    heads = offsets.copy()
    for bone, parent in enumerate(rig.parents):
        if parent >= 0:
            heads[bone] += heads[parent]
    return replace(rig, heads=heads, tails=heads + [0.0, 0.02, 0.0])


def balls(rig: Rig, motion: RigMotion) -> dict[str, np.ndarray]:
    heads, _ = posed(rig, motion)
    return {side: heads[:, rig.index(map_bones(rig).first(f"{side}Toes"))] for side in SIDES}


def both(clip: Clip, rig: Rig) -> tuple[RigMotion, RigMotion]:
    plain = retarget(clip, rig, map_bones(rig))
    return plain, adapt(clip, rig, map_bones(rig), plain, PINNED)


def test_standing_feet_do_not_slide_or_leave_the_floor(tmp_path: Path):
    clip, rig = as_clip(swaying(), tmp_path), short_legged()
    plain, pinned = (balls(rig, motion) for motion in both(clip, rig))
    for side in SIDES:
        assert np.ptp(plain[side], axis=0).max() > 0.01, "without pinning they slide"
        assert np.ptp(pinned[side], axis=0).max() < 1e-3
        floor = rig.heads[rig.index(f"{side}Toes"), 1]
        np.testing.assert_allclose(pinned[side][:, 1], floor, atol=2e-3)


@pytest.mark.parametrize("name", ["game_engine", "cmu_mb"])
def test_feet_of_other_rigs_stand_too(name: str, tmp_path: Path):
    clip, rig = as_clip(swaying(), tmp_path), makehuman_rig(name, seed=2, scale=10.0)
    plain, pinned = (balls(rig, motion) for motion in both(clip, rig))
    for side in SIDES:
        assert np.ptp(pinned[side], axis=0).max() < 0.1 * np.ptp(plain[side], axis=0).max() + 1e-3


def test_a_foot_that_steps_is_let_go_and_comes_back_smoothly(tmp_path: Path):
    clip, rig = as_clip(swaying(lift=0.12), tmp_path), short_legged()
    stands = standing(ClipPose(clip), "leftToes", FPS)
    assert 0.3 < stands.mean() < 0.9
    motions = both(clip, rig)
    plain, pinned = (balls(rig, motion)["left"] for motion in motions)
    slides = [np.linalg.norm(np.diff(p, axis=0), axis=1) * FPS for p in (plain, pinned)]
    still = stands[1:] & stands[:-1]
    assert slides[0][still].max() > 0.02
    assert slides[1][still].max() < 2e-3
    assert np.ptp(pinned[:, 1]) > 0.08, "the step is still one"
    jerks = [np.abs(np.diff(p, 3, axis=0)).max() for p in (plain, pinned)]
    assert jerks[1] < 1.3 * jerks[0]


def test_feet_keep_facing_and_legs_their_length(tmp_path: Path):
    clip, rig = as_clip(swaying(), tmp_path), short_legged()
    (before, faced), (after, facing) = (posed(rig, motion) for motion in both(clip, rig))
    for side in SIDES:
        hip, knee, foot = (rig.index(side + j) for j in ("UpperLeg", "LowerLeg", "Foot"))
        np.testing.assert_allclose(facing[:, foot], faced[:, foot], atol=1e-9)
        for start, end in ((hip, knee), (knee, foot)):
            lengths = [np.linalg.norm(h[:, end] - h[:, start], axis=1) for h in (before, after)]
            np.testing.assert_allclose(lengths[1], lengths[0], atol=1e-9)


def test_a_body_like_the_clips_own_is_hardly_touched(tmp_path: Path):
    clip, rig = as_clip(swaying(), tmp_path), humanoid_rig()
    before, after = (posed(rig, motion)[0] for motion in both(clip, rig))
    np.testing.assert_allclose(after, before, atol=1e-4)
