"""Sound for a video where Blender cannot write it itself, as its 4.2 wheel."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import UserError

_CODECS = {".mp4": "aac", ".webm": "libopus", ".mov": "pcm_s16le"}


def mux_sounds(video: Path, sounds: Sequence[tuple[Path, float]], length: float) -> None:
    """Put sounds into a silent video of `length` seconds, in its place.

    Each begins at its second of the video; what a negative one leaves out is not heard.
    """
    try:
        import imageio_ffmpeg
    except ImportError:
        raise UserError(
            "this Blender cannot write sound itself: pip install imageio-ffmpeg, or leave it out"
        ) from None
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    heard = [(path, start) for path, start in sounds if _has_sound(ffmpeg, path)]
    if not heard:
        return
    mixed = video.with_name(f"{video.stem}.sound{video.suffix}")
    inputs = [part for path, _ in heard for part in ("-i", str(path))]
    command = [
        ffmpeg, "-v", "error", "-y", "-i", str(video), *inputs, "-filter_complex",
        _mix([start for _, start in heard], length), "-map", "0:v", "-map", "[mixed]",
        "-c:v", "copy", "-c:a", _CODECS[video.suffix.lower()], "-b:a", "128k", str(mixed),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
        mixed.replace(video)
    except subprocess.CalledProcessError as error:
        names = ", ".join(str(path) for path, _ in heard)
        raise UserError(f"the sound {names} could not be added ({error.stderr.strip()})") from None
    finally:
        mixed.unlink(missing_ok=True)


def _mix(starts: Sequence[float], length: float) -> str:
    """ffmpeg's filters that move every sound to its start and add them up."""
    moved = [
        f"[{k}:a]adelay={1000.0 * start:.3f}:all=1[s{k}]"
        if start > 0.0
        else f"[{k}:a]atrim=start={-start:.6f},asetpts=PTS-STARTPTS[s{k}]"
        for k, start in enumerate(starts, start=1)
    ]
    names = "".join(f"[s{k}]" for k in range(1, len(starts) + 1))
    added = f"{names}amix=inputs={len(starts)}:normalize=0,apad,atrim=duration={length:.6f}[mixed]"
    return ";".join([*moved, added])


def _has_sound(ffmpeg: str, path: Path) -> bool:
    """Whether there is a stream of sound in a file."""
    told = subprocess.run(
        [ffmpeg, "-i", str(path)], capture_output=True, text=True, errors="replace", check=False
    )
    return " Audio: " in told.stderr
