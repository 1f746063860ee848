"""Previews: files, layout, words in Korean, and what is said when something cannot be shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gesture_core.dataset import fonts, preview
from gesture_core.dataset.drawing import GROUND, KEPT, REJECTED
from gesture_core.dataset.fonts import Typeface, find_typeface
from gesture_core.dataset.preview import PreviewClip, clock, preview_clips
from gesture_core.dataset.sheet import CARD, Row, Tile, contact_sheet, row_card, wrapped
from gesture_core.errors import UserError
from gesture_core.formats.video import read_frames, write_video
from gesture_core.keypoints import KEYPOINTS, Keypoints
from gesture_core.motion import rest_motion
from gesture_core.utterance import Word

pytest.importorskip("av")

WORDS = (Word("이", 0.05, 0.2, 0), Word("일이", 0.25, 0.5, 1), Word("벌어질까", 0.6, 0.95, 2))


def figure(frames: int = 12) -> Keypoints:
    rng = np.random.default_rng(0)
    points = rng.uniform(40, 120, (frames, len(KEYPOINTS), 2))
    return Keypoints(
        points, np.ones(points.shape[:2]), np.ones(frames, dtype=np.int64), 12.0, 160, 120
    )


def clip(kept: bool = True, **changes) -> PreviewClip:
    reason = "" if kept else "looking behind"
    made = PreviewClip("talk.mp4#1", kept, reason, WORDS, 12.0, figure(), None, None, 2.0, 3.0)
    return replace(made, **changes)


def share_of(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    return float((picture == colour).all(axis=-1).mean())


@pytest.fixture
def short_video(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of a second of every clip, in small pictures: the tests would take long otherwise."""
    monkeypatch.setattr(preview, "SECONDS_PER_CLIP", 0.2)
    monkeypatch.setattr(preview, "VIDEO_SIZE", (640, 360))


@pytest.mark.usefixtures("short_video")
def test_sheets_and_a_video_are_written(tmp_path: Path) -> None:
    motion = rest_motion(12, 12.0)
    clips = [clip(), clip(False), clip(keypoints=None, motion=motion), clip(motion=motion)]
    told: list[str] = []
    paths = preview_clips(clips, tmp_path / "out", frames_per_clip=3, tell=told.append)
    assert [path.name for path in paths] == ["sheet-01.png", "clips.mp4"]
    sheet = np.asarray(Image.open(paths[0]))
    assert share_of(sheet, KEPT) > 0.005
    assert share_of(sheet, REJECTED) > 0.002
    frames = [picture for _, picture in read_frames(paths[1])]
    assert len(frames) == 4 * 5
    assert frames[0].shape == (360, 640, 3)
    for number, colour in ((0, KEPT), (7, REJECTED)):
        framing = np.abs(frames[number].astype(int) - colour).max(axis=-1) < 40
        assert framing.sum() > 1500
    with pytest.raises(UserError, match="already exists"):
        preview_clips(clips, tmp_path / "out")
    if find_typeface().korean:
        assert told == []


