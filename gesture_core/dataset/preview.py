"""Pictures of clips, kept and rejected, for somebody who wants to see what a set is made of.

`preview_clips` writes contact sheets, on which every clip is a row of pictures over its words, and
one short video of all clips.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gesture_core.atomic import atomic_path, check_writable
from gesture_core.dataset.drawing import (
    KEPT,
    REJECTED,
    Figure,
    Picture,
    dark_ground,
    draw_motion,
    draw_skeleton,
    figure_of,
)
from gesture_core.dataset.fonts import Typeface, find_typeface
from gesture_core.dataset.sheet import (
    BORDER,
    INK,
    Lettering,
    Row,
    Tile,
    contact_sheet,
    framed,
    wrapped,
)
from gesture_core.errors import UserError
from gesture_core.formats.video import read_frames, write_video
from gesture_core.keypoints import Keypoints
from gesture_core.motion import Motion
from gesture_core.utterance import Word

CLIPS_PER_SHEET = 8
SECONDS_PER_CLIP = 6.0
"""The video shows at most so much of each clip, from its middle."""
VIDEO_FPS = 25.0
VIDEO_SIZE = (1280, 720)
BACKGROUND = 0.6
"""Share of its light that a video keeps behind a skeleton."""
TILE_WIDTH, TILE_HEIGHT = 300, 300
"""The largest picture on a sheet."""
_TOP, _BOTTOM = 64, 88  # rows of the video above and below the pictures


@dataclass(frozen=True, eq=False)
class PreviewClip:
    """A clip to be shown.

    `reason`: why it was rejected, "" if it was kept; `words`: on the clip's own clock, which
    starts at 0 with its first frame; `keypoints`, `motion`: either, or both, of the clip's length
    and rate; `video`: the file behind the keypoints, None where there is none; `start`, `end`:
    seconds in the source.
    """

    name: str
    kept: bool
    reason: str
    words: Sequence[Word]
    fps: float
    keypoints: Keypoints | None
    motion: Motion | None
    video: Path | None
    start: float
    end: float

    def __post_init__(self) -> None:
        if self.keypoints is None and self.motion is None:
            raise ValueError(f"{self.name}: a clip without keypoints and motion shows nothing")

    @property
    def frames(self) -> int:
        """Number of frames, those of the shorter where both are given."""
        return min(part.frames for part in (self.keypoints, self.motion) if part is not None)


def preview_clips(
    clips: Sequence[PreviewClip],
    out: Path,
    *,
    frames_per_clip: int = 6,
    force: bool = False,
    tell: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write `sheet-01.png` … and `clips.mp4` into the folder `out`, and return their paths.

    What the user should know, such as that no font here can write Korean, goes to `tell`, by
    default to stderr. Raises `UserError` when there is nothing to show or a file is in the way.
    """
    from PIL import Image

    clips = [clip for clip in clips if clip.frames > 0]
    if not clips:
        raise UserError("there is no clip to preview")
    pages = [clips[n : n + CLIPS_PER_SHEET] for n in range(0, len(clips), CLIPS_PER_SHEET)]
    sheets = [out / f"sheet-{number:02d}.png" for number in range(1, len(pages) + 1)]
    paths = [*sheets, out / "clips.mp4"]
    for path in paths:
        check_writable(path, force=force)
    typeface, backdrop = find_typeface(), _Backdrop(tell or _tell)
    _mention_lost_words(clips, typeface, tell or _tell)
    for number, (path, page) in enumerate(zip(sheets, pages, strict=True), 1):
        rows = [_row(clip, frames_per_clip, backdrop) for clip in page]
        heading = f"{len(clips)} clips, sheet {number} of {len(pages)}"
        picture = contact_sheet(rows, heading, typeface)
        with atomic_path(path, force=force) as temporary:
            Image.fromarray(picture).save(temporary)
    write_video(paths[-1], _film(clips, backdrop, typeface), VIDEO_FPS, force=force)
    return paths


def _tell(text: str) -> None:
    print(f"momjit: {text}", file=sys.stderr)


def _mention_lost_words(
    clips: Sequence[PreviewClip], typeface: Typeface, tell: Callable[[str], None]
) -> None:
    words = {word.text for clip in clips for word in clip.words}
    lost = sorted(word for word in words if typeface.lacks(word))
    if lost:
        tell(
            f"no font was found that can write {len(lost)} of {len(words)} words, such as "
            f"{lost[0]!r}; they are drawn as dots: install one that can, such as Noto Sans CJK"
        )


class _Backdrop:
    """The pictures behind keypoints, darkened; says once for each video that cannot be read."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._broken: set[Path] = set()

    def pictures(self, clip: PreviewClip, frame: int, count: int, fps: float) -> Iterator[Picture]:
        """`count` pictures of the clip's video from a frame on, as many as there are."""
        if clip.video is None or clip.keypoints is None or clip.video in self._broken:
            return
        start = clip.start + frame / clip.fps
        try:
            for _, picture in read_frames(
                clip.video, fps=fps, start=start, end=start + count / fps
            ):
                yield np.rint(picture * BACKGROUND).astype(np.uint8)
        except UserError as error:
            self._broken.add(clip.video)
            self._tell(f"drawn without its pictures: {error}")


