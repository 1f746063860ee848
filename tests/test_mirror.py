"""A clip in the mirror."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.core.clip_reader import Clip
from blender_addon.core.mirror import PLACE, mirrored, other_sides
from blender_addon.core.quaternion import multiply, rotate
from tests.rigs import as_clip, lively_motion


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Clip:
    return as_clip(lively_motion(), tmp_path_factory.mktemp("clip"))


def places(clip: Clip) -> dict[str, np.ndarray]:
    """Where every joint is `(T, 3)`."""
    found: list[np.ndarray] = []
    turned: list[np.ndarray] = []
    for joint, parent in enumerate(clip.parents):
        if parent < 0:
            found.append(clip.root)
            turned.append(clip.rotations[:, joint])
        else:
            found.append(found[parent] + rotate(turned[parent], clip.offsets[joint]))
            turned.append(multiply(turned[parent], clip.rotations[:, joint]))
    return dict(zip(clip.joints, found, strict=True))


def test_every_joint_is_where_a_mirror_shows_the_other_one(clip):
    seen = places(mirrored(clip))
    for name, place in places(clip).items():
        (other,) = other_sides([name])
        assert seen[other] == pytest.approx(place * PLACE, abs=1e-9), name


def test_the_face_changes_sides_too(clip):
    before = dict(zip(clip.expression_names, clip.expressions.T, strict=True))
    after = mirrored(clip)
    seen = dict(zip(after.expression_names, after.expressions.T, strict=True))
    assert (seen["eyeBlinkLeft"] == before["eyeBlinkRight"]).all()
    assert (seen["jawLeft"] == before["jawRight"]).all()
    assert (seen["eyeLookInLeft"] == before["eyeLookInRight"]).all()
    assert (seen["jawOpen"] == before["jawOpen"]).all()
    assert set(seen) == set(before)


def test_twice_is_as_before(clip):
    again = mirrored(mirrored(clip))
    assert again.joints == clip.joints
    assert again.expression_names == clip.expression_names
    for name in ("rotations", "root", "offsets", "expressions"):
        assert (getattr(again, name) == getattr(clip, name)).all()
    assert again.spans == clip.spans
