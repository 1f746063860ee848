"""Which words a video has, and where they were taken from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.dataset import transcript as module
from gesture_core.dataset.aligned_text import read_eojeols
from gesture_core.dataset.record import ALIGNMENTS
from gesture_core.dataset.transcript import Transcript, words_of
from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.utterance import Word

CUES = "WEBVTT\n\n00:01.000 --> 00:03.000\n안녕하세요 여러분\n"
TIMED = "WEBVTT\n\n00:01.000 --> 00:03.000\n안녕하세요<00:02.000> 여러분\n"
ENGLISH = "WEBVTT\n\n00:01.000 --> 00:03.000\nhello<00:02.000> everyone\n"
SILENT = "WEBVTT\n\n00:01.000 --> 00:03.000\n[음악]\n"


def no_sound() -> None:
    return None


def find(folder: Path, files: Mapping[str, str], recogniser: str | None = None) -> Transcript:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return words_of(folder / "talk.mp4", sound=no_sound, recogniser=recogniser)


@pytest.mark.parametrize(
    ("files", "source", "alignment"),
    [
        ({"talk.vtt": TIMED}, "talk.vtt (ko)", "subtitles"),
        ({"talk.ko.vtt": CUES, "talk.en.vtt": ENGLISH}, "talk.ko.vtt (ko)", "estimated"),
        (
            {"talk.ko.vtt": CUES, "talk.ko-orig.vtt": TIMED},
            "talk.ko-orig.vtt (ko-orig)",
            "subtitles",
        ),
        ({"talk.vtt": ENGLISH, "talk.ko.vtt": CUES}, "talk.ko.vtt (ko)", "estimated"),
        ({"talk.en.vtt": ENGLISH}, "talk.en.vtt (en)", "subtitles"),
        ({"talk.ko.vtt": SILENT, "talk.VTT": TIMED}, "talk.VTT (ko)", "subtitles"),
        ({"talk.vtt": TIMED, "talk.json": "{}"}, "talk.vtt (ko)", "subtitles"),
        ({"talk.vtt": TIMED, "talk.srt": CUES[8:]}, "talk.vtt (ko)", "subtitles"),
        ({"talk.ko-en.vtt": TIMED}, "", "none"),
        ({"talk.info.json": "{}", "talk.live_chat.json": "{}"}, "", "none"),
        ({"talks.vtt": TIMED, "talk.mp4.vtt": TIMED, "talk2.ko.vtt": TIMED}, "", "none"),
        ({}, "", "none"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_the_best_file_beside_is_taken(
    files: Mapping[str, str], source: str, alignment: str, tmp_path: Path
) -> None:
    transcript = find(tmp_path, files)

    assert (transcript.source, transcript.alignment) == (source, alignment)
    assert bool(transcript.words) == bool(source)
    assert transcript.alignment in ALIGNMENTS


def test_what_was_not_taken_is_said(tmp_path: Path) -> None:
    files = {"talk.ko.vtt": TIMED, "talk.srt": CUES, "talk.ko-en.vtt": CUES, "talk.json": "{}"}
    notes = "\n".join(find(tmp_path, files).notes)

    assert "talk.json: no word list" in notes
    assert "talk.ko-en.vtt is a translation" in notes
    assert "talk.ko.vtt is preferred to talk.srt" in notes


def test_a_broken_file_is_an_error_where_there_is_no_other(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"talk\.srt: no line with times"):
        find(tmp_path, {"talk.srt": "글", "talk.en.vtt": ENGLISH})


def test_names_match_however_their_accents_are_written(tmp_path: Path) -> None:
    video = tmp_path / unicodedata.normalize("NFC", "강연 [a-b].mp4")
    sidecar = tmp_path / unicodedata.normalize("NFD", "강연 [a-b].ko.vtt")
    sidecar.write_text(TIMED, encoding="utf-8")

    assert words_of(video, sound=no_sound).alignment == "subtitles"


def test_a_recogniser_is_asked_last_and_only_if_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = (Word("네", 0.1, 0.4, 0),)
    monkeypatch.setattr(module, "recognise", lambda *_: heard)
    video = tmp_path / "talk.mp4"

    def sound() -> tuple[NDArray[np.float32], int]:
        return np.zeros(16_000, np.float32), 16_000

    found = words_of(video, sound=sound, recogniser="faster-whisper:tiny")
    assert found == Transcript(heard, "recognised", "faster-whisper:tiny (ko)")
    assert words_of(video, sound=sound).alignment == "none"
    assert words_of(video, sound=no_sound, recogniser="faster-whisper:tiny").alignment == "none"
    assert find(tmp_path, {"talk.vtt": TIMED}, "faster-whisper:tiny").alignment == "subtitles"


def test_a_text_is_read_as_it_is_pronounced(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(
        "(박수)\n\n저는 3시에 학교에\r\n갑니다. [웃음]\n\n♪\n", encoding="cp949", newline=""
    )
    eojeols = read_eojeols(path)

    assert [e.text for e in eojeols] == ["저는", "3시에", "학교에", "갑니다."]
    assert [e.pronounced for e in eojeols] == ["저는", "세 시에", "학꾜에", "감니다"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("안녕\nдобрый день\n", r"talk\.txt:2: cannot read"), ("[음악]\n", "has no words")],
)
def test_a_text_that_cannot_be_said_is_named(content: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=complaint):
        find(tmp_path, {"talk.txt": content})


def test_a_text_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"talk\.txt: there is no sound"):
        find(tmp_path, {"talk.txt": "안녕하세요"})


# Where speech begins and ends in each recording, in seconds.
RECORDINGS = {
    "fv01_t01_s01": (2.12, 3.80),
    "fv01_t01_s02": (1.35, 2.97),
    "fv01_t02_s50": (1.11, 3.04),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_text_beside_real_speech_is_aligned(
    name: str, shared_data: Callable[[str], Path]
) -> None:
    (wav,) = shared_data("audio_ko").rglob(f"{name}.wav")
    found = words_of(wav.with_suffix(".mp4"), sound=lambda: read_audio(wav))
    words = found.words

    assert (found.alignment, found.source) == ("aligned", f"{name}.txt (ko)")
    assert [word.text for word in words] == wav.with_suffix(".txt").read_text("utf-8").split()
    start, end = RECORDINGS[name]
    assert words[0].start == pytest.approx(start, abs=0.1)
    assert words[-1].end == pytest.approx(end, abs=0.15)
    for word, following in pairwise(words):
        assert word.start < word.end <= following.start + 1e-9
    syllables = sum(len(word.text) for word in words)
    assert 3.5 < syllables / (words[-1].end - words[0].start) < 8
