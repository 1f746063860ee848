"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from gesture_core.console import Reporter

if TYPE_CHECKING:
    from gesture_core.blender import RenderSettings

Outputs = Annotated[
    list[Path],
    typer.Option(
        "-o",
        "--output",
        help="File to write; its suffix says what. A name without one is a folder for pictures."
        " Repeat for several.",
    ),
]
Exports = Annotated[
    list[Path],
    typer.Option("-o", "--output", help="File to write; its suffix says what. Repeat for several."),
]
Avatar = Annotated[
    str,
    typer.Option(
        help="Bundled or own character (see `momjit avatar list`), or a .glb or .blend file."
    ),
]
Quality = Annotated[
    str,
    typer.Option(
        help="preview (half size, at once), draft (Workbench: seconds), or final (Cycles, or EEVEE"
        " where there is a GPU: beautiful, and slow)."
    ),
]
Format = Annotated[
    str,
    typer.Option(
        help="vertical (1080x1920, for shorts), horizontal (1920x1080), square (1080x1080), or the"
        " same with -720, such as vertical-720 (720x1280)."
    ),
]
Size = Annotated[
    Optional[str],  # noqa: UP045  (typer reads the annotation at run time)
    typer.Option(help="Picture size in pixels, WIDTHxHEIGHT, instead of the format's."),
]
Camera = Annotated[
    str,
    typer.Option(
        help="face, bust (head and chest), half (from the hips up), full, or sign (face and both"
        " hands, as large as they can be)."
    ),
]
Engine = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="workbench, cycles or eevee, instead of the quality's."),
]
Look = Annotated[
    str,
    typer.Option(help="natural, or toon: drawn, with two steps of shade and outlines."),
]
Transparent = Annotated[
    bool,
    typer.Option(
        "--transparent",
        help="Leave out the backdrop: for .webm, .mov, .png and folders of pictures.",
    ),
]
BurnSubtitles = Annotated[
    bool,
    typer.Option(
        "--burn-subtitles", help="The same as --captions ko; -o FILE.srt gives them apart."
    ),
]
Captions = Annotated[
    str,
    typer.Option(
        help="Texts to write into videos and pictures: ko (what is said, or signed, in Korean),"
        " gloss (the sign in hand), both or none."
    ),
]
Over = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="A video of yours: the character becomes a window in it, its sound stays."),
]
Place = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        help="Where the window is: lower-right, lower-left, upper-right, upper-left, right or left."
        " Default: lower-right."
    ),
]
Share = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(help="How much of the video's height the window takes. Default: 0.33."),
]
At = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(help="Second of the video at which the character begins. Default: 0."),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Keep the finished pictures of a folder and take the others."),
]
Preset = Annotated[
    str,
    typer.Option(
        help="What 3D files are made for: blender (metres, the rig's own names), unity (T-pose),"
        " unreal (centimetres, no hidden scale), motionbuilder (centimetres, HumanIK's names, BVH"
        " begins with a T-pose)."
    ),
]
Units = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Unit of BVH files, m or cm, instead of the preset's."),
]
AllBones = Annotated[
    bool,
    typer.Option("--all-bones", help="Export a rig's control bones too, not only its skin's."),
]


def render_options(
    output: list[Path],
    avatar: str,
    report: Reporter,
    *,
    burn_subtitles: bool = False,
    captions: str = "none",
    **typed: Any,
) -> RenderSettings:
    """What the options above ask for; builds the character."""
    from gesture_core.outputs import check_pictures, render_settings

    if burn_subtitles:
        captions = {"none": "ko", "gloss": "both"}.get(captions, captions)
    settings = render_settings(avatar, report, captions=captions, **typed)
    check_pictures(output, settings)
    return settings
