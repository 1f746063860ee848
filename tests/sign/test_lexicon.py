"""Folders of entries become one lexicon, and everything that does not fit is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gesture_core.errors import UserError
from gesture_core.signing.lexicon import load_lexicon

HAND = "{shape: flat, fingers: up, palm: forward}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "signs").mkdir()
    return tmp_path


def test_the_shipped_lexicon_is_whole() -> None:
    lexicon = load_lexicon()
    assert len(lexicon.signs) >= 120
    assert {"가다", "지하철", "부탁", "불가능"} <= lexicon.signs.keys()
    assert {"ㄱ", "ㅎ", "ㅏ", "ㅣ"} <= lexicon.jamo.keys()
    for sign in (*lexicon.signs.values(), *lexicon.jamo.values(), *lexicon.numbers.values()):
        assert sign.source, f"{sign.file}: {sign.gloss} does not say where its form is from"
        assert sign.shapes <= lexicon.handshapes.keys()


def test_a_users_entry_takes_the_place_of_the_shipped_one(folder: Path) -> None:
    (folder / "signs" / "mine.yaml").write_text(
        f"가다: {{en: mine, synonyms: [우리말가다], steps: [{{both: {HAND}}}]}}", encoding="utf-8"
    )
    lexicon = load_lexicon(folder)
    assert lexicon.sign("가다").en == "mine"
    assert lexicon.synonyms["우리말가다"] == "가다"
    assert lexicon.sign("버스").file != "mine.yaml"


def test_a_users_synonym_takes_the_place_of_the_shipped_one(folder: Path) -> None:
    word, gloss = next(iter(load_lexicon().synonyms.items()))
    (folder / "signs" / "mine.yaml").write_text(
        f"내수어: {{synonyms: [{word}], steps: [{{both: {HAND}}}]}}", encoding="utf-8"
    )
    assert load_lexicon(folder).synonyms[word] == "내수어" != gloss


def test_all_mistakes_are_listed_at_once(folder: Path) -> None:
    (folder / "signs" / "a.yaml").write_text(
        f"하나둘: {{steps: [{{strong: {{shape: flatt, fingers: up, palm: back}}}}]}}\n"
        f"둘셋: {{steps: [{{strong: {HAND}, wave: 2}}]}}\n"
        f"셋넷: {{steps: [{{strong: {HAND}}}]}}\n"
        "넷다섯: {recording: lost.npz, licence: CC0, consent: asked}\n"
        f"다섯: {{synonyms: [여섯], steps: [{{strong: {HAND}}}]}}\n"
        f"일곱: {{synonyms: [여섯], steps: [{{strong: {HAND}}}]}}\n",
        encoding="utf-8",
    )
    (folder / "signs" / "b.yaml").write_text(
        f"셋넷: {{steps: [{{strong: {HAND}}}]}}", encoding="utf-8"
    )
    (folder / "synonyms.yaml").write_text("가가: 없는수어", encoding="utf-8")
    (folder / "compounds.yaml").write_text("나나: 없는수어", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_lexicon(folder)
    message = str(caught.value)
    assert "a.yaml: 하나둘: no hand shape 'flatt'; did you mean flat" in message
    assert "둘셋: steps[0]: unknown setting 'wave'" in message
    assert "셋넷: the gloss is also in a.yaml" in message
    assert "넷다섯: there is no recording" in message
    assert "일곱: '여섯' is a synonym of 다섯 too" in message
    assert "synonyms: 가가: no sign '없는수어'" in message
    assert "나나 must be a list of glosses" in message


def test_a_folder_without_a_lexicon_is_no_lexicon(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no lexicon"):
        load_lexicon(tmp_path)


def test_an_unknown_gloss_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="no sign '지하처'; did you mean .*지하철"):
        load_lexicon().sign("지하처")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere is no lexicon: there is no such folder"):
        load_lexicon(tmp_path / "nowhere")
