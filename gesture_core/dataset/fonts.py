"""A font that can write Korean, wherever this computer keeps one."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_KOREAN = "가힣ㄱ"
_NO_LETTER = "\U0010ffff"
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
    "~/AppData/Local/Microsoft/Windows/Fonts",
)
_NAMES = (
    *("NotoSansKR*", "NotoSansCJK*", "Noto Sans CJK*", "NanumGothic.*", "Pretendard*"),
    *("AppleSDGothicNeo*", "malgun.ttf", "SpoqaHanSans*", "UnDotum*", "baekmuk*"),
)


class Typeface:
    """A font file in any size; `path` None stands for Pillow's own, which knows no Korean."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def font(self, size: int) -> FreeTypeFont:
        """The font with letters of `size` pixels."""
        return _font(self.path, size)

    @property
    def korean(self) -> bool:
        """Whether Hangul can be written."""
        return not self.lacks(_KOREAN)

    def lacks(self, text: str) -> bool:
        """Whether the font has no shape for some letter of the text."""
        return not all(_has(self.path, letter) for letter in _letters(text))

    def drawable(self, text: str) -> str:
        """The text with its jamo composed, and dots for letters that the font has no shape for."""
        groups = groupby(_letters(text), key=lambda letter: _has(self.path, letter))
        return "".join("".join(group) if known else "..." for known, group in groups)


@lru_cache(maxsize=1)
def find_typeface() -> Typeface:
    """The first font that can write Korean, or Pillow's own where there is none.

    Asked are fontconfig, the folders in which systems keep fonts, and Blender, which brings one.
    """
    for path in _candidates():
        typeface = Typeface(path)
        if typeface.korean:
            return typeface
    return Typeface(None)


def _candidates() -> Iterator[Path]:
    yield from _from_fontconfig()
    for folder in _FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            for name in _NAMES:
                yield from sorted(root.rglob(name))
    for home in _blender_homes():
        yield from sorted(home.glob("*/datafiles/fonts/*CJK*"))


def _from_fontconfig() -> Iterator[Path]:
    program = shutil.which("fc-match")
    if program is None:
        return
    command = [program, "--format=%{file}", "sans:lang=ko"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if found.returncode == 0 and found.stdout:
        yield Path(found.stdout)


def _blender_homes() -> Iterator[Path]:
    """Folders that hold the version folder of a Blender: the Python module's, the program's."""
    module = importlib.util.find_spec("bpy")
    if module is not None and module.submodule_search_locations:
        yield from (Path(place) for place in module.submodule_search_locations)
    program = shutil.which("blender")
    if program is not None:
        home = Path(program).resolve().parent
        yield home.parent / "Resources" if sys.platform == "darwin" else home


@lru_cache(maxsize=64)
def _font(path: Path | None, size: int) -> FreeTypeFont:
    from PIL import ImageFont
    from PIL.ImageFont import FreeTypeFont

    if path is not None:
        return ImageFont.truetype(str(path), size)
    font = ImageFont.load_default(size)
    if not isinstance(font, FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType")
    return font


def _letters(text: str) -> str:
    """The text with its jamo composed, without characters that are not to be seen."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in composed if unicodedata.category(letter)[0] != "C")


@lru_cache(maxsize=4096)
def _has(path: Path | None, letter: str) -> bool:
    """Whether the font has a shape for a letter other than the one for letters it lacks."""
    if letter == " ":
        return True
    try:
        shape, missing = _shape(path, letter), _shape(path, _NO_LETTER)
    except OSError:  # no font file, or one that is damaged
        return False
    return any(shape) and shape != missing


def _shape(path: Path | None, letter: str) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("L", (48, 48))
    ImageDraw.Draw(picture).text((8, 4), letter, font=_font(path, 24), fill=255)
    return picture.tobytes()
