"""What the planner is told of a word besides its meaning: its time, place, marks, stress, rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.plan import FUNCTIONS
from gesture_core.planning.cues import PlanWord, word_flags

Floats = NDArray[np.float32]

RULES = len(FUNCTIONS)
"""The first columns: which function the rules would give the word, all 0 for none."""
PROSODY = slice(RULES, RULES + 3)
"""Energy and pitch of the word as z-scores, and 1 where they are known."""
CONTEXT = RULES + 3 + 1 + 3 + 9
"""Columns: rules, prosody, energy of the speaker, `word_flags`, times and places."""
_FAR = 2.0
"""Seconds beyond which it does not matter how far the start or the end is."""


def word_context(
    words: Sequence[PlanWord],
    rules: Sequence[str | None],
    duration: float,
    energy: float,
    prosody: NDArray[np.floating] | None = None,
) -> Floats:
    """What is told of W words of an utterance of `duration` seconds: (W, CONTEXT).

    `rules` are the functions that the rules give them; `prosody` (W, 2) z-scores of energy and
    pitch.
    """
    out = np.zeros((len(words), CONTEXT), dtype=np.float32)
    if not words:
        return out
    for index, function in enumerate(rules):
        if function is not None:
            out[index, FUNCTIONS.index(function)] = 1.0
    if prosody is not None:
        out[:, PROSODY] = np.column_stack([np.clip(prosody, -3.0, 3.0), np.ones(len(words))])
    out[:, PROSODY.stop] = energy - 1.0
    out[:, PROSODY.stop + 1 : PROSODY.stop + 4] = word_flags(words)
    out[:, PROSODY.stop + 4 :] = _times(words, duration)
    return out


def _times(words: Sequence[PlanWord], duration: float) -> Floats:
    """Length of W ≥ 1 words, silence around them, and how far the ends of all are away."""
    count = len(words)
    starts = np.array([word.start for word in words])
    ends = np.array([word.end for word in words])
    silence = np.concatenate([[0.0], starts[1:] - ends[:-1], [duration - ends[-1]]])
    sentence = np.array([word.sentence for word in words])
    opens = np.append(True, sentence[1:] != sentence[:-1])
    closes = np.append(opens[1:], True)
    number = np.cumsum(opens) - 1
    place = np.arange(count) - np.flatnonzero(opens)[number]
    left = np.bincount(number)[number] - place
    columns = [
        ends - starts,
        np.clip(silence[:-1], 0.0, 1.0),
        np.clip(silence[1:], 0.0, 1.0),
        np.clip(starts, 0.0, _FAR) / _FAR,
        np.clip(duration - ends, 0.0, _FAR) / _FAR,
        opens,
        closes,
        np.minimum(place, 12) / 6.0,
        np.minimum(left, 12) / 6.0,
    ]
    return np.stack(columns, axis=1).astype(np.float32)
