"""One glossed sentence as movement: its signs joined, its face and head, its words on the lips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from gesture_core.motion import Motion, Span
from gesture_core.signing.arms import track_to_motion
from gesture_core.signing.contact import clear
from gesture_core.signing.fingerspelling import spell
from gesture_core.signing.following import follow_head
from gesture_core.signing.glosses import DIGIT_BY_DIGIT, GlossedSentence, GlossToken
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.mouthing import MouthedWord, mouthing
from gesture_core.signing.nonmanual import (
    MOUTH_CHANNELS,
    MOUTHING,
    TimedNonManual,
    face_and_head,
    united,
)
from gesture_core.signing.notation import HandPosture, Sign, Step
from gesture_core.signing.realise import sign_to_track
from gesture_core.signing.stitch import Piece, join
from gesture_core.signing.timing import load_timing
from gesture_core.signing.track import FPS, Track

_REST_STEP = Step(
    strong=HandPosture(
        "relaxed", (-0.86, -0.36, 0.36), (0.0, -0.71, -0.71), "belly", (0.0, -0.03, 0.14)
    ),
    weak=HandPosture(
        "relaxed", (-0.86, -0.36, 0.36), (0.0, -0.71, -0.71), "belly", (0.0, -0.07, 0.09)
    ),
    named=("strong", "weak"),
)
_REST = Sign("", (_REST_STEP,))
"""Where the hands are when nothing is signed: one before the other, low before the body."""

_LOOSE = 0.3
"""Seconds, and share of its length, that may be cut from either end of a recorded sign."""
_CAPTION, _CAPTION_LETTER, _CAPTION_MOST = 0.8, 0.06, 4.0
"""Seconds for which a caption that nobody signs is shown, in all, a letter, and at most."""
_MOUTH_AHEAD, _MOUTH_BEHIND = 0.08, 0.06
"""Seconds by which the lips begin before the hands and end after them."""


@dataclass(frozen=True, eq=False)
class _Stroke:
    """A piece and the entry of the lexicon it shows, if any."""

    piece: Piece
    sign: Sign | None = None


@dataclass(frozen=True)
class _Timed:
    """When a token or a piece is signed, seconds."""

    start: float
    end: float


def sign_sentence(
    sentence: GlossedSentence, lexicon: Lexicon, *, speed: float = 1.0, mouthed: bool = True
) -> Motion:
    """Sign one sentence from rest to rest, at `FPS` frames a second, the right hand being strong.

    `speed`: 1 as measured on signers; `mouthed`: with Korean words on the lips. Spans: `gloss`
    (source: its class), `letter` of spelled words, `nonmanual` (source: its channel) and
    `subtitle`, the sentence itself. Breath, blinks and gaze come later: `signing.presence`.
    """
    tokens = sentence.signed
    strokes = [
        stroke
        for number, token in enumerate(tokens)
        for stroke in _strokes(number, token, lexicon, speed)
    ]
    joined = join([stroke.piece for stroke in strokes], rest_track(lexicon), speed)
    times = [_Timed(start / FPS, stop / FPS) for start, stop in joined.spans]
    spoken = _token_times(strokes, times)
    hold = load_timing().hold.sentence / speed
    own = tuple(_of_entries(strokes, times, hold))
    timed = united((*_of_sentence(sentence, spoken, hold), *own))
    face, head = face_and_head(
        (item for item in timed if item.channel != MOUTHING),
        np.arange(joined.track.frames) / FPS,
    )
    if mouthed:
        words = _mouthed_words(tokens, spoken, own)
        face = np.maximum(face, mouthing(words, joined.track.frames / FPS, FPS))
    track = replace(
        joined.track,
        head=joined.track.head + head,
        face=np.maximum(joined.track.face, face),
    )
    motion = track_to_motion(clear(follow_head(track)))
    return replace(motion, spans=tuple(_spans(sentence, strokes, times, spoken, timed)))


def rest_track(lexicon: Lexicon) -> Track:
    """One frame of both hands at rest before the body."""
    return sign_to_track(_REST, lexicon).during(slice(0, 1))


def _strokes(number: int, token: GlossToken, lexicon: Lexicon, speed: float) -> Iterator[_Stroke]:
    """What is performed for a token, in order."""
    if token.kind == "caption":
        seconds = min(_CAPTION + _CAPTION_LETTER * len(token.gloss), _CAPTION_MOST)
        yield _Stroke(Piece(None, number, seconds=seconds))
        return
    for part in _runs(token):
        figures = token.rule == DIGIT_BY_DIGIT and part.isdigit()
        spelled = figures or token.kind == "fingerspelled" or not lexicon.has(part)
        for sign in spell(part, lexicon) if spelled else (lexicon.sign(part),):
            recorded = sign.recording is not None
            pace = speed if spelled or recorded else speed * load_timing().connected
            track = sign_to_track(sign, lexicon, pace)
            loose = round(_LOOSE * min(FPS, track.frames)) if recorded else 0
            letter = sign.gloss if spelled else ""
            yield _Stroke(Piece(track, number, letter, (loose, loose)), sign)


def _runs(token: GlossToken) -> Iterator[str]:
    """Its parts, figures given one by one in one piece: as letters, equal ones are told apart."""
    if token.rule != DIGIT_BY_DIGIT:
        yield from token.parts
        return
    for figures, run in groupby(token.parts, str.isdigit):
        parts = list(run)
        yield from ["".join(parts)] if figures else parts


def _token_times(strokes: Sequence[_Stroke], times: Sequence[_Timed]) -> dict[int, _Timed]:
    """When each token is signed, from its first piece to its last."""
    found: dict[int, _Timed] = {}
    for stroke, time in zip(strokes, times, strict=True):
        first = found.setdefault(stroke.piece.token, time)
        found[stroke.piece.token] = _Timed(first.start, time.end)
    return found


def _of_sentence(
    sentence: GlossedSentence, spoken: dict[int, _Timed], hold: float
) -> Iterator[TimedNonManual]:
    """The non-manuals that the glosser puts over tokens; those at the end last as its hold does."""
    final = len(sentence.signed) - 1
    for item in sentence.non_manuals:
        end = spoken[item.last].end + (hold if item.last == final else 0.0)
        yield TimedNonManual(item.channel, item.value, spoken[item.first].start, end)


def _of_entries(
    strokes: Sequence[_Stroke], times: Sequence[_Timed], hold: float
) -> Iterator[TimedNonManual]:
    """The non-manuals that belong to the signs themselves; the last one's last as its hold does."""
    for number, (stroke, time) in enumerate(zip(strokes, times, strict=True), 1):
        end = time.end + (hold if number == len(strokes) else 0.0)
        for channel, value in stroke.sign.face.items() if stroke.sign else ():
            yield TimedNonManual(channel, value, time.start, end)


