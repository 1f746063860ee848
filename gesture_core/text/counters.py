"""What follows a number: Korean counters, written units and how they choose the numerals.

A native counter takes 한 두 세 up to its limit and Sino-Korean above (열두 시, 십삼 시); all others
are Sino-Korean. The limits follow what people say, not what is possible: 서른 명 but 오십 명.
"""

_COUNTED = (
    "가구 가닥 가지 개 건 걸음 곡 골 곳 군데 권 그루 그릇 꼬집 나라 다발 대 마디 마리 명 모금 "
    "묶음 바퀴 박스 발자국 방울 벌 번 병 봉지 사람 상자 송이 숟갈 스푼 쌍 자루 잔 장 장면 조각 "
    "줄 차례 채 척 칸 컵 켤레 토막 통 팀 판 편 포기 표 학교"
)
NATIVE_LIMIT: dict[str, int] = dict.fromkeys(_COUNTED.split(), 39) | {
    "시": 12,
    "시간": 19,
    "달": 12,
    "배": 19,
    "돌": 12,
    "끼": 39,
    "살": 99,
    "째": 99,
    "번째": 99,
}

_SINO = (
    "강 개국 개년 개소 개월 개월째 갤런 관왕 교시 구역 그램 급 기 기가 기가바이트 년 년간 년대 "
    "년도 년생 년째 년차 단계 단지 달러 도 동 등 등급 라운드 루블 리터 마일 메가 메가바이트 "
    "미터 밀리 밀리미터 바이트 박 반 배속 번길 번지 볼트 부 부작 분 분간 분기 분의 비트 세 세기 "
    "세대 세트 센트 센티 센티미터 승 시간대 시즌 실점 안타 암페어 야드 엔 연승 연패 와트 원 월 "
    "위 위안 유로 인 인분 인승 인용 인조 인치 인칭 일 일간 일째 일차 점 제곱미터 종 주 주간 "
    "주기 주년 주일 주째 주차 쪽 차 차로 차선 차원 초 초간 촌 층 칼로리 캐럿 킬로 킬로그램 "
    "킬로미터 킬로와트 타석 톤 파운드 패 퍼센트 페이지 평 평형 포인트 프로 피트 픽셀 학기 학년 "
    "헤르츠 헥타르 호 호기 호봉 호선 호실 홈런 화 회 회말 회차 회초"
)
COUNTERS: tuple[str, ...] = (*NATIVE_LIMIT, *_SINO.split())

# Written after a number only. Case matters: 5G is a network, 5g a weight.
UNITS: dict[str, str] = {
    "%p": "퍼센트포인트",
    "%": "퍼센트",
    "‰": "퍼밀",
    "°C": "도",
    "°F": "도",
    "°": "도",
    "km": "킬로미터",
    "m": "미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "nm": "나노미터",
    "μm": "마이크로미터",
    "kg": "킬로그램",
    "Kg": "킬로그램",
    "KG": "킬로그램",
    "g": "그램",
    "mg": "밀리그램",
    "μg": "마이크로그램",
    "t": "톤",
    "L": "리터",
    "l": "리터",
    "ml": "밀리리터",
    "mL": "밀리리터",
    "dl": "데시리터",
    "cc": "시시",
    "ha": "헥타르",
    "KB": "킬로바이트",
    "kB": "킬로바이트",
    "MB": "메가바이트",
    "GB": "기가바이트",
    "TB": "테라바이트",
    "PB": "페타바이트",
    "kbps": "킬로비피에스",
    "Mbps": "메가비피에스",
    "Gbps": "기가비피에스",
    "bps": "비피에스",
    "fps": "에프피에스",
    "Hz": "헤르츠",
    "kHz": "킬로헤르츠",
    "MHz": "메가헤르츠",
    "GHz": "기가헤르츠",
    "W": "와트",
    "kW": "킬로와트",
    "MW": "메가와트",
    "GW": "기가와트",
    "Wh": "와트시",
    "kWh": "킬로와트시",
    "mA": "밀리암페어",
    "mAh": "밀리암페어시",
    "V": "볼트",
    "kV": "킬로볼트",
    "cal": "칼로리",
    "kcal": "킬로칼로리",
    "Kcal": "킬로칼로리",
    "J": "줄",
    "dB": "데시벨",
    "Pa": "파스칼",
    "hPa": "헥토파스칼",
    "mmHg": "밀리미터 수은주",
    "ppm": "피피엠",
    "px": "픽셀",
    "dpi": "디피아이",
    "rpm": "알피엠",
    "s": "초",
    "ms": "밀리초",
    "min": "분",
    "h": "시간",
    "in": "인치",
    "inch": "인치",
    "ft": "피트",
    "mi": "마일",
    "lb": "파운드",
    "oz": "온스",
}
UNITS |= {
    f"{unit}{power}": prefix + UNITS[unit]
    for unit in ("mm", "cm", "m", "km")
    for powers, prefix in (("2²", "제곱"), ("3³", "세제곱"))
    for power in powers
}

# A speed puts its hour or second first: 100km/h → 시속 백 킬로미터.
RATES: dict[str, tuple[str, str]] = {
    "km/h": ("시속", "킬로미터"),
    "km/s": ("초속", "킬로미터"),
    "m/s": ("초속", "미터"),
    "m/min": ("분속", "미터"),
    "mph": ("시속", "마일"),
}

CURRENCIES: dict[str, str] = {
    "₩": "원",
    "$": "달러",
    "€": "유로",
    "£": "파운드",
    "¥": "엔",
    "₫": "동",
    "₹": "루피",
    "฿": "바트",
    "₽": "루블",
}

# 3번 is three times, but in front of these it is number three: 삼 번 출구.
NUMBERED_NOUNS: tuple[str, ...] = (
    *"게이트 교향곡 국도 레인 마을 메뉴 문제 방 버스 보기 선수 승강장 염색체 정답".split(),
    *"좌석 주자 질문 창구 채널 척추 출구 카메라 칸 타자 탑승구 테이블 트랙".split(),
    *"플랫폼 항목 홈 후보".split(),
)

# 분 is minutes unless these are being counted.
HONOURED_GUESTS: tuple[str, ...] = (
    *"고객 고객님 관객 교수님 선생님 성인 손님 승객 신청자 어르신 어른 참가자 회원".split(),
)
