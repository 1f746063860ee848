"""The record that a likeness of real people carries: whose it is, and who agreed to what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

EXTRAS, KEY = "momjit", "likeness"
"""What a character's file says of itself, and the record's place in it."""
_LONGEST = 2000
"""Characters of a text from a file."""


@dataclass(frozen=True)
class Likeness:
    """What must be told of a likeness wherever it is seen.

    `notice`: one sentence on what it is and who agreed; `marked`: whether pictures of it carry the
    visible mark; `record`: JSON object, as the character's file has it.
    """

    name: str
    notice: str
    marked: bool
    record: str


def read_likeness(extras: object) -> Likeness | None:
    """The record in what a character says of itself; None where it is nobody's likeness.

    Only statements of all who agreed leave the mark out: what is damaged does not.
    """
    about = _mapping(extras)
    if about.get(KEY) is None:
        return None
    record = _mapping(about[KEY])
    name = _text(record.get("name"))
    notice = f"Synthetic likeness (AI 합성 인물) of {name or 'a real person'}, made with momjit"
    return Likeness(
        name,
        _text(record.get("notice")) or notice,
        record.get("mark") is not False or not _is_waived(record.get("consents")),
        json.dumps(record, ensure_ascii=False, default=str),
    )


def parse_likeness(record: str) -> Likeness | None:
    """The likeness whose record was kept as a text; None for an empty one."""
    try:
        return read_likeness({KEY: json.loads(record)}) if record else None
    except ValueError:
        return read_likeness({KEY: {}})


def texts_for(shown: Sequence[Likeness]) -> dict[str, str]:
    """What a file says of the likenesses in it, by its keyword; nothing where there are none."""
    if not shown:
        return {}
    return {
        "comment": " ".join(f"{likeness.notice}." for likeness in shown),
        "description": f"momjit likeness: [{', '.join(likeness.record for likeness in shown)}]",
    }


def _is_waived(consents: object) -> bool:
    """Whether everybody has stated that pictures need no mark."""
    people = cast("Sequence[object]", consents) if isinstance(consents, list | tuple) else ()
    return bool(people) and all(_text(_mapping(one).get("unmarked")) for one in people)


def _mapping(value: object) -> dict[str, Any]:
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""
