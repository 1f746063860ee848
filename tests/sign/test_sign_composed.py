"""A corpus composed from the lexicon: patterns by hand, one sentence signed and filmed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.motion import Span, rest_motion
from gesture_core.signing.glosser import gloss_text
from gesture_core.signing.glosses import GlossToken
from gesture_core.signing.learned import load_signer
from gesture_core.signing.lexicon import load_lexicon
from gesture_core.signing.motion_frames import VALUES
from gesture_core.train.runs import train
from gesture_core.train.sign_composed import (
    SentencePatterns,
    compose,
    draw_sentences,
    part_spans,
)
from gesture_core.train.sign_corpus import read_corpus

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "models" / "sign_sentences.yaml"


def test_slots_are_filled_and_two_of_a_kind_differ() -> None:
    patterns = SentencePatterns({"city": ("서울", "부산")}, ("{city}에서 {city2}까지",))
    drawn = {patterns.draw(np.random.default_rng(seed)) for seed in range(20)}
    assert drawn == {"서울에서 부산까지", "부산에서 서울까지"}
    with pytest.raises(UserError, match="nothing"):
        SentencePatterns({}, ("{who}?",)).draw(np.random.default_rng(0))


def test_the_shipped_patterns_are_signed_whole() -> None:
    patterns, lexicon = load_config(SentencePatterns, SHIPPED), load_lexicon()
    drawn = list(draw_sentences(patterns, lexicon, 60, 0))
    assert len({text for text, _ in drawn}) == 60
    for _, sentence in drawn:
        assert all(token.parts for token in sentence.signed)
    rng = np.random.default_rng(0)
    for pattern in patterns.patterns:  # none of them is drawn in vain
        one = SentencePatterns(patterns.slots, (pattern,))
        tried = [gloss_text(one.draw(rng), lexicon)[0].signed for _ in range(5)]
        assert any(all(t.kind != "fingerspelled" for t in signed) for signed in tried), pattern


def test_too_few_sentences_are_told() -> None:
    patterns = SentencePatterns({}, ("집에 가요.",))
    with pytest.raises(UserError, match="only 1 different"):
        list(draw_sentences(patterns, load_lexicon(), 2, 0))


def test_tokens_of_several_signs_have_equal_shares() -> None:
    tokens = (
        GlossToken("집", "sign", "", (0, 1), ("집",)),
        GlossToken("공항", "compound", "", (2, 4), ("비행기", "곳")),
    )
    motion = rest_motion(60, 30.0)
    spans = (Span("gloss", "집", 0.0, 0.5), Span("gloss", "공항", 0.8, 1.8))
    motion = type(motion)(motion.skeleton, motion.rotations, motion.root, 30.0, spans=spans)
    assert [(span.text, span.start, span.end) for span in part_spans(motion, tokens)] == [
        ("집", 0.0, 0.5),
        ("비행기", 0.8, 1.3),
        ("곳", 1.3, 1.8),
    ]


def test_a_composed_sentence_is_its_signs_from_first_to_last() -> None:
    lexicon = load_lexicon()
    (sentence,) = gloss_text("집에 가요.", lexicon)
    made = compose("one", "집에 가요.", sentence, lexicon, 15.0)
    one = made.sequence
    assert one.glosses == ("집", "가다")
    assert one.spans[0].start == pytest.approx(0.0, abs=1 / 30)
    assert one.spans[-1].end * 15.0 == pytest.approx(len(one.frames), abs=1.5)
    assert made.motion.shape == (len(one.frames), VALUES)
    assert 0.0 < one.frames.min()
    assert one.frames.max() < 1.0
    moved = np.ptp(one.frames, axis=0)
    assert moved.max() > 0.03


def test_a_corpus_that_is_not_there_is_composed_and_trained_on(tmp_path: Path) -> None:
    config = SHIPPED.parents[2] / "configs" / "train" / "sign_motion.yaml"
    corpus = tmp_path / "signs.npz"
    sizes = "transformer={size: 16, heads: 2, layers: 1, inner: 16, hears: counter}"
    overrides = [f"corpus={corpus}", f"sentences={SHIPPED}", "composed=8", "epochs=1", sizes]
    path = train(config, [*overrides, f"output={tmp_path / 'run'}", "held_out=0.3"])
    known = read_corpus(corpus, 15.0)
    assert len(known.sequences) == 8
    assert all(len(one.glosses) == len(one.spans) for one in known.sequences)
    signer = load_signer(path)
    assert signer.details["data"]["sha256"] == known.sha256
    assert set(signer.vocabulary) <= {g for one in known.sequences for g in one.glosses}
