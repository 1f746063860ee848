"""The best way of one voice through the frames of another that says the same words.

Dynamic time warping as a search for the cheapest path of states (Viterbi, 1967): every recorded
frame is either one of the reference's frames, in order, or part of a pause. Pauses are where the
reference allows them. Only states near the best one are followed, so minutes take little memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float64]

PAUSE = -1

_STAY = 1.0  # cost of hearing the same reference frame again; speech has a pace
_SKIP = (0.0, 1.0, 2.5)  # cost of going on by 1, 2 or 3 reference frames
_REST = 4.0  # cost of a pause between words, however long; without it closures would be pauses
_REACH = len(_SKIP) + 1  # columns: a pause in between is passed over for nothing
_BEAM = 600  # columns followed each way, six seconds


class _Columns(NamedTuple):
    """The states: a pause before each allowed frame, the frames themselves, a pause at the end.

    `features` (C, D): of the frames; `pause` (C,): which are pauses; `arriving` (5, C): what it
    costs to come from the same column, from one before, from two before …
    """

    features: Frames
    pause: NDArray[np.bool_]
    arriving: Frames


def walk(
    recorded: Frames, reference: Frames, pauses: NDArray[np.int64], pause_costs: Frames
) -> NDArray[np.int64]:
    """Return for each frame of `recorded` (N, D) its frame in `reference` (M, D), or `PAUSE`.

    `pauses`: the frames before which there may be a pause, beside the two ends; `pause_costs`
    (N,): what it costs that a recorded frame is no speech, as Euclidean distances are costs.
    """
    columns = _columns(reference, pauses)
    squares = (columns.features**2).sum(axis=1)
    count = len(columns.pause)
    totals = np.full(count, np.inf)
    low, high = 0, min(count, _BEAM)
    steps: list[tuple[int, NDArray[np.int8]]] = []
    for number, frame in enumerate(recorded):
        if number:
            best = low + int(totals[low:high].argmin())
            low, high = max(low, best - _BEAM), max(high, min(count, best + _BEAM))
            arrivals = _arrivals(totals, columns.arriving, low, high)
            chosen = arrivals.argmin(axis=0)
            reached = np.take_along_axis(arrivals, chosen[None], axis=0)[0]
        else:
            chosen = np.zeros(high - low, np.int64)
            reached = np.where(np.arange(high - low) < 2, 0.0, np.inf)
        near = columns.features[low:high]
        costs = np.sqrt(np.maximum(squares[low:high] + frame @ frame - 2 * (near @ frame), 0))
        costs[columns.pause[low:high]] = pause_costs[number]
        totals[:low] = np.inf
        totals[low:high] = reached + costs
        steps.append((low, chosen.astype(np.int8)))
    column = count - 2 + int(totals[-1] < totals[-2])
    path = np.zeros(len(recorded), np.int64)
    for number in range(len(recorded) - 1, -1, -1):
        path[number] = column
        low, chosen = steps[number]
        column -= int(chosen[column - low])
    frames = np.where(columns.pause, PAUSE, np.cumsum(~columns.pause) - 1)
    return frames[path]


def _columns(reference: Frames, pauses: NDArray[np.int64]) -> _Columns:
    places = np.unique(np.concatenate([[0], pauses, [len(reference)]]))
    pause = np.insert(np.zeros(len(reference), bool), places, True)
    features = np.zeros((len(pause), reference.shape[1]))
    features[~pause] = reference
    before = np.cumsum(pause)
    arriving = np.full((_REACH + 1, len(pause)), np.inf)
    arriving[0] = np.where(pause, 0.0, _STAY)
    for step in range(1, _REACH + 1):
        passed = before[step - 1 : -1] - before[:-step]
        advance = np.minimum(step - passed, len(_SKIP) + 1)
        arriving[step, step:] = np.array([0.0, *_SKIP, np.inf])[advance]
    arriving[1:, np.flatnonzero(pause)[1:-1]] += _REST
    return _Columns(features, pause, arriving)


def _arrivals(totals: Frames, arriving: Frames, low: int, high: int) -> Frames:
    """Cheapest totals (5, high − low) of coming to each column from that many columns before."""
    found = np.full((_REACH + 1, high - low), np.inf)
    for step in range(_REACH + 1):
        first = max(low, step)
        found[step, first - low :] = totals[first - step : high - step] + arriving[step, first:high]
    return found