# ── contact sheets ────────────────────────────────────────────────────────────────────────────


def _row(clip: PreviewClip, count: int, backdrop: _Backdrop) -> Row:
    """The row of a clip on a sheet: moments at even distances, each over the words around it."""
    figure = figure_of(clip.motion) if clip.motion else None
    count = min(count, clip.frames)
    share = clip.frames / clip.fps / count
    tiles: list[Tile] = []
    for number in range(count):
        frame = int((number + 0.5) * clip.frames / count)
        words = [
            (word.text, word.start <= frame / clip.fps < word.end)
            for word in clip.words
            if number * share <= (word.start + word.end) / 2 < (number + 1) * share
        ]
        behind = next(backdrop.pictures(clip, frame, 1, clip.fps), None)
        views = _views(clip, figure, frame, behind, TILE_WIDTH, TILE_HEIGHT)
        tiles.append(Tile(np.concatenate(views, axis=0), _time(clip, frame), words))
    span = f"{clock(clip.start)} – {clock(clip.end)}"
    title = f"{clip.name}   {span}   {clip.end - clip.start:.1f} s at {clip.fps:.4g} fps"
    return Row(clip.kept, _verdict(clip), title, tiles)


def _views(
    clip: PreviewClip,
    figure: Figure | None,
    frame: int,
    behind: Picture | None,
    width: int,
    height: int,
) -> list[Picture]:
    """What there is to see of a moment: the keypoints and the motion, each within a size."""
    views: list[Picture] = []
    if clip.keypoints is not None:
        shape = (clip.keypoints.width, clip.keypoints.height)
        scale = min(width / shape[0], height / shape[1])
        ground = _resized(behind, round(shape[0] * scale), round(shape[1] * scale))
        views.append(draw_skeleton(ground, clip.keypoints, frame))
    if figure is not None:
        wide = views[0].shape[1] if views else min(width, round(height / 0.8))
        views.append(draw_motion(figure, frame, wide, min(height, round(0.8 * wide))))
    return views


def _resized(picture: Picture | None, width: int, height: int) -> Picture:
    from PIL import Image

    if picture is None:
        return dark_ground(width, height)
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


# ── the video ─────────────────────────────────────────────────────────────────────────────────


def _film(
    clips: Sequence[PreviewClip], backdrop: _Backdrop, typeface: Typeface
) -> Iterator[Picture]:
    """The frames of the video: the middle of every clip, one clip after the other."""
    for clip in clips:
        figure = figure_of(clip.motion) if clip.motion else None
        length = min(clip.frames / clip.fps, SECONDS_PER_CLIP)
        first = round((clip.frames - length * clip.fps) / 2)
        count = max(1, round(length * VIDEO_FPS))
        pictures = backdrop.pictures(clip, first, count, VIDEO_FPS)
        for number in range(count):
            frame = min(first + round(number / VIDEO_FPS * clip.fps), clip.frames - 1)
            yield _screen(clip, figure, frame, next(pictures, None), typeface)


def _screen(
    clip: PreviewClip, figure: Figure | None, frame: int, behind: Picture | None, typeface: Typeface
) -> Picture:
    """One frame of the video: the verdict above, the views side by side, the words below."""
    width, height = VIDEO_SIZE
    screen = dark_ground(width, height)
    room = height - _TOP - _BOTTOM - 2 * BORDER
    shown = (clip.keypoints is not None) + (clip.motion is not None)
    views = _views(clip, figure, frame, behind, (width - 40) // shown, room)
    tall = max(view.shape[0] for view in views)
    panel = framed(np.concatenate([_centred(view, tall) for view in views], axis=1), clip.kept)
    left, top = (width - panel.shape[1]) // 2, _TOP + (room + 2 * BORDER - panel.shape[0]) // 2
    below = top + panel.shape[0]
    screen[top:below, left : left + panel.shape[1]] = panel
    seconds = frame / clip.fps
    with Lettering(screen, typeface) as write:
        end = write.label(left, 16, _verdict(clip), 22, KEPT if clip.kept else REJECTED)
        write(end + 16, 21, clip.name, 22, INK)
        write.time_code(left + BORDER, below - BORDER, _time(clip, frame), 20)
        said = [(word.text, word.start <= seconds < word.end) for word in clip.words]
        current = sum(word.start <= seconds for word in clip.words) - 1
        for line in wrapped(said, 36, width - 120, typeface):
            if current < len(line):
                write.words(0, height - _BOTTOM + 24, line, 36, width)
                break
            current -= len(line)
    return screen


def _centred(view: Picture, height: int) -> Picture:
    above = (height - view.shape[0]) // 2
    padded = dark_ground(view.shape[1], height)
    padded[above : above + view.shape[0]] = view
    return padded


def _verdict(clip: PreviewClip) -> str:
    return "kept" if clip.kept else f"rejected: {clip.reason}"


def _time(clip: PreviewClip, frame: int) -> str:
    return clock(clip.start + frame / clip.fps)


def clock(seconds: float) -> str:
    """Seconds as `m:ss.ff`, or `h:mm:ss.ff` from the first hour on."""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    whole = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{whole}:{rest // 100:02d}.{rest % 100:02d}"
