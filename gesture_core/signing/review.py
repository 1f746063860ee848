"""Signs one after another, with labels and key moments, for whoever reviews the lexicon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gesture_core.motion import Motion, Span, concatenate
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.notation import Sign
from gesture_core.signing.preview import preview_motion

MOMENTS = 4
"""Key moments of a sign that is made of fewer postures."""


def review_motion(glosses: Sequence[str], lexicon: Lexicon, speed: float = 1.0) -> Motion:
    """The signs of `glosses`, each from rest to rest; `UserError` for one that is not there.

    Spans are those of `preview_motion`, with English in the "gloss", and over the whole time of a
    sign a "subtitle" that says where its form is from and how far it was reviewed.
    """
    return concatenate([_labelled(preview_motion(g, lexicon, speed), lexicon.sign(g))
                        for g in glosses])  # fmt: skip


def _labelled(motion: Motion, sign: Sign) -> Motion:
    name = f"{sign.gloss} · {sign.en}" if sign.en else sign.gloss
    told = f"{short_source(sign)} · {sign.review}"
    spans = [replace(s, text=name) if s.kind == "gloss" else s for s in motion.spans]
    return replace(motion, spans=(*spans, Span("subtitle", told, 0.0, motion.duration, sign.file)))


def short_source(sign: Sign) -> str:
    """Where the form of a sign is from, without the explanation in brackets."""
    return re.sub(r"\s*\([^)]*\)", "", sign.source) or "no source"


def key_frames(motion: Motion, moments: int = MOMENTS) -> tuple[int, ...]:
    """Frames of a `review_motion`, `moments` of every sign: each posture as it is reached, and what
    lies evenly between the first and the last."""
    steps = [span for span in motion.spans if span.kind == "step"]
    found: list[int] = []
    for sign in (span for span in motion.spans if span.kind == "gloss"):
        own = [step for step in steps if sign.start <= step.start < sign.end]
        times = np.linspace(own[0].start, own[-1].end, moments)
        for step in own:
            times[np.argmin(np.abs(times - step.start))] = step.start
        found += np.round(np.sort(times) * motion.fps).astype(int).tolist()
    return tuple(min(frame, motion.frames - 1) for frame in found)


def most_postures(motion: Motion) -> int:
    """How many key moments the sign with the most postures needs, `MOMENTS` at least."""
    signs = [span for span in motion.spans if span.kind == "gloss"]
    steps = [span for span in motion.spans if span.kind == "step"]
    counts = [sum(sign.start <= step.start < sign.end for step in steps) for sign in signs]
    return max(MOMENTS, *counts)
