"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gesture_core.console import Reporter

if TYPE_CHECKING:
    from gesture_core.blender import RenderSettings

Outputs = Annotated[
    list[Path],
    typer.Option("-o", "--output", help="File to write; its suffix says what. Repeat for several."),
]
Avatar = Annotated[
    str, typer.Option(help="Bundled character (see `momjit avatar list`) or a .glb or .blend file.")
]
Engine = Annotated[str, typer.Option(help="workbench (fast), cycles (final) or eevee (GPU).")]
Size = Annotated[str, typer.Option(help="Picture size in pixels, WIDTHxHEIGHT.")]
Camera = Annotated[str, typer.Option(help="bust, half or full.")]


def render_options(
    avatar: str, engine: str, size: str, camera: str, report: Reporter
) -> RenderSettings:
    """What `--avatar`, `--engine`, `--size` and `--camera` ask for; builds the character."""
    from gesture_core.outputs import render_settings

    return render_settings(avatar, engine, size, camera, report)
