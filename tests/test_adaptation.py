"""Performances on bodies of other proportions: hands stay on what they touch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.adaptation import Adaptation, adapt
from blender_addon.core.body import Body, clip_body, rig_body
from blender_addon.core.bone_map import BoneMap, map_bones
from blender_addon.core.clip_reader import Clip
from blender_addon.core.gaps import gaps
from blender_addon.core.humanoid import ESSENTIAL
from blender_addon.core.retarget import RigMotion, posed, retarget
from blender_addon.core.rig import Rig
from blender_addon.core.rig_pose import RigPose
from blender_addon.core.skin_fit import measured_shape
from gesture_core.gestures.emblems import lay_emblems
from gesture_core.motion import Motion, rest_motion
from gesture_core.planning.emblem_table import load_emblems
from gesture_core.planning.emblems import PlannedEmblem
from gesture_core.pose.read import read_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID, SIDES
from tests.bodies import SkinnedBody, skinned_body
from tests.rigs import as_clip, humanoid_rig, makehuman_rig

FPS = 30.0
TOUCHING = {
    "clap": ("left", "rightHand"),
    "please": ("left", "rightHand"),
    "think": ("right", "head"),
    "quiet": ("right", "head"),
    "headache": ("right", "head"),
}
"""Emblems in which a hand touches something."""


def standing(frames: int) -> Motion:
    """Arms that hang a hand's breadth off the body."""
    motion = rest_motion(frames, FPS)
    rotations = motion.rotations.copy()
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        rotations[:, HUMANOID.index(f"{side}UpperArm")] = rotvec_to_quat([0.0, 0.0, -sign])
    return replace(motion, rotations=rotations)


def emblem(name: str) -> Motion:
    """Somebody who stands, makes the gesture with the right or both hands, and stands again."""
    table = load_emblems()
    meant = table.emblems[name]
    stroke = 0.2 + meant.preparation
    end = stroke + meant.kept + meant.retraction
    plan = PlannedEmblem(name, 0, "right", 1.0, 0.2, stroke, meant.kept, end, 1.0, "test")
    return lay_emblems(standing(round((end + 0.4) * FPS)), [plan], table)


def bodies(
    clip: Clip, rig: Rig, motion: RigMotion, bone_map: BoneMap | None = None
) -> tuple[Body, Body]:
    """The clip's body and the rig's, for rigs in the clip's axes."""
    bone_map, source = bone_map or map_bones(rig), clip_body(clip)
    shape = measured_shape(rig, bone_map)
    return source, rig_body(clip, source, RigPose(rig, motion), bone_map, shape)


def gap(body: Body, side: str, group: str) -> np.ndarray:
    """Metres between a hand and something, by their capsules."""
    return gaps(body.capsules(f"{side}Hand"), body.capsules(group)).nearest()


def wanted(source: Body, target: Body, side: str, group: str) -> tuple[np.ndarray, np.ndarray]:
    """Frames in which the clip's hand touches, and the gaps the rig's should have there."""
    size = target.shape.sizes["hand"] / source.shape.sizes["hand"]
    apart = gap(source, side, group)
    frames = np.flatnonzero(apart < 0.015)
    return frames, size * apart[frames]


def arms_turned(rig: Rig, before: RigMotion, after: RigMotion) -> float:
    """The largest change of direction of an upper arm or forearm, degrees."""
    heads = [posed(rig, motion)[0] for motion in (before, after)]
    bone_map, most = map_bones(rig), 0.0
    for side in SIDES:
        arm = [rig.index(bone_map.first(side + j)) for j in ("UpperArm", "LowerArm", "Hand")]
        for start, end in zip(arm, arm[1:], strict=False):
            lines = [places[:, end] - places[:, start] for places in heads]
            units = [line / np.linalg.norm(line, axis=1, keepdims=True) for line in lines]
            most = max(most, float(np.linalg.norm(units[0] - units[1], axis=1).max()))
    return np.degrees(most)


@pytest.mark.parametrize("name", TOUCHING)
@pytest.mark.parametrize("who", ["child", "giant", pytest.param("heavy", marks=pytest.mark.bench)])
def test_hands_touch_what_they_touch_in_the_clip(name: str, who: str, tmp_path: Path):
    clip, body = as_clip(emblem(name), tmp_path), skinned_body(who)
    plain = retarget(clip, body.rig, body.bone_map)
    adapted = adapt(clip, body.rig, body.bone_map, plain, Adaptation())
    side, group = TOUCHING[name]
    source, target = bodies(clip, body.rig, adapted)
    frames, want = wanted(source, target, side, group)
    assert len(frames) >= 3, "the emblem touches"
    assert np.abs(gap(target, side, group)[frames] - want).max() < 0.01
    _assert_skins_touch(body, adapted, frames, want, side, group)


