"""The `momjit` program: parses and prints; the work is in the functions it calls.

Nothing heavy is imported before a command runs, so that `momjit --help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Optional

import typer

from gesture_core.cli import (
    avatars,
    judging,
    morphing,
    performing,
    reviewing,
    sign_mode,
    signing,
    training,
)
from gesture_core.cli import dataset as dataset_commands
from gesture_core.cli.options import (
    AllBones,
    At,
    BurnSubtitles,
    Captions,
    Engine,
    Exports,
    Format,
    Look,
    Outputs,
    Over,
    Place,
    Preset,
    Quality,
    Resume,
    Share,
    Size,
    Transparent,
    Units,
    render_options,
)
from gesture_core.cli.printing import AsJson, Force, lacking, print_results, print_table
from gesture_core.console import Reporter
from gesture_core.errors import UserError

RENDER_EXAMPLES = """Examples:

momjit render hello.npz -o hello.mp4 --quality final --camera bust

momjit render hello.npz -o short.mp4 --format vertical --burn-subtitles

momjit render hello.npz -o frames/ -o hello.webm --transparent --resume

momjit render signed.npz -o signed.mp4 --avatar signer --camera sign --captions both

momjit render signed.npz -o news.mp4 --avatar signer --camera sign --over news_in.mp4 --share 0.5
"""

RETARGET_EXAMPLES = """Examples:

momjit retarget hello.npz --rig hero.glb -o hero_talks.fbx --preset unreal

momjit retarget walk.bvh --rig hero.fbx -o hero_walks.bvh --preset motionbuilder --fps 24
"""

_EXIT_USER, _EXIT_DEFECT, _EXIT_INTERRUPTED = 2, 1, 130

app = typer.Typer(
    name="momjit",
    help="momjit (몸짓): a Korean sentence becomes a speaking, gesturing 3D character.",
    epilog='Start with: momjit generate "안녕하세요 반갑습니다" -o hello.mp4',
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(avatars.app, name="avatar")
app.add_typer(dataset_commands.app, name="dataset")
app.add_typer(morphing.app, name="likeness")
morphing.app.command(epilog=judging.JUDGE_EXAMPLE)(judging.judge)
app.command(epilog=performing.GENERATE_EXAMPLES)(performing.generate)
app.command(epilog=performing.PLAN_EXAMPLE)(performing.plan)
app.command(epilog=signing.GLOSS_EXAMPLES)(signing.gloss)
app.command("sign-import", epilog=signing.IMPORT_EXAMPLES)(signing.sign_import)
app.command("sign-preview", epilog=reviewing.PREVIEW_EXAMPLES)(reviewing.sign_preview)


@app.command(epilog=RENDER_EXAMPLES)
def render(
    clip: Annotated[Path, typer.Argument(help="Clip file (.npz) written by `momjit generate`.")],
    output: Outputs,
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
    over: Over = None,
    place: Place = None,
    share: Share = None,
    at: At = None,
    fps: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Frames a second of the video. Default: the clip's."),
    ] = None,
    frames: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="FIRST:LAST, only these frames of the video, counted from 1."),
    ] = None,
    resume: Resume = False,
    preset: Preset = "blender",
    units: Units = None,
    all_bones: AllBones = False,
    force: Force = False,
) -> None:
    """Film a clip, subtitle it, or save it as a scene.

    Output kinds: .mp4, .webm and .mov (with speech), .png (one frame), a folder (all frames),
    .srt and .vtt (subtitles), .glb, .fbx, .blend and .bvh. Where a folder and a video are asked
    for, the video is made of the folder's pictures.
    """
    from gesture_core import outputs as writing
    from gesture_core.formats.clip import load_clip

    # a wrong file is told at once, before Blender starts
    mode = sign_mode.mode_of(load_clip(clip).provenance)
    export = writing.export_settings(preset, units, all_bones=all_bones)
    window = writing.window_over(over, place, share, at)
    settings = None
    with Reporter() as report:
        if not writing.only_subtitles(output):
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
                frames=frames,
                fps=fps,
                resume=resume,
                export=export,
                window=window,
            )
        lost = writing.write_from_clip(clip, output, settings, report, force=force)
    print_results(output, lacking(lost), report)


@app.command(epilog=RETARGET_EXAMPLES)
def retarget(
    motion: Annotated[Path, typer.Argument(help="Clip (.npz), BVH or animated GLB.")],
    rig: Annotated[Path, typer.Option(help="Character to move: .glb, .fbx, .blend or .bvh.")],
    output: Exports,
    bone_map: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Which of its bones is which (.json), as Blender's panel exports it."),
    ] = None,
    animation: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Which animation, where a GLB holds several."),
    ] = None,
    fps: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Frames a second of the result. Default: the motion's."),
    ] = None,
    preset: Preset = "blender",
    units: Units = None,
    all_bones: AllBones = False,
    force: Force = False,
) -> None:
    """Put a motion onto another character and export it: .bvh, .fbx, .glb or .blend."""
    from gesture_core.outputs import export_settings, retarget_motion

    export = export_settings(preset, units, all_bones=all_bones)
    with Reporter() as report:
        lost = retarget_motion(
            motion,
            rig,
            output,
            report,
            bone_map=bone_map,
            animation=animation,
            export=export,
            fps=fps,
            force=force,
        )
    print_results(output, lacking(lost), report)


@app.command()
def styles(as_json: AsJson = False) -> None:
    """List the ways of moving: which were recorded, and which are made of named qualities."""
    from gesture_core.gestures.styles import load_styles

    rows = [
        {"name": name, "description": style.en, "설명": style.ko}
        for name, style in load_styles().items()
    ]
    print_table(rows, as_json=as_json)


@app.command()
def voices(as_json: AsJson = False) -> None:
    """List the voices, which of them work here, and which is the default."""
    from gesture_core.speech import default_voice, list_voices

    default = default_voice()
    rows = [vars(voice) | {"default": voice.name == default} for voice in list_voices()]
    print_table(rows, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check that everything momjit needs is here, and say how to get what is not."""
    from gesture_core.doctor import run_checks

    checks = list(run_checks())
    if as_json:
        print(json.dumps([vars(check) for check in checks], ensure_ascii=False, indent=1))
    else:
        for check in checks:
            mark = "ok     " if check.ok else "MISSING" if check.needed else "without"
            hint = "" if check.ok or not check.hint else f"  ->  {check.hint}"
            print(f"{mark}  {check.name:22} {check.detail}{hint}")
    if any(check.needed and not check.ok for check in checks):
        raise typer.Exit(_EXIT_USER)


