"""Who carries whom, read off shaken rigs whose tree is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.core.carrying import NONE, UNKNOWN, Shaken, behaving_rig
from blender_addon.core.quaternion import from_rotvec, to_matrix
from blender_addon.core.retarget import RigMotion, posed
from blender_addon.core.rig import Rig


def random_rig(parents: list[int], seed: int, turned_by: dict[str, int] | None = None) -> Rig:
    rng = np.random.default_rng(seed)
    names = tuple(f"b{k}" for k in range(len(parents)))
    heads = rng.uniform(-1.0, 1.0, (len(parents), 3))
    rests = to_matrix(from_rotvec(rng.normal(size=(len(parents), 3))))
    return Rig(names, tuple(parents), heads, heads + 0.1, rests, turned_by or {})


def shake(rig: Rig, keyed: tuple[int, ...], seed: int = 0) -> Shaken:
    """Two poses of the rig in which the keyed bones are turned, worked out by `posed`."""
    rng = np.random.default_rng(seed)
    own = from_rotvec(np.radians(rng.uniform(-6.0, 6.0, (3, len(keyed), 3))))
    own[0] = [1.0, 0.0, 0.0, 0.0]
    names = tuple(rig.names[bone] for bone in keyed)
    motion = RigMotion(names, own, rig.names[0], np.zeros((3, 3)), 30.0)
    heads, turned = posed(rig, motion)
    poses = np.tile(np.eye(4), (*heads.shape[:2], 1, 1))
    poses[..., :3, :3], poses[..., :3, 3] = turned, heads
    return Shaken(poses, keyed, to_matrix(own[1:]))


def nearest_keyed(rig: Rig, keyed: tuple[int, ...], bone: int) -> int:
    return next((above for above in rig.above(bone) if above in keyed), NONE)


@given(st.integers(2, 12), st.integers(0, 10_000), st.data())
@settings(max_examples=60, deadline=None)
def test_bones_ride_on_the_nearest_keyed_bone_above(count: int, seed: int, data: st.DataObject):
    parents = [-1] + [data.draw(st.integers(-1, k - 1)) for k in range(1, count)]
    keyed = tuple(sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1))))
    rig = random_rig(parents, seed)
    shaken = shake(rig, keyed, seed)
    expected = tuple(nearest_keyed(rig, keyed, bone) for bone in range(count))
    assert shaken.carriers == expected
    # what begins where a keyed bone is fixed may as well hang from nothing
    for bone, parent in enumerate(shaken.parents):
        assert parent in (expected[bone], NONE)


def test_a_bone_that_does_not_inherit_rotation_still_rides_along():
    rig = random_rig([-1, 0, 1, 2], seed=1, turned_by={"b2": -1, "b3": 0})
    shaken = shake(rig, (0, 1, 2, 3))
    assert shaken.parents == (NONE, 0, 1, 2)
    assert shaken.carriers == (NONE, 0, NONE, 0)
    found = behaving_rig(rig.names, rig.tails, shaken)
    assert found.turned_by == {"b2": -1, "b3": 0}


def test_a_bone_that_turns_half_way_is_unknown_and_left_out():
    rig = random_rig([-1, 0, 0], seed=2)
    shaken = shake(rig, (0, 1))
    half = shaken.poses.copy()
    angles = np.radians([0.0, 2.0, -3.0])
    twist = to_matrix(from_rotvec(angles[:, None] * [0.0, 0.0, 1.0]))
    half[:, 2, :3, :3] = twist @ half[0, 2, :3, :3]
    shaken = Shaken(half, shaken.keyed, shaken.own)
    assert shaken.carriers == (NONE, 0, UNKNOWN)
    assert behaving_rig(rig.names, rig.tails, shaken).names == ("b0", "b1")


def test_a_keyed_bone_that_does_not_turn_is_unknown():
    rig = random_rig([-1, 0], seed=3)
    moving = shake(rig, (0,))
    own = to_matrix(from_rotvec(np.full((2, 2, 3), 0.05)))
    own[:, 0] = moving.own[:, 0]
    stuck = Shaken(moving.poses, (0, 1), own)
    assert stuck.carriers == (NONE, UNKNOWN)


def test_a_keyed_bone_that_drifts_hangs_from_what_turns_it():
    rig = random_rig([-1, 0, 1], seed=8)
    shaken = shake(rig, (0, 1, 2))
    drifting = shaken.poses.copy()
    drifting[1:, 2, :3, 3] += [0.02, 0.01, 0.03]
    assert Shaken(drifting, shaken.keyed, shaken.own).parents == (NONE, 0, 1)
    loose = Shaken(drifting, (0, 1), shaken.own[:, :2])
    assert loose.parents == (NONE, 0, UNKNOWN)


def test_uniform_scale_does_not_count():
    rig = random_rig([-1, 0, 1], seed=4)
    shaken = shake(rig, (0, 1))
    scaled = shaken.poses.copy()
    scaled[..., :3, :3] *= 2.5
    again = Shaken(scaled, shaken.keyed, shaken.own)
    assert again.carriers == shaken.carriers == (NONE, 0, 1)
    np.testing.assert_allclose(again.rests, rig.rotations, atol=1e-12)


def test_the_behaving_rig_moves_as_the_rig_does():
    rig = random_rig([-1, 0, 1, 1, 3, 4, 0], seed=5)
    keyed = (0, 1, 3, 5)
    found = behaving_rig(rig.names, rig.tails, shake(rig, keyed))
    assert set(found.names) == set(rig.names)
    own = from_rotvec(np.random.default_rng(6).normal(size=(4, len(keyed), 3)))
    names = tuple(rig.names[bone] for bone in keyed)
    motion = RigMotion(names, own, "b0", np.zeros((4, 3)), 30.0)
    order = [rig.index(name) for name in found.names]
    for ours, theirs in zip(posed(found, motion), posed(rig, motion), strict=True):
        np.testing.assert_allclose(ours, theirs[:, order], atol=1e-9)


def test_carriers_have_to_come_first():
    rig = random_rig([-1, 0], seed=7)
    with pytest.raises(ValueError, match="before"):
        Rig(rig.names, rig.parents, rig.heads, rig.tails, rig.rotations, {"b0": 1})
