"""Texts in the sequencer, over a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from ..core.captions import LEADING, Captions, letter_size
from ..core.errors import UserError
from ..core.inset import Box
from ..core.picture import safe_area
from ..core.subtitles import Cue

_SAID, _SIGNED = (1.0, 1.0, 1.0, 1.0), (1.0, 0.86, 0.35, 1.0)
"""Colours of sentences and of glosses."""
_FONTS = (
    "NotoSansCJK*", "NotoSansKR*", "NanumGothic*", "NanumBarun*", "malgun*", "AppleSDGothicNeo*",
)  # fmt: skip
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts",
                 "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip


def lay_captions(
    scene: bpy.types.Scene, captions: Captions, box: Box, fps: float, delay: int, channel: int
) -> None:
    """Write captions at the lower edge of a `box` of the picture, `delay` frames later than their
    clock, into the `channel` and the one above."""
    if not captions:
        return
    font = _hangul_font()
    letter, middle = letter_size(box.size), box.left + box.width / 2.0
    bottom = box.bottom + safe_area(box.size).bottom * box.height
    above = bottom + (captions.lines - 1) * LEADING * letter
    rows: Sequence[tuple[Sequence[Cue], float, tuple[float, ...]]] = (
        (captions.said, bottom, _SAID),
        (captions.signed, above, _SIGNED),
    )
    for row, (cues, height, color) in enumerate(rows):
        for cue in cues:
            start = 1 + delay + round(cue.start * fps)
            frames = range(start, max(1 + delay + round(cue.end * fps), start + 1))
            strip = compat.add_text(scene, "\n".join(cue.lines), frames, channel + row)
            _style(strip, font, letter, color)
            strip.location = middle / scene.render.resolution_x, height / scene.render.resolution_y


def _style(strip: Any, font: bpy.types.VectorFont, letter: float, color: tuple[float, ...]) -> None:
    strip.font, strip.font_size, strip.wrap_width = font, letter, 0.0
    strip.color = color
    strip.use_outline, strip.outline_color = True, (0.0, 0.0, 0.0, 0.9)
    strip.outline_width = max(0.08, 1.5 / letter)
    strip.use_shadow, strip.shadow_color = True, (0.0, 0.0, 0.0, 0.5)
    strip.blend_type = "ALPHA_OVER"


def _hangul_font() -> bpy.types.VectorFont:
    """Blender's own font for Chinese, Japanese and Korean, or one of the system's for Korean."""
    bundled = bpy.utils.system_resource("DATAFILES", path="fonts")
    inside = sorted(Path(bundled).glob("*CJK*")) if bundled else []
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    installed = (
        found
        for folder in folders
        if folder.is_dir()
        for pattern in _FONTS
        for found in sorted(folder.rglob(pattern))
    )
    path = next(iter(inside), None) or next(installed, None)
    if path is None:
        raise UserError(
            "no font with Hangul was found to burn subtitles in: install Noto Sans CJK or Nanum"
        )
    return bpy.data.fonts.load(str(path), check_existing=True)
