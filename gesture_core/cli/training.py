"""`momjit train` and `momjit evaluate`: making models, and judging them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from gesture_core.cli.printing import Force
from gesture_core.errors import UserError

TRAIN_EXAMPLE = """Examples:

momjit train configs/train/gesture.yaml archives=FOLDER output=runs/mine iterations=2000

torchrun --nproc-per-node=4 -m gesture_core.cli train configs/train/gesture.yaml device=cuda

momjit train configs/train/sign_transformer.yaml corpus=AIHUB_FOLDER sentences=null fps=30
"""
EVALUATE_EXAMPLE = """Examples:

momjit evaluate runs/gesture/gesture.safetensors
--beside seq2seq=runs/seq2seq/gesture.safetensors --data runs/units.lmdb --json report.json

momjit evaluate transformer/sign.safetensors --beside tacotron=tacotron/sign.safetensors
--data runs/signs.npz"""


def train(
    config: Annotated[Path, typer.Argument(help="Training configuration (.yaml).")],
    override: Annotated[
        Optional[list[str]],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Argument(help="Settings to change, as key=value."),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train the model that a configuration names: gesture, planner, cues, judge, lifter or sign."""
    from gesture_core.train.runs import train as run

    print(run(config, override or [], resume=resume))


def evaluate(
    checkpoint: Annotated[
        list[Path],
        typer.Argument(
            help="Gesture generators (.safetensors), several being seeds of one, or a sign model."
        ),
    ],
    data: Annotated[
        Path, typer.Option(help="Gesture units (.lmdb), or the corpus of a sign model.")
    ],
    sentences: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Analysed sentences (.npz). Default: sentences.npz beside the units."),
    ] = None,
    beside: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="NAME=CHECKPOINT of another row: seq2seq, plain, flow. Repeat."),
    ] = None,
    ablation: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Folder of training runs with one switch changed each."),
    ] = None,
    json_output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--json", help="Write the report here. Default: print it."),
    ] = None,
    page: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(help="Draw the report on one page, .png or .html. Repeat for both."),
    ] = None,
    minutes: Annotated[float, typer.Option(help="Minutes of motion for every row.")] = 20.0,
    seeds: Annotated[int, typer.Option(help="Seeds for every row.")] = 3,
    force: Force = False,
) -> None:
    """Judge gesture generators: distance to real motion, use of the text, style, plausibility.

    Test clips, test sentences and, in their own rows, performers were never trained on. Killed, it
    goes on where it was. A sign model is judged by how far what it makes of held-out sentences,
    running freely, is from how they are signed.
    """
    from gesture_core.checkpoint import checkpoint_kind
    from gesture_core.console import Reporter
    from gesture_core.evaluate.job import evaluate_files
    from gesture_core.signing.learned import KIND

    if len(checkpoint) == 1 and checkpoint_kind(checkpoint[0]) == KIND:
        _evaluate_sign(checkpoint[0], data, beside or [], json_output, force)
        return
    with Reporter() as report:
        text = evaluate_files(
            {"default": checkpoint, **_named(beside or [])},
            data,
            sentences or data.with_name("sentences.npz"),
            output=json_output,
            pages=page or [],
            ablation=ablation,
            minutes=minutes,
            seeds=seeds,
            force=force,
            progress=report,
        )
    print(json_output or text)


def _evaluate_sign(
    checkpoint: Path, data: Path, beside: list[str], output: Path | None, force: bool
) -> None:
    from gesture_core.console import Reporter
    from gesture_core.evaluate.sign import evaluate_signs, show

    others = {name: paths[0] for name, paths in _named(beside).items()}
    models = {"model": checkpoint, **others}
    with Reporter() as report:
        text = evaluate_signs(models, data, output=output, force=force, progress=report)
    print(show(text) if output is not None else text)


def _named(beside: list[str]) -> dict[str, list[Path]]:
    """Checkpoints by the name of their row."""
    named: dict[str, list[Path]] = {}
    for text in beside:
        name, equals, path = text.partition("=")
        if not equals:
            raise UserError(f"--beside takes NAME=CHECKPOINT, not {text!r}")
        named.setdefault(name, []).append(Path(path))
    return named
