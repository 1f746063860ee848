"""Hangul is pronounced by the standard pronunciation of Korean."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.text.hangul import compose, decompose, is_syllable
from gesture_core.text.pronounce import pronounce, pronounce_words

# Mostly the examples of the standard (표준 발음법) under its own headings: written | pronounced.
PRONUNCIATIONS = """
# §5 vowels
가져 | 가저
다쳐 | 다처
희망 | 히망
무늬 | 무니
띄어쓰기 | 띠어쓰기
# §8-9 codas
부엌 | 부억
닦다 | 닥따
옷 | 옫
웃다 | 욷따
있다 | 읻따
빚다 | 빋따
꽃 | 꼳
쫓다 | 쫃따
솥 | 솓
뱉다 | 밷따
앞 | 압
덮다 | 덥따
# §10-11 double codas
넋 | 넉
앉다 | 안따
여덟 | 여덜
넓다 | 널따
외곬 | 외골
핥다 | 할따
값 | 갑
없다 | 업따
밟다 | 밥따
밟는 | 밤는
밟지 | 밥찌
넓죽하다 | 넙쭈카다
닭 | 닥
흙과 | 흑꽈
맑다 | 막따
늙지 | 늑찌
삶 | 삼
젊다 | 점따
읊다 | 읍따
맑게 | 말께
묽고 | 물꼬
읽거나 | 일꺼나
# §12 ㅎ
놓고 | 노코
좋던 | 조턴
쌓지 | 싸치
많고 | 만코
않던 | 안턴
닳지 | 달치
각하 | 가카
먹히다 | 머키다
밝히다 | 발키다
맏형 | 마텽
좁히다 | 조피다
넓히다 | 널피다
꽂히다 | 꼬치다
앉히다 | 안치다
옷 한 벌 | 오 탄 벌
낮 한때 | 나 탄때
닿소 | 다쏘
많소 | 만쏘
싫소 | 실쏘
놓는 | 논는
쌓네 | 싼네
않네 | 안네
뚫네 | 뚤레
낳은 | 나은
쌓이다 | 싸이다
많아 | 마나
싫어도 | 시러도
좋아요 | 조아요
# §13-15 liaison
깎아 | 까까
옷이 | 오시
있어 | 이써
낮이 | 나지
꽃을 | 꼬츨
밭에 | 바테
앞으로 | 아프로
넋이 | 넉씨
앉아 | 안자
닭을 | 달글
젊어 | 절머
곬이 | 골씨
핥아 | 할타
읊어 | 을퍼
값을 | 갑쓸
없어 | 업써
겉옷 | 거돋
헛웃음 | 허두슴
맛없다 | 마덥따
멋있다 | 머싣따
값어치 | 가버치
디귿이 | 디그시
히읗을 | 히으슬
# §17 palatalisation
굳이 | 구지
미닫이 | 미다지
땀받이 | 땀바지
밭이 | 바치
벼훑이 | 벼훌치
같이 | 가치
굳히다 | 구치다
닫혀 | 다처
묻히다 | 무치다
붙여요 | 부처요
# §18-20 assimilation
먹는 | 멍는
국물 | 궁물
깎는 | 깡는
몫몫이 | 몽목씨
긁는 | 긍는
흙만 | 흥만
닫는 | 단는
짓는 | 진는
옷맵시 | 온맵씨
있는 | 인는
맞는 | 만는
쫓는 | 쫀는
꽃망울 | 꼰망울
붙는 | 분는
잡는 | 잠는
밥물 | 밤물
앞마당 | 암마당
밟는 | 밤는
읊는 | 음는
없는 | 엄는
책 넣는다 | 챙 넌는다
밥 먹는다 | 밤 멍는다
담력 | 담녁
침략 | 침냑
강릉 | 강능
대통령 | 대통녕
막론 | 망논
백리 | 뱅니
협력 | 혐녁
십리 | 심니
독립 | 동닙
난로 | 날로
신라 | 실라
천리 | 철리
대관령 | 대괄령
칼날 | 칼랄
물난리 | 물랄리
닳는 | 달른
뚫는 | 뚤른
의견란 | 의견난
임진란 | 임진난
생산량 | 생산냥
결단력 | 결딴녁
공권력 | 공꿘녁
상견례 | 상견녜
# §23-28 tensing
국밥 | 국빱
넋받이 | 넉빠지
삯돈 | 삭똔
닭장 | 닥짱
옷고름 | 옫꼬름
꽃다발 | 꼳따발
밭갈이 | 받까리
곱돌 | 곱똘
덮개 | 덥깨
값지다 | 갑찌다
얹다 | 언따
닮고 | 담꼬
굶기다 | 굼기다
옮기다 | 옴기다
남습니다 | 남씀니다
훑소 | 훌쏘
떫지 | 떨찌
갈등 | 갈뜽
발전 | 발쩐
절도 | 절또
불소 | 불쏘
일시 | 일씨
갈증 | 갈쯩
몰상식 | 몰쌍식
할 것을 | 할 꺼슬
할 수는 | 할 쑤는
할 적에 | 할 쩌게
할 거예요 | 할 꺼예요
할걸 | 할껄
갈게요 | 갈께요
할수록 | 할쑤록
문고리 | 문꼬리
눈동자 | 눈똥자
손재주 | 손째주
신바람 | 신빠람
굴속 | 굴쏙
창살 | 창쌀
강줄기 | 강쭐기
마음속 | 마음쏙
일상 | 일쌍
열심 | 열씸
설득 | 설뜩
산새 | 산쌔
손가락 | 손까락
바람결 | 바람껼
아침밥 | 아침빱
물고기 | 물꼬기
# §29-30 ㄴ insertion
솜이불 | 솜니불
막일 | 망닐
꽃잎 | 꼰닙
한여름 | 한녀름
남존여비 | 남존녀비
신여성 | 신녀성
색연필 | 생년필
직행열차 | 지캥녈차
콩엿 | 콩녇
담요 | 담뇨
눈요기 | 눈뇨기
영업용 | 영엄뇽
식용유 | 시굥뉴
물약 | 물략
휘발유 | 휘발류
깻잎 | 깬닙
나뭇잎 | 나문닙
뒷일 | 뒨닐
서울역 | 서울력
강남역에서 | 강남녀게서
동시통역 | 동시통역
이십육 | 이심뉵
냇가 | 낻까
콧날 | 콘날
뱃머리 | 밴머리
# everyday sentences
안녕하세요 | 안녕하세요
감사합니다 | 감사함니다
괜찮습니다 | 괜찬씀니다
어떻게 지냈어요 | 어떠케 지내써요
밥을 먹었습니다 | 바블 머걷씀니다
못해 | 모태
못 해 | 모 태
몇 명 | 면 명
저는 오늘 | 저는 오늘
축하해요 | 추카해요
깨끗하다 | 깨끄타다
그렇군요 | 그러쿤뇨
필요해요 | 피료해요
한국말이 | 한궁마리
학교에 갔습니다 | 학꾜에 갇씀니다
입학 | 이팍
백화점 | 배콰점
특별히 | 특뼐히
열심히 | 열씸히
있잖아요 | 읻짜나요
대접해 드릴게요 | 대저패 드릴께요
전화 | 전화
핵 협상 | 핵 협쌍
가능성 | 가능썽
정권 | 정꿘
장점 | 장쩜
시장점유율 | 시장저뮤율
현장점검 | 현장점검
개인권리 | 개인궐리
건강가이드 | 건강가이드
인기척 | 인끼척
강가에서 | 강까에서
일제강점기 | 일쩨강점기
"""


def _rows(table: str) -> list[tuple[str, str]]:
    lines = [line for line in table.splitlines() if line and not line.startswith("# ")]
    return [(text, spoken) for text, _, spoken in (line.rpartition(" | ") for line in lines)]


@pytest.mark.parametrize(("written", "spoken"), _rows(PRONUNCIATIONS))
def test_pronunciation(written: str, spoken: str) -> None:
    assert pronounce(written) == spoken


def test_words_assimilate_only_without_a_pause() -> None:
    readings = ["몇", "명", "못", "먹어", "세 시", "삼십 분"]
    together = pronounce_words(readings, [False] * 6)
    assert together == ("면", "명", "몬", "머거", "세 시", "삼십 뿐")
    apart = pronounce_words(readings, [True] * 6)
    assert apart == ("멷", "명", "몯", "머거", "세 시", "삼십 뿐")


def test_what_is_not_hangul_ends_a_phrase() -> None:
    assert pronounce("국, 물") == "국, 물"


_syllables = st.integers(min_value=0xAC00, max_value=0xD7A3).map(chr)
_phrases = st.lists(st.text(_syllables, min_size=1, max_size=6), min_size=1, max_size=5)


@given(_phrases)
def test_eojeols_and_syllables_are_kept(words: list[str]) -> None:
    spoken = pronounce(" ".join(words)).split(" ")
    assert [len(word) for word in spoken] == [len(word) for word in words]
    assert all(is_syllable(char) for word in spoken for char in word)


@given(_phrases)
def test_only_seven_codas_are_spoken(words: list[str]) -> None:
    codas = {decompose(char).coda for char in pronounce(" ".join(words)) if char != " "}
    assert codas <= {"", "ㄱ", "ㄴ", "ㄷ", "ㄹ", "ㅁ", "ㅂ", "ㅇ"}


@given(_phrases)
def test_pronunciation_of_words_together_equals_that_of_the_phrase(words: list[str]) -> None:
    spoken = pronounce_words(words, [False] * len(words))
    assert " ".join(spoken) == pronounce(" ".join(words))


@given(_syllables)
def test_decompose_and_compose_agree_with_unicode(char: str) -> None:
    import unicodedata

    jamo = unicodedata.normalize("NFD", char)
    syllable = decompose(char)
    assert compose(*syllable) == char
    assert len(jamo) == 2 + bool(syllable.coda)


def test_fast_enough_for_every_sentence() -> None:
    sentence = "안녕하세요 오늘은 셰프가 준비한 요리를 대접해 드릴게요 맛있는 음식 기대해 주세요"
    pronounce(sentence)
    start = time.process_time()
    for _ in range(100):
        pronounce(sentence)
    assert (time.process_time() - start) / 100 < 0.003
