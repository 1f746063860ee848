"""Korean text is read as a Korean speaker reads it aloud."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.text.clean import MAX_CHARACTERS
from gesture_core.text.normalize import normalize

# Written down from knowledge of Korean before the code could read them: text | reading.
READINGS = """
# clock and calendar
3시 30분에 만나요 | 세 시 삼십 분에 만나요
12시 | 열두 시
13시 5분 | 십삼 시 오 분
오후 2:30 | 오후 두 시 삼십 분
오전 9:00 | 오전 아홉 시
14:05에 출발합니다 | 십사 시 오 분에 출발합니다
00:30 | 영 시 삼십 분
오후3시 | 오후 세 시
3시간 20분 | 세 시간 이십 분
24시간 영업 | 이십사 시간 영업
9시~18시 | 아홉 시에서 십팔 시
3~4시쯤 | 서너 시쯤
1시 5분 전 | 한 시 오 분 전
10초 남았어요 | 십 초 남았어요
2026년 11월 20일 | 이천이십육 년 십일월 이십 일
6월 6일 | 유월 육 일
10월 10일 | 시월 십 일
16월 | 십육월
2026-11-20 | 이천이십육 년 십일월 이십 일
2026.11.20. | 이천이십육 년 십일월 이십 일
2026/06/01 | 이천이십육 년 유월 일 일
2026. 11. 20. 금요일 | 이천이십육 년 십일월 이십 일 금요일
9:00-18:00 | 아홉 시에서 십팔 시
2020–2026년 | 이천이십에서 이천이십육 년
11/20(금) | 십일월 이십 일 금
1990년대 | 천구백구십 년대
3개월 | 삼 개월
2주일 | 이 주일
3박4일 | 삼 박 사 일
100일 기념 | 백 일 기념
두 번째 | 두 번째
1분기 실적 | 일 분기 실적
'26년 | 이십육 년
5일간 | 오 일간
10주년 | 십 주년
6.25 전쟁 | 육이오 전쟁
4·19혁명 | 사일구혁명
3.1절 | 삼일절
8.15 광복절 | 팔일오 광복절
# counting
12살이에요 | 열두 살이에요
20살 | 스무 살
21살 | 스물한 살
만 19세 | 만 십구 세
20명 | 스무 명
1명 | 한 명
35명 | 서른다섯 명
50명 | 오십 명
100명 | 백 명
101명 | 백한 명
사과 3개 | 사과 세 개
사과 3 개를 샀다 | 사과 세 개를 샀다
고양이 2마리 | 고양이 두 마리
책 4권 | 책 네 권
커피 2잔 주세요 | 커피 두 잔 주세요
차 3대 | 차 세 대
20대 청년 | 이십 대 청년
5가지 방법 | 다섯 가지 방법
총5명 | 총 다섯 명
약 30여 명 | 약 삼십여 명
10여개 | 십여 개
1~2개 | 한두 개
3,4개 | 서너 개
2,3일 | 이삼 일
5-6명 | 대여섯 명
2~3명 | 두세 명
5~6살 | 대여섯 살
3~5명 | 세 명에서 다섯 명
2배 | 두 배
1.5배 | 일 점 오 배
손님 3분 | 손님 세 분
3분 기다려요 | 삼 분 기다려요
2분께서 오셨습니다 | 두 분께서 오셨습니다
중2병 | 중이병
고3 | 고삼
10일째 | 십 일째
한 번 더 | 한 번 더
3번 해 봤다 | 세 번 해 봤다
3번 출구 | 삼 번 출구
5번을 누르세요 | 오 번을 누르세요
1번째 | 첫 번째
2번째 | 두 번째
15번째 | 열다섯 번째
제3회 대회 | 제삼 회 대회
제1장 | 제일 장
1등 | 일 등
2위 | 이 위
1학년 3반 | 일 학년 삼 반
5층 | 오 층
B1층 | 지하 일 층
2호선 | 이 호선
101동 1203호 | 백일 동 천이백삼 호
101-1203호 | 백일 다시 천이백삼 호
종로3가 | 종로삼가
3인분 | 삼 인분
4차 산업 | 사 차 산업
7월에 | 칠월에
# plain numbers
0 | 영
10 | 십
11 | 십일
100 | 백
110 | 백십
1000 | 천
1234 | 천이백삼십사
10,000 | 만
15,000 | 만 오천
110000 | 십일만
100000000 | 일억
1,000,001 | 백만 일
3.14 | 삼 점 일사
0.5 | 영 점 오
1.05 | 일 점 영오
-7 | 마이너스 칠
+3 | 플러스 삼
007 | 공공칠
1/2 | 이분의 일
4분의 3 | 사분의 삼
3:1 | 삼 대 일
3대1 | 삼 대 일
2대 1로 이겼다 | 이 대 일로 이겼다
3-1로 이겼다 | 삼 대 일로 이겼다
3.5.1 | 삼 점 오 점 일
10~20 | 십에서 이십
3+4=7 | 삼 더하기 사는 칠
3 + 4 = 7 | 삼 더하기 사 는 칠
10-3=7 | 십 빼기 삼은 칠
2×3=6 | 이 곱하기 삼은 육
10÷2=5 | 십 나누기 이는 오
1+1 행사 | 원 플러스 원 행사
０１２ | 공일이
Ⅲ | 삼
① 먼저 | 일 먼저
½ | 이분의 일
# money
1,234,567원 | 백이십삼만 사천오백육십칠 원
₩3,000 | 삼천 원
3천원 | 삼천 원
3천5백만원 | 삼천오백만 원
1만 명 | 만 명
10만명 | 십만 명
1억 2천만원 | 일억 이천만 원
5만원짜리 | 오만 원짜리
1조원 | 일조 원
$5 | 오 달러
$100만 | 백만 달러
€20 | 이십 유로
£3 | 삼 파운드
100원 | 백 원
# units
50% | 오십 퍼센트
0.5% | 영 점 오 퍼센트
3%p 올랐다 | 삼 퍼센트포인트 올랐다
20~30% | 이십에서 삼십 퍼센트
3.5도 | 삼 점 오 도
-5℃ | 영하 오 도
-5도 | 영하 오 도
25°C | 이십오 도
75°F | 화씨 칠십오 도
3kg | 삼 킬로그램
1.5L | 일 점 오 리터
30cm | 삼십 센티미터
5km | 오 킬로미터
5㎞ | 오 킬로미터
100km/h | 시속 백 킬로미터
10m/s | 초속 십 미터
84㎡ | 팔십사 제곱미터
5m² | 오 제곱미터
5GB | 오 기가바이트
256 MB | 이백오십육 메가바이트
60Hz | 육십 헤르츠
220V | 이백이십 볼트
500kcal | 오백 킬로칼로리
30평 | 삼십 평
3 kg 감량 | 삼 킬로그램 감량
30마일 | 삼십 마일
# telephone and net
010-1234-5678 | 공일공 일이삼사 오육칠팔
02-123-4567 | 공이 일이삼 사오육칠
1588-1234 | 일오팔팔 일이삼사
010 1234 5678 | 공일공 일이삼사 오육칠팔
01012345678 | 공일공일이삼사오육칠팔
chef@naver.com | 셰프 골뱅이 네이버 닷컴
https://www.google.com | 더블유더블유더블유 닷 구글 닷컴
naver.com에서 | 네이버 닷컴에서
# Latin letters
CPU 온도 | 시피유 온도
KBS 뉴스 | 케이비에스 뉴스
AI가 | 에이아이가
USB | 유에스비
IT 회사 | 아이티 회사
BTS | 비티에스
NASA | 나사
U.S.A. | 유에스에이
R&D | 알앤디
Q&A | 큐앤에이
hello | 헬로
HELLO | 헬로
Hello, world! | 헬로 월드
email 주소 | 이메일 주소
e-mail | 이메일
ok | 오케이
OK! | 오케이
chef의 meeting | 셰프의 미팅
iPhone | 아이폰
iPhone 15 | 아이폰 십오
YouTube | 유튜브
ChatGPT | 챗지피티
GPT-4 | 지피티포
OpenAI | 오픈에이아이
GitHub | 깃허브
Wi-Fi | 와이파이
K-pop | 케이팝
MP3 | 엠피스리
A4 용지 | 에이포 용지
3D | 스리디
4K | 포케이
5G 시대 | 파이브지 시대
B2B | 비투비
TOP10 | 톱텐
COVID-19 | 코비드 십구
코로나19 | 코로나 일구
café | 카페
v2.0 | 브이 이 점 영
1st | 퍼스트
don't | 돈트
A | 에이
LG전자 | 엘지전자
특허협력조약(PCT)은 | 특허협력조약 피시티는
사과(apple)를 | 사과 애플을
FOMO | 포모
OECD | 오이시디
pdf 파일 | 피디에프 파일
New York | 뉴 욕
vs | 대
# symbols, letters, hanja
#맛집 | 해시태그 맛집
A=B | 에이는 비
서울~부산 | 서울에서 부산
안녕~~ | 안녕
π는 3.14 | 파이는 삼 점 일사
사랑&평화 | 사랑 앤드 평화
대한민국(大韓民國) | 대한민국
大韓民國 만세 | 대한민국 만세
女子 | 여자
老人 | 노인
ㄱ, ㄴ, ㄷ | 기역 니은 디귿
ㅇㅋ | 오케이
㈜몸짓 | 주식회사 몸짓
(주)몸짓 | 주식회사 몸짓
"안녕" | 안녕
‘정말’이에요? | 정말이에요
네,알겠습니다.그럼 | 네 알겠습니다 그럼
그리고/또는 | 그리고 또는
가·나·다 | 가 나 다
뭐...라고요?! | 뭐 라고요
"""


def _rows(table: str) -> list[tuple[str, str]]:
    lines = [line for line in table.splitlines() if line and not line.startswith("# ")]
    return [(text, reading) for text, _, reading in (line.rpartition(" | ") for line in lines)]


@pytest.mark.parametrize(("text", "reading"), _rows(READINGS))
def test_reading(text: str, reading: str) -> None:
    assert normalize(text).reading == reading


def test_table_is_large() -> None:
    assert len(_rows(READINGS)) >= 200


def test_words_keep_source_and_span() -> None:
    normalized = normalize("내일  3시 30분에\n강남역에서!")
    assert [word.source for word in normalized.words] == ["내일", "3시", "30분에", "강남역에서!"]
    assert [word.reading for word in normalized.words] == [
        "내일",
        "세 시",
        "삼십 분에",
        "강남역에서",
    ]
    for word in normalized.words:
        assert normalized.text[word.start : word.end] == word.source
    assert normalized.warnings == ()


def test_silent_eojeols_are_no_words() -> None:
    assert [word.source for word in normalize("가자 - 집에 …").words] == ["가자", "집에"]


@pytest.mark.parametrize(
    ("text", "reading", "warning"),
    [
        ("좋아ㅋㅋㅋ", "좋아", "ㅋㅋㅋ"),
        ("슬퍼 ㅠㅠ", "슬퍼", "ㅠㅠ"),
        ("안녕😀👍🏽 반가워", "안녕 반가워", "😀"),
        ("龘 안녕", "안녕", "龘"),
        ("좋아 T_T", "좋아", "T_T"),
    ],
)
def test_warns_about_what_is_left_out(text: str, reading: str, warning: str) -> None:
    normalized = normalize(text)
    assert normalized.reading == reading
    assert any(warning in line for line in normalized.warnings)


@pytest.mark.parametrize("word", ["Привет", "こんにちは", "مرحبا"])
def test_words_in_a_script_that_is_not_read_are_refused(word: str) -> None:
    with pytest.raises(UserError, match=word):
        normalize(f"안녕 {word} 반가워")


def test_control_and_zero_width_characters_vanish() -> None:
    normalized = normalize("\ufeff안\u200b녕\x00하\u00ad세요\x1b")
    assert normalized.text == "안녕하세요"
    assert normalized.warnings == ()


def test_decomposed_hangul_is_composed() -> None:
    normalized = normalize(unicodedata.normalize("NFD", "값이 좋다"))
    assert [word.source for word in normalized.words] == ["값이", "좋다"]


@pytest.mark.parametrize("text", ["", "   \n\t", "😀", "...", "ㅋㅋㅋ", "\u200b", "→ ♥"])
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="nothing that can be spoken"):
        normalize(text)


def test_too_long_is_refused_at_once_in_one_line() -> None:
    start = time.perf_counter()
    with pytest.raises(UserError, match=r"100,000 characters; at most 5,000") as refused:
        normalize("가" * 100_000)
    assert time.perf_counter() - start < 0.1
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 200


@pytest.mark.parametrize(
    "unit", ["가나다 ", "3시 30분 ", "a.", "1,", "A1", "~", "-1", "1/", "a@", "만", "1", "A 1 "]
)
def test_longest_text_is_read_fast(unit: str) -> None:
    text = "네 " + unit * ((MAX_CHARACTERS - 2) // len(unit))
    start = time.process_time()
    normalize(text)
    assert time.process_time() - start < 2.0


_KOREAN_LIKE = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789,.:~-+/%=()'\"!? \n가나다시분명개원년월일번대만억ㅋㅠㄱ℃㎏½ⅢAaBbZzxé@#&😀漢"
        ),
        st.characters(),
    ),
    max_size=60,
)


@given(_KOREAN_LIKE)
@settings(max_examples=400, deadline=None)
def test_any_text_reads_as_hangul_or_is_refused(text: str) -> None:
    try:
        normalized = normalize(text)
    except UserError:
        return
    end = 0
    for word in normalized.words:
        assert re.fullmatch(r"[가-힣]+(?: [가-힣]+)*", word.reading)
        assert word.start >= end
        assert normalized.text[word.start : word.end] == word.source
        end = word.end


@given(st.integers(min_value=0, max_value=10**20 - 1))
@settings(max_examples=200, deadline=None)
def test_numbers_are_read_back(value: int) -> None:
    assert _parse_sino(normalize(f"{value}").reading) == value


def _parse_sino(reading: str) -> int:
    """Value of a Sino-Korean numeral, by the grammar of numerals and not by our writer."""
    digits = dict(zip("영일이삼사오육칠팔구", range(10), strict=True))
    total = group = digit = 0
    for syllable in reading.replace(" ", ""):
        if syllable in digits:
            digit = digits[syllable]
        elif syllable in "십백천":
            group += max(digit, 1) * {"십": 10, "백": 100, "천": 1000}[syllable]
            digit = 0
        else:
            myriad = {"만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16}[syllable]
            total += max(group + digit, 1) * myriad
            group = digit = 0
    return total + group + digit
