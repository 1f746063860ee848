"""Video files: pictures at a constant rate by their presentation times, the sound, and writing.

Time zero is where a player starts the file, so that subtitles, sound and pictures agree. A file
that is cut off is read as far as it goes and `VideoInfo.note` says so; damage in the middle is a
`UserError`, which the callers who read scene by scene report for that scene alone.
"""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.formats.video_index import (
    MAX_RATE,
    MIN_RATE,
    VideoIndex,
    VideoInfo,
    open_video,
    packets,
    picture_stream,
    video_index,
)

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = [
    "VIDEO_SUFFIXES",
    "VideoInfo",
    "probe_video",
    "read_frames",
    "read_sound",
    "write_video",
]

Picture = NDArray[np.uint8]
Samples = NDArray[np.float32]
Sound = tuple[Samples, int]

VIDEO_SUFFIXES: frozenset[str] = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mpg", ".mpeg"}
    | {".flv", ".wmv", ".ogv", ".3gp"}
)
"""Names by which a folder's videos are found; what is inside decides how a file is read."""

WRITTEN_SUFFIXES = (".mp4", ".mov", ".mkv")

# Reading starts this many pictures before the wanted one: decoders hand out the pictures around a
# key frame in another order than they are stored in.
_LEAD_FRAMES = 30
# Times closer than this are equal but for rounding.
_SAME_TIME = 1e-6
# The last picture is held this long at most where those that the index promised do not come.
_MISSING_SECONDS = 1.0
# Sound further from its place than this is moved there; less is rounding.
_SOUND_SLACK = 0.1


def probe_video(path: Path) -> VideoInfo:
    """Size, rate, length and completeness of a video file, without decoding it.

    Raises `UserError`, naming the file, when it is missing, empty, not a video, holds no pictures
    or more than `MAX_PIXELS` or `MAX_SECONDS`.
    """
    return video_index(path).info


def read_frames(
    path: Path,
    *,
    fps: float | None = None,
    start: float = 0.0,
    end: float | None = None,
    max_height: int | None = None,
) -> Iterator[tuple[float, Picture]]:
    """Yield (time in seconds, picture (H, W, 3) RGB) at `start`, `start` + 1 / `fps`, … < `end`.

    Each picture is the one shown nearest to its time, whatever the rate of the file; by default
    at the file's nominal rate and to its end. Pictures are turned upright, have square pixels and
    at most `max_height` rows. The same times give the same pictures wherever reading starts.
    Raises `UserError` for what `probe_video` refuses and where a picture cannot be decoded.
    """
    path = Path(path)
    index = video_index(path)
    rate = index.info.fps if fps is None else fps
    if not MIN_RATE <= rate <= MAX_RATE:
        raise UserError(f"{path}: {rate:g} fps is outside {MIN_RATE:g}–{MAX_RATE:g}")
    stop = index.info.duration if end is None else min(end, index.info.duration)
    # Containers round times, Matroska to milliseconds: that must not ask for one picture more.
    count = int(np.ceil((stop - start) * rate - 0.1))
    if start < 0 or count < 1:
        raise UserError(
            f"{path}: {start:g}–{stop:g} s is not within its {index.info.duration:.2f} s"
        )
    size = _output_size(index.info, max_height)
    converted: tuple[VideoFrame, Picture] | None = None
    for time, frame in _nearest(path, _shown(path, index, start), start, rate, count):
        if converted is None or converted[0] is not frame:
            converted = frame, _picture(frame, size)
        yield time, converted[1]


def read_sound(path: Path, rate: int | None = None) -> Sound | None:
    """Mono samples (N,) float32 in −1–1 from the file's start and their rate, or None: no sound.

    At the file's own rate unless `rate` is given. Channels are mixed; sound that starts late or
    has holes is filled with silence, so that sample i lies at i / rate. Raises `UserError` when
    the file or its sound cannot be read.
    """
    import av.error

    path = Path(path)
    index = video_index(path)
    if not index.info.has_audio:
        return None
    with open_video(path) as container:
        stream = container.streams.audio[0]
        rate = rate or stream.codec_context.sample_rate
        try:
            mono = _mono(container, stream, index.origin, rate)
        except av.error.FFmpegError as error:
            raise UserError(f"{path}: the sound cannot be decoded ({error.strerror})") from error
    if not np.isfinite(mono).all():
        raise UserError(f"{path}: the sound has samples that are not numbers")
    return mono, rate


