import numpy as np
import pytest

from gesture_core.dataset.compose import (
    FPS,
    LEAD,
    Line,
    Repertoire,
    compose,
    unit_times,
    word_times,
)
from gesture_core.metrics.movement import wrist_excursion
from gesture_core.motion import Motion
from gesture_core.plan import PlannedGesture
from gesture_core.skeleton import HUMANOID


class Middle:
    """A generator of random numbers that always draws the middle."""

    def uniform(self, low: float, high: float) -> float:
        return 1.0 if low < 1.0 < high else 0.5 * (low + high)

    def random(self) -> float:
        return 0.5


def as_motion(rotations: np.ndarray) -> Motion:
    root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
    return Motion(HUMANOID, rotations, root, FPS)


@pytest.fixture(scope="module")
def repertoire(library):
    return Repertoire(library)


def test_word_times_follow_the_formula():
    line = Line((("나는", ()), ("간다.", ())))
    words, end = word_times([line], Middle())  # type: ignore[arg-type]
    first = 0.131 * 2 + 0.077 * 1 - 0.025  # 나는: two syllables, one coda
    assert words[0].start == LEAD
    assert words[0].end == pytest.approx(LEAD + first)
    assert words[1].start == pytest.approx(words[0].end + 0.046)
    assert end == pytest.approx(words[1].start + 0.131 * 2 + 0.077 * 1 - 0.025 + 0.2)


def test_every_unit_has_a_mirror_image(repertoire):
    assert len(repertoire.parts) == 2 * 5
    left, right = repertoire.parts[:2]
    assert (left.hand, right.hand) == ("left", "right")
    rest = repertoire.rests["stand"]
    times = np.linspace(-0.5, 0.5, 8)
    own = wrist_excursion(as_motion(repertoire.perform(0, times, "stand")), rest)
    image = wrist_excursion(as_motion(repertoire.perform(1, times, "stand")), rest)
    np.testing.assert_allclose(own, image[:, ::-1], atol=1e-6)
    assert set(repertoire.bones(1)) == set(HUMANOID.mirror[repertoire.bones(0)])


def test_hands_are_away_at_the_strokes_and_at_rest_in_the_end(repertoire, sentences):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        made = compose(sentences.lines[:2], [0, 1], "stand", 1.2, repertoire, rng)
        assert len(made.plan) == len(made.parts) > 0
        away = wrist_excursion(as_motion(made.rotations), repertoire.rests["stand"])
        for gesture in made.plan:
            frame = min(round(gesture.stroke * FPS), len(away) - 1)
            assert away[frame].max() > 0.07
        assert away[0].max() < 0.05
        assert away[-1].max() < 0.05


def test_the_same_seed_composes_the_same(repertoire, sentences):
    def rotations(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return compose(sentences.lines[:1], [0], "stand", 1.0, repertoire, rng).rotations

    np.testing.assert_array_equal(rotations(5), rotations(5))
    assert rotations(5).shape != rotations(6).shape or np.any(rotations(5) != rotations(6))


def test_a_told_plan_is_kept(repertoire, sentences):
    first = compose(sentences.lines[:1], [0], "stand", 1.0, repertoire, np.random.default_rng(0))
    again = compose(
        sentences.lines[:1],
        [0],
        "stand",
        1.0,
        repertoire,
        np.random.default_rng(1),
        told=(first.words, first.plan),
    )
    assert [g.stroke for g in again.plan] == [g.stroke for g in first.plan]
    assert [g.function for g in again.plan] == [g.function for g in first.plan]


def test_a_unit_is_warped_so_that_its_stroke_fits(repertoire):
    part = repertoire.parts[0]
    gesture = PlannedGesture("beat", "left", 1.0, 2.0, 2.35, 2.7, 0)
    times = unit_times(gesture, part, np.array([2.0, 2.35, 2.7]))
    np.testing.assert_allclose(times, [-part.preparation, 0.0, 0.35 * 1.5], atol=1e-9)
