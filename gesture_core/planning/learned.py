"""The trained planner: from words to a plan, drawn from what it says of every word.

How many words get a gesture is what it expects, rounded at random. Which ones is drawn by
perturbing and maximising (Papandreou & Yuille, ICCV 2011): logistic noise on the log-odds of every
word, then the best set of words of which no two strokes are closer than `MIN_GAP`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import Checkpoint, load_checkpoint
from gesture_core.errors import UserError
from gesture_core.plan import FUNCTIONS, HANDS, Hand, Plan, PlannedGesture
from gesture_core.planning.cues import (
    EARLIEST,
    LATEST,
    MIN_GAP,
    REPEATED_HAND,
    PlanWord,
    cue,
    gesture_span,
)
from gesture_core.planning.word_context import CONTEXT, word_context
from gesture_core.resources import data_path

if TYPE_CHECKING:
    from gesture_core.models.planner import Planner

Array = NDArray[np.float64]

KIND = "planner"
NOISE = 0.35
"""Scale of the noise on the log-odds; 1 would draw every word with exactly its probability."""
MARGIN = 1.5
"""How far below even the log-odds of a word may be that gets a gesture."""
CALM = 0.75
"""How many gestures a speaker without energy makes, beside one with energy 1."""
SHARPNESS = 3.0
"""Power of the probabilities of functions: an unlikely one looks silly more often than lively."""
SALIENCE: dict[str, float] = {"stop": 3.0, "bow": 3.0, "greet": 3.0, "negate": 3.0, "shrug": 2.0}
"""Log-odds by which a word goes before others: denying, refusing and thanking turn what is said."""
SMALLEST, LARGEST = 0.3, 1.6
"""Limits of the amplitude."""
_SALIENCE: Array = np.array([SALIENCE.get(function, 0.0) for function in FUNCTIONS])
_INSIDE = (0.05, 0.95)
"""Limits of the stroke's place within its word."""


@dataclass(frozen=True, eq=False)
class PlannerModel:
    """A loaded planner; `sha256` names its weights."""

    network: Planner
    sha256: str


@dataclass(frozen=True, eq=False)
class PlanOdds:
    """What the planner says of W words, as probabilities.

    `gesture` (W,); `function` (W, F) in the order of `FUNCTIONS`; given the function, `hand`
    (W, F, 3) in the order of `HANDS`, mean `size` (W, F) and its deviation `size_spread` (W, F);
    `place` (W,) of the stroke, 0 the start of the word and 1 its end, and `place_spread` (W,).
    """

    gesture: Array
    function: Array
    hand: Array
    size: Array
    size_spread: Array
    place: Array
    place_spread: Array


@cache
def load_planner(path: Path | None = None) -> PlannerModel:
    """Load a trained planner, by default the one that ships with momjit."""
    return planner_model(
        load_checkpoint(path or data_path("models/planner/planner.safetensors"), KIND)
    )


def planner_model(checkpoint: Checkpoint) -> PlannerModel:
    """Build the planner of a checkpoint; `UserError` when it speaks of other functions."""
    from gesture_core.config import config_from_dict
    from gesture_core.models.planner import Planner, PlannerConfig

    details = checkpoint.details
    if tuple(details.get("functions", ())) != FUNCTIONS:
        raise UserError(f"the planner knows other functions than {', '.join(FUNCTIONS)}")
    config = config_from_dict(PlannerConfig, details["model"], "checkpoint")
    if config.context != CONTEXT:
        raise UserError(f"the planner was told {config.context} numbers a word, not {CONTEXT}")
    network = Planner(config)
    network.load_state_dict({name: t.float() for name, t in checkpoint.tensors.items()})
    return PlannerModel(network.eval().requires_grad_(False), checkpoint.sha256)


def propose(
    words: Sequence[PlanWord],
    vectors: NDArray[np.floating],
    sentence_vectors: NDArray[np.floating],
    cues: NDArray[np.floating],
    duration: float,
    rng: np.random.Generator,
    energy: float = 1.0,
    prosody: NDArray[np.floating] | None = None,
    model: PlannerModel | None = None,
) -> Plan:
    """Propose the gestures of an utterance of `duration` seconds.

    `vectors` (W, D) are the word vectors, `sentence_vectors` (S, E) and `cues` (S, C) those of
    the sentences that the words name; `energy` (0 calm – 2 lively, 1 normal) sets how many words
    get a gesture and how large it is; `prosody` (W, 2), z-scores of energy and pitch, draws the
    strokes to the stressed words. The same arguments and state of `rng` give the same plan.
    Raises UserError for vectors of another encoder.
    """
    if not words:
        return Plan((), duration)
    odds = plan_odds(words, vectors, sentence_vectors, cues, duration, energy, prosody, model)
    starts = np.array([word.start for word in words])
    lengths = np.array([word.end - word.start for word in words])
    place = odds.place + odds.place_spread * rng.standard_normal(len(words))
    strokes = np.maximum(starts + np.clip(place, *_INSIDE) * lengths, EARLIEST)
    logits = np.log(odds.gesture) - np.log1p(-odds.gesture)
    wanted = logits + rng.logistic(scale=NOISE, size=len(words))
    wanted += odds.function @ _SALIENCE
    wanted[strokes + LATEST >= duration] = -np.inf
    expected = odds.gesture.sum() * (CALM + (1.0 - CALM) * energy)
    count = max(1, int(expected + rng.random()))
    gestures: list[PlannedGesture] = []
    for word in choose_words(strokes, wanted + MARGIN, count):
        gestures.append(_gesture(word, float(strokes[word]), odds, energy, gestures, rng))
    return Plan(tuple(gestures), duration)


