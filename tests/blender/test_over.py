"""A character as a window in somebody's video, decoded again: place, size, time and sound."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

WIDE, FPS, LONG = (320, 180), 25, 20
BLUE = (20, 60, 200)
SHAPE = ("--format", "square", "--camera", "sign", "--quality", "preview")


def filmed(path: Path, *, sound: bool) -> Path:
    """A blue video of 0.8 s, with a tone or silent."""
    colour = "0x{:02x}{:02x}{:02x}".format(*BLUE)
    source = f"color=c={colour}:size={WIDE[0]}x{WIDE[1]}:rate={FPS}:duration={LONG / FPS}"
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={LONG / FPS}", "-c:a", "aac"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source]
    command += [*(tone if sound else []), "-c:v", "libx264", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def decoded(path: Path) -> np.ndarray:
    """Frames `(T, H, W, 3)`, highest row first."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:v"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype=np.uint8).reshape(-1, WIDE[1], WIDE[0], 3)


def loudness(path: Path) -> float:
    """Largest sample of a file's sound, 0 where it has none."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:a?"]
    done = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=False)
    samples = np.frombuffer(done.stdout, dtype="<i2")
    return float(np.abs(samples.astype(float)).max()) / 32768.0 if len(samples) else 0.0


def window(frames: np.ndarray) -> tuple[int, int, int, int]:
    """Columns and rows in which something lies over the blue."""
    over = (np.abs(frames.astype(int) - BLUE).max(axis=-1) > 40).any(axis=0)
    rows, columns = np.flatnonzero(over.any(axis=1)), np.flatnonzero(over.any(axis=0))
    return int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1


def test_a_window_at_the_lower_right_begins_when_it_is_told(
    add_on_cli, spoken_clip, puppet, tmp_path
):
    video, made = filmed(tmp_path / "news.mp4", sound=True), tmp_path / "signed.mp4"
    place = ["--over", video, "--share", "0.5", "--at", "0.4"]
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", puppet, *SHAPE, *place, "-o", made
    )
    assert status == 0, messages
    frames = decoded(made)
    assert len(frames) == 10 + 12  # the clip's half second, from 0.4 s on, ends after the video
    # 90 pixels high, 4 from the edges; two more for what the encoder smears
    assert window(frames) == pytest.approx((226, 316, 86, 176), abs=2)
    apart = np.abs(frames[:, 90:172, 230:312].astype(int) - frames[:1, 90:172, 230:312])
    moved = (apart.max(axis=-1) > 60).sum(axis=(1, 2))
    assert moved[:10].max() < 5
    assert moved[15:].min() > 20
    assert loudness(made) > 0.05


def test_a_figure_cut_out_stands_in_the_video_itself(add_on_cli, spoken_clip, puppet, tmp_path):
    video, made = filmed(tmp_path / "mute.mp4", sound=False), tmp_path / "signed.mp4"
    place = ["--over", video, "--share", "1", "--place", "left", "--transparent"]
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", puppet, *SHAPE, *place, "-o", made,
        "-o", tmp_path / "signed.png",
    )  # fmt: skip
    assert status == 0, messages
    frames = decoded(made)
    assert len(frames) == LONG
    left, right, top, bottom = window(frames)
    assert right <= 180 + 2
    assert bottom - top > 100
    corner = frames[:, :10, :10].astype(int)
    assert np.abs(corner - BLUE).max() < 40  # nothing of the backdrop
    assert decoded(tmp_path / "signed.png").shape == (1, *WIDE[::-1], 3)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--share", "1.5"], "0.05 to 1 of the video's height"),
        (["--place", "middle"], "choose one of lower-right"),
        (["--fps", "30"], "--fps does not go with --over"),
        (["--format", "horizontal", "--share", "1", "--at", "x"], "not a number of seconds"),
    ],
)
def test_what_cannot_be_is_refused(add_on_cli, spoken_clip, puppet, tmp_path, given, told):
    video = tmp_path / "news.mp4"
    if not video.exists():
        filmed(video, sound=False)
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", puppet, "--over", video, *given,
        "-o", tmp_path / "x.mp4",
    )  # fmt: skip
    assert (status, told in messages[-1]["error"]) == (2, True), messages[-1]


def test_what_is_no_video_is_told_by_name(add_on_cli, spoken_clip, puppet, tmp_path):
    for name, content in (("none.mp4", None), ("text.mp4", b"not a film")):
        video = tmp_path / name
        if content is not None:
            video.write_bytes(content)
        status, messages = add_on_cli(
            "render", spoken_clip, "--avatar", puppet, "--over", video, "-o", tmp_path / "x.mp4"
        )
        assert (status, name in messages[-1]["error"]) == (2, True), messages[-1]
