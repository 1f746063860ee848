"""What became of every source of a training set: its clips, kept or not, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from gesture_core.atomic import atomic_path
from gesture_core.dataset.clip_filters import FILTERS, PASS, Stretch
from gesture_core.errors import UserError

SEED_FILTERS: tuple[str, ...] = tuple(FILTERS)[:7]
"""The filters that a clip's `filtering_results` list, in the seed's order."""
SEED_NUMBERS: tuple[str, ...] = SEED_FILTERS[2:]
"""The filters whose numbers a clip's `debugging_info` lists."""
_SPELLING = {"too short": "too Short", "too small": "too small."}
"""Messages that the seed spells in its own way."""
_NAMES = {spelling: name for name, spelling in _SPELLING.items()}
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class ClipReport:
    """One clip: frames `start` to `end` of its source, and the verdict in the seed's terms.

    `results`: 1 for each of `SEED_FILTERS` that let the clip pass, 0 from the first that did not:
    the seed asked no further. Jumps and empty frames were found after its seven filters and have
    no place there: a clip refused for one of them has seven 1s and says so in `message` alone.
    `numbers`: what `SEED_NUMBERS` measured: shares of frames looking behind, lacking joints,
    looking sideways and too small, and the change of the picture in grey levels (the seed gave
    the sum over a whole picture of 720p); None where nothing was measured.
    """

    start: int
    end: int
    kept: bool
    results: tuple[int, ...]
    message: str
    numbers: tuple[float | None, ...]

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.end - self.start


@dataclass(frozen=True)
class SourceReport:
    """One source and its clips.

    `source`: its name in the set; `kind`: such as "video"; `estimator`: what found the keypoints,
    "" where nothing had to; `fps`: frames a second, on which clips are counted; `skipped`: why
    nothing of it was used, "" if it was read; `problems`: what the user should know besides.
    """

    source: str
    kind: str
    fps: float
    clips: tuple[ClipReport, ...] = ()
    estimator: str = ""
    skipped: str = ""
    problems: tuple[str, ...] = ()


def clip_report(stretch: Stretch, offset: int = 0) -> ClipReport:
    """The report on a stretch of a scene that begins with frame `offset` of its source."""
    findings, message = stretch.verdict.findings, stretch.verdict.message
    numbers = [findings[name].number for name in SEED_NUMBERS]
    return ClipReport(
        start=offset + stretch.start,
        end=offset + stretch.stop,
        kept=stretch.verdict.kept,
        results=_results(message),
        message=message,
        numbers=tuple(None if number is None else round(number, 3) for number in numbers),
    )


def unfiltered(frames: int, message: str = PASS) -> ClipReport:
    """The report on a motion that no clip filter applies to; kept unless a `message` says why."""
    return ClipReport(0, frames, message == PASS, _results(message), message, (None,) * 5)


def _results(message: str) -> tuple[int, ...]:
    """1 for each of the seed's filters before the one that refused the clip."""
    passed = SEED_FILTERS.index(message) if message in SEED_FILTERS else len(SEED_FILTERS)
    return (1,) * passed + (0,) * (len(SEED_FILTERS) - passed)


# ── files ─────────────────────────────────────────────────────────────────────────────────────


def write_report(path: Path, report: SourceReport, *, force: bool = False) -> None:
    """Write a report as JSON: a header, then the clips in the seed's record.

    The same report gives the same bytes. Raises `UserError` where the file cannot be written.
    """
    header = {
        "source": report.source,
        "kind": report.kind,
        "estimator": report.estimator or None,
        "fps": report.fps,
        "skipped": report.skipped or None,
        "problems": list(report.problems),
    }
    lines = [json.dumps(_clip_to_json(clip), ensure_ascii=False) for clip in report.clips]
    text = json.dumps(header, ensure_ascii=False, indent=1)[:-2]
    clips = "[\n  " + ",\n  ".join(lines) + "\n ]" if lines else "[]"
    with atomic_path(path, force=force) as temporary:
        temporary.write_text(f'{text},\n "clips": {clips}\n}}\n', encoding="utf-8")


