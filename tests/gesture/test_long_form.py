"""A long talk: nothing is joined, nothing drifts, and what is far apart has no say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from gesture_core.correction import correct
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.synthesize import synthesize
from gesture_core.liveliness import enliven
from gesture_core.metrics.movement import wrist_excursion, wrist_jerk, wrist_positions
from gesture_core.metrics.plausibility import plausibility
from gesture_core.metrics.seams import seams
from gesture_core.motion import Motion, crop
from gesture_core.plan import Plan
from gesture_core.planning.cues import plan_gestures
from gesture_core.script import (
    read_script,
    script_to_eojeols,
    script_to_features,
    script_to_plan_words,
)
from gesture_core.speech.speaking import speak
from gesture_core.utterance import Utterance, padded

TALK = Path(__file__).parents[1] / "fixtures" / "long_ko.txt"
BLOCK = 15.0
TRAINED = 3.2
"""Seconds of a training window: were an utterance made of such, here they would be joined."""


@dataclass(frozen=True, eq=False)
class Talk:
    """The first minute of the talk as a generator is given it, and what it makes of it."""

    utterance: Utterance
    text: TextFeatures
    plan: Plan
    made: Motion


@pytest.fixture(scope="module")
def talk() -> Talk:
    lines = TALK.read_text(encoding="utf-8").splitlines()
    script = read_script("\n".join(lines[:16]))
    utterance = padded(speak(script_to_eojeols(script), "espeak"), 0.35, 0.9)
    words = script_to_plan_words(script, utterance)
    text = script_to_features(script, words, utterance)
    plan = plan_gestures(words, utterance.duration, np.random.default_rng(0))
    return Talk(utterance, text, plan, synthesize(text, plan, seed=2))


def blocks(motion: Motion) -> list[Motion]:
    """Whole stretches of `BLOCK` seconds."""
    size = round(BLOCK * motion.fps)
    return [crop(motion, n * size, (n + 1) * size) for n in range(motion.frames // size)]


def farther_wrist(motion: Motion) -> np.ndarray:
    """How far the farther wrist is from where it was at first, `(T,)`."""
    return wrist_excursion(motion, motion.rotations[0]).max(axis=1)


def test_the_talk_is_a_minute_long_and_was_made_at_once(talk: Talk):
    assert talk.made.duration > 60.0
    assert talk.made.frames == round(talk.utterance.duration * 30.0)
    assert len(talk.plan) > 25


def test_hands_move_alike_from_beginning_to_end(talk: Talk):
    rest = talk.made.rotations[0]
    sizes = [np.percentile(wrist_excursion(block, rest), 95) for block in blocks(talk.made)]
    jerks = [wrist_jerk(block) for block in blocks(talk.made)]
    assert len(sizes) >= 4
    assert max(sizes) < 2.0 * min(sizes)
    assert max(jerks) < 2.5 * min(jerks)
    half = len(sizes) // 2
    assert np.mean(sizes[half:]) == pytest.approx(np.mean(sizes[:half]), rel=0.35)


def test_no_seam_stands_out(talk: Talk):
    motion = talk.made
    borders = np.arange(TRAINED, motion.duration - 1.0, TRAINED) * motion.fps
    found = seams(wrist_positions(motion), np.rint(borders).astype(int).tolist(), motion.fps)
    assert np.mean(found.jumps > found.elsewhere) <= 0.1
    assert found.jumps.max() < 2.0 * found.elsewhere


def test_hands_rest_where_no_gesture_is(talk: Talk):
    motion = talk.made
    times = np.arange(motion.frames) / motion.fps
    busy = np.zeros(motion.frames, dtype=bool)
    for span in motion.spans:
        if span.kind == "gesture":
            busy |= (times >= span.start - 0.2) & (times <= span.end + 0.2)
    idle = farther_wrist(motion)[~busy]
    assert len(idle) > 30
    assert np.percentile(idle, 90) < 0.06
    assert np.percentile(farther_wrist(motion)[busy], 90) > 0.15


def test_sentences_far_apart_do_not_influence_each_other(talk: Talk):
    early = talk.text.starts < 20.0
    vectors = np.where(early[:, None], 0.0, talk.text.vectors)
    smaller = Plan(
        tuple(replace(g, amplitude=0.7) if g.stroke < 20.0 else g for g in talk.plan),
        talk.plan.duration,
    )
    other = synthesize(replace(talk.text, vectors=vectors), smaller, seed=2)
    apart = np.linalg.norm(wrist_positions(other) - wrist_positions(talk.made), axis=-1)
    fps = int(talk.made.fps)
    assert apart[: 20 * fps].max() > 0.02
    assert apart[26 * fps :].max() < 1e-3


def test_a_long_talk_is_lively_and_sound(talk: Talk):
    motion = correct(enliven(talk.made, talk.utterance, 2))
    found = plausibility(motion)
    assert found.deep_frames < 0.005
    assert found.limit_frames < 0.005
