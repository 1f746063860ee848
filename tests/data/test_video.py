"""Reading and writing videos: times, seeking, turned pictures, and every way a file is broken."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats import video_index
from gesture_core.formats.video import (
    VIDEO_SUFFIXES,
    probe_video,
    read_frames,
    read_sound,
    write_video,
)

av = pytest.importorskip("av")

WIDTH, HEIGHT = 64, 48
STEP = 4  # grey levels between one picture and the next


def grey(number: int, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """A picture that tells its number; the codec keeps it within a level or two."""
    return np.full((height, width, 3), (number % 60) * STEP + 10, np.uint8)


def number_of(picture: NDArray[np.uint8]) -> int:
    return round((float(picture.mean()) - 10) / STEP)


def store(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    milliseconds: Sequence[int] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    turn: int = 0,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """Write pictures with PyAV alone, at 30 fps or at the given times."""
    with av.open(str(path), "w", container_options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=30, options={"crf": "10"} | (options or {}))
        stream.pix_fmt = pix_fmt
        if milliseconds is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if turn:
            stream.set_display_rotation(turn)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for number, picture in enumerate(pictures):
            stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if milliseconds is not None:
                frame.pts, frame.time_base = milliseconds[number], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbers(path: Path, **how: object) -> list[int]:
    return [number_of(picture) for _, picture in read_frames(path, **how)]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts", "a.avi", "a.flv"])
def test_a_constant_video_gives_every_picture_once(tmp_path: Path, name: str) -> None:
    path = store(tmp_path / name, map(grey, range(50)))
    info = probe_video(path)
    assert (info.width, info.height, info.frames) == (WIDTH, HEIGHT, 50)
    assert info.fps == pytest.approx(30)
    assert info.duration == pytest.approx(50 / 30, abs=0.002)
    assert not info.variable
    assert not info.has_audio
    assert info.note == ""
    times, pictures = zip(*read_frames(path), strict=True)
    assert times == pytest.approx([k / 30 for k in range(50)])
    assert [number_of(picture) for picture in pictures] == list(range(50))
    assert pictures[0].shape == (HEIGHT, WIDTH, 3)
    assert pictures[0].dtype == np.uint8


def test_another_rate_takes_the_nearest_pictures(tmp_path: Path) -> None:
    path = store(tmp_path / "a.mp4", map(grey, range(30)))
    assert numbers(path, fps=10) == list(range(0, 30, 3))
    assert numbers(path, fps=60, end=0.1) == [0, 0, 1, 1, 2, 2]  # of two equally near the first


def test_variable_rate_is_read_by_timestamps(tmp_path: Path) -> None:
    shown = [0, 40, 200, 240, 280, 600, 640, 1000]
    path = store(tmp_path / "a.mkv", map(grey, range(8)), milliseconds=shown)
    info = probe_video(path)
    assert info.variable
    times = np.arange(0, 1.0, 0.04)
    expected = [int(np.argmin(np.abs(np.array(shown) / 1000 - t + 1e-9))) for t in times]
    assert numbers(path, fps=25, end=1.0) == expected


def test_a_file_starts_at_zero_whatever_its_first_timestamp(tmp_path: Path) -> None:
    late = [500 + 40 * k for k in range(20)]
    path = store(tmp_path / "a.mkv", map(grey, range(20)), milliseconds=late)
    assert probe_video(path).duration == pytest.approx(0.8, abs=0.01)
    assert numbers(path, fps=25) == list(range(20))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
@pytest.mark.parametrize("options", [{"g": "12", "bf": "3"}, {"g": "600"}], ids=["short", "one"])
def test_seeking_gives_the_pictures_of_reading_from_the_beginning(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 16, 16, 3), np.uint8)
    pictures = [np.kron(small, np.ones((3, 4, 1), np.uint8)) for small in noise]
    path = store(tmp_path / name, pictures, options=options)
    whole = [picture for _, picture in read_frames(path, fps=30)]
    for first in (1, 29, 31, 60, 97, 150, 199):
        part = [picture for _, picture in read_frames(path, fps=30, start=first / 30)]
        assert len(part) == 200 - first
        for expected, got in itertools.islice(zip(whole[first:], part, strict=True), 40):
            np.testing.assert_array_equal(got, expected)


def test_open_groups_of_pictures_are_sought_exactly(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (150, 16, 16, 3), np.uint8)
    pictures = [np.kron(small, np.ones((3, 4, 1), np.uint8)) for small in noise]
    options = {"g": "15", "bf": "4", "x264-params": "open-gop=1:scenecut=0"}
    path = store(tmp_path / "a.mp4", pictures, options=options)
    whole = [picture for _, picture in read_frames(path, fps=30)]
    for first in range(46, 120, 7):
        part = [picture for _, picture in read_frames(path, start=first / 30, end=first / 30 + 0.2)]
        np.testing.assert_array_equal(part, whole[first : first + 6])


@pytest.mark.parametrize("turn", [90, 180, -90])
def test_turned_pictures_come_upright(tmp_path: Path, turn: int) -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    picture[:16, :24] = 250  # the top left corner as stored
    path = store(tmp_path / "a.mp4", [picture] * 3, turn=turn)
    info = probe_video(path)
    turned = np.rot90(picture, turn // 90)
    assert (info.height, info.width) == turned.shape[:2]
    for _, got in read_frames(path):
        assert np.abs(got.astype(int) - turned).mean() < 4


def test_pixels_become_square_and_pictures_small(tmp_path: Path) -> None:
    path = store(tmp_path / "a.mp4", map(grey, range(5)), aspect=Fraction(3, 2))
    assert (probe_video(path).width, probe_video(path).height) == (96, 48)
    (_, picture), *_ = read_frames(path, max_height=24)
    assert picture.shape == (24, 48, 3)
    (_, picture), *_ = read_frames(path, max_height=4000)
    assert picture.shape == (48, 96, 3)


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [("libx264", "yuv444p"), ("ffv1", "yuv420p10le"), ("ffv1", "gray"), ("ffv1", "rgb48le")],
)
def test_odd_pixel_formats(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    path = store(tmp_path / "a.mkv", map(grey, range(9)), codec=codec, pix_fmt=pix_fmt)
    levels = [picture.mean() for _, picture in read_frames(path)]
    assert levels == pytest.approx([grey(number).mean() for number in range(9)], abs=2.5)


def test_cover_art_is_not_the_video(tmp_path: Path) -> None:
    plain = store(tmp_path / "plain.mp4", map(grey, range(6)))
    path = tmp_path / "cover.mp4"
    with av.open(str(plain)) as source, av.open(str(path), "w") as target:
        cover = target.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 128, 128, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        moving = target.add_stream_from_template(source.streams.video[0])
        picture = av.VideoFrame.from_ndarray(grey(0, 128, 128), format="rgb24")
        target.mux([*cover.encode(picture), *cover.encode(None)])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = moving
                target.mux(packet)
    assert (probe_video(path).width, probe_video(path).frames) == (WIDTH, 6)
    assert numbers(path) == list(range(6))


def test_joined_recordings_go_on(tmp_path: Path) -> None:
    """A transport stream whose clock begins anew is read by counting its pictures."""
    one = store(tmp_path / "one.ts", map(grey, range(45))).read_bytes()
    two = store(tmp_path / "two.ts", map(grey, range(45, 58))).read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(one + two)
    assert probe_video(path).duration == pytest.approx(58 / 30, abs=0.05)
    assert numbers(path)[-5:] == [53, 54, 55, 56, 57]
    assert numbers(path, start=1.5)[-5:] == [53, 54, 55, 56, 57]


def test_pictures_without_timestamps_are_counted(tmp_path: Path) -> None:
    path = store(tmp_path / "a.h264", map(grey, range(40)))
    assert numbers(path) == list(range(40))
    assert numbers(path, start=35 / probe_video(path).fps) == [35, 36, 37, 38, 39]


def test_sound_keeps_its_place(tmp_path: Path) -> None:
    rate = 24000
    tone = np.zeros(rate, np.float32)
    tone[rate // 2 :] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate // 2) / rate)
    path = tmp_path / "a.mp4"
    write_video(path, map(grey, range(30)), 30, sound=(tone, rate))
    assert probe_video(path).has_audio
    found = read_sound(path)
    assert found is not None
    samples, found_rate = found
    assert found_rate == rate
    loud = np.flatnonzero(np.abs(samples) > 0.1)[0] / rate
    assert loud == pytest.approx(0.5, abs=0.005)
    slower = read_sound(path, 16000)
    assert slower is not None
    assert np.flatnonzero(np.abs(slower[0]) > 0.1)[0] / 16000 == pytest.approx(0.5, abs=0.005)
    assert read_sound(store(tmp_path / "mute.mp4", map(grey, range(3)))) is None


def test_sound_that_starts_late_is_preceded_by_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = container.add_stream("pcm_s16le", rate=8000, layout="stereo")
        for number in range(30):
            picture = av.VideoFrame.from_ndarray(grey(number), format="rgb24")
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        loud = np.full((1, 2 * 4000), 16384, np.int16)
        block = av.AudioFrame.from_ndarray(loud, "s16", "stereo")
        block.sample_rate, block.pts, block.time_base = 8000, 4000, Fraction(1, 8000)
        container.mux([*audio.encode(block), *audio.encode(None)])
    found = read_sound(path)
    assert found is not None
    np.testing.assert_array_equal(found[0][:4000], 0)
    np.testing.assert_allclose(found[0][4000:], 0.5, atol=1e-3)


def test_writing_keeps_odd_sizes_readable_and_old_files_safe(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, (grey(number, 31, 45) for number in range(10)), 12.5)
    info = probe_video(path)
    assert (info.width, info.height, info.frames, info.fps) == (46, 32, 10, 12.5)
    assert numbers(path) == list(range(10))
    before = path.read_bytes()
    with pytest.raises(UserError, match="already exists"):
        write_video(path, [grey(0)], 25)
    with pytest.raises(RuntimeError, match="stopped"):
        write_video(path, _stopping(), 25, force=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(UserError, match=r"\.mp4, \.mov, \.mkv"):
        write_video(tmp_path / "a.gif", [grey(0)], 25)


def _stopping() -> Iterable[NDArray[np.uint8]]:
    yield grey(0)
    raise RuntimeError("stopped")


def test_a_video_with_another_suffix_is_read_by_its_contents(tmp_path: Path) -> None:
    path = store(tmp_path / "a.mp4", map(grey, range(7)))
    path = path.rename(tmp_path / "a.mkv")
    assert numbers(path) == list(range(7))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"hello world\n" * 100, "not a video"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n", "not a video"),
        ("join.mp4", b"ffconcat version 1.0\nfile a.mp4\n", "not a video"),
        ("zeros.mkv", bytes(5000), "not a video"),
    ],
)
def test_what_is_no_video_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for call in (probe_video, lambda p: list(read_frames(p)), read_sound):
        with pytest.raises(UserError, match=reason) as caught:
            call(path)
        assert name in str(caught.value)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        probe_video(tmp_path / "none.mp4")
    with pytest.raises(UserError, match="folder"):
        probe_video(tmp_path)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        audio = container.add_stream("aac", rate=8000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "flt", "mono")
        block.sample_rate = 8000
        container.mux([*audio.encode(block), *audio.encode(None)])
    with pytest.raises(UserError, match="no video in it, only audio"):
        probe_video(path)


def test_an_mp4_without_its_index_says_so(tmp_path: Path) -> None:
    path = store(tmp_path / "a.mp4", map(grey, range(60)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="cut off before its index"):
        probe_video(path)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_cut_off_file_gives_its_readable_part_and_a_note(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (90, HEIGHT, WIDTH, 3), np.uint8)
    path = store(tmp_path / name, noise, container_options={"movflags": "+faststart"})
    whole = [picture for _, picture in read_frames(path)]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    info = probe_video(path)
    assert 20 < info.frames < 80
    assert f"{info.duration:.2f} s of 3.00 s" in info.note
    part = [picture for _, picture in read_frames(path)]
    assert abs(len(part) - info.duration * 30) <= 1
    np.testing.assert_array_equal(part[:20], whole[:20])


def test_huge_pictures_and_lengths_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store(tmp_path / "a.mp4", map(grey, range(30)))
    monkeypatch.setattr(video_index, "MAX_PIXELS", WIDTH * HEIGHT - 1)
    with pytest.raises(UserError, match="64×48 is too large"):
        probe_video(path)
    monkeypatch.undo()
    monkeypatch.setattr(video_index, "MAX_SECONDS", 0.9)
    with pytest.raises(UserError, match="too long"):
        probe_video(path)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"start": 9.0}, "not within its 1.00 s"),
        ({"start": 0.5, "end": 0.5}, "not within"),
        ({"fps": 0.0}, "outside 1–480"),
        ({"fps": float("nan")}, "outside 1–480"),
    ],
)
def test_impossible_requests_are_refused(
    tmp_path: Path, how: dict[str, float], reason: str
) -> None:
    path = store(tmp_path / "a.mp4", map(grey, range(30)))
    with pytest.raises(UserError, match=reason):
        next(iter(read_frames(path, **how)))  # type: ignore[arg-type]


def test_real_clips_are_read_whole(shared_data: Callable[[str], Path]) -> None:
    clips = [p for p in sorted(shared_data("video").rglob("*")) if p.suffix in VIDEO_SUFFIXES]
    assert len(clips) == 16
    for clip in clips[:3] + clips[-1:]:
        info = probe_video(clip)
        count = sum(1 for _ in read_frames(clip))
        assert count == round(info.duration * info.fps)
        assert abs(count - info.frames) <= 2
