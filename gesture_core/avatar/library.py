"""The bundled characters: descriptions in `data/avatars`, files built into the user's cache."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gesture_core.config import config_to_dict, load_config
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.resources import cache_dir, data_path

if TYPE_CHECKING:
    from gesture_core.avatar.character import CharacterSpec


@dataclass(frozen=True)
class AvatarEntry:
    """One bundled character: its name, who it is, whether its file is in the cache."""

    name: str
    description: str
    built: bool


def list_avatars() -> list[AvatarEntry]:
    """All bundled characters, by name."""
    entries = []
    for path in sorted(data_path("avatars").glob("*.yaml")):
        description = _load(path.stem).description
        entries.append(AvatarEntry(path.stem, description, _cached(path.stem).exists()))
    return entries


def avatar_path(name: str, progress: Progress | None = None) -> Path:
    """Path of a character's .glb, built on first use (seconds) into the cache.

    The file name carries a digest of the description and of the building code, so a changed
    character is built anew and two versions of momjit share one cache. Raises UserError for
    an unknown name, a missing `anny` or a folder that cannot be written.
    """
    path = _cached(name)
    if not path.exists():
        from gesture_core.avatar.character import build_avatar

        # force: another process may have finished the same file meanwhile
        build_avatar(_load(name), path, progress or silent, force=True)
    return path


def _load(name: str) -> CharacterSpec:
    from gesture_core.avatar.character import CharacterSpec

    names = [path.stem for path in sorted(data_path("avatars").glob("*.yaml"))]
    if name not in names:
        raise UserError(f"unknown character {name!r}: choose {', '.join(names)}")
    return load_config(CharacterSpec, data_path(f"avatars/{name}.yaml"))


def _cached(name: str) -> Path:
    spec = json.dumps(config_to_dict(_load(name)), sort_keys=True)
    digest = hashlib.sha256(f"{spec}\n{_code_digest()}".encode()).hexdigest()[:16]
    return cache_dir() / "avatars" / f"{name}-{digest}.glb"


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """Digest of the modules that decide what a built file holds."""
    import gesture_core.formats.glb_writer as writer

    sources = [*sorted(Path(__file__).parent.glob("*.py")), Path(writer.__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
