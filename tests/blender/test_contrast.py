"""Whoever reads signs sees the hands: before clothes, before the face and beside the body."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gesture_core.avatar.library import avatar_path
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.signing.lexicon import load_lexicon
from gesture_core.signing.preview import preview_motion


def ratio(one: float, other: float) -> float:
    """Contrast as WCAG 2 has it, of relative luminances; 3 is asked of graphics, 4.5 of texts."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_a_hand_before_the_face_and_the_clothes_stands_out(blender: Any, tmp_path: Path) -> None:
    motion = preview_motion("어지럽다", load_lexicon())
    clip = tmp_path / "dizzy.npz"
    save_clip(clip, Clip(motion, None, {}))
    (sign,) = [span for span in motion.spans if span.kind == "gloss"]
    middle = 1 + round(0.5 * (sign.start + sign.end) * motion.fps)
    picture = tmp_path / "dizzy.png"
    seen = blender(
        "read_contrast.py", clip, avatar_path("signer"), "workbench", middle, 280, picture
    )
    assert ratio(seen["hand"], seen["clothes"]) > 4.5, seen
    assert ratio(seen["hand"], seen["nothing"]) > 2.2, seen
    assert seen["before clothes"] > 35.0, seen
    assert seen["before face"] > 11.0, seen
