"""Signs joined into one movement: the ways between them, and hands that wait for their part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from gesture_core.gestures.easing import ease
from gesture_core.motion import EXPRESSIONS
from gesture_core.rotation import Array
from gesture_core.signing.arms import MIRROR_PLACE, mirrored
from gesture_core.signing.timing import frames_of, load_timing
from gesture_core.signing.track import HandTrack, Track, join_hands
from gesture_core.signing.transitions import (
    Brink,
    bridge,
    brinks,
    held,
    middle_line,
    travel_seconds,
)

LATE = 1.5
"""A hand that has this many times the time its way needs waits first, and goes in time."""
LINGER = 0.2
"""Seconds that a hand stays after its part before it goes to rest."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One stroke, from its first posture to the end of its hold, and what it stands for.

    `token`: index of the gloss it belongs to; `letter`: of a fingerspelled word; `loose`: frames
    at its beginning and end that may be cut away to join it where hands are nearest, as those of
    a recording. Without a `track` it is a pause of `seconds`.
    """

    track: Track | None
    token: int
    letter: str = ""
    loose: tuple[int, int] = (0, 0)
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Joined:
    """A stretch of signing that begins and ends at rest; `spans`: frames of every piece."""

    track: Track
    spans: tuple[tuple[int, int], ...]


def join(pieces: Sequence[Piece], rest: Track, speed: float = 1.0) -> Joined:
    """Join pieces in order, from `rest` (one frame) and back to it, at `speed`.

    A way between two signs takes as long as its slower hand needs by measured timing. A hand keeps
    its posture through signs that do without it, unless the wait is long or nothing follows: then
    it goes to rest. The last posture is held for the end of a sentence.
    """
    hold, fps = load_timing().hold, rest.fps
    lead, still = (frames_of(seconds, fps, speed) for seconds in (hold.rest, hold.sentence))
    hands = [
        _Hand([_Part(0, held(hand, 0, lead))], _Part(0, hand), fps, speed) for hand in _hands(rest)
    ]
    spans: list[tuple[int, int]] = []
    place = lead
    cuts = nearest_cuts(pieces)
    for piece in cuts:
        count = frames_of(piece.seconds, fps, speed)
        if piece.track is not None:
            count = piece.track.frames
            used = [_used(hand) for hand in _hands(piece.track)]
            place = max(hand.ready(place, parts) for hand, parts in zip(hands, used, strict=True))
            for hand, parts in zip(hands, used, strict=True):
                hand.add(place, parts)
        spans.append((place, place + count))
        place += count
    for hand in hands:
        hand.stay(place, place + still)
    place = max(hand.ready(place + still, [hand.rest]) for hand in hands)
    for hand in hands:
        hand.parts.append(_Part(place, held(hand.rest.hand, 0, lead)))
    strong, weak = hands
    kept = weak.filled()
    made = strong.filled(middle_line(kept) * MIRROR_PLACE)
    frames = place + lead
    head, face = _head_and_face(cuts, spans, frames)
    return Joined(Track(fps, mirrored(made), kept, head, face), tuple(spans))


@dataclass(eq=False)
class _Part:
    """What signs have a hand do from frame `start` on; as a left hand."""

    start: int
    hand: HandTrack

    @property
    def stop(self) -> int:
        return self.start + self.hand.frames

    @cached_property
    def brinks(self) -> tuple[Brink, Brink]:
        return brinks(self.hand)


@dataclass(eq=False)
class _Hand:
    """The parts of one hand in time, and `rest`, the one frame in which it rests."""

    parts: list[_Part]
    rest: _Part
    fps: float
    speed: float

    def ready(self, place: int, parts: list[_Part]) -> int:
        """First frame from `place` on at which a piece with these parts may begin."""
        if not parts:
            return place
        last, first = self.parts[-1], parts[0]
        return max(place, last.stop + self._way(last, first) - first.start)

    def add(self, place: int, parts: list[_Part]) -> None:
        """Take the parts of a piece that begins at frame `place`."""
        for part in parts:
            part.start += place
        self.parts += parts

    def stay(self, start: int, stop: int) -> None:
        """Hold what ends at `start` until `stop`."""
        last = self.parts[-1]
        if last.stop == start:
            self.parts.append(_Part(start, held(last.hand, -1, stop - start)))

    def filled(self, other: Array | None = None) -> HandTrack:
        """All frames: the parts and the ways between them, round the `other` hand `(T, P, 3)`."""
        tracks = [self.parts[0].hand]
        for before, after in pairwise(self.parts):
            tracks += [*self._between(before, after, other), after.hand]
        whole = join_hands(tracks)
        return replace(whole, active=np.ones(whole.frames, bool))

    def _between(self, before: _Part, after: _Part, other: Array | None) -> list[HandTrack]:
        """From one part to the next: at once, after a wait, or by way of rest."""
        frames = after.start - before.stop
        if not frames:
            return []
        leaves = before.stop + self._frames(LINGER)
        arrives = leaves + self._way(before, self.rest)
        returns = after.start - self._way(self.rest, after)
        is_last = after is self.parts[-1]
        if returns - arrives > (0 if is_last else self._frames(load_timing().hold.drop)):
            return [
                held(before.hand, -1, leaves - before.stop),
                self._bridge(before, self.rest, leaves, arrives, other),
                held(self.rest.hand, 0, returns - arrives),
                self._bridge(self.rest, after, returns, after.start, other),
            ]
        need = self._way(before, after)
        waits = frames - need if frames > LATE * need else 0
        return [
            held(before.hand, -1, waits),
            self._bridge(before, after, before.stop + waits, after.start, other),
        ]

    def _bridge(
        self, before: _Part, after: _Part, start: int, stop: int, other: Array | None
    ) -> HandTrack:
        near = None if other is None else other[start:stop]
        return bridge(before.brinks[1], after.brinks[0], stop - start, near)

    def _way(self, before: _Part, after: _Part) -> int:
        return self._frames(travel_seconds(before.brinks[1], after.brinks[0]))

    def _frames(self, seconds: float) -> int:
        return frames_of(seconds, self.fps, self.speed)


def nearest_cuts(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without those loose frames that lie beyond where neighbours' hands are nearest."""
    tracks = list(pieces)
    signed = [number for number, piece in enumerate(pieces) if piece.track is not None]
    for one, other in pairwise(signed):
        before, after = tracks[one], tracks[other]
        if before.track is None or after.track is None:
            continue
        length = before.track.frames
        tail = np.arange(max(0, length - before.loose[1] - 1), length)
        head = np.arange(min(after.loose[0] + 1, after.track.frames))
        last, first = np.unravel_index(
            np.argmin(_apart(before.track.during(tail), after.track.during(head))),
            (len(tail), len(head)),
        )
        tracks[one] = replace(before, track=before.track.during(slice(0, int(tail[last]) + 1)))
        tracks[other] = replace(after, track=after.track.during(slice(int(head[first]), None)))
    return tracks


