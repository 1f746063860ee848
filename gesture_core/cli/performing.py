"""`momjit generate` and `momjit plan`: from a text to a performance, whole or in parts."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from gesture_core.cli import sign_mode
from gesture_core.cli.options import (
    AllBones,
    BurnSubtitles,
    Captions,
    Engine,
    Format,
    Look,
    Outputs,
    Preset,
    Quality,
    Resume,
    Size,
    Transparent,
    Units,
    render_options,
)
from gesture_core.cli.printing import AsJson, Force, lacking, print_results, print_table
from gesture_core.cli.reading import read_text
from gesture_core.console import Reporter
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from gesture_core.gestures.pins import Pins
    from gesture_core.outputs import Performed
    from gesture_core.perform import Performance
    from gesture_core.planning.plan_file import WrittenPlan
    from gesture_core.progress import Progress

GENERATE_EXAMPLES = """Examples:

momjit generate "오늘은 뭐 먹을까요?" -o lunch.mp4 -o lunch.bvh --style lively

momjit generate talk.txt -o short.mp4 -o short.srt --format vertical --burn-subtitles

momjit generate talk.txt --audio talk.wav --style-from me.bvh -o talk.npz

momjit generate --keep talk.npz --redo 2.1:3.4 -o talk2.npz

momjit generate "지하철이 어디예요?" --mode sign -o signed.mp4 -o signed.bvh --captions both
"""
PLAN_EXAMPLE = """Example: momjit plan "오늘은 뭐 먹을까요?" -o lunch.json, edit lunch.json, then
momjit generate "오늘은 뭐 먹을까요?" --plan lunch.json -o lunch.mp4"""

Style = Annotated[str, typer.Option(help="Way of moving; see `momjit styles`.")]
Seed = Annotated[int, typer.Option(help="Another number, another performance.")]
Voice = Annotated[
    Optional[str],  # noqa: UP045  (typer reads the annotation at run time)
    typer.Option(help="ENGINE[:VOICE], see `momjit voices`. Default: best offline voice."),
]
Audio = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="Your own recording of the text, instead of a voice."),
]


def generate(
    output: Outputs,
    text: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="Korean text, a .txt file, or - for stdin; not with --keep."),
    ] = None,
    mode: sign_mode.Mode = "gesture",
    style: Style = "neutral",
    style_from: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Motion (.bvh .npz .glb) of somebody to move like."),
    ] = None,
    intensity: Annotated[float, typer.Option(help="Size of the gestures, 0 to 2.")] = 1.0,
    seed: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(help="Another number, another performance. Default: 0; next with --keep."),
    ] = None,
    voice: Voice = None,
    audio: Audio = None,
    plan: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Gestures to make (.json), as `momjit plan` writes them."),
    ] = None,
    emblems: Annotated[
        bool, typer.Option("--emblems", help="Add gestures that stand for words: bows, numbers …")
    ] = False,
    emblems_from: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="Folder of emblems of your own (.yaml, see data/emblems); adds --emblems."
        ),
    ] = None,
    pin: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="SECONDS:POSE.bvh, a pose to pass through. Repeat for several."),
    ] = None,
    pins: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Poses to pass through (.json)."),
    ] = None,
    keep: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Clip (.npz) to keep, but for the stretch that --redo names."),
    ] = None,
    redo: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="START:END in seconds, the stretch to perform in another way."),
    ] = None,
    speed: sign_mode.Speed = 1.0,
    dominant: sign_mode.Dominant = "right",
    mouthing: sign_mode.Mouthing = True,
    lexicon: sign_mode.LexiconFolder = None,
    glosser: sign_mode.GlosserName = "rules",
    sign_model: sign_mode.SignModel = None,
    fps: Annotated[float, typer.Option(help="Frames a second: 24, 25, 30 or 60.")] = 30.0,
    avatar: sign_mode.ModeAvatar = None,
    quality: Quality = "draft",
    format: Format = "square-720",
    size: Size = None,
    camera: sign_mode.ModeCamera = None,
    engine: Engine = None,
    look: Look = "natural",
    transparent: Transparent = False,
    burn_subtitles: BurnSubtitles = False,
    captions: Captions = "none",
    resume: Resume = False,
    preset: Preset = "blender",
    units: Units = None,
    all_bones: AllBones = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Speak and gesture a Korean text, sign it, or perform a stretch of a clip anew.

    Output kinds: .mp4, .webm and .mov (rendered, with speech), .png (one frame), a folder (all
    frames), .srt and .vtt (subtitles), .bvh, .glb, .fbx, .blend, .wav (the speech) and .npz (the
    clip, for `momjit render` and --keep).
    """
    from gesture_core import outputs as writing
    from gesture_core.perform import perform
    from gesture_core.progress import part
    from gesture_core.sign import sign

    sign_mode.check_mode(
        mode,
        {
            "gesture": {
                "--style": (style, "neutral"),
                "--style-from": (style_from, None),
                "--intensity": (intensity, 1.0),
                "--voice": (voice, None),
                "--audio": (audio, None),
                "--plan": (plan, None),
                "--emblems": (emblems, False),
                "--emblems-from": (emblems_from, None),
                "--pin": (pin or [], []),
                "--pins": (pins, None),
                "--keep": (keep, None),
            },
            "sign": {
                "--speed": (speed, 1.0),
                "--dominant": (dominant, "right"),
                "--no-mouthing": (mouthing, True),
                "--lexicon": (lexicon, None),
                "--glosser": (glosser, "rules"),
                "--sign-model": (sign_model, None),
            },
        },
    )
    sign_mode.check_sound(mode, output)
    if (text is None) == (keep is None):
        raise UserError("generate takes either a text or a clip to --keep")
    if (keep is None) != (redo is None):
        raise UserError("--keep and --redo belong together: --keep CLIP.npz --redo 2.1:3.4")
    rendering = writing.needs_blender(output)
    export = writing.export_settings(preset, units, all_bones=all_bones)
    writing.check_outputs(output, force=force)
    gestures, poses = _read_plan(plan), _read_pins(pin, pins)
    whose = writing.likeness_told(avatar)
    with Reporter(quiet=as_json) as report:
        settings = None
        if rendering:
            settings = render_options(
                output,
                avatar or sign_mode.AVATARS[mode],
                report,
                quality=quality,
                format=format,
                size=size,
                camera=camera or sign_mode.CAMERAS[mode],
                engine=engine,
                look=look,
                transparent=transparent,
                burn_subtitles=burn_subtitles,
                captions=captions,
                resume=resume,
                export=export,
            )
        progress = part(report, 0.0, 0.2 if rendering else 1.0)
        if keep is not None and redo is not None:
            performance = _retake(keep, redo, seed, gestures, style_from, poses, progress)
        elif mode == "sign":
            performance = sign(
                read_text(text or ""),
                speed=speed,
                dominant=dominant,
                mouthing=mouthing,
                glosser=glosser,
                lexicon=lexicon,
                model=sign_model,
                fps=fps,
                seed=seed or 0,
                progress=progress,
            )
        else:
            performance = perform(
                read_text(text or ""),
                style=style,
                intensity=intensity,
                seed=seed or 0,
                voice=voice,
                audio=audio,
                fps=fps,
                plan=gestures,
                exemplar=style_from,
                emblems=emblems or emblems_from is not None,
                emblems_from=emblems_from,
                pins=poses,
                progress=progress,
            )
        provenance = {**performance.provenance, **whose}
        performance = replace(performance, provenance=provenance)
        lost = writing.write_outputs(
            performance,
            output,
            export=export,
            settings=settings,
            progress=part(report, 0.2, 1.0),
            force=force,
        )
    _summarise(performance, output, (*performance.warnings, *lacking(lost)), report, as_json)


