"""From photos and somebody's consent to a character in the scene, in the installed extension."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image


def test_a_user_makes_cancels_and_draws_a_likeness(
    use_extension, backend, puppet, tmp_path: Path
) -> None:
    results, pictures = tmp_path / "results", tmp_path / "pictures"
    for folder in (results, pictures):
        folder.mkdir()
    for name in ("first.png", "second.png"):
        Image.new("RGB", (32, 32), "tan").save(pictures / name)
    use_extension(
        "session_likeness.py",
        backend("fake_backend.py"),
        results,
        pictures / "first.png",
        variables={**os.environ, "MOMJIT_FAKE_AVATAR": str(puppet)},
    )
