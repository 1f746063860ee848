"""The shipped sentence encoder measures likeness of meaning, offline."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.text.embedding import (
    ENCODERS,
    embed_sentences,
    find_encoder,
    load_sentence_encoder,
)
from gesture_core.text.sentence_encoder import character_ngrams
from gesture_core.train.sentence_encoder import Pairs, read_korsts, spearman


def test_embeddings_are_unit_vectors_in_order() -> None:
    sentences = ["사과를 먹었다", "안녕하세요", "오늘 날씨가 정말 좋네요 그렇죠", "안녕하세요"]
    embedded = embed_sentences(sentences)
    assert embedded.shape == (4, ENCODERS["default"].dimension)
    assert embedded.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embedded, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(embedded[1], embedded[3], atol=1e-6)
    one_by_one = np.concatenate([embed_sentences([sentence]) for sentence in sentences])
    np.testing.assert_allclose(embedded, one_by_one, atol=1e-5)


@pytest.mark.parametrize(
    ("sentence", "alike", "unlike"),
    [
        ("사과를 먹었다", "과일을 먹었다", "자동차를 운전했다"),
        ("고마워요", "감사합니다", "배가 고파요"),
        ("저쪽으로 가세요", "저기로 이동하시면 됩니다", "이름이 뭐예요?"),
        ("손을 흔들어 인사한다", "작별 인사를 한다", "밥을 짓는다"),
    ],
)
def test_alike_sentences_are_nearer(sentence: str, alike: str, unlike: str) -> None:
    here, near, far = embed_sentences([sentence, alike, unlike])
    assert here @ near > here @ far + 0.05


def test_odd_sentences_have_embeddings() -> None:
    embedded = embed_sentences(["", "   ", "😀", "가" * 3000, "\n"])
    assert np.isfinite(embedded).all()


def test_no_sentences_give_no_embeddings() -> None:
    assert embed_sentences([]).shape == (0, ENCODERS["default"].dimension)


def test_sentence_transformers_gives_the_same() -> None:
    sentences = ["안녕하세요", "오늘은 무엇을 할까요?"]
    encoder = load_sentence_encoder()
    assert encoder.get_embedding_dimension() == ENCODERS["default"].dimension
    np.testing.assert_allclose(encoder.encode(sentences), embed_sentences(sentences), atol=1e-5)


def test_the_modules_save_what_they_load(tmp_path: Path) -> None:
    from gesture_core.text.sentence_encoder import load_korean_encoder
    from gesture_core.text.sentence_module import KoreanSentenceModule

    (module,) = load_sentence_encoder()
    assert isinstance(module, KoreanSentenceModule)
    module.save(str(tmp_path))
    again = load_korean_encoder(tmp_path).embed(["안녕하세요"])
    np.testing.assert_allclose(again, embed_sentences(["안녕하세요"]), atol=1e-6)


def test_unknown_encoder_is_refused() -> None:
    with pytest.raises(UserError, match=r"'elmo'; choose from default, "):
        embed_sentences(["안녕"], encoder="elmo")


def test_encoder_that_is_not_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = find_encoder("ko-simcse")
    monkeypatch.setitem(
        ENCODERS, "missing", type(missing)("nobody/no-such-encoder", 768, 0.0, "none")
    )
    with pytest.raises(UserError, match=r"nobody/no-such-encoder.*download=True.*'default'"):
        load_sentence_encoder("missing")


def test_one_sentence_is_embedded_quickly() -> None:
    sentence = ["안녕하세요 오늘은 셰프가 준비한 요리를 대접해 드릴게요"]
    embed_sentences(sentence)
    start = time.process_time()
    for _ in range(20):
        embed_sentences(sentence)
    assert (time.process_time() - start) / 20 < 0.048  # measured 0.006


def test_importing_the_text_stage_imports_nothing_heavy() -> None:
    code = (
        "import sys, gesture_core.text.normalize, gesture_core.text.pronounce, "
        "gesture_core.text.morphemes, gesture_core.text.embedding\n"
        "heavy = {'torch', 'kiwipiepy', 'sentence_transformers', 'tokenizers', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_ngrams_know_word_borders() -> None:
    assert character_ngrams("가나 가") == {
        "가": 2,
        "나": 1,
        " 가": 2,
        "가나": 1,
        "나 ": 1,
        "가 ": 1,
        " 가나": 1,
        "가나 ": 1,
        " 가 ": 1,
    }


def _score(pairs: Pairs) -> float:
    cosines = (embed_sentences(pairs.left) * embed_sentences(pairs.right)).sum(axis=1)
    return spearman(cosines, pairs.likeness)


def test_korsts_dev_as_the_card_says(shared_data: Callable[[str], Path]) -> None:
    """The first 400 pairs of the dev set; the whole of both sets runs in the bench below."""
    left, right, likeness = read_korsts(_find(shared_data("text_ko"), "sts-dev.tsv"))
    assert _score(Pairs(left[:400], right[:400], likeness[:400])) > 75


@pytest.mark.bench
@pytest.mark.parametrize(("name", "card"), [("sts-test.tsv", 75.79), ("sts-dev.tsv", 81.45)])
def test_korsts_in_full(shared_data: Callable[[str], Path], name: str, card: float) -> None:
    pairs = read_korsts(_find(shared_data("text_ko"), name))
    assert _score(pairs) == pytest.approx(card, abs=0.05)


def _find(folder: Path, name: str) -> Path:
    return next(folder.rglob(name))
