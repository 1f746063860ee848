"""From words and a plan to motion: a trained generator rolled out window by window."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import Checkpoint, load_checkpoint
from gesture_core.errors import UserError
from gesture_core.gestures.encode import MotionCode, vector_to_rotations
from gesture_core.gestures.features import (
    FPS,
    Projection,
    TextFeatures,
    plan_frames,
    text_frames,
)
from gesture_core.gestures.styles import Style, find_style
from gesture_core.motion import Motion, Span
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.casting import Part, cast
from gesture_core.resources import data_path
from gesture_core.rotation import quat_continuous, quat_normalize
from gesture_core.skeleton import HUMANOID

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gesture_core.models.gesture_gan import GestureGenerator

Array = NDArray[np.float64]

KIND = "gesture"
MAX_INTENSITY = 2.0
MAX_SECONDS = 3600.0
MODEL_SIZES = (0.6, 1.4)
"""Sizes of gestures that the generator itself was trained to make."""
LARGEST = 1.5
"""Size of gestures at intensity 2; more would throw the arms behind the head."""
UNIT_SPREAD = 0.5
"""Share of the posterior's deviation that is drawn around a unit's mean latent."""
SMOOTHING = 0.8 / FPS
"""Deviation in seconds of the Gaussian that smooths the rotations."""
OVERLAP = 8
"""Frames in which two windows are blended, the seed frames of the second among them."""
FADE = 0.3
"""Seconds at the end in which what is left of a gesture comes to rest."""


@dataclass(frozen=True, eq=False)
class GestureModel:
    """A loaded generator and all it needs: codes, rest poses, unit latents."""

    generator: GestureGenerator
    code: MotionCode
    words: Projection
    sentences: Projection
    manners: tuple[str, ...]
    rests: Array
    parts: tuple[Part, ...]
    unit_means: Tensor
    unit_deviations: Tensor
    window: int
    sha256: str


@cache
def load_gesture_model(path: Path | None = None) -> GestureModel:
    """Load a checkpoint of the gesture generator, by default the one that ships with momjit."""
    path = path or data_path("models/gesture/gesture.safetensors")
    return gesture_model(load_checkpoint(path, KIND))


def gesture_model(checkpoint: Checkpoint) -> GestureModel:
    """Build the generator of a checkpoint; `UserError` when the two do not fit."""
    from gesture_core.config import config_from_dict
    from gesture_core.models.gesture_gan import GestureGenerator, GestureModelConfig

    details = checkpoint.details
    arrays = {name: tensor.double().numpy() for name, tensor in checkpoint.tensors.items()}
    try:
        generator = GestureGenerator(
            config_from_dict(GestureModelConfig, details["model"], "checkpoint")
        )
        generator.load_state_dict(checkpoint.part("generator"))
        return GestureModel(
            generator=generator.eval().requires_grad_(False),
            code=MotionCode(arrays["code.mean"], arrays["code.basis"], arrays["code.scale"]),
            words=Projection(arrays["words.mean"], arrays["words.basis"]),
            sentences=Projection(arrays["sentences.mean"], arrays["sentences.basis"]),
            manners=tuple(details["manners"]),
            rests=quat_normalize(arrays["rests"]),
            parts=tuple(Part(**part) for part in details["parts"]),
            unit_means=checkpoint.tensors["units.mean"],
            unit_deviations=(0.5 * checkpoint.tensors["units.log_variance"]).exp(),
            window=int(details["training"]["window"]),
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
) -> Motion:
    """Generate the gestures of an utterance of `plan.duration` seconds on HUMANOID.

    Trunk, head, arms and fingers move; hips and legs keep their rest. `intensity` 0–2 scales the
    gestures: through the generator's amplitude input as far as it was trained, beyond that by
    scaling the turns from the rest pose. `seed` and the times of the words choose among the
    recorded ways to make each gesture, and vary them. The same arguments give the same bytes.
    The spans tell which function was made when, and after which unit. Raises `UserError` for
    values out of range.
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
    made, within, beyond = gesture_sizes(intensity)
    rng = np.random.default_rng([seed, _fingerprint(text)])
    cast_plan, parts = cast(plan, model.parts, style.manner, style.energy, rng)
    performed = Plan(
        tuple(_kept_within(g, within, plan.duration) for g in cast_plan), plan.duration
    )
    code = _rollout(model, text, performed, parts, style, int(rng.integers(2**31)))
    code = code * _fade_out(len(code), plan.duration)[:, None]
    frames = max(1, round(plan.duration * fps))
    vector = model.code.decode(resample_cubic(code, FPS, fps, frames))
    rest = model.rests[model.manners.index(style.manner)]
    rotations = smooth_rotations(vector_to_rotations(vector, rest, beyond), SMOOTHING * fps)
    return Motion(
        skeleton=HUMANOID,
        rotations=rotations,
        root=np.tile(HUMANOID.rest_positions[0], (frames, 1)),
        fps=fps,
        spans=_spans(performed, model, parts) if made else (),
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


def _rollout(
    model: GestureModel,
    text: TextFeatures,
    plan: Plan,
    parts: tuple[int, ...],
    style: Style,
    seed: int,
) -> Array:
    """Motion code (T, K) at `FPS`: overlapping windows, each seeded by the one before.

    The first is seeded by the rest pose, which is zero.
    """
    import torch

    frames = int(np.ceil(plan.duration * FPS)) + 1
    window, size = model.window, model.generator.config.seed
    padded = max(window, frames + (-frames) % 2)
    heard = torch.from_numpy(text_frames(text, padded, model.words, model.sentences))
    planned, owner = plan_frames(plan, padded)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad(), _single_thread():
        manner = torch.tensor([model.manners.index(style.manner)])
        mean, log_variance = model.generator.style(manner, torch.tensor([style.energy]))
        vector = mean + (0.5 * log_variance).exp() * torch.randn(mean.shape, generator=random)
        units = _unit_frames(model, parts, owner, random)
        noise = torch.randn((1, model.generator.config.noise), generator=random)
        out = np.zeros((padded, model.code.size))
        for start in (*range(0, padded - window, window - OVERLAP), padded - window):
            now = slice(start, start + window)
            given = torch.from_numpy(out[None, start : start + size]).float()
            inputs = (heard[now], torch.from_numpy(planned[now]), units[now])
            code = model.generator(*(x[None] for x in inputs), vector, noise, given)[0]
            _blend(out, code.double().numpy(), start)
    return out[:frames]


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


def _blend(out: Array, code: Array, start: int) -> None:
    """Write a window into `out` from frame `start`, crossfading over what is already there."""
    length = len(code)
    if start > 0:
        ramp = np.linspace(0.0, 1.0, OVERLAP + 2)[1:-1, None]
        code = code.copy()
        code[:OVERLAP] = (1.0 - ramp) * out[start : start + OVERLAP] + ramp * code[:OVERLAP]
    out[start : start + length] = code


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


def smooth_rotations(rotations: Array, deviation: float) -> Array:
    """Smooth rotations (T, J, 4) in time by a Gaussian of so many frames, as quaternions."""
    radius = max(1, round(3.0 * deviation))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(quat_continuous(rotations), ((radius, radius), (0, 0), (0, 0)), mode="edge")
    frames = len(rotations)
    smooth = sum(weight * padded[k : k + frames] for k, weight in enumerate(kernel))
    return quat_normalize(smooth)


def _spans(plan: Plan, model: GestureModel, parts: tuple[int, ...]) -> tuple[Span, ...]:
    return tuple(
        Span("gesture", gesture.function, gesture.start, gesture.end, model.parts[part].unit)
        for gesture, part in zip(plan, parts, strict=True)
    )


@contextmanager
def _single_thread() -> Iterator[None]:
    """One CPU thread: small networks run faster so, and sums always in the same order."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
