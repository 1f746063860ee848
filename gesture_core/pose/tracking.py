"""Following one person through pictures with several.

Everybody is followed at once, each picture's people being assigned to those of the pictures
before as a whole, so that two who pass each other do not trade places; then the one who is
largest, most complete, most central and longest in the picture is kept. All measures are in
metres, by the size that each person has in the picture: a gate in pixels would depend on the
camera.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gesture_core.keypoints import BODY_SLICE, KEYPOINTS, Crowd, Keypoints, keypoint

Array = NDArray[np.float64]

MIN_CONFIDENCE = 0.2
"""Points below it do not tell where somebody is."""

# Lengths in metres of an adult's parts. Turning away only shortens them in the picture, so the
# longest of them by this measure is the nearest to the person's true size.
_LENGTHS = (
    (keypoint("leftShoulder"), keypoint("rightShoulder"), 0.36),
    (keypoint("neck"), keypoint("midHip"), 0.50),
    (keypoint("nose"), keypoint("neck"), 0.22),
    (keypoint("leftEar"), keypoint("rightEar"), 0.15),
    (keypoint("leftEye"), keypoint("rightEye"), 0.064),
)
_TORSO = 3  # the lengths before this one; the head's are used where the torso is not seen

_UPPER_BODY = [
    keypoint(name)
    for name in ("nose", "neck")
    + tuple(side + part for side in ("left", "right") for part in ("Shoulder", "Elbow", "Wrist"))
]

# Two sightings are of one person when they are nearer than this, and closer in size than this
# factor; what a person may move grows with the time between them.
_REACH, _SPEED, _LONGEST_REACH = 0.35, 2.0, 1.0  # metres, metres a second, metres
_SIZE_FACTOR = 1.7
_SIZE_WEIGHT = 0.5  # metres for a size that differs by the factor e
_MEMORY = 2.0  # seconds after which somebody who is not seen has left
_STEADINESS = 0.25  # seconds over which the velocity is averaged

# People smaller than this share of the followed one stand in the audience or on a poster.
_COUNTED_SIZE = 0.35
_COUNTED_POINTS = 3


@dataclass
class _Track:
    """Somebody seen in some pictures: which entry of each, and where they were going."""

    body: Array  # (25, 2) where each point was seen last
    known: NDArray[np.bool_]  # (25,)
    size: float  # pixels per metre
    last: int  # picture in which they were seen last
    velocity: Array = field(default_factory=lambda: np.zeros(2))  # pixels a picture
    sightings: list[tuple[int, int]] = field(default_factory=list)  # (picture, entry)


def follow(crowd: Crowd) -> Keypoints:
    """The main person of a scene, and how many people each picture holds.

    Pictures in which that person is not seen have confidence 0 throughout. `people` counts those
    with three confident points or more who are not much smaller than the main person. Entering,
    leaving for a moment and being hidden for up to two seconds keep the identity.
    """
    sizes = [person_sizes(people) for people in crowd.frames]
    tracks = _tracks(crowd, sizes)
    shape = (len(crowd.frames), len(KEYPOINTS))
    points, confidence = np.zeros((*shape, 2)), np.zeros(shape)
    main = max(tracks, key=lambda track: _importance(track, crowd, sizes), default=None)
    for number, entry in main.sightings if main else ():
        points[number] = crowd.frames[number][entry, :, :2]
        confidence[number] = crowd.frames[number][entry, :, 2]
    people = _count(crowd, sizes, main)
    return Keypoints(points, confidence, people, crowd.fps, crowd.width, crowd.height)


def person_sizes(people: Array) -> Array:
    """Pixels per metre (N,) of everybody in (N, 137, 3), 0 where too little of them is seen."""
    measured = np.zeros((len(_LENGTHS), len(people)))
    for row, (start, end, metres) in enumerate(_LENGTHS):
        seen = (people[:, [start, end], 2] >= MIN_CONFIDENCE).all(axis=1)
        length = np.linalg.norm(people[:, start, :2] - people[:, end, :2], axis=1)
        measured[row] = np.where(seen, length / metres, 0.0)
    torso = measured[:_TORSO].max(axis=0, initial=0.0)
    return np.where(torso > 0, torso, measured[_TORSO:].max(axis=0, initial=0.0))


def _tracks(crowd: Crowd, sizes: list[Array]) -> list[_Track]:
    """Everybody who can be told apart, in the order in which they came."""
    tracks: list[_Track] = []
    for number, people in enumerate(crowd.frames):
        entries = np.flatnonzero(sizes[number] > 0)
        present = [t for t in tracks if number - t.last <= _MEMORY * crowd.fps]
        taken = _assign(present, people[entries], sizes[number][entries], number, crowd.fps)
        for entry, track in zip(entries, taken, strict=True):
            person, size = people[entry, BODY_SLICE], float(sizes[number][entry])
            if track is None:
                track = _Track(person[:, :2].copy(), np.zeros(len(person), bool), size, number)
                tracks.append(track)
            _see(track, person, size, number, crowd.fps)
            track.sightings.append((number, int(entry)))
    return tracks


def _assign(
    tracks: list[_Track], people: Array, sizes: Array, number: int, fps: float
) -> list[_Track | None]:
    """For each of the people the track it continues, so that the sum of the costs is least."""
    taken: list[_Track | None] = [None] * len(people)
    if not tracks or not len(people):
        return taken
    cost = np.array([_costs(track, people, sizes, number, fps) for track in tracks])
    # An assignment that is not allowed costs more than all that are, so that it is made only
    # where nothing else is left, and is then dropped.
    forbidden = 1.0 + cost[np.isfinite(cost)].sum()
    for row, column in zip(
        *linear_sum_assignment(np.where(np.isfinite(cost), cost, forbidden)), strict=True
    ):
        if np.isfinite(cost[row, column]):
            taken[column] = tracks[row]
    return taken


def _costs(track: _Track, people: Array, sizes: Array, number: int, fps: float) -> Array:
    """How unlike each of the people is to what the track foretells, in metres; inf: impossible."""
    elapsed = number - track.last
    foretold = track.body + track.velocity * elapsed
    seen = (people[:, BODY_SLICE, 2] >= MIN_CONFIDENCE) & track.known
    apart = np.linalg.norm(people[:, BODY_SLICE, :2] - foretold, axis=-1)
    count = seen.sum(axis=1)
    metres = (apart * seen).sum(axis=1) / np.maximum(count, 1) / track.size
    ratio = np.abs(np.log(sizes / track.size))
    reach = min(_REACH + _SPEED * (elapsed - 1) / fps, _LONGEST_REACH)
    possible = (count > 0) & (metres <= reach) & (ratio <= np.log(_SIZE_FACTOR))
    return np.where(possible, metres + _SIZE_WEIGHT * ratio, np.inf)


def _see(track: _Track, person: Array, size: float, number: int, fps: float) -> None:
    """Take a sighting (25, 3) into the track."""
    seen = person[:, 2] >= MIN_CONFIDENCE
    both = seen & track.known
    elapsed = number - track.last
    share = 1.0 - np.exp(-max(elapsed, 1) / (_STEADINESS * fps))
    if elapsed and both.any():
        step = np.median(person[both, :2] - track.body[both], axis=0) / elapsed
        track.velocity = track.velocity + share * (step - track.velocity)
    # Points that are not seen now move on with the others, so that they stay comparable.
    track.body = np.where(seen[:, None], person[:, :2], track.body + track.velocity * elapsed)
    track.known |= seen
    track.size += share * (size - track.size)
    track.last = number


def _importance(track: _Track, crowd: Crowd, sizes: list[Array]) -> float:
    """Sum over the pictures of size, completeness of the upper body and nearness to the middle."""
    total = 0.0
    for number, entry in track.sightings:
        person = crowd.frames[number][entry]
        seen = person[person[:, 2] >= MIN_CONFIDENCE]
        aside = abs(float(np.median(seen[:, 0])) / crowd.width - 0.5)
        complete = float(np.clip(person[_UPPER_BODY, 2], 0.0, 1.0).mean())
        total += float(sizes[number][entry]) * complete * (1.0 - min(aside, 0.5))
    return total


def _count(crowd: Crowd, sizes: list[Array], main: _Track | None) -> NDArray[np.int64]:
    if main is None:
        return np.zeros(len(crowd.frames), np.int64)
    usual = float(np.median([sizes[number][entry] for number, entry in main.sightings]))
    counts = [
        np.sum(
            (size >= _COUNTED_SIZE * usual)
            & ((people[..., 2] >= MIN_CONFIDENCE).sum(axis=1) >= _COUNTED_POINTS)
        )
        for people, size in zip(crowd.frames, sizes, strict=True)
    ]
    return np.array(counts, np.int64)
