"""What the command line does inside Blender."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from . import compat
from .core.atomic import atomic_path
from .core.clip_reader import Clip, read_clip
from .core.errors import UserError
from .core.export_preset import export_preset
from .core.subtitles import WRITERS, Cue, clip_cues, cut_cues, write_subtitles
from .filming import (
    PICTURES,
    Cast,
    check_pictures,
    film_of,
    frame_rate_of,
    frames_of,
    set_stage,
    shoot,
)
from .scene.avatar import Avatar, load_avatar
from .scene.clock import set_frame_rate
from .scene.export import SUFFIXES, ExportOptions, export_character
from .scene.perform import Performance, perform_clip
from .scene.toon import draw_toon

if TYPE_CHECKING:
    from .cli import Reporter


def produce(options: argparse.Namespace, reporter: Reporter) -> Performance:
    """Perform the clip on the avatar and write every output."""
    renders = options.command == "render"
    pictures, texts, scenes = _sort_outputs(options.output, renders=renders)
    preset = export_preset(options.preset)
    clip = read_clip(options.clip)
    if clip.audio is not None and not clip.audio.is_file():
        raise UserError(f"{options.clip}: its speech {clip.audio} is missing")
    film = film_of(options, clip) if renders else None
    if film is not None:
        check_pictures(pictures, film)
    fps = film.fps if film else frame_rate_of(options, clip)
    frames = film.frames if film else frames_of(clip, fps)
    cues = _cues(clip, fps, frames, options) if texts else ()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False  # avatars are strangers
    with reporter.step("loading the avatar", 0.06):
        avatar = load_avatar(options.avatar, options.bone_map)
    with reporter.step("retargeting", 0.08):
        scene = bpy.context.scene
        set_frame_rate(scene, fps)
        performance = perform_clip(clip, avatar, fps, options.clip.stem)
        scene.frame_start, scene.frame_end = frames[0], frames[-1]
        if clip.audio and compat.can_write_sound():
            compat.add_sound(scene, str(clip.audio), 1)
    if film is not None:
        if film.look.style == "toon":
            draw_toon(avatar.meshes)
        cast = Cast(clip, avatar, performance)
        with reporter.step("setting the stage", 0.1):
            set_stage(film, cast, film.views[0])
        if pictures:
            shoot(film, cast, pictures, options, reporter)
    export = ExportOptions(
        _title(clip, options.clip), preset, options.units, deforming_only=not options.all_bones
    )
    begun = 0.9 if pictures else 0.1
    for number, output in enumerate(scenes, start=1):
        with reporter.step(f"writing {output.name}", begun + (1.0 - begun) * number / len(scenes)):
            _export(output, avatar, export, options, reporter)
    for output in texts:
        write_subtitles(output, cues, force=options.force)
    return performance


def _export(
    output: Path,
    avatar: Avatar,
    export: ExportOptions,
    options: argparse.Namespace,
    reporter: Reporter,
) -> None:
    """Write one file for other programs, whole or not at all."""
    with atomic_path(output, force=options.force) as temporary:
        reporter.unfinished = temporary
        export_character(
            temporary, avatar.armature, avatar.meshes, export, avatar.bone_map, reporter.progress
        )


def _sort_outputs(
    outputs: list[Path], *, renders: bool
) -> tuple[list[Path], list[Path], list[Path]]:
    """Pictures, texts and scenes; `UserError` for a kind that there is not."""
    kinds = (PICTURES, tuple(WRITERS), SUFFIXES) if renders else ((), (), SUFFIXES)
    for output in outputs:
        if not any(output.suffix.lower() in kind for kind in kinds):
            valid = " ".join(suffix for kind in kinds for suffix in kind if suffix)
            folder = " or a folder of pictures" if renders else ""
            raise UserError(f"{output}: write one of {valid}{folder}")
    pictures, texts, scenes = (
        [output for output in outputs if output.suffix.lower() in kind] for kind in kinds
    )
    return pictures, texts, scenes


def _cues(clip: Clip, fps: float, frames: range, options: argparse.Namespace) -> tuple[Cue, ...]:
    """The subtitles of those frames, on their own clock."""
    cues = clip_cues(clip, options.clip)
    return cut_cues(cues, (frames[0] - 1) / fps, frames[-1] / fps)


def _title(clip: Clip, path: Path) -> str:
    """What the animation is called: by its text, the file it came from, or the clip file."""
    told = str(clip.provenance.get("text") or Path(str(clip.provenance.get("source", ""))).stem)
    return " ".join(told.split())[:40] or path.stem
