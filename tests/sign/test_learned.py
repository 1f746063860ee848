"""Learned signing in use: splits by attention, joined motions, and a model that is not trained."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.checkpoint import load_checkpoint, save_checkpoint
from gesture_core.errors import UserError
from gesture_core.metrics.plausibility import beyond_limits
from gesture_core.motion import Span
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply
from gesture_core.signing.learned import (
    KIND,
    PADDING,
    UNKNOWN,
    best_split,
    gloss_spans,
    join_motions,
    load_signer,
    produce,
    resting,
    text_tokens,
    token_numbers,
)
from tests.sign.sign_runs import tiny_checkpoint


@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 9999))
@settings(max_examples=50, deadline=None)
def test_the_split_is_the_best_of_all(frames: int, count: int, seed: int) -> None:
    score = np.random.default_rng(seed).normal(size=(frames, count))
    found = best_split(score)
    assert found[0] == 0
    assert found[-1] == frames
    assert (np.diff(found) >= 0).all()
    if frames < count:
        return

    def worth(borders: tuple[int, ...]) -> float:
        return sum(score[a:b, n].sum() for n, (a, b) in enumerate(itertools.pairwise(borders)))

    inner = itertools.combinations(range(1, frames), count - 1)
    assert worth(tuple(found)) == pytest.approx(max(worth((0, *b, frames)) for b in inner))


def test_spans_are_where_the_attention_is() -> None:
    attention = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]])
    assert gloss_spans(attention, ("집", "불"), 10.0) == (
        Span("gloss", "집", 0.0, 0.2, "learned"),
        Span("gloss", "불", 0.2, 0.4, "learned"),
    )


def test_numbers_of_tokens() -> None:
    assert token_numbers([("집", "?"), ("불", "집", "집")], ("불", "집")).tolist() == [
        [3, UNKNOWN, PADDING],
        [2, 3, 3],
    ]


def test_text_is_its_morphemes() -> None:
    assert text_tokens("집에 가요")[0] == "집/NNG"
    assert "가/VV" in text_tokens("집에 가요")


def test_joined_motions_meet_without_a_jump() -> None:
    one, other = resting(30.0), resting(30.0)
    other.rotations[0, 14] = (np.cos(0.6), np.sin(0.6), 0.0, 0.0)
    whole = join_motions([one, other], 0.4)
    assert whole.frames == 1 + 11 + 1
    steps = quat_angle(quat_multiply(quat_inverse(whole.rotations[:-1]), whole.rotations[1:]))
    total = quat_angle(quat_multiply(quat_inverse(one.rotations[0, 14]), other.rotations[0, 14]))
    assert steps[:, 14].sum() == pytest.approx(total)
    assert steps.max() < 2.0 * total / 12


@pytest.mark.parametrize("representation", ["keypoints", "motion"])
def test_a_model_signs_whatever_it_knows(tmp_path: Path, representation: str) -> None:
    signer = load_signer(tiny_checkpoint(tmp_path, representation=representation))
    sentences = [("하나", ("g0", "g1")), ("둘", ("g2", "never seen"))]
    motion = produce(sentences, signer, 30.0)
    assert motion.fps == 30.0
    assert beyond_limits(motion).mean() < 0.1  # even of what is no signing at all
    glosses = [span.text for span in motion.spans if span.kind == "gloss"]
    assert glosses == ["g0", "g1", "g2", "never seen"]
    assert [span.text for span in motion.spans if span.kind == "subtitle"] == ["하나", "둘"]
    assert all(0.3 <= span.start < span.end <= motion.duration for span in motion.spans)
    assert signer.unknown(("g0", "never seen")) == ("never seen",)
    assert signer.card()["data"]["source"] == "made up"


def test_nothing_to_say_is_refused(tmp_path: Path) -> None:
    signer = load_signer(tiny_checkpoint(tmp_path))
    with pytest.raises(UserError, match="without tokens"):
        signer.sign([()])
    with pytest.raises(UserError, match="is not a checkpoint"):
        load_signer(Path(__file__))


@pytest.mark.parametrize("lost", ["vocabulary", "model", "told", "network", "ranges"])
def test_a_checkpoint_that_lacks_something_is_refused(tmp_path: Path, lost: str) -> None:
    whole = load_checkpoint(tiny_checkpoint(tmp_path), KIND)
    tensors = {k: v for k, v in whole.tensors.items() if not k.startswith(lost)}
    details = {k: v for k, v in whole.details.items() if k != lost}
    broken = tmp_path / "broken.safetensors"
    save_checkpoint(broken, KIND, tensors, details)
    with pytest.raises(UserError, match="does not hold a model that signs"):
        load_signer(broken)
