"""When each word is said in the user's own recording: forced alignment without a trained model.

espeak speaks the text with known times, at the recording's pace; the best way through its frames
(see `trellis`) carries these times over. Speakers may breathe and rest between any two words. Both
voices are heard through the recording's noise and its microphone, and after a first way has been
found the reference is moved towards the speaker's own sounds, as Erro, Moreno and Bonafonte (2010,
"INCA") do between any two voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.rendition import Rendition
from gesture_core.speech.speaking import FASTEST, SLOWEST, render, to_utterance
from gesture_core.speech.spectrum import (
    HIGHEST_HZ,
    HOP,
    Frames,
    cepstra,
    log_mel,
    slow_down,
    speech_frames,
    voicing,
)
from gesture_core.speech.trellis import PAUSE, walk
from gesture_core.speech.voice import choose_voice
from gesture_core.utterance import Phoneme, Utterance

MAX_SECONDS = 600.0

# Speech is never slower or faster than this; beyond, the text is not what is being said.
_SECONDS_PER_SYLLABLE = (0.05, 0.8)
_USUAL_PACE = 5.6  # syllables a second of the reference at speed 1
_LONGEST_CLOSURE = 0.16  # a silence up to this long may belong to a consonant

_CEPSTRA = 12
_FADING = 0.15  # the higher a cepstrum, the more it tells of the speaker and the less of the sound
_LOUDNESS, _VOICING, _SLOPE = 1.5, 4.0, 0.5  # weights beside the first cepstrum's 1
_QUIETEST = -3.5  # deviations below the loud parts; what is softer is silence alike

# A frame costs a pause so much at silence, so much more for each deviation that it is louder, and
# more if it is voiced, which breath is not; a matching frame of speech costs 1 to 4.
_PAUSE, _LOUD_PAUSE, _VOICED_PAUSE = 0.3, 1.8, 5.0
_SILENT, _BREATHY = -2.5, 0.45

_CAUTION = 30.0  # frames that must speak against it before a sound is moved
_MOVED = 0.7  # of the way that the frames ask for


# Of 26 recordings under all conditions 24 wrong texts fit worse than this, and 1 right one.
_DOUBTFUL = 0.34


class _Heard(NamedTuple):
    """A voice: log mel `bands` (T, 40) up to `highest_hz`, `voiced` (T,) 0–1, `speech` (T,)."""

    bands: Frames
    voiced: Frames
    speech: NDArray[np.bool_]
    highest_hz: float


class _Alignment(NamedTuple):
    """Words and phonemes in the recording's seconds, and how well each word fits, 0–1."""

    words: tuple[tuple[float, float], ...]
    phonemes: tuple[Phoneme, ...]
    fits: tuple[float, ...]


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
    recording = _hear(samples, rate)
    syllables = sum(eojeol.syllables for eojeol in eojeols)
    spoken = float(recording.speech.sum()) * HOP
    _check_plausible(syllables, spoken)
    speed = float(np.clip(syllables / _USUAL_PACE / spoken, SLOWEST, FASTEST)) if syllables else 1.0
    reference = render(eojeols, *choose_voice("espeak"), speed, pauses=False)
    words, phonemes, fits = _transfer(reference, recording)
    rendition = Rendition(samples, rate, words, phonemes, estimated=True)
    each = iter(fits)
    confidences = tuple(next(each) if eojeol.syllables else 1.0 for eojeol in eojeols)
    utterance = to_utterance(eojeols, rendition, "recording")
    return replace(utterance, confidences=confidences)


def doubt(utterance: Utterance) -> str | None:
    """Return a warning when the text of an aligned `utterance` seems not to be what is said."""
    fit = sum(utterance.confidences) / max(1, len(utterance.confidences))
    if not utterance.estimated or fit >= _DOUBTFUL:
        return None
    return f"the recording hardly sounds like its text (fit {fit:.2f}); is it the right text?"


def transfer_times(reference: Rendition, samples: NDArray[np.float32], rate: int) -> Rendition:
    """Return `samples` (N,) at `rate` Hz with the times of `reference`, which says the same words.

    The reference must not pause between its words.
    """
    words, phonemes, _ = _transfer(reference, _hear(samples, rate))
    return Rendition(samples, rate, words, phonemes, estimated=True)


def _hear(samples: NDArray[np.float32], rate: int, highest_hz: float = HIGHEST_HZ) -> _Heard:
    samples, rate = slow_down(samples, rate)
    highest_hz = min(highest_hz, rate / 2)
    bands = log_mel(samples, rate, highest_hz)
    speech = speech_frames(bands, _LONGEST_CLOSURE)
    return _Heard(bands, voicing(samples, rate), speech, highest_hz)


def _check_plausible(syllables: int, seconds: float) -> None:
    if not seconds:
        raise UserError("no speech can be heard in the recording")
    shortest, longest = (syllables * pace for pace in _SECONDS_PER_SYLLABLE)
    if syllables and not shortest <= seconds <= longest:
        raise UserError(
            f"the recording holds {seconds:.1f} s of speech, but its text of {syllables} syllables "
            f"takes {shortest:.1f}–{longest:.1f} s; is it the right text?"
        )


