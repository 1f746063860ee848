"""What the command line does inside Blender."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np

from .core.atomic import atomic_path
from .core.clip_reader import Clip, read_clip
from .core.errors import UserError
from .core.framing import SHOTS
from .core.retarget import posed
from .scene.avatar import Avatar, load_avatar
from .scene.export import EXPORTERS, save_bvh
from .scene.perform import Performance, perform_clip
from .scene.render import (
    DEFAULT_SAMPLES,
    ENGINES,
    Look,
    Progress,
    render_sheet,
    render_video,
    set_frame_rate,
    set_up_render,
)
from .scene.stage import build_stage

if TYPE_CHECKING:
    from .cli import Reporter

PICTURES = (".mp4", ".png")


def produce(options: argparse.Namespace, reporter: Reporter) -> Performance:
    """Perform the clip on the avatar and write every output."""
    outputs: list[Path] = options.output
    pictures = PICTURES if options.command == "render" else ()
    for output in outputs:
        if output.suffix.lower() not in (*pictures, *EXPORTERS):
            raise UserError(f"{output}: write one of {', '.join((*pictures, *EXPORTERS))}")
    look = _look(options) if options.command == "render" else None
    clip = read_clip(options.clip)
    if clip.audio is not None and not clip.audio.is_file():
        raise UserError(f"{options.clip}: its speech {clip.audio} is missing")
    fps = options.fps or clip.fps
    if not 1.0 <= fps <= 240.0:
        raise UserError(f"--fps {fps:g}: 1 to 240 frames a second are possible")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False  # avatars are strangers
    with reporter.step("loading the avatar", 0.06):
        avatar = load_avatar(options.avatar)
    with reporter.step("retargeting", 0.08):
        scene = bpy.context.scene
        set_frame_rate(scene, fps)
        performance = perform_clip(clip, avatar, fps, options.clip.stem)
        scene.frame_start, scene.frame_end = _frames(clip, fps, options)
    if look is not None:
        with reporter.step("setting the stage", 0.1):
            set_up_render(replace(look, fps=fps))
            build_stage(avatar, performance.motion, options.camera, look.size)
    for number, output in enumerate(outputs, start=1):
        with reporter.step(f"writing {output.name}", 0.1 + 0.9 * number / len(outputs)):
            with atomic_path(output, force=options.force) as temporary:
                reporter.unfinished = temporary
                _write(temporary, clip, avatar, performance, options, reporter.progress)
    return performance


def _look(options: argparse.Namespace) -> Look:
    if options.engine not in ENGINES:
        raise UserError(f"--engine {options.engine}: choose one of {', '.join(ENGINES)}")
    if options.camera not in SHOTS:
        raise UserError(f"--camera {options.camera}: choose one of {', '.join(SHOTS)}")
    samples = options.samples or DEFAULT_SAMPLES[options.engine]
    return Look(options.engine, options.size, 30.0, samples)


def _frames(clip: Clip, fps: float, options: argparse.Namespace) -> tuple[int, int]:
    count = max(1, round(clip.duration * fps))
    if getattr(options, "frames", None) is None:
        return 1, count
    first, last = options.frames
    if last > count:
        raise UserError(f"--frames {first}:{last}: the video has frames 1 to {count}")
    return first, last


def _write(
    path: Path,
    clip: Clip,
    avatar: Avatar,
    performance: Performance,
    options: argparse.Namespace,
    progress: Progress,
) -> None:
    scene = bpy.context.scene
    frames = (scene.frame_start, scene.frame_end)
    match path.suffix.lower():
        case ".mp4":
            render_video(path, frames, clip.audio, 1, progress)
        case ".png":
            render_sheet(path, _moments(avatar, performance, frames, options.sheet), progress)
        case ".bvh":
            save_bvh(path, avatar, performance.motion, options.units)
        case suffix:
            EXPORTERS[suffix](path, avatar, performance.motion)


def _moments(
    avatar: Avatar, performance: Performance, frames: tuple[int, int], count: int
) -> list[int]:
    """The frame in which the hands are highest, or `count` frames evenly from first to last."""
    times = np.arange(frames[0], frames[1] + 1)
    if count > 1:
        return [int(frame) for frame in np.round(np.linspace(*frames, min(count, len(times))))]
    motion = performance.motion
    heads, _ = posed(avatar.rig, motion)
    hands = [avatar.rig.index(avatar.bone_map.first(f"{side}Hand")) for side in ("left", "right")]
    height = (avatar.to_world(heads[:, hands]) @ avatar.world_facing()[:, 1]).sum(axis=1)
    render = bpy.context.scene.render
    clip_frames = np.round((times - 1) * motion.fps * render.fps_base / render.fps).astype(int)
    return [int(times[np.argmax(height[np.minimum(clip_frames, len(height) - 1)])])]
