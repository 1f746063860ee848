"""Engines, pictures and videos."""

from __future__ import annotations

import math
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..core.errors import UserError

Engine = Literal["workbench", "cycles", "eevee"]
ENGINES: tuple[Engine, ...] = ("workbench", "cycles", "eevee")
Progress = Callable[[float, str], None]
DEFAULT_SAMPLES = {"workbench": 1, "cycles": 8, "eevee": 16}
"""Workbench smooths edges in one pass (FXAA) below 5 samples."""


@dataclass(frozen=True)
class Look:
    """How pictures are made: `engine`, picture `size` in pixels, `samples` for each pixel."""

    engine: Engine
    size: tuple[int, int]
    fps: float
    samples: int


def set_up_render(look: Look) -> None:
    """Engine, size and frame rate of the scene; `UserError` where the engine cannot draw."""
    compat.require_display_driver(look.engine)
    scene = bpy.context.scene
    render = scene.render
    render.engine = compat.engine_id(look.engine)
    render.resolution_x, render.resolution_y = look.size
    render.resolution_percentage = 100
    set_frame_rate(scene, look.fps)
    render.use_persistent_data = True
    render.use_compositing = False
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    {"workbench": _workbench, "cycles": _cycles, "eevee": _eevee}[look.engine](scene, look.samples)


def set_frame_rate(scene: bpy.types.Scene, fps: float) -> None:
    """Exact whole or broken rates (29.97 as 30000/1001)."""
    ratio = Fraction(fps).limit_denominator(1001)
    whole = round(fps) or 1
    scene.render.fps, scene.render.fps_base = whole, whole / float(ratio)


def _workbench(scene: bpy.types.Scene, samples: int) -> None:
    steps = [name for name in ("32", "16", "11", "8", "5") if int(name) <= samples]
    scene.display.render_aa = steps[0] if steps else "FXAA"
    shading = scene.display.shading
    shading.light, shading.studio_light, shading.color_type = "STUDIO", "paint.sl", "TEXTURE"
    shading.show_shadows = False  # shadow volumes cost 30 times the rest without a GPU
    shading.show_cavity, shading.cavity_type = True, "SCREEN"
    shading.curvature_ridge_factor, shading.curvature_valley_factor = 0.3, 0.6
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"


def _cycles(scene: bpy.types.Scene, samples: int) -> None:
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples, cycles.use_denoising = samples, True
    cycles.denoising_prefilter = "FAST"  # a third of the time of a frame less than ACCURATE
    cycles.max_bounces, cycles.transparent_max_bounces = 6, 16
    scene.view_settings.exposure = 0.2
    scene.render.threads_mode = "FIXED"
    scene.render.threads = len(os.sched_getaffinity(0))


def _eevee(scene: bpy.types.Scene, samples: int) -> None:
    scene.eevee.taa_render_samples = samples
    scene.view_settings.exposure = 0.2


