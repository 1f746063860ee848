"""What the command line makes of a performance with a camera: pictures and videos."""

from __future__ import annotations

import argparse
import hashlib
import math
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np

from .core.atomic import atomic_path
from .core.captions import CAPTIONS, Captions, caption_share, clip_captions, while_signing
from .core.clip_reader import Clip
from .core.errors import UserError
from .core.frame_folder import FrameFolder, Settings, open_frame_folder
from .core.framing import SHOTS, Shot
from .core.inset import Inset, inset_box
from .core.likeness import Likeness
from .core.picture import ENGINES, FORMATS, QUALITIES, STYLES, scaled
from .core.time_left import time_left
from .scene.avatar import Avatar
from .scene.cut import MOVIES, Cut, check_movie, cut_picture, cut_video
from .scene.footage import read_footage
from .scene.likeness import likenesses_in, tag_picture
from .scene.perform import Performance
from .scene.render import MARK, Look, Steps, best_engine, render_now, set_up_render, take_pictures
from .scene.sheet import lay_out
from .scene.stage import build_stage, hands_of, strike_stage

if TYPE_CHECKING:
    from .cli import Reporter

PICTURES = (*MOVIES, ".png", "")
"""Suffixes of what is filmed; none: a folder of pictures."""


@dataclass(frozen=True)
class Film:
    """What is to be filmed: the `frames` of the video, counted from 1, at `fps`.

    `views`: from where it is seen, degrees from the front towards the character's left, side by
    side in the picture; `sound`: the speech; `inset`: the video that the picture is a window of;
    `shown`: the likenesses in it.
    """

    look: Look
    shot: Shot
    views: Sequence[float]
    frames: range
    fps: float
    sound: Path | None
    captions: Captions
    inset: Inset | None = None
    shown: Sequence[Likeness] = ()

    def cut(self, folders: Sequence[FrameFolder], frames: Sequence[int]) -> Cut:
        """The video or picture of some `frames` that are in the folders."""
        clear = self.look.transparent and self.inset is None
        return Cut(
            folders, frames, self.fps, clear, self.sound, self.captions, self.inset, self.shown
        )

    def still(self, folders: Sequence[FrameFolder], frame: int) -> Cut:
        """The picture of one frame, without the texts of all the others."""
        shown = self.captions.during((frame - 1) / self.fps, frame / self.fps)
        return replace(self.cut(folders, [frame]), captions=shown)

    @property
    def is_bare(self) -> bool:
        """Whether the pictures are what is wanted, with nothing over, under or beside them."""
        return not self.captions and self.inset is None and len(self.views) == 1


@dataclass(frozen=True)
class Cast:
    """Who is filmed, and what the performance is made of."""

    clip: Clip
    avatar: Avatar
    performance: Performance


def film_of(options: argparse.Namespace, clip: Clip) -> Film:
    """The film that the options ask for; `UserError` for what there is not."""
    _check_names(options)
    inset = _inset(options)
    fps = frame_rate_of(options, clip, inset)
    captions = clip_captions(clip, options.clip, options.captions)
    return Film(
        _look(options, inset),
        options.camera,
        options.around,
        frames_of(clip, fps, options.frames),
        fps,
        clip.audio,
        captions,
        inset,
    )


def frame_rate_of(options: argparse.Namespace, clip: Clip, inset: Inset | None = None) -> float:
    """Frames a second of what is made."""
    fps = inset.footage.fps if inset else options.fps or clip.fps
    if not 1.0 <= fps <= 240.0:
        raise UserError(f"--fps {fps:g}: 1 to 240 frames a second are possible")
    return fps


def frames_of(clip: Clip, fps: float, part: tuple[int, int] | None = None) -> range:
    """The frames of the video, counted from 1: all, or those from the first to the last given."""
    count = max(1, round(clip.duration * fps))
    first, last = part or (1, count)
    if last > count:
        raise UserError(f"--frames {first}:{last}: the video has frames 1 to {count}")
    return range(first, last + 1)


def _check_names(options: argparse.Namespace) -> None:
    """`UserError` for the first option that names nothing; it says what there is."""
    for name, choices in (
        ("quality", tuple(QUALITIES)),
        ("engine", (None, *ENGINES)),
        ("camera", SHOTS),
        ("format", tuple(FORMATS)),
        ("captions", CAPTIONS),
        ("look", STYLES),
    ):
        given = getattr(options, name)
        if given not in choices:
            valid = ", ".join(filter(None, choices))
            raise UserError(f"--{name} {given}: choose one of {valid}")


def _inset(options: argparse.Namespace) -> Inset | None:
    """The window over a user's video, if there is one; `UserError` when it cannot be."""
    if options.over is None:
        return None
    for name in ("size", "fps", "frames"):
        if getattr(options, name) is not None:
            raise UserError(f"--{name} does not go with --over, which shows a video as it is")
    footage = read_footage(options.over)
    box = inset_box(footage.size, FORMATS[options.format], options.share, options.place)
    return Inset(footage, box, round(options.at * footage.fps))


def _look(options: argparse.Namespace, inset: Inset | None) -> Look:
    quality = QUALITIES[options.quality]
    engine = options.engine or quality.engine or best_engine()
    size = options.size or scaled(FORMATS[options.format], quality.scale)
    samples = options.samples or quality.samples[engine]
    shown = inset.box.size if inset else size
    return Look(engine, shown, samples, options.transparent, options.look)


