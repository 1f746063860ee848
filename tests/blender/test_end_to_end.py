"""From a Korean sentence to files that other programs read: the whole path, in one real run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from gesture_core.formats.bvh import read_bvh
from gesture_core.formats.clip import load_clip
from gesture_core.motion import EXPRESSIONS

imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")

SENTENCE = "안녕하세요, 반갑습니다."
FPS = 24.0
PIXELS = 192


@dataclass(frozen=True)
class Video:
    """A decoded video: grey frames `(T, H, W)` and its speech `(N,)` at `rate` Hz."""

    frames: np.ndarray
    speech: np.ndarray
    rate: int


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything `momjit generate` writes for one sentence."""
    folder = tmp_path_factory.mktemp("end_to_end")
    outputs = [
        part for kind in ("mp4", "bvh", "wav", "npz") for part in ("-o", f"{folder}/a.{kind}")
    ]
    command = [sys.executable, "-m", "gesture_core.cli", "generate", SENTENCE, *outputs]
    options = ["--voice", "espeak", "--fps", f"{FPS:g}", "--size", f"{PIXELS}x{PIXELS}"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def video(folder: Path) -> Video:
    """The MP4 as an independent decoder sees it."""

    def decode(*arguments: str) -> bytes:
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", f"{folder}/a.mp4"]
        return subprocess.run([*program, *arguments, "-"], capture_output=True, check=True).stdout

    rate = soundfile.info(folder / "a.wav").samplerate
    frames = np.frombuffer(decode("-f", "rawvideo", "-pix_fmt", "gray"), np.uint8)
    speech = np.frombuffer(decode("-f", "s16le", "-ac", "1", "-ar", str(rate)), np.int16)
    return Video(frames.reshape(-1, PIXELS, PIXELS), speech / 32768, rate)


def test_video_speech_and_motion_have_one_length(folder: Path, video: Video) -> None:
    speech = soundfile.info(folder / "a.wav").duration
    motion = read_bvh(folder / "a.bvh")
    assert motion.fps == pytest.approx(FPS)
    assert len(video.frames) == len(motion.rotations)
    assert abs(len(video.frames) / FPS - speech) < 1 / FPS
    words = [span for span in load_clip(folder / "a.npz").motion.spans if span.kind == "word"]
    spoken = words[-1].end - words[0].start
    assert spoken < len(video.frames) / FPS <= spoken + 1.5


def test_the_speech_in_the_video_is_in_sync(folder: Path, video: Video) -> None:
    wav, _ = soundfile.read(folder / "a.wav")
    length = max(len(wav), len(video.speech))
    spectrum = np.fft.rfft(video.speech, 2 * length) * np.conj(np.fft.rfft(wav, 2 * length))
    correlation = np.fft.irfft(spectrum)
    lag = int(np.argmax(correlation))
    lag -= 2 * length if lag > length else 0
    assert abs(lag) / video.rate < 1 / FPS
    energy = np.sqrt(np.sum(wav**2) * np.sum(video.speech**2))
    assert correlation.max() / energy > 0.9  # it is that speech and no other


def test_a_person_is_in_the_picture_and_moves(video: Video) -> None:
    frames = video.frames.astype(float)
    assert frames[0].std() > 10
    change = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2))
    assert (change > 0.02).mean() > 0.8  # nothing freezes
    spread = frames.std(axis=0)
    assert spread.max() > 20  # something crosses the picture
    assert np.median(spread) < 3  # and the set stands still


def test_lips_and_lids_move(folder: Path) -> None:
    motion = load_clip(folder / "a.npz").motion
    moved = {name: motion.expressions[:, i].max() for i, name in enumerate(EXPRESSIONS)}
    assert moved["jawOpen"] > 0.1
    assert moved["mouthClose"] > 0.01  # ㅂ and ㅁ of 반갑습니다
    assert moved["eyeBlinkLeft"] > 0.8


def test_the_clip_tells_where_it_came_from(folder: Path) -> None:
    clip = load_clip(folder / "a.npz")
    assert clip.audio == folder / "a.wav"
    assert clip.provenance["text"] == SENTENCE
    assert clip.provenance["voice"].startswith("espeak")
    assert len(clip.provenance["model_sha256"]) == 64
    kinds = {span.kind for span in clip.motion.spans}
    assert kinds == {"word", "gesture", "stroke"}
