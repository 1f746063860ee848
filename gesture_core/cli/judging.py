"""`momjit likeness judge`: how like the people in a folder their characters are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from gesture_core.cli.printing import Force
from gesture_core.console import Reporter

JUDGE_EXAMPLE = (
    "Example: momjit likeness judge people/ --identity package/model --out judged/ "
    '--consent "the licences of their pictures, 2026-11-20, judging likenesses" '
    "--json likeness.json"
)


def judge(
    people: Annotated[
        Path,
        typer.Argument(help="Folder of NAME/fit (pictures to fit) and NAME/held (to judge by)."),
    ],
    identity: Annotated[
        Path,
        typer.Option(
            help="Weights of the network that tells people apart: the folder package/model of "
            "what 'npm pack @vladmandic/face-api@1.7.15' gets."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the characters and their sheets.")],
    consent: Annotated[
        str,
        typer.Option(
            help="Everybody's agreement, or the licence of the pictures that stands for it: who,"
            " when, what for. Each character carries it."
        ),
    ],
    json_output: Annotated[
        Optional[Path],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Option("--json", help="Write the report here. Default: print it."),
    ] = None,
    force: Force = False,
) -> None:
    """Fit everybody in a folder and measure how like them their characters are.

    Errors of landmarks, fitted and held out; distances of identity between renders from three
    sides and held pictures, and who is nearest; sizes of skull, ears and neck against adults;
    seconds and memory. Only for people who agreed, or whose pictures' licence allows it.
    """
    from gesture_core.atomic import atomic_path, check_writable
    from gesture_core.evaluate.likeness import judge_people
    from gesture_core.likeness.consent import parse_consent

    agreed = parse_consent(consent)
    if json_output is not None:
        check_writable(json_output, force=force)
    with Reporter() as progress:
        report = judge_people(people, identity, out, agreed, progress, force=force)
    text = json.dumps(report, indent=1) + "\n"
    if json_output is None:
        typer.echo(text, nl=False)
        return
    with atomic_path(json_output, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8")