def check_pictures(outputs: Sequence[Path], film: Film) -> None:
    """`UserError` when such pictures or videos cannot be made, before work begins."""
    suffixes = [output.suffix.lower() for output in outputs]
    cut = film.cut([FrameFolder(Path(), film.look.size) for _ in film.views], film.frames)
    for suffix in suffixes:
        if suffix in MOVIES:
            check_movie(suffix, cut.size, transparent=cut.transparent)
    if suffixes.count("") > 1:
        raise UserError("give one folder of pictures, not several")
    if "" in suffixes and len(film.views) > 1:
        raise UserError("pictures in a folder are seen from one side: give one, or -o VIDEO")
    if suffixes == [""] and not film.is_bare:
        raise UserError(
            "pictures in a folder stay without subtitles and video: add -o VIDEO, which has them"
        )


def set_stage(film: Film, cast: Cast, view: float) -> None:
    """Engine, lights, camera and, behind what is not transparent, a backdrop; they take the place
    of those for another view."""
    scene, look = bpy.context.scene, film.look
    for stage in [stage for stage in scene.collection.children if stage.get(MARK)]:
        strike_stage(stage)
    set_up_render(scene, look)
    hands = hands_of(cast.avatar, cast.performance.motion)
    stage = build_stage(
        scene,
        cast.avatar,
        hands,
        film.shot,
        look.size,
        backdrop=not look.transparent,
        signing=while_signing(np.arange(len(hands)) / film.fps, cast.clip.spans),
        captions=caption_share(film.captions, look.size),
        around=math.radians(view),
    )
    stage[MARK] = True


def shoot(
    film: Film, cast: Cast, outputs: Sequence[Path], options: argparse.Namespace, reporter: Reporter
) -> None:
    """Take every picture once, then make each of the outputs of them."""
    film = replace(film, shown=likenesses_in(bpy.context.scene.objects))
    stills = _moments(film, cast, options) if _has(outputs, ".png") else []
    frames = film.frames if _has(outputs, "", *MOVIES) else stills
    with _scratch(outputs[0].absolute().parent, reporter) as scratch:
        folders = _folders(film, cast, outputs, options, scratch)
        with reporter.step("taking pictures", 0.8):
            _take(film, cast, folders, frames, reporter)
        for number, output in enumerate(outputs, start=1):
            with reporter.step(f"writing {output.name}", 0.8 + 0.1 * number / len(outputs)):
                if output.suffix.lower() in MOVIES:
                    made = scratch / f"video{output.suffix.lower()}"
                    _follow(cut_video(made, film.cut(folders, film.frames), render_now), reporter)
                elif output.suffix:
                    made = _sheet(film, folders, stills, options.sheet.columns, scratch)
                else:
                    continue
                with atomic_path(output, force=options.force) as temporary:
                    made.replace(temporary)


def _take(
    film: Film,
    cast: Cast,
    folders: Sequence[FrameFolder],
    frames: Sequence[int],
    reporter: Reporter,
) -> None:
    """Take the pictures of all views, of the first one last: its stage stays in scene files."""
    views = list(zip(film.views, folders, strict=True))[::-1]
    for number, (view, folder) in enumerate(views):
        set_stage(film, cast, view)
        steps = take_pictures(bpy.context.scene, folder, frames, render_now)
        _follow((((number + share) / len(views), doing) for share, doing in steps), reporter)


def _follow(steps: Iterable[tuple[float, str]], reporter: Reporter) -> None:
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


def _folders(
    film: Film, cast: Cast, outputs: Sequence[Path], options: argparse.Namespace, scratch: Path
) -> list[FrameFolder]:
    """One for each view: the folder that is asked for, or some that do not stay."""
    size = film.look.size
    for output in outputs:
        if not output.suffix:
            settings = _settings(film, cast, options)
            resume, force = options.resume, options.force
            return [open_frame_folder(output, settings, size, resume=resume, force=force)]
    folders = [FrameFolder(scratch / f"view {number}", size) for number in range(len(film.views))]
    for folder in folders:
        folder.path.mkdir()
    return folders


def _settings(film: Film, cast: Cast, options: argparse.Namespace) -> Settings:
    """All that the pictures depend on."""
    moved = hashlib.sha256()
    for values in (cast.clip.rotations, cast.clip.root, cast.clip.expressions):
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
        "camera": film.shot,
        "captions": film.captions.lines if film.shot == "sign" else 0,
        "transparent": film.look.transparent,
        "look": film.look.style,
    }


def _sheet(
    film: Film, folders: Sequence[FrameFolder], stills: Sequence[int], columns: int, scratch: Path
) -> Path:
    """One PNG of the stills, as the video shows them."""
    pictures = [folders[0].picture(frame) for frame in stills]
    if not film.is_bare:
        delay = film.inset.delay if film.inset else 0
        for k, frame in enumerate(stills):
            pictures[k] = scratch / f"still-{frame}.png"
            cut = film.still(folders, frame)
            _finish(cut_picture(pictures[k], cut, frame + delay, render_now))
    sheet = scratch / "sheet.png"
    lay_out(sheet, pictures, columns)
    if len(pictures) > 1:
        tag_picture(sheet, film.shown)
    return sheet


def _finish(steps: Steps) -> None:
    for _ in steps:
        pass


def _moments(film: Film, cast: Cast, options: argparse.Namespace) -> list[int]:
    """The frame in which the hands are highest, or those of a sheet: the ones that are asked for,
    or evenly from first to last."""
    frames, count = film.frames, options.sheet.count
    if options.moments:
        return list(options.moments)
    if count > 1:
        chosen = np.linspace(frames[0], frames[-1], min(count, len(frames)))
        return [int(frame) for frame in np.round(chosen)]
    motion = cast.performance.motion
    up = cast.avatar.world_facing()[:, 1]
    height = (hands_of(cast.avatar, motion) @ up).sum(axis=(1, 2))
    shown = np.round((np.array(frames) - 1) * motion.fps / film.fps).astype(int)
    return [frames[int(np.argmax(height[np.minimum(shown, len(height) - 1)]))]]
