"""A retake: one stretch of a performance that is in a clip file already, performed anew.

The speech, the face and every frame outside the stretch stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.formats.clip import Clip
from gesture_core.motion import Motion, crop
from gesture_core.perform import Performance, load_performer
from gesture_core.plan import Plan
from gesture_core.progress import Progress, silent
from gesture_core.utterance import Utterance, Word

if TYPE_CHECKING:
    from gesture_core.gestures.emblem_layer import EmblemLayer
    from gesture_core.gestures.pins import Pins
    from gesture_core.gestures.redo import Stretch
    from gesture_core.gestures.styles import Style
    from gesture_core.planning.cues import PlanWord
    from gesture_core.planning.plan_file import WrittenPlan
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
    emblems: bool
    exemplar: str | None
    retakes: tuple[Mapping[str, Any], ...]


def retake(
    clip: Clip,
    start: float,
    end: float,
    *,
    seed: int | None = None,
    plan: WrittenPlan | None = None,
    pins: Pins | None = None,
    exemplar: Path | None = None,
    progress: Progress = silent,
) -> Performance:
    """Perform the gestures that stroke from `start` to `end` seconds of a clip in another way.

    Frames further than `redo.BLEND` outside the stretch, and everywhere the words and all of the
    face but the gaze, stay the same to the last bit. `seed` says which other way; by default one
    that was not tried yet. `plan`: other gestures for the stretch, such as from an edited plan
    file; `pins`: poses to hold in it; `exemplar`: the motion file that the clip was made after, if
    any. Raises `UserError` for a clip that `momjit generate` did not write, for one without its
    speech, and for a stretch outside of it.
    """
    from gesture_core.gestures.redo import Stretch, exchange_gestures, regenerate
    from gesture_core.gestures.styles import find_style
    from gesture_core.planning.plan_spans import spans_to_plan
    from gesture_core.script import read_script, script_to_features, script_to_plan_words

    told, kept, stretch = read_provenance(clip.provenance), clip.motion, Stretch(start, end)
    stretch.check(kept)
    if told.exemplar is not None and exemplar is None:
        raise UserError(f"the clip was made after {told.exemplar}; give that file again")
    model, style, made_by = load_performer(find_style(told.style), exemplar)
    progress(0.0, "reading the text")
    script = read_script(told.text)
    utterance = clip_to_utterance(clip, told, script)
    words = script_to_plan_words(script, utterance)
    text = script_to_features(script, words, utterance)
    meant = spans_to_plan(kept.spans, utterance.duration)
    if plan is not None:
        wanted = plan.fitted_to(words, utterance.duration)
        meant = exchange_gestures(meant, wanted, stretch)
    layer = _emblem_layer(words, meant, style, told)
    chosen = told.seed + 1 + len(told.retakes) if seed is None else seed
    progress(0.4, "moving")
    made = regenerate(
        kept,
        layer.plan if layer else meant,
        text,
        stretch,
        style=style,
        intensity=told.intensity,
        seed=chosen,
        model=model,
        pins=pins,
    )
    if layer:
        made = replace(layer.lay(made), spans=made.spans)  # which has those of the emblems
    progress(0.6, "bringing to life")
    motion = _join(kept, made, utterance, stretch, told, pins)
    performed = spans_to_plan(motion.spans, utterance.duration)
    warnings: list[str] = []
    if model.sha256 != told.model:
        warnings.append("the clip was made by another version of the gesture model")
    if not any(gesture.stroke in stretch for gesture in performed):
        warnings.append(f"no gesture strokes from {stretch}")
    done = {"start": start, "end": end, "seed": chosen, **made_by}
    provenance = {**clip.provenance, "retakes": [*told.retakes, done]}
    return Performance(motion, utterance, performed, provenance, tuple(warnings))


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
    exemplar, retakes = provenance.get("exemplar"), provenance.get("retakes", [])
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
        emblems=provenance.get("emblems") is True,
        exemplar=None if exemplar is None else str(exemplar),
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


def _emblem_layer(
    words: Sequence[PlanWord], plan: Plan, style: Style, told: Told
) -> EmblemLayer | None:
    """The emblems that the clip has, found as they were then."""
    if not told.emblems:
        return None
    from gesture_core.gestures.emblem_layer import emblem_layer

    return emblem_layer(words, plan, style, told.intensity)


def _join(
    kept: Motion,
    made: Motion,
    utterance: Utterance,
    stretch: Stretch,
    told: Told,
    pins: Pins | None,
) -> Motion:
    """The kept motion with the new stretch in it, alive and held to what a body can do."""
    from gesture_core.gestures.pins import hold_pins
    from gesture_core.gestures.redo import splice
    from gesture_core.liveliness import enliven

    def hold(motion: Motion) -> Motion:
        return motion if pins is None else hold_pins(motion, pins)

    alive = enliven(made, utterance, told.seed)  # with the seed of then, breath and sway go on
    joined = splice(kept, hold(_corrected(hold(alive), stretch)), stretch)
    # where the two go over into each other, neither has been corrected for it
    return splice(kept, hold(_corrected(joined, stretch)), stretch, SETTLED)


def _corrected(motion: Motion, stretch: Stretch) -> Motion:
    """The motion with the stretch and what is near it corrected."""
    from gesture_core.correction import correct

    first = max(0, round((stretch.start - REACH) * motion.fps))
    last = min(motion.frames, round((stretch.end + REACH) * motion.fps) + 1)
    rotations = motion.rotations.copy()
    rotations[first:last] = correct(crop(motion, first, last)).rotations
    return replace(motion, rotations=rotations)
