"""Writing a performance to whatever files are asked for, each kind told by its suffix."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from gesture_core.atomic import check_writable
from gesture_core.blender import (
    RENDERED,
    SCENES,
    RenderSettings,
    check_blender,
    render_clip,
    retarget_clip,
)
from gesture_core.errors import UserError
from gesture_core.formats.audio import write_wav
from gesture_core.formats.bvh import write_bvh
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.perform import Performance
from gesture_core.progress import Progress

SUFFIXES = (*RENDERED, ".bvh", *SCENES, ".wav", ".npz")
UNITS = ("m", "cm")
ENGINES = ("workbench", "cycles", "eevee")
CAMERAS = ("bust", "half", "full")
MAX_PIXELS = 8192
AVATAR_SUFFIXES = (".glb", ".gltf", ".vrm", ".fbx", ".blend")


def needs_blender(outputs: Sequence[Path]) -> bool:
    """Whether any of the outputs is made by Blender."""
    return any(output.suffix.lower() in (*RENDERED, *SCENES) for output in outputs)


def check_outputs(outputs: Sequence[Path], *, units: str, force: bool) -> None:
    """Raise `UserError` for any output that could not be written, before work begins."""
    if units not in UNITS:
        raise UserError(f"unknown units {units!r}; valid: {', '.join(UNITS)}")
    for output in outputs:
        if output.suffix.lower() not in SUFFIXES:
            raise UserError(
                f"{output}: unknown kind {output.suffix or 'without a suffix'!r}; "
                f"valid: {' '.join(SUFFIXES)}"
            )
    targets = [*outputs, *_clip_audio(outputs).values()]
    if len({target.absolute() for target in targets}) < len(targets):
        raise UserError(f"the same output is named twice: {' '.join(map(str, targets))}")
    for target in targets:
        check_writable(target, force=force)
    if needs_blender(outputs):
        check_blender()


def render_settings(
    avatar: str, engine: str, size: str, camera: str, progress: Progress
) -> RenderSettings:
    """Checked settings from what a user types; a bundled `avatar` is built if it is not yet."""
    width, times, height = size.lower().partition("x")
    if not (times and width.isdecimal() and height.isdecimal()):
        raise UserError(f"size {size!r} is not WIDTHxHEIGHT, such as 1280x720")
    pixels = (int(width), int(height))
    if not all(16 <= side <= MAX_PIXELS and side % 2 == 0 for side in pixels):
        raise UserError(f"size {size}: sides must be even and within 16 to {MAX_PIXELS} pixels")
    if engine not in ENGINES:
        raise UserError(f"unknown engine {engine!r}; valid: {', '.join(ENGINES)}")
    if camera not in CAMERAS:
        raise UserError(f"unknown camera {camera!r}; valid: {', '.join(CAMERAS)}")
    return RenderSettings(_avatar_file(avatar, progress), engine, pixels, camera)


def _avatar_file(avatar: str, progress: Progress) -> Path:
    """The file of a character given as a bundled name or as a path."""
    from gesture_core.avatar.library import avatar_path

    path = Path(avatar)
    if path.suffix.lower() not in AVATAR_SUFFIXES:
        return avatar_path(avatar, progress)
    if not path.is_file():
        raise UserError(f"there is no character file {path}")
    return path


def write_outputs(
    performance: Performance,
    outputs: Sequence[Path],
    *,
    units: str,
    settings: RenderSettings | None,
    progress: Progress,
    force: bool = False,
) -> tuple[str, ...]:
    """Write every output; returns the names of what the character had no counterpart for.

    `units`: m or cm, for BVH; `settings`: how to render, needed for what Blender makes.
    """
    audio = _clip_audio(outputs)
    for output in outputs:
        suffix = output.suffix.lower()
        if suffix == ".bvh":
            progress(0.0, f"writing {output.name}")
            write_bvh(output, performance.motion, units=units, force=force)
        elif suffix == ".wav":
            write_speech(output, performance, force=force)
        elif suffix == ".npz":
            write_clip(output, performance, audio.get(output), force=force)
    blender_outputs = [output for output in outputs if needs_blender([output])]
    if not blender_outputs:
        return ()
    if settings is None:
        raise ValueError("outputs made by Blender need render settings")
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip = Path(folder) / "clip.npz"
        write_clip(clip, performance, clip.with_suffix(".wav"))
        return render_clip(clip, blender_outputs, settings, progress, force=force)


def write_speech(path: Path, performance: Performance, *, force: bool = False) -> None:
    """The speech as a WAV file on the clock of the motion."""
    write_wav(path, performance.utterance.samples, performance.utterance.rate, force=force)


def write_clip(
    path: Path, performance: Performance, audio: Path | None, *, force: bool = False
) -> None:
    """The clip file, and its speech into `audio` beside it unless that is written elsewhere."""
    if audio is not None:
        write_speech(audio, performance, force=force)
    save_clip(
        path,
        Clip(performance.motion, audio or path.with_suffix(".wav"), performance.provenance),
        force=force,
    )


def retarget_motion(
    source: Path,
    rig: Path,
    outputs: Sequence[Path],
    progress: Progress,
    *,
    animation: str | None = None,
    force: bool = False,
) -> tuple[str, ...]:
    """Read any motion file, put it onto the character in `rig` and export the result.

    `animation`: which one of a file that holds several.
    """
    from gesture_core.pose.read import read_motion

    for output in outputs:
        check_writable(output, force=force)
    if source.suffix.lower() == ".npz":
        return retarget_clip(source, rig, outputs, progress, force=force)
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip = Path(folder) / "clip.npz"
        save_clip(
            clip, Clip(read_motion(source, animation=animation), None, {"source": source.name})
        )
        return retarget_clip(clip, rig, outputs, progress, force=force)


def _clip_audio(outputs: Sequence[Path]) -> dict[Path, Path]:
    """The WAV beside each clip output, unless the user asked for that very file anyway."""
    asked = {output.absolute() for output in outputs}
    return {
        output: output.with_suffix(".wav")
        for output in outputs
        if output.suffix.lower() == ".npz" and output.with_suffix(".wav").absolute() not in asked
    }
