"""A folder of numbered pictures that says how they were made, so that work on it can go on."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from .atomic import atomic_path
from .errors import UserError
from .picture import Size

MANIFEST = "momjit-frames.json"
_MAX_MANIFEST = 1 << 16
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_NAME = re.compile(r"\d{5,}\.png")
UNFINISHED = ".unfinished-"
"""How the name of a picture begins while it is made."""

Settings = dict[str, Any]
"""What the pictures depend on, as JSON values by the words that the user knows them by."""


@dataclass(frozen=True)
class FrameFolder:
    """Pictures `00001.png`, … of one `size`."""

    path: Path
    size: Size

    def picture(self, frame: int) -> Path:
        """Where the picture of a frame is or will be."""
        return self.path / f"{frame:05d}.png"

    def missing(self, frames: Sequence[int]) -> list[int]:
        """Those of the `frames` whose picture is not there whole."""
        return [frame for frame in frames if not is_complete(self.picture(frame), self.size)]


def open_frame_folder(
    path: Path, settings: Settings, size: Size, *, resume: bool, force: bool = False
) -> FrameFolder:
    """The folder for pictures of these `settings`, made if need be.

    A folder with pictures is used only to `resume` with the same settings, or, with `force`, after
    its pictures are removed; `UserError` says what differs.
    """
    folder = FrameFolder(path, size)
    if path.exists() and not path.is_dir():
        raise UserError(f"{path} is a file, not a folder for pictures")
    if not path.exists():
        if not path.absolute().parent.is_dir():
            raise UserError(f"{path} cannot be made: there is no folder {path.absolute().parent}")
        path.mkdir()
    for left_over in path.glob(f"{UNFINISHED}*.png"):
        left_over.unlink()
    present = sorted(item.name for item in path.iterdir() if not item.name.startswith("."))
    if not present:
        _write_manifest(path, settings)
        return folder
    if MANIFEST not in present:
        raise UserError(f"{path} holds other files; give a new or empty folder for the pictures")
    if resume:
        _require_same(path, _read_manifest(path), settings)
    elif force:
        for name in present:
            if _NAME.fullmatch(name):
                (path / name).unlink()
        _write_manifest(path, settings)
    else:
        raise UserError(
            f"{path} holds pictures already; give --resume to go on or --force to begin again"
        )
    return folder


def is_complete(path: Path, size: Size) -> bool:
    """Whether a PNG file of this size is there from its first byte to its last."""
    try:
        with path.open("rb") as stream:
            head = stream.read(24)
            if len(head) < 24 or not head.startswith(_SIGNATURE):
                return False
            stream.seek(-len(_END), 2)
            return struct.unpack(">II", head[16:24]) == size and stream.read() == _END
    except OSError:
        return False


def _write_manifest(path: Path, settings: Settings) -> None:
    with atomic_path(path / MANIFEST, force=True) as temporary:
        text = json.dumps(settings, ensure_ascii=False, indent=1)
        temporary.write_text(text + "\n", encoding="utf-8")


def _read_manifest(path: Path) -> Settings:
    file = path / MANIFEST
    try:
        if file.stat().st_size > _MAX_MANIFEST:
            raise ValueError("it is too long")
        read = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(read, dict):
            raise ValueError("it holds no settings")
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            f"{file} cannot be read ({error}); --force begins the pictures again"
        ) from error
    return cast("Settings", read)


def _require_same(path: Path, before: Settings, now: Settings) -> None:
    differences = [
        f"{name} was {before.get(name)}, is now {now.get(name)}"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    ]
    if differences:
        raise UserError(
            f"{path} was begun with other settings ({'; '.join(differences)}): "
            "repeat those, or give another folder"
        )
