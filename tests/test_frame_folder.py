"""A folder of pictures keeps what is whole and refuses what does not belong together."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from struct import pack

import pytest

from blender_addon.core.errors import UserError
from blender_addon.core.frame_folder import MANIFEST, FrameFolder, is_complete, open_frame_folder

SIZE = (3, 2)
SETTINGS = {"size": "3x2", "fps": 30.0, "camera": "half"}


def png(size: tuple[int, int] = SIZE) -> bytes:
    """The smallest grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * size[0] for _ in range(size[1]))
    head = pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def begun(path: Path) -> FrameFolder:
    return open_frame_folder(path, SETTINGS, SIZE, resume=False)


def test_only_whole_pictures_of_the_size_count(tmp_path):
    folder = begun(tmp_path / "frames")
    whole = png()
    folder.picture(1).write_bytes(whole)
    folder.picture(2).write_bytes(whole[:-1])
    folder.picture(3).write_bytes(b"")
    folder.picture(4).write_bytes(png((2, 3)))
    assert folder.missing(range(1, 7)) == [2, 3, 4, 5, 6]
    assert not any(is_complete(folder.picture(2), SIZE) for _ in range(2))
    assert all(not is_complete(one, SIZE) for one in (tmp_path, tmp_path / "none"))


def test_going_on_needs_the_same_settings(tmp_path):
    path = tmp_path / "frames"
    begun(path).picture(1).write_bytes(png())
    assert open_frame_folder(path, SETTINGS, SIZE, resume=True).missing([1, 2]) == [2]
    other = SETTINGS | {"camera": "full", "engine": "cycles"}
    with pytest.raises(
        UserError, match="camera was half, is now full; engine was None, is now cyc"
    ):
        open_frame_folder(path, other, SIZE, resume=True)
    with pytest.raises(UserError, match="--resume .* --force"):
        begun(path)


def test_beginning_again_removes_pictures_and_nothing_else(tmp_path):
    path = tmp_path / "frames"
    begun(path).picture(1).write_bytes(png())
    (path / "notes.txt").write_text("mine")
    (path / ".unfinished-0002.png").write_bytes(b"")
    open_frame_folder(path, SETTINGS | {"fps": 24.0}, SIZE, resume=False, force=True)
    assert sorted(item.name for item in path.iterdir()) == [MANIFEST, "notes.txt"]
    assert json.loads((path / MANIFEST).read_text())["fps"] == 24.0


def test_folders_of_others_are_left_alone(tmp_path):
    holiday = tmp_path / "holiday"
    holiday.mkdir()
    (holiday / "00001.png").write_bytes(png())
    for force in (False, True):
        with pytest.raises(UserError, match="holds other files"):
            open_frame_folder(holiday, SETTINGS, SIZE, resume=False, force=force)
    with pytest.raises(UserError, match="is a file"):
        begun(holiday / "00001.png")
    with pytest.raises(UserError, match="there is no folder"):
        begun(tmp_path / "no" / "frames")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\0" * 80_000])
def test_a_damaged_manifest_is_said(tmp_path, text):
    path = tmp_path / "frames"
    begun(path)
    (path / MANIFEST).write_text(text)
    with pytest.raises(UserError, match=f"{MANIFEST} cannot be read"):
        open_frame_folder(path, SETTINGS, SIZE, resume=True)
