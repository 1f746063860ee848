"""Signs of travel and emergencies: the seeds' sentences, frequent words, counted things."""

from __future__ import annotations

import pytest

from gesture_core.signing.fingerspelling import can_spell
from gesture_core.signing.lexicon import Lexicon, load_lexicon

SEEDS = """
지하철 가방 집 불 서울 기차 가다 목적 바꾸다 얼마 어지럽다 서다 불가능 빨리 돕다 부탁 친구 만나다 끝
계절 좋다 무엇 어디
""".split()
"""Glosses of the seeds' sentences; 환풍구 and 빠지다 have no described form and are spelled."""

TRAVEL = """
곳 538 다음 399 내리다 348 차내리다 322 도착 255 저기 244 가다 214 맞다 165 지하철 110 방법 110
실종 109 무엇 106 전 100 안되다 89 길 85 버스 82 여기 78 목적 76 잃어버리다 74 찾다 68 보다 66
카드 64 사용 54 없다 48 에어컨 45 고장 42 오케이 42 나사렛 40 샛길 36 택시 35 신호등 35 불량 34
잘 30 단말기터치 29 확인 28 우회전 28 은행 28 공항 28 건너다 27 돈 26 명동 26 사거리 26 좌회전 26
불가능 26 자판기 26 경찰 24 지름길 24 물품보관 24 시간 22 되다 22 송파 22 기차 22 갈아타다 22
종로 22 병원 22 시청 22 켜다 22 죽다 22 학교 21 119 21 청음회관 21 차 20 손바닥찍다 20
한국농아인협회 20 서울농아인협회 20 서대문농아인복지관 20 맥도날드 20 서울대학교 20 여의도 20
이화여대 20 터널 20 군청 20 대로 20 육교 20 보건소 20 언덕 20 편지 20 가능 19 곳곳 19 가방 19
아이 19 백화점 19 파리바게트 19 끄다 18 스타벅스 18 사라지다 18 이마트 18 영등포 18 난방 17
빨리 16 안 16 지갑 16 아파트 16 열쇠 16 우산 16 3 16 1호 15 있다 15 원하다 15 영수증 15 유턴 15
지금 14 핸드폰 13 접근 13 엘리베이터 13 트렁크열다 12 뒤 12 서울역 12 유리 12 다시 11 번호 11
물건 10 올리다 10 응급실 10 고속터미널 10 공기청정기 10 차밀리다 10 약 9 계단 9 계산 8 9호 8
필요 8 도움받다 8 떨어지다 8 주차 8 편의점 8 다르다 8 따뜻하다 8 사진기 8 시계 8 반지 8 노트북 8
알려주다 7 괜찮다 7 문 7 알려받다 7 뼈곳 7 얼마 6 고속 6 사다 6 짐 6 가깝다 6 기다리다 6
안내하다 6 화장실 6 엉덩이 6 들어올리다 6 춥다 6 의자 6 안내소 6
""".split()
"""The 150 most frequent glosses of transport and emergency sentences in a published corpus and how
often they occur, names of places and firms among them."""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


def _has_form(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.signs or word in lexicon.synonyms or word in lexicon.compounds


def test_the_seeds_sentences_are_signed(lexicon: Lexicon) -> None:
    assert [word for word in SEEDS if not _has_form(word, lexicon)] == []


def test_frequent_words_of_travel_are_signed_and_the_rest_can_be_spelled(lexicon: Lexicon) -> None:
    counts = dict(zip(TRAVEL[::2], map(int, TRAVEL[1::2]), strict=True))
    signed = sum(count for word, count in counts.items() if _has_form(word, lexicon))
    assert signed / sum(counts.values()) > 0.8
    assert [word for word in counts if not _has_form(word, lexicon) and not can_spell(word)] == []


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("unit", ["층", "시", "분", "개월", "년", "학년"])
def test_a_number_before_its_unit_keeps_its_hand(number: int, unit: str, lexicon: Lexicon) -> None:
    alone = lexicon.numbers[str(number)].shapes
    assert alone <= lexicon.signs[f"{number}{unit}"].shapes


@pytest.mark.parametrize("number", range(1, 11))
def test_months_show_their_number_on_the_weak_hand(number: int, lexicon: Lexicon) -> None:
    first = lexicon.signs[f"{number}월"].steps[0]
    assert first.weak is not None
    assert {first.weak.shape} == lexicon.numbers[str(number)].shapes


def test_a_homonym_is_not_taken_for_the_sign_it_sounds_like(lexicon: Lexicon) -> None:
    boat, falls = lexicon.signs["배"], lexicon.signs["떨어지다"]
    assert boat.en == "ship"
    assert lexicon.synonyms["하차"] == "내리다"
    assert "추락" in falls.synonyms
    assert "다리" not in lexicon.signs  # leg or bridge: only with its sense in brackets
