"""From words and a plan to motion: a trained generator makes a whole utterance at once."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import Checkpoint, load_checkpoint
from gesture_core.errors import UserError
from gesture_core.gestures.encode import MotionCode, vector_to_rotations
from gesture_core.gestures.exemplar import carry_lent
from gesture_core.gestures.features import (
    FPS,
    Projection,
    TextFeatures,
    plan_frames,
    text_frames,
)
from gesture_core.gestures.pins import Pins, complete_pins, pins_to_given
from gesture_core.gestures.qualities import apply_to_motion
from gesture_core.gestures.smoothing import smooth_rotations
from gesture_core.gestures.styles import Style, find_style
from gesture_core.motion import Motion
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.casting import Part, cast
from gesture_core.planning.plan_spans import plan_to_spans
from gesture_core.resources import data_path
from gesture_core.rotation import quat_normalize
from gesture_core.skeleton import HUMANOID
from gesture_core.text.embedding import DEFAULT_ENCODER

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gesture_core.models.gesture_models import Generator

Array = NDArray[np.float64]

KIND = "gesture"
MAX_INTENSITY = 2.0
MAX_SECONDS = 3600.0
MODEL_SIZES = (0.6, 1.4)
"""Sizes of gestures that the generator itself was trained to make."""
LARGEST = 1.5
"""Size of gestures at intensity 2; more would throw the arms behind the head."""
GAIN = 1.08
"""Factor on the sizes it is told, for it makes the training clips 5 % too small."""
UNIT_SPREAD = 0.5
"""Share of the posterior's deviation that is drawn around a unit's mean latent."""
SMOOTHING = 0.6 / FPS
"""Deviation in seconds of the Gaussian that smooths the rotations."""
SEED_POSES = 4
"""First frames that are given: the rest."""
FADE = 0.3
"""Seconds at the end in which what is left of a gesture comes to rest."""


@dataclass(frozen=True, eq=False)
class GestureModel:
    """A loaded generator and all it needs: codes, rest poses, unit latents."""

    generator: Generator
    code: MotionCode
    words: Projection
    sentences: Projection
    manners: tuple[str, ...]
    rests: Array
    parts: tuple[Part, ...]
    unit_means: Tensor
    unit_deviations: Tensor
    encoder: str
    sha256: str
    lender: Array | None = None
    """Rest pose (J, 4) of the manner that lends its gestures to an exemplar."""


@cache
def load_gesture_model(path: Path | None = None) -> GestureModel:
    """Load a checkpoint of the gesture generator, by default the one that ships with momjit."""
    path = path or data_path("models/gesture/gesture.safetensors")
    return gesture_model(load_checkpoint(path, KIND))


def gesture_model(checkpoint: Checkpoint) -> GestureModel:
    """Build the generator of a checkpoint; `UserError` when the two do not fit."""
    from gesture_core.models.gesture_models import build_model

    details = checkpoint.details
    arrays = {name: tensor.double().numpy() for name, tensor in checkpoint.tensors.items()}
    try:
        generator = build_model(details["model"])
        generator.load_state_dict(checkpoint.part("generator"))
        return GestureModel(
            generator=generator.eval().requires_grad_(False),  # type: ignore[arg-type]
            code=MotionCode(arrays["code.mean"], arrays["code.basis"], arrays["code.scale"]),
            words=Projection(arrays["words.mean"], arrays["words.basis"]),
            sentences=Projection(arrays["sentences.mean"], arrays["sentences.basis"]),
            manners=tuple(details["manners"]),
            rests=quat_normalize(arrays["rests"]),
            parts=tuple(Part(**part) for part in details["parts"]),
            unit_means=checkpoint.tensors["units.mean"],
            unit_deviations=(0.5 * checkpoint.tensors["units.log_variance"]).exp(),
            encoder=str(details["training"].get("encoder", DEFAULT_ENCODER)),
            sha256=checkpoint.sha256,
        )
    except (KeyError, RuntimeError, TypeError) as error:
        raise UserError(f"the checkpoint does not hold a gesture generator: {error}") from error


def synthesize(
    text: TextFeatures,
    plan: Plan,
    style: Style | str = "neutral",
    *,
    intensity: float = 1.0,
    seed: int = 0,
    fps: float = 30.0,
    model: GestureModel | None = None,
    pins: Pins | None = None,
    casting: Sequence[int | None] = (),
) -> Motion:
    """Generate the gestures of an utterance of `plan.duration` seconds on HUMANOID.

    Trunk, head, arms and fingers move; hips and legs keep their rest. `intensity` 0–2 scales the
    gestures: through the generator's amplitude input as far as it was trained, beyond that by
    scaling the turns from the rest pose. `seed` and the times of the words choose among the
    recorded ways to make each gesture, and vary them; `casting` names the part of `model.parts`
    for gestures whose way is not to be chosen anew. `pins` are poses to pass through. The same
    arguments give the same bytes. The spans tell the plan as it was performed, at intensity 1.
    Raises `UserError` for values out of range.
    """
    if not 0.0 <= intensity <= MAX_INTENSITY:
        raise UserError(f"intensity must be 0–{MAX_INTENSITY:g}, not {intensity}")
    if not 0.0 < plan.duration <= MAX_SECONDS:
        raise UserError(f"an utterance lasts up to {MAX_SECONDS:g} s, not {plan.duration:.1f} s")
    model = model or load_gesture_model()
    _check_text(text, model)
    style = find_style(style) if isinstance(style, str) else style
    if style.manner not in model.manners:
        known = ", ".join(model.manners)
        raise UserError(f"the model knows no manner {style.manner!r}; it knows {known}")
    if (
        pins is not None and not pins.whole
    ):  # bones that a pin leaves free are told as they would be without it
        told = {"intensity": intensity, "seed": seed, "fps": fps, "model": model}
        pins = complete_pins(pins, synthesize(text, plan, style, **told, casting=casting))
    rest = model.rests[model.manners.index(style.manner)]
    made, within, beyond = gesture_sizes(intensity)
    rng = np.random.default_rng([seed, _fingerprint(text)])
    meant, parts = cast(plan, model.parts, style.manner, style.energy, rng, casting)
    performed = Plan(
        tuple(_kept_within(g, GAIN * within, plan.duration) for g in meant), plan.duration
    )
    frames = 2 * int(np.ceil((plan.duration * FPS + 1) / 2))
    given, known = _given(pins, frames, model, rest, beyond)
    code = _generate(model, text, performed, parts, style, given, known, int(rng.integers(2**31)))
    code = code * _fade_out(len(code), plan.duration)[:, None]
    length = max(1, round(plan.duration * fps))
    vector = model.code.decode(resample_cubic(code, FPS, fps, length))
    rotations = smooth_rotations(vector_to_rotations(vector, rest, beyond), SMOOTHING * fps)
    kept = Plan(tuple(_kept_within(g, 1.0, plan.duration) for g in meant), plan.duration)
    if model.lender is not None:
        lent = [model.parts[part].manner != style.manner for part in parts]
        rotations = carry_lent(rotations, kept, lent, rest, model.lender, fps)
    return Motion(
        skeleton=HUMANOID,
        rotations=apply_to_motion(rotations, rest, style, fps),
        root=np.tile(HUMANOID.rest_positions[0], (length, 1)),
        fps=fps,
        spans=plan_to_spans(kept, [model.parts[part].unit for part in parts]) if made else (),
    )


def _check_text(text: TextFeatures, model: GestureModel) -> None:
    for name, vectors, known in (
        ("word vectors", text.vectors, model.words),
        ("sentence embeddings", text.sentence_vectors, model.sentences),
    ):
        if vectors.shape[1:] != known.mean.shape:
            raise UserError(
                f"the {name} have {vectors.shape[1:]} numbers each, but the gesture model was "
                f"trained with {known.mean.shape}; use the encoder it was trained with"
            )


def _fingerprint(text: TextFeatures) -> int:
    """A number that differs between utterances, so that one seed does not repeat one gesture."""
    centiseconds = np.rint(100.0 * np.concatenate([text.starts, text.ends])).astype(np.int32)
    return zlib.crc32(centiseconds.tobytes())


def gesture_sizes(intensity: float) -> tuple[bool, float, float]:
    """Whether gestures are made at all, their size for the generator, and the scale after it.

    Size grows with intensity: 0 → 0, 1 → 1, 2 → `LARGEST`.
    """
    size = intensity if intensity <= 1.0 else 1.0 + (LARGEST - 1.0) * (intensity - 1.0)
    within = float(np.clip(size, *MODEL_SIZES))
    return size > 0.0, within, size / within


def _kept_within(gesture: PlannedGesture, size: float, duration: float) -> PlannedGesture:
    """A gesture scaled by `size` and over before the end."""
    stroke = min(gesture.stroke, duration)
    return replace(
        gesture,
        amplitude=gesture.amplitude * size,
        start=max(0.0, min(gesture.start, stroke)),
        stroke=stroke,
        end=max(stroke, min(gesture.end, duration - 0.1)),
    )


def _given(
    pins: Pins | None, frames: int, model: GestureModel, rest: Array, size: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Codes (T, K) that are told, and on which frames (T,): the rest at first, and the pins."""
    given = np.zeros((frames, model.code.size), np.float32)
    known = np.zeros(frames, np.float32)
    known[:SEED_POSES] = 1.0
    if pins is not None:
        pinned, where = pins_to_given(pins, frames, model.code, rest, size)
        given[where > 0], known = pinned[where > 0], np.maximum(known, where)
    return given, known