def read_report(path: Path) -> SourceReport:
    """Read what `write_report` wrote; `UserError` when the file is something else or broken."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES} bytes, too large for a report")
        data = json.loads(path.read_text(encoding="utf-8"))
        return SourceReport(
            source=str(data["source"]),
            kind=str(data["kind"]),
            fps=float(data["fps"]),
            clips=tuple(_clip_from_json(clip) for clip in data["clips"]),
            estimator=str(data["estimator"] or ""),
            skipped=str(data["skipped"] or ""),
            problems=tuple(str(problem) for problem in data["problems"]),
        )
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is not a report of momjit: {error!r}") from error


def _clip_to_json(clip: ClipReport) -> dict[str, Any]:
    return {
        "clip_info": [clip.start, clip.end, clip.kept],
        "filtering_results": list(clip.results),
        "message": _SPELLING.get(clip.message, clip.message),
        "debugging_info": ["None" if number is None else number for number in clip.numbers],
    }


def _clip_from_json(data: Mapping[str, Any]) -> ClipReport:
    start, end, kept = data["clip_info"]
    numbers = [None if number == "None" else float(number) for number in data["debugging_info"]]
    if len(numbers) != len(SEED_NUMBERS) or len(data["filtering_results"]) != len(SEED_FILTERS):
        raise ValueError("a clip has another number of results")
    return ClipReport(
        start=int(start),
        end=int(end),
        kept=bool(kept),
        results=tuple(int(result) for result in data["filtering_results"]),
        message=_NAMES.get(str(data["message"]), str(data["message"])),
        numbers=tuple(numbers),
    )


# ── how much was kept ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Share:
    """What shares one fate or one kind: `share` is of the time of all."""

    name: str
    clips: int
    frames: int
    hours: float
    share: float


@dataclass(frozen=True)
class Summary:
    """What became of all sources.

    `reasons`: what was kept first (named "PASS"), then each reason by the time it cost; `kinds`:
    what was kept of every kind of source, as a share of that kind; `skipped`: name and reason of
    every source of which nothing was read; `problems`: name and problem of the others.
    """

    sources: int
    clips: int
    frames: int
    hours: float
    reasons: tuple[Share, ...]
    kinds: tuple[Share, ...]
    skipped: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...]

    @property
    def kept(self) -> Share:
        """What was kept."""
        return self.reasons[0]


def summarise(reports: Iterable[SourceReport]) -> Summary:
    """Add up what was kept of all sources and why the rest was not."""
    reports = list(reports)
    clips = [(report, clip) for report in reports for clip in report.clips]
    total = _share("", clips, 0.0)
    refused = {clip.message for _, clip in clips if not clip.kept}
    reasons = [
        _share(name, [(r, c) for r, c in clips if not c.kept and c.message == name], total.hours)
        for name in refused
    ]
    kinds: list[Share] = []
    for kind in sorted({report.kind for report in reports}):
        own = [(report, clip) for report, clip in clips if report.kind == kind]
        kept = [(report, clip) for report, clip in own if clip.kept]
        kinds.append(_share(kind, kept, _share("", own, 0.0).hours))
    return Summary(
        sources=len(reports),
        clips=total.clips,
        frames=total.frames,
        hours=total.hours,
        reasons=(
            _share(PASS, [(r, c) for r, c in clips if c.kept], total.hours),
            *sorted(reasons, key=lambda reason: (-reason.hours, reason.name)),
        ),
        kinds=tuple(kinds),
        skipped=tuple((r.source, r.skipped) for r in reports if r.skipped),
        problems=tuple((r.source, problem) for r in reports for problem in r.problems),
    )


def _share(name: str, clips: Sequence[tuple[SourceReport, ClipReport]], hours: float) -> Share:
    """Add up clips; `hours` is what their share is of."""
    own = sum(clip.frames / report.fps for report, clip in clips) / 3600
    frames = sum(clip.frames for _, clip in clips)
    return Share(name, len(clips), frames, own, own / hours if hours else 0.0)


def summary_json(summary: Summary) -> dict[str, Any]:
    """The summary as plain mappings and lists."""

    def plain(share: Share) -> dict[str, Any]:
        return {**vars(share), "hours": round(share.hours, 5), "share": round(share.share, 5)}

    return {
        "sources": summary.sources,
        "clips": summary.clips,
        "frames": summary.frames,
        "hours": round(summary.hours, 5),
        "kept": plain(summary.kept),
        "reasons": [plain(reason) for reason in summary.reasons[1:]],
        "kinds": [plain(kind) for kind in summary.kinds],
        "skipped": [{"source": name, "reason": reason} for name, reason in summary.skipped],
        "problems": [{"source": name, "problem": text} for name, text in summary.problems],
    }


_HEADINGS = ("", "clips", "frames", "time", "share")


def _rows(shares: Iterable[Share]) -> list[tuple[str, ...]]:
    return [
        (
            "kept" if share.name == PASS else share.name,
            f"{share.clips:,}",
            f"{share.frames:,}",
            clock(share.hours * 3600),
            f"{share.share:.1%}",
        )
        for share in shares
    ]


def clock(seconds: float) -> str:
    """Seconds as `h:mm:ss`, with tenths below one minute."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def headline(summary: Summary) -> str:
    """One line: how much of how much was kept."""
    kept = summary.kept
    return (
        f"kept {kept.clips:,} clips, {clock(kept.hours * 3600)} of {clock(summary.hours * 3600)} "
        f"({kept.share:.0%}), from {summary.sources - len(summary.skipped)} of "
        f"{summary.sources} sources"
    )


def summary_markdown(summary: Summary) -> str:
    """The summary as Markdown."""

    def table(title: str, rows: Iterable[tuple[str, ...]]) -> list[str]:
        head = [f"| {' | '.join((title, *_HEADINGS[1:]))} |", "|---|" + "---:|" * 4]
        return [*head, *(f"| {' | '.join(row)} |" for row in rows), ""]

    lines = [headline(summary)[0].upper() + headline(summary)[1:] + ".", ""]
    lines += table("what became of it", _rows(summary.reasons))
    if len(summary.kinds) > 1:
        lines += table("kept by kind of source", _rows(summary.kinds))
    for title, pairs in (("Skipped", summary.skipped), ("Problems", summary.problems)):
        if pairs:
            lines += [f"{title}:", "", *(f"- `{name}`: {text}" for name, text in pairs), ""]
    return "\n".join(lines)


def summary_text(summary: Summary, width: int = 100) -> str:
    """The summary for a terminal of `width` columns."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    stream = StringIO()
    console = Console(file=stream, width=width, no_color=True, highlight=False)

    def show(title: str, rows: Iterable[tuple[str, ...]]) -> None:
        table = Table(title, box=None, pad_edge=False)
        for heading in _HEADINGS[1:]:
            table.add_column(heading, justify="right")
        for row in rows:
            table.add_row(*row)
        console.print(table)

    console.print(headline(summary))
    show("what became of it", _rows(summary.reasons))
    if len(summary.kinds) > 1:
        show("kept by kind of source", _rows(summary.kinds))
    for title, pairs in (("skipped", summary.skipped), ("problem", summary.problems)):
        for name, text in pairs:
            console.print(escape(f"{title}: {name}: {text}"), soft_wrap=True)
    return stream.getvalue()
