"""Where the backend is: which command starts the worker on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .environment import Place
from .errors import BackendError

VARIABLE = "MOMJIT_PYTHON"
MODULE = ("-m", "gesture_core.worker")


def any_command(place: Place, addon: Path) -> tuple[str, ...]:
    """The command of the first worker that is found.

    In this order: the Python that MOMJIT_PYTHON names; the environment installed at `place`; the
    `.venv` of the repository that holds the folder `addon`; `momjit` on the PATH. BackendError
    when there is none.
    """
    if path := os.environ.get(VARIABLE, ""):
        return (str(_python(Path(path).expanduser(), f"{VARIABLE} is {path!r}")), *MODULE)
    if place.installed():
        return installed_command(place)
    for python in _beside(addon.resolve()):
        return (str(python), *MODULE)
    if program := shutil.which("momjit"):
        return (program, "worker")
    raise BackendError(
        "the momjit backend was not found: install it in the add-on's preferences, or name there "
        f"the Python that has it (also: the variable {VARIABLE}, or `momjit` on the PATH)"
    )


def installed_command(place: Place) -> tuple[str, ...]:
    """The command of the environment that the add-on has installed; BackendError without one."""
    if place.installed() is None or not place.python.is_file():
        state = "not finished: repair it" if place.begun else "not installed yet: install it"
        raise BackendError(f"the backend is {state} in the add-on's preferences")
    return (str(place.python), *MODULE)


def python_command(path: str) -> tuple[str, ...]:
    """The command of a Python, or of a virtual environment, that the user names."""
    if not path:
        raise BackendError("the add-on's preferences name no Python that has momjit")
    return (str(_python(Path(path).expanduser(), f"the preferences name {path!r}")), *MODULE)


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
