"""The report of an evaluation: rows in order, the material, hashes, configurations, claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gesture_core.evaluate.ablation import ablation_table
from gesture_core.evaluate.claims import UNKNOWN, check_claims, find_row
from gesture_core.evaluate.figures import Figures, Yardstick
from gesture_core.evaluate.setting import SPLITS
from gesture_core.evaluate.subjects import Subject

VERSION = 1
DEFAULT = "default"
ORDER = ("real", "compose", "mean_pose", "seq2seq", "plain", "flow", DEFAULT)
VARIANTS = ("_told", "_exemplar")
"""Ends of the names of further rows of one model."""


def assemble(
    figures: Mapping[str, Figures],
    subjects: Sequence[Subject],
    runs: Sequence[Subject],
    yards: Mapping[str, Yardstick],
    protocol: Figures,
    data: Mapping[str, str],
) -> Figures:
    """The report from the figures of all steps, by name: `row/SPLIT/NAME`, `ablation/RUN`, …"""
    rows = [
        _named(step, values, subjects)
        for step, values in figures.items()
        if step.startswith("row/")
    ]
    order = {name: place for place, name in enumerate(ORDER)}
    rows.sort(key=lambda row: (SPLITS.index(row["split"]), order.get(row["name"], len(order))))
    report: Figures = {
        "version": VERSION,
        "protocol": {**protocol, "splits": {s: _material(y) for s, y in yards.items()}},
        "hashes": {**data, "checkpoints": {s.name: s.hashes for s in (*subjects, *runs)}},
        "rows": rows,
    }
    for name in ("text_gap", "intensity_energy", "seams"):
        if name in figures:
            report[name] = figures[name]
    report |= figures.get("styles", {})
    exemplar = exemplar_shares(report)
    if exemplar is not None:
        report["exemplar"] = exemplar
    measured = {run.name: figures[f"ablation/{run.name}"] for run in runs}
    report["ablation"] = ablation_table(runs, measured)
    report["configs"] = {subject.name: list(subject.trainings) for subject in subjects}
    return report | {"claims": check_claims(report)}


def exemplar_shares(report: Figures) -> Figures | None:
    """Share of the default's distance to an unknown performer that an exemplar closes.

    The gap is how far the default is beyond the floor of real against real: in movement, and in
    movement and posture together.
    """
    rows = [find_row(report, name, UNKNOWN) for name in ("real", DEFAULT, f"{DEFAULT}_exemplar")]
    if any(row is None for row in rows):
        return None
    found = [row for row in rows if row is not None]
    standing = [row["with_posture"] for row in found]
    return {"movement": _share(found), "with_posture": _share(standing)}


def _share(rows: Sequence[Figures]) -> Figures:
    floor, without, with_it = (row["fgd_inf"] for row in rows)
    return {
        "gap": without - floor,
        "left": with_it - floor,
        "closed": (without - with_it) / (without - floor),
    }


def _named(step: str, figures: Figures, subjects: Sequence[Subject]) -> Figures:
    """A row with its name, split and seeds first."""
    _, split, name = step.split("/")
    whose = {f"{s.name}{variant}": s for s in subjects for variant in ("", *VARIANTS)}
    subject = whose.get(name)
    kind = "composition"
    if subject is not None:
        kind = "training" if len(subject.models) > 1 else "generation"
    seeds = len(figures["by_seed"])
    return {"name": name, "split": split, "seeds": seeds, "seed_kind": kind} | figures


def _material(yard: Yardstick) -> Figures:
    setting = yard.setting
    units = [unit for source in setting.sources for unit in source.library.units]
    return {
        "sequences": len(setting.cases),
        "minutes": round(setting.seconds / 60.0, 2),
        "clips": len({unit.name for unit in units}),
        "functions": sorted(set().union(*map(setting.functions, setting.cases))),
        "performers": sorted({unit.performer for unit in units}),
    }
