"""`momjit sign-preview`: signs of the lexicon, for whoever reviews them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gesture_core.cli.options import Avatar, Engine, Exports, Quality
from gesture_core.cli.printing import Force, lacking, print_results, print_table
from gesture_core.cli.sign_mode import LexiconFolder
from gesture_core.console import Reporter
from gesture_core.errors import UserError

PREVIEW_EXAMPLES = """Examples:

momjit sign-preview 도착 지하철 -o signs.png

momjit sign-preview 도착 -o arrive.mp4 --speed 0.5 --quality final
"""

KINDS = (".png", ".mp4", ".webm", ".mov", ".npz")
VIEWS = (0.0, -90.0)
"""From the front, and from the right, where the leading hand is."""


def sign_preview(
    glosses: Annotated[
        list[str], typer.Argument(metavar="GLOSS…", help="Glosses, figures or letters (jamo).")
    ],
    output: Exports,
    lexicon: LexiconFolder = None,
    speed: Annotated[float, typer.Option(help="0.2 to 2; 1 as it is signed.")] = 1.0,
    avatar: Avatar = "signer",
    quality: Quality = "draft",
    engine: Engine = None,
    size: Annotated[str, typer.Option(help="Size of one view in pixels, WIDTHxHEIGHT.")] = (
        "400x400"
    ),
    force: Force = False,
) -> None:
    """Show signs of the lexicon from the front and from the side, with their source.

    Output kinds: .png (a row of key moments for each sign), .mp4, .webm and .mov (the movement),
    .npz (a clip). A draft for review by Deaf signers.
    """
    from gesture_core import outputs as writing
    from gesture_core.formats.clip import Clip, save_clip
    from gesture_core.signing.lexicon import load_lexicon
    from gesture_core.signing.review import key_frames, most_postures, review_motion

    _check(output, speed)
    writing.check_outputs(output, force=force)
    signs = load_lexicon(lexicon) if lexicon else load_lexicon()
    motion = review_motion(glosses, signs, speed)
    clips = [path for path in output if path.suffix.lower() == ".npz"]
    films = [path for path in output if path not in clips]
    lost: tuple[str, ...] = ()
    with Reporter() as report, tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        source = Clip(motion, None, {"text": " ".join(glosses), "mode": "sign"})
        for path in clips:
            save_clip(path, source, force=force)
        if films:
            settings = writing.render_settings(
                avatar, report, quality=quality, engine=engine, size=size, camera="sign",
                captions="both",
            )  # fmt: skip
            clip = Path(folder) / "clip.npz"
            save_clip(clip, source)
            columns = most_postures(motion)
            settings = replace(
                settings,
                around=VIEWS,
                sheet=f"{columns}x{len(glosses)}",
                moments=tuple(frame + 1 for frame in key_frames(motion, columns)),
            )
            lost = writing.write_from_clip(clip, films, settings, report, force=force)
    told = ("gloss", "en", "review", "source")
    rows = [{name: getattr(signs.sign(gloss), name) for name in told} for gloss in glosses]
    print_table(rows, as_json=False)
    print_results(output, lacking(lost), report)


def _check(output: list[Path], speed: float) -> None:
    for path in output:
        if path.suffix.lower() not in KINDS:
            raise UserError(f"{path}: signs are shown as one of {' '.join(KINDS)}")
    if not 0.2 <= speed <= 2.0:
        raise UserError(f"speed {speed:g} is outside 0.2 to 2")
