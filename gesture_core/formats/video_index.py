"""What a video file holds, from its packets: size, rate, when its pictures are shown, what is cut.

Nothing but the first picture is decoded here, so that an hour of video is scanned in a second.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

MAX_PIXELS = 8192 * 4320
MAX_SECONDS = 6 * 3600.0
MIN_RATE, MAX_RATE = 1.0, 480.0

# Only these demuxers may look at a file, whatever its name: a playlist or a concatenation script
# that calls itself .mp4 must not make us open other files or addresses.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,h264,hevc"
_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}

# AVI has no presentation times: with reordered pictures what it gives is the decoding order.
_UNTIMED_CONTAINERS = frozenset({"avi", "h264", "hevc"})

# Timestamps that go back further than reordering explains begin anew, as in joined recordings.
_RESTART_SECONDS = 1.0
# Less than this missing at the end is the padding of a container, not a cut.
_CUT_SECONDS = 0.5
_UNEVEN = 0.1  # of the usual interval


@dataclass(frozen=True)
class VideoInfo:
    """What `probe_video` tells of the pictures of a file.

    `width`, `height`: as displayed, so turned and with square pixels; `fps`: the nominal rate;
    `frames`: how many pictures are stored; `duration`: seconds from the file's start to the end
    of the last picture; `variable`: the pictures are not evenly spaced; `note`: "" or one
    sentence that says which part of a damaged file is not there.
    """

    width: int
    height: int
    fps: float
    frames: int
    duration: float
    variable: bool
    has_audio: bool
    note: str


@dataclass(frozen=True)
class VideoIndex:
    """`VideoInfo` and how to find a picture by its time.

    `origin`: the timestamp in seconds at which the file starts; `timed`: the timestamps of the
    pictures can be trusted, else picture i is shown at i / fps.
    """

    info: VideoInfo
    origin: float
    timed: bool


def video_index(path: Path) -> VideoIndex:
    """Scan a video file, once for as long as it stays the same; `UserError` when it is none."""
    path = Path(path)
    try:
        status = path.stat()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    if path.is_dir():
        raise UserError(f"{path} is a folder, not a video")
    if status.st_size == 0:
        raise UserError(f"{path}: the file is empty")
    return _scan(path, status.st_mtime_ns, status.st_size)


@contextmanager
def open_video(path: Path) -> Generator[InputContainer]:
    """Open a container for reading; whatever FFmpeg finds wrong becomes a `UserError`."""
    try:
        import av
        import av.error
    except ModuleNotFoundError as error:
        raise UserError("videos need PyAV: pip install 'momjit[data]'") from error
    try:
        # "file:" keeps a name such as "http:x.mp4" a name.
        container = av.open(f"file:{path}", options=_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(
            f"{path}: not a video that can be read, or cut off before its index "
            f"({_reason(error)}); mp4, mov, mkv, webm, avi, ts, mpg, flv, wmv and ogv can be read"
        ) from error
    with container:
        yield container


def picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """The first stream of moving pictures; cover art does not count."""
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    raise UserError(f"{path}: there is no video in it, only {_contents(container)}")


def packets(container: InputContainer, *streams: Stream) -> Iterator[Packet[Stream]]:
    """The whole packets of some streams, or of all, up to where the file breaks off."""
    import av.error

    try:
        for packet in container.demux(*streams):
            if packet.size and not packet.is_corrupt:
                yield packet
    except av.error.InvalidDataError:
        return  # nothing after this place can be found


@lru_cache(maxsize=64)
def _scan(path: Path, modified: int, size: int) -> VideoIndex:
    with open_video(path) as container:
        stream = picture_stream(path, container)
        _check_size(path, stream.codec_context.width, stream.codec_context.height)
        declared = (container.duration or 0) / 1e6
        origin = (container.start_time or 0) / 1e6
        has_audio = bool(container.streams.audio)
        untimed = container.format.name in _UNTIMED_CONTAINERS
        nominal = float(stream.guessed_rate or 0.0)
        times, end = _packet_times(path, container, stream)
    width, height = _first_picture(path)
    timed = not untimed and _is_timed(times)
    shown = np.unique(times[np.isfinite(times)]) - origin if timed else np.zeros(0)
    if not timed and not MIN_RATE <= nominal <= MAX_RATE:
        raise UserError(f"{path}: neither times nor a frame rate are given ({nominal:g} fps)")
    if not timed:
        shown = np.arange(len(times)) / nominal
    fps, variable = _rate(shown, nominal)
    duration = float(shown[-1]) + 1.0 / fps
    _check_duration(path, max(duration, declared))
    note = _cut_note(duration, end - origin if timed else duration, declared)
    info = VideoInfo(width, height, fps, len(shown), duration, variable, has_audio, note)
    return VideoIndex(info, origin, timed)


def _packet_times(
    path: Path, container: InputContainer, stream: VideoStream
) -> tuple[NDArray[np.float64], float]:
    """Timestamp of every picture in the file's order (NaN: none), and where any stream ends."""
    times: list[float] = []
    end = -math.inf
    for packet in packets(container):
        seconds = math.nan if packet.pts is None else float(packet.pts * packet.time_base)
        length = float((packet.duration or 0) * packet.time_base)
        end = max(end, seconds + length)  # max() keeps `end` where the seconds are NaN
        if packet.stream_index == stream.index:
            times.append(seconds)
    if not times:
        raise UserError(f"{path}: the video has no pictures")
    return np.array(times), end


