"""What the command line makes of a performance with a camera: pictures and videos."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np

from .core.atomic import atomic_path
from .core.clip_reader import Clip
from .core.errors import UserError
from .core.frame_folder import FrameFolder, Settings, open_frame_folder
from .core.framing import SHOTS, Shot
from .core.picture import ENGINES, FORMATS, QUALITIES, scaled
from .core.subtitles import Cue
from .core.time_left import time_left
from .scene.avatar import Avatar
from .scene.cut import MOVIES, Cut, check_movie, cut_picture, cut_video
from .scene.perform import Performance
from .scene.render import Look, Steps, best_engine, render_now, set_up_render, take_pictures
from .scene.sheet import lay_out
from .scene.stage import build_stage, hands_of

if TYPE_CHECKING:
    from .cli import Reporter

PICTURES = (*MOVIES, ".png", "")
"""Suffixes of what is filmed; none: a folder of pictures."""


@dataclass(frozen=True)
class Film:
    """A performance on its stage: the `frames` of the video, counted from 1, at `fps`."""

    clip: Clip
    avatar: Avatar
    performance: Performance
    look: Look
    frames: range
    fps: float
    cues: Sequence[Cue]

    def cut(self, folder: FrameFolder, frames: Sequence[int]) -> Cut:
        """The video or picture of some `frames` that are in the folder."""
        transparent = self.look.transparent
        return Cut(folder, frames, self.fps, transparent, self.clip.audio, self.cues)


def look_of(options: argparse.Namespace) -> Look:
    """How the options want it to look; `UserError` names the choices."""
    if options.quality not in QUALITIES:
        raise UserError(f"--quality {options.quality}: choose one of {', '.join(QUALITIES)}")
    if options.engine not in (None, *ENGINES):
        raise UserError(f"--engine {options.engine}: choose one of {', '.join(ENGINES)}")
    if options.camera not in SHOTS:
        raise UserError(f"--camera {options.camera}: choose one of {', '.join(SHOTS)}")
    if options.format not in FORMATS:
        raise UserError(f"--format {options.format}: choose one of {', '.join(FORMATS)}")
    quality = QUALITIES[options.quality]
    engine = options.engine or quality.engine or best_engine()
    size = options.size or scaled(FORMATS[options.format], quality.scale)
    return Look(engine, size, options.samples or quality.samples[engine], options.transparent)


def check_pictures(outputs: Sequence[Path], look: Look, cues: Sequence[Cue]) -> None:
    """`UserError` when such pictures or videos cannot be made, before work begins."""
    suffixes = [output.suffix.lower() for output in outputs]
    for suffix in suffixes:
        if suffix in MOVIES:
            check_movie(suffix, look.size, transparent=look.transparent)
    if suffixes.count("") > 1:
        raise UserError("give one folder of pictures, not several")
    if cues and suffixes == [""]:
        raise UserError(
            "pictures in a folder stay without subtitles: add -o VIDEO, which gets them burnt in, "
            "or -o FILE.srt"
        )


def set_stage(avatar: Avatar, performance: Performance, look: Look, shot: Shot) -> None:
    """Engine, lights, camera and, behind what is not transparent, a backdrop."""
    scene = bpy.context.scene
    set_up_render(scene, look)
    hands = hands_of(avatar, performance.motion)
    build_stage(scene, avatar, hands, shot, look.size, backdrop=not look.transparent)


def shoot(
    film: Film, outputs: Sequence[Path], options: argparse.Namespace, reporter: Reporter
) -> None:
    """Take every picture once, then make each of the outputs of them."""
    scene = bpy.context.scene
    stills = _moments(film, options.sheet) if _has(outputs, ".png") else []
    whole = _has(outputs, "", *MOVIES)
    with _scratch(outputs[0].absolute().parent, reporter) as scratch:
        folder = _folder(film, outputs, options, scratch)
        with reporter.step("taking pictures", 0.8):
            frames = film.frames if whole else stills
            _follow(take_pictures(scene, folder, frames, render_now), reporter)
        for number, output in enumerate(outputs, start=1):
            with reporter.step(f"writing {output.name}", 0.8 + 0.1 * number / len(outputs)):
                if output.suffix.lower() in MOVIES:
                    made = scratch / f"video{output.suffix.lower()}"
                    _follow(cut_video(made, film.cut(folder, film.frames), render_now), reporter)
                elif output.suffix:
                    made = _sheet(film, folder, stills, scratch)
                else:
                    continue
                with atomic_path(output, force=options.force) as temporary:
                    made.replace(temporary)


def _follow(steps: Steps, reporter: Reporter) -> None:
    """Do all the steps; tell of each, and how long the others will take."""
    began = time.monotonic()
    for share, doing in steps:
        detail = doing.partition(": ")[2]
        left = time_left(share, time.monotonic() - began)
        reporter.progress(share, f"{detail}, {left}" if detail else "")


def _has(outputs: Sequence[Path], *suffixes: str) -> bool:
    return any(output.suffix.lower() in suffixes for output in outputs)


@contextmanager
def _scratch(parent: Path, reporter: Reporter) -> Iterator[Path]:
    """A folder for what is not finished, on the disk that it is for."""
    folder = reporter.scratch = Path(tempfile.mkdtemp(prefix=".momjit-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        reporter.scratch = None


def _folder(
    film: Film, outputs: Sequence[Path], options: argparse.Namespace, scratch: Path
) -> FrameFolder:
    """The folder that is asked for, or one that does not stay."""
    for output in outputs:
        if not output.suffix:
            settings = _settings(film, options)
            resume, force = options.resume, options.force
            size = film.look.size
            return open_frame_folder(output, settings, size, resume=resume, force=force)
    frames = scratch / "frames"
    frames.mkdir()
    return FrameFolder(frames, film.look.size)


def _settings(film: Film, options: argparse.Namespace) -> Settings:
    """All that the pictures depend on."""
    moved = hashlib.sha256()
    for values in (film.clip.rotations, film.clip.root, film.clip.expressions):
        moved.update(np.ascontiguousarray(values).tobytes())
    with options.avatar.open("rb") as stream:
        avatar = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "clip": moved.hexdigest()[:16],
        "avatar": f"{options.avatar.name} {avatar[:16]}",
        "engine": film.look.engine,
        "samples": film.look.samples,
        "size": "{}x{}".format(*film.look.size),
        "fps": film.fps,
        "camera": options.camera,
        "transparent": film.look.transparent,
    }


def _sheet(film: Film, folder: FrameFolder, stills: Sequence[int], scratch: Path) -> Path:
    """One PNG of the stills, with their subtitles."""
    pictures = [folder.picture(frame) for frame in stills]
    if film.cues:
        for k, frame in enumerate(stills):
            pictures[k] = scratch / f"still-{frame}.png"
            for _ in cut_picture(pictures[k], film.cut(folder, [frame]), frame, render_now):
                pass
    sheet = scratch / "sheet.png"
    lay_out(sheet, pictures)
    return sheet


def _moments(film: Film, count: int) -> list[int]:
    """The frame in which the hands are highest, or `count` frames evenly from first to last."""
    frames = film.frames
    if count > 1:
        chosen = np.linspace(frames[0], frames[-1], min(count, len(frames)))
        return [int(frame) for frame in np.round(chosen)]
    motion = film.performance.motion
    up = film.avatar.world_facing()[:, 1]
    height = (hands_of(film.avatar, motion) @ up).reshape(len(motion.locations), -1).sum(axis=1)
    shown = np.round((np.array(frames) - 1) * motion.fps / film.fps).astype(int)
    return [frames[int(np.argmax(height[np.minimum(shown, len(height) - 1)]))]]