def _generate(
    model: GestureModel,
    text: TextFeatures,
    plan: Plan,
    parts: tuple[int, ...],
    style: Style,
    given: NDArray[np.float32],
    known: NDArray[np.float32],
    seed: int,
) -> Array:
    """Motion code (T, K) at `FPS`, all frames in one go: there are no windows to be joined."""
    import torch

    from gesture_core.models.conditions import Conditions
    from gesture_core.models.threads import single_thread

    frames = len(given)
    planned, owner = plan_frames(plan, frames)
    heard = text_frames(text, frames, model.words, model.sentences)
    random = torch.Generator().manual_seed(seed)
    with torch.inference_mode(), single_thread():
        told = Conditions(
            text=torch.from_numpy(heard)[None],
            plan=torch.from_numpy(planned)[None],
            unit=_unit_frames(model, parts, owner, random)[None],
            manner=torch.tensor([model.manners.index(style.manner)]),
            energy=torch.tensor([style.energy]),
            given=torch.from_numpy(given)[None],
            known=torch.from_numpy(known)[None],
        )
        return model.generator.sample(told, random)[0].double().numpy()


def _unit_frames(
    model: GestureModel, parts: tuple[int, ...], owner: NDArray[np.int64], random: torch.Generator
) -> Tensor:
    """Latent of the gesture each frame belongs to, (T, unit); 0 where there is none.

    The latents are drawn around the posterior means of the training units, the aggregate
    posterior in place of the normal prior (ex-post density estimation, Ghosh et al., ICLR 2020).
    """
    import torch

    means, deviations = model.unit_means[list(parts)], model.unit_deviations[list(parts)]
    drawn = torch.randn(means.shape, generator=random)
    latents = means + UNIT_SPREAD * deviations * drawn
    latents = torch.cat([latents, latents.new_zeros(1, model.unit_means.shape[1])])
    return latents[torch.from_numpy(owner)]


def _fade_out(frames: int, duration: float) -> Array:
    left = (duration - np.arange(frames) / FPS) / FADE
    x = np.clip(left, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def resample_cubic(values: Array, fps: float, new_fps: float, frames: int) -> Array:
    """Values (T, C) at another rate, (frames, C), by Catmull–Rom splines; the last one is held."""
    position = np.clip(np.arange(frames) * (fps / new_fps), 0.0, len(values) - 1)
    index = np.minimum(np.floor(position).astype(int), max(len(values) - 2, 0))
    t = (position - index)[:, None]
    last = len(values) - 1
    before, here, there, after = (values[np.clip(index + k, 0, last)] for k in (-1, 0, 1, 2))
    return here + 0.5 * t * (
        there
        - before
        + t
        * (2 * before - 5 * here + 4 * there - after + t * (3 * (here - there) + after - before))
    )
