"""When each word is said in the user's own recording: forced alignment without a trained model.

espeak speaks the text with known times; dynamic time warping of mel cepstra (Sakoe and Chiba,
1978) carries these times over to the recording. Both are stripped of their pauses first, so that
a speaker may breathe where he likes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.phonemes import VOWELS
from gesture_core.speech.rendition import Rendition
from gesture_core.speech.speaking import render, to_utterance
from gesture_core.speech.spectrum import HIGHEST_HZ, HOP, cepstra, log_mel, speech_frames
from gesture_core.speech.voice import choose_voice
from gesture_core.speech.warping import warping_path
from gesture_core.utterance import Phoneme, Utterance

MAX_SECONDS = 600.0

# Speech is never slower or faster than this; beyond, the text is not what is being said.
_SECONDS_PER_SYLLABLE = (0.05, 0.8)
_LONGEST_CLOSURE = 0.16  # a silence up to this long may belong to a consonant

_SNAP = 12  # frames within which a word boundary moves to a pause of the speaker


def align(samples: NDArray[np.float32], rate: int, eojeols: Sequence[Eojeol]) -> Utterance:
    """Find the words and phonemes of `eojeols` in the recording `samples` (N,) at `rate` Hz.

    Returns an Utterance with `estimated=True` and the recording as its sound. Raises `UserError`
    when the recording is longer than ten minutes or cannot hold that many syllables.
    """
    seconds = len(samples) / rate
    if seconds > MAX_SECONDS:
        raise UserError(
            f"the recording is {seconds:.0f} s long; at most {MAX_SECONDS:.0f} s can be aligned"
        )
    reference = render(eojeols, *choose_voice("espeak"), pauses=False)
    rendition = transfer_times(reference, samples, rate)
    return to_utterance(eojeols, rendition, "recording")


def transfer_times(reference: Rendition, samples: NDArray[np.float32], rate: int) -> Rendition:
    """Return `samples` with the times of `reference`, which says the same words."""
    highest = min(HIGHEST_HZ, rate / 2, reference.rate / 2)
    bands = log_mel(samples, rate, highest)
    spoken = np.flatnonzero(speech_frames(bands, _LONGEST_CLOSURE))
    _check_plausible(reference, len(spoken) * HOP)
    model = cepstra(log_mel(reference.samples, reference.rate, highest))
    edges = _edges(warping_path(cepstra(bands[spoken]), model), len(model))
    positions, edges = _snap_to_pauses(edges, spoken, reference)
    clock = _Clock(positions, edges, spoken)
    return Rendition(
        samples,
        rate,
        tuple(clock.span(start, end) for start, end in reference.words),
        tuple(Phoneme(p.symbol, *clock.span(p.start, p.end)) for p in reference.phonemes),
        estimated=True,
    )


def _check_plausible(reference: Rendition, seconds: float) -> None:
    syllables = sum(phoneme.symbol in VOWELS for phoneme in reference.phonemes)
    shortest, longest = (syllables * pace for pace in _SECONDS_PER_SYLLABLE)
    if not shortest <= seconds <= longest:
        raise UserError(
            f"the recording holds {seconds:.1f} s of speech, but its text of {syllables} syllables "
            f"takes {shortest:.1f}–{longest:.1f} s; is it the right text?"
        )


def _edges(path: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return where each of `count` reference frames begins in the recording, and the end (M+1,).

    A recording frame matched by several reference frames is divided equally among them, so the
    edges strictly increase.
    """
    recorded, referred = path[:, 0], path[:, 1]
    first = np.searchsorted(recorded, recorded)
    sharers = np.bincount(recorded)[recorded]
    begins = recorded + (np.arange(len(path)) - first) / sharers
    cells = np.searchsorted(referred, np.arange(count))
    return np.append(begins[cells], recorded[-1] + 1.0)


def _snap_to_pauses(
    edges: NDArray[np.float64], spoken: NDArray[np.int64], reference: Rendition
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move the nearest word boundary onto each pause, since a pause lies between two words.

    Returns reference positions (M+1,) and recording positions (M+1,), both in frames: the frame
    nearest to a moved boundary takes the boundary's exact place.
    """
    positions = np.arange(len(edges), dtype=np.float64)
    starts = np.array([start for start, _ in reference.words[1:]]) / HOP
    frames = np.clip(np.round(starts), 1, len(edges) - 2).astype(int)
    for pause in np.flatnonzero(np.diff(spoken) > 1) + 1:
        if not len(starts):
            break
        word = int(np.abs(edges[frames] - pause).argmin())
        frame = frames[word]
        if abs(edges[frame] - pause) > _SNAP:
            continue
        positions[frame] = starts[word]
        edges[:frame] = np.minimum(edges[:frame], pause)
        edges[frame] = pause
        edges[frame + 1 :] = np.maximum(edges[frame + 1 :], pause)
    return positions, edges


class _Clock:
    """Reference seconds to recording seconds, across the pauses that were taken out."""

    def __init__(
        self,
        positions: NDArray[np.float64],
        edges: NDArray[np.float64],
        spoken: NDArray[np.int64],
    ) -> None:
        self._positions = positions
        self._edges = edges
        self._spoken = spoken

    def span(self, start: float, end: float) -> tuple[float, float]:
        """Return the recording's span; a start falls after a pause and an end before it."""
        first, last = np.interp(np.array([start, end]) / HOP, self._positions, self._edges)
        begin = int(min(np.floor(first), len(self._spoken) - 1))
        stop = int(max(np.ceil(last) - 1, begin))
        begins = (self._spoken[begin] + first - begin) * HOP
        ends = (self._spoken[stop] + last - stop) * HOP
        return float(begins), float(max(begins, ends))
