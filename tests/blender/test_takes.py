"""An animator's work with results: masks, strength, history, mirror, fewer keys, NLA."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import Motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID


@pytest.fixture(scope="module")
def one_sided_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The left arm swings forwards within 15 frames, nothing else moves."""
    turns = np.zeros((15, len(HUMANOID), 3))
    turns[:, HUMANOID.index("leftUpperArm"), 1] = np.linspace(0.0, -1.2, 15)
    root = np.tile(HUMANOID.offsets[0], (15, 1))
    path = tmp_path_factory.mktemp("one_sided") / "clip.npz"
    save_clip(path, Clip(Motion(HUMANOID, rotvec_to_quat(turns), root, 30.0), None, {"text": "왼"}))
    return path


def test_what_an_animator_does_with_takes(blender, spoken_clip, one_sided_clip, puppet, tmp_path):
    assert blender("session_takes.py", spoken_clip, one_sided_clip, puppet, tmp_path) is True
