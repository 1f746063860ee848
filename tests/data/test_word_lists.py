"""Word lists in JSON, in every shape that recognisers write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gesture_core.errors import UserError
from gesture_core.formats.subtitles import Subtitles, read_subtitles

EXCERPT = [("일", 32.296, 32.583), ("이", 32.583, 32.870), ("벌어질까", 32.870, 33.869)]
PLAIN = [{"word": text, "start": start, "end": end} for text, start, end in EXCERPT]


def read(folder: Path, data: object, name: str = "talk.json") -> Subtitles:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return read_subtitles(path)


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        [{"text": text, "start": start, "end": end} for text, start, end in EXCERPT],
        {"language": "ko", "words": PLAIN},
        {"language": "ko", "text": "…", "segments": [{"words": PLAIN[:1]}, {"words": PLAIN[1:]}]},
        [{"word": f" {text}", "start": start} for text, start, _ in EXCERPT]
        + [{"word": " [음악]", "start": 33.869}],
        {
            "wireMagic": "pb3",
            "events": [
                {"tStartMs": 0, "dDurationMs": 90000, "id": 1, "wpWinPosId": 1},
                {
                    "tStartMs": 32296,
                    "dDurationMs": 1573,
                    "segs": [
                        {"utf8": "일"},
                        {"utf8": " 이", "tOffsetMs": 287, "acAsrConf": 0},
                        {"utf8": " 벌어질까", "tOffsetMs": 574},
                    ],
                },
                {"tStartMs": 33859, "aAppend": 1, "segs": [{"utf8": "\n"}]},
            ],
        },
    ],
    ids="list text words whisper starts json3".split(),
)
def test_every_shape_holds_the_same_words(data: object, tmp_path: Path) -> None:
    subtitles = read(tmp_path, data)

    found = [(w.text, round(w.start, 6), round(w.end, 6)) for w in subtitles.words]
    assert found == EXCERPT
    assert subtitles.timing == "subtitles"
    assert subtitles.language == "ko"


def test_segments_without_words_are_shared_out(tmp_path: Path) -> None:
    data = {"segments": [{"start": 1.0, "end": 2.0, "text": " 저는 학생입니다"}]}
    subtitles = read(tmp_path, data)

    first, second = subtitles.words
    assert (first.text, first.start, second.text) == ("저는", 1.0, "학생입니다")
    assert second.start == pytest.approx(1 + 2 / 7)
    assert subtitles.timing == "estimated"


def test_words_that_could_not_be_aligned_follow_the_one_before(tmp_path: Path) -> None:
    """WhisperX gives no times to what it cannot spell, such as numbers."""
    words = [
        {"word": "2026"},
        {"word": "올해는", "start": 2.0, "end": 2.5},
        {"word": "365"},
        {"word": "일입니다", "start": 3.5, "end": 4.0},
    ]
    subtitles = read(tmp_path, {"segments": [{"start": 1.0, "end": 4.0, "words": words}]})

    assert [(w.text, w.start) for w in subtitles.words] == [
        ("2026", 1.0), ("올해는", 2.0), ("365", 2.75), ("일입니다", 3.5)
    ]  # fmt: skip


def test_an_end_that_was_heard_is_kept(tmp_path: Path) -> None:
    (word,) = read(tmp_path, [{"word": "아", "start": 1.0, "end": 3.0}]).words

    assert (word.start, word.end) == (1.0, 3.0)


def test_an_entry_that_ends_before_it_starts_is_left_out_by_name(tmp_path: Path) -> None:
    subtitles = read(tmp_path, [*PLAIN, {"word": "끝", "start": 40.0, "end": 39.0}])

    assert len(subtitles.words) == 3
    assert "[3] is left out" in subtitles.notes[0]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"people": []}, "no word list"),
        ("3", "expected an object"),
        ([3], r"\[0\]: expected an object"),
        ([{"word": "네"}], r"\[0\]\.start"),
        ([{"word": 3, "start": 1}], r"\[0\]\.word: expected text"),
        ([{"word": "네", "start": "1"}], r"\[0\]\.start"),
        ([{"word": "네", "start": True}], r"\[0\]\.start"),
        ([{"word": "네", "start": -1}], r"\[0\]\.start: -1 is not a time"),
        ('[{"word": "네", "start": NaN}]', "NaN"),
        ('[{"word": "네", "start": 1e999}]', "too large"),
        ('[{"word": "네", "start": 1', "not valid JSON"),
        ("[" * 100_000, "too deeply"),
        ({"segments": {}}, "segments: expected a list"),
        ({"events": [{"segs": []}]}, r"events\[0\]\.tStartMs"),
    ],
)
def test_what_cannot_be_read_is_named(data: object, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"talk\.json.*{complaint}"):
        read(tmp_path, data)
