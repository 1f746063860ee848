"""`momjit likeness morph`: characters between two others, and the way from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from gesture_core.cli.printing import Force, print_results
from gesture_core.console import Reporter
from gesture_core.errors import UserError

MORPH_EXAMPLES = """Examples:

momjit likeness morph hana.glb jun --at 0.5 -o between.glb

momjit likeness morph hana.glb tae.glb --steps 7 -o strip.png

momjit likeness morph hana.glb tae.glb -o morph.mp4
"""

STRIP_STEPS, FILM_STEPS = 7, 25

app = typer.Typer(
    no_args_is_help=True, help="Likenesses: people between people, and how like them they are."
)


@app.command(epilog=MORPH_EXAMPLES)
def morph(
    one: Annotated[str, typer.Argument(metavar="A", help="A character: a name or a .glb file.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The one that A turns into.")],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help=".glb: the character --at some of the way; .png: faces side by side; .mp4, .mov"
            " or .mkv: a film.",
        ),
    ],
    at: Annotated[
        Optional[float],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Option(help="How far from A (0) to B (1); for .glb. Default: 0.5."),
    ] = None,
    steps: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            help=f"Faces from A to B, for pictures and films; each is built anew, which takes some"
            f" ten seconds. Default: {STRIP_STEPS}, and {FILM_STEPS} for films."
        ),
    ] = None,
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="What the character is called; for .glb."),
    ] = None,
    size: Annotated[int, typer.Option(min=64, max=2048, help="Pixels of one face.")] = 320,
    engine: Annotated[str, typer.Option(help="workbench, cycles or eevee.")] = "workbench",
    force: Force = False,
) -> None:
    """Blend two characters: shape, skin, hair and clothes.

    What is made of people's likenesses stays a likeness: it carries the consents of both.
    """
    from gesture_core.avatar.library import avatar_path
    from gesture_core.likeness.morph import read_sitter
    from gesture_core.morph_film import build_between, film_morph

    character = output.suffix.lower() == ".glb"
    if character and steps is not None:
        raise UserError("--steps is for pictures and films; a .glb is one character: --at 0.5")
    if not character and (at is not None or name is not None):
        raise UserError("--at and --name are for a character, -o FILE.glb")
    with Reporter() as report:
        files = [
            Path(who) if who.lower().endswith(".glb") else avatar_path(who, report)
            for who in (one, other)
        ]
        start, end = read_sitter(files[0]), read_sitter(files[1])
        if character:
            share = 0.5 if at is None else at
            build_between(start, end, share, output, report, name=name, force=force)
        else:
            usual = STRIP_STEPS if output.suffix.lower() == ".png" else FILM_STEPS
            film_morph(
                start,
                end,
                output,
                usual if steps is None else steps,
                report,
                size=size,
                engine=engine,
                force=force,
            )
    print_results([output], (), report)
