"""Headless Blender: a clip and a character become a video, a picture or a 3D file.

    python -m blender_addon.cli render CLIP.npz --avatar mina.glb -o out.mp4
    python -m blender_addon.cli subtitles CLIP.npz -o out.srt
    python -m blender_addon.cli retarget CLIP.npz --rig hero.fbx -o hero.bvh

Standard output carries one JSON object a line and nothing else: `progress` (0–1) and `message`
while working; then `done` (the files written), `lost` (what has no counterpart on the character)
and `seconds` per step; or `error`, one line about what the user can fix. The exit status is 0, 2
after an `error`, or 1 for a defect, whose traceback is on standard error with Blender's chatter.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .core.errors import UserError
from .core.picture import Sheet


class Reporter:
    """Writes the JSON lines and keeps the time of each step."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.unfinished: Path | None = None
        self.scratch: Path | None = None
        self.seconds: dict[str, float] = {}
        self._floor, self._ceiling = 0.0, 0.0
        self._name = ""

    def line(self, message: dict[str, Any]) -> None:
        self.stream.write(json.dumps(message, ensure_ascii=False) + "\n")
        self.stream.flush()

    def progress(self, fraction: float, detail: str = "") -> None:
        """Progress within the current step, told as "step: detail"."""
        whole = self._floor + fraction * (self._ceiling - self._floor)
        message = f"{self._name}: {detail}" if detail else self._name
        self.line({"progress": round(whole, 4), "message": message})

    @contextmanager
    def step(self, name: str, until: float) -> Generator[None, None, None]:
        """A timed part of the work that ends at the overall progress `until`."""
        self._floor, self._ceiling, self._name = self._ceiling, until, name
        self.progress(0.0)
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are ours to print."""

    def error(self, message: str) -> Any:
        raise UserError(message)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m blender_addon.cli", description="Perform a clip on a character."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="perform a clip on a character")
    render.add_argument("--avatar", type=Path, required=True, help="character to perform it")
    render.add_argument("--quality", default="draft", help="preview, draft or final")
    render.add_argument("--engine", help="default: by quality")
    render.add_argument("--samples", type=_count, help="per pixel; default: by quality and engine")
    render.add_argument("--format", default="square-720", help="vertical, horizontal, square, …")
    render.add_argument("--size", type=_size, help="WxH in pixels; default: by format")
    render.add_argument("--camera", default="half", help="face, bust, half, full or sign")
    render.add_argument(
        "--around", type=_views, default=(0.0,), help="DEGREES,… seen from; 90: character's left"
    )
    render.add_argument("--transparent", action="store_true", help="nothing behind the character")
    render.add_argument("--captions", default="none", help="burnt in: none, ko, gloss or both")
    render.add_argument("--look", default="natural", help="natural, or toon: drawn with outlines")
    render.add_argument("--frames", type=_frames, help="A:B, first and last video frame from 1")
    render.add_argument("--sheet", type=_sheet, default="1", help="N or NxROWS moments in a PNG")
    render.add_argument("--moments", type=_moments, default=(), help="N,N,… frames in that PNG")
    render.add_argument("--over", type=Path, help="a video that the picture becomes a window of")
    render.add_argument("--place", default="lower-right", help="of the window: lower-right, …")
    render.add_argument("--share", type=float, default=1 / 3, help="of the video's height: 0.05–1")
    render.add_argument("--at", type=_seconds, default=0.0, help="when in the video it begins")
    render.add_argument("--resume", action="store_true", help="keep the pictures of a folder")
    retarget = commands.add_parser("retarget", help="carry a clip over to a rig")
    retarget.add_argument("--rig", dest="avatar", type=Path, required=True, help="rig to move")
    subtitles = commands.add_parser("subtitles", help="write the words of a clip")
    for command in (render, retarget, subtitles):
        command.add_argument("clip", type=Path)
        command.add_argument("-o", "--output", type=Path, action="append", required=True)
        command.add_argument("--force", action="store_true", help="replace existing files")
    for command in (render, retarget):
        command.add_argument("--bone-map", type=Path, help="which bone is which, as JSON")
        command.add_argument("--fps", type=float, help="frame rate; default: the clip's")
        command.add_argument("--preset", default="blender", help="program to write files for")
        command.add_argument("--units", choices=("m", "cm"), default="", help="of a BVH file")
        command.add_argument("--all-bones", action="store_true", help="control bones too")
    return parser.parse_args(arguments)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 16 <= int(width) <= 8192 >= int(height) >= 16):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT between 16 and 8192")
    return int(width), int(height)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 4096:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 4096")
    return int(text)


def _sheet(text: str) -> Sheet:
    columns, times, rows = text.partition("x")
    if not times:
        return Sheet(_count(text))
    return Sheet(_count(columns) * _count(rows), int(columns))


def _moments(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.isdigit() and int(part) >= 1 for part in parts) or len(parts) > 4096:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a list of frames, counted from 1")
    return tuple(int(part) for part in parts)


def _views(text: str) -> tuple[float, ...]:
    try:
        views = tuple(float(part) for part in text.split(","))
    except ValueError:
        views = ()
    if not 1 <= len(views) <= 4 or not all(-360.0 <= view <= 360.0 for view in views):
        raise argparse.ArgumentTypeError(f"{text!r} is not one to four angles, such as 0,-90")
    return views


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds <= 86_400.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def _frames(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit() and 1 <= int(first) <= int(last)):
        raise argparse.ArgumentTypeError(f"{text!r} is not FIRST:LAST, counted from 1")
    return int(first), int(last)


def run(arguments: list[str], reporter: Reporter) -> None:
    """Do what the command line asks; `UserError` for what the user can fix."""
    options = _parse(arguments)
    from .core.atomic import check_writable

    for output in options.output:
        if output.suffix:  # a folder of pictures has rules of its own
            check_writable(output, force=options.force)
    if options.command == "subtitles":
        _write_subtitles(options)
        reporter.line({"done": [str(path) for path in options.output], "lost": [], "seconds": {}})
        return
    with reporter.step("starting Blender", 0.02):
        from . import headless
    made = headless.produce(options, reporter)
    reporter.line(
        {
            "done": [str(path) for path in options.output],
            "lost": list(made.lost),
            "seconds": {name: round(spent, 3) for name, spent in reporter.seconds.items()},
        }
    )


def _write_subtitles(options: argparse.Namespace) -> None:
    """All that needs no Blender."""
    from .core.clip_reader import read_clip
    from .core.subtitles import WRITERS, clip_cues, write_subtitles

    for output in options.output:
        if output.suffix.lower() not in WRITERS:
            raise UserError(f"{output}: write one of {' '.join(WRITERS)}")
    cues = clip_cues(read_clip(options.clip), options.clip)
    for output in options.output:
        write_subtitles(output, cues, force=options.force)


def main() -> None:
    """Run, report, and leave without Blender's own exit, which can hang or crash."""
    reporter = Reporter(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)

    def stop(signal_number: int, _: object) -> None:
        """Leave at once, without what is half-written: Blender would swallow an exception."""
        if reporter.unfinished is not None:
            reporter.unfinished.unlink(missing_ok=True)
        if reporter.scratch is not None:
            shutil.rmtree(reporter.scratch, ignore_errors=True)
        os._exit(128 + signal_number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        run(sys.argv[1:], reporter)
        code = 0
    except UserError as error:
        reporter.line({"error": " ".join(str(error).split())})
        code = 2
    except SystemExit as leaving:  # --help
        code = int(leaving.code or 0)
    except Exception:  # noqa: BLE001  (the last line of defence: said once, in full, then exit 1)
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
