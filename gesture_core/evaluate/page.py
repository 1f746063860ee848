"""One page that shows an evaluation: a picture, or a web page that needs no other file."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Report = Mapping[str, Any]
SUFFIXES = (".png", ".html")
TITLES = {
    "known": "known performers, unseen clips",
    "unknown_performer": "unknown performer, movement",
}
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("function_accuracy", "function", ".2f"),
    ("function_accuracy_own_plan", "own plan", ".2f"),
    ("sentences_with_gesture", "gesturing", ".2f"),
    ("hand_range", "range m", ".3f"),
    ("jerk", "jerk m/s³", ".0f"),
    ("velocity_hellinger", "velocity H", ".3f"),
    ("beat_consistency", "beat", ".3f"),
    ("diversity", "diversity", ".2f"),
    ("multimodality", "multimod.", ".2f"),
)
"""Figure of a row, heading, format."""
_FLOOR = 1e-3
_CHANCE = 1.0 / 32.0
"""R@1 of a guess among the candidates of `metrics.retrieval.ranks`."""
_INK, _ACCENT, _PALE = "#22303c", "#c4572e", "#9fb3c2"


def check_page(path: Path) -> None:
    """Raise `UserError` when a page of this suffix cannot be written."""
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"a page ends in {' or '.join(SUFFIXES)}, not in {path.suffix!r}")


def write_page(path: Path, report: Report, *, force: bool = False) -> None:
    """Write the page as `.png` or `.html`, by the suffix."""
    check_page(path)
    picture = _png(draw_page(report))
    content = picture if path.suffix.lower() == ".png" else _web_page(report, picture).encode()
    with atomic_path(path, force=force) as temporary:
        temporary.write_bytes(content)


def draw_page(report: Report) -> Figure:
    """The page as a matplotlib figure."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("pages need matplotlib: pip install 'momjit[train]'") from error
    figure = Figure(figsize=(15, 20), layout="constrained")
    protocol = report["protocol"]
    figure.suptitle(
        f"momjit gestures: {protocol['minutes']:g} minutes of unseen clips and sentences a row, "
        f"{protocol['seeds']} seeds",
        fontsize=15,
    )
    grid = figure.add_gridspec(5, 6, height_ratios=(3.2, 2.6, 1.9, 2.6, 2.6))
    _distances(figure.add_subplot(grid[0, :3]), report, "known")
    _distances(figure.add_subplot(grid[0, 3:]), report, "unknown_performer")
    _table(figure.add_subplot(grid[1, :]), *_row_table(report), "all rows")
    _text_gap(figure.add_subplot(grid[2, :2]), report)
    _energy(figure.add_subplot(grid[2, 2:4]), report)
    _plausible(figure.add_subplot(grid[2, 4:]), report)
    _styles(figure.add_subplot(grid[3, :3]), report)
    _table(figure.add_subplot(grid[3, 3:]), *_ablation_table(report), "what each switch bought")
    _table(figure.add_subplot(grid[4, :]), *_claim_table(report), "claims")
    return figure


def _distances(axes: Axes, report: Report, split: str) -> None:
    """FGD∞ with its interval, on a logarithmic axis that ends at `_FLOOR`."""
    rows = [row for row in report["rows"] if row["split"] == split]
    axes.set_title(f"FGD∞, {TITLES[split]} (lower is better)")
    for place, row in enumerate(reversed(rows)):
        value, low, high = (max(x, _FLOOR) for x in (row["fgd_inf"], *row["ci"]))
        axes.barh(place, value, left=0.0, color=_colour(row["name"]), height=0.6)
        axes.plot([low, high], [place, place], color=_INK, linewidth=2)
        axes.text(high * 1.15, place, f"{row['fgd_inf']:.3g}", va="center", fontsize=9)
    axes.set_yticks(range(len(rows)), [row["name"] for row in reversed(rows)])
    axes.set_xscale("log")
    if rows:
        axes.set_xlim(left=_FLOOR, right=4.0 * max(_FLOOR, *(row["ci"][1] for row in rows)))


def _colour(name: str) -> str:
    return _ACCENT if name.startswith("default") else _PALE


def _text_gap(axes: Axes, report: Report) -> None:
    axes.set_title("is the text used? retrieval R@1")
    gap = report.get("text_gap")
    if gap is None:
        axes.axis("off")
        return
    names = [name for name in gap if name.endswith("_r1")]
    axes.bar(range(len(names)), [gap[name] for name in names], color=_PALE)
    axes.axhline(_CHANCE, color=_ACCENT, linestyle="--", label="chance")
    axes.legend()
    labels = [name.removesuffix("_r1").replace("_", "\n") for name in names]
    axes.set_xticks(range(len(names)), labels)


def _energy(axes: Axes, report: Report) -> None:
    axes.set_title("energy by intensity")
    energies = report.get("intensity_energy")
    if energies is None:
        axes.axis("off")
        return
    keys = sorted(energies, key=float)
    axes.plot([float(key) for key in keys], [energies[key] for key in keys], "o-", color=_ACCENT)
    axes.set_ylim(bottom=0.0)


