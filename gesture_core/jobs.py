"""What the worker can be asked to do: the program's functions, over JSON and bytes.

perform  text, style, intensity, seed, voice|null, audio|null, fps
         [, plan|null, pins|null, exemplar|null, emblems]
                  ->  files clip.npz and clip.wav; result: warnings [str]
plan     text, style, seed, voice|null, audio|null
                  ->  file plan.json; result: items [{word, time, function, hand, amplitude, why}]
redo     clip, start, end [, seed|null, plan|null, pins|null, exemplar|null]
                  ->  files clip.npz and clip.wav; result: warnings [str]
avatar   name     ->  result: path of the character's .glb, built on first use
styles            ->  result: items [{name, description}]
voices            ->  result: items [{name, description, offline, installed}]
avatars           ->  result: items [{name, description, built}]
doctor            ->  result: checks [{name, ok, detail, hint, needed}]

Arguments in brackets may be left out. `audio`, `clip`, `plan`, `pins` and `exemplar` are paths of
files: a recording, a clip with its speech, a plan file, a list of pins, somebody's motion.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from gesture_core.errors import UserError
from gesture_core.progress import Progress

if TYPE_CHECKING:
    from gesture_core.perform import Performance


@dataclass(frozen=True)
class Answer:
    """What a job hands back: a JSON object and the contents of files by plain file name."""

    result: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


Job = Callable[[Mapping[str, Any], Progress], Answer]


def _argument(arguments: Mapping[str, Any], name: str, *kinds: type) -> Any:
    value = arguments.get(name)
    if not isinstance(value, kinds) or isinstance(value, bool):
        wanted = " or ".join("null" if kind is NoneType else kind.__name__ for kind in kinds)
        raise UserError(f"{name} must be {wanted}, not {value!r}")
    return value


def _number(arguments: Mapping[str, Any], name: str) -> float:
    return float(_argument(arguments, name, int, float))


def _path(arguments: Mapping[str, Any], name: str) -> Path | None:
    path = _argument(arguments, name, str, NoneType)
    return None if path is None else Path(path)


def _flag(arguments: Mapping[str, Any], name: str) -> bool:
    value = arguments.get(name, False)
    if not isinstance(value, bool):
        raise UserError(f"{name} must be true or false, not {value!r}")
    return value


def _plan_and_pins(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What both `perform` and `redo` may be given."""
    from gesture_core.gestures.pins import read_pins
    from gesture_core.planning.plan_file import read_plan

    plan, pins = _path(arguments, "plan"), _path(arguments, "pins")
    return {
        "plan": None if plan is None else read_plan(plan),
        "pins": None if pins is None else read_pins(pins),
        "exemplar": _path(arguments, "exemplar"),
    }


def _perform(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.perform import perform

    return _clip_answer(
        perform(
            _argument(arguments, "text", str),
            style=_argument(arguments, "style", str),
            intensity=_number(arguments, "intensity"),
            seed=_argument(arguments, "seed", int),
            voice=_argument(arguments, "voice", str, NoneType),
            audio=_path(arguments, "audio"),
            fps=_number(arguments, "fps"),
            emblems=_flag(arguments, "emblems"),
            **_plan_and_pins(arguments),
            progress=progress,
        )
    )


def _plan(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.perform import plan_text
    from gesture_core.planning.plan_file import write_plan
    from gesture_core.planning.plan_table import plan_to_rows

    plan, words = plan_text(
        _argument(arguments, "text", str),
        style=_argument(arguments, "style", str),
        seed=_argument(arguments, "seed", int),
        voice=_argument(arguments, "voice", str, NoneType),
        audio=_path(arguments, "audio"),
        progress=progress,
    )
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        file = Path(folder) / "plan.json"
        write_plan(file, plan, words)
        return Answer({"items": plan_to_rows(plan, words)}, {file.name: file.read_bytes()})


def _redo(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.formats.clip import load_clip
    from gesture_core.retake import retake

    return _clip_answer(
        retake(
            load_clip(Path(_argument(arguments, "clip", str))),
            _number(arguments, "start"),
            _number(arguments, "end"),
            seed=_argument(arguments, "seed", int, NoneType),
            **_plan_and_pins(arguments),
            progress=progress,
        )
    )


def _clip_answer(performance: Performance) -> Answer:
    from gesture_core.outputs import write_clip

    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip = Path(folder) / "clip.npz"
        sound = clip.with_suffix(".wav")
        write_clip(clip, performance, sound)
        files = {path.name: path.read_bytes() for path in (clip, sound)}
    return Answer({"warnings": list(performance.warnings)}, files)


def _avatar(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import avatar_path

    return Answer({"path": str(avatar_path(_argument(arguments, "name", str), progress))})


def _styles(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.gestures.styles import list_styles

    return Answer({"items": [_row(style, "name", "description") for style in list_styles()]})


def _voices(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.speech import list_voices

    columns = ("name", "description", "offline", "installed")
    return Answer({"items": [_row(voice, *columns) for voice in list_voices()]})


def _avatars(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import list_avatars

    return Answer({"items": [_row(one, "name", "description", "built") for one in list_avatars()]})


def _doctor(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.doctor import run_checks

    columns = ("name", "ok", "detail", "hint", "needed")
    return Answer({"checks": [_row(check, *columns) for check in run_checks()]})


def _row(value: object, *columns: str) -> dict[str, Any]:
    return {column: getattr(value, column) for column in columns}


JOBS: dict[str, Job] = {
    "perform": _perform,
    "plan": _plan,
    "redo": _redo,
    "avatar": _avatar,
    "styles": _styles,
    "voices": _voices,
    "avatars": _avatars,
    "doctor": _doctor,
}
