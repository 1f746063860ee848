"""The characters by name: bundled ones, built into the user's cache, and those the user keeps.

A bundled character is a description in `data/avatars`; its file is built on first use. The user's
own are files in the user's data folder, such as likenesses, with a thumbnail beside each.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from gesture_core.atomic import atomic_path
from gesture_core.config import config_to_dict, load_config
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.resources import cache_dir, data_path, user_dir

if TYPE_CHECKING:
    from gesture_core.avatar.character import CharacterSpec

# letters of any script, digits, and signs that no file system minds inside a name
_NAME = re.compile(r"[^\W_]([\w .()-]{0,58}[\w)])?")


@dataclass(frozen=True)
class AvatarEntry:
    """One character: name, who it is, whether its file is there, whether the user keeps it.

    thumbnail: a square PNG of its face, None where there is none.
    """

    name: str
    description: str
    built: bool
    own: bool
    thumbnail: Path | None


def list_avatars() -> list[AvatarEntry]:
    """All bundled characters by name, then the user's own."""
    bundled = [
        AvatarEntry(
            name,
            load_bundled(name).description,
            _cached(name).exists(),
            own=False,
            thumbnail=_if_there(data_path("avatars") / f"{name}.png"),
        )
        for name in bundled_names()
    ]
    own = [
        AvatarEntry(
            path.stem, _describe(path), built=True, own=True, thumbnail=_if_there(_picture(path))
        )
        for path in _own_files()
    ]
    return bundled + own


def avatar_path(name: str, progress: Progress | None = None) -> Path:
    """Path of a character's .glb; a bundled one is built on first use (seconds) into the cache.

    The file name of those carries a digest of the description and of the building code, so a
    changed character is built anew and two versions of momjit share one cache. Raises UserError
    for an unknown name, a missing `anny` or a folder that cannot be written.
    """
    if own := own_avatar(name):
        return own
    if name not in bundled_names():
        raise _unknown(name, [*bundled_names(), *(own.stem for own in _own_files())])
    return bundled_path(name, progress)


def bundled_path(name: str, progress: Progress | None = None) -> Path:
    """The same for a bundled character only, whatever the user's own are called."""
    if name not in bundled_names():
        raise _unknown(name, bundled_names())
    path = _cached(name)
    if not path.exists():
        from gesture_core.avatar.character import build_avatar

        # force: another process may have finished the same file meanwhile
        build_avatar(load_bundled(name), path, progress or silent, force=True)
    return path


def own_avatar(name: str) -> Path | None:
    """The file of one of the user's own characters, None where none has that name."""
    return next((path for path in _own_files() if path.stem == name), None)


def check_name(name: str, *, force: bool = False) -> str:
    """A name for a character of the user's, without needless spaces.

    `UserError` where a character cannot be called so or, without `force`, one is already.
    """
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise UserError(
            f"a character cannot be called {name!r:.80}: letters, digits, spaces and -_.() only"
        )
    if name.casefold() in bundled_names():
        raise UserError(f"{name} is the name of a bundled character; choose another")
    if own_avatar(name) is not None and not force:
        raise UserError(f"you have a character called {name}; use --force to replace it")
    return name


def free_name(name: str) -> str:
    """The name, or the first with a number after it that none of the user's characters has.

    `UserError` where a character cannot be called so.
    """
    name = check_name(name, force=True)
    numbered = (f"{name} {number}" for number in count(2))
    return next(one for one in chain([name], numbered) if own_avatar(one) is None)


def keep_avatar(
    source: Path, thumbnail: Path | None = None, *, name: str | None = None, force: bool = False
) -> str:
    """Copy a character that momjit built among the user's own; returns the name it is found by.

    thumbnail: a square PNG of its face; name: by default the one in the file. `UserError` for a
    name that is taken (by the user's own: without `force`), or is none.
    """
    from gesture_core.avatar.character import read_character

    name = check_name(name or read_character(source)[0].name, force=force)
    path = user_dir() / "avatars" / f"{name}.glb"
    with atomic_path(path, force=force) as temporary:
        shutil.copyfile(source, temporary)
    if thumbnail is None:
        _picture(path).unlink(missing_ok=True)  # that of a character it replaces
    else:
        with atomic_path(_picture(path), force=True) as temporary:
            shutil.copyfile(thumbnail, temporary)
    return name


def load_bundled(name: str) -> CharacterSpec:
    """The description of a bundled character; `UserError` lists those there are."""
    from gesture_core.avatar.character import CharacterSpec

    if name not in bundled_names():
        raise _unknown(name, bundled_names())
    return load_config(CharacterSpec, data_path(f"avatars/{name}.yaml"))


def _unknown(name: str, choices: list[str]) -> UserError:
    return UserError(f"unknown character {name!r}: choose {', '.join(choices)}")


def bundled_names() -> list[str]:
    """The names of the bundled characters, sorted."""
    return [path.stem for path in sorted(data_path("avatars").glob("*.yaml"))]


def _own_files() -> list[Path]:
    return sorted((user_dir() / "avatars").glob("[!.]*.glb"))


def _picture(own: Path) -> Path:
    return own.with_suffix(".png")


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _describe(own: Path) -> str:
    """Who one of the user's characters is, or why that cannot be told."""
    from gesture_core.avatar.character import read_character

    try:
        return read_character(own)[0].description
    except UserError as error:
        return str(error)


def _cached(name: str) -> Path:
    spec = json.dumps(config_to_dict(load_bundled(name)), sort_keys=True)
    digest = hashlib.sha256(f"{spec}\n{_code_digest()}".encode()).hexdigest()[:16]
    return cache_dir() / "avatars" / f"{name}-{digest}.glb"


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """Digest of the modules that decide what a built file holds."""
    import gesture_core.formats.glb_writer as writer

    sources = [*sorted(Path(__file__).parent.glob("*.py")), Path(writer.__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
