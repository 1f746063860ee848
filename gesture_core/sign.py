"""A Korean text becomes Korean Sign Language: glossed, signed and brought to life.

A draft for review by Deaf signers, not an interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from gesture_core.errors import UserError
from gesture_core.motion import Motion, concatenate, crop, mirror, resample
from gesture_core.progress import Progress, part, silent
from gesture_core.utterance import Utterance, Word

if TYPE_CHECKING:
    from gesture_core.liveliness.phrases import Phrase
    from gesture_core.signing.glosses import GlossedSentence
    from gesture_core.signing.lexicon import Lexicon

Side = Literal["right", "left"]
SIDES: tuple[Side, ...] = get_args(Side)
SPEED_RANGE = (0.4, 2.0)
FPS_RANGE = (10.0, 120.0)
STATUS = "a draft for review by Deaf signers, not an interpreter"
_SILENT_RATE = 16_000


@dataclass(frozen=True)
class SignPerformance:
    """What one text became in signs.

    `motion`: spans tell the glosses, letters, non-manuals and Korean sentences; `utterance`: the
    text with silence on the same clock; `glossed`: how every word is signed, and why;
    `provenance`: as the clip file keeps it; `warnings`: what could not be signed as such.
    """

    motion: Motion
    utterance: Utterance
    glossed: tuple[GlossedSentence, ...]
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


def sign(
    text: str,
    *,
    speed: float = 1.0,
    dominant: str = "right",
    mouthing: bool = True,
    glosser: str = "rules",
    lexicon: Path | None = None,
    model: Path | None = None,
    fps: float = 30.0,
    seed: int = 0,
    progress: Progress = silent,
) -> SignPerformance:
    """Sign a Korean `text`; the same arguments give the same motion to the last bit.

    `speed`: 1 as measured on signers; `dominant`: the hand that leads, right or left;
    `mouthing`: Korean words on the lips; `glosser`: one of `GLOSSERS`; `lexicon`: folder of a
    lexicon that goes before the shipped one; `model`: a trained network that signs instead of the
    lexicon; `fps`: frames a second. Raises `UserError` for a text in which nothing can be signed,
    an unknown hand or glosser, or a number out of range.
    """
    from gesture_core.signing.glosser import gloss_text
    from gesture_core.signing.lexicon import load_lexicon
    from gesture_core.signing.presence import bring_to_life

    _check(speed, dominant, fps, seed)
    if model is not None and (speed != 1.0 or lexicon is not None or not mouthing):
        raise UserError(
            f"the trained network {model} signs as it learned to: leave out speed, lexicon and "
            "mouthing"
        )
    progress(0.0, "reading the lexicon")
    entries = load_lexicon() if lexicon is None else load_lexicon(lexicon)
    progress(0.1, "glossing")
    glossed = gloss_text(text, entries, glosser)
    if not any(sentence.signed for sentence in glossed):
        raise UserError("there is nothing to sign in this text")
    if model is None:
        signing = part(progress, 0.2, 0.8)
        motion, made_by, warnings = _sign_all(glossed, entries, speed, mouthing, signing)
        made_by["lexicon"] = "shipped" if lexicon is None else lexicon.name
    else:
        motion, made_by, warnings = _produce(glossed, model, fps)
    progress(0.8, "bringing to life")
    motion = bring_to_life(resample(motion, fps), _phrases(motion), seed)
    if dominant == "left":
        motion = mirror(motion)
    provenance = {
        "text": text,
        "mode": "sign",
        "status": STATUS,
        "speed": speed,
        "dominant": dominant,
        "glosser": glosser,
        "seed": seed,
        **made_by,
    }
    return SignPerformance(motion, _silence(text, motion), glossed, provenance, warnings)


def _sign_all(
    glossed: Sequence[GlossedSentence],
    lexicon: Lexicon,
    speed: float,
    mouthing: bool,
    progress: Progress,
) -> tuple[Motion, dict[str, Any], tuple[str, ...]]:
    """Sentence after sentence, with a short rest between them; what is to be said of it."""
    from gesture_core.signing.sentence import sign_sentence
    from gesture_core.signing.timing import frames_of, load_timing

    signed = [sentence for sentence in glossed if sentence.signed]
    motions = []
    for number, sentence in enumerate(signed):
        progress(number / len(signed), "signing")
        motions.append(sign_sentence(sentence, lexicon, speed=speed, mouthed=mouthing))
    hold, fps = load_timing().hold, motions[0].fps
    lead, pause = (frames_of(seconds, fps, speed) for seconds in (hold.rest, hold.clause))
    skipped = max(0, lead - (pause + 1) // 2)
    inner = [
        crop(motion, skipped * (n > 0), motion.frames - skipped * (n < len(motions) - 1))
        for n, motion in enumerate(motions)
    ]
    motion = concatenate(inner)
    made_by = {"mouthing": mouthing, "recordings": _recordings(motion, glossed, lexicon)}
    return motion, made_by, _warnings(glossed, lexicon)


def _produce(
    glossed: Sequence[GlossedSentence], model: Path, fps: float
) -> tuple[Motion, dict[str, Any], tuple[str, ...]]:
    """What a trained network signs, what is to be said of it, and warnings."""
    from gesture_core.signing.learned import load_signer, produce

    signer = load_signer(model)
    told = [
        (s.text, [part for token in s.signed for part in token.parts or (token.gloss,)])
        for s in glossed
        if s.signed
    ]
    motion = produce(told, signer, fps)
    unknown: tuple[str, ...] = ()
    if signer.told == "gloss":
        unknown = signer.unknown([gloss for _, glosses in told for gloss in glosses])
    warnings = (f"not known to the model: {', '.join(unknown)}",) if unknown else ()
    return motion, {"model": signer.card()}, warnings


def _recordings(
    motion: Motion, glossed: Sequence[GlossedSentence], lexicon: Lexicon
) -> list[dict[str, str]]:
    """Which recorded signs and letters are used, under which licence and with whose consent."""
    names = [part for sentence in glossed for token in sentence.signed for part in token.parts]
    names += [span.text for span in motion.spans if span.kind == "letter"]
    used = [lexicon.sign(name) for name in dict.fromkeys(names) if lexicon.has(name)]
    told = ("gloss", "signer", "licence", "consent")
    return [{name: getattr(sign, name) for name in told} for sign in used if sign.recording]


def _phrases(motion: Motion) -> tuple[Phrase, ...]:
    """The signed sentences, as the layers of life know phrases."""
    from gesture_core.liveliness.phrases import Phrase

    spans = [span for span in motion.spans if span.kind == "subtitle"]
    return tuple(
        Phrase((Word(span.text, span.start, span.end, number),))
        for number, span in enumerate(spans)
    )


def _silence(text: str, motion: Motion) -> Utterance:
    samples = np.zeros(round(motion.duration * _SILENT_RATE), np.float32)
    return Utterance(text, "", (), (), samples, _SILENT_RATE, "none")


def _warnings(glossed: Sequence[GlossedSentence], lexicon: Lexicon) -> tuple[str, ...]:
    """What is not signed by a sign of its own."""
    from gesture_core.signing.glosses import spelled_parts

    def of_kind(kind: str) -> list[str]:
        return [t.gloss for sentence in glossed for t in sentence.signed if t.kind == kind]

    told = {
        "fingerspelled, for want of a sign": [
            *of_kind("fingerspelled"),
            *spelled_parts(glossed, lexicon.has),
        ],
        "shown as captions only": of_kind("caption"),
    }
    return tuple(f"{why}: {', '.join(dict.fromkeys(g))}" for why, g in told.items() if g)


def _check(speed: float, dominant: str, fps: float, seed: int) -> None:
    for name, value, (low, high) in (("speed", speed, SPEED_RANGE), ("fps", fps, FPS_RANGE)):
        if not low <= value <= high:
            raise UserError(f"{name} {value:g} is outside {low:g} to {high:g}")
    if dominant not in SIDES:
        raise UserError(f"unknown hand {dominant!r}; valid: {', '.join(SIDES)}")
    if not 0 <= seed < 2**31:
        raise UserError(f"seed {seed} is outside 0 to {2**31 - 1}")
