"""The environment that the add-on installs the backend into, and the wheel that it carries."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import Any

from .errors import BackendError
from .installer import MARKER, environment_python

MARKER_LIMIT = 64 * 1024
METADATA_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Wheel:
    """The backend as the zip of the add-on carries it.

    `identity` changes with the contents, not with the date; `characters` are the requirements of
    the bundled characters, which are installed without their own.
    """

    path: Path
    version: str
    requires_python: str
    identity: str
    characters: tuple[str, ...]


@dataclass(frozen=True)
class Installed:
    """What a finished environment says of itself."""

    version: str
    identity: str
    python: str


@dataclass(frozen=True)
class Place:
    """The folder that holds everything that installing leaves on the disk."""

    folder: Path

    @property
    def environment(self) -> Path:
        """The virtual environment."""
        return self.folder / "environment"

    @property
    def downloads(self) -> Path:
        """What an interrupted installation has fetched already."""
        return self.folder / "downloads"

    @property
    def cache(self) -> Path:
        """What the backend builds once, such as characters."""
        return self.folder / "cache"

    @property
    def log(self) -> Path:
        """What pip said the last time."""
        return self.folder / "install.log"

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return environment_python(self.environment)

    @property
    def begun(self) -> bool:
        """Whether there is an environment, finished or not."""
        return self.environment.exists()

    def installed(self) -> Installed | None:
        """What is installed; None when nothing is, or when it was not finished."""
        try:
            with (self.environment / MARKER).open("rb") as stream:
                marker: Any = json.loads(stream.read(MARKER_LIMIT))
            return Installed(*(str(marker[key]) for key in ("version", "identity", "python")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def clear(self) -> None:
        """Delete all of it; OSError when something cannot be deleted."""
        if self.folder.exists():
            (self.environment / MARKER).unlink(missing_ok=True)  # half of it is not installed
            shutil.rmtree(self.folder)

    def size(self) -> int:
        """Bytes on the disk."""
        return _size(str(self.folder)) if self.folder.exists() else 0


def bundled_wheel(addon: Path) -> Wheel:
    """The wheel in the add-on's folder; BackendError in a copy that was not built as a zip."""
    wheels = sorted((addon / "backend").glob("*.whl"))
    if not wheels:
        raise BackendError(
            "this copy of the add-on does not carry the backend: install the zip that "
            "`make extension` builds, or name a Python that has momjit"
        )
    return read_wheel(wheels[-1])


def read_wheel(path: Path) -> Wheel:
    """What a wheel says of itself; BackendError when it is damaged."""
    try:
        with zipfile.ZipFile(path) as bundle:
            contents = sorted((entry.filename, entry.CRC) for entry in bundle.infolist())
            (name,) = [name for name, _ in contents if name.endswith(".dist-info/METADATA")]
            if bundle.getinfo(name).file_size > METADATA_LIMIT:
                raise ValueError("its description is too long")
            metadata = Parser().parsestr(bundle.read(name).decode("utf-8"), headersonly=True)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BackendError(f"{path} is damaged, install the add-on again: {error}") from error
    requirements = metadata.get_all("Requires-Dist") or []
    marked = re.compile(r"(.*?)\s*;\s*extra == ['\"]avatar['\"]")
    return Wheel(
        path,
        str(metadata["Version"]),
        ",".join(sorted(str(metadata["Requires-Python"]).split(","), reverse=True)),  # ">=" first
        hashlib.sha256(repr(contents).encode()).hexdigest(),
        tuple(match[1] for text in requirements if (match := marked.fullmatch(text))),
    )


def space_needed(torch_options: str) -> int:
    """Bytes that an installation takes at its height, with PyTorch from where it comes.

    On Linux the ordinary index gives the build for NVIDIA's cards, with their libraries.
    """
    return 9 * 10**9 if sys.platform == "linux" and not torch_options.strip() else 4 * 10**9


def _size(folder: str) -> int:
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _size(entry.path)
            else:
                total += entry.stat(follow_symlinks=False).st_size
    return total
