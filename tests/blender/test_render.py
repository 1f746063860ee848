"""What is filmed, decoded again: alpha, subtitles, sizes, sound, and pictures that are kept."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pysubs2
import pytest
import soundfile

from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import Span
from tests.rigs import lively_motion

SIZE = (180, 320)
FRAMES = 15
WORDS = (("안녕하세요", 0.0, 0.2), ("여러분", 0.22, 0.46))


def decoded(path: Path, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Frames `(T, H, W, 4)` of a video or picture."""
    # ffmpeg's own VP9 decoder leaves the alpha out
    decoder = ["-c:v", "libvpx-vp9"] if path.suffix == ".webm" else []
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *decoder, "-i", str(path)]
    command += ["-map", "0:v", "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype=np.uint8).reshape(-1, size[1], size[0], 4)


def streams(path: Path) -> str:
    """What ffmpeg says of a file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def assert_cut_out(frame: np.ndarray) -> None:
    """A figure that hides what is behind it, and nothing around it."""
    alpha = frame[..., 3]
    assert alpha[:8].max() == 0
    assert alpha[:, :6].max() < 128
    assert (alpha > 245).sum() > 400


def assert_subtitle(plain: np.ndarray, burnt: np.ndarray, side: float, bottom: float) -> None:
    """What differs between two pictures is bright, in the lower third and inside the margins."""
    height, width = plain.shape[:2]
    differs = np.abs(plain[..., :3].astype(int) - burnt[..., :3]).max(axis=-1) > 60
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    assert differs.sum() > 30
    assert rows[0] > height * 0.6
    assert rows[-1] < height * (1.0 - bottom) + 2
    assert columns[0] > width * side - 2
    assert columns[-1] < width * (1.0 - side) + 2
    assert burnt[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, :3].min(axis=-1).max() > 230


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of movement in which two words are said."""
    folder = tmp_path_factory.mktemp("talk")
    tone = 0.5 * np.sin(np.arange(12000) * 0.1).astype(np.float32)
    soundfile.write(folder / "talk.wav", tone, 24000)
    motion = lively_motion(frames=FRAMES)
    spans = tuple(Span("word", *word) for word in WORDS)
    motion = type(motion)(
        motion.skeleton, motion.rotations, motion.root, motion.fps, motion.expressions, spans
    )
    path = folder / "talk.npz"
    save_clip(path, Clip(motion, folder / "talk.wav", {"text": "안녕하세요, 여러분!"}))
    return path


@pytest.fixture(scope="module")
def cut_out(add_on_cli, talk, puppet, tmp_path_factory) -> Path:
    """All kinds that can be transparent, of one run, in a folder with an awkward name."""
    folder = tmp_path_factory.mktemp("clear") / "{a} #1"
    folder.mkdir()
    outputs = [folder / name for name in ("frames", "out #2.webm", "out.mov", "out.png")]
    places = [part for output in outputs for part in ("-o", output)]
    arguments = ["--avatar", puppet, "--size", "180x320", "--camera", "full", "--transparent"]
    status, messages = add_on_cli("render", talk, *arguments, *places)
    assert status == 0, messages
    assert sorted(folder.iterdir()) == sorted(outputs)  # nothing unfinished is left
    return folder


def test_transparent_pictures_and_videos_show_the_figure_alone(cut_out):
    webm, mov = decoded(cut_out / "out #2.webm"), decoded(cut_out / "out.mov")
    assert len(webm) == len(mov) == FRAMES
    for frame in (webm[7], mov[7], decoded(cut_out / "out.png")[0]):
        assert_cut_out(frame)
    picture = decoded(cut_out / "frames" / "00008.png")[0]
    assert_cut_out(picture)
    opaque = picture[..., 3] > 250
    assert np.abs(picture[opaque][:, :3].astype(int) - webm[7][opaque][:, :3]).mean() < 12
    assert "Audio: opus" in streams(cut_out / "out #2.webm")
    assert "Audio: pcm" in streams(cut_out / "out.mov")
    assert "30 fps" in streams(cut_out / "out.mov")


def test_what_is_there_whole_is_kept_and_the_rest_is_done(
    add_on_cli, talk, puppet, cut_out, tmp_path
):
    frames = cut_out / "frames"
    half, gone = frames / "00003.png", frames / "00009.png"
    half.write_bytes(half.read_bytes()[:-40])
    gone.unlink()
    left_over = frames / ".unfinished-0004.png"
    left_over.write_bytes(b"")
    times = {path.name: path.stat().st_mtime_ns for path in frames.glob("0*.png")}
    arguments = ["--avatar", puppet, "--size", "180x320", "--camera", "full", "--transparent"]
    status, messages = add_on_cli("render", talk, *arguments, "-o", frames)
    assert (status, "--resume" in messages[-1]["error"]) == (2, True)
    status, messages = add_on_cli("render", talk, *arguments, "-o", frames, "--resume")
    assert status == 0, messages
    assert not left_over.exists()
    assert len(decoded(half)) == len(decoded(gone)) == 1
    for path in frames.glob("0*.png"):
        assert (path.stat().st_mtime_ns == times.get(path.name)) == (path not in (half, gone))
    status, messages = add_on_cli(
        "render", talk, *arguments, "-o", frames, "--resume", "--camera", "bust", "--fps", "12"
    )
    assert status == 2
    for difference in ("camera was full, is now bust", "fps was 30.0, is now 12.0"):
        assert difference in messages[-1]["error"]


@pytest.mark.parametrize(
    ("shape", "size", "side", "bottom"),
    [("vertical", (270, 480), 0.08, 0.2), ("horizontal", (480, 270), 0.1, 0.07)],
)
def test_subtitles_are_burnt_in_below_and_inside_the_margins(
    add_on_cli, talk, puppet, tmp_path, shape, size, side, bottom
):
    outputs = ["-o", tmp_path / "frames", "-o", tmp_path / "out.mp4", "-o", tmp_path / "out.srt"]
    arguments = ["--avatar", puppet, "--size", "{}x{}".format(*size), "--captions", "ko"]
    status, messages = add_on_cli(
        "render", talk, *arguments, *outputs, "-o", tmp_path / "out.png", "--frames", "6:9"
    )
    assert status == 0, messages
    burnt = decoded(tmp_path / "out.mp4", size)
    assert len(burnt) == 4
    assert_subtitle(decoded(tmp_path / "frames" / "00007.png", size)[0], burnt[1], side, bottom)
    plain = [decoded(tmp_path / "frames" / f"{k:05}.png", size)[0] for k in range(6, 10)]
    still = decoded(tmp_path / "out.png", size)[0]
    nearest = min(plain, key=lambda one: np.abs(one[:90].astype(int) - still[:90]).sum())
    assert_subtitle(nearest, still, side, bottom)
    (cue,) = pysubs2.load(str(tmp_path / "out.srt"))
    assert cue.plaintext == "안녕하세요 여러분"
    assert (cue.start, cue.end) == (0, pytest.approx(4 * 1000 / 30, abs=1))  # of frames 6 to 9


def test_names_give_size_and_quality(add_on_cli, talk, puppet, tmp_path):
    out = tmp_path / "out.png"
    arguments = ["--avatar", puppet, "--quality", "preview", "--format", "horizontal-720"]
    status, messages = add_on_cli("render", talk, *arguments, "-o", out)
    assert status == 0, messages
    assert decoded(out, (640, 360)).shape == (1, 360, 640, 4)


def test_a_user_films_from_the_panel(use_extension, talk, puppet, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    use_extension("session_render.py", results, talk, puppet)
    assert not list(results.glob(".*"))
    still, burnt = decoded(results / "still.png")[0], decoded(results / "burnt.mp4")
    assert len(burnt) == FRAMES
    assert_subtitle(still, burnt[7], 0.08, 0.2)
    assert_cut_out(decoded(results / "clear.webm")[7])
    assert len(decoded(results / "mine.mp4")) == 2 * FRAMES
    assert "60 fps" in streams(results / "mine.mp4")
    (subtitles,) = results.glob("*.srt")
    assert [cue.plaintext for cue in pysubs2.load(str(subtitles))] == ["안녕하세요 여러분"]
    (pictures,) = results.glob("* pictures")
    assert len(list(pictures.glob("*.png"))) == FRAMES
