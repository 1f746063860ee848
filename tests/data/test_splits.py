"""Held-out speakers: whole, the same every time, never inside a video."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.dataset.splits import SPLITS, TEST, TRAIN, VALIDATION, SplitConfig, assign_splits
from gesture_core.errors import UserError

NAMES = st.sampled_from([*"abcdefghijkl"])
VIDEOS = st.sampled_from([f"{n}.mp4" for n in range(30)])
SECONDS = st.sampled_from([0.1, 1.0, 7.3, 60.0, 61.7, 300.0, 4000.0])
CLIPS = st.lists(st.tuples(NAMES, VIDEOS, SECONDS), min_size=1, max_size=25)
CONFIGS = st.builds(
    SplitConfig,
    validation_share=st.floats(0.0, 0.4),
    test_share=st.floats(0.0, 0.4),
    seed=st.integers(0, 100),
)


def own_video(lengths: dict[str, float]) -> list[tuple[str, str, float]]:
    return [(speaker, f"{speaker}.mp4", seconds) for speaker, seconds in lengths.items()]


@given(CLIPS, CONFIGS, st.randoms())
def test_the_order_of_the_clips_does_not_matter(clips, config, chance):
    first = assign_splits(clips, config)
    chance.shuffle(clips)
    assert assign_splits(clips, config) == first


@given(CLIPS, CONFIGS)
def test_every_speaker_has_one_split_and_some_train(clips, config):
    splits = assign_splits(clips, config)
    assert set(splits) == {speaker for speaker, _, _ in clips}
    assert set(splits.values()) <= set(SPLITS)
    assert TRAIN in splits.values()


@given(CLIPS, CONFIGS)
def test_no_video_is_divided(clips, config):
    splits = assign_splits(clips, config)
    for video in {video for _, video, _ in clips}:
        assert len({splits[speaker] for speaker, own, _ in clips if own == video}) == 1


@given(
    st.dictionaries(NAMES, SECONDS, min_size=3),
    CONFIGS.filter(lambda config: min(config.validation_share, config.test_share) > 0.0),
)
def test_of_three_independent_speakers_every_split_gets_one(lengths, config):
    splits = assign_splits(own_video(lengths), config)
    assert set(splits.values()) == set(SPLITS)
    for split, share in ((TEST, config.test_share), (VALIDATION, config.validation_share)):
        target = share * sum(lengths.values())
        own = [lengths[speaker] for speaker, its in splits.items() if its == split]
        assert len(own) == 1 or sum(own) <= 2.5 * target


def test_shares_are_met_where_speakers_are_many():
    lengths = {f"speaker{n}": 60.0 + n % 7 for n in range(200)}
    splits = assign_splits(own_video(lengths), SplitConfig(validation_share=0.1, test_share=0.2))
    total = sum(lengths.values())
    for split, share in ((VALIDATION, 0.1), (TEST, 0.2), (TRAIN, 0.7)):
        held = sum(lengths[speaker] for speaker, its in splits.items() if its == split)
        assert held / total == pytest.approx(share, abs=0.005)


def test_the_main_speaker_trains():
    lengths = {"main": 9000.0, "a": 200.0, "b": 300.0, "c": 250.0}
    for seed in range(20):
        assert assign_splits(own_video(lengths), SplitConfig(seed=seed))["main"] == TRAIN


def test_another_seed_chooses_other_speakers():
    lengths = {f"speaker{n}": 60.0 for n in range(20)}
    chosen = {
        tuple(assign_splits(own_video(lengths), SplitConfig(seed=seed)).values())
        for seed in range(5)
    }
    assert len(chosen) == 5


def test_of_two_speakers_one_is_for_the_test_and_of_one_none():
    assert assign_splits(own_video({"kim": 9.0, "lee": 5.0}), SplitConfig()) == {
        "kim": TRAIN,
        "lee": TEST,
    }
    assert assign_splits(own_video({"kim": 9.0}), SplitConfig()) == {"kim": TRAIN}


def test_speakers_of_one_video_stay_together_through_others():
    clips = [("a", "1", 5.0), ("b", "1", 5.0), ("b", "2", 5.0), ("c", "2", 5.0), ("d", "3", 15.0)]
    splits = assign_splits(clips, SplitConfig(validation_share=0.0, test_share=0.5))
    assert splits["a"] == splits["b"] == splits["c"] != splits["d"]


def test_named_speakers_count_more_than_shares():
    lengths = {f"s{n}": 60.0 for n in range(9)}
    config = SplitConfig(test=("s3", "s4", "absent"), validation_share=0.2)
    splits = assign_splits(own_video(lengths), config)
    assert [name for name, split in splits.items() if split == TEST] == ["s3", "s4"]
    assert sum(split == VALIDATION for split in splits.values()) == 2


def test_contradictions_are_told():
    with pytest.raises(UserError, match="kim is named for validation and for test"):
        SplitConfig(validation=("kim",), test=("kim", "lee"))
    for shares in ((-0.1, 0.1), (0.5, 0.5)):
        with pytest.raises(UserError, match="must be at least 0"):
            SplitConfig(validation_share=shares[0], test_share=shares[1])
    config = SplitConfig(validation=("kim",), test=("lee",))
    with pytest.raises(UserError, match="kim, lee share videos"):
        assign_splits([("kim", "a.mp4", 1.0), ("lee", "a.mp4", 1.0)], config)
