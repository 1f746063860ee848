"""Signing by a learned model: glosses or Korean text in, frames or Motion out, running freely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import Checkpoint, load_checkpoint
from gesture_core.correction import correct
from gesture_core.errors import UserError
from gesture_core.gestures.easing import ease
from gesture_core.motion import Motion, Span, concatenate, resample
from gesture_core.pose.solve import solve
from gesture_core.rotation import quat_continuous, quat_slerp
from gesture_core.signing.keypoint_frames import Ranges, frames_to_keypoints, one_hot
from gesture_core.signing.motion_frames import frames_to_motion

if TYPE_CHECKING:
    from gesture_core.models.sign_models import SignModel

Array = NDArray[np.float64]
Representation = Literal["keypoints", "motion"]
Tokens = Literal["gloss", "text"]
"""What a model is told: glosses, or the morphemes of the text."""

KIND = "sign"
PADDING, UNKNOWN = 0, 1
WAY = 0.4
"""Seconds from rest to the first sign, between sentences, and back to rest."""
MOST = 60.0
"""Seconds of a sentence after which a model that does not stop is stopped."""


@dataclass(frozen=True, eq=False)
class LearnedSigner:
    """A trained network with everything that its frames need to be understood.

    `vocabulary`: tokens from number 2 on; `told`: what they are, glosses or the morphemes of the
    text; `representation`: what its frames are, at `fps`; `details`: all that the checkpoint says.
    """

    network: SignModel
    ranges: Ranges
    vocabulary: tuple[str, ...]
    signers: tuple[str, ...]
    told: Tokens
    representation: Representation
    fps: float
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    sha256: str = ""

    def unknown(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Tokens that it never met."""
        known = set(self.vocabulary)
        return tuple(token for token in tokens if token not in known)

    def sign(
        self, tokens: Sequence[Sequence[str]], signers: Sequence[str] = ()
    ) -> list[SignedFrames]:
        """Sign sentences of tokens, in one go, each as one of the `signers` if told.

        A sentence of no tokens is refused with `UserError`.
        """
        import torch

        from gesture_core.models.signed import Told

        if not tokens or not all(tokens):
            raise UserError("a sentence without tokens cannot be signed")
        numbers = token_numbers(tokens, self.vocabulary)
        names = signers or [""] * len(tokens)
        who = np.stack([np.float32(one_hot(name, self.signers)) for name in names])
        told = Told(torch.from_numpy(numbers), torch.from_numpy(who))
        made = self.network.sign(told, round(MOST * self.fps))
        return [
            SignedFrames(
                self.ranges.restore(made.frames[row, :length].double().numpy()),
                made.attention[row, :length, : len(tokens[row])].double().numpy(),
            )
            for row, length in enumerate(made.lengths.tolist())
        ]

    def motion(self, frames: Array) -> Motion:
        """The Motion of frames (T, K): keypoints are lifted, our own are taken as they are."""
        if self.representation == "motion":
            return frames_to_motion(frames, self.fps)
        from gesture_core.pose.lift import LIFTED, lift

        lifted = lift(frames_to_keypoints(frames, self.fps))
        return solve(lifted.positions, LIFTED, self.fps, confidence=lifted.confidence())

    def card(self) -> dict[str, Any]:
        """What a clip's provenance should say of the model."""
        kept = ("model", "told", "representation", "data")
        return {key: self.details[key] for key in kept} | {"sha256": self.sha256}


@dataclass(frozen=True, eq=False)
class SignedFrames:
    """`frames` (T, K) of one sentence, and `attention` (T, N) to its tokens."""

    frames: Array
    attention: Array


@lru_cache(maxsize=2)
def load_signer(path: Path) -> LearnedSigner:
    """The model of a checkpoint; `UserError` says why a file is none."""
    return learned_signer(load_checkpoint(path, KIND))


def learned_signer(checkpoint: Checkpoint) -> LearnedSigner:
    """The model of a checkpoint that was read; `UserError` when the two do not fit."""
    from gesture_core.models.sign_models import build_sign_model

    details, tensors = checkpoint.details, checkpoint.tensors
    try:
        network = build_sign_model(details["model"])
        state = {name: value.float() for name, value in checkpoint.part("network").items()}
        network.load_state_dict(state)
        low, high = (tensors[f"ranges.{end}"].double().numpy() for end in ("low", "high"))
        told, representation = details["told"], details["representation"]
        if told not in get_args(Tokens) or representation not in get_args(Representation):
            raise ValueError(f"it is told {told!r} and makes {representation!r}")
        return LearnedSigner(
            network.eval().requires_grad_(False),  # type: ignore[arg-type]
            Ranges(low, high),
            tuple(details["vocabulary"]),
            tuple(details["signers"]),
            told,
            representation,
            float(details["fps"]),
            details,
            checkpoint.sha256,
        )
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise UserError(f"the checkpoint does not hold a model that signs: {error}") from error


