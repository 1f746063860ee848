"""What the finished motion of twenty varied sentences must be, measured on the whole chain."""

from pathlib import Path

import numpy as np
import pytest

from gesture_core.metrics.plausibility import joint_distance, plausibility
from gesture_core.motion import Motion
from gesture_core.perform import perform

SENTENCES = (Path(__file__).parent / "sentences_ko.txt").read_text(encoding="utf-8").splitlines()
PENETRATION = 0.01
SLIDE = 0.001


@pytest.fixture(scope="module")
def motions() -> list[Motion]:
    return [perform(text, seed=seed, voice="espeak").motion for seed, text in enumerate(SENTENCES)]


def test_there_are_twenty_different_sentences():
    assert len(set(SENTENCES)) == len(SENTENCES) == 20


def test_a_body_could_do_it(motions):
    for text, motion in zip(SENTENCES, motions, strict=True):
        found = plausibility(motion)
        assert found.limit_use <= 1.0 + 1e-4, (text, found.limit_joint)
        assert max(found.body_depth, found.hands_depth) <= PENETRATION, text
        assert found.jump <= 1.0 + 1e-4, (text, found.jump_joint)
        assert found.foot_slide <= SLIDE, text


def test_it_is_a_motion_of_unit_quaternions_and_expressions_in_range(motions):
    for motion in motions:
        np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1.0, atol=1e-5)
        assert np.all(np.isfinite(motion.root))
        assert 0.0 <= motion.expressions.min()
        assert motion.expressions.max() <= 1.0


def test_most_sentences_are_accompanied_by_gestures(motions):
    long = [motion for motion in motions if motion.duration > 2.0]
    assert len(long) >= 15
    assert np.mean([plausibility(motion).gestures for motion in long]) >= 0.8


def test_every_sentence_moves_in_its_own_way(motions):
    for first, second in zip(motions, motions[1:], strict=False):
        assert joint_distance(first, second) > 0.01


def test_the_seed_decides_and_repeats():
    first, same, other = (
        perform(SENTENCES[9], seed=seed, voice="espeak").motion for seed in (1, 1, 2)
    )
    assert joint_distance(first, same) == 0.0
    assert joint_distance(first, other) > 0.005


def test_nobody_freezes_at_the_end(motions):
    for text, motion in zip(SENTENCES, motions, strict=True):
        tail = motion.rotations[-round(0.5 * motion.fps) :]
        assert np.abs(np.diff(tail, axis=0)).max() > 1e-5, text