def _plausible(axes: Axes, report: Report) -> None:
    """Shares of frames beyond joint limits and inside the body, before and after correction."""
    axes.set_title("% of frames beyond limits and inside the body")
    rows = [row for row in report["rows"] if row["name"] in ("real", "default")]
    rows = [row for row in rows if row["split"] == "known"]
    bars = [
        (f"{row['name']}\n{label}\n{when}", 100.0 * row[figure][when])
        for row in rows
        for figure, label in (("joint_limit", "limits"), ("penetration", "body"))
        for when in ("before", "after")
    ]
    axes.bar(range(len(bars)), [value for _, value in bars], color=_PALE)
    axes.set_xticks(range(len(bars)), [name for name, _ in bars], fontsize=7)


def _styles(axes: Axes, report: Report) -> None:
    confusion = report.get("style_confusion")
    if confusion is None:
        axes.axis("off")
        return
    names = list(confusion)
    found = list(next(iter(confusion.values())))
    shares = np.array([[confusion[name][other] for other in found] for name in names])
    axes.set_title(f"style asked (down) and recognised: {report['style_accuracy']:.2f} right")
    axes.imshow(shares, vmin=0.0, vmax=1.0, cmap="Blues", aspect="auto")
    axes.set_xticks(range(len(found)), found, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), names)
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            ink = "white" if share > 0.6 else _INK
            axes.text(column, row, f"{share:.2f}", ha="center", va="center", color=ink, fontsize=8)


def _row_table(report: Report) -> tuple[list[str], list[list[str]]]:
    headings = ["split", "row", "seeds", "N", "FGD∞", "interval", *(c[1] for c in COLUMNS)]
    cells = [
        [
            row["split"].replace("_", " "),
            row["name"],
            f"{row['seeds']} {row['seed_kind']}",
            str(row["n"]),
            f"{row['fgd_inf']:.3g}",
            f"{row['ci'][0]:.3g} … {row['ci'][1]:.3g}",
            *(format(row[key], form) if key in row else "–" for key, _, form in COLUMNS),
        ]
        for row in report["rows"]
    ]
    return headings, cells


def _ablation_table(report: Report) -> tuple[list[str], list[list[str]]]:
    headings = ["run", "changed", "FGD∞", "interval", "Δ FGD∞", "function", "range m", "jerk"]
    cells = [
        [
            row["name"],
            "\n".join(f"{key}={value}" for key, value in row["changed"].items()) or "(default)",
            f"{row['fgd_inf']:.3g}",
            f"{row['ci'][0]:.3g} … {row['ci'][1]:.3g}",
            f"{row['differences']['fgd_inf']:+.3g}",
            f"{row['function_accuracy']:.2f}",
            f"{row['hand_range']:.3f}",
            f"{row['jerk']:.0f}",
        ]
        for row in report.get("ablation") or []
    ]
    return headings, cells


def _claim_table(report: Report) -> tuple[list[str], list[list[str]]]:
    words = {True: "holds", False: "NOT MET", None: "not measured"}
    cells = [
        [claim["line"], _number(claim["value"]), _number(claim["limit"]), words[claim["holds"]]]
        for claim in report["claims"]
    ]
    return ["claim", "value", "limit", ""], cells


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _table(axes: Axes, headings: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> None:
    axes.axis("off")
    if not cells:
        return
    axes.set_title(title)
    table = axes.table([*map(list, cells)], colLabels=list(headings), loc="upper center")
    table.auto_set_font_size(False)
    table.set_fontsize(8)
    table.auto_set_column_width(list(range(len(headings))))
    lines = [max(cell.count("\n") for cell in row) + 1 for row in cells]
    for (row, _), cell in table.get_celld().items():
        cell.set_edgecolor("#d5dde3")
        cell.set_height((0.06 if row == 0 else 0.055 * lines[row - 1]) * min(1.0, 17 / len(cells)))


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=90)
    return stream.getvalue()


def _web_page(report: Report, picture: bytes) -> str:
    sections = (
        ("Rows", _row_table(report)),
        ("What each switch bought", _ablation_table(report)),
        ("Claims", _claim_table(report)),
    )
    tables = "\n".join(
        f"<h2>{title}</h2>\n{_html_table(*table)}" for title, table in sections if table[1]
    )
    hashes = html.escape(str(dict(report["hashes"])))
    source = base64.b64encode(picture).decode()
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>momjit: evaluation of gestures</title>
<style>
body {{ font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 1200px; color: {_INK}; }}
table {{ border-collapse: collapse; font-size: 13px; }}
th, td {{ border-bottom: 1px solid #d5dde3; padding: 3px 10px; text-align: left; }}
img {{ width: 100%; }} code {{ font-size: 11px; overflow-wrap: anywhere; }}
</style></head><body>
<h1>momjit: evaluation of gestures</h1>
{tables}
<h2>Figure</h2>
<img alt="bars and tables of the same figures" src="data:image/png;base64,{source}">
<p><code>{hashes}</code></p>
</body></html>
"""


def _html_table(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in headings)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in cells
    )
    return f"<table><tr>{head}</tr>\n{body}</table>"