@pytest.mark.usefixtures("short_video")
def test_many_clips_take_several_sheets(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(preview, "CLIPS_PER_SHEET", 2)
    paths = preview_clips([clip()] * 5, tmp_path, frames_per_clip=1)
    assert [path.name for path in paths[:-1]] == [f"sheet-0{n}.png" for n in (1, 2, 3)]


def test_the_video_lies_behind_the_keypoints(tmp_path: Path) -> None:
    video = tmp_path / "talk.mp4"
    pictures = [np.full((120, 160, 3), level, dtype=np.uint8) for level in range(50, 110)]
    write_video(video, pictures, 12.0)
    shown = clip(video=video)
    backdrop = preview._Backdrop(pytest.fail)
    (picture,) = backdrop.pictures(shown, 6, 1, 12.0)
    assert picture.mean() == pytest.approx(preview.BACKGROUND * (50 + 24 + 6), abs=2)
    row = preview._row(shown, 2, backdrop)
    assert row.tiles[0].time == "0:02.25"
    assert row.tiles[0].picture.shape == (225, 300, 3)
    assert share_of(row.tiles[0].picture, GROUND) == 0.0


def test_a_video_that_is_gone_or_broken_is_mentioned_once(tmp_path: Path) -> None:
    told: list[str] = []
    backdrop = preview._Backdrop(told.append)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    for _ in range(2):
        assert list(backdrop.pictures(clip(video=broken), 0, 3, 12.0)) == []
        assert list(backdrop.pictures(clip(video=tmp_path / "gone.mp4"), 0, 3, 12.0)) == []
    assert len(told) == 2
    assert "broken.mp4" in told[0]
    assert "gone.mp4" in told[1]
    tile = preview._row(clip(video=broken), 1, backdrop).tiles[0]
    assert share_of(tile.picture, GROUND) > 0.2


def test_words_lie_under_the_pictures_of_their_time() -> None:
    row = preview._row(clip(), 3, preview._Backdrop(pytest.fail))
    # The pictures are frames 2, 6 and 10: at 0.17 s, 0.5 s (일이 has just ended) and 0.83 s.
    assert [tile.words for tile in row.tiles] == [
        [("이", True)],
        [("일이", False)],
        [("벌어질까", True)],
    ]


def test_nothing_to_show_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no clip"):
        preview_clips([], tmp_path)
    with pytest.raises(ValueError, match="nothing"):
        clip(keypoints=None)


def test_a_row_has_as_many_framed_pictures_as_tiles() -> None:
    picture = np.full((50, 80, 3), 200, dtype=np.uint8)
    tiles = [Tile(picture, "0:00.00"), Tile(picture, "0:01.00", [("word", True)])]
    card = row_card(Row(False, "rejected: too small", "name", tiles), Typeface(None))
    assert tuple(card[5, 5]) == CARD
    assert (card == 200).all(axis=-1).sum() > 1.2 * 50 * 80
    rows = [Row(True, "kept", "a", tiles), Row(True, "kept", "b", tiles[:1])]
    sheet = contact_sheet(rows, "two", Typeface(None))
    assert tuple(sheet[0, 0]) == GROUND


def test_lines_are_wrapped_by_their_width() -> None:
    typeface = Typeface(None)
    words = [("word", False)] * 9
    width = int(typeface.font(20).getlength("word word word ")) + 2
    assert [len(line) for line in wrapped(words, 20, width, typeface)] == [3, 3, 3]
    assert [len(line) for line in wrapped(words[:2], 20, 1, typeface)] == [1, 1]


# ── fonts ─────────────────────────────────────────────────────────────────────────────────────


def test_a_font_without_hangul_leaves_it_out_instead_of_drawing_boxes() -> None:
    plain = Typeface(None)
    assert not plain.korean
    assert plain.drawable("일이 two 셋 4") == "... two ... 4"
    assert plain.lacks("AI는")
    assert not plain.lacks("AI")
    words = [("일", True), ("AI는", False)]
    assert wrapped(words, 20, 400, plain) == [[("...", True), ("AI...", False)]]


@pytest.mark.usefixtures("short_video")
def test_words_that_cannot_be_written_are_mentioned_once(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(preview, "find_typeface", lambda: Typeface(None))
    told: list[str] = []
    preview_clips([clip(), clip()], tmp_path, frames_per_clip=1, tell=told.append)
    assert len(told) == 1
    assert "3 of 3 words" in told[0]
    assert "벌어질까" in told[0]


def test_decomposed_jamo_are_written_as_syllables() -> None:
    typeface = find_typeface()
    if not typeface.korean:
        pytest.skip("no font with Hangul is installed")
    assert typeface.drawable("벌어질까") == "벌어질까"
    assert typeface.drawable("\u1112\u1161\u11ab") == "한"
    assert typeface.drawable("a\u0001b") == "ab"


def test_a_damaged_font_file_is_passed_over(tmp_path: Path, monkeypatch) -> None:
    broken = tmp_path / "broken.ttf"  # Pillow would look elsewhere for a name that is known
    broken.write_bytes(b"no font")
    monkeypatch.setattr(fonts, "_candidates", lambda: iter([broken, tmp_path / "gone.ttf"]))
    find_typeface.cache_clear()
    try:
        assert find_typeface().path is None
    finally:
        find_typeface.cache_clear()


def test_time_codes() -> None:
    assert [clock(s) for s in (0, 1.005, 59.999, 61.5, 3661.25)] == [
        *("0:00.00", "0:01.00", "1:00.00", "1:01.50", "1:01:01.25")
    ]
