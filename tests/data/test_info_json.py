"""What a downloader says about a video."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gesture_core.errors import UserError
from gesture_core.formats.info_json import SourceInfo, info_beside, read_info


def test_the_fields_that_matter_are_read(tmp_path: Path) -> None:
    (tmp_path / "talk [x_1].info.json").write_text(
        json.dumps(
            {
                "id": "x_1",
                "title": "작은\n 선택  하나",
                "channel": "강연 채널",
                "uploader": "누군가",
                "license": "Creative Commons Attribution license (reuse allowed)",
                "webpage_url": "https://example.org/watch?v=x_1",
                "upload_date": "20260131",
                "formats": [{"fps": 30}] * 100,
            }
        ),
        encoding="utf-8",
    )

    assert info_beside(tmp_path / "talk [x_1].mp4") == SourceInfo(
        title="작은 선택 하나",
        channel="강연 채널",
        licence="Creative Commons Attribution license (reuse allowed)",
        url="https://example.org/watch?v=x_1",
        upload_date="2026-01-31",
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, SourceInfo("", "", "", "", "")),
        (
            {
                "title": None,
                "channel": "",
                "uploader": "누군가",
                "license": 3,
                "upload_date": "어제",
            },
            SourceInfo("", "누군가", "", "", ""),
        ),
        ({"title": "가" * 9999}, SourceInfo("가" * 500, "", "", "", "")),
    ],
)
def test_missing_and_odd_fields_are_empty(
    data: object, expected: SourceInfo, tmp_path: Path
) -> None:
    path = tmp_path / "a.info.json"
    path.write_text(json.dumps(data), encoding="utf-8")

    assert read_info(path) == expected


def test_a_video_without_information(tmp_path: Path) -> None:
    assert info_beside(tmp_path / "talk.mp4") is None


@pytest.mark.parametrize("content", ["[]", "{", ""])
def test_another_file_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "a.info.json"
    path.write_text(content)

    with pytest.raises(UserError, match=r"a\.info\.json"):
        read_info(path)
