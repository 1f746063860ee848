"""Pictures, sound and captions become a video in a scene of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy

from .. import compat
from ..core.captions import Captions
from ..core.errors import UserError
from ..core.frame_folder import FrameFolder
from ..core.inset import Box, Inset
from ..core.likeness import Likeness
from ..core.picture import Size
from .clock import set_frame_rate
from .lettering import lay_captions
from .likeness import note_in, tag_picture, tag_video
from .mux import mux_sounds
from .render import MARK, Render, Steps, take_pictures

MOVIES = (".mp4", ".webm", ".mov")
SEE_THROUGH = (".webm", ".mov")
"""The kinds of video that can be transparent."""

_SOUND = 32
"""Channel of the first sound, above all that is seen."""


@dataclass(frozen=True)
class Cut:
    """A video of the `frames` in folders at `fps`; several folders stand side by side.

    `sound` begins at frame 1, also where `frames` begin later; so do the `captions`, which are
    burnt in. `inset`: the pictures are a window in somebody's video, whose sound stays. `shown`:
    the likenesses in the pictures, of which the file tells.
    """

    folders: Sequence[FrameFolder]
    frames: Sequence[int]
    fps: float
    transparent: bool = False
    sound: Path | None = None
    captions: Captions = Captions()
    inset: Inset | None = None
    shown: Sequence[Likeness] = ()

    @property
    def size(self) -> Size:
        """Of the video, pixels."""
        if self.inset:
            return self.inset.footage.size
        return sum(folder.size[0] for folder in self.folders), self.folders[0].size[1]

    @property
    def boxes(self) -> list[Box]:
        """Where the pictures of each folder are."""
        if self.inset:
            return [self.inset.box]
        width, height = self.folders[0].size
        return [Box(k * width, 0, width, height) for k in range(len(self.folders))]

    @property
    def delay(self) -> int:
        """Frames of the video before the first one of the pictures."""
        return self.inset.delay if self.inset else 0

    @property
    def span(self) -> range:
        """Frames of the video: those of the pictures, or all of the one below them, and longer
        where the pictures go on."""
        if not self.inset:
            return range(self.frames[0], self.frames[-1] + 1)
        return range(1, max(self.inset.footage.frames, self.frames[-1] + self.delay) + 1)


@dataclass(frozen=True)
class _Sound:
    """A file that is heard from a frame of the video on."""

    path: Path
    frame: int


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
    for share, doing in take_pictures(scene, cut.folders[0], cut.frames, render, first):
        yield 0.95 * share, doing
    for share, doing in cut_video(path, cut, render):
        yield 0.95 + 0.05 * share, doing


def cut_video(path: Path, cut: Cut, render: Render) -> Steps:
    """Write the video; its kind is that of the suffix: .mp4, .webm or .mov."""
    suffix = path.suffix.lower()
    check_movie(suffix, cut.size, transparent=cut.transparent)
    sounds = _sounds(cut)
    with _cutting_room(cut) as scene:
        codec = compat.write_movie(scene, suffix, cut.transparent)
        note_in(scene, cut.shown)
        mixes = compat.can_write_sound() and bool(sounds)
        scene.render.ffmpeg.audio_codec = codec if mixes else "NONE"
        scene.render.ffmpeg.audio_bitrate = 128
        scene.render.filepath = compat.literal_path(path)
        render(scene)
        yield 1.0, "sound and pictures together"
        if not path.is_file():
            raise UserError(f"writing the {suffix} video was stopped")
        if sounds and not mixes:
            mux_sounds(
                path,
                [(s.path, (s.frame - cut.span[0]) / cut.fps) for s in sounds],
                len(cut.span) / cut.fps,
            )
    tag_video(path, cut.shown)


def _sounds(cut: Cut) -> list[_Sound]:
    """What is heard: the speech, and the sound of the video below."""
    own = [_Sound(cut.sound, 1 + cut.delay)] if cut.sound else []
    return own + ([_Sound(cut.inset.footage.path, 1)] if cut.inset else [])


def cut_picture(path: Path, cut: Cut, frame: int, render: Render) -> Steps:
    """Write one of the frames as a PNG with its captions."""
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
        tag_picture(written, cut.shown)
        written.replace(path)


@contextmanager
def _cutting_room(cut: Cut) -> Iterator[bpy.types.Scene]:
    """A scene, for a while, whose sequencer holds the pictures and the texts over them."""
    scene = bpy.data.scenes.new("momjit cut")
    scene[MARK] = True
    fonts, sounds = set(bpy.data.fonts), set(bpy.data.sounds)
    try:
        render = scene.render
        render.resolution_x, render.resolution_y = cut.size
        render.resolution_percentage = 100
        render.use_sequencer, render.use_compositing = True, False
        render.film_transparent = cut.transparent
        set_frame_rate(scene, cut.fps)
        scene.frame_start, scene.frame_end = cut.span[0], cut.span[-1]
        scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
        channel = 1
        if cut.inset:
            _lay_footage(scene, cut)
            channel += 1
        for folder, box in zip(cut.folders, cut.boxes, strict=True):
            _lay_pictures(scene, cut, folder, box, channel)
            channel += 1
        if compat.can_write_sound():
            _lay_sounds(scene, _sounds(cut))
        lay_captions(scene, cut.captions, cut.boxes[0], cut.fps, cut.delay, channel)
        yield scene
    finally:
        used = [strip for strip in compat.strips(scene) if strip.type in {"TEXT", "SOUND"}]
        ours = {strip.font if strip.type == "TEXT" else strip.sound for strip in used}
        bpy.data.scenes.remove(scene)
        bpy.data.batch_remove(ours - fonts - sounds - {None})


def _lay_footage(scene: bpy.types.Scene, cut: Cut) -> None:
    """The video that the window is in; its last picture stays while the window goes on."""
    assert cut.inset
    strip = compat.strips(scene).new_movie(
        name="video",
        filepath=str(cut.inset.footage.path),
        channel=1,
        frame_start=cut.span[0],
        fit_method="STRETCH",
    )
    strip.frame_final_duration = len(cut.span)
    strip.blend_type = "REPLACE"


def _lay_pictures(
    scene: bpy.types.Scene, cut: Cut, folder: FrameFolder, box: Box, channel: int
) -> None:
    """The pictures in their place; the first and the last stay while the video goes on."""
    first, last = cut.frames[0], cut.frames[-1]
    shown = [min(max(frame - cut.delay, first), last) for frame in cut.span]
    strip = compat.strips(scene).new_image(
        name="pictures",
        filepath=str(folder.picture(shown[0])),
        channel=channel,
        frame_start=cut.span[0],
        fit_method="ORIGINAL",
    )
    for frame in shown[1:]:
        strip.elements.append(folder.picture(frame).name)
    strip.frame_final_duration = len(shown)
    strip.transform.offset_x = box.left + (box.width - cut.size[0]) / 2.0
    strip.transform.offset_y = box.bottom + (box.height - cut.size[1]) / 2.0
    strip.blend_type = "REPLACE" if channel == 1 else "ALPHA_OVER"


def _lay_sounds(scene: bpy.types.Scene, sounds: Sequence[_Sound]) -> None:
    for number, sound in enumerate(sounds):
        compat.add_sound(scene, str(sound.path), sound.frame, _SOUND + number)
