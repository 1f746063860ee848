"""What the evaluation is meant to show, and whether it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Report = Mapping[str, Any]
Claim = dict[str, Any]

KNOWN, UNKNOWN = "known", "unknown_performer"
_NEEDED = "needs rows that this evaluation does not have"


def find_row(report: Report, name: str, split: str = KNOWN) -> dict[str, Any] | None:
    """The row of a name and split, or None."""
    rows = (row for row in report["rows"] if (row["name"], row["split"]) == (name, split))
    return next(rows, None)


def check_claims(report: Report) -> list[Claim]:
    """Every claim with `line`, `value`, `limit`, `holds`, and `interval` of the value if known.

    `holds` is None where the report lacks what the claim is about.
    """
    return [claim for check in _CHECKS for claim in check(report)]


def _at_most(line: str, value: float, limit: float, interval: list[float] | None = None) -> Claim:
    return _claim(line, value, limit, value <= limit, interval)


def _at_least(line: str, value: float, limit: float, interval: list[float] | None = None) -> Claim:
    return _claim(line, value, limit, value >= limit, interval)


def _claim(
    line: str, value: float, limit: float, holds: bool, interval: list[float] | None
) -> Claim:
    claim: Claim = {"line": line, "value": value, "limit": limit, "holds": bool(holds)}
    return claim | ({} if interval is None else {"interval": interval})


def _absent(line: str) -> Claim:
    return {"line": line, "value": None, "limit": None, "holds": None, "why": _NEEDED}


def _distances(report: Report) -> Iterator[Claim]:
    """FGD∞ of the default against every other generator."""
    default = find_row(report, "default")
    wanted = {
        "seq2seq": ("FGD∞ at least 8 times below Seq2Seq's", lambda row: row["fgd_inf"] / 8.0),
        "compose": (
            "FGD∞ within 2 times that of composing again",
            lambda row: 2.0 * row["fgd_inf"],
        ),
        "flow": ("FGD∞ no worse than flow matching's", lambda row: row["fgd_inf"]),
    }
    for name, (line, limit) in wanted.items():
        other = find_row(report, name)
        if default is None or other is None:
            yield _absent(line)
        else:
            yield _at_most(line, default["fgd_inf"], limit(other), default["ci"])
    line = "FGD∞ below the plain recipe's, intervals apart"
    plain = find_row(report, "plain")
    if default is None or plain is None:
        yield _absent(line)
    else:
        yield _at_most(line, default["ci"][1], plain["ci"][0], default["ci"])


def _exemplar(report: Report) -> Iterator[Claim]:
    """How much nearer an exemplar brings the default to an unknown performer."""
    lines = {
        "with_posture": "an exemplar closes at least half of the gap to an unknown performer",
        "movement": "an exemplar closes at least half of the gap in movement alone",
    }
    closed = report.get("exemplar")
    for part, line in lines.items():
        yield _absent(line) if closed is None else _at_least(line, closed[part]["closed"], 0.5)


def _text(report: Report) -> Iterator[Claim]:
    gap = report.get("text_gap")
    lines = (
        "matched text retrieved at least 2 times as often as shuffled text",
        "matched text retrieved at least 2 times as often as shuffled words at the same times",
        "strokes closer to the stressed words of matched than of shuffled text",
    )
    if gap is None:
        yield from map(_absent, lines)
        return
    for line, name in zip(lines, ("shuffled_r1", "shuffled_words_r1"), strict=False):
        yield _at_least(line, gap["matched_r1"], 2.0 * gap[name], gap.get("matched_ci"))
    timing = gap["stroke_timing"]
    yield _at_most(lines[2], timing["matched"], timing["shuffled"])


def _functions(report: Report) -> Iterator[Claim]:
    line = "gesture function recognised in at least 0.8 of the planned strokes"
    told = "gesture function recognised in at least 0.8 of the real plan's strokes, when told it"
    for name, row, figure in (
        (line, "default", "function_accuracy_own_plan"),
        (told, "default_told", "function_accuracy"),
    ):
        found = find_row(report, row)
        yield _absent(name) if found is None else _at_least(name, found[figure], 0.8)


def _movement(report: Report) -> Iterator[Claim]:
    """Size, jerk and velocities of the default's movement beside real movement."""
    default, real = find_row(report, "default"), find_row(report, "real")
    lines = {
        "hand_range": "hand range within 10 % of real",
        "jerk": "jerk within 10 % of real",
        "velocity_hellinger": "velocity distribution within 0.1 of real (Hellinger)",
        "penetration": "penetration over 1 cm in under 0.5 % of the frames",
    }
    if default is None or real is None:
        yield from map(_absent, lines.values())
        return
    for name in ("hand_range", "jerk"):
        yield _at_most(lines[name], abs(default[name] / real[name] - 1.0), 0.1)
    yield _at_most(lines["velocity_hellinger"], default["velocity_hellinger"], 0.1)
    yield _at_most(lines["penetration"], default["penetration"]["after"], 0.005)


def _styles(report: Report) -> Iterator[Claim]:
    line = "style recognised in at least 0.7 of the sequences"
    accuracy = report.get("style_accuracy")
    yield _absent(line) if accuracy is None else _at_least(line, accuracy, 0.7)
    line = "energy grows from intensity to intensity"
    energies = report.get("intensity_energy")
    if energies is None:
        yield _absent(line)
    else:
        values = [energies[key] for key in sorted(energies, key=float)]
        rises = [later / earlier for earlier, later in zip(values, values[1:], strict=False)]
        yield _claim(line, min(rises), 1.0, min(rises) > 1.0, None)


def _seams(report: Report) -> Iterator[Claim]:
    line = "no jump of velocity at the borders of windows in a text of 3 minutes"
    seams = report.get("seams")
    if seams is None:
        yield _absent(line)
    else:
        yield _at_most(line, seams["at_borders"], seams["elsewhere_p99"])


_CHECKS: tuple[Callable[[Report], Iterator[Claim]], ...] = (
    _distances,
    _exemplar,
    _text,
    _functions,
    _movement,
    _styles,
    _seams,
)
