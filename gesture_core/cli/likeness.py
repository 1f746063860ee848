"""`momjit avatar fit`: from pictures of a consenting person to their character."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from gesture_core.cli.printing import AsJson, Force, print_results
from gesture_core.console import Reporter
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from gesture_core.likeness.portray import Portrayed

FIT_EXAMPLES = """Examples:

momjit avatar fit hana.jpg -o hana.glb --name hana --consent "Kim Hana, 2026-11-20, films of her
lectures" --preview hana.png

momjit avatar fit front.jpg left.jpg talk.mp4 -o hana.glb --name hana --height 1.62 --consent "…"

momjit generate "안녕하세요 반갑습니다" -o hello.mp4 --avatar hana.glb
"""

MOST_TOLD = 10  # pictures that are not used


def fit(
    pictures: Annotated[
        list[Path],
        typer.Argument(metavar="PHOTO|VIDEO…", help="Pictures and videos of one person."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The character to write (.glb).")],
    name: Annotated[str, typer.Option(help="What the character is called.")],
    consent: Annotated[
        str,
        typer.Option(
            help="The person's agreement, kept in the file: who agreed, when and what for, such as"
            ' "Kim Hana, 2026-11-20, films of her lectures". Without it no picture is read.'
        ),
    ],
    gender: Annotated[
        Optional[str],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Option(help="woman or man, where the pictures do not tell."),
    ] = None,
    age: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="The person's age in years."),
    ] = None,
    height: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="The person's height in metres."),
    ] = None,
    hair: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="STYLE or STYLE:COLOUR instead of what the pictures show."),
    ] = None,
    clothes: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="TOP[,TROUSERS[,SHOES]]", help="Colours instead of the pictures'."),
    ] = None,
    no_mark: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="STATEMENT",
            help="Leave out the small visible mark of rendered pictures, by the person's own"
            ' statement, kept in the file: "I, Kim Hana, ask for no mark on my likeness".',
        ),
    ] = None,
    preview: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="Also write a sheet (.png): from four sides, with four faces, beside a picture of"
            " the person."
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Also keep it among your own characters, by its name.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make the character of a consenting person from photos or a short video.

    The pictures stay on this machine. Rendered pictures, clips and files made with the character
    carry the consent and say that the likeness is synthetic.
    """
    from gesture_core.avatar.library import check_name
    from gesture_core.avatar.wishes import Wishes
    from gesture_core.blender import check_blender
    from gesture_core.likeness.consent import parse_consent, record_likeness
    from gesture_core.likeness.portray import fit_avatar
    from gesture_core.portrait import keep_character, write_portrait
    from gesture_core.progress import part

    wishes = Wishes(
        gender=gender,
        age=age,
        height=height,
        hair=hair,
        clothes=tuple(clothes.split(",")) if clothes else (),
    )
    record = record_likeness(name, parse_consent(consent), unmarked=no_mark)
    _check_outputs(output, preview, force=force)
    if keep:
        check_name(name, force=force)
    if keep or preview is not None:
        check_blender()
    with Reporter(quiet=as_json) as report:
        done = fit_avatar(
            pictures,
            output,
            record=record,
            wishes=wishes,
            progress=part(report, 0.0, 0.8 if preview else 1.0),
            force=force,
        )
        if preview is not None:
            write_portrait(output, preview, done.beside, part(report, 0.8, 1.0), force=force)
        if keep:
            keep_character(output, report, portrait=preview, force=force)
    written = [output, *([preview] if preview else [])]
    if as_json:
        _print_json(done, written, report)
        return
    _print_told(done)
    print_results(written, done.warnings, report)


def _check_outputs(output: Path, preview: Path | None, *, force: bool) -> None:
    """Raise `UserError` for what could not be written, before any work."""
    from gesture_core.atomic import check_writable

    if output.suffix.lower() != ".glb":
        raise UserError(f"{output}: a character is written as .glb")
    check_writable(output, force=force)
    if preview is None:
        return
    if preview.suffix.lower() != ".png":
        raise UserError(f"{preview}: a preview is written as .png")
    check_writable(preview, force=force)


def _print_told(done: Portrayed) -> None:
    """What the fit rests on and what it does not, to stderr."""
    told = [f"not used: {refusal.name}: {refusal.reason}" for refusal in done.refused[:MOST_TOLD]]
    if len(done.refused) > MOST_TOLD:
        told.append(f"not used: {len(done.refused) - MOST_TOLD} more pictures (see --json)")
    count = f"{len(done.used)} picture" + ("s" if len(done.used) > 1 else "")
    told.append(f"fitted to {count}, landmarks within {done.error:.1%} of the distance of the eyes")
    for line in told:
        print(f"momjit: {line}", file=sys.stderr)


def _print_json(done: Portrayed, written: list[Path], report: Reporter) -> None:
    result = {
        "outputs": [str(path) for path in written],
        "used": done.used,
        "refused": [vars(refusal) for refusal in done.refused],
        "error": done.error,
        "warnings": done.warnings,
        "seconds": report.seconds,
    }
    print(json.dumps(result, ensure_ascii=False, indent=1))
