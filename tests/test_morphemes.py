"""Each eojeol has its morphemes and a vector of their meaning."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.text.cong import DIMENSION, load_cong, read_cong
from gesture_core.text.morphemes import analyse, kiwi, morpheme_vectors
from gesture_core.text.normalize import normalize
from gesture_core.text.pronounce import pronounce_words
from gesture_core.text.split import boundaries


def _tagged(text: str) -> list[list[str]]:
    return [[f"{m.form}/{m.tag}" for m in morphemes] for morphemes in analyse(text)]


def test_morphemes_of_each_eojeol() -> None:
    assert _tagged("나는 밥을 먹었다") == [
        ["나/NP", "는/JX"],
        ["밥/NNG", "을/JKO"],
        ["먹/VV", "었/EP", "다/EF"],
    ]


def test_contracted_morphemes_lie_in_their_eojeol() -> None:
    text = "학교에 갔다."
    for word, morphemes in zip(text.split(), analyse(text), strict=True):
        start = text.index(word)
        assert morphemes
        assert all(start <= m.start < m.end <= start + len(word) for m in morphemes)


def test_analysis_follows_the_normalised_words() -> None:
    normalized = normalize("내일 😀 3시에 만나요")
    analysed = analyse(normalized.text, normalized.words)
    assert [morphemes[0].form for morphemes in analysed] == ["내일", "3", "만나"]


def test_vectors_agree_with_kiwis_own_similarity() -> None:
    pairs = [("사과", "과일"), ("집", "주택"), ("분노", "증오"), ("학교", "사과")]
    for pair in pairs:
        ((morpheme,), (other,)) = analyse(" ".join(pair))
        assert morpheme.vector_id is not None
        assert other.vector_id is not None
        first, second = load_cong().unit_vectors([morpheme.vector_id, other.vector_id])
        nouns: list[Any] = [(noun, "NNG") for noun in pair]
        kiwis = kiwi().morpheme_similarity(*nouns)
        assert float(first @ second) == pytest.approx(kiwis, abs=0.01)


def test_eojeol_vectors_are_unit_and_lean_on_content() -> None:
    eat, eats, apple, punctuation = morpheme_vectors(analyse("먹었다 먹는다 사과를 ..."))
    assert np.linalg.norm(eat) == pytest.approx(1.0, abs=1e-5)
    assert eat.shape == (DIMENSION,)
    assert eat @ eats > 0.8 > eat @ apple
    assert not punctuation.any()


def test_no_words_give_no_vectors() -> None:
    assert morpheme_vectors([]).shape == (0, DIMENSION)


@pytest.mark.parametrize("content", [b"", b"\0" * 64, struct.pack("<QQ", 70_488, 9) + b"\1" * 80])
def test_foreign_model_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cong.mdl"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"cong\.mdl"):
        read_cong(path)


def test_other_model_versions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    load_cong.cache_clear()
    monkeypatch.setattr("gesture_core.text.cong.metadata.version", lambda _: "0.99.0")
    with pytest.raises(UserError, match=r"pip install kiwipiepy_model==0\.24\.0"):
        load_cong()


@given(
    st.text(
        st.one_of(st.sampled_from("가나닭값않 .,!?\n3시ab😀ㅋ漢"), st.characters()), max_size=50
    )
)
@settings(max_examples=60, deadline=None)
def test_every_readable_text_passes_the_whole_stage(text: str) -> None:
    try:
        normalized = normalize(text)
    except UserError:
        return
    pauses = boundaries(normalized.text, normalized.words)
    readings = [word.reading for word in normalized.words]
    spoken = pronounce_words(readings, [pause != "none" for pause in pauses])
    vectors = morpheme_vectors(analyse(normalized.text, normalized.words))
    assert len(pauses) == len(spoken) == len(vectors) == len(normalized.words)
    assert [len(word) for word in spoken] == [len(reading) for reading in readings]
    assert pauses[-1] == "sentence"
    assert np.isfinite(vectors).all()
