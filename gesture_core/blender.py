"""Running the Blender half as a program of its own and following its progress.

The two halves share only files: a clip goes in, videos and scenes come out. `bpy` lives in the
child process, so that its crashes, its chatter and its licence of one scene at a time stay there.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gesture_core.errors import UserError
from gesture_core.progress import Progress

RENDERED = (".mp4", ".webm", ".mov", ".png", "")
"""Suffixes of what is filmed; none: a folder of pictures."""
SCENES = (".glb", ".fbx", ".blend")
SUBTITLES = (".srt", ".vtt")
_PATIENCE = 10.0  # seconds for Blender to end; some versions hang on exit


class BlenderError(RuntimeError):
    """The Blender process failed through no fault of the user's; carries the end of its log."""


@dataclass(frozen=True)
class ExportSettings:
    """What 3D files are made for: the program `preset`, the `units` of BVH, m or cm (None: those
    of the program), and whether a rig's control bones are written as well (`all_bones`)."""

    preset: str = "blender"
    units: str | None = None
    all_bones: bool = False

    def arguments(self) -> list[str]:
        """The settings as command-line arguments of `blender_addon.cli`."""
        units = ["--units", self.units] if self.units else []
        return ["--preset", self.preset, *units, *(["--all-bones"] if self.all_bones else [])]


FOR_BLENDER = ExportSettings()


@dataclass(frozen=True)
class Window:
    """A part of a `video` that shows the character: at a `place`, such as lower-right, with a
    `share` of the video's height, alive from `at` seconds on."""

    video: Path
    place: str = "lower-right"
    share: float = 1 / 3
    at: float = 0.0

    def arguments(self) -> list[str]:
        """The window as command-line arguments of `blender_addon.cli`."""
        return [
            *("--over", str(self.video), "--place", self.place),
            *("--share", str(self.share), "--at", str(self.at)),
        ]


@dataclass(frozen=True)
class RenderSettings:
    """How a clip is shown: who performs it, seen how, drawn with how much care.

    `avatar`: a character's file; `quality`: preview, draft or final; `format`: the shape of the
    picture by name; `size`: pixels, None for the format's; `camera`: face, bust, half, full or
    sign; `engine`: None for the quality's; `captions`: texts burnt in, none, ko, gloss or both;
    `frames`: FIRST:LAST, None for all; `fps`: None for the clip's; `resume`: keep the pictures that
    are in the folder; `export`: how 3D files are written; `window`: the video that this is shown
    over, if any; `around`: the sides it is seen from, degrees, side by side, 90 the character's
    left; `sheet`: moments in a PNG, N or COLUMNSxROWS; `moments`: the frames of these, none:
    evenly; `look`: natural, or toon, drawn with steps of shade and outlines.
    """

    avatar: Path
    quality: str = "draft"
    format: str = "square-720"
    size: tuple[int, int] | None = None
    camera: str = "half"
    engine: str | None = None
    transparent: bool = False
    captions: str = "none"
    frames: str | None = None
    fps: float | None = None
    resume: bool = False
    export: ExportSettings = FOR_BLENDER
    window: Window | None = None
    around: tuple[float, ...] = (0.0,)
    sheet: str = "1"
    moments: tuple[int, ...] = ()
    look: str = "natural"

    def arguments(self) -> list[str]:
        """The settings as command-line arguments of `blender_addon.cli`."""
        size = None if self.size is None else "{}x{}".format(*self.size)
        valued = {
            "--avatar": self.avatar,
            "--quality": self.quality,
            "--format": self.format,
            "--size": size,
            "--camera": self.camera,
            "--engine": self.engine,
            "--captions": self.captions,
            "--look": self.look,
            "--around": ",".join(f"{angle:g}" for angle in self.around),
            "--sheet": self.sheet,
            "--moments": ",".join(str(frame) for frame in self.moments) or None,
            "--frames": self.frames,
            "--fps": self.fps,
        }
        switches = {
            "--transparent": self.transparent,
            "--resume": self.resume,
        }
        given = [f"{name}={value}" for name, value in valued.items() if value is not None]
        words = given + [switch for switch, on in switches.items() if on]
        return words + self.export.arguments() + (self.window.arguments() if self.window else [])


