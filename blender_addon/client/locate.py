"""Where the backend is: which command starts the worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .errors import BackendError

VARIABLE = "MOMJIT_PYTHON"
MODULE = ("-m", "gesture_core.worker")


def worker_command(preference: str, addon: Path) -> tuple[str, ...]:
    """The command that starts the worker.

    In this order: the preference's Python; the one that MOMJIT_PYTHON names; the `.venv` of the
    repository that holds the folder `addon`; `momjit` on the PATH. BackendError names what was
    looked for.
    """
    for origin, path in (("the preferences name", preference), (f"{VARIABLE} is", _variable())):
        if path:
            return (str(_python(Path(path).expanduser(), f"{origin} {path!r}")), *MODULE)
    for python in _beside(addon.resolve()):
        return (str(python), *MODULE)
    if program := shutil.which("momjit"):
        return (program, "worker")
    raise BackendError(
        "the momjit backend was not found: set its Python in the add-on's preferences, or the "
        f"variable {VARIABLE}, or put `momjit` on the PATH"
    )


def _variable() -> str:
    return os.environ.get(VARIABLE, "")


def _python(path: Path, origin: str) -> Path:
    """`path` if it is a program, or the Python of the virtual environment that it is."""
    if path.is_dir():
        for program in _programs(path):
            return program
    if not path.is_file():
        raise BackendError(f"{origin}, which is neither a Python nor a virtual environment")
    if not os.access(path, os.X_OK):
        raise BackendError(f"{origin}, which may not be executed")
    return path


def _beside(addon: Path) -> Iterator[Path]:
    for folder in addon.parents:
        if (folder / "gesture_core").is_dir():
            yield from _programs(folder / ".venv")


def _programs(environment: Path) -> Iterator[Path]:
    for relative in ("bin/python", "Scripts/python.exe"):
        if (environment / relative).is_file():
            yield environment / relative