def _assert_skins_touch(
    body: SkinnedBody,
    motion: RigMotion,
    frames: np.ndarray,
    want: np.ndarray,
    side: str,
    group: str,
) -> None:
    """The same of the skin itself, which the capsules only stand for."""
    some = np.linspace(0, len(frames) - 1, 2).astype(int)
    skins = body.skin_at(motion, frames[some])
    clear = [body.clearance(points, f"{side}Hand", group) for points in skins]
    np.testing.assert_allclose(clear, want[some], atol=0.01)


def test_without_adaptation_hands_miss(tmp_path: Path):
    missed = {}
    for name, (side, group) in TOUCHING.items():
        clip, body = as_clip(emblem(name), tmp_path / name), skinned_body("giant")
        source, target = bodies(clip, body.rig, retarget(clip, body.rig, body.bone_map))
        frames, want = wanted(source, target, side, group)
        missed[name] = np.abs(gap(target, side, group)[frames] - want).max()
    assert min(missed.values()) > 0.015, missed


REAL = {
    "Idle01_ScratchTempleLf01": ("left", "head"),
    "Idle01_Contemplate01": ("left", "head"),
    "Idle01_ScratchHeadLf01": ("left", "head"),
    "Idle01_InclusivityPosBt02": ("left", "rightHand"),
    "Idle01_NegativeBt03": ("left", "rightHand"),
}
"""Recorded gestures of SmartBody's first performer that touch."""


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("who", ["child", "giant"])
def test_recorded_hands_touch_too(name: str, who: str, shared_data, tmp_path: Path):
    path = next(shared_data("smartbody").rglob(f"Gestures2*/**/*{name}.skm"), None) or next(
        shared_data("smartbody").rglob(f"*{name}.skm")
    )
    clip, body = as_clip(read_motion(path), tmp_path), skinned_body(who)
    plain = retarget(clip, body.rig, body.bone_map)
    source, target = bodies(
        clip, body.rig, adapt(clip, body.rig, body.bone_map, plain, Adaptation())
    )
    side, group = REAL[name]
    frames, want = wanted(source, target, side, group)
    assert len(frames) >= 3
    assert np.abs(gap(target, side, group)[frames] - want).max() < 0.01


@pytest.mark.parametrize("who", ["child", "giant"])
def test_the_hand_keeps_facing_and_bones_their_length(who: str, tmp_path: Path):
    clip, body = as_clip(emblem("clap"), tmp_path), skinned_body(who)
    plain = retarget(clip, body.rig, body.bone_map)
    both = [plain, adapt(clip, body.rig, body.bone_map, plain, Adaptation())]
    heads, turned = zip(*(posed(body.rig, motion) for motion in both), strict=True)
    for side in SIDES:
        upper, lower, hand, tip = (
            body.rig.index(side + joint)
            for joint in ("UpperArm", "LowerArm", "Hand", "MiddleDistal")
        )
        np.testing.assert_allclose(turned[1][:, [hand, tip]], turned[0][:, [hand, tip]], atol=1e-9)
        for start, end in ((upper, lower), (lower, hand), (hand, tip)):
            lengths = [np.linalg.norm(h[:, end] - h[:, start], axis=1) for h in heads]
            np.testing.assert_allclose(lengths[1], lengths[0], atol=1e-9)
    assert np.linalg.norm(heads[1] - heads[0], axis=-1).max() > 0.01, "something was to be done"


@pytest.mark.parametrize("who", ["child", "giant", "heavy"])
@pytest.mark.parametrize("name", ["clap", "think"])
def test_a_contact_begins_and_ends_smoothly(who: str, name: str, tmp_path: Path):
    clip, body = as_clip(emblem(name), tmp_path), skinned_body(who)
    plain = retarget(clip, body.rig, body.bone_map)
    adapted = adapt(clip, body.rig, body.bone_map, plain, Adaptation())
    for side in SIDES:
        hand = body.rig.index(f"{side}Hand")
        places = [posed(body.rig, motion)[0][:, hand] for motion in (plain, adapted)]
        hurry = [np.linalg.norm(np.diff(p, 2, axis=0), axis=1).max() * FPS**2 for p in places]
        moved = np.linalg.norm(places[1] - places[0], axis=1)
        # to go a way and stop within 0.4 s takes 4·π²/(0.8 s)² of it, metres a second squared
        assert hurry[1] < 1.3 * hurry[0] + 62.0 * moved.max() + 1e-3
        assert moved[[0, -1]].max() < 1e-9
    swing = np.abs(np.diff(adapted.rotations, axis=0)).max()
    assert swing < 1.5 * np.abs(np.diff(plain.rotations, axis=0)).max() + 0.02, "no elbow flips"


