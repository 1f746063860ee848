"""Sound files of every width, rate and channel count become mono float; bad ones are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio, write_wav

RATE = 16_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 192_000])
@pytest.mark.parametrize(
    ("subtype", "tolerance"),
    [("PCM_U8", 1 / 100), ("PCM_16", 1e-4), ("PCM_24", 1e-5), ("FLOAT", 1e-6)],
)
def test_any_width_and_rate_is_read(
    tmp_path: Path, rate: int, subtype: str, tolerance: float
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, TONE, rate, subtype=subtype)

    samples, read_rate = read_audio(path)

    assert read_rate == rate
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, TONE, atol=tolerance)


@pytest.mark.parametrize("suffix", ["flac", "ogg", "aiff"])
def test_other_containers_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, TONE, RATE)

    samples, _ = read_audio(path)

    assert np.corrcoef(samples[: len(TONE)], TONE)[0, 1] > 0.99


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([TONE, 0.5 * TONE], axis=1), RATE, subtype="FLOAT")

    samples, _ = read_audio(path)

    np.testing.assert_allclose(samples, 0.75 * TONE, atol=1e-6)


def test_round_trip_through_wav(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, TONE, RATE)

    samples, rate = read_audio(path)

    assert rate == RATE
    assert soundfile.info(path).subtype == "PCM_16"
    np.testing.assert_allclose(samples, TONE, atol=1 / 32767)
    write_wav(tmp_path / "again.wav", samples, RATE)
    assert (tmp_path / "again.wav").read_bytes() == path.read_bytes()


def test_too_loud_samples_are_clipped_not_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, 4 * TONE, RATE)

    samples, _ = read_audio(path)

    assert np.all(samples[np.abs(TONE) > 0.3] * TONE[np.abs(TONE) > 0.3] > 0.29)


def test_an_existing_file_needs_force(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"mine")

    with pytest.raises(UserError, match="force"):
        write_wav(path, TONE, RATE)
    assert path.read_bytes() == b"mine"
    write_wav(path, TONE, RATE, force=True)
    assert read_audio(path)[1] == RATE


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def lie(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[24:28] = (3_000_000_000).to_bytes(4, "little")
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("samples", "spoil", "message"),
    [
        (TONE, cut, "cut off"),
        (TONE[:0], None, "empty"),
        (0 * TONE, None, "silent"),
        (0.0005 * TONE, None, "silent"),
        (np.where(TONE > 0.4, np.nan, TONE), None, "not numbers"),
        (TONE, lie, "sample rate|not a sound file"),
        (TONE, lambda p: p.write_text("안녕하세요"), "not a sound file"),
        (TONE, lambda p: p.write_bytes(b""), "not a sound file"),
        (TONE, lambda p: p.unlink(), "no such sound file"),
    ],
)
def test_bad_files_are_refused_by_name(
    tmp_path: Path,
    samples: NDArray[np.float32],
    spoil: Callable[[Path], object] | None,
    message: str,
) -> None:
    path = tmp_path / "bad.wav"
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    if spoil is not None:
        spoil(path)

    with pytest.raises(UserError, match=f"bad.wav.*({message})"):
        read_audio(path)


def test_a_sound_longer_than_an_hour_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(4000 * 3601, np.int16), 4000, subtype="PCM_U8")

    with pytest.raises(UserError, match=r"long.wav.*3601 s"):
        read_audio(path)
