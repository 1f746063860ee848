"""What the worker can be asked to do: the program's functions, over JSON and bytes.

perform  text, style, intensity, seed, voice|null, audio|null, fps
         [, plan|null, pins|null, exemplar|null, emblems]
                  ->  files clip.npz and clip.wav; result: warnings [str]
plan     text, style, seed, voice|null, audio|null
                  ->  file plan.json; result: items [{word, time, function, hand, amplitude, why}]
redo     clip, start, end [, seed|null, plan|null, pins|null, exemplar|null]
                  ->  files clip.npz and clip.wav; result: warnings [str]
sign     text, seed, fps [, speed, dominant, mouthing, glosser]
                  ->  files clip.npz and clip.wav (silent); result: warnings [str],
                      tokens [{gloss, class, rule, source [start, end], parts, word}]
avatar   name [, known [sha256]]
                  ->  file character.glb, built on first use; result: sha256. No file if `known`
fit_avatar        name, who, when YYYY-MM-DD, what_for, unmarked, photo1, photo2, …
                  [, gender|null, age|null, height|null]
                  ->  files character.glb and preview.png; result: name it is kept under,
                      error, used [str], refused [{name, reason}], warnings [str],
                      seconds {step: s}
styles            ->  result: items [{name, description}]
voices            ->  result: items [{name, description, offline, installed}]
avatars           ->  result: items [{name, description, built, own}]; files NAME.png, thumbnails
doctor            ->  result: checks [{name, ok, detail, hint, needed}]

Arguments in brackets may be left out. `audio`, `clip`, `plan`, `pins` and `exemplar` are files: a
recording, a clip with its speech beside it, a plan file, a list of pins, somebody's motion. A file
is a `Path`, which only the worker makes, from what the client sent: never a text of the client's.

`fit_avatar` makes the character of a person who agreed (`who`, `when`, `what_for`; `unmarked`: the
person's statement that pictures need no visible mark, or ""), from photos and videos; `gender`: 0
man to 1 woman, `age` in years, `height` in metres. No face leaves the machine that it is on: a
worker that serves other machines has no such job, and none of the characters that its user keeps.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from gesture_core.errors import UserError
from gesture_core.progress import Progress

if TYPE_CHECKING:
    from gesture_core.avatar.library import AvatarEntry
    from gesture_core.avatar.wishes import Wishes
    from gesture_core.outputs import Performed


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
    path = arguments.get(name)
    if not isinstance(path, Path | None):
        raise UserError(f"{name} must be a file that is sent along, not {path!r:.100}")
    return path


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

    path = _path(arguments, "clip")
    if path is None:
        raise UserError("redo needs a clip")
    clip = load_clip(path)
    if clip.audio is not None:  # sent along, and not what else a stranger's clip may point at
        clip = replace(clip, audio=path.with_name(clip.audio.name))
    return _clip_answer(
        retake(
            clip,
            _number(arguments, "start"),
            _number(arguments, "end"),
            seed=_argument(arguments, "seed", int, NoneType),
            **_plan_and_pins(arguments),
            progress=progress,
        )
    )


def _sign(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.sign import sign
    from gesture_core.signing.glosses import to_json

    usual = {"speed": 1.0, "dominant": "right", "glosser": "rules", "mouthing": True}
    arguments = {**usual, **arguments}
    performance = sign(
        _argument(arguments, "text", str),
        speed=_number(arguments, "speed"),
        dominant=_argument(arguments, "dominant", str),
        mouthing=_flag(arguments, "mouthing"),
        glosser=_argument(arguments, "glosser", str),
        fps=_number(arguments, "fps"),
        seed=_argument(arguments, "seed", int),
        progress=progress,
    )
    answer = _clip_answer(performance)
    tokens = to_json(performance.glossed)["tokens"]
    return Answer({**answer.result, "tokens": tokens}, answer.files)


def _clip_answer(performance: Performed) -> Answer:
    from gesture_core.outputs import write_clip

    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip = Path(folder) / "clip.npz"
        sound = clip.with_suffix(".wav")
        write_clip(clip, performance, sound)
        files = {path.name: path.read_bytes() for path in (clip, sound)}
    return Answer({"warnings": list(performance.warnings)}, files)


def _avatar(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import avatar_path

    return _character(avatar_path(_argument(arguments, "name", str), progress), arguments)


def _bundled_avatar(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import bundled_path

    return _character(bundled_path(_argument(arguments, "name", str), progress), arguments)


def _character(path: Path, arguments: Mapping[str, Any]) -> Answer:
    """The file of a character, unless the client knows it already."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    known = _argument({"known": [], **arguments}, "known", list)
    return Answer({"sha256": digest}, {} if digest in known else {"character.glb": content})