def write_video(
    path: Path,
    frames: Iterable[Picture],
    fps: float,
    *,
    sound: Sound | None = None,
    tags: Mapping[str, str] | None = None,
    force: bool = False,
) -> None:
    """Write pictures (H, W, 3) RGB, all of one size, as H.264 (yuv420p), with `sound` as AAC.

    `tags`: texts that the file holds by their names, such as comment and description. Odd sizes
    gain one repeated row or column, which the format needs. Raises `UserError` when the file
    exists and `force` is off, cannot be written, or its suffix is not of `WRITTEN_SUFFIXES`.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITTEN_SUFFIXES:
        raise UserError(f"{path}: videos are written as {', '.join(WRITTEN_SUFFIXES)}")
    try:
        import av
    except ModuleNotFoundError as error:
        raise UserError("videos need PyAV: pip install 'momjit[data]'") from error
    options = {"movflags": "+faststart"} if path.suffix.lower() != ".mkv" else {}
    with (
        atomic_path(path, force=force) as temporary,
        av.open(str(temporary), "w", container_options=options) as container,
    ):
        container.metadata.update(tags or {})
        _write_streams(container, frames, Fraction(fps).limit_denominator(1001), sound)


def _shown(path: Path, index: VideoIndex, start: float) -> Iterator[tuple[float, VideoFrame]]:
    """Decoded pictures with their times, ascending, from before `start` or from the beginning."""
    wanted = start - _LEAD_FRAMES / index.info.fps
    if index.timed and wanted > 0:
        with open_video(path) as container:
            stream = picture_stream(path, container)
            container.seek(_ticks(wanted + index.origin, stream), stream=stream)
            frames = _timed(path, container, stream, index)
            first = next(frames, None)
            # Without an index of key frames a container may land anywhere.
            if first is not None and first[0] <= wanted:
                yield first
                yield from frames
                return
    with open_video(path) as container:
        yield from _timed(path, container, picture_stream(path, container), index)


def _timed(
    path: Path, container: InputContainer, stream: VideoStream, index: VideoIndex
) -> Iterator[tuple[float, VideoFrame]]:
    import av.error

    last = -np.inf
    try:
        for number, frame in enumerate(_decoded(container, stream)):
            time = number / index.info.fps
            if index.timed and frame.pts is not None and stream.time_base:
                time = float(frame.pts * stream.time_base) - index.origin
            if time > last:
                last = time
                yield time, frame
    except av.error.FFmpegError as error:
        raise _damaged(path, last) from error


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    from av.codec.context import ThreadType

    stream.codec_context.thread_type = ThreadType.AUTO
    for packet in packets(container, stream):
        yield from stream.decode(packet)
    yield from stream.decode(None)


def _nearest(
    path: Path, shown: Iterator[tuple[float, VideoFrame]], start: float, rate: float, count: int
) -> Iterator[tuple[float, VideoFrame]]:
    """For each of `count` times the picture shown nearest to it; of two equally near the first."""
    current = next(shown, None)
    if current is None:
        raise UserError(f"{path}: no picture can be decoded")
    following = next(shown, None)
    for number in range(count):
        time = start + number / rate
        while following and following[0] - time < time - current[0] - _SAME_TIME:
            current, following = following, next(shown, None)
        if following is None and time - current[0] > _MISSING_SECONDS + 1.0 / rate:
            raise _damaged(path, current[0])
        yield time, current[1]


def _damaged(path: Path, seconds: float) -> UserError:
    return UserError(f"{path}: the pictures after {max(seconds, 0.0):.2f} s are damaged")


def _ticks(seconds: float, stream: VideoStream) -> int:
    return int(seconds / stream.time_base) if stream.time_base else 0


def _output_size(info: VideoInfo, max_height: int | None) -> tuple[int, int]:
    scale = min(1.0, max_height / info.height) if max_height else 1.0
    return max(1, round(info.width * scale)), max(1, round(info.height * scale))


def _picture(frame: VideoFrame, size: tuple[int, int]) -> Picture:
    """The frame upright, `size` (width, height) being that of the result."""
    quarters = round(frame.rotation / 90) % 4  # counterclockwise
    width, height = size[::-1] if quarters % 2 else size
    flat = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    return np.ascontiguousarray(np.rot90(cast(Picture, flat.to_ndarray()), quarters))


def _mono(container: InputContainer, stream: AudioStream, origin: float, rate: int) -> Samples:
    """All sound of a stream, every block at the place its timestamp says."""
    from av.audio.resampler import AudioResampler

    resampler = AudioResampler(format="fltp", rate=rate)
    blocks: list[tuple[int, Samples]] = []
    end = 0

    def put(frames: Iterable[AudioFrame]) -> None:
        nonlocal end
        for frame in frames:
            samples = cast(Samples, frame.to_ndarray()).mean(axis=0)
            place = end
            if frame.pts is not None and frame.time_base:
                stamped = round((float(frame.pts * frame.time_base) - origin) * rate)
                if abs(stamped - end) > _SOUND_SLACK * rate:
                    place = stamped
            blocks.append((place, samples))
            end = place + len(samples)

    for packet in packets(container, stream):
        for frame in stream.decode(packet):
            put(resampler.resample(frame))
    for frame in stream.decode(None):
        put(resampler.resample(frame))
    put(resampler.resample(None))
    return _laid_out(blocks)


def _laid_out(blocks: list[tuple[int, Samples]]) -> Samples:
    """Blocks at their places, silence between them; what lies before the start is left out."""
    mono = np.zeros(max((place + len(block) for place, block in blocks), default=0), np.float32)
    for place, block in blocks:
        block = block[max(0, -place) :]
        place = max(0, place)
        mono[place : place + len(block)] = block
    return np.clip(mono, -1.0, 1.0)


def _write_streams(
    container: OutputContainer, frames: Iterable[Picture], rate: Fraction, sound: Sound | None
) -> None:
    from av.audio.frame import AudioFrame
    from av.video.frame import VideoFrame

    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise ValueError("a video needs at least one picture")
    extra = (0, first.shape[0] % 2), (0, first.shape[1] % 2), (0, 0)
    video = container.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "fast"})
    video.height, video.width = first.shape[0] + extra[0][1], first.shape[1] + extra[1][1]
    video.pix_fmt = "yuv420p"
    audio = container.add_stream("aac", rate=sound[1], layout="mono") if sound else None
    for picture in chain((first,), pictures):
        if picture.shape != first.shape:
            raise ValueError(f"pictures of {first.shape} and {picture.shape} in one video")
        even = np.pad(picture, extra, mode="edge")
        container.mux(video.encode(VideoFrame.from_ndarray(even, format="rgb24")))
    container.mux(video.encode(None))
    if audio and sound:
        block = AudioFrame.from_ndarray(sound[0][np.newaxis].astype(np.float32), "flt", "mono")
        # Numbered from 0, so that the encoder's own lead-in is marked as lying before it.
        block.sample_rate, block.pts, block.time_base = sound[1], 0, Fraction(1, sound[1])
        container.mux(audio.encode(block))
        container.mux(audio.encode(None))
