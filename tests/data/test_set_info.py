"""What is said of a training set."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from gesture_core.dataset.info import describe, print_description
from gesture_core.dataset.splits import SplitConfig
from gesture_core.dataset.store import open_set, write_set
from tests.data.set_records import make_record


def write(path: Path, *speakers: str) -> Path:
    """Two clips of 150 frames a speaker, at 15 fps: 20 seconds each."""
    records = [
        make_record(f"{speaker}/{n}.mp4", speaker, 150, style="calm" if n else "")
        for speaker in speakers
        for n in range(2)
    ]
    header = {"fps": 15.0, "config": {"name": "test"}}
    write_set(path, records, header, splits=SplitConfig(test=("lee",), validation_share=0.0))
    return path


def test_the_counts_are_right(tmp_path: Path):
    with open_set(write(tmp_path / "set.lmdb", "kim", "lee", "park")) as motions:
        found = describe(motions)
    assert found["clips"] == 6
    assert found["frames"] == 900
    assert found["hours"] == round(60 / 3600, 6)
    assert found["speakers"]["lee"] == {"hours": round(20 / 3600, 6), "clips": 2, "split": "test"}
    assert found["splits"]["train"]["speakers"] == ["kim", "park"]
    assert found["splits"]["train"]["clips"] == 4
    assert found["styles"] == {"": round(30 / 3600, 6), "calm": round(30 / 3600, 6)}
    assert list(found["licences"]) == ["CC0-1.0"]
    assert found["alignments"] == {"subtitles": round(60 / 3600, 6)}
    assert found["spans"] == {"word": {"tokens": 6 * 20, "distinct": 7}}
    assert found["bytes"] == (tmp_path / "set.lmdb").stat().st_size
    assert found["notes"] == ["no speaker is left for validation"]
    assert found["config"] == {"name": "test"}
    assert json.loads(json.dumps(found)) == found


def test_one_speaker_is_told_honestly(tmp_path: Path):
    with open_set(write(tmp_path / "set.lmdb", "kim")) as motions:
        (note,) = describe(motions)["notes"]
    assert "nothing can be held out" in note


def test_people_can_read_it(tmp_path: Path):
    with open_set(write(tmp_path / "set.lmdb", "kim", "lee")) as motions:
        stream = io.StringIO()
        print_description(describe(motions), Console(file=stream, width=120))
        text = stream.getvalue()
        assert motions.hash in text
    for part in ("0:00:40, 600 frames at 15 fps in 4 clips", "80, 7 distinct", "calm 0:00:20"):
        assert part in text
    assert any(line.split() == ["lee", "test", "0:00:20", "2"] for line in text.splitlines())