def plan_odds(
    words: Sequence[PlanWord],
    vectors: NDArray[np.floating],
    sentence_vectors: NDArray[np.floating],
    cues: NDArray[np.floating],
    duration: float,
    energy: float = 1.0,
    prosody: NDArray[np.floating] | None = None,
    model: PlannerModel | None = None,
    rules: Sequence[str | None] | None = None,
) -> PlanOdds:
    """What the planner says of at least one word; arguments as of `propose`.

    `rules` (W,) are the functions that the rules give the words, by default `cues.cue` of each.
    """
    import torch

    from gesture_core.models.threads import single_thread

    network = (model or load_planner()).network
    _check(words, vectors, sentence_vectors, cues, network)
    if rules is None:
        rules = [cue(words, index) for index in range(len(words))]
    context = word_context(words, rules, duration, energy, prosody)
    with torch.inference_mode(), single_thread():
        told = [
            torch.from_numpy(np.asarray(array, dtype=np.float32))
            for array in (vectors, sentence_vectors, cues, context)
        ]
        sentence = torch.tensor([[word.sentence for word in words]])
        odds = network(told[0][None], sentence, told[1], told[2], told[3][None])
        return PlanOdds(
            gesture=odds.gesture[0].double().sigmoid().clamp(1e-6, 1.0 - 1e-6).numpy(),
            function=odds.function[0].double().softmax(dim=-1).numpy(),
            hand=odds.hand[0].double().softmax(dim=-1).numpy(),
            size=odds.size[0].double().numpy(),
            size_spread=odds.size_spread[0].double().exp().numpy(),
            place=odds.place[0].double().numpy(),
            place_spread=odds.place_spread[0].double().exp().numpy(),
        )


def choose_words(strokes: Array, wanted: Array, count: int, gap: float = MIN_GAP) -> list[int]:
    """Up to `count` words with the greatest sum of what is `wanted` (W,), in order of strokes.

    No two of their `strokes` (W,), in seconds, are closer than `gap`; words wanted by less than 0
    are not worth a gesture. Dynamic programming over words and counts.
    """
    order = np.argsort(strokes, kind="stable")
    times = strokes[order]
    earlier = np.searchsorted(times, times - gap - 1e-9, side="right")
    best = np.full((len(order) + 1, count + 1), -np.inf)
    best[:, 0] = 0.0
    for place, word in enumerate(order):
        taken = best[earlier[place], :-1] + wanted[word]
        best[place + 1, 1:] = np.maximum(best[place, 1:], taken)
    chosen: list[int] = []
    place = len(order)
    left = int(best[-1].argmax())
    while left > 0:
        if best[place, left] > best[place - 1, left]:
            chosen.append(int(order[place - 1]))
            place, left = int(earlier[place - 1]), left - 1
        else:
            place -= 1
    return chosen[::-1]


def _check(
    words: Sequence[PlanWord],
    vectors: NDArray[np.floating],
    sentence_vectors: NDArray[np.floating],
    cues: NDArray[np.floating],
    network: Planner,
) -> None:
    config = network.config
    for name, array, rows, size in (
        ("word vectors", vectors, len(words), config.words),
        ("sentence embeddings", sentence_vectors, len(sentence_vectors), config.sentences),
        ("sentence cues", cues, len(sentence_vectors), config.cues),
    ):
        if array.shape != (rows, size):
            raise UserError(
                f"the planner needs {name} of shape {(rows, size)}, not {array.shape}; "
                "use the encoder it was trained with"
            )
    if max(word.sentence for word in words) >= len(sentence_vectors):
        raise ValueError(f"words of more than {len(sentence_vectors)} sentences")


def _gesture(
    word: int,
    stroke: float,
    odds: PlanOdds,
    energy: float,
    earlier: Sequence[PlannedGesture],
    rng: np.random.Generator,
) -> PlannedGesture:
    sharp = odds.function[word] ** SHARPNESS
    kind = int(rng.choice(len(FUNCTIONS), p=sharp / sharp.sum()))
    function = FUNCTIONS[kind]
    size = odds.size[word, kind] + odds.size_spread[word, kind] * rng.standard_normal()
    start, end = gesture_span(function, stroke, energy, rng)
    return PlannedGesture(
        function=function,
        hand=_hand(function, odds.hand[word, kind], earlier, rng),
        amplitude=round(float(np.clip(size, SMALLEST, LARGEST)), 3),
        start=start,
        stroke=stroke,
        end=end,
        word=word,
    )


def _hand(
    function: str, odds: Array, earlier: Sequence[PlannedGesture], rng: np.random.Generator
) -> Hand:
    """Draw a hand; a beat tends to stay with the hand of the gesture before."""
    hand = HANDS[int(rng.choice(len(HANDS), p=odds / odds.sum()))]
    repeated = rng.random() < REPEATED_HAND
    if function == "beat" and earlier and earlier[-1].function not in ("bow", "nod") and repeated:
        return earlier[-1].hand
    return hand
