"""Writing a performance to whatever files are asked for, each kind told by its suffix."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from gesture_core.atomic import check_writable
from gesture_core.blender import (
    FOR_BLENDER,
    RENDERED,
    SCENES,
    SUBTITLES,
    ExportSettings,
    RenderSettings,
    Window,
    check_blender,
    render_clip,
    retarget_clip,
    write_subtitles,
)
from gesture_core.errors import UserError
from gesture_core.formats.audio import write_wav
from gesture_core.formats.bvh import write_bvh
from gesture_core.formats.bvh_preset import bvh_preset
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.likeness.consent import likeness_of
from gesture_core.motion import Motion
from gesture_core.progress import Progress
from gesture_core.utterance import Utterance


class Performed(Protocol):
    """What text became, spoken and gestured or signed: movement and sound on one clock."""

    @property
    def motion(self) -> Motion: ...

    @property
    def utterance(self) -> Utterance: ...

    @property
    def provenance(self) -> Mapping[str, Any]: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...


SUFFIXES = (*RENDERED, ".bvh", *SCENES, *SUBTITLES, ".wav", ".npz")
FROM_CLIP = (*RENDERED, *SCENES, *SUBTITLES)
"""What the add-on's program makes of a clip file."""
UNITS = ("m", "cm")
ENGINES = ("workbench", "cycles", "eevee")
CAMERAS = ("face", "bust", "half", "full", "sign")
CAPTIONS = ("none", "ko", "gloss", "both")
PLACES = ("lower-right", "lower-left", "upper-right", "upper-left", "right", "left")
LOOKS = ("natural", "toon")
QUALITIES = ("preview", "draft", "final")
FORMATS = (
    *("vertical", "horizontal", "square"),
    *("vertical-720", "horizontal-720", "square-720"),
)
MAX_PIXELS = 8192
AVATAR_SUFFIXES = (".glb", ".gltf", ".vrm", ".fbx", ".blend")


def needs_blender(outputs: Sequence[Path]) -> bool:
    """Whether any of the outputs is made by Blender."""
    return any(output.suffix.lower() in (*RENDERED, *SCENES) for output in outputs)


def only_subtitles(outputs: Sequence[Path]) -> bool:
    """Whether the outputs show nobody, so that no character is needed."""
    return all(output.suffix.lower() in SUBTITLES for output in outputs)


def export_settings(preset: str, units: str | None, *, all_bones: bool = False) -> ExportSettings:
    """Checked settings from what a user types."""
    bvh_preset(preset)
    if units not in (None, *UNITS):
        raise UserError(f"unknown units {units!r}; valid: {', '.join(UNITS)}")
    return ExportSettings(preset, units, all_bones)


def check_outputs(outputs: Sequence[Path], *, force: bool) -> None:
    """Raise `UserError` for any output that could not be written, before work begins."""
    for output in outputs:
        if output.suffix.lower() not in SUFFIXES:
            raise UserError(
                f"{output}: unknown kind {output.suffix!r}; "
                f"valid: {' '.join(filter(None, SUFFIXES))}, or a folder for pictures"
            )
    targets = [*outputs, *_clip_audio(outputs).values()]
    if len({target.absolute() for target in targets}) < len(targets):
        raise UserError(f"the same output is named twice: {' '.join(map(str, targets))}")
    for target in targets:
        if target.suffix:  # what may be done to a folder of pictures is known in Blender
            check_writable(target, force=force)
    if needs_blender(outputs):
        check_blender()


def check_pictures(outputs: Sequence[Path], settings: RenderSettings) -> None:
    """Raise `UserError` when outputs cannot be rendered as wanted, before work begins."""
    for output in outputs:
        stands_alone = settings.transparent and settings.window is None
        if stands_alone and output.suffix.lower() == ".mp4":
            raise UserError(
                f"{output}: an .mp4 cannot be transparent; write .webm, .mov or a folder"
            )


def render_settings(
    avatar: str,
    progress: Progress,
    *,
    quality: str = "draft",
    format: str = "square-720",
    size: str | None = None,
    camera: str = "half",
    engine: str | None = None,
    transparent: bool = False,
    captions: str = "none",
    look: str = "natural",
    frames: str | None = None,
    fps: float | None = None,
    resume: bool = False,
    export: ExportSettings = FOR_BLENDER,
    window: Window | None = None,
) -> RenderSettings:
    """Checked settings from what a user types; a bundled `avatar` is built if it is not yet."""
    choices = (
        ("quality", quality, QUALITIES),
        ("format", format, FORMATS),
        ("camera", camera, CAMERAS),
        ("engine", engine, (None, *ENGINES)),
        ("captions", captions, CAPTIONS),
        ("look", look, LOOKS),
    )
    for name, given, valid in choices:
        if given not in valid:
            raise UserError(f"unknown {name} {given!r}; valid: {', '.join(filter(None, valid))}")
    return RenderSettings(
        _avatar_file(avatar, progress),
        quality,
        format,
        None if size is None else _pixels(size),
        camera,
        engine,
        transparent,
        captions,
        frames,
        fps,
        resume,
        export,
        window,
        look=look,
    )