def _first_picture(path: Path) -> tuple[int, int]:
    import av.error

    with open_video(path) as container:
        stream = picture_stream(path, container)
        try:
            frame = next(container.decode(stream), None)
        except av.error.FFmpegError as error:
            raise UserError(f"{path}: the pictures cannot be decoded ({_reason(error)})") from error
        if frame is None:
            raise UserError(f"{path}: no picture can be decoded")
        aspect = float(stream.sample_aspect_ratio or 1)
        width = round(frame.width * (aspect if 0.1 < aspect < 10 else 1.0))
        _check_size(path, width, frame.height)
        return (frame.height, width) if frame.rotation % 180 else (width, frame.height)


def _is_timed(times: NDArray[np.float64]) -> bool:
    if not np.isfinite(times).all():
        return False
    return bool((np.maximum.accumulate(times) - times < _RESTART_SECONDS).all())


def _rate(shown: NDArray[np.float64], nominal: float) -> tuple[float, bool]:
    """The rate in frames per second and whether the pictures are unevenly spaced.

    What the file declares counts where its pictures agree: WebM may declare 1000 fps.
    """
    if len(shown) < 2:
        return (nominal if MIN_RATE <= nominal <= MAX_RATE else 25.0), False
    intervals = np.diff(shown)
    usual = float(np.median(intervals))
    mean = float(intervals.mean())
    tolerance = _UNEVEN * usual + 0.001  # Matroska rounds to milliseconds
    variable = bool((np.abs(intervals - usual) > tolerance).any())
    for measured in (usual, mean):
        if abs(nominal * measured - 1.0) <= _UNEVEN:
            return nominal, variable
    return float(np.clip(1.0 / mean, MIN_RATE, MAX_RATE)), variable


def _cut_note(pictures_end: float, end: float, declared: float) -> str:
    if declared - max(pictures_end, end) < _CUT_SECONDS:
        return ""
    return f"the file is cut off: {pictures_end:.2f} s of {declared:.2f} s can be read"


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(f"{path}: {width}×{height} is too large; at most {MAX_PIXELS} pixels")


def _check_duration(path: Path, seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise UserError(
            f"{path}: {seconds:.0f} s is too long; at most {MAX_SECONDS:.0f} s: cut it into parts"
        )


def _contents(container: InputContainer) -> str:
    kinds = sorted({"cover art" if s.type == "video" else str(s.type) for s in container.streams})
    return " and ".join(kinds) or "nothing"


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
