"""What the worker can be asked to do: the program's functions, over JSON and bytes.

perform  text, style, intensity, seed, voice|null, audio|null, fps
                  ->  files clip.npz and clip.wav; result: warnings [str]
avatar   name     ->  result: path of the character's .glb, built on first use
styles            ->  result: items [{name, description}]
voices            ->  result: items [{name, description, offline, installed}]
avatars           ->  result: items [{name, description, built}]
doctor            ->  result: checks [{name, ok, detail, hint, needed}]
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any

from gesture_core.errors import UserError
from gesture_core.progress import Progress


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


def _perform(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    from gesture_core.outputs import write_clip
    from gesture_core.perform import perform

    audio = _argument(arguments, "audio", str, NoneType)
    performance = perform(
        _argument(arguments, "text", str),
        style=_argument(arguments, "style", str),
        intensity=float(_argument(arguments, "intensity", int, float)),
        seed=_argument(arguments, "seed", int),
        voice=_argument(arguments, "voice", str, NoneType),
        audio=None if audio is None else Path(audio),
        fps=float(_argument(arguments, "fps", int, float)),
        progress=progress,
    )
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
    "avatar": _avatar,
    "styles": _styles,
    "voices": _voices,
    "avatars": _avatars,
    "doctor": _doctor,
}
