"""What a downloader wrote down beside a video: yt-dlp's NAME.info.json."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gesture_core.formats.json_file import json_object, read_json

MAX_BYTES = 64 << 20
"""Comments and the addresses of every format make these files large."""
_MAX_LENGTH = 500
_SUFFIX = ".info.json"


@dataclass(frozen=True)
class SourceInfo:
    """Where a video came from; every field is "" where the file does not say.

    `channel`: who published it, the nearest thing to a speaker; `licence`: as the site words it,
    "" on most sites means all rights reserved; `upload_date`: YYYY-MM-DD.
    """

    title: str
    channel: str
    licence: str
    url: str
    upload_date: str


def read_info(path: Path) -> SourceInfo:
    """Read a `.info.json`; `UserError` when it is missing, too large or no JSON object."""
    info = json_object(read_json(path, MAX_BYTES), str(path))
    return SourceInfo(
        title=_first(info, "title", "fulltitle"),
        channel=_first(info, "channel", "uploader", "creator", "channel_id", "uploader_id"),
        licence=_first(info, "license"),
        url=_first(info, "webpage_url", "original_url"),
        upload_date=_date(_first(info, "upload_date", "release_date")),
    )


def info_beside(video: Path) -> SourceInfo | None:
    """Read the `.info.json` beside a video; None where there is none."""
    path = video.with_name(video.stem + _SUFFIX)
    return read_info(path) if path.is_file() else None


def _first(info: Mapping[str, object], *keys: str) -> str:
    """The first of `keys` that holds a text, on one line and not endless."""
    for key in keys:
        value = info.get(key)
        if isinstance(value, str) and (text := " ".join(value.split())):
            return text[:_MAX_LENGTH]
    return ""


def _date(text: str) -> str:
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    return "-".join(match.groups()) if match else ""
