"""The skeleton and the keys that other programs get of a rig."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.core.game_rig import game_tree, pose_keys, turn_and_scale
from blender_addon.core.quaternion import from_rotvec, to_matrix


def names_of(tree, names):
    """Parent by bone, by name."""
    bones = [names[bone] for bone in tree.bones]
    return {
        bone: bones[parent] if parent >= 0 else ""
        for bone, parent in zip(bones, tree.parents, strict=True)
    }


def test_a_rig_of_deforming_bones_stays_as_it_is():
    tree = game_tree((-1, 0, 1, 0), (True,) * 4, {})
    assert tree.bones == (0, 1, 3, 2)
    assert names_of(tree, "abcd") == {"a": "", "b": "a", "d": "a", "c": "b"}


def test_a_rig_without_deforming_bones_keeps_all():
    assert len(game_tree((-1, 0, 1), (False,) * 3, {}).bones) == 3


def test_controls_between_deforming_bones_are_left_out():
    names = ("root", "ctrl", "spine", "helper", "arm")
    tree = game_tree((-1, 0, 1, 2, 3), (False, False, True, False, True), {})
    assert names_of(tree, names) == {"root": "", "spine": "root", "arm": "spine"}


def test_a_bone_on_a_control_hangs_from_what_follows_the_control():
    """As in Rigify: DEF-spine copies tweak_spine, and DEF-thigh hangs from a child of that."""
    names = ("root", "DEF-spine", "tweak_spine", "ORG-spine", "DEF-thigh")
    tree = game_tree((-1, 0, 0, 2, 3), (False, True, False, False, True), {2: 1})
    assert names_of(tree, names) == {"root": "", "DEF-spine": "root", "DEF-thigh": "DEF-spine"}


def test_bones_that_follow_each_other_s_controls_make_no_ring():
    """Each of two bones hangs from the control that the other one follows."""
    tree = game_tree((-1, -1, 0, 1), (False, False, True, True), {0: 3, 1: 2})
    assert tree.bones == (1, 3, 2)
    assert tree.parents == (-1, 0, 1)


@st.composite
def rigs(draw):
    count = draw(st.integers(1, 12))
    parents = [draw(st.integers(-1, bone - 1)) for bone in range(count)]
    deforming = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    bones = st.integers(0, count - 1)
    return parents, deforming, draw(st.dictionaries(bones, bones, max_size=count))


@given(rigs())
def test_every_deforming_bone_is_kept_once_in_a_tree(rig):
    parents, deforming, followers = rig
    tree = game_tree(parents, deforming, followers)
    assert len(set(tree.bones)) == len(tree.bones)
    wanted = {bone for bone, deforms in enumerate(deforming) if deforms} or set(range(len(parents)))
    assert wanted <= set(tree.bones)
    assert all(parent < place for place, parent in enumerate(tree.parents))


def placements(rng, *shape):
    """Random turns and places."""
    matrices = np.tile(np.eye(4), (*shape, 1, 1))
    matrices[..., :3, :3] = to_matrix(from_rotvec(rng.normal(size=(*shape, 3))))
    matrices[..., :3, 3] = rng.normal(size=(*shape, 3))
    return matrices


def played(parents, rest, keys):
    """What a program makes of the keys: matrices (T, B, 4, 4)."""
    result = np.empty((len(keys.rotations), len(parents), 4, 4))
    for bone, parent in enumerate(parents):
        basis = np.tile(np.eye(4), (len(result), 1, 1))
        turn = to_matrix(keys.rotations[:, bone])
        basis[:, :3, :3] = turn * keys.scales[:, bone, None, :]
        basis[:, :3, 3] = keys.locations[:, bone]
        above = result[:, parent] @ np.linalg.inv(rest[parent]) if parent >= 0 else np.eye(4)
        result[:, bone] = above @ rest[bone] @ basis
    return result


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_keys_play_back_the_poses(seed):
    rng = np.random.default_rng(seed)
    parents = (-1, 0, 1, 1)
    rest, poses = placements(rng, 4), placements(rng, 6, 4)
    poses[..., :3, :3] *= rng.uniform(0.8, 1.2, size=(6, 4, 1, 1))
    keys = pose_keys(parents, rest, poses)
    np.testing.assert_allclose(played(parents, rest, keys), poses, atol=2e-3)
    steps = np.sum(keys.rotations[1:] * keys.rotations[:-1], axis=-1)
    assert (steps >= 0.0).all()


def test_a_stretched_bone_keeps_places_and_directions_of_all():
    rng = np.random.default_rng(3)
    parents = (-1, 0, 1)
    rest, poses = placements(rng, 3), placements(rng, 5, 3)
    poses[:, 0, :3, :3] = poses[:, 0, :3, :3] * [0.8, 1.5625, 0.8]  # thinner, longer, as large
    keys = pose_keys(parents, rest, poses)
    assert (keys.scales == 1.0).all()
    again = played(parents, rest, keys)
    np.testing.assert_allclose(again[..., :3, 3], poses[..., :3, 3], atol=1e-9)
    along = poses[..., :3, 1] / np.linalg.norm(poses[..., :3, 1], axis=-1, keepdims=True)
    np.testing.assert_allclose(again[..., :3, 1], along, atol=1e-9)


def test_a_bone_at_the_end_may_be_stretched():
    rng = np.random.default_rng(4)
    rest, poses = placements(rng, 2), placements(rng, 5, 2)
    poses[:, 1, :3, :3] = poses[:, 1, :3, :3] * [0.9, 1.4, 1.1]
    keys = pose_keys((-1, 0), rest, poses)
    np.testing.assert_allclose(keys.scales[:, 1], np.tile([0.9, 1.4, 1.1], (5, 1)))
    np.testing.assert_allclose(played((-1, 0), rest, keys), poses, atol=1e-9)


def test_turn_and_scale_of_a_scaled_turn():
    turn = to_matrix(from_rotvec(np.array([0.3, -0.4, 1.0])))
    found, scale = turn_and_scale(turn * [2.0, 3.0, 0.5])
    np.testing.assert_allclose(found, turn, atol=1e-12)
    np.testing.assert_allclose(scale, [2.0, 3.0, 0.5])
