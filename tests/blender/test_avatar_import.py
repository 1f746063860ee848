"""A built character as Blender's own glTF importer sees it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gesture_core.avatar.library import avatar_path
from gesture_core.motion import EXPRESSIONS
from gesture_core.skeleton import HUMANOID

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)


@pytest.fixture(scope="module")
def seen(blender: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOMJIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        path: Path = avatar_path("mina")
    return blender("read_avatar.py", path)


def test_bones_keys_and_roles_arrive(seen: dict[str, Any]) -> None:
    assert set(HUMANOID.names) <= set(seen["bones"])
    assert seen["keys"] == list(EXPRESSIONS)
    assert {"body", "eyes", "hair", "teeth", "top", "trousers", "shoes"} <= set(seen["meshes"])
    assert {"skin", "eye", "hair", "cloth"} <= set(seen["roles"])
    assert seen["licence"] == "CC0-1.0"


def test_blender_stands_it_upright_facing_the_viewer(seen: dict[str, Any]) -> None:
    # Blender's Z is up and the character looks along -Y: its left hand is at +X
    assert 1.5 < seen["high"][2] < 1.7
    assert seen["high"][1] < 0.2


def test_keys_and_bones_move_the_body(seen: dict[str, Any]) -> None:
    assert 0.01 < seen["jaw"] < 0.05
    assert seen["hand"] > 0.05
    assert seen["moved_side"] > 0.2  # only the left hand
