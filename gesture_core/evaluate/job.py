"""The whole evaluation: every row and probe measured, resumed where it was stopped, reported."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gesture_core.atomic import check_writable
from gesture_core.dataset.unit_splits import split_units
from gesture_core.dataset.units import load_units
from gesture_core.errors import UserError
from gesture_core.evaluate.ablation import find_runs
from gesture_core.evaluate.figures import Figures, Yardstick, measure_row
from gesture_core.evaluate.finished import Finished, figures_text, write_figures
from gesture_core.evaluate.page import check_page, write_page
from gesture_core.evaluate.probes import intensity_energy, long_seams, style_confusion, text_gap
from gesture_core.evaluate.report import DEFAULT, assemble
from gesture_core.evaluate.rows import (
    BASELINES,
    HEARING,
    TOLD,
    Performer,
    after_exemplar,
    generated,
)
from gesture_core.evaluate.setting import SPLITS, make_setting
from gesture_core.evaluate.subjects import Subject, load_subject
from gesture_core.planning.learned import load_planner
from gesture_core.progress import Progress, silent
from gesture_core.resources import cache_dir, data_path
from gesture_core.train.gesture_judge import load_judge
from gesture_core.train.sentences import load_sentences

FEWEST_MINUTES = 10.0
"""Minutes below which FGD∞ cannot be extrapolated in the judge's 32 dimensions."""
HELD_OUT = 400


@dataclass(frozen=True, eq=False)
class Step:
    """One part of the evaluation: what it is called, what decides its figures, how to measure."""

    name: str
    decided_by: object
    measure: Callable[[], Figures]


def evaluate_files(
    checkpoints: Mapping[str, Sequence[Path]],
    units: Path,
    sentences: Path,
    *,
    output: Path | None = None,
    pages: Sequence[Path] = (),
    ablation: Path | None = None,
    minutes: float = 20.0,
    seeds: int = 3,
    force: bool = False,
    judge: Path | None = None,
    planner: Path | None = None,
    held_out: int = HELD_OUT,
    progress: Progress = silent,
) -> str:
    """Judge checkpoints on clips, sentences and a performer kept apart; return the JSON report.

    `checkpoints` maps row names (`default`, `flow`, `seq2seq`, `plain`, or any other) to the
    checkpoints of one or more trainings; `units` and `sentences` are the files they were trained
    from; `ablation` is a folder of training runs with one switch changed each; `judge` and
    `planner` are those that ship unless given. Writes the report to `output` and a page to each
    of `pages` (.png or .html). Finished rows are kept in the user's cache: the same call goes on
    where it was stopped. `UserError` when a file is wrong or a checkpoint may have seen what is
    for judging.
    """
    _check(minutes, seeds, output, pages, force)
    progress(0.0, "reading units and sentences")
    library, said = load_units(units), load_sentences(sentences)
    splits = split_units(library)
    judges = load_judge(judge or data_path("models/gesture/judge.safetensors"))
    planners = load_planner(planner)
    load = partial(load_subject, trained_on=splits.train.sha256, held_out=held_out)
    subjects = [load(name, paths) for name, paths in checkpoints.items()]
    runs = [load(name, [path]) for name, path in find_runs(ablation).items()]
    yards = {
        split: Yardstick(
            make_setting(split, splits, said, planners, minutes, held_out=held_out), judges
        )
        for split in SPLITS
    }
    data = {
        "units": library.sha256,
        "sentences": hashlib.sha256(sentences.read_bytes()).hexdigest(),
        "judge": judges.sha256,
        "planner": planners.sha256,
    }
    protocol = {"minutes": minutes, "seeds": seeds, "held_out": held_out}
    finished = Finished(cache_dir() / "evaluation", protocol=protocol, data=data)
    steps = [*_steps(subjects, yards, seeds), *_ablation_steps(runs, yards, seeds)]
    figures = _measure(steps, finished, progress)
    report = assemble(figures, subjects, runs, yards, protocol, data)
    if output is not None:
        write_figures(output, report, force=force)
    for page in pages:
        write_page(page, report, force=force)
    progress(1.0, "evaluated")
    return figures_text(report)


