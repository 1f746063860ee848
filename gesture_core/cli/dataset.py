"""`momjit dataset`: training sets from videos, keypoints and motion files."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from gesture_core.cli.printing import AsJson, Force, print_results
from gesture_core.console import Reporter

app = typer.Typer(
    no_args_is_help=True,
    help="Training sets from talks with subtitles, keypoints and motion files.",
)


@app.command(
    epilog="Example: momjit dataset build talks/ mocap/ -o talks.lmdb "
    "--config configs/dataset/talks.yaml"
)
def build(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Videos (subtitles beside them: .vtt .srt .json, or .txt), folders of OpenPose "
            "or AI Hub JSON, .pose, .skels, motion (.bvh .glb .vrma .skm .npz .anim), or folders "
            "of all these."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The set to write (.lmdb).")],
    config: Annotated[
        Optional[Path],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Option(help="Settings (.yaml); see configs/dataset/ for commented ones."),
    ] = None,
    override: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--set", help="A setting to change, as key=value. Repeat for several."),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; 0 means one for every core.")] = 0,
    append: Annotated[bool, typer.Option(help="Add to the set instead of replacing it.")] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Build a training set: find people, keep the usable clips, lift them to 3D.

    Interrupted and run again, it goes on where it stopped: what is done lies in a folder beside
    the set (SET.build), with the reports on what was kept and why not. Files that cannot be used
    are left out and named in the summary.
    """
    from gesture_core.config import load_config
    from gesture_core.dataset.build import build as build_set
    from gesture_core.dataset.report import summary_json, summary_text
    from gesture_core.dataset.steps import BuildConfig

    with Reporter(quiet=as_json) as report:
        summary = build_set(
            sources,
            output,
            load_config(BuildConfig, config, override or []),
            jobs=jobs or os.cpu_count() or 1,
            force=force,
            append=append,
            progress=report,
        )
    if as_json:
        print(json.dumps(summary_json(summary), ensure_ascii=False, indent=1))
        return
    print(summary_text(summary), file=sys.stderr)
    print_results([output], (), report)


@app.command(epilog="Example: momjit dataset info talks.lmdb")
def info(
    path: Annotated[Path, typer.Argument(help="A set written by `momjit dataset build`.")],
    as_json: AsJson = False,
) -> None:
    """Say what is in a set: hours, clips, speakers and splits, styles, words, licences, hash."""
    from rich.console import Console

    from gesture_core.dataset.info import describe, print_description
    from gesture_core.dataset.store import open_set

    with open_set(path) as motions:
        found = describe(motions)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print_description(found, Console())


@app.command(epilog="Example: momjit dataset preview talks.lmdb -o look/")
def preview(
    path: Annotated[Path, typer.Argument(help="A set written by `momjit dataset build`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the pictures.")],
    clips: Annotated[int, typer.Option(help="At most so many clips, kept and rejected.")] = 24,
    source: Annotated[str, typer.Option(help="Only sources whose name contains this.")] = "",
    force: Force = False,
) -> None:
    """Draw kept and rejected clips with skeletons and words: a contact sheet and a short video."""
    from gesture_core.dataset.gallery import preview_set

    with Reporter() as report:
        report(0.0, "drawing clips")
        paths = preview_set(path, output, clips, source, force=force)
    print_results(paths, (), report)
