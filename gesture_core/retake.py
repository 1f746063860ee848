"""A retake: one stretch of a performance that is in a clip file already, performed anew.

The speech, the face and every frame outside the stretch stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.formats.clip import Clip
from gesture_core.motion import Motion, crop
from gesture_core.perform import Performance
from gesture_core.plan import Plan
from gesture_core.progress import Progress, silent
from gesture_core.utterance import Utterance, Word

if TYPE_CHECKING:
    from gesture_core.gestures.pins import Pins
    from gesture_core.script import Script

REACH = 1.0
"""Seconds around the stretch that the correction sees, so that it knows what comes and goes."""
SETTLED = -0.15
"""Seconds from the stretch's start and end at which the corrected motion holds in full."""


@dataclass(frozen=True)
class Told:
    """What the provenance of a clip says about how it was made."""

    text: str
    style: str
    intensity: float
    seed: int
    voice: str
    estimated: bool
    model: str
    retakes: tuple[Mapping[str, Any], ...]


def retake(
    clip: Clip,
    start: float,
    end: float,
    *,
    seed: int | None = None,
    plan: Plan | None = None,
    pins: Pins | None = None,
    progress: Progress = silent,
) -> Performance:
    """Perform the gestures that stroke from `start` to `end` seconds of a clip in another way.

    Frames further than `redo.BLEND` outside the stretch, and everywhere the legs, the root, the
    face and the words, stay the same to the last bit. `seed` says which other way; by default one
    that was not tried yet. `plan`: other gestures for the stretch, such as from an edited plan
    file; `pins`: poses to hold in it. Raises `UserError` for a clip that `momjit generate` did not
    write, for one without its speech, and for a stretch outside of it.
    """
    from gesture_core.gestures.redo import check_stretch, exchange_gestures, inside
    from gesture_core.planning.plan_spans import spans_to_plan
    from gesture_core.script import read_script

    told = read_provenance(clip.provenance)
    kept = clip.motion
    check_stretch(kept, start, end)
    progress(0.0, "reading the text")
    script = read_script(told.text)
    utterance = clip_to_utterance(clip, told, script)
    meant = spans_to_plan(kept.spans, utterance.duration)
    if plan is not None:
        meant = exchange_gestures(meant, plan, start, end)
    chosen = told.seed + 1 + len(told.retakes) if seed is None else seed
    progress(0.3, "moving")
    motion, sha256 = _perform_stretch(
        kept, meant, script, utterance, told, start, end, chosen, pins
    )
    progress(1.0, "done")
    warnings: list[str] = []
    if sha256 != told.model:
        warnings.append("the clip was made by another version of the gesture model")
    if not any(inside(gesture, start, end) for gesture in meant):
        warnings.append(f"no gesture strokes from {start:g} to {end:g} s")
    done = {"start": start, "end": end, "seed": chosen, "model_sha256": sha256}
    provenance = {**clip.provenance, "retakes": [*told.retakes, done]}
    return Performance(
        motion,
        utterance,
        spans_to_plan(motion.spans, utterance.duration),
        provenance,
        tuple(warnings),
    )


def read_provenance(provenance: Mapping[str, Any]) -> Told:
    """How a clip was made; `UserError` when its provenance does not say."""
    wanted: dict[str, type | tuple[type, ...]] = {
        "text": str,
        "style": str,
        "intensity": (int, float),
        "seed": int,
        "voice": str,
        "times_estimated": bool,
        "model_sha256": str,
    }
    for name, kind in wanted.items():
        if not isinstance(provenance.get(name), kind):
            raise UserError(
                f"the clip does not say the {name} it was made with; "
                "only clips that `momjit generate` wrote can be redone"
            )
    retakes = provenance.get("retakes", [])
    if not isinstance(retakes, list) or not all(isinstance(one, dict) for one in retakes):
        raise UserError("the clip's list of retakes is damaged")
    return Told(
        text=provenance["text"],
        style=provenance["style"],
        intensity=float(provenance["intensity"]),
        seed=provenance["seed"],
        voice=provenance["voice"],
        estimated=provenance["times_estimated"],
        model=provenance["model_sha256"],
        retakes=tuple(retakes),
    )


def clip_to_utterance(clip: Clip, told: Told, script: Script) -> Utterance:
    """What is said in a clip and when, from its words and its sound; without phonemes."""
    if clip.audio is None or not clip.audio.is_file():
        raise UserError(f"the speech of the clip is not beside it: {clip.audio or 'it names none'}")
    samples, rate = read_audio(clip.audio)
    spans = [span for span in clip.motion.spans if span.kind == "word"]
    sources = [word.source for word in script.normalized.words]
    if [span.text for span in spans] != sources:
        raise UserError(
            f"the clip has {len(spans)} words that are not those of its text of {len(sources)}; "
            "it was cut or changed: generate it again"
        )
    utterance = Utterance(
        text=told.text,
        reading=" ".join(word.reading for word in script.normalized.words),
        words=tuple(
            Word(span.text, span.start, span.end, number) for number, span in enumerate(spans)
        ),
        phonemes=(),
        samples=samples,
        rate=rate,
        voice=told.voice,
        estimated=told.estimated,
    )
    if round(utterance.duration * clip.motion.fps) != clip.motion.frames:
        raise UserError(
            f"{clip.audio} lasts {utterance.duration:.2f} s, the clip {clip.motion.duration:.2f} s"
        )
    return utterance


def _perform_stretch(
    kept: Motion,
    plan: Plan,
    script: Script,
    utterance: Utterance,
    told: Told,
    start: float,
    end: float,
    seed: int,
    pins: Pins | None,
) -> tuple[Motion, str]:
    """The kept motion with its new stretch, alive and corrected; and the weights that made it."""
    from gesture_core.gestures.pins import hold_pins
    from gesture_core.gestures.redo import regenerate, splice
    from gesture_core.gestures.styles import find_style
    from gesture_core.gestures.synthesize import load_gesture_model
    from gesture_core.liveliness import enliven
    from gesture_core.script import script_to_features, script_to_plan_words

    model = load_gesture_model()
    text = script_to_features(script, script_to_plan_words(script, utterance))
    made = regenerate(
        kept,
        plan,
        text,
        start,
        end,
        style=find_style(told.style),
        intensity=told.intensity,
        seed=seed,
        model=model,
        pins=pins,
    )
    # the same seed as then: breath, sway and gaze go on as they were
    alive = enliven(made, utterance, told.seed)
    if pins is not None:
        alive = hold_pins(alive, pins)
    joined = splice(kept, alive, start, end)
    corrected = _corrected(joined, start, end)
    if pins is not None:
        corrected = hold_pins(corrected, pins)
    return splice(kept, corrected, start, end, SETTLED), model.sha256


def _corrected(motion: Motion, start: float, end: float) -> Motion:
    """The motion with the stretch and what is near it held to what a body can do."""
    from gesture_core.correction import correct

    first = max(0, round((start - REACH) * motion.fps))
    last = min(motion.frames, round((end + REACH) * motion.fps) + 1)
    rotations = motion.rotations.copy()
    rotations[first:last] = correct(crop(motion, first, last)).rotations
    return replace(motion, rotations=rotations)
