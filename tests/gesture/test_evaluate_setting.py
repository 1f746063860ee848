"""What generators are judged on, and the controls that are played to them."""

import numpy as np
import pytest

from gesture_core.dataset.compose import FPS
from gesture_core.dataset.unit_splits import split_units
from gesture_core.errors import UserError
from gesture_core.evaluate.rows import (
    composed_again,
    mean_pose,
    other_text,
    other_words,
    real_again,
    real_takes,
)
from gesture_core.evaluate.setting import SPLITS, make_setting, only
from gesture_core.planning.learned import PlannerModel
from tests.data.judged import library_to_judge, more_sentences

HELD_OUT = 18
NOBODY = PlannerModel(network=None, sha256="")  # type: ignore[arg-type]
"""Nothing here makes a plan from text."""


@pytest.fixture(scope="module")
def splits(library):
    return split_units(library_to_judge(library))


@pytest.fixture(scope="module")
def said(sentences):
    return more_sentences(sentences, 4)


@pytest.fixture(scope="module")
def settings(splits, said):
    return {
        split: make_setting(split, splits, said, NOBODY, 0.5, held_out=HELD_OUT) for split in SPLITS
    }


def test_real_sequences_are_made_of_units_kept_apart(settings, splits):
    trained = {unit.name for unit in splits.train.units if unit.function != "idle"}
    for setting in settings.values():
        used = {
            setting.sources[case.source].parts[part].unit
            for case in setting.cases
            for part in case.real.parts
        }
        assert used
        assert not used & trained
        assert setting.seconds >= 30.0


def test_a_stranger_is_judged_on_both_halves_of_the_clips(settings):
    setting = settings["unknown_performer"]
    first, second = ({p.unit for p in source.parts} for source in setting.sources)
    assert first
    assert second
    assert not first & second
    assert {case.source for case in setting.cases} == {0, 1}
    for case in setting.cases:
        assert {g.function for g in case.real.plan} <= setting.functions(case)
        assert setting.style(case).manner == "stand"  # generators cannot know the stranger's


def test_the_same_seed_gives_the_same_setting(settings, splits, said):
    first = settings["known"].cases[0].real
    again = make_setting("known", splits, said, NOBODY, 0.1, held_out=HELD_OUT)
    other = make_setting("known", splits, said, NOBODY, 0.1, held_out=HELD_OUT, seed=8)
    np.testing.assert_array_equal(again.cases[0].real.rotations, first.rotations)
    assert other.cases[0].real.energy != first.energy


def test_only_held_out_sentences_are_said(settings):
    for setting in settings.values():
        assert {n for case in setting.cases for n in case.heard.lines} <= set(range(HELD_OUT))


def test_too_few_sentences_are_a_user_error(splits, said):
    with pytest.raises(UserError, match="24 sentences, fewer than 400"):
        make_setting("known", splits, said, NOBODY, 0.5)


def test_partners_say_other_sentences_in_about_the_same_time(settings):
    setting = settings["known"]
    frames = np.array([case.frames for case in setting.cases])
    for index, case in enumerate(setting.cases):
        partner = setting.partner(index)
        apart = [not set(case.heard.lines) & set(c.heard.lines) for c in setting.cases]
        assert apart[partner]
        nearest = np.abs(frames - case.frames)[apart].min()
        assert abs(frames[partner] - case.frames) == nearest


def test_another_text_brings_its_own_times_and_other_words_keep_them(settings):
    setting = settings["known"]
    index = 0
    own, other = setting.cases[index].heard, setting.cases[setting.partner(index)].heard
    shuffled, words = other_text(setting, index), other_words(setting, index)

    assert shuffled.words == other.words
    assert shuffled.duration == own.duration
    np.testing.assert_array_equal(words.text.starts, own.text.starts)
    assert [(w.start, w.end, w.sentence) for w in words.words] == [
        (w.start, w.end, w.sentence) for w in own.words
    ]
    assert words.words[0].text == other.words[0].text
    np.testing.assert_array_equal(words.text.vectors[0], other.text.vectors[0])
    np.testing.assert_array_equal(words.text.sentence_vectors[0], other.text.sentence_vectors[0])


def test_composing_again_keeps_the_plan_and_real_again_does_not(settings):
    setting = settings["known"]
    index = max(range(len(setting.cases)), key=lambda n: len(setting.cases[n].real.plan))
    case = setting.cases[index]
    again = composed_again(setting)(index, 0)
    assert again.plan is not None
    assert [g.stroke for g in again.plan] == [g.stroke for g in case.real.plan]
    assert again.motion.frames == case.frames
    assert not np.allclose(again.motion.rotations, case.real.rotations)

    anew = [real_again(setting)(index, seed) for seed in range(2)]
    assert not np.allclose(anew[0].motion.rotations, anew[1].motion.rotations)
    same = real_again(setting)(index, 0)
    np.testing.assert_array_equal(same.motion.rotations, anew[0].motion.rotations)


def test_the_mean_pose_stands_still_off_the_rest(settings):
    take = mean_pose(settings["known"], minutes=0.3)(0, 0)
    assert np.ptp(take.motion.rotations, axis=0).max() == 0.0
    assert np.abs(take.vectors).max() > 1e-3


def test_real_takes_are_the_real_sequences(settings):
    setting = settings["unknown_performer"]
    take, case = real_takes(setting)[0], setting.cases[0]
    np.testing.assert_array_equal(take.motion.rotations, case.real.rotations)
    assert take.motion.fps == FPS
    first = np.abs(take.vectors[0]).max()
    assert first < 0.2  # near the stranger's own rest


def test_only_leaves_out_other_functions(settings):
    plan = max((case.real.plan for case in settings["known"].cases), key=len)
    kept = only(plan, {"negate"})
    assert {g.function for g in kept} <= {"negate"}
    assert len(kept) + len(only(plan, {"beat", "me"})) == len(plan)