def render_still(path: Path, frame: float) -> None:
    """One PNG of the scene at `frame`."""
    scene = bpy.context.scene
    scene.frame_set(int(frame // 1), subframe=float(frame % 1))
    compat.write_images(scene.render.image_settings)
    scene.render.use_sequencer = False
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def render_sheet(path: Path, frames: Sequence[float], progress: Progress) -> None:
    """One PNG with a picture of the scene at each of the `frames`, row by row."""
    if len(frames) == 1:
        render_still(path, frames[0])
        return
    square = math.ceil(math.sqrt(len(frames)))
    columns = next((n for n in range(square, 2 * square) if len(frames) % n == 0), square)
    rows = math.ceil(len(frames) / columns)
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        sheet = None
        for k, frame in enumerate(frames):
            single = Path(folder) / f"{k}.png"
            render_still(single, frame)
            pixels = _read_pixels(single)
            height, width = pixels.shape[:2]
            if sheet is None:
                sheet = np.ones((rows * height, columns * width, 4), dtype=np.float32)
            row, column = rows - 1 - k // columns, k % columns
            sheet[row * height :, column * width :][:height, :width] = pixels
            progress((k + 1) / len(frames), f"picture {k + 1} of {len(frames)}")
    assert sheet is not None
    _write_pixels(path, sheet)


def _read_pixels(path: Path) -> NDArray[np.float32]:
    """Picture `(H, W, 4)`, lowest row first."""
    image = bpy.data.images.load(str(path))
    pixels = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return pixels


def _write_pixels(path: Path, pixels: NDArray[np.float32]) -> None:
    image = bpy.data.images.new("sheet", pixels.shape[1], pixels.shape[0])
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def render_video(
    path: Path, frames: tuple[int, int], sound: Path | None, sound_start: int, progress: Progress
) -> None:
    """An H.264 video of the scene frames first to last, with the sound, if any, as AAC.

    The sound starts at scene frame `sound_start`; the video is as long as its frames.
    """
    scene = bpy.context.scene
    if scene.render.resolution_x % 2 or scene.render.resolution_y % 2:
        raise UserError("a video's width and height must be even numbers")
    scene.frame_start, scene.frame_end = frames
    compat.write_video(scene.render.image_settings)
    _codec(scene.render.ffmpeg, sound is not None)
    mixes = sound is not None and compat.can_write_sound()
    if mixes:
        compat.add_sound(scene, str(sound), sound_start)
    scene.render.use_sequencer = mixes
    scene.render.filepath = str(path)
    with _frame_progress(frames, progress):
        bpy.ops.render.render(animation=True)
    if sound is not None and not mixes:
        offset = (frames[0] - sound_start) * scene.render.fps_base / scene.render.fps
        length = (frames[1] - frames[0] + 1) * scene.render.fps_base / scene.render.fps
        mux_sound(path, sound, offset, length)


def _codec(ffmpeg: bpy.types.FFmpegSettings, sound: bool) -> None:
    ffmpeg.format, ffmpeg.codec = "MPEG4", "H264"
    ffmpeg.constant_rate_factor, ffmpeg.ffmpeg_preset = "HIGH", "GOOD"
    ffmpeg.gopsize = 30
    ffmpeg.audio_codec = "AAC" if sound else "NONE"
    ffmpeg.audio_bitrate = 128


class _frame_progress:  # noqa: N801  (used like a function)
    """Reports every rendered frame while the block runs."""

    def __init__(self, frames: tuple[int, int], progress: Progress) -> None:
        self.first, self.count, self.progress = frames[0], frames[1] - frames[0] + 1, progress

    def _report(self, scene: bpy.types.Scene, *_: object) -> None:
        done = scene.frame_current - self.first + 1
        self.progress(done / self.count, f"frame {done} of {self.count}")

    def __enter__(self) -> None:
        bpy.app.handlers.render_write.append(self._report)

    def __exit__(self, *_: object) -> None:
        bpy.app.handlers.render_write.remove(self._report)


def mux_sound(video: Path, sound: Path, offset: float, length: float) -> None:
    """Put `length` seconds of the sound from `offset` on into a silent video, in its place."""
    try:
        import imageio_ffmpeg
    except ImportError:
        raise UserError(
            "this Blender cannot write sound itself: pip install imageio-ffmpeg, or leave it out"
        ) from None
    mixed = video.with_name(f"{video.stem}.sound{video.suffix}")
    filters = f"atrim=start={offset:.6f},asetpts=PTS-STARTPTS,apad,atrim=duration={length:.6f}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(video), "-i", str(sound),
        "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "128k",
        "-af", filters, str(mixed),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
        mixed.replace(video)
    except subprocess.CalledProcessError as error:
        raise UserError(f"the sound {sound} could not be added ({error.stderr.strip()})") from None
    finally:
        mixed.unlink(missing_ok=True)