def plan(
    text: Annotated[str, typer.Argument(help="Korean text, a .txt file, or - for stdin.")],
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("-o", "--output", help="Write the plan here (.json), to edit it."),
    ] = None,
    style: Style = "neutral",
    seed: Seed = 0,
    voice: Voice = None,
    audio: Audio = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show which gestures a text calls for, when, with which hand, and why."""
    from gesture_core.perform import plan_text
    from gesture_core.planning.plan_file import write_plan
    from gesture_core.planning.plan_table import plan_to_rows

    with Reporter(quiet=as_json) as report:
        meant, words = plan_text(
            read_text(text), style=style, seed=seed, voice=voice, audio=audio, progress=report
        )
    if output is not None:
        write_plan(output, meant, words, force=force)
    rows = plan_to_rows(meant, words)
    if rows or as_json:
        print_table(rows, as_json=as_json)
    if output is not None and not as_json:
        print_results([output], (), report)


def _retake(
    keep: Path,
    redo: str,
    seed: int | None,
    plan: WrittenPlan | None,
    exemplar: Path | None,
    pins: Pins | None,
    progress: Progress,
) -> Performance:
    from gesture_core.formats.clip import load_clip
    from gesture_core.retake import retake

    found = re.fullmatch(r"(\d+(?:\.\d*)?):(\d+(?:\.\d*)?)", redo)
    if not found:
        raise UserError(f"--redo takes START:END in seconds, such as 2.1:3.4, not {redo!r}")
    start, end = (float(number) for number in found.groups())
    return retake(
        load_clip(keep),
        start,
        end,
        seed=seed,
        plan=plan,
        pins=pins,
        exemplar=exemplar,
        progress=progress,
    )


def _read_plan(path: Path | None) -> WrittenPlan | None:
    from gesture_core.planning.plan_file import read_plan

    return None if path is None else read_plan(path)


def _read_pins(single: list[str] | None, path: Path | None) -> Pins | None:
    if not single and path is None:
        return None
    from gesture_core.gestures.pins import join_pins, parse_pin, read_pins

    listed = [read_pins(path)] if path is not None else []
    return join_pins([*listed, *(parse_pin(pin) for pin in single or [])])


def _summarise(
    performance: Performed,
    outputs: list[Path],
    notes: tuple[str, ...],
    report: Reporter,
    as_json: bool,
) -> None:
    if as_json:
        result = {
            "outputs": [str(path) for path in outputs],
            "duration": performance.motion.duration,
            "voice": performance.utterance.voice,
            "warnings": notes,
            "seconds": report.seconds,
        }
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    print(
        f"momjit: {performance.motion.duration:.2f} s, voice {performance.utterance.voice}",
        file=sys.stderr,
    )
    print_results(outputs, notes, report)