def _apart(before: Track, after: Track) -> Array:
    """Metres between the hands that both use, by frame of one and the other `(B, A)`."""
    total = np.zeros((before.frames, after.frames))
    for one, other in ((before.strong, after.strong), (before.weak, after.weak)):
        both = one.active[:, None] & other.active
        total += both * np.linalg.norm(one.wrist[:, None] - other.wrist, axis=-1)
    return total


def _head_and_face(
    pieces: Sequence[Piece], spans: Sequence[tuple[int, int]], frames: int
) -> tuple[Array, Array]:
    """What recorded signs do with head `(T, 3)` and face `(T, 52)`, going over into each other."""
    head, face = np.zeros((frames, 3)), np.zeros((frames, len(EXPRESSIONS)))
    known = np.zeros(frames, bool)
    known[[0, -1]] = True
    for piece, (start, stop) in zip(pieces, spans, strict=True):
        if piece.track is not None:
            head[start:stop], face[start:stop] = piece.track.head, piece.track.face
            known[start:stop] = True
    times = np.arange(frames)
    before = np.maximum.accumulate(np.where(known, times, 0))
    after = np.minimum.accumulate(np.where(known, times, frames - 1)[::-1])[::-1]
    share = ease((times - before) / np.maximum(after - before, 1))[:, None]
    head, face = ((1.0 - share) * part[before] + share * part[after] for part in (head, face))
    return head, face


def _hands(track: Track) -> tuple[HandTrack, HandTrack]:
    """The strong and the weak hand, both as left hands."""
    return mirrored(track.strong), track.weak


def _used(hand: HandTrack) -> list[_Part]:
    """The stretches in which a sign uses a hand."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hand.active, [False]]).astype(int)))
    return [
        _Part(int(start), hand.during(slice(start, stop))) for start, stop in edges.reshape(-1, 2)
    ]
