"""Characters that the backend has made, kept by the hash of their content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from .errors import BackendError
from .files import write_whole
from .job import Job

FILE = "character.glb"
THUMBNAILS = "thumbnails"


def question(name: str, folder: Path) -> dict[str, Any]:
    """Arguments of the job "avatar": the name, and what need not be sent because it is here."""
    return {"name": name, "known": sorted(path.stem for path in folder.glob("*.glb"))[:1000]}


def keep(job: Job, folder: Path) -> Path:
    """The file that a job "avatar" answered with; BackendError unless it is what it claims."""
    digest = str(job.result.get("sha256"))
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise BackendError(f"the backend sent a character without its hash: {digest!r:.100}")
    path = folder / f"{digest}.glb"
    if not path.is_file():
        content = job.files.get(FILE)
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            raise BackendError("the backend sent a character that is damaged")
        write_whole(path, content)
    return path


def keep_thumbnails(job: Job, folder: Path) -> None:
    """The pictures that a job "avatars" answered with, in place of those of the last answer."""
    for name, content in job.files.items():
        write_whole(folder / name, content)
    for path in folder.glob("*.png"):
        if path.name not in job.files:
            path.unlink()