@pytest.mark.parametrize("rig_name", ["mixamo", "default", "game_engine"])
def test_gestures_in_the_air_are_left_alone(rig_name: str, tmp_path: Path):
    motion = standing(40)
    rotations = motion.rotations.copy()
    wave = np.sin(np.linspace(0.0, 6.0, 40))[:, None]
    rotations[:, HUMANOID.index("leftLowerArm")] = rotvec_to_quat(wave * [0.0, -0.6, 0.0])
    clip, rig = as_clip(replace(motion, rotations=rotations), tmp_path), makehuman_rig(rig_name)
    plain = retarget(clip, rig, map_bones(rig))
    adapted = adapt(clip, rig, map_bones(rig), plain, Adaptation())
    assert arms_turned(rig, plain, adapted) < 0.1


@pytest.mark.parametrize("who", ["child", "giant"])
def test_hands_that_hang_beside_the_hips_touch_nothing(who: str, tmp_path: Path):
    motion = standing(20)
    rotations = motion.rotations.copy()
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        rotations[:, HUMANOID.index(f"{side}UpperArm")] = rotvec_to_quat([0.0, 0.0, -1.62 * sign])
    clip, body = as_clip(replace(motion, rotations=rotations), tmp_path), skinned_body(who)
    assert gap(clip_body(clip), "left", "torso").min() < 0.04, "near enough to count elsewhere"
    plain = retarget(clip, body.rig, body.bone_map)
    adapted = adapt(clip, body.rig, body.bone_map, plain, Adaptation(push_out=False))
    assert arms_turned(body.rig, plain, adapted) < 0.1


@pytest.mark.parametrize("name", TOUCHING)
def test_a_body_like_the_clips_own_moves_as_the_clip_does(name: str, tmp_path: Path):
    clip, rig = as_clip(emblem(name), tmp_path), humanoid_rig()
    plain = retarget(clip, rig, map_bones(rig))
    assert arms_turned(rig, plain, adapt(clip, rig, map_bones(rig), plain, Adaptation())) < 0.1


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_units_and_axes_of_the_rig_do_not_matter(scale: float, tmp_path: Path):
    clip = as_clip(emblem("clap"), tmp_path)
    metres, other = makehuman_rig("default"), makehuman_rig("default", scale=scale)
    places = []
    for rig in (metres, other):
        plain = retarget(clip, rig, map_bones(rig))
        places.append(posed(rig, adapt(clip, rig, map_bones(rig), plain, Adaptation()))[0])
    np.testing.assert_allclose(places[1] / scale, places[0], atol=2e-4)


FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
LACKING = {
    "fingers": FINGERS,
    "palm": ("Middle", "Ring"),
    "trunk": ("chest", "upperChest", "neck", "Shoulder"),
    "all that can be": tuple(name for name in HUMANOID.names if name not in ESSENTIAL),
}


@pytest.mark.parametrize("lacking", LACKING)
@pytest.mark.parametrize("known", ["not in the rig", "not in its map"])
def test_rigs_with_fewer_bones_keep_their_contacts(lacking: str, known: str, tmp_path: Path):
    clip, body = as_clip(emblem("clap"), tmp_path), skinned_body("child")
    gone = [name for name in HUMANOID.names if any(part in name for part in LACKING[lacking])]
    if known == "not in the rig":
        rig = _only(body.rig, [name for name in body.rig.names if name not in gone])
        bone_map = map_bones(rig)
    else:
        kept = {name: row for name, row in body.bone_map.bones.items() if name not in gone}
        rig, bone_map = body.rig, replace(body.bone_map, bones=kept)
    adapted = adapt(clip, rig, bone_map, retarget(clip, rig, bone_map), Adaptation())
    source, target = bodies(clip, rig, adapted, bone_map)
    frames, want = wanted(source, target, "left", "rightHand")
    assert np.abs(gap(target, "left", "rightHand")[frames] - want).max() < 0.01


