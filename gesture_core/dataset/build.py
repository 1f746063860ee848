"""Building a training set from folders of talks, keypoints and motion files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from gesture_core.atomic import atomic_path, check_writable
from gesture_core.config import config_to_dict
from gesture_core.dataset.parallel import Failure, Outcome, run_tasks
from gesture_core.dataset.report import (
    SourceReport,
    Summary,
    read_report,
    summarise,
    summary_markdown,
)
from gesture_core.dataset.sources import KINDS, find_sources
from gesture_core.dataset.splits import SplitConfig
from gesture_core.dataset.staging import staged_records
from gesture_core.dataset.steps import BuildConfig, Plan, Task, finish, plan, see
from gesture_core.dataset.store import write_set
from gesture_core.dataset.workspace import Workspace, write_json
from gesture_core.errors import UserError
from gesture_core.pose.estimators import estimator_of
from gesture_core.progress import Progress, part, silent

Input = TypeVar("Input")
Result = TypeVar("Result")


def build(
    paths: Sequence[Path],
    output: Path,
    config: BuildConfig,
    *,
    jobs: int = 1,
    force: bool = False,
    append: bool = False,
    progress: Progress = silent,
) -> Summary:
    """Make the training set `output` of everything readable at and below `paths`.

    What cannot be used is left out with its reason in the summary. Interrupted at any moment and
    started again, it goes on where it stopped and ends with the same bytes; `append` keeps the
    clips that `output` holds already. Raises `UserError` when nothing usable was found, `output`
    exists with neither `force` nor `append`, or the disk is full.
    """
    check_writable(output, force=force or append)
    estimator_of(config.estimation)  # a wrong name is told before the work
    sources = find_sources(paths, config.rules)
    if not sources:
        where = ", ".join(map(str, paths))
        raise UserError(f"nothing to build from in {where}; momjit reads: {', '.join(KINDS)}")
    workspace = Workspace.of(output)
    reports: dict[str, SourceReport] = {}
    tasks = [Task(source, config, workspace) for source in sources]

    def skip(task: Task, failure: Failure) -> None:
        source = task.source
        problems = (failure.trace,) if failure.trace else ()
        reports[source.name] = SourceReport(
            source.name, source.kind, config.fps, skipped=failure.reason, problems=problems
        )

    plans: list[Plan] = []
    for task in tasks:
        if task.source.problem:
            skip(task, Failure(task.source.problem))
    usable = [task for task in tasks if not task.source.problem]
    for one in _each(plan, usable, jobs, "reading sources", _name, part(progress, 0.0, 0.1)):
        if isinstance(one.result, Failure):
            skip(one.task, one.result)
        else:
            plans.append(one.result)
    plans.sort(key=lambda plan: plan.task.source.name)
    waiting = [plan for plan in plans if not plan.done]
    faults = _look(waiting, jobs, part(progress, 0.1, 0.7))
    todo = [(plan, tuple(faults.get(plan.key, ()))) for plan in waiting]
    report_of = part(progress, 0.7, 0.95)
    for one in _each(finish, todo, jobs, "making clips", lambda two: _name(two[0].task), report_of):
        if isinstance(one.result, Failure):
            skip(one.task[0].task, one.result)
    finished = [plan for plan in plans if plan.task.source.name not in reports]
    for made in finished:
        reports[made.task.source.name] = read_report(workspace.report(made.key))

    summary = summarise(reports[name] for name in sorted(reports))
    _leave_word(workspace, plans, summary)
    progress(0.95, "writing the set")
    _write(output, config, workspace, finished, force=force, append=append)
    progress(1.0, "writing the set")
    return summary


def _look(plans: Sequence[Plan], jobs: int, progress: Progress) -> dict[str, list[str]]:
    """Let the detector see what it has not seen; what went wrong, by the key of the plan."""
    tasks = [
        (plan, block) for plan in plans for block in plan.blocks if not plan.seen(block).exists()
    ]
    faults: dict[str, list[str]] = {}
    for one in _each(see, tasks, jobs, "finding people", _block_name, progress):
        if isinstance(one.result, Failure):
            own, block = one.task
            where = f"{block.start:.2f}–{block.end:.2f} s"
            faults.setdefault(own.key, []).append(f"{where}: {one.result.reason}")
    return faults


def _each(
    function: Callable[[Input], Result],
    tasks: Sequence[Input],
    jobs: int,
    step: str,
    name: Callable[[Input], str],
    progress: Progress,
) -> Iterator[Outcome[Input, Result]]:
    """Run a step on all tasks and tell how far it is."""
    if tasks:
        progress(0.0, step)
    for number, outcome in enumerate(run_tasks(function, tasks, jobs), start=1):
        yield outcome
        progress(number / len(tasks), f"{step}: {name(outcome.task)}")


def _name(task: Task) -> str:
    return task.source.name


def _block_name(task: tuple[Plan, object]) -> str:
    return _name(task[0].task)


def _leave_word(workspace: Workspace, plans: Sequence[Plan], summary: Summary) -> None:
    """Write the summary for people, and where the sources lie for the preview."""
    index = {
        plan.task.source.name: {"key": plan.key, "path": str(plan.task.source.path)}
        for plan in plans
    }
    write_json(workspace.index, index)
    with atomic_path(workspace.summary, force=True) as temporary:
        temporary.write_text(summary_markdown(summary), encoding="utf-8")


def _write(
    output: Path,
    config: BuildConfig,
    workspace: Workspace,
    plans: Sequence[Plan],
    *,
    force: bool,
    append: bool,
) -> None:
    """Write the staged clips of all plans as one set, then throw the staging away."""
    folders = [workspace.clips(plan.key) for plan in plans]
    if not (append and output.exists()) and not any(any(f.iterdir()) for f in folders):
        raise UserError(f"nothing usable was found; {workspace.summary} says why")
    settings = config_to_dict(replace(config, splits=SplitConfig(), rules=()))
    write_set(
        output,
        staged_records(*folders),
        {"fps": config.fps, "config": settings},
        splits=config.splits,
        force=force,
        append_to=output if append and output.exists() else None,
    )
    shutil.rmtree(workspace.folder / "clips")