def _fit_avatar(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import free_name
    from gesture_core.console import Reporter
    from gesture_core.likeness.consent import Consent, parse_day, record_likeness
    from gesture_core.likeness.portray import fit_avatar
    from gesture_core.portrait import keep_character, write_portrait
    from gesture_core.progress import part

    who, when, what_for = (
        " ".join(_argument(arguments, name, str).split()) for name in ("who", "when", "what_for")
    )
    consent = Consent(who, parse_day(when, "when"), what_for)
    unmarked = _argument(arguments, "unmarked", str)
    name = free_name(_argument(arguments, "name", str))
    record = record_likeness(name, consent, unmarked=unmarked or None)
    wishes = _wishes(arguments)
    photos = [value for value in arguments.values() if isinstance(value, Path)]
    with Reporter(quiet=True) as clock, tempfile.TemporaryDirectory(prefix="momjit-") as folder:

        def told(fraction: float, step: str) -> None:
            clock(fraction, step)
            progress(fraction, step)

        character, preview = Path(folder) / "character.glb", Path(folder) / "preview.png"
        done = fit_avatar(
            photos, character, record=record, wishes=wishes, progress=part(told, 0.0, 0.8)
        )
        write_portrait(character, preview, done.beside, part(told, 0.8, 1.0))
        keep_character(character, told, name=name, portrait=preview)
        files = {path.name: path.read_bytes() for path in (character, preview)}
    result = {
        "name": name,
        "error": done.error,
        "used": list(done.used),
        "refused": [_row(refusal, "name", "reason") for refusal in done.refused],
        "warnings": list(done.warnings),
        "seconds": clock.seconds,
    }
    return Answer(result, files)


def _wishes(arguments: Mapping[str, Any]) -> Wishes:
    """What the user knows of the person in the pictures."""
    from gesture_core.avatar.wishes import Wishes

    def number(name: str) -> float | None:
        return None if arguments.get(name) is None else _number(arguments, name)

    gender = number("gender")
    return Wishes(
        gender=None if gender is None else str(gender), age=number("age"), height=number("height")
    )


def _styles(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.gestures.styles import list_styles

    return Answer({"items": [_row(style, "name", "description") for style in list_styles()]})


def _voices(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.speech import list_voices

    columns = ("name", "description", "offline", "installed")
    return Answer({"items": [_row(voice, *columns) for voice in list_voices()]})


def _avatars(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import list_avatars

    return _avatar_rows(list_avatars())


def _bundled_avatars(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.avatar.library import list_avatars

    return _avatar_rows([one for one in list_avatars() if not one.own])


def _avatar_rows(entries: Sequence[AvatarEntry]) -> Answer:
    rows = [_row(entry, "name", "description", "built", "own") for entry in entries]
    pictures = {entry.name: entry.thumbnail for entry in entries if entry.thumbnail}
    return Answer(
        {"items": rows}, {f"{name}.png": path.read_bytes() for name, path in pictures.items()}
    )


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
    "sign": _sign,
    "avatar": _avatar,
    "fit_avatar": _fit_avatar,
    "styles": _styles,
    "voices": _voices,
    "avatars": _avatars,
    "doctor": _doctor,
}
"""Every job, for a client on this machine."""

REMOTE_JOBS: dict[str, Job] = {
    **{name: job for name, job in JOBS.items() if name != "fit_avatar"},
    "avatar": _bundled_avatar,
    "avatars": _bundled_avatars,
}
"""The jobs for clients on other machines."""
