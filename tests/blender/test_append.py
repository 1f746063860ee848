"""A character in a .blend that holds other things too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_character_comes_alone(blender: Callable[..., Any], tmp_path: Path) -> None:
    told = blender("append_character.py", tmp_path / "studio.blend")
    assert told["shown"] == ["body", "glasses", "hero", "holder"]
    assert told["kept"] == ["body", "glasses", "hero", "holder", "widget"]  # a bone shows it
    assert told["meshes"] == ["body"]
