"""Which Python the backend can have: one of a version that its wheel runs on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .errors import BackendError

NEWEST, OLDEST = 14, 11
"""Minor versions of Python 3 whose names are looked for."""
QUESTION = "import sys; print(*sys.version_info[:3]); import venv, ensurepip; print('able')"

Version = tuple[int, ...]


def suitable_python(requirement: str, preferred: str = "") -> Path:
    """A Python that fits `requirement`, such as ">=3.11,<3.12": the preferred one, or the first.

    Blender's own comes first, then those on the PATH and in the usual folders. It takes a moment
    for each of them. BackendError names what was found when none fits.
    """
    rejected: list[str] = []
    for path in dict.fromkeys([preferred] if preferred else _candidates()):
        version, able = ask_python(path)
        right = bool(version) and fits(version, requirement)
        if right and able:
            return Path(path)
        said = ".".join(map(str, version)) if version else "no Python"
        rejected.append(f"{path} ({said}{', without its module venv' if right else ''})")
    found = ", ".join(rejected) or "none"
    raise BackendError(
        f"momjit needs a Python of version {requirement} that can make virtual environments; "
        f"found: {found}. Install such a Python, or name one in the preferences"
    )


def fits(version: Version, requirement: str) -> bool:
    """Whether a version fits comparisons with commas between; ValueError for any other text."""
    return all(_fits_one(version, part.strip()) for part in requirement.split(","))


def _fits_one(version: Version, comparison: str) -> bool:
    match = re.fullmatch(r"(>=|<=|<|>)\s*(\d+(?:\.\d+)*)", comparison)
    if match is None:
        raise ValueError(f"{comparison!r} does not compare versions")
    sign, wanted = match[1], tuple(map(int, match[2].split(".")))
    length = max(len(version), len(wanted))
    left, right = (v + (0,) * (length - len(v)) for v in (version, wanted))
    return {">=": left >= right, "<=": left <= right, "<": left < right, ">": left > right}[sign]


def ask_python(path: str) -> tuple[Version, bool]:
    """The version of a Python, empty for anything else, and whether it makes environments."""
    try:
        done = subprocess.run(
            [path, "-I", "-c", QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return (), False
    words = done.stdout.split()
    if len(words) < 3 or not all(word.isdecimal() for word in words[:3]):
        return (), False
    return tuple(map(int, words[:3])), words[3:] == ["able"]


def _candidates() -> Iterator[str]:
    # Some packages of Blender let this be Blender itself, which must not be started.
    if Path(sys.executable).name.lower().startswith("python"):
        yield sys.executable
    names = [f"python3.{minor}" for minor in range(NEWEST, OLDEST - 1, -1)]
    for name in (*names, "python3", "python"):
        if found := shutil.which(name):
            yield found
    for folder in _folders():
        for name in (*names, "python"):
            path = folder / (f"{name}.exe" if os.name == "nt" else name)
            if path.is_file():
                yield str(path)


def _folders() -> Iterator[Path]:
    """Where Pythons are that a program started from a desktop does not have on its PATH."""
    versions = [f"3.{minor}" for minor in range(NEWEST, OLDEST - 1, -1)]
    home = Path.home()
    if os.name == "nt":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        for version in versions:
            yield local / "Programs/Python" / f"Python{version.replace('.', '')}"
        return
    yield from (Path("/usr/local/bin"), Path("/opt/homebrew/bin"), home / ".local/bin")
    for version in versions:
        yield Path(f"/Library/Frameworks/Python.framework/Versions/{version}/bin")
        yield from sorted((home / ".pyenv/versions").glob(f"{version}.*/bin"), reverse=True)
