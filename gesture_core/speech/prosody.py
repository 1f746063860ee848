"""How a sentence is said: how loud and how high every word is, compared with the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.utterance import Word

Array = NDArray[np.float64]

_STEP = 0.015  # seconds from one measured pitch to the next
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 600.0
_BELOW, _ABOVE = 0.75, 1.9  # a speaker's range, of the quartiles of his pitch
_ENOUGH_HZ = 16_000  # higher rates tell nothing more about pitch
_VOICED = 2  # pitches from which on a word counts as voiced
_SHORTEST = 0.03  # seconds
_QUIETEST = 1e-5  # of the loudest word's power; what is below is as good as silent
_EVEN = (1.0, 0.5)  # dB and semitones; a voice that differs less than this is even
_FARTHEST = 3.0


def word_prosody(
    samples: NDArray[np.float32], rate: int, words: Sequence[Word]
) -> NDArray[np.float32]:
    """Loudness (dB) and pitch (semitones) of W `words` in `samples` (N,) at `rate` Hz.

    Returns (W, 2) z-scores within the utterance, limited to ±3; 0, the mean, where a word is
    unvoiced, shorter than 30 ms or not heard at all.
    """
    spans = np.array([(word.start, word.end) for word in words]).reshape(-1, 2)
    lasting = spans[:, 1] - spans[:, 0] >= _SHORTEST
    values = np.stack([_loudness(samples, rate, spans), _heights(samples, rate, spans)], axis=1)
    values[~lasting] = np.nan
    return np.stack(
        [_z_scores(column, even) for column, even in zip(values.T, _EVEN, strict=True)], axis=1
    ).astype(np.float32)


def pitch(samples: NDArray[np.float32], rate: int) -> tuple[Array, Array]:
    """Times (F,) in seconds and pitches (F,) in Hz of the voiced moments of `samples` (N,).

    By Praat's autocorrelation (Boersma, 1993). What lies outside the speaker's own range, told by
    the quartiles of his pitch (Hirst, 2011), is an octave off and left out.
    """
    import parselmouth

    block = max(1, rate // _ENOUGH_HZ)
    whole = len(samples) // block * block
    sound = samples[:whole].reshape(-1, block).mean(axis=1, dtype=np.float64)
    if len(sound) <= 3 * rate / block / _LOWEST_HZ:  # Praat looks at three of the longest periods
        return np.zeros(0), np.zeros(0)
    track = parselmouth.Sound(sound, rate / block).to_pitch_ac(
        time_step=_STEP, pitch_floor=_LOWEST_HZ, pitch_ceiling=_HIGHEST_HZ
    )
    heights = track.selected_array["frequency"]
    voiced = heights > 0
    if voiced.any():
        low, high = np.percentile(heights[voiced], [25, 75])
        voiced = (heights > _BELOW * low) & (heights < _ABOVE * high)
    return track.xs()[voiced], heights[voiced]


def _loudness(samples: NDArray[np.float32], rate: int, spans: Array) -> Array:
    """Mean power of each span (W, 2), in dB; NaN where there is nothing to hear."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    first, last = np.clip(np.round(spans * rate), 0, len(samples)).astype(int).T
    power = (energy[last] - energy[first]) / np.maximum(last - first, 1)
    loudest = power.max(initial=0.0)
    heard = (power > _QUIETEST * loudest) & (loudest > 0)
    return np.where(heard, 10 * np.log10(np.where(heard, power, 1.0)), np.nan)


def _heights(samples: NDArray[np.float32], rate: int, spans: Array) -> Array:
    """Median pitch of each span (W, 2), in semitones; NaN where it has no voice."""
    times, heights = pitch(samples, rate)
    semitones = 12 * np.log2(heights)
    first, last = np.searchsorted(times, spans).T
    return np.array(
        [
            np.median(semitones[start:end]) if end - start >= _VOICED else np.nan
            for start, end in zip(first, last, strict=True)
        ]
    )


def _z_scores(values: Array, even: float) -> Array:
    """`values` (W,) by their own mean and spread, which is taken to be at least `even`."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    centre, spread = values[known].mean(), max(float(values[known].std()), even)
    scores = np.clip((values - centre) / spread, -_FARTHEST, _FARTHEST)
    return np.where(known, scores, 0.0)
