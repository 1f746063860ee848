"""A file of several animations gives those that can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.dataset.build import build
from gesture_core.dataset.store import open_set
from gesture_core.errors import UserError
from gesture_core.skeleton import HUMANOID
from tests.data.test_build import config
from tests.test_glb import Builder


def _turning(names: tuple[str, ...]) -> Builder:
    """Our skeleton, with animations that turn it about for two seconds."""
    builder = Builder()
    for joint, name in enumerate(HUMANOID.names):
        builder.node(name, HUMANOID.children[joint], translation=HUMANOID.offsets[joint].tolist())
    times = np.arange(61) / 30.0
    half = np.sin(times) / 2.0
    turns = np.stack([np.zeros(61), np.sin(half), np.zeros(61), np.cos(half)], axis=-1)
    for name in names:
        builder.animation(name)
        for joint in range(len(HUMANOID)):
            still = np.tile([0.0, 0.0, 0.0, 1.0], (61, 1))
            builder.curve(joint, "rotation", times, still if joint else turns)
    return builder


def test_a_broken_animation_loses_only_itself(tmp_path: Path) -> None:
    builder = _turning(("bow", "broken", "wave"))
    builder.json["animations"][1]["channels"][0]["target"]["node"] = 999
    builder.write(tmp_path)
    summary = build([tmp_path / "clip.glb"], tmp_path / "set.lmdb", config("fps=30"))
    with open_set(tmp_path / "set.lmdb") as motions:
        assert [name.partition("#")[2] for name in motions.names] == ["bow", "wave"]
    refused = [reason.name for reason in summary.reasons if "broken" in reason.name]
    assert len(refused) == 1
    assert "clip.glb: animation 'broken' is not valid" in refused[0]
    assert not summary.skipped


def test_a_file_of_broken_animations_is_left_out_with_the_reason(tmp_path: Path) -> None:
    builder = _turning(("bow",))
    builder.json["animations"][0]["channels"][0]["target"]["node"] = 999
    builder.write(tmp_path)
    with pytest.raises(UserError, match="nothing usable"):
        build([tmp_path / "clip.glb"], tmp_path / "set.lmdb", config("fps=30"))
