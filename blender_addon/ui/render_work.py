"""Rendering that goes on while Blender is used: one picture after the other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..client.job import ENDED, State
from ..core.atomic import atomic_path
from ..core.captions import Captions, caption_share
from ..core.errors import UserError
from ..core.frame_folder import FrameFolder, Settings, open_frame_folder
from ..core.framing import Shot
from ..scene.cut import Cut, cut_picture, film_video
from ..scene.likeness import likenesses_in
from ..scene.render import Look, Render, Steps, render_now, take_pictures
from ..scene.studio import Studio, mixed_sound, performance_digest, studio
from .translations import filled


@dataclass(frozen=True)
class Order:
    """What to film, by name: pointers do not survive an undo.

    `shot`: None for the scene's own camera; `output`: a video, a picture or a folder of pictures;
    `kept`: a folder in which the pictures of a video stay; `again`: do not go on with the pictures
    that are there.
    """

    scene: str
    character: str
    look: Look
    shot: Shot | None
    fps: float
    output: Path
    kept: Path | None = None
    again: bool = False
    captions: Captions = Captions()


_unfinished: set[RenderWork] = set()
"""Kept, so that what is rendered is not removed while Blender draws it."""


class RenderWork:
    """The steps of a render as work that is polled; nothing happens while Blender renders."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        _unfinished.add(self)
        self.state = State.RUNNING
        self.fraction = 0.0
        self.message = "setting the stage"
        self.error = ""
        self.cancelling = False

    def poll(self) -> bool:
        """Begin the next step when the last one is over; True when all are."""
        if self.ended or bpy.app.is_job_running("RENDER"):
            return self.ended
        try:
            self._go_on()
        except StopIteration:
            self.state, self.fraction = State.DONE, 1.0
        except ReferenceError:
            self.state, self.error = State.FAILED, "the scene was undone while it was rendered"
        except (UserError, OSError, RuntimeError) as error:
            self.state, self.error = State.FAILED, str(error)
        if self.ended:
            _unfinished.discard(self)
        return self.ended

    def _go_on(self) -> None:
        if self.cancelling:
            self._steps.close()
            self.state = State.CANCELLED
        else:
            self.fraction, self.message = next(self._steps)

    def cancel(self) -> None:
        """Stop when the picture in hand is done."""
        self.cancelling = not self.ended

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


def render_in_window(scene: bpy.types.Scene) -> None:
    """Begin to render without another window; `bpy.app.is_job_running` tells when it is over."""
    view = bpy.context.preferences.view
    chosen, view.render_display_type = view.render_display_type, "NONE"
    try:
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
            bpy.ops.render.render("INVOKE_DEFAULT", animation=True, scene=scene.name)
    finally:
        view.render_display_type = chosen


def renderer() -> Render:
    """While Blender is used, or, where there is no window, at once."""
    return render_now if bpy.app.background else render_in_window


def film_still(order: Order, frame: float) -> Steps:
    """One picture of the scene's `frame`."""
    with _scratch(order.output.parent) as scratch, _studio(order) as place:
        scene = bpy.data.scenes[order.scene]
        moment = (frame - scene.frame_start) * place.count
        number = 1 + round(moment / (scene.frame_end - scene.frame_start + 1))
        folder = FrameFolder(scratch, order.look.size)
        yield from take_pictures(place.scene, folder, [number], renderer(), place.first)
        picture = folder.picture(number)
        if order.captions and 1 <= number <= place.count:
            clear = order.look.transparent
            shown = likenesses_in(place.scene.objects)
            cut = Cut([folder], [number], place.fps, clear, captions=order.captions, shown=shown)
            picture = scratch / "still.png"
            yield from cut_picture(picture, cut, number, renderer())
        with atomic_path(order.output) as temporary:
            picture.replace(temporary)


def film_frames(order: Order) -> Steps:
    """A folder of pictures, or those of them that are missing."""
    with _studio(order) as place:
        folder = _folder(order, order.output)
        frames = range(1, place.count + 1)
        yield from take_pictures(place.scene, folder, frames, renderer(), place.first)


def film_movie(order: Order) -> Steps:
    """A video with the sound of the scene."""
    with _scratch(order.output.parent) as scratch, _studio(order) as place:
        sound = scratch / "sound.wav"
        size = order.look.size
        cut = Cut(
            [_folder(order, order.kept) if order.kept else FrameFolder(scratch, size)],
            range(1, place.count + 1),
            place.fps,
            order.look.transparent,
            sound if mixed_sound(bpy.data.scenes[order.scene], sound) else None,
            order.captions,
            shown=likenesses_in(place.scene.objects),
        )
        video = scratch / f"video{order.output.suffix}"
        yield from film_video(video, place.scene, cut, renderer(), place.first)
        with atomic_path(order.output) as temporary:
            video.replace(temporary)


def _studio(order: Order) -> AbstractContextManager[Studio]:
    """A place to film it."""
    scene = bpy.data.scenes.get(order.scene)
    character = bpy.data.objects.get(order.character)
    if scene is None or character is None:
        gone = "“{name}” is no longer in the scene “{scene}”"
        raise UserError(filled(gone, name=order.character, scene=order.scene))
    share = caption_share(order.captions, order.look.size)
    return studio(scene, character, order.look, order.shot, order.fps, share)


def _folder(order: Order, path: Path) -> FrameFolder:
    settings = _settings(order)
    size, again = order.look.size, order.again
    return open_frame_folder(path, settings, size, resume=not again, force=again)


def _settings(order: Order) -> Settings:
    """What the pictures depend on, as far as it can be told."""
    return {
        "scene": order.scene,
        "character": order.character,
        "performance": performance_digest(bpy.data.objects[order.character]),
        "engine": order.look.engine or "the scene's",
        "samples": order.look.samples,
        "size": "{}x{}".format(*order.look.size),
        "fps": order.fps,
        "camera": order.shot or "the scene's",
        "captions": order.captions.lines if order.shot == "sign" else 0,
        "transparent": order.look.transparent,
        "look": order.look.style,
    }


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A folder for what is not finished, on the disk that it is for."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".momjit-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
