"""A video of the user's, before anything is laid over it."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.errors import UserError
from ..core.inset import Footage


def read_footage(path: Path) -> Footage:
    """Size, frame rate and length of a video; `UserError` where Blender cannot read it."""
    if not path.is_file():
        raise UserError(f"there is no video {path}")
    try:
        clip = bpy.data.movieclips.load(str(path.absolute()))
    except RuntimeError as error:
        raise UserError(f"{path}: Blender cannot read this video ({error})") from error
    try:
        width, height = clip.size
        if clip.source != "MOVIE" or not (width and height and clip.fps > 0.0):
            raise UserError(f"{path} is not a video that Blender can read")
        return Footage(path.absolute(), (width, height), clip.fps, clip.frame_duration)
    finally:
        bpy.data.movieclips.remove(clip)