def _mouthed_words(
    tokens: Sequence[GlossToken],
    spoken: dict[int, _Timed],
    own: Sequence[TimedNonManual],
) -> list[MouthedWord]:
    """The Korean word of every token whose signs do nothing else with the mouth: what a whole
    sentence shows there (`own` leaves it out) goes with its words."""
    words = []
    for number, time in spoken.items():
        token = tokens[number]
        here = [item for item in own if item.start < time.end and item.end > time.start]
        if token.kind == "caption" or any(item.channel in MOUTH_CHANNELS for item in here):
            continue
        given = [item.value for item in here if item.channel == MOUTHING]
        text = " ".join(given) or token.word or token.gloss
        words.append(MouthedWord(text, time.start - _MOUTH_AHEAD, time.end + _MOUTH_BEHIND))
    return words


def _spans(
    sentence: GlossedSentence,
    strokes: Sequence[_Stroke],
    times: Sequence[_Timed],
    spoken: dict[int, _Timed],
    timed: Sequence[TimedNonManual],
) -> Iterator[Span]:
    for number, time in spoken.items():
        token = sentence.signed[number]
        yield Span("gloss", token.gloss, time.start, time.end, token.kind)
    for stroke, time in zip(strokes, times, strict=True):
        if stroke.piece.letter:
            yield Span("letter", stroke.piece.letter, time.start, time.end)
    for item in timed:
        yield Span("nonmanual", item.value, item.start, item.end, item.channel)
    if times:
        yield Span("subtitle", sentence.text, times[0].start, times[-1].end)