def window_over(
    video: Path | None, place: str | None, share: float | None, at: float | None
) -> Window | None:
    """The checked window over a user's video, None without one."""
    if video is None:
        if (place, share, at) != (None, None, None):
            raise UserError("--place, --share and --at go with --over VIDEO")
        return None
    if not video.is_file():
        raise UserError(f"there is no video {video}")
    default = Window(video)
    window = Window(
        video,
        place or default.place,
        default.share if share is None else share,
        default.at if at is None else at,
    )
    if window.place not in PLACES:
        raise UserError(f"unknown place {place!r}; valid: {', '.join(PLACES)}")
    if not 0.05 <= window.share <= 1.0:
        raise UserError(f"the window's share of the video's height is 0.05 to 1, not {share:g}")
    if not 0.0 <= window.at <= 86_400.0:
        raise UserError(f"the window begins at a second of the video, not at {at:g}")
    return window


def _pixels(size: str) -> tuple[int, int]:
    width, times, height = size.lower().partition("x")
    if not (times and width.isdecimal() and height.isdecimal()):
        raise UserError(f"size {size!r} is not WIDTHxHEIGHT, such as 1280x720")
    pixels = (int(width), int(height))
    if not all(16 <= side <= MAX_PIXELS and side % 2 == 0 for side in pixels):
        raise UserError(f"size {size}: sides must be even and within 16 to {MAX_PIXELS} pixels")
    return pixels


def _avatar_file(avatar: str, progress: Progress) -> Path:
    """The file of a character given as a bundled name or as a path."""
    from gesture_core.avatar.library import avatar_path

    path = Path(avatar)
    if path.suffix.lower() not in AVATAR_SUFFIXES:
        return avatar_path(avatar, progress)
    if not path.is_file():
        raise UserError(f"there is no character file {path}")
    return path


def likeness_told(avatar: str | None) -> dict[str, Any]:
    """What the provenance of a clip says of whose likeness performs it: {"likeness": record}.

    avatar: as for `render_settings`; None changes nothing. Records are found in .glb and .vrm
    files; for other characters the value is None.
    """
    from gesture_core.avatar.library import own_avatar

    if avatar is None:
        return {}
    path = own_avatar(avatar) or Path(avatar)
    record = likeness_of(path) if path.suffix.lower() in (".glb", ".vrm") else None
    return {"likeness": None if record is None else record.to_json()}


def write_outputs(
    performance: Performed,
    outputs: Sequence[Path],
    *,
    export: ExportSettings = FOR_BLENDER,
    settings: RenderSettings | None,
    progress: Progress,
    force: bool = False,
) -> tuple[str, ...]:
    """Write every output; returns the names of what the character had no counterpart for.

    `export`: what BVH is made for; `settings`: how to render, needed for what Blender makes.
    """
    preset = bvh_preset(export.preset)
    audio = _clip_audio(outputs)
    for output in outputs:
        suffix = output.suffix.lower()
        if suffix == ".bvh":
            progress(0.0, f"writing {output.name}")
            write_bvh(output, performance.motion, export.units, preset=preset, force=force)
        elif suffix == ".wav":
            write_speech(output, performance, force=force)
        elif suffix == ".npz":
            write_clip(output, performance, audio.get(output), force=force)
    others = [output for output in outputs if output.suffix.lower() in FROM_CLIP]
    if not others:
        return ()
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip = Path(folder) / "clip.npz"
        write_clip(clip, performance, clip.with_suffix(".wav"))
        return write_from_clip(clip, others, settings, progress, force=force)


def write_from_clip(
    clip: Path,
    outputs: Sequence[Path],
    settings: RenderSettings | None,
    progress: Progress,
    *,
    force: bool = False,
) -> tuple[str, ...]:
    """Let the add-on's program write the outputs of a clip file; see `write_outputs`."""
    if only_subtitles(outputs):
        write_subtitles(clip, outputs, progress, force=force)
        return ()
    if settings is None:
        raise ValueError("outputs made by Blender need render settings")
    return render_clip(clip, outputs, settings, progress, force=force)


def write_speech(path: Path, performance: Performed, *, force: bool = False) -> None:
    """The speech as a WAV file on the clock of the motion."""
    write_wav(path, performance.utterance.samples, performance.utterance.rate, force=force)


def write_clip(
    path: Path, performance: Performed, audio: Path | None, *, force: bool = False
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
    bone_map: Path | None = None,
    animation: str | None = None,
    export: ExportSettings = FOR_BLENDER,
    fps: float | None = None,
    force: bool = False,
) -> tuple[str, ...]:
    """Read any motion file, put it onto the character in `rig` and export the result.

    `bone_map`: which of its bones is which, None to find out; `animation`: which one of a file
    that holds several; `fps`: None for the motion's.
    """
    from gesture_core.pose.read import read_motion

    kinds = (".bvh", *SCENES)
    for output in outputs:
        if output.suffix.lower() not in kinds:
            raise UserError(f"{output}: a character is exported as one of {', '.join(kinds)}")
    check_outputs(outputs, force=force)
    performed = partial(retarget_clip, bone_map=bone_map, export=export, fps=fps, force=force)
    if source.suffix.lower() == ".npz":
        return performed(source, rig, outputs, progress)
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip = Path(folder) / "clip.npz"
        save_clip(
            clip, Clip(read_motion(source, animation=animation), None, {"source": source.name})
        )
        return performed(clip, rig, outputs, progress)


def _clip_audio(outputs: Sequence[Path]) -> dict[Path, Path]:
    """The WAV beside each clip output, unless the user asked for that very file anyway."""
    asked = {output.absolute() for output in outputs}
    return {
        output: output.with_suffix(".wav")
        for output in outputs
        if output.suffix.lower() == ".npz" and output.with_suffix(".wav").absolute() not in asked
    }
