"""One sign by itself, as a reviewer looks at it."""

from __future__ import annotations

from dataclasses import replace

from gesture_core.motion import Motion, Span
from gesture_core.signing.arms import track_to_motion
from gesture_core.signing.contact import clear
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.realise import beats_of, resting_track, sign_to_track
from gesture_core.signing.stitch import Piece, join


def preview_motion(gloss: str, lexicon: Lexicon, speed: float = 1.0) -> Motion:
    """The sign of a gloss, number or jamo, from hanging hands and back to them.

    Spans: "gloss" from the first posture to the end of the last hold, and for each posture a
    "step" from when it is reached until it is left.
    """
    sign = lexicon.sign(gloss)
    track = sign_to_track(sign, lexicon, speed)
    joined = join([Piece(track, 0)], resting_track(track.fps), speed)
    ((first, _),) = joined.spans
    start = first / track.fps
    end = start + (track.frames - 1) / track.fps
    spans = [Span("gloss", gloss, start, end, "sign")]
    for number, beat in enumerate(beats_of(sign, lexicon, speed)):
        spans.append(Span("step", str(number + 1), start + beat.reached, start + beat.left))
    return replace(track_to_motion(clear(joined.track)), spans=tuple(spans))
