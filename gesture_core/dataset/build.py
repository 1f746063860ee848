"""Building a training set from folders of talks, keypoints and motion files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from gesture_core.atomic import atomic_path, check_writable, remove_leftovers
from gesture_core.config import config_to_dict
from gesture_core.dataset.parallel import Failure, Outcome, run_tasks
from gesture_core.dataset.report import (
    SourceReport,
    Summary,
    read_report,
    summarise,
    summary_markdown,
)
from gesture_core.dataset.sources import KINDS, Source, find_sources
from gesture_core.dataset.splits import SplitConfig
from gesture_core.dataset.staging import staged_records
from gesture_core.dataset.steps import BuildConfig, Plan, Task, finish, plan, see
from gesture_core.dataset.store import open_set, write_set
from gesture_core.dataset.workspace import Workspace, read_json, write_json
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
    remove_leftovers(output)
    estimator_of(config.estimation)  # a wrong name is told before the work
    sources = find_sources(paths, config.rules)
    if not sources:
        where = ", ".join(map(str, paths))
        raise UserError(f"nothing to build from in {where}; momjit reads: {', '.join(KINDS)}")
    workspace = Workspace.of(output)
    held = _keys_in(output) if append and output.exists() else frozenset[str]()
    crew = _Crew(jobs, config.fps)
    for source in sources:
        if source.problem:
            crew.skip(source, Failure(source.problem))
    tasks = [Task(source, config, workspace) for source in sources if not source.problem]
    plans = crew.run(plan, tasks, "reading sources", _source_of, part(progress, 0.0, 0.1))
    plans = sorted(plans, key=lambda plan: plan.task.source.name)
    waiting = [plan for plan in plans if not plan.done(held)]
    faults = _look(waiting, jobs, part(progress, 0.1, 0.7))
    todo = [(plan, tuple(faults.get(plan.key, ()))) for plan in waiting]
    crew.run(finish, todo, "making clips", _source_of_plan, part(progress, 0.7, 0.95))

    finished = [plan for plan in plans if plan.task.source.name not in crew.skipped]
    reports = [read_report(workspace.report(plan.key)) for plan in finished]
    reports += crew.skipped.values()
    summary = summarise(sorted(reports, key=lambda report: report.source))
    _leave_word(workspace, plans, summary, append=append)
    progress(0.95, "writing the set")
    _write(output, config, workspace, finished, force=force, append=append)
    progress(1.0, "writing the set")
    return summary


class _Crew:
    """Processes that take sources through a step, and what became of those that could not."""

    def __init__(self, jobs: int, fps: float) -> None:
        self.skipped: dict[str, SourceReport] = {}
        self._jobs, self._fps = jobs, fps

    def skip(self, source: Source, failure: Failure) -> None:
        """Leave a source out and remember why."""
        problems = (failure.trace,) if failure.trace else ()
        self.skipped[source.name] = SourceReport(
            source.name, source.kind, self._fps, skipped=failure.reason, problems=problems
        )

    def run(
        self,
        function: Callable[[Input], Result],
        tasks: Sequence[Input],
        step: str,
        source_of: Callable[[Input], Source],
        progress: Progress,
    ) -> list[Result]:
        """The results of a step for all tasks that did not fail."""
        found: list[Result] = []
        for outcome in _each(function, tasks, self._jobs, step, source_of, progress):
            if isinstance(outcome.result, Failure):
                self.skip(source_of(outcome.task), outcome.result)
            else:
                found.append(outcome.result)
        return found


def _keys_in(output: Path) -> frozenset[str]:
    """The keys of the plans whose clips a set holds."""
    with open_set(output) as motions:
        return frozenset(str(meta.provenance.get("made_from")) for meta in motions.metas())


def _look(plans: Sequence[Plan], jobs: int, progress: Progress) -> dict[str, list[str]]:
    """Let the detector see what it has not seen; what went wrong, by the key of the plan."""
    tasks = [
        (plan, block) for plan in plans for block in plan.blocks if not plan.seen(block).exists()
    ]
    faults: dict[str, list[str]] = {}
    for one in _each(see, tasks, jobs, "finding people", _source_of_plan, progress):
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
    source_of: Callable[[Input], Source],
    progress: Progress,
) -> Iterator[Outcome[Input, Result]]:
    """Run a step on all tasks and tell how far it is."""
    if tasks:
        progress(0.0, step)
    for number, outcome in enumerate(run_tasks(function, tasks, jobs), start=1):
        yield outcome
        progress(number / len(tasks), f"{step}: {source_of(outcome.task).name}")


def _source_of(task: Task) -> Source:
    return task.source


def _source_of_plan(task: tuple[Plan, object]) -> Source:
    return task[0].task.source


def _leave_word(
    workspace: Workspace, plans: Sequence[Plan], summary: Summary, *, append: bool
) -> None:
    """Write the summary for people, and where the sources lie for the preview."""
    index = read_json(workspace.index) if append and workspace.index.exists() else {}
    for one in plans:
        index[one.task.source.name] = {"key": one.key, "path": str(one.task.source.path)}
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
    append = append and output.exists()
    made = {plan.task.source.name: workspace.clips(plan.key) for plan in plans}
    made = {name: folder for name, folder in made.items() if folder.is_dir()}
    if not append and not any(any(folder.iterdir()) for folder in made.values()):
        raise UserError(f"nothing usable was found; {workspace.summary} says why")
    settings = config_to_dict(replace(config, splits=SplitConfig(), rules=()))
    write_set(
        output,
        staged_records(*made.values()),
        {"fps": config.fps, "config": settings},
        splits=config.splits,
        force=force,
        append_to=output if append else None,
        anew=made,
    )
    shutil.rmtree(workspace.folder / "clips", ignore_errors=True)  # all of it is in the set now
