"""Options of `momjit generate --mode sign`, and how they go together with those of gestures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from gesture_core.errors import UserError

MODES = ("gesture", "sign")

Mode = Annotated[
    str, typer.Option(help="gesture (speak and gesture) or sign (Korean Sign Language).")
]
Speed = Annotated[
    float, typer.Option(help="sign: 0.4 to 2; 1 is the pace of the signers that were measured.")
]
Dominant = Annotated[str, typer.Option(help="sign: the hand that leads, right or left.")]
Mouthing = Annotated[
    bool, typer.Option("--mouthing/--no-mouthing", help="sign: Korean words on the lips.")
]
LexiconFolder = Annotated[
    Optional[Path],  # noqa: UP045  (typer reads the annotation at run time)
    typer.Option("--lexicon", help="sign: folder of signs of your own, see data/lexicon."),
]
GlosserName = Annotated[
    str, typer.Option("--glosser", help="sign: who puts Korean into glosses; see `momjit gloss`.")
]
SignModel = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="sign: trained network (.safetensors) that signs instead of the lexicon."),
]
ModeAvatar = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        help="Bundled or own character (see `momjit avatar list`), or a .glb or .blend file."
        " Default: mina, and signer for signs."
    ),
]
ModeCamera = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        help="face, bust (head and chest), half (from the hips up), full, or sign (face and both"
        " hands, as large as they can be). Default: half, and sign for signs."
    ),
]

AVATARS: dict[str, str] = {"gesture": "mina", "sign": "signer"}
CAMERAS: dict[str, str] = {"gesture": "half", "sign": "sign"}
"""What shows a performance where the user does not choose."""


def mode_of(provenance: Mapping[str, Any]) -> str:
    """The mode in which a clip was made; gesture, if it does not say."""
    return "sign" if provenance.get("mode") == "sign" else "gesture"


def check_mode(mode: str, options: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> None:
    """Raise `UserError` for an unknown mode and for options that only another one has.

    `options`: by mode, each option's value and its default.
    """
    if mode not in MODES:
        raise UserError(f"unknown mode {mode!r}; valid: {', '.join(MODES)}")
    for other, values in options.items():
        given = [name for name, (value, default) in values.items() if value != default]
        if other != mode and given:
            raise UserError(f"{', '.join(given)}: only with --mode {other}")


def check_sound(mode: str, outputs: Sequence[Path]) -> None:
    """Raise `UserError` for a file of speech where nobody speaks."""
    for output in outputs:
        if mode == "sign" and output.suffix.lower() == ".wav":
            raise UserError(f"{output}: a signer says nothing; leave out .wav")
