"""Which voices there are: the table of engines, and the choice `ENGINE[:VOICE]`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from gesture_core.errors import UserError

if TYPE_CHECKING:
    from gesture_core.speech.eojeol import Eojeol
    from gesture_core.speech.rendition import Rendition


@dataclass(frozen=True)
class Voice:
    """One voice of an engine: a line for the user, its licence, and whether it works offline."""

    name: str
    description: str
    licence: str
    offline: bool


class Engine(Protocol):
    """What every speech engine offers; building one is cheap, loading happens on first use."""

    @property
    def name(self) -> str:
        """The engine's key in `TTS`."""
        ...

    @property
    def voices(self) -> Sequence[Voice]:
        """Its voices, the best first."""
        ...

    def missing(self) -> str | None:
        """Return what the user must do before the engine works here, or None."""
        ...

    def speak_clause(self, clause: Sequence[Eojeol], voice: str, speed: float) -> Rendition:
        """Speak one clause, whose eojeols all have Hangul; `speed` 1 is natural, 2 twice it."""
        ...


def _kokoro() -> Engine:
    from gesture_core.speech.kokoro import Kokoro

    return Kokoro()


def _edge() -> Engine:
    from gesture_core.speech.edge import Edge

    return Edge()


def _espeak() -> Engine:
    from gesture_core.speech.espeak import Espeak

    return Espeak()


# Best first: the first that works offline is the default. kokoro is far easier to understand than
# espeak and is worth the half second of a processor core that each second of its speech takes.
TTS: dict[str, Callable[[], Engine]] = {
    "kokoro": _kokoro,
    "espeak": _espeak,
    "edge": _edge,
}


@cache
def engine(name: str) -> Engine:
    """Return the engine `name`, one per process so that models are loaded once."""
    return TTS[name]()


@dataclass(frozen=True)
class ListedVoice:
    """A row of the list of voices: `name` is what `choose_voice` takes."""

    name: str
    description: str
    licence: str
    offline: bool
    installed: bool


def list_voices() -> tuple[ListedVoice, ...]:
    """Return every voice of every engine, the best first, also those not installed."""
    return tuple(
        ListedVoice(
            f"{name}:{voice.name}",
            voice.description,
            voice.licence,
            voice.offline,
            installed=engine(name).missing() is None,
        )
        for name in TTS
        for voice in engine(name).voices
    )


def choose_voice(voice: str | None) -> tuple[Engine, Voice]:
    """Resolve `ENGINE[:VOICE]`; None means `default_voice()`.

    Raises `UserError` for an unknown engine or voice, or for an engine that is not installed.
    """
    engine_name, _, voice_name = (default_voice() if voice is None else voice).partition(":")
    if engine_name not in TTS:
        raise UserError(f"unknown voice {voice!r}; engines: {', '.join(TTS)}")
    chosen = engine(engine_name)
    names = [v.name for v in chosen.voices]
    if not voice_name:
        voice_name = names[0]
    if voice_name not in names:
        choices = ", ".join(f"{engine_name}:{name}" for name in names)
        raise UserError(f"unknown voice {voice!r}; choices: {choices}")
    if problem := chosen.missing():
        raise UserError(f"voice {engine_name!r} cannot speak here: {problem}")
    return chosen, chosen.voices[names.index(voice_name)]


def default_voice() -> str:
    """Return the best voice that works offline here, as `ENGINE:VOICE`."""
    for name in TTS:
        candidate = engine(name)
        offline = [voice for voice in candidate.voices if voice.offline]
        if offline and candidate.missing() is None:
            return f"{name}:{offline[0].name}"
    raise UserError(f"no offline voice works here; engines: {', '.join(TTS)}")
