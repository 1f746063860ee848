"""A Korean text, spoken or recorded, becomes a performance: speech, gestures and a living face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.motion import Motion, Span
from gesture_core.plan import Plan
from gesture_core.progress import Progress, silent
from gesture_core.text.embedding import DEFAULT_ENCODER, embed_sentences
from gesture_core.utterance import Utterance, padded

if TYPE_CHECKING:
    from gesture_core.gestures.emblem_layer import EmblemLayer
    from gesture_core.gestures.features import TextFeatures
    from gesture_core.gestures.pins import Pins
    from gesture_core.gestures.styles import Style
    from gesture_core.gestures.synthesize import GestureModel
    from gesture_core.planning.cues import PlanWord
    from gesture_core.planning.plan_file import WrittenPlan
    from gesture_core.script import Script

LEAD = 0.35
"""Silence before a synthetic voice, seconds: the first stroke needs time to prepare."""
TAIL = 0.9
"""Time after the last word, seconds, for the hands to come back to rest."""
MAX_INTENSITY = 2.0
FPS_RANGE = (10.0, 120.0)


@dataclass(frozen=True)
class Performance:
    """What one text became.

    `motion` and `utterance` share a clock; `plan`: the gestures that were meant; `provenance`:
    text, style, seed, voice and model, as the clip file keeps them; `warnings`: what the user
    should know about the text.
    """

    motion: Motion
    utterance: Utterance
    plan: Plan
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


def perform(
    text: str,
    *,
    style: str = "neutral",
    intensity: float = 1.0,
    seed: int = 0,
    voice: str | None = None,
    audio: Path | None = None,
    fps: float = 30.0,
    plan: WrittenPlan | None = None,
    exemplar: Path | None = None,
    emblems: bool = False,
    emblems_from: Path | None = None,
    pins: Pins | None = None,
    progress: Progress = silent,
) -> Performance:
    """Perform a Korean `text`; the same arguments give the same motion to the last bit.

    `style`: see `gestures.styles`; `intensity`: size of the gestures, 0–2; `voice`:
    `ENGINE[:VOICE]`, None for the best offline one; `audio`: a recording of the text, used
    instead of a voice; `fps`: frames a second of the result; `plan`: the gestures to make, as
    somebody wrote them, instead of those that the planner proposes; `exemplar`: a motion file of
    somebody whose way of moving is to be taken on; `emblems`: make gestures that stand for words,
    too, those in the folder `emblems_from` before the shipped ones; `pins`: poses to pass through.
    Raises `UserError` for a text that cannot be read, an unknown style or voice, or a number out of
    range.
    """
    from gesture_core.gestures.emblem_layer import emblem_layer
    from gesture_core.gestures.styles import find_style
    from gesture_core.gestures.synthesize import synthesize

    _check_numbers(intensity, seed, fps)
    model, chosen, made_by = load_performer(find_style(style), exemplar)
    script, utterance, words, features = _say(text, voice, audio, progress)
    meant = _plan(words, features, utterance.duration, chosen, seed, plan)
    layer = emblem_layer(words, meant, chosen, intensity, emblems_from) if emblems else None
    progress(0.6, "moving")
    motion = synthesize(
        in_words_of(model, script, features),
        layer.plan if layer else meant,
        chosen,
        intensity=intensity,
        seed=seed,
        fps=fps,
        model=model,
        pins=pins,
    )
    progress(0.8, "bringing to life")
    motion = _bring_to_life(motion, utterance, seed, layer, pins)
    provenance = {
        "text": text,
        "style": style,
        "intensity": intensity,
        "seed": seed,
        "voice": utterance.voice,
        "times_estimated": utterance.estimated,
        "emblems": emblems,
        "motion_sources": "SmartBody (LGPL-2.1), Mesh2Motion (CC0-1.0)",
        **made_by,
    }
    warnings = script.normalized.warnings
    if utterance.estimated:
        from gesture_core.speech.align import doubt

        warnings += ("the times of the words are estimated from the sound",)
        warnings += tuple(filter(None, [doubt(utterance)]))
    return Performance(motion, utterance, meant, provenance, warnings)


def plan_text(
    text: str,
    *,
    style: str = "neutral",
    seed: int = 0,
    voice: str | None = None,
    audio: Path | None = None,
    progress: Progress = silent,
) -> tuple[Plan, tuple[PlanWord, ...]]:
    """The gestures that `perform` would make, and the words with their times.

    Arguments and errors as those of `perform`.
    """
    from gesture_core.gestures.styles import find_style

    chosen = find_style(style)
    _, utterance, words, features = _say(text, voice, audio, progress)
    return _plan(words, features, utterance.duration, chosen, seed, None), words


def _say(
    text: str, voice: str | None, audio: Path | None, progress: Progress
) -> tuple[Script, Utterance, tuple[PlanWord, ...], TextFeatures]:
    """Read a text, speak it or hear it spoken, and put its words into numbers."""
    from gesture_core.script import read_script, script_to_features, script_to_plan_words

    recording = None if audio is None else read_audio(audio)
    progress(0.0, "reading the text")
    script = read_script(text)
    progress(0.2, "speaking" if recording is None else "listening to the recording")
    utterance = _utter(script, voice, recording)
    progress(0.5, "planning the gestures")
    words = script_to_plan_words(script, utterance)
    return script, utterance, words, script_to_features(script, words, utterance)


def _utter(
    script: Script, voice: str | None, recording: tuple[NDArray[np.float32], int] | None
) -> Utterance:
    """Speak the script, or find its times in a recording of it."""
    from gesture_core.script import script_to_eojeols

    eojeols = script_to_eojeols(script)
    if recording is None:
        from gesture_core.speech.speaking import speak

        return padded(speak(eojeols, voice), LEAD, TAIL)
    from gesture_core.speech.align import align

    samples, rate = recording
    utterance = align(samples, rate, eojeols)
    spoken = max(word.end for word in utterance.words)
    return padded(utterance, 0.0, max(0.0, TAIL - (utterance.duration - spoken)))


def _plan(
    words: tuple[PlanWord, ...],
    text: TextFeatures,
    duration: float,
    style: Style,
    seed: int,
    given: WrittenPlan | None,
) -> Plan:
    """Decide the gestures, unless they are given."""
    from gesture_core.gestures.qualities import apply_to_plan
    from gesture_core.planning.learned import propose

    if given is not None:
        return given.fitted_to(words, duration)
    rng = np.random.default_rng(seed)
    plan = propose(
        words,
        text.vectors,
        text.sentence_vectors,
        text.cues,
        duration,
        rng,
        style.energy,
        text.prosody,
    )
    return apply_to_plan(plan, style, rng)


def load_performer(
    style: Style, exemplar: Path | None
) -> tuple[GestureModel, Style, dict[str, str]]:
    """The generator, with the manner of an exemplar if there is one; and what to say of it."""
    from gesture_core.gestures.synthesize import load_gesture_model

    model = load_gesture_model()
    made_by = {"model_sha256": model.sha256}
    if exemplar is None:
        return model, style, made_by
    from gesture_core.gestures.exemplar import exemplar_style, read_exemplar, with_exemplar

    shown = read_exemplar(exemplar, model)
    made_by["exemplar"] = exemplar.name
    return with_exemplar(model, shown), exemplar_style(style, shown), made_by


def in_words_of(model: GestureModel, script: Script, features: TextFeatures) -> TextFeatures:
    """The features with the sentences embedded as the generator was trained to hear them."""
    if model.encoder == DEFAULT_ENCODER:
        return features
    vectors = embed_sentences(script.sentences, model.encoder)
    return replace(features, sentence_vectors=vectors)


def _bring_to_life(
    motion: Motion,
    utterance: Utterance,
    seed: int,
    layer: EmblemLayer | None,
    pins: Pins | None,
) -> Motion:
    """Add the words, breath, gaze, emblems and lips, and hold the whole to what a body can do.

    Emblems come after the sway, since hands have to meet the face where it is. What a user pins
    holds all the same: before, so that the correction sees it, and after.
    """
    from gesture_core.correction import correct
    from gesture_core.gestures.pins import hold_pins
    from gesture_core.liveliness import enliven
    from gesture_core.speech.visemes import lip_sync

    words = tuple(Span("word", word.text, word.start, word.end) for word in utterance.words)
    motion = replace(motion, spans=(*words, *motion.spans))
    motion = enliven(motion, utterance, seed)
    if layer is not None:
        motion = layer.lay(motion)
    if pins is None:
        motion = correct(motion)
    else:
        motion = hold_pins(correct(hold_pins(motion, pins)), pins)
    lips = lip_sync(
        utterance.phonemes, motion.duration, motion.fps, utterance.samples, utterance.rate
    )
    return replace(motion, expressions=np.maximum(motion.expressions, lips))


def _check_numbers(intensity: float, seed: int, fps: float) -> None:
    if not 0.0 <= intensity <= MAX_INTENSITY:
        raise UserError(f"intensity {intensity:g} is outside 0 to {MAX_INTENSITY:g}")
    if not FPS_RANGE[0] <= fps <= FPS_RANGE[1]:
        low, high = FPS_RANGE
        raise UserError(f"fps {fps:g} is outside {low:g} to {high:g}")
    if not 0 <= seed < 2**31:
        raise UserError(f"seed {seed} is outside 0 to {2**31 - 1}")
