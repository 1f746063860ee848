"""What a training set holds, in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gesture_core.dataset.packing import ClipMeta
from gesture_core.dataset.splits import SPLITS, TEST, VALIDATION
from gesture_core.dataset.store import MotionSet

if TYPE_CHECKING:
    from rich.console import Console

_GROUPS = ("style", "source", "alignment", "licence")


def describe(motions: MotionSet) -> dict[str, Any]:
    """Counts of a set as plain data for JSON.

    `hours`, `frames`, `clips`, `fps`; `speakers` with hours, clips and split; hours by `styles`,
    `sources`, `alignments` and `licences`; `words` and other spans; `splits` with hours, clips
    and speakers; `notes` on what the splits cannot do; `hash`, `bytes`, `config`.
    """
    metas = list(motions.metas())
    return {
        "path": str(motions.path),
        "bytes": motions.path.stat().st_size,
        "hash": motions.hash,
        "hours": _hours(motions.frames.sum() / motions.fps),
        "frames": int(motions.frames.sum()),
        "clips": len(motions),
        "fps": motions.fps,
        "speakers": {
            name: {
                "hours": _hours(sum(meta.seconds for meta in own)),
                "clips": len(own),
                "split": motions.split_of(name),
            }
            for name, own in _grouped(metas, "speaker").items()
        },
        "splits": {split: _split(split, motions, metas) for split in SPLITS},
        **{
            f"{group}s": {
                name: _hours(sum(meta.seconds for meta in own))
                for name, own in _grouped(metas, group).items()
            }
            for group in _GROUPS
        },
        "spans": _spans(metas),
        "notes": _notes(motions),
        "config": motions.header.get("config", {}),
    }


def print_description(description: Mapping[str, Any], console: Console) -> None:
    """Tables of `describe` for people."""
    from rich.table import Table

    head = Table(box=None, show_header=False, pad_edge=False)
    length = f"{_duration(description['hours'])}, {description['frames']:,} frames"
    for name, value in (
        ("set", description["path"]),
        ("length", f"{length} at {description['fps']:g} fps in {description['clips']:,} clips"),
        ("size", f"{description['bytes'] / 1e6:,.1f} MB"),
        ("hash", description["hash"]),
        ("splits", ", ".join(_split_text(*item) for item in description["splits"].items())),
        *((f"{kind}s", _counts(each)) for kind, each in description["spans"].items()),
        *((f"{group}s", _shares(description[f"{group}s"])) for group in _GROUPS),
    ):
        head.add_row(name, value)
    console.print(head)
    speakers = Table("speaker", "split", box=None, pad_edge=False)
    speakers.add_column("length", justify="right")
    speakers.add_column("clips", justify="right")
    for name, each in description["speakers"].items():
        speakers.add_row(name, each["split"], _duration(each["hours"]), f"{each['clips']:,}")
    console.print()
    console.print(speakers)
    for note in description["notes"]:
        console.print(f"note: {note}")


def _grouped(metas: Iterable[ClipMeta], field: str) -> dict[str, list[ClipMeta]]:
    """Clips by one of their fields, sorted."""
    groups: dict[str, list[ClipMeta]] = defaultdict(list)
    for meta in metas:
        groups[getattr(meta, field)].append(meta)
    return dict(sorted(groups.items()))


def _split(split: str, motions: MotionSet, metas: Iterable[ClipMeta]) -> dict[str, Any]:
    own = [meta for meta in metas if motions.split_of(meta.speaker) == split]
    return {
        "hours": _hours(sum(meta.seconds for meta in own)),
        "clips": len(own),
        "speakers": sorted({meta.speaker for meta in own}),
    }


def _spans(metas: Iterable[ClipMeta]) -> dict[str, dict[str, int]]:
    """How many spans there are of each kind, and how many different texts."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for meta in metas:
        for span in meta.spans:
            texts[span.kind][span.text] += 1
    return {
        kind: {"tokens": found.total(), "distinct": len(found)}
        for kind, found in sorted(texts.items())
    }


def _notes(motions: MotionSet) -> list[str]:
    used = set(motions.splits.values())
    if len(motions.splits) == 1:
        return ["only one speaker: nothing can be held out, so nothing tells how well a model does"]
    return [f"no speaker is left for {split}" for split in (VALIDATION, TEST) if split not in used]


def _hours(seconds: float) -> float:
    return round(float(seconds) / 3600.0, 6)


def _duration(hours: float) -> str:
    seconds = round(hours * 3600.0)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _split_text(name: str, split: Mapping[str, Any]) -> str:
    return f"{name} {_duration(split['hours'])} ({len(split['speakers'])} speakers)"


def _counts(spans: Mapping[str, int]) -> str:
    return f"{spans['tokens']:,}, {spans['distinct']:,} distinct"


def _shares(hours: Mapping[str, float]) -> str:
    return ", ".join(f"{name or '(none)'} {_duration(each)}" for name, each in hours.items())
