"""What one model does with text, style, intensity and length: experiments beside the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.compose import FPS
from gesture_core.evaluate.figures import Yardstick, wrists_of
from gesture_core.evaluate.rows import (
    Take,
    generate,
    other_text,
    other_words,
    proposed,
)
from gesture_core.evaluate.setting import Case, Heard, Setting, only
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import DEFAULT_STYLE, find_style, list_styles
from gesture_core.gestures.synthesize import GestureModel
from gesture_core.metrics.beats import stroke_distances, strokes
from gesture_core.metrics.distribution import speeds
from gesture_core.metrics.interval import mean_interval
from gesture_core.metrics.movement import wrist_excursion, wrist_positions
from gesture_core.metrics.retrieval import ranks
from gesture_core.metrics.seams import seams

Array = NDArray[np.float64]
Figures = dict[str, Any]
INTENSITIES = (0.5, 1.0, 1.5, 2.0)
INTENSITY_CASES = 30
STYLE_CASES = 30
STYLE_FRAMES = 64
"""Frames that the judge of styles needs."""
LONG_TEXTS, LONG_SECONDS = 4, 180.0
WINDOW = 48
"""Frames after which a generator that works window by window would have a border."""
HANDLESS = ("nod", "bow")
"""Functions that the hands have no part in."""
BORDER_PERCENTILE = 95.0
"""Percentile of the jumps at borders that is held against the 99th elsewhere."""


def text_gap(model: GestureModel, yard: Yardstick, seeds: int) -> Figures:
    """Retrieval of the right text, and strokes on its words, when hearing it and another one.

    `matched` hears the text; `shuffled` another one of about the same length; `shuffled_words`
    another's words at the times of its own. R@1 among 32 windows of six seconds: 0.031 by chance.
    """
    setting = yard.setting
    heard: dict[str, Callable[[int], Heard]] = {
        "matched": lambda n: setting.cases[n].heard,
        "shuffled": lambda n: other_text(setting, n),
        "shuffled_words": lambda n: other_words(setting, n),
    }
    rng = np.random.default_rng(11)
    figures: Figures = {"stroke_timing": {}}
    for name, hear in heard.items():
        takes = [
            [_perform(model, setting, n, hear(n), seed) for n in range(len(setting.cases))]
            for seed in range(seeds)
        ]
        hits = np.concatenate([_hits(run, yard, rng) for run in takes])
        r1 = mean_interval(hits, rng)
        figures[f"{name}_r1"], figures[f"{name}_ci"] = r1.value, [r1.low, r1.high]
        late = [_stroke_distances(run, setting) for run in takes]
        figures["stroke_timing"][name] = float(np.mean(np.concatenate(late)))
    figures["real_r1"] = float(_hits(yard.takes, yard, rng).mean())
    return figures


def style_confusion(model: GestureModel, yard: Yardstick) -> Figures:
    """How often each shipped style is recognised as which; `ValueError` if the judge lacks one."""
    setting = yard.setting
    cases = _evenly([c for c in setting.cases if c.frames >= STYLE_FRAMES], STYLE_CASES)
    known = yard.judge.style_names
    confusion: dict[str, dict[str, float]] = {}
    for style in list_styles():
        rotations = []
        for number, case in enumerate(cases):
            plan = proposed(setting, case.heard, style, number)
            take = generate(model, case.heard, plan, style, seed=number)
            rotations.append(take.motion.rotations)
        found = yard.judge.styles(rotations)
        confusion[style.name] = {name: found.count(name) / len(found) for name in known}
    if not confusion.keys() <= set(known):
        raise ValueError(f"the judge knows the styles {', '.join(known)} only; train it anew")
    right = [shares[name] for name, shares in confusion.items()]
    return {"style_accuracy": float(np.mean(right)), "style_confusion": confusion}


def intensity_energy(model: GestureModel, setting: Setting) -> dict[str, float]:
    """Energy of the gestures (mean squared speed of the wrists, m²/s²) by intensity."""
    cases = _evenly(setting.cases, INTENSITY_CASES)
    energies: dict[str, float] = {}
    for intensity in INTENSITIES:
        takes: list[Take] = []
        for number, case in enumerate(cases):
            style = setting.style(case)
            plan = proposed(setting, case.heard, style, number)
            takes.append(generate(model, case.heard, plan, style, seed=number, intensity=intensity))
        squares = [speeds(points, FPS).ravel() ** 2 for points in wrists_of(takes)]
        energies[f"{intensity:g}"] = float(np.concatenate(squares).mean())
    return energies


def long_seams(model: GestureModel, setting: Setting) -> Figures:
    """Jumps of velocity where windows of the training length would meet, in texts of minutes."""
    at_borders: list[float] = []
    elsewhere: list[float] = []
    style = find_style(DEFAULT_STYLE)
    for number in range(LONG_TEXTS):
        heard = long_heard(setting, LONG_SECONDS, number)
        take = generate(model, heard, proposed(setting, heard, style, number), style, seed=number)
        borders = range(WINDOW, take.motion.frames - 2, WINDOW)
        found = seams(wrist_positions(take.motion), list(borders), FPS)
        at_borders += [float(jump) for jump in found.jumps]
        elsewhere.append(found.elsewhere)
    return {
        "seconds": LONG_SECONDS,
        "borders": len(at_borders),
        "at_borders": float(np.percentile(at_borders, BORDER_PERCENTILE)),
        "elsewhere_p99": float(np.mean(elsewhere)),
    }


def long_heard(setting: Setting, seconds: float, first: int = 0) -> Heard:
    """Held-out sentences one after the other, for at least so many seconds."""
    cases, end = [], 0.0
    for number in range(len(setting.cases)):
        case = setting.cases[(first * 31 + number) % len(setting.cases)]
        cases.append((end, case.heard))
        end += case.heard.duration
        if end >= seconds:
            break
    words, counts = [], 0
    for start, heard in cases:
        shift = counts
        words += [
            replace(w, start=w.start + start, end=w.end + start, sentence=w.sentence + shift)
            for w in heard.words
        ]
        counts += len(heard.text.sentence_vectors)
    texts = [_later(heard.text, start) for start, heard in cases]
    lines = tuple(line for _, heard in cases for line in heard.lines)
    return Heard(tuple(words), _joined(texts), lines, end)


def _later(text: TextFeatures, seconds: float) -> TextFeatures:
    return replace(text, starts=text.starts + seconds, ends=text.ends + seconds)


def _joined(texts: Sequence[TextFeatures]) -> TextFeatures:
    """Texts one after the other; composed texts have no prosody."""
    before = np.cumsum([0, *(len(text.sentence_vectors) for text in texts)])
    return TextFeatures(
        starts=np.concatenate([text.starts for text in texts]),
        ends=np.concatenate([text.ends for text in texts]),
        vectors=np.concatenate([text.vectors for text in texts]),
        sentence=np.concatenate([t.sentence + n for t, n in zip(texts, before, strict=False)]),
        sentence_vectors=np.concatenate([text.sentence_vectors for text in texts]),
        flags=np.concatenate([text.flags for text in texts]),
        cues=np.concatenate([text.cues for text in texts]),
    )


def _perform(model: GestureModel, setting: Setting, index: int, heard: Heard, seed: int) -> Take:
    case = setting.cases[index]
    style = setting.style(case)
    plan = only(proposed(setting, heard, style, seed + 7919 * index), setting.functions(case))
    return generate(model, heard, plan, style, seed=seed + 7919 * index)


def _hits(takes: Sequence[Take], yard: Yardstick, rng: np.random.Generator) -> Array:
    """Whether each window of six seconds finds its text first in its pool."""
    texts = [case.heard.text for case in yard.setting.cases]
    motion, text = yard.judge.retrieval([take.vectors for take in takes], texts)
    return (ranks(motion, text, rng) == 1).astype(np.float64)


def _stroke_distances(takes: Sequence[Take], setting: Setting) -> Array:
    """Seconds from every stroke of the real plan to the nearest one that was made."""
    distances = []
    for take, case in zip(takes, setting.cases, strict=True):
        times = np.array([g.stroke for g in case.real.plan if g.function not in HANDLESS])
        made = strokes(wrist_excursion(take.motion, take.rest), FPS)
        distances.append(stroke_distances(times, made))
    return np.concatenate(distances)


def _evenly(items: Sequence[Case], count: int) -> list[Case]:
    return [items[n] for n in np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)]