def _check(
    minutes: float, seeds: int, output: Path | None, pages: Sequence[Path], force: bool
) -> None:
    """Find what cannot work before minutes are spent on it."""
    if minutes < FEWEST_MINUTES:
        raise UserError(
            f"FGD∞ needs at least {FEWEST_MINUTES:g} minutes of motion a row, not {minutes:g}"
        )
    if seeds < 1:
        raise UserError(f"at least one seed is needed, not {seeds}")
    if output is not None:
        check_writable(output, force=force)
    for page in pages:
        check_page(page)
        check_writable(page, force=force)


def _steps(
    subjects: Sequence[Subject], yards: Mapping[str, Yardstick], seeds: int
) -> Iterator[Step]:
    """All rows, called `row/SPLIT/NAME`, and what is asked of the default beside them."""
    main = next((subject for subject in subjects if subject.name == DEFAULT), None)
    for split, yard in yards.items():
        setting = yard.setting
        for name, baseline in BASELINES.items():
            count = 1 if name == "mean_pose" else seeds  # nothing in it depends on the seed
            yield _row(split, name, partial(baseline, setting), [], count, yard)
        for subject in subjects:
            count, hashes = max(seeds, len(subject.models)), subject.hashes
            hearing = HEARING.get(subject.name, "planned")
            make = partial(generated, setting, subject.models, hearing)
            yield _row(split, subject.name, make, hashes, count, yard)
            if subject.name in TOLD:
                make = partial(generated, setting, subject.models, "told")
                yield _row(split, f"{subject.name}_told", make, hashes, count, yard)
        if main is not None and split == "unknown_performer" and main.learns_exemplars:
            make = partial(after_exemplar, setting, main.models)
            count = max(seeds, len(main.models))
            yield _row(split, f"{DEFAULT}_exemplar", make, main.hashes, count, yard)
    if main is None:
        return
    model, known = main.models[0], yards["known"]
    yield Step("text_gap", model.sha256, partial(text_gap, model, known, seeds))
    yield Step("styles", model.sha256, partial(style_confusion, model, known))
    yield Step("intensity_energy", model.sha256, partial(intensity_energy, model, known.setting))
    yield Step("seams", model.sha256, partial(long_seams, model, known.setting))


def _ablation_steps(
    runs: Sequence[Subject], yards: Mapping[str, Yardstick], seeds: int
) -> Iterator[Step]:
    yard = yards["known"]
    for run in runs:
        make = partial(generated, yard.setting, run.models, "planned")
        measure = partial(_perform_and_measure, make, seeds, yard)
        yield Step(f"ablation/{run.name}", run.hashes, measure)


def _row(
    split: str,
    name: str,
    make: Callable[[], Performer],
    hashes: list[str],
    seeds: int,
    yard: Yardstick,
) -> Step:
    return Step(f"row/{split}/{name}", hashes, partial(_perform_and_measure, make, seeds, yard))


def _perform_and_measure(make: Callable[[], Performer], seeds: int, yard: Yardstick) -> Figures:
    return measure_row(make(), seeds, yard)


def _measure(steps: Sequence[Step], finished: Finished, progress: Progress) -> dict[str, Figures]:
    """Measure every step that is not finished yet, and tell how long the others may take."""
    figures: dict[str, Figures] = {}
    began = time.monotonic()
    for number, step in enumerate(steps):
        left = ""
        if finished.measured:
            seconds = (time.monotonic() - began) / finished.measured * (len(steps) - number)
            left = f": about {seconds / 60.0:.0f} min left"
        name = step.name.replace("/", " ")
        progress(number / len(steps), f"measuring {name}{left}")
        figures[step.name] = finished.figures(name, step.decided_by, step.measure)
    return figures