def check_blender() -> None:
    """Raise `UserError` when Blender's Python module is not installed."""
    if importlib.util.find_spec("bpy") is None:
        raise UserError(
            "rendering and .glb, .fbx and .blend files need Blender's Python module; "
            "install it with: pip install 'momjit[blender]'"
        )


def render_clip(
    clip: Path,
    outputs: Sequence[Path],
    settings: RenderSettings,
    progress: Progress,
    *,
    force: bool = False,
) -> tuple[str, ...]:
    """Let Blender perform `clip` and write every output by its suffix; see `run_blender`."""
    check_blender()
    arguments = ["render", str(clip), *_output_arguments(outputs), *settings.arguments()]
    return run_blender([*arguments, *(["--force"] if force else [])], progress)


def retarget_clip(
    clip: Path,
    rig: Path,
    outputs: Sequence[Path],
    progress: Progress,
    *,
    bone_map: Path | None = None,
    export: ExportSettings = FOR_BLENDER,
    fps: float | None = None,
    force: bool = False,
) -> tuple[str, ...]:
    """Put the motion of `clip` onto the character in `rig` and export it; see `run_blender`.

    `bone_map`: None to find out which bone is which; `fps`: None for the clip's.
    """
    check_blender()
    arguments = ["retarget", str(clip), "--rig", str(rig), *_output_arguments(outputs)]
    arguments += [*export.arguments(), *([] if fps is None else ["--fps", str(fps)])]
    arguments += [] if bone_map is None else ["--bone-map", str(bone_map)]
    return run_blender([*arguments, *(["--force"] if force else [])], progress)


def write_subtitles(
    clip: Path, outputs: Sequence[Path], progress: Progress, *, force: bool = False
) -> None:
    """Write the words of `clip` as subtitles, .srt or .vtt, which needs no Blender."""
    arguments = ["subtitles", str(clip), *_output_arguments(outputs)]
    run_blender([*arguments, *(["--force"] if force else [])], progress)


def run_blender(arguments: Sequence[str], progress: Progress) -> tuple[str, ...]:
    """Run `blender_addon.cli`, forward its progress, and return what the character lacked.

    That is the joints and expressions of the clip that have no counterpart on the character.
    Raises `UserError` with the line it reports, or `BlenderError` when it ends without a result.
    """
    command = [sys.executable, "-m", "blender_addon.cli", *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            result = _follow(process, progress)
        except BaseException:  # refused, cancelled or interrupted: what it does is not wanted
            process.terminate()
            raise
        finally:
            _end(process)
        if result is None:
            log.seek(0)
            tail = "".join(deque(log, maxlen=40))
            raise BlenderError(f"Blender ended with code {process.returncode}:\n{tail}")
    return tuple(str(name) for name in result["lost"])


def _end(process: subprocess.Popen[str]) -> None:
    """Let the process end by itself, then ask it to, then make it."""
    for insist in (lambda: None, process.terminate, process.kill):
        if process.poll() is None:
            insist()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_PATIENCE)
            return


def _follow(process: subprocess.Popen[str], progress: Progress) -> dict[str, Any] | None:
    """Read messages until the result; None when the process ends without one."""
    assert process.stdout is not None
    for line in process.stdout:
        message = json.loads(line)
        if "error" in message:
            raise UserError(message["error"])
        if "done" in message:
            return message
        progress(float(message["progress"]), str(message["message"]))
    return None


def _output_arguments(outputs: Sequence[Path]) -> list[str]:
    return [part for output in outputs for part in ("-o", str(output))]
