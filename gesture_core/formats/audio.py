"""Sound files: any file libsndfile can read becomes mono float samples; we write 16-bit WAV."""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError

if TYPE_CHECKING:
    import soundfile

MAX_SECONDS = 3600.0
MIN_RATE, MAX_RATE = 4_000, 384_000
MAX_FRAMES = 1 << 28
MAX_CHANNELS = 32

# A recording whose loudest sample stays under −60 dB of full scale holds no speech.
SILENCE_PEAK = 1e-3


def read_audio(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return the samples (N,) float32 in −1–1, channels averaged, and the rate in Hz.

    Raises `UserError`, naming the file, when it is missing, not sound, empty, cut off, silent,
    longer than an hour, or has non-finite samples.
    """
    import soundfile

    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: there is no such sound file")
    try:
        with soundfile.SoundFile(str(path)) as sound:
            _check_header(path, sound.frames, sound.samplerate, sound.channels)
            declared = sound.frames
            mono = _read_mono(sound)
            rate = int(sound.samplerate)
    except soundfile.LibsndfileError as error:
        raise UserError(f"{path}: not a sound file that can be read ({error})") from error
    if len(mono) < declared or _is_cut_off(path):
        raise UserError(f"{path}: the file is cut off; only {len(mono) / rate:.2f} s are there")
    if not np.isfinite(mono).all():
        raise UserError(f"{path}: the sound has samples that are not numbers")
    if np.abs(mono).max() < SILENCE_PEAK:
        raise UserError(f"{path}: the sound is silent")
    return np.clip(mono, -1.0, 1.0), rate


def write_wav(path: Path, samples: NDArray[np.float32], rate: int, *, force: bool = False) -> None:
    """Write mono `samples` (N,) in −1–1 as 16-bit PCM WAV; louder samples are clipped.

    What `read_audio` read from such a file is written to the same bits.

    Raises `UserError` when the file exists and `force` is off, or cannot be written.
    """
    import soundfile

    if samples.ndim != 1:
        raise ValueError(f"expected mono samples (N,), got shape {samples.shape}")
    pcm = np.clip(np.round(samples * 32768.0), -32768, 32767).astype(np.int16)
    with atomic_path(Path(path), force=force) as temporary:
        soundfile.write(str(temporary), pcm, rate, subtype="PCM_16", format="WAV")


def _read_mono(sound: soundfile.SoundFile) -> NDArray[np.float32]:
    """Read block by block, so that many channels never lie in memory at once."""
    blocks = sound.blocks(blocksize=1 << 16, dtype="float32", always_2d=True)
    return np.concatenate([block.mean(axis=1, dtype=np.float32) for block in blocks])


def _check_header(path: Path, frames: int, rate: int, channels: int) -> None:
    if frames <= 0:
        raise UserError(f"{path}: the sound is empty")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise UserError(f"{path}: sample rate {rate} Hz is outside {MIN_RATE}–{MAX_RATE}")
    if channels > MAX_CHANNELS:
        raise UserError(f"{path}: {channels} channels, more than {MAX_CHANNELS}")
    if frames / rate > MAX_SECONDS or frames > MAX_FRAMES:
        raise UserError(
            f"{path}: {frames / rate:.0f} s ({frames} frames) is too long; at most "
            f"{MAX_SECONDS:.0f} s and {MAX_FRAMES} frames"
        )


def _is_cut_off(path: Path) -> bool:
    """Return whether a RIFF file is shorter than its data chunk says (libsndfile hides it)."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        if stream.read(4) != b"RIFF":
            return False
        stream.seek(12)
        while len(header := stream.read(8)) == 8:
            length = int.from_bytes(header[4:], "little")
            if header[:4] == b"data":
                # Streamed files leave 0xFFFFFFFF or 0 as "unknown".
                return length != 0xFFFFFFFF and stream.tell() + length > size
            stream.seek(length + length % 2, 1)
    return False