def test_clips_without_fingers_touch_too(tmp_path: Path):
    clip, body = as_clip(emblem("clap"), tmp_path), skinned_body("giant")
    kept = [k for k, name in enumerate(clip.joints) if not any(part in name for part in FINGERS)]
    clip = replace(
        clip,
        joints=tuple(clip.joints[joint] for joint in kept),
        parents=tuple(kept.index(clip.parents[k]) if clip.parents[k] >= 0 else -1 for k in kept),
        offsets=clip.offsets[kept],
        rotations=clip.rotations[:, kept],
    )
    plain = retarget(clip, body.rig, body.bone_map)
    missed: list[float] = []
    for motion in (plain, adapt(clip, body.rig, body.bone_map, plain, Adaptation())):
        source, target = bodies(clip, body.rig, motion)
        frames, want = wanted(source, target, "left", "rightHand")
        missed.append(np.abs(gap(target, "left", "rightHand")[frames] - want).max())
    assert missed[1] < 0.01 < missed[0]


def _only(rig: Rig, names: list[str]) -> Rig:
    chosen = [rig.index(name) for name in names]
    above = [[rig.names[one] for one in rig.above(bone)] for bone in chosen]
    parents = tuple(next((names.index(name) for name in row if name in names), -1) for row in above)
    places = rig.heads[chosen], rig.tails[chosen], rig.rotations[chosen]
    skin = {name: rig.skin[name] for name in names if name in rig.skin}
    return Rig(tuple(names), parents, *places, skin=skin)


def test_arms_stay_out_of_a_body_that_is_wider(tmp_path: Path):
    motion = standing(30)
    rotations = motion.rotations.copy()
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        rotations[:, HUMANOID.index(f"{side}UpperArm")] = rotvec_to_quat([0.0, 0.0, -1.42 * sign])
    clip, body = as_clip(replace(motion, rotations=rotations), tmp_path), skinned_body("heavy")
    wide = replace(body.rig, skin={name: 1.25 * p for name, p in body.rig.skin.items()})
    plain = retarget(clip, wide, body.bone_map)
    depths = []
    for push_out in (False, True):
        adaptation = Adaptation(contacts=False, push_out=push_out)
        _, target = bodies(clip, wide, adapt(clip, wide, body.bone_map, plain, adaptation))
        depths.append(-min(gap(target, "left", group).min() for group in ("torso", "leftThigh")))
    assert depths[0] > 0.03
    assert depths[1] < 0.016


@pytest.mark.parametrize("space", [-1.0, 0.5, 1.0])
def test_arm_space_moves_hanging_arms_and_no_hand_turns(space: float, tmp_path: Path):
    clip, rig = as_clip(standing(5), tmp_path), humanoid_rig()
    plain = retarget(clip, rig, map_bones(rig))
    adaptation = Adaptation(contacts=False, push_out=False, arm_space=space)
    opened = adapt(clip, rig, map_bones(rig), plain, adaptation)
    (before, faced), (after, facing) = (posed(rig, motion) for motion in (plain, opened))
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        hand = rig.index(f"{side}Hand")
        outwards = sign * (after[:, hand, 0] - before[:, hand, 0])
        assert (np.sign(outwards) == np.sign(space)).all()
        assert 0.05 < np.abs(outwards).max() < 0.25
        np.testing.assert_allclose(facing[:, hand], faced[:, hand], atol=1e-9)


def test_arm_space_leaves_arms_at_shoulder_height(tmp_path: Path):
    clip, rig = as_clip(rest_motion(3, FPS), tmp_path), humanoid_rig()
    plain = retarget(clip, rig, map_bones(rig))
    opened = adapt(clip, rig, map_bones(rig), plain, Adaptation(arm_space=1.0))
    assert arms_turned(rig, plain, opened) < 1e-6


def test_arms_that_the_motion_leaves_alone_are_left_alone(tmp_path: Path):
    clip, body = as_clip(emblem("clap"), tmp_path), skinned_body("giant")
    plain = retarget(clip, body.rig, body.bone_map)
    kept = [bone != "leftUpperArm" for bone in plain.bones]
    bones = tuple(bone for bone, keep in zip(plain.bones, kept, strict=True) if keep)
    partial = replace(plain, bones=bones, rotations=plain.rotations[:, kept])
    adaptation = Adaptation(arm_space=1.0)
    assert adapt(clip, body.rig, body.bone_map, partial, adaptation) is partial
