"""The `momjit` program: parses and prints; the work is in the functions it calls.

Nothing heavy is imported before a command runs, so that `momjit --help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from gesture_core.cli import dataset as dataset_commands
from gesture_core.cli.printing import AsJson, Force, print_results, print_table
from gesture_core.console import Reporter
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from gesture_core.blender import RenderSettings
    from gesture_core.perform import Performance

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
avatar_app = typer.Typer(no_args_is_help=True, help="The bundled characters.")
app.add_typer(avatar_app, name="avatar")
app.add_typer(dataset_commands.app, name="dataset")

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


@app.command(
    epilog='Example: momjit generate "오늘은 뭐 먹을까요?" -o lunch.mp4 -o lunch.bvh --style lively'
)
def generate(
    text: Annotated[str, typer.Argument(help="Korean text, a .txt file, or - for stdin.")],
    output: Outputs,
    style: Annotated[str, typer.Option(help="Way of moving; see `momjit styles`.")] = "neutral",
    intensity: Annotated[float, typer.Option(help="Size of the gestures, 0 to 2.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another number, another performance.")] = 0,
    voice: Annotated[
        Optional[str],  # noqa: UP045  (typer reads the annotation at run time)
        typer.Option(help="ENGINE[:VOICE], see `momjit voices`. Default: best offline voice."),
    ] = None,
    audio: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Your own recording of the text, instead of a voice."),
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames a second: 24, 25, 30 or 60.")] = 30.0,
    units: Annotated[str, typer.Option(help="Unit of BVH files: m or cm.")] = "m",
    avatar: Avatar = "mina",
    engine: Engine = "workbench",
    size: Size = "720x720",
    camera: Camera = "half",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Speak and gesture a Korean text.

    Output kinds: .mp4 (rendered, with speech), .png (one frame), .bvh, .glb, .fbx, .blend,
    .wav (the speech) and .npz (the clip, for `momjit render`).
    """
    from gesture_core import outputs as writing
    from gesture_core.perform import perform
    from gesture_core.progress import part

    rendering = writing.needs_blender(output)
    writing.check_outputs(output, units=units, force=force)
    with Reporter(quiet=as_json) as report:
        settings = _settings(avatar, engine, size, camera, report) if rendering else None
        performance = perform(
            _read_text(text),
            style=style,
            intensity=intensity,
            seed=seed,
            voice=voice,
            audio=audio,
            fps=fps,
            progress=part(report, 0.0, 0.2 if rendering else 1.0),
        )
        lost = writing.write_outputs(
            performance,
            output,
            units=units,
            settings=settings,
            progress=part(report, 0.2, 1.0),
            force=force,
        )
    _summarise(performance, output, (*performance.warnings, *_lacking(lost)), report, as_json)


@app.command(epilog="Example: momjit render hello.npz -o hello.mp4 --engine cycles --camera bust")
def render(
    clip: Annotated[Path, typer.Argument(help="Clip file (.npz) written by `momjit generate`.")],
    output: Outputs,
    avatar: Avatar = "mina",
    engine: Engine = "workbench",
    size: Size = "720x720",
    camera: Camera = "half",
    force: Force = False,
) -> None:
    """Render a clip, or save it as a scene: .mp4, .png, .glb, .fbx, .blend or .bvh."""
    from gesture_core.blender import render_clip
    from gesture_core.formats.clip import load_clip

    load_clip(clip)  # a wrong file is told at once, before Blender starts
    with Reporter() as report:
        settings = _settings(avatar, engine, size, camera, report)
        lost = render_clip(clip, output, settings, report, force=force)
    print_results(output, _lacking(lost), report)


@app.command(epilog="Example: momjit retarget hello.npz --rig hero.glb -o hero_talks.fbx")
def retarget(
    motion: Annotated[Path, typer.Argument(help="Clip (.npz), BVH or animated GLB.")],
    rig: Annotated[Path, typer.Option(help="Character to move: .glb, .fbx, .blend or .bvh.")],
    output: Outputs,
    animation: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Which animation, where a GLB holds several."),
    ] = None,
    force: Force = False,
) -> None:
    """Put a motion onto another character and export it: .bvh, .fbx, .glb or .blend."""
    from gesture_core.outputs import retarget_motion

    with Reporter() as report:
        lost = retarget_motion(motion, rig, output, report, animation=animation, force=force)
    print_results(output, _lacking(lost), report)


@avatar_app.command("list")
def avatar_list(as_json: AsJson = False) -> None:
    """List the bundled characters."""
    from gesture_core.avatar.library import list_avatars

    rows = [
        {"name": one.name, "description": one.description, "built": one.built}
        for one in list_avatars()
    ]
    print_table(rows, as_json=as_json)


@avatar_app.command("build", epilog="Example: momjit avatar build jun -o jun.glb")
def avatar_build(
    name: Annotated[str, typer.Argument(help="A bundled character; see `momjit avatar list`.")],
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("-o", "--output", help="Copy the .glb here; without it, only the cache."),
    ] = None,
    force: Force = False,
) -> None:
    """Build a bundled character as a glTF file (rigged, 52 expressions, all fingers)."""
    import shutil

    from gesture_core.atomic import atomic_path
    from gesture_core.avatar.library import avatar_path

    with Reporter() as report:
        path = avatar_path(name, report)
        if output is not None:
            with atomic_path(output, force=force) as temporary:
                shutil.copyfile(path, temporary)
            path = output
    print_results([path], (), report)


@app.command()
def styles(as_json: AsJson = False) -> None:
    """List the ways of moving that the gesture model has learned."""
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


@app.command(epilog="Example: momjit train configs/train/gesture.yaml steps=2000 --resume")
def train(
    config: Annotated[Path, typer.Argument(help="Training configuration (.yaml).")],
    override: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(help="Settings to change, as key=value."),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train the model that a configuration names: the gesture generator or the lifter to 3D."""
    from gesture_core.train.runs import train as run

    print(run(config, override or [], resume=resume))


@app.command()
def worker() -> None:
    """Serve jobs over stdin and stdout; this is what the Blender add-on starts."""
    from gesture_core.worker import main as serve

    raise typer.Exit(serve())


def main() -> None:
    """Run the program; exit codes: 0 done, 2 fixable by the user, 1 our defect, 130 interrupted."""
    import click

    try:
        code = app(standalone_mode=False)
        if code == _EXIT_INTERRUPTED:  # typer answers Ctrl-C with this code and says nothing
            raise KeyboardInterrupt
    except UserError as error:
        print(f"momjit: {error}", file=sys.stderr)
        code = _EXIT_USER
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
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


def _read_text(text: str) -> str:
    """The text itself, the content of a .txt file, or stdin."""
    if text == "-":
        return sys.stdin.read()
    if text.endswith(".txt") and "\n" not in text:
        try:
            return Path(text).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise UserError(f"cannot read {text}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{text} is not UTF-8 text (byte {error.start})") from error
    return text


def _settings(avatar: str, engine: str, size: str, camera: str, report: Reporter) -> RenderSettings:
    from gesture_core.outputs import render_settings

    return render_settings(avatar, engine, size, camera, report)


def _summarise(
    performance: Performance,
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


def _lacking(lost: tuple[str, ...]) -> tuple[str, ...]:
    """A note on what the character had no counterpart for, if anything."""
    return (f"the character has no {', '.join(lost)}",) if lost else ()
