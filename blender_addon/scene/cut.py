"""Pictures, sound and subtitles become a video in a scene of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from ..core.errors import UserError
from ..core.frame_folder import FrameFolder
from ..core.picture import Size, safe_area
from ..core.subtitles import LINE, Cue
from .clock import set_frame_rate
from .render import MARK, Render, Steps, take_pictures

MOVIES = (".mp4", ".webm", ".mov")
SEE_THROUGH = (".webm", ".mov")
"""The kinds of video that can be transparent."""

_LETTER = 0.06
"""Size of a letter, of the height of the picture, where a whole line of that fits."""
_FONTS = (
    "NotoSansCJK*", "NotoSansKR*", "NanumGothic*", "NanumBarun*", "malgun*", "AppleSDGothicNeo*",
)  # fmt: skip
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts",
                 "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """A video of the `frames` in a folder at `fps`.

    `sound` begins at frame 1, also where `frames` begin later; so do `cues`, which are burnt in.
    """

    folder: FrameFolder
    frames: Sequence[int]
    fps: float
    transparent: bool = False
    sound: Path | None = None
    cues: Sequence[Cue] = ()


def check_movie(suffix: str, size: Size, *, transparent: bool) -> None:
    """`UserError` when there is no such video of this size, or none that can be transparent."""
    if any(side % 2 for side in size):
        raise UserError("a video's width and height must be even numbers")
    if transparent and suffix not in SEE_THROUGH:
        raise UserError(
            f"a {suffix} video cannot be transparent: write {' or '.join(SEE_THROUGH)}, "
            "or a folder of pictures"
        )


def film_video(
    path: Path, scene: bpy.types.Scene, cut: Cut, render: Render, first: int = 1
) -> Steps:
    """Take the pictures that its folder lacks, then cut the video; see `take_pictures`."""
    for share, doing in take_pictures(scene, cut.folder, cut.frames, render, first):
        yield 0.95 * share, doing
    for share, doing in cut_video(path, cut, render):
        yield 0.95 + 0.05 * share, doing


def cut_video(path: Path, cut: Cut, render: Render) -> Steps:
    """Write the video; its kind is that of the suffix: .mp4, .webm or .mov."""
    suffix = path.suffix.lower()
    check_movie(suffix, cut.folder.size, transparent=cut.transparent)
    with _cutting_room(cut) as scene:
        codec = compat.write_movie(scene, suffix, cut.transparent)
        mixes = cut.sound is not None and compat.can_write_sound()
        scene.render.ffmpeg.audio_codec = codec if mixes else "NONE"
        scene.render.ffmpeg.audio_bitrate = 128
        scene.render.filepath = compat.literal_path(path)
        render(scene)
        yield 1.0, "sound and pictures together"
        if not path.is_file():
            raise UserError(f"writing the {suffix} video was stopped")
        if cut.sound is not None and not mixes:
            offset, length = (cut.frames[0] - 1) / cut.fps, len(cut.frames) / cut.fps
            _mux_sound(path, cut.sound, offset, length)


def cut_picture(path: Path, cut: Cut, frame: int, render: Render) -> Steps:
    """Write one of the frames as a PNG with its subtitle."""
    with _cutting_room(cut) as scene:
        compat.write_images(scene.render.image_settings)
        scene.render.image_settings.color_mode = "RGBA" if cut.transparent else "RGB"
        scene.frame_start = scene.frame_end = frame
        scene.render.filepath = compat.literal_path(path.with_suffix(""))
        written = Path(scene.render.frame_path(frame=frame))
        render(scene)
        yield 1.0, "with its subtitle"
        if not written.is_file():
            raise UserError("rendering was stopped")
        written.replace(path)


@contextmanager
def _cutting_room(cut: Cut) -> Iterator[bpy.types.Scene]:
    """A scene, for a while, whose sequencer holds the pictures and the subtitles over them."""
    scene = bpy.data.scenes.new("momjit cut")
    scene[MARK] = True
    fonts, sounds = set(bpy.data.fonts), set(bpy.data.sounds)
    try:
        render = scene.render
        render.resolution_x, render.resolution_y = cut.folder.size
        render.resolution_percentage = 100
        render.use_sequencer, render.use_compositing = True, False
        render.film_transparent = cut.transparent
        set_frame_rate(scene, cut.fps)
        scene.frame_start, scene.frame_end = cut.frames[0], cut.frames[-1]
        scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
        _lay_pictures(scene, cut)
        if cut.sound is not None and compat.can_write_sound():
            compat.add_sound(scene, str(cut.sound), 1)
        if cut.cues:
            font = _hangul_font()
            for cue in cut.cues:
                _lay_subtitle(scene, cue, cut, font)
        yield scene
    finally:
        used = [strip for strip in compat.strips(scene) if strip.type in {"TEXT", "SOUND"}]
        ours = {strip.font if strip.type == "TEXT" else strip.sound for strip in used}
        bpy.data.scenes.remove(scene)
        bpy.data.batch_remove(ours - fonts - sounds - {None})


def _lay_pictures(scene: bpy.types.Scene, cut: Cut) -> None:
    first = cut.folder.picture(cut.frames[0])
    strip = compat.strips(scene).new_image(
        name="pictures", filepath=str(first), channel=1, frame_start=cut.frames[0]
    )
    for frame in cut.frames[1:]:
        strip.elements.append(cut.folder.picture(frame).name)
    strip.frame_final_duration = len(cut.frames)
    strip.blend_type = "REPLACE"


def _lay_subtitle(scene: bpy.types.Scene, cue: Cue, cut: Cut, font: bpy.types.VectorFont) -> None:
    frames = range(round(cue.start * cut.fps) + 1, max(round(cue.end * cut.fps), 1) + 1)
    width, height = cut.folder.size
    safe = safe_area(cut.folder.size)
    strip: Any = compat.add_text(scene, "\n".join(cue.lines), frames, channel=2)
    strip.font = font
    strip.font_size = min(_LETTER * height, (1.0 - 2.0 * safe.side) * width / LINE)
    strip.location = (0.5, safe.bottom)
    strip.wrap_width = 0.0
    strip.color = (1.0, 1.0, 1.0, 1.0)
    strip.use_outline, strip.outline_color = True, (0.0, 0.0, 0.0, 0.9)
    strip.outline_width = max(0.08, 1.5 / strip.font_size)
    strip.use_shadow, strip.shadow_color = True, (0.0, 0.0, 0.0, 0.5)
    strip.blend_type = "ALPHA_OVER"


def _hangul_font() -> bpy.types.VectorFont:
    """Blender's own font for Chinese, Japanese and Korean, or one of the system's for Korean."""
    bundled = bpy.utils.system_resource("DATAFILES", path="fonts")
    inside = sorted(Path(bundled).glob("*CJK*")) if bundled else []
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    installed = (
        found
        for folder in folders
        if folder.is_dir()
        for pattern in _FONTS
        for found in sorted(folder.rglob(pattern))
    )
    path = next(iter(inside), None) or next(installed, None)
    if path is None:
        raise UserError(
            "no font with Hangul was found to burn subtitles in: install Noto Sans CJK or Nanum"
        )
    return bpy.data.fonts.load(str(path), check_existing=True)


def _mux_sound(video: Path, sound: Path, offset: float, length: float) -> None:
    """Put `length` seconds of the sound from `offset` on into a silent video, in its place."""
    try:
        import imageio_ffmpeg
    except ImportError:
        raise UserError(
            "this Blender cannot write sound itself: pip install imageio-ffmpeg, or leave it out"
        ) from None
    mixed = video.with_name(f"{video.stem}.sound{video.suffix}")
    codec = {".mp4": "aac", ".webm": "libopus", ".mov": "pcm_s16le"}[video.suffix.lower()]
    filters = f"atrim=start={offset:.6f},asetpts=PTS-STARTPTS,apad,atrim=duration={length:.6f}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(video), "-i", str(sound),
        "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", codec, "-b:a", "128k",
        "-af", filters, str(mixed),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
        mixed.replace(video)
    except subprocess.CalledProcessError as error:
        raise UserError(f"the sound {sound} could not be added ({error.stderr.strip()})") from None
    finally:
        mixed.unlink(missing_ok=True)
