"""Korean → glosses: the seeds' examples, the rules with their sources, and any text at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.signing.gloss_lookup import split
from gesture_core.signing.gloss_text import MAX_CHARACTERS, MAX_SENTENCE
from gesture_core.signing.glosser import GLOSSERS, gloss_text
from gesture_core.signing.glosses import KINDS, GlossedSentence, to_json
from gesture_core.signing.lexicon import Lexicon, load_lexicon
from tests.sign.small_lexicon import small_lexicon

PAIRS = [
    line.split("\t")
    for line in Path(__file__).with_name("gloss_pairs.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
LEXICON = small_lexicon()


def glosses(text: str, lexicon: Lexicon = LEXICON, glosser: str = "rules") -> list[str]:
    return [t.gloss for s in gloss_text(text, lexicon, glosser) for t in s.signed]


def only(text: str) -> GlossedSentence:
    (sentence,) = gloss_text(text, LEXICON)
    return sentence


@pytest.mark.parametrize(("korean", "expected"), [pair[:2] for pair in PAIRS])
def test_pairs(korean: str, expected: str) -> None:
    assert " ".join(glosses(korean)) == expected


@pytest.mark.parametrize(
    ("korean", "expected"),
    [
        ("집에 불이 났어요", "집 불"),
        (
            "서울역까지 가려면 지하철 몇호선으로 환승해야 하나요?",
            "서울 기차 가다 목적 지하철 바꾸다 몇호",
        ),
        ("어지러워서 서있을 수 없어요", "어지럽다 서다 불가능"),
        ("빨리 도와주세요", "빨리 돕다 부탁"),
        ("친구를 만났어", "친구 만나다 끝"),
        ("무슨 계절을 좋아하세요?", "계절 좋다 무엇"),
        ("지하철 환풍구에 가방이 빠졌어요!", "지하철 환풍구 가방 빠지다"),
    ],
)
def test_the_examples_of_the_seeds_with_the_shipped_lexicon(korean: str, expected: str) -> None:
    assert " ".join(glosses(korean, load_lexicon())) == expected


def test_pairs_name_their_rule_and_source() -> None:
    assert len({pair[0] for pair in PAIRS}) == len(PAIRS) >= 130
    assert all(len(pair) == 4 and all(pair) for pair in PAIRS)


def test_classes_from_sign_to_caption() -> None:
    text = "아빠 여행 교통사고 25 홍길동 🦕"
    tokens = {t.gloss: t for s in gloss_text(text, LEXICON) for t in s.signed}
    assert {gloss: token.kind for gloss, token in tokens.items()} == {
        "아버지": "synonym",
        "여행": "sign",
        "교통사고": "compound",
        "25": "number",
        "홍길동": "fingerspelled",
        "🦕": "caption",
    }
    assert tokens["교통사고"].parts == ("교통", "사고")
    assert tokens["25"].parts == ("20", "5")
    assert tokens["홍길동"].parts == ("홍길동",)
    assert tokens["🦕"].parts == ()
    assert tokens["아버지"].parts == ("아버지",)


def test_an_unknown_compound_is_split_into_known_words() -> None:
    (token,) = only("서울대학교").signed
    assert (token.kind, token.parts) == ("compound", ("서울", "대학교"))
    assert split("서울교통사고대학교", LEXICON) == ("서울", "교통사고", "대학교")
    assert split("물건", LEXICON) == ()  # 물 is known, but one letter proves nothing
    assert split("서울대학원생", LEXICON) == ()


def test_foreign_words_are_spelled_as_they_sound() -> None:
    tokens = {t.gloss: t.parts for s in gloss_text("KTX 漢字 café", LEXICON) for t in s.signed}
    assert tokens == {"KTX": ("케이티엑스",), "漢字": ("한자",), "café": ("카페",)}


@pytest.mark.parametrize(("text", "reading"), [("b", "비"), ("moon", "문")])
def test_a_foreign_syllable_is_no_sign_that_sounds_like_it(text: str, reading: str) -> None:
    assert reading in LEXICON.signs
    (token,) = only(text).signed
    assert (token.kind, token.parts) == ("fingerspelled", (reading,))


def test_a_word_and_its_verb_with_one_sign_are_signed_once() -> None:
    lexicon = Lexicon(LEXICON.signs, {"식사": "먹다"}, {}, {}, {}, LEXICON.numbers)
    (token,) = (t for s in gloss_text("식사 먹다", lexicon) for t in s.signed)
    assert (token.gloss, token.source, token.rule) == ("먹다", (0, 4), "one sign for both")


def test_sources_are_the_characters_of_the_text_as_written() -> None:
    text = "  집에\u200b 불이 났어요! 빨리 도와주세요."
    first, second = gloss_text(text, LEXICON)
    assert [text[slice(*t.source)] for t in first.signed] == ["집", "불"]
    assert text[slice(*second.signed[0].source)] == "빨리"
    assert text[second.start :] == second.text
    assert any(t.rule == "control character" for t in first.tokens)


def test_conjoining_jamo_and_full_width_letters_count_as_written() -> None:
    decomposed = "\u110c\u1175\u11b8"  # 집 in NFD: three characters
    (house, number) = only(f"{decomposed} １２").signed
    assert (house.gloss, house.source) == ("집", (0, 3))
    assert (number.gloss, number.source) == ("12", (4, 6))


def faces(text: str) -> set[tuple[str, str, str]]:
    """Channel, value and the glosses they go over."""
    sentence = only(text)
    names = [t.gloss for t in sentence.signed]
    return {
        (n.channel, n.value, " ".join(names[n.first : n.last + 1])) for n in sentence.non_manuals
    }


def test_the_face_asks_denies_and_conditions() -> None:
    assert faces("밥 먹었어요?") == {("EBf", "raise", "밥 먹다 끝")}
    assert faces("이름이 뭐예요?") == {("EBf", "furrow", "이름 무엇")}
    assert faces("밥을 안 먹어요") == {("Hs", "true", "먹다 안")}
    assert faces("저는 학생입니다") == {("EBf", "raise", "나")}
    assert faces("문을 닫아 주세요") == {("Hno", "once", "부탁")}
    assert faces("비가 오면 집에 있어요") == {("EBf", "raise", "비 면")}
    assert faces("친구를 만났어") == set()


def test_no_channel_is_asked_for_two_things_at_once() -> None:
    for korean, *_ in PAIRS:
        for sentence in gloss_text(korean, LEXICON):
            for i, one in enumerate(sentence.non_manuals):
                assert 0 <= one.first <= one.last < len(sentence.signed)
                for other in sentence.non_manuals[i + 1 :]:
                    apart = one.last < other.first or other.last < one.first
                    assert one.channel != other.channel or apart


def test_signs_that_only_a_lexicon_with_them_makes() -> None:
    known = Lexicon({**LEXICON.signs, "만": LEXICON.signs["물"]}, {}, {}, {}, {}, LEXICON.numbers)
    assert glosses("이것만 주세요", known) == ["여기", "만", "주다", "부탁"]
    assert glosses("이것만 주세요") == ["여기", "주다", "부탁"]
    dropped = [
        t for s in gloss_text("이것만 주세요", LEXICON) for t in s.tokens if t.rule == "only"
    ]
    assert [t.kind for t in dropped] == ["dropped"]


def test_korean_order_keeps_the_order_of_the_words() -> None:
    assert glosses("저는 내일 어디에 가요?", glosser="korean-order") == [
        "나",
        "내일",
        "어디",
        "가다",
    ]
    assert glosses("저는 내일 어디에 가요?") == ["내일", "나", "가다", "어디"]


def test_every_glosser_of_the_table_is_built_and_glosses() -> None:
    for name in GLOSSERS:
        assert glosses("집에 불이 났어요", glosser=name) == ["집", "불"]


def test_an_unknown_glosser_is_named_with_the_nearest() -> None:
    with pytest.raises(UserError, match="no glosser 'rule'; did you mean 'rules'"):
        gloss_text("집", LEXICON, "rule")


def test_json_has_all_tokens_and_counts_the_signed_ones() -> None:
    sentences = gloss_text("집에 가요. 이름이 뭐예요?", LEXICON)
    written = to_json(sentences)
    tokens = written["tokens"]
    assert isinstance(tokens, list)
    assert {"gloss", "class", "rule", "source", "parts", "word"} == set(tokens[0])
    assert {"class": "dropped", "rule": "particle"}.items() <= tokens[2].items()
    signed = [t["gloss"] for t in tokens if t["class"] != "dropped"]
    (asked,) = written["non_manuals"]  # type: ignore[misc]
    assert signed[asked["first"] : asked["last"] + 1] == ["이름", "무엇"]
    assert written["sentences"] == [[0, 6], [7, 15]]


def check_everything_is_told(text: str) -> None:
    covered = [c.isspace() for c in text]
    for sentence in gloss_text(text, LEXICON):
        assert text[sentence.start :][:1] or not sentence.text
        for token in sentence.tokens:
            start, end = token.source
            assert 0 <= start < end <= len(text)
            assert token.kind in KINDS
            assert token.rule
            assert (token.kind == "dropped") == (not token.gloss)
            assert bool(token.parts) == (token.kind not in ("dropped", "caption"))
            covered[start:end] = [True] * (end - start)
    assert all(covered), [c for c, told in zip(text, covered, strict=True) if not told]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "\x00\x07",
        "?!…",
        "ㅋㅋㅋ ㅠㅠ ㄱㄴㄷ",
        "😀 👨‍👩‍👧 🇰🇷 ❤️ 👍🏽",
        "Привет 日本語 こんにちは مرحبا",
        "www.naver.com a@b.com @user #태그",
        "010-1234-5678, 3.14%, -5도, 1/2, $5, 100km/h, 1,000,000원, 2:30",
        "99999999999999999999999999원",
        "제1회 세계 수어의 날 (2018년 9월 23일)",
        "뷁뷁뷁 꽭꽭",
        "집" * 300,
        "가나다라마바사아자차카타파하 " * 715,
        "1" * 2000,
        "1" * 5000 + "만 명",
        f"{'9' * 6000}.{'9' * 6000}",
        "\u1100" * 50 + "\u1161" * 50,
    ],
)
def test_any_text_is_told_about_to_the_last_character(text: str) -> None:
    check_everything_is_told(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_characters_are_told_about(text: str) -> None:
    check_everything_is_told(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted({w for p in PAIRS for w in p[0].split()})), max_size=12))
def test_any_row_of_words_is_told_about(words: list[str]) -> None:
    check_everything_is_told(" ".join(words))


def test_a_text_beyond_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(UserError, match="at most 20,000"):
        gloss_text("가" * (MAX_CHARACTERS + 1), LEXICON)


@pytest.mark.parametrize("text", ["가나다라 " * 200, "가" * 900, f"집에 {'불' * 700} 가요. 물"])
def test_what_never_ends_is_signed_in_parts(text: str) -> None:
    sentences = gloss_text(text, LEXICON)
    assert len(sentences) > 2
    assert max(len(sentence.text) for sentence in sentences) <= MAX_SENTENCE
    assert "".join(s.text for s in sentences).replace(" ", "") == text.replace(" ", "")


def test_it_is_parted_between_words() -> None:
    assert {s.text[-4:] for s in gloss_text("가나다라 " * 200, LEXICON)} == {"가나다라"}


def test_no_pair_is_dropped_in_silence() -> None:
    for korean, *_ in PAIRS:
        check_everything_is_told(korean)
