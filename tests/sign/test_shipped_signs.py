"""The signs that are shipped: documented, unambiguous, frequent words first, and within reach."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.rotation import quat_rotate
from gesture_core.signing.arms import mirrored
from gesture_core.signing.contact import clear, overlaps
from gesture_core.signing.lexicon import Lexicon, load_lexicon
from gesture_core.signing.notation import HANDS, Circle, Sign
from gesture_core.signing.places import body_spot, hand_spot
from gesture_core.signing.realise import beats_of, sign_to_track

EVERYDAY = """
곳 어디 가능 안 항공 나 가지다 비행기 먹다 아기 집 한국 일 가다 다르다 부탁 짐 빌리다 맡기다 물건
표 너무 나라 너 만나다 검사 끝 오다 사람 쉬다 원하다 몸 무엇 버스 아니다 불가능 아프다 돈 무게
많다 누가 두다 힘들다 놀다 신고 방법 없다 있다 하지마 살다 좋다 물 친구 착륙 이륙 생각 시작 오늘
보다 지하철 차 같다 괜찮다 때문에 불 빨리 키우다 여행 장소 필요 몇 공부 남자 잊다 하다 잃어버리다
주차 책 만들다 찾다 반갑다 위하다 미안 기억 지금 싫다 지키다 병 크다 엄마 목욕 핸드폰 담배 인터넷
공짜 가방 감사 모두 마음 어렵다 여자 나쁘다 가깝다 더럽다 돕다 낳다 방 병원 받다 소 정보 시간
느리다 기다리다 날 심심하다
""".split()
"""The most frequent glosses of everyday and emergency sentences in a published corpus."""
APPROVED = "signer-approved"
REACH = 0.075
"""Metres by which a hand may stay away from its place for what is in its way."""
DEEPEST = 0.005
"""Metres by which hands may be in what they touch."""
EVERY = 12
"""Each twelfth sign is made, to save time."""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


def test_every_sign_says_what_it_means_and_where_its_form_is_described(lexicon: Lexicon) -> None:
    for sign in lexicon.signs.values():
        place = f"{sign.file}: {sign.gloss}"
        assert sign.en, place
        publication, _, headword = sign.source.partition(": ")
        assert publication, place
        assert headword.strip(), place
        assert sign.review != APPROVED, f"{place}: no Deaf signer has seen it"


def test_the_most_frequent_everyday_words_have_a_sign(lexicon: Lexicon) -> None:
    known = lexicon.signs.keys() | lexicon.synonyms.keys() | lexicon.compounds.keys()
    assert [word for word in EVERYDAY if word not in known] == []


def test_a_word_that_is_a_gloss_leads_nowhere_else(lexicon: Lexicon) -> None:
    others = lexicon.synonyms.keys() | lexicon.compounds.keys()
    assert sorted(lexicon.signs.keys() & others) == []


def test_compounds_and_synonyms_are_apart(lexicon: Lexicon) -> None:
    assert sorted(lexicon.compounds.keys() & lexicon.synonyms.keys()) == []


def test_hands_come_to_the_places_on_and_before_the_body(lexicon: Lexicon) -> None:
    for sign in list(lexicon.signs.values())[::EVERY]:
        for place, miss in _misses(sign, lexicon):
            assert miss < REACH, f"{sign.file}: {sign.gloss}: {place} missed by {miss:.3f} m"


@pytest.mark.bench
def test_no_sign_goes_into_the_body_or_the_other_hand(lexicon: Lexicon) -> None:
    deep: dict[str, float] = {}
    for name in (*lexicon.signs, *lexicon.numbers, *lexicon.jamo):
        found = overlaps(clear(sign_to_track(lexicon.sign(name), lexicon)))
        deep[name] = max(float(overlap.depth.max()) for overlap in found.values())
    assert {name: depth for name, depth in deep.items() if depth > DEEPEST} == {}


def _misses(sign: Sign, lexicon: Lexicon) -> list[tuple[str, float]]:
    """How far from its place each hand is when it reaches a posture with a place of the body.

    A circle begins away from its middle, which is the posture's place: such steps are left out.
    """
    track = sign_to_track(sign, lexicon)
    hands = {"strong": mirrored(track.strong), "weak": track.weak}
    found: list[tuple[str, float]] = []
    for beat in beats_of(sign, lexicon):
        frame = round(beat.reached * track.fps)
        circles = any(isinstance(move, Circle) for move in beat.step.movements)
        for name in HANDS:
            posture = beat.step.hand(name)
            if circles or not posture or name not in beat.step.named or posture.other_hand:
                continue
            spot = hand_spot(posture.by, hands[name].fingers[frame]).point
            point = hands[name].wrist[frame] + quat_rotate(hands[name].turn[frame], spot)
            place = body_spot(posture.at, name).point + np.array(posture.off)
            found.append((posture.at, float(np.linalg.norm(point - place))))
    return found