def _transfer(reference: Rendition, recording: _Heard) -> _Alignment:
    """The words and phonemes of `reference` in the seconds of `recording`."""
    model = _hear(reference.samples, reference.rate, recording.highest_hz)
    recording, model = _in_one_room(recording, model)
    recorded, referred = _features(recording), _features(model)
    loudness = np.maximum(recorded[:, _CEPSTRA] / _LOUDNESS - _SILENT, 0)
    voiced = np.maximum(recording.voiced - _BREATHY, 0)
    pause_costs = _PAUSE + loudness * (_LOUD_PAUSE + _VOICED_PAUSE * voiced)
    starts = np.round(np.array([start for start, _ in reference.words[1:]]) / HOP).astype(np.int64)
    path = walk(_with_slopes(recorded), _with_slopes(referred), starts, pause_costs)
    referred = _with_slopes(_towards_speaker(referred, recorded, path))
    recorded = _with_slopes(recorded)
    path = walk(recorded, referred, starts, pause_costs)
    clock = _Clock(path, len(referred), starts)
    return _Alignment(
        tuple(clock.span(start, end) for start, end in reference.words),
        tuple(Phoneme(p.symbol, *clock.span(p.start, p.end)) for p in reference.phonemes),
        _fits(recorded, referred, path, starts),
    )


def _fits(
    recorded: Frames, referred: Frames, path: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[float, ...]:
    """How much nearer the frames of each word are to their own sounds than to others."""
    said = path != PAUSE
    own = path[said]
    other = (own + len(referred) // 3) % len(referred)
    near, far = (np.linalg.norm(recorded[said] - referred[i], axis=1) for i in (own, other))
    word = np.searchsorted(starts, own, "right")
    count = len(starts) + 1
    near, far = (np.bincount(word, distances, count) for distances in (near, far))
    return tuple(np.clip(1 - near / np.maximum(far, 1e-9), 0, 1).tolist())


def _in_one_room(recording: _Heard, model: _Heard) -> tuple[_Heard, _Heard]:
    """Both voices with the recording's mean spectrum, neither going below its noise."""
    loudness = np.log(np.exp(recording.bands).mean(axis=1))
    quiet = recording.bands[loudness <= np.percentile(loudness, 8)]
    noise = np.log(np.exp(quiet).mean(axis=0))
    loud = model.bands.mean(axis=1) > model.bands.mean(axis=1).max() - 7
    colour = _mean_power(recording.bands[recording.speech]) - _mean_power(model.bands[loud])
    return (
        recording._replace(bands=np.maximum(recording.bands, noise)),
        model._replace(bands=np.logaddexp(model.bands + colour, noise), speech=loud),
    )


def _mean_power(bands: Frames) -> Frames:
    return np.log(np.exp(bands).mean(axis=0))


def _features(heard: _Heard) -> Frames:
    """Speaker-normalised cepstra, loudness and voicing (T, 14)."""
    coefficients = cepstra(heard.bands, _CEPSTRA)
    said = coefficients[heard.speech]
    centred = (coefficients - said.mean(axis=0)) / (said.std(axis=0) + 1e-6)
    loudness = heard.bands.mean(axis=1)
    loud, spread = np.percentile(loudness[heard.speech], 90), loudness[heard.speech].std()
    relative = np.clip((loudness - loud) / (spread + 1e-6), _QUIETEST, 1)
    return np.column_stack([
        centred * np.exp(-_FADING * np.arange(_CEPSTRA)),
        _LOUDNESS * relative,
        _VOICING * (heard.voiced - 0.5),
    ])  # fmt: skip


def _with_slopes(features: Frames) -> Frames:
    coefficients = features[:, :_CEPSTRA]
    slopes = np.gradient(coefficients, axis=0) if len(features) > 1 else 0 * coefficients
    return np.hstack([features, _SLOPE * slopes])


def _towards_speaker(referred: Frames, recorded: Frames, path: NDArray[np.int64]) -> Frames:
    """The reference's features (M, D) under the ridge regression that the pairs of `path` ask for.

    Regularised towards changing nothing.
    """
    said = path != PAUSE
    inputs = np.column_stack([referred, np.ones(len(referred))])
    pairs = inputs[path[said]]
    nothing = np.eye(inputs.shape[1], referred.shape[1])
    weight = pairs.T @ pairs + _CAUTION * np.eye(inputs.shape[1])
    change = np.linalg.solve(weight, pairs.T @ recorded[said] + _CAUTION * nothing)
    return referred + _MOVED * (inputs @ change - referred)


class _Clock:
    """Reference seconds to recording seconds, given the way through `frames` reference frames.

    A recorded frame that passes over several reference frames is divided equally among them.
    """

    def __init__(self, path: NDArray[np.int64], frames: int, starts: NDArray[np.int64]) -> None:
        at = np.flatnonzero(path != PAUSE)
        reached = path[at]
        wanted = np.arange(frames)
        first = np.minimum(np.searchsorted(reached, wanted), len(at) - 1)
        last = np.searchsorted(reached, wanted, "right") - 1
        before = np.where(first > 0, reached[first - 1], -1)
        shared = np.maximum(reached[first] - before, 1)
        place = np.minimum(wanted - before, shared)
        self._begins = at[first] + (place - 1) / shared
        exact = (last >= 0) & (reached[last] == wanted)
        self._ends = np.where(exact, at[last] + 1, at[first] + place / shared)
        self._edges = np.concatenate([[0], starts, [frames]])

    def span(self, start: float, end: float) -> tuple[float, float]:
        """Return the recording's span; a start falls after a pause and an end before it."""
        first, last = (self._snapped(seconds / HOP) for seconds in (start, end))
        begins = self._within(int(min(first, len(self._begins) - 1)), first)
        ends = self._within(int(max(np.ceil(last) - 1, 0)), last)
        return begins * HOP, max(begins, ends) * HOP

    def _snapped(self, position: float) -> float:
        """An edge of a word that is less than half a frame away; pauses lie on these."""
        position = min(position, float(self._edges[-1]))
        edge = float(self._edges[np.abs(self._edges - position).argmin()])
        return edge if abs(edge - position) <= 0.5 else position

    def _within(self, frame: int, position: float) -> float:
        begin, end = float(self._begins[frame]), float(self._ends[frame])
        return begin + (position - frame) * (end - begin)
