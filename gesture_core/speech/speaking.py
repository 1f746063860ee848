"""Text to sound: the way from eojeols to an Utterance through any engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gesture_core.errors import UserError
from gesture_core.speech.eojeol import PAUSE_SECONDS, Eojeol, split_clauses
from gesture_core.speech.rendition import Rendition, join
from gesture_core.speech.voice import Engine, Voice, choose_voice
from gesture_core.utterance import Utterance, Word

SLOWEST, FASTEST = 0.5, 2.0


def speak(eojeols: Sequence[Eojeol], voice: str | None = None, speed: float = 1.0) -> Utterance:
    """Speak `eojeols` with `voice` (`ENGINE[:VOICE]`, None: the best offline one).

    Word and phoneme times come from the engine and lie on the sound's clock in seconds. Eojeols
    without Hangul take no time: their word starts and ends where the last spoken one ended.
    Raises `UserError` for a speed outside 0.5–2, an unknown voice, or nothing to say.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise UserError(f"speech speed {speed:g} is outside {SLOWEST:g}–{FASTEST:g}")
    engine, chosen = choose_voice(voice)
    rendition = render(eojeols, engine, chosen, speed)
    return to_utterance(eojeols, rendition, f"{engine.name}:{chosen.name}")


def render(
    eojeols: Sequence[Eojeol],
    engine: Engine,
    voice: Voice,
    speed: float = 1.0,
    *,
    pauses: bool = True,
) -> Rendition:
    """Speak those `eojeols` that have Hangul, clause by clause, with or without pauses between.

    Raises `UserError` when there is nothing to say.
    """
    spoken = [eojeol for eojeol in eojeols if eojeol.syllables]
    if not spoken:
        text = " ".join(eojeol.text for eojeol in eojeols)
        raise UserError(f"nothing to say in {text[:60]!r}: no Korean is left after reading it")
    clauses = list(split_clauses(spoken))
    parts = [engine.speak_clause(clause, voice.name, speed) for clause in clauses]
    gaps = [PAUSE_SECONDS[clause[-1].pause] / speed if pauses else 0.0 for clause in clauses]
    return join(parts, [*gaps[:-1], 0.0])


def to_utterance(eojeols: Sequence[Eojeol], rendition: Rendition, voice: str) -> Utterance:
    """Attach a rendition of the spoken ones among `eojeols` to all of them."""
    times = iter(rendition.words)
    words: list[Word] = []
    now = 0.0
    for index, eojeol in enumerate(eojeols):
        start, end = next(times) if eojeol.syllables else (now, now)
        words.append(Word(eojeol.text, start, end, index))
        now = end
    return Utterance(
        text=" ".join(eojeol.text for eojeol in eojeols),
        reading=" ".join(eojeol.reading for eojeol in eojeols if eojeol.reading),
        words=tuple(words),
        phonemes=rendition.phonemes,
        samples=np.clip(rendition.samples, -1.0, 1.0),
        rate=rendition.rate,
        voice=voice,
        estimated=rendition.estimated,
    )
