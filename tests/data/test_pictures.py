"""How much pictures change, and a check of our measure against the seed's on a real video."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.dataset.pictures import PictureChanges


def flat(level: int) -> np.ndarray:
    return np.full((90, 160, 3), level, dtype=np.uint8)


def test_pictures_are_handed_on_and_compared_with_one_second_before() -> None:
    pictures = [flat(10), flat(20), flat(30), flat(34), flat(30)]
    changes = PictureChanges(iter(pictures), fps=2.0)
    for given, handed in zip(pictures, changes, strict=True):
        assert handed is given
    np.testing.assert_allclose(changes.values, [np.nan, np.nan, 20, 14, 0])


def test_noise_counts_for_less_than_movement() -> None:
    rng = np.random.default_rng(0)
    noisy = [rng.integers(90, 110, (720, 1280, 3)).astype(np.uint8) for _ in range(4)]
    changes = PictureChanges(noisy, fps=1.0)
    list(changes)
    assert np.nanmax(changes.values) < 1.085
    half = flat(200) * (np.arange(160) < 80)[None, :, None].astype(np.uint8)
    moved = PictureChanges([np.roll(half, 8 * number, axis=1) for number in range(4)], fps=1.0)
    list(moved)
    np.testing.assert_allclose(moved.values[1:], 200 * 16 / 160)


def test_the_change_of_a_real_signer_is_near_the_seeds(shared_data) -> None:
    """The seed samples five pictures of a clip, our clips compare pictures a second apart."""
    pytest.importorskip("av")
    from gesture_core.formats.video import read_frames

    (path,) = shared_data("video").rglob("please.mkv")
    pictures = [picture for _, picture in read_frames(path)]
    changes = PictureChanges(pictures, fps=30.0)
    list(changes)
    step = len(pictures) // 5
    sampled = [picture.astype(int) for picture in pictures[step : len(pictures) - step + 1 : step]]
    theirs = np.mean([np.abs(a - b).mean() for a, b in zip(sampled, sampled[1:], strict=False)])
    ours = np.nanmean(changes.values)
    assert theirs / 2 < ours < theirs * 2
    assert ours > 1.085
