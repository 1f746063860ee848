"""Lips: what must be seen of the sounds, at any frame rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.motion import EXPRESSIONS
from gesture_core.speech.phonemes import PHONEMES
from gesture_core.speech.visemes import lip_sync, load_visemes
from gesture_core.utterance import Phoneme

MOUTH = [i for i, name in enumerate(EXPRESSIONS) if name.startswith(("mouth", "jaw"))]


def said(symbols: str, start: float = 0.5, each: float = 0.12) -> list[Phoneme]:
    return [
        Phoneme(symbol, start + i * each, start + (i + 1) * each)
        for i, symbol in enumerate(symbols.split())
    ]


def column(curves: np.ndarray, name: str) -> np.ndarray:
    return curves[:, EXPRESSIONS.index(name)]


def lips_apart(curves: np.ndarray) -> np.ndarray:
    """Opening between the lips: the jaw less what `mouthClose` makes up for."""
    return column(curves, "jawOpen") - column(curves, "mouthClose")


def test_every_phoneme_has_one_viseme() -> None:
    assert load_visemes().keys() == PHONEMES


def test_open_round_and_spread_vowels_look_different() -> None:
    middle = {v: lip_sync(said(v, 0.5, 0.2), 1.2, 100)[60] for v in ("a", "u", "i")}
    at = EXPRESSIONS.index
    assert middle["a"][at("jawOpen")] > 2.5 * middle["u"][at("jawOpen")]
    assert middle["u"][at("mouthPucker")] > 0.4 > middle["a"][at("mouthPucker")] + 0.3
    assert middle["i"][at("mouthSmileLeft")] > 0.1 > middle["u"][at("mouthSmileLeft")]


@pytest.mark.parametrize("fps", [15.0, 24.0, 30.0, 60.0])
@pytest.mark.parametrize("bilabial", ["m", "p", "p͈", "pʰ", "p̚"])
@pytest.mark.parametrize("shift", [0.0, 0.007, 0.013, 0.021])
def test_lips_meet_on_every_bilabial(fps: float, bilabial: str, shift: float) -> None:
    spoken = said(f"a {bilabial} a", 0.5 + shift, 0.07)
    apart = lips_apart(lip_sync(spoken, 1.5, fps))
    middle = (spoken[1].start + spoken[1].end) / 2 * fps
    near = apart[int(np.floor(middle)) : int(np.ceil(middle)) + 1]
    assert near.min() < 0.01
    assert apart.max() > 0.12  # and part for the vowels


def test_the_mouth_rests_in_a_pause_and_at_both_ends() -> None:
    spoken = [*said("a n a", 0.5), *said("o n i", 1.5)]
    curves = lip_sync(spoken, 3.0, 60)
    for second in (0.0, 0.2, 1.2, 2.3, 2.9):
        assert curves[int(second * 60), MOUTH].max() < 0.02, second
    assert curves[int(0.56 * 60), MOUTH].max() > 0.2


def test_lips_round_before_a_round_vowel() -> None:
    spoken = said("n u", 0.5)
    pucker = column(lip_sync(spoken, 1.5, 100), "mouthPucker")
    assert pucker[int(100 * spoken[0].end) - 3] > 0.1


def test_curves_in_time_do_not_depend_on_the_frame_rate() -> None:
    spoken = said("a m u n i tɕ a ŋ")
    np.testing.assert_allclose(
        lip_sync(spoken, 2.0, 60)[::2], lip_sync(spoken, 2.0, 30), atol=1e-12
    )


def test_a_louder_voice_opens_the_mouth_wider_but_never_shut_lips() -> None:
    spoken = said("a m a", 0.5, 0.2)
    rate = 8000
    tone = np.sin(np.arange(2 * rate)).astype(np.float32)
    tone[: int(0.8 * rate)] *= 0.1  # the first vowel is soft
    flat, shaped = lip_sync(spoken, 2.0, 50), lip_sync(spoken, 2.0, 50, tone, rate)
    jaw_flat, jaw = column(flat, "jawOpen"), column(shaped, "jawOpen")
    assert jaw[30] < 0.85 * jaw_flat[30]
    assert jaw[50] > 1.1 * jaw_flat[50]
    assert lips_apart(shaped)[40] < 0.01


def test_no_jitter() -> None:
    curves = lip_sync(said("a n ɯ s e j o k a m s a h a p n i t a", each=0.07), 2.0, 120)
    second = np.abs(np.diff(curves, 2, axis=0))
    assert second.max() < 0.035  # at 120 fps a corner would be 0.05 or more


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(PHONEMES)), st.floats(0.01, 0.5), st.floats(0, 0.6)),
        max_size=30,
    ),
    st.sampled_from([10.0, 24.0, 30.0, 60.0]),
)
def test_any_speech_gives_expressions_within_bounds(
    sounds: list[tuple[str, float, float]], fps: float
) -> None:
    now, spoken = 0.0, []
    for symbol, length, gap in sounds:
        spoken.append(Phoneme(symbol, now + gap, now + gap + length))
        now += gap + length
    curves = lip_sync(spoken, now + 0.5, fps)
    assert curves.shape == (round((now + 0.5) * fps), 52)
    assert np.isfinite(curves).all()
    assert curves.min() >= 0
    assert curves.max() <= 1
