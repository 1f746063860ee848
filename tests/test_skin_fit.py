"""Sizes measured on a skin: made of the table's own surface, they must be found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.body import Body, Capsules, Shape, shape_of
from blender_addon.core.bone_map import map_bones
from blender_addon.core.gaps import gaps
from blender_addon.core.rig import Rig
from blender_addon.core.skin_fit import STANDARD_GIRTHS, measured_shape
from tests.rigs import humanoid_rig

IDENTITY = np.array([[1.0, 0.0, 0.0, 0.0]])


def resting(rig: Rig) -> dict[str, np.ndarray]:
    return dict(zip(rig.names, rig.heads, strict=True))


def surface(rig: Rig, shape: Shape, group: str, seed: int = 0) -> np.ndarray:
    """Random points on the outside of a group of capsules at rest."""
    rng = np.random.default_rng(seed)
    points = resting(rig)
    body = Body(lambda name: points[name][None], lambda _: IDENTITY, shape, rig.names)
    parts = body.capsules(group)
    part = rng.integers(len(parts.radius), size=4000)
    share, out = rng.uniform(size=(4000, 1)), rng.normal(size=(4000, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    spots = parts.start[0, part] + share * (parts.end - parts.start)[0, part]
    spots += parts.radius[part, None] * out
    depth = gaps(Capsules(spots[None], spots[None], np.zeros(len(spots))), parts).gap[0]
    return spots[depth.min(axis=1) > -1e-4]


def test_without_a_skin_the_bones_tell():
    rig = humanoid_rig()
    shape = measured_shape(rig, map_bones(rig))
    np.testing.assert_allclose(shape.head, 1.0, atol=1e-3)
    np.testing.assert_allclose(shape.face, 0.0, atol=1e-4)
    assert shape.sizes == pytest.approx(dict.fromkeys(shape.sizes, 1.0), abs=2e-3)
    assert shape.girths == {}


@pytest.mark.parametrize("shift", [(0.0, 0.0, 0.0), (0.0, 0.05, -0.02)])
def test_a_head_is_found_wherever_its_joint_sits_and_whatever_its_hair(shift):
    rig = humanoid_rig()
    true = replace(shape_of(resting(rig)), head=np.array([1.15, 1.25, 1.2]), face=np.array(shift))
    skin = surface(rig, true, "head")
    skin = skin[skin[:, 1] > rig.heads[rig.index("head"), 1] + shift[1] - 0.09]
    hair = skin[skin[:, 2] < 0.02][::3] * 1.0
    hair += 0.02 * np.random.default_rng(1).normal(size=hair.shape)
    dressed = replace(rig, skin={"head": np.concatenate([skin, hair])})
    found = measured_shape(dressed, map_bones(dressed))
    np.testing.assert_allclose(found.head, true.head, atol=0.1)
    face = skin[skin[:, 2] > rig.heads[rig.index("head"), 2] + shift[2] + 0.05]
    points = resting(rig)
    body = Body(lambda name: points[name][None], lambda _: IDENTITY, found, rig.names)
    spots = Capsules(face[None], face[None], np.zeros(len(face)))
    misses = np.abs(gaps(spots, body.capsules("head")).gap[0].min(axis=1))
    assert misses.mean() < 0.003
    assert np.percentile(misses, 95.0) < 0.008


@pytest.mark.parametrize("girth", [0.8, 1.4])
def test_limbs_are_as_thick_as_their_skin(girth: float):
    rig = humanoid_rig()
    promised = shape_of(resting(rig))
    thick = girth * STANDARD_GIRTHS["Thigh"]
    skin = surface(rig, replace(promised, girths={"leftThigh": thick}), "leftThigh")
    dressed = replace(rig, skin={"leftUpperLeg": skin})
    assert measured_shape(dressed, map_bones(dressed)).girths["leftThigh"] == pytest.approx(
        girth, abs=0.01
    )
    skirt = replace(rig, skin={"leftUpperLeg": rig.heads[0] + 5.0 * (skin - rig.heads[0])})
    assert measured_shape(skirt, map_bones(skirt)).girths["leftThigh"] == 1.8
