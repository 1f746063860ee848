"""`momjit avatar list` and `build`: the characters there are, and new ones from sliders."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from gesture_core.cli import likeness
from gesture_core.cli.printing import AsJson, Force, print_results, print_table
from gesture_core.console import Reporter
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from gesture_core.avatar.character import CharacterSpec
    from gesture_core.avatar.looks import Looks
    from gesture_core.avatar.wishes import Wishes
    from gesture_core.progress import Progress

BUILD_EXAMPLES = """Examples:

momjit avatar build jun -o jun.glb

momjit avatar build mina --age 62 --hair bun:grey --clothes maroon,black -o grandmother.glb

momjit avatar build --seed 7 --gender man --height 1.84 --name Tae --keep

momjit avatar build hana.glb --hair ponytail --clothes "#2b4a6f" -o hana_blue.glb
"""

app = typer.Typer(no_args_is_help=True, help="Characters: bundled ones and people's.")
app.command("fit", epilog=likeness.FIT_EXAMPLES)(likeness.fit)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the bundled characters and your own."""
    from gesture_core.avatar.library import list_avatars

    columns = ("name", "description", "built", "own")
    rows = [{column: getattr(one, column) for column in columns} for one in list_avatars()]
    print_table(rows, as_json=as_json)


@app.command(epilog=BUILD_EXAMPLES)
def build(
    character: Annotated[
        Optional[str],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Argument(
            metavar="[NAME|FILE.glb]",
            help="A bundled character, one of your own, or a file that momjit built.",
        ),
    ] = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("-o", "--output", help="The .glb to write."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it among your own characters, under its name.")
    ] = False,
    seed: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(help="Start from a random adult instead, the same one for the same number."),
    ] = None,
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="What the new character is called."),
    ] = None,
    age: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Years, 18 to 90."),
    ] = None,
    gender: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="woman, man, or a number between man (0) and woman (1)."),
    ] = None,
    origin: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="african, asian or caucasian features, or a mix: asian:0.7,african:0.3."),
    ] = None,
    height: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Metres, barefoot."),
    ] = None,
    weight: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Thin (0) to heavy (1)."),
    ] = None,
    muscle: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Slack (0) to muscular (1)."),
    ] = None,
    proportions: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="A sculptor's ideal (0) to uncommon (1)."),
    ] = None,
    skin: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="porcelain, light, beige, tan, brown, deep, ebony or #RRGGBB."),
    ] = None,
    hair: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="STYLE, STYLE:COLOUR or :COLOUR, such as long_wavy:brown or :#5a3a22."),
    ] = None,
    beard: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="none, moustache, goatee, short or full; :COLOUR as for --hair."),
    ] = None,
    clothes: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="TOP[,TROUSERS[,SHOES]]", help="Colours: navy, #RRGGBB, …"),
    ] = None,
    change: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="NAME=VALUE",
            help="One of MakeHuman's local changes, such as nose-width1-incr=-0.3. Repeatable.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Build a character as a glTF file (rigged, 52 expressions, all fingers).

    As it is, or with another age, build, skin, hair and clothes. Without -o a bundled character
    is only built into the cache. A likeness stays one: its record goes on into the new file.
    """
    from gesture_core.avatar.library import avatar_path
    from gesture_core.avatar.wishes import Wishes
    from gesture_core.portrait import keep_character

    wishes = Wishes(
        age=age,
        gender=gender,
        origin=origin,
        height=height,
        weight=weight,
        muscle=muscle,
        proportions=proportions,
        skin=skin,
        hair=hair,
        beard=beard,
        clothes=tuple(clothes.split(",")) if clothes else (),
        changes=dict(_change(text) for text in change or ()),
    )
    if (character is None) == (seed is None):
        raise UserError("give a character to start from, or --seed NUMBER for a random adult")
    unchanged = character is not None and wishes == Wishes() and name is None
    if output is None and not keep and not unchanged:
        raise UserError("say where the new character goes: -o FILE.glb, or --keep")
    _check_places(output, name if keep else None, force=force)
    with Reporter() as report, tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        if character is not None and unchanged:
            path = _file_of(character, report)
        else:
            path = Path(folder) / "character.glb"
            _build_new(path, wishes, character, seed, name, report)
        written = [] if output is None and (keep or path.parent == Path(folder)) else [path]
        if output is not None:
            written = [_copy(path, output, force=force)]
        if keep:
            kept = keep_character(path, report, name=name, force=force)
            written.append(avatar_path(kept))
    print_results(written, (), report)


def _check_places(output: Path | None, kept: str | None, *, force: bool) -> None:
    """Raise `UserError` for a file or a name that cannot be written, before any work."""
    from gesture_core.atomic import check_writable
    from gesture_core.avatar.library import check_name

    if output is not None:
        if output.suffix.lower() != ".glb":
            raise UserError(f"{output}: a character is written as .glb")
        check_writable(output, force=force)
    if kept is not None:
        check_name(kept, force=force)


def _change(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not equals or not -1.0 <= number <= 1.0:
        raise UserError(f"--change wants NAME=VALUE with a value from -1 to 1, not {text!r:.60}")
    return name, number


def _file_of(character: str, progress: Progress) -> Path:
    from gesture_core.avatar.library import avatar_path

    if Path(character).suffix.lower() != ".glb":
        return avatar_path(character, progress)
    if not Path(character).is_file():
        raise UserError(f"there is no character file {character}")
    return Path(character)


def _build_new(
    path: Path,
    wishes: Wishes,
    character: str | None,
    seed: int | None,
    name: str | None,
    progress: Progress,
) -> None:
    from dataclasses import replace

    from gesture_core.avatar.character import build_avatar
    from gesture_core.avatar.wishes import Wishes, fulfil

    spec, looks, record = _start(character, seed, progress)
    if wishes != Wishes():
        start = f"random adult {seed}" if character is None else spec.name
        spec = replace(spec, description=f"made from {start}")
    spec, looks = fulfil(wishes, spec, looks)
    if name is not None:
        spec = replace(spec, name=name)
    build_avatar(spec, path, progress, looks=looks, likeness=record, force=True)


def _start(
    character: str | None, seed: int | None, progress: Progress
) -> tuple[CharacterSpec, Looks | None, dict[str, Any] | None]:
    """Description, looks and record of what the user starts from."""
    from gesture_core.avatar.character import read_character
    from gesture_core.avatar.library import bundled_names, load_bundled
    from gesture_core.avatar.population import random_adult
    from gesture_core.likeness.consent import record_from_json

    if character is None:
        assert seed is not None
        return random_adult(seed), None, None
    if character in bundled_names():
        return load_bundled(character), None, None
    path = _file_of(character, progress)
    spec, looks, record = read_character(path)
    if record is not None:
        record_from_json(record, f"{path}: likeness")  # a damaged one is not handed on
    return spec, looks, record


def _copy(source: Path, path: Path, *, force: bool) -> Path:
    from gesture_core.atomic import atomic_path

    with atomic_path(path, force=force) as temporary:
        shutil.copyfile(source, temporary)
    return path