def token_numbers(
    sentences: Sequence[Sequence[str]], vocabulary: Sequence[str]
) -> NDArray[np.int64]:
    """Numbers (B, N) of tokens: 0 beyond a sentence's end, 1 for those not in the vocabulary."""
    number = {token: index for index, token in enumerate(vocabulary, UNKNOWN + 1)}
    rows = np.full((len(sentences), max(map(len, sentences))), PADDING, dtype=np.int64)
    for row, tokens in enumerate(sentences):
        rows[row, : len(tokens)] = [number.get(token, UNKNOWN) for token in tokens]
    return rows


def text_tokens(text: str) -> tuple[str, ...]:
    """Korean text as its morphemes, `form/TAG`."""
    from gesture_core.text.morphemes import analyse

    return tuple(f"{part.form}/{part.tag}" for word in analyse(text) for part in word)


def produce(
    sentences: Sequence[tuple[str, Sequence[str]]], signer: LearnedSigner, fps: float
) -> Motion:
    """Sign sentences, each its Korean text and its glosses, one after the other, from rest to rest.

    The motion has spans of kind "gloss" where the model attended to each token, and "subtitle"
    for each text. The model was taught signs without the rest around them, so the ways to and
    from them are added here; and what no body can do, which a model does not know, is corrected.
    """
    told = [
        tuple(glosses) if signer.told == "gloss" else text_tokens(text)
        for text, glosses in sentences
    ]
    parts = [resting(signer.fps)]
    for (text, _), tokens, made in zip(sentences, told, signer.sign(told), strict=True):
        motion = signer.motion(made.frames)
        spans = gloss_spans(made.attention, tokens, signer.fps)
        subtitle = Span("subtitle", text, 0.0, motion.duration)
        parts.append(replace(motion, spans=(*spans, subtitle)))
    return correct(resample(join_motions([*parts, resting(signer.fps)]), fps))


def resting(fps: float) -> Motion:
    """A frame of the rest between sentences, both hands before the body."""
    from gesture_core.signing.arms import track_to_motion
    from gesture_core.signing.lexicon import load_lexicon
    from gesture_core.signing.sentence import rest_track

    return replace(track_to_motion(rest_track(load_lexicon())), fps=fps)


def join_motions(motions: Sequence[Motion], seconds: float = WAY) -> Motion:
    """Motions at one frame rate in order, each led over into the next in some `seconds`."""
    parts = [motions[0]]
    for before, after in pairwise(motions):
        parts += [_way(before, after, seconds), after]
    whole = concatenate(parts)
    return replace(whole, rotations=quat_continuous(whole.rotations))


def _way(before: Motion, after: Motion, seconds: float) -> Motion:
    """From the last frame of one motion to the first of another, both left out."""
    steps = max(2, round(seconds * before.fps))
    share = ease(np.arange(1, steps) / steps)

    def between(one: Array, other: Array) -> Array:
        return one + share[:, None] * (other - one)

    return Motion(
        before.skeleton,
        quat_slerp(before.rotations[-1:], after.rotations[:1], share[:, None]),
        between(before.root[-1], after.root[0]),
        before.fps,
        between(before.expressions[-1], after.expressions[0]),
    )


def gloss_spans(attention: Array, tokens: Sequence[str], fps: float) -> tuple[Span, ...]:
    """When each token was signed: the split in order that the attention (T, N) fits best.

    Every token gets a frame at least while there are enough; else the last ones get none.
    """
    bounds = best_split(np.log(np.maximum(attention, 1e-6)))
    return tuple(
        Span("gloss", token, first / fps, last / fps, "learned")
        for token, first, last in zip(tokens, bounds[:-1], bounds[1:], strict=True)
        if last > first
    )


def best_split(score: Array) -> NDArray[np.intp]:
    """Borders (N + 1,) of N stretches in order over T frames, of the greatest sum of `score`.

    `score` (T, N). Stretches are at least one frame long where T ≥ N, else the last are empty.
    """
    frames, count = score.shape
    if frames < count:
        return np.minimum(np.arange(count + 1), frames).astype(np.intp)
    best = np.full((frames, count), -np.inf)
    best[:, 0] = score[:, 0].cumsum()
    moved = np.zeros((frames, count), dtype=bool)
    for frame in range(1, frames):
        stayed, came = best[frame - 1, 1:], best[frame - 1, :-1]
        moved[frame, 1:] = came > stayed
        best[frame, 1:] = score[frame, 1:] + np.maximum(stayed, came)
    borders = [frames]
    token = count - 1
    for frame in range(frames - 1, 0, -1):
        if moved[frame, token]:
            borders.append(frame)
            token -= 1
    return np.array([0, *borders[::-1]], dtype=np.intp)