app.command(epilog=training.TRAIN_EXAMPLE)(training.train)
app.command(epilog=training.EVALUATE_EXAMPLE)(training.evaluate)


@app.command(epilog="Example: momjit worker --listen 0.0.0.0:7788 --token-file token.txt")
def worker(
    listen: Annotated[
        str | None,
        typer.Option(help="Serve other machines at HOST:PORT (HOST 127.0.0.1: only this one)."),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="The secret that clients must know; a file only you may read."),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Encrypt with this PEM file, which holds a certificate and its key."),
    ] = None,
) -> None:
    """Serve jobs over stdin and stdout, as the Blender add-on wants it, or over the network."""
    if listen is not None:
        from gesture_core.worker.listen import main as serve_network

        raise typer.Exit(serve_network(listen, token_file, certificate))
    if token_file is not None or certificate is not None:
        raise UserError("--token-file and --certificate go with --listen HOST:PORT")
    from gesture_core.worker.pipes import main as serve

    raise typer.Exit(serve())


def main() -> None:
    """Run the program; exit codes: 0 done, 2 fixable by the user, 1 our defect, 130 interrupted."""
    try:
        code = app(standalone_mode=False)
        if code == _EXIT_INTERRUPTED:  # typer answers Ctrl-C with this code and says nothing
            raise KeyboardInterrupt
    except UserError as error:
        print(f"momjit: {error}", file=sys.stderr)
        code = _EXIT_USER
    except typer.TyperException as error:  # no such command or option, or one that is lacking
        if message := error.format_message():  # none where the help has just been printed
            print(f"momjit: {message}", file=sys.stderr)
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("momjit: interrupted; no file is half-written", file=sys.stderr)
        code = _EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:  # noqa: BLE001  the last line of defence prints the defect and says so
        traceback.print_exc()
        print("momjit: this is a defect of momjit; please report the lines above", file=sys.stderr)
        code = _EXIT_DEFECT
    sys.exit(code if isinstance(code, int) else 0)
