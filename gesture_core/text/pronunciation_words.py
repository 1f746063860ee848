"""Words whose pronunciation their letters do not tell, respelt so that the rules can finish.

Compounds that insert ㄴ (꽃잎 → 꽃닙, §29) or tense (물고기 → 물꼬기, §28); Sino-Korean ㄹ before
ㄷ, ㅅ or ㅈ (갈등 → 갈뜽, §26); no liaison before a content word (맛없다 → 마덥다, §15); ㄴㄴ
instead of ㄹㄹ (생산량 → 생산냥, §20); tensing after -(으)ㄹ (할 거야 → 할 꺼야, §27) and after
verb stems in ㄴ or ㅁ (§24). Collected for momjit from general knowledge of the standard.
"""

import re

from gesture_core.text.hangul import compose, decompose

_INSERTED = """
가정용 가정뇽 깻잎 깻닢 꽃잎 꽃닢 나뭇일 나뭇닐 나뭇잎 나뭇닢 남존여비 남존녀비 눈요기 눈뇨기
늦여름 늦녀름 담요 담뇨 댓잎 댓닢 두통약 두통냑 뒷일 뒷닐 막일 막닐 만육 만뉵 맨입 맨닙 물약 물냑
백육 백뉵 부엌일 부엌닐 색연필 색년필 서른여섯 서른녀섯 소독약 소독냑 솔잎 솔닢 솜이불 솜니불
식용유 식용뉴 신여성 신녀성 신혼여행 신혼녀행 십육 십뉵 알약 알냑 앞일 앞닐 영업용 영업뇽
옛일 옛닐 일반용 일반뇽 직행열차 직행녈차 집안일 집안닐 천육 천뉵 첫여름 첫녀름 콩엿 콩녓
풀잎 풀닢 학습용 학습뇽 한국여행 한국녀행 한여름 한녀름 허드렛일 허드렛닐 헛일 헛닐 홑이불 홑니불
휘발유 휘발뉴
"""
_TENSED = """
가능성 가능썽 가슴속 가슴쏙 갈등 갈뜽 갈림길 갈림낄 갈색 갈쌕 갈수기 갈쑤기 갈증 갈쯩 감점 감쩜
강가에 강까에 강바람 강빠람 강점 강쩜 강줄기 강쭐기 걸작 걸짝 결단 결딴 결사 결싸 결석 결썩
결손 결쏜 결승 결씅 결심 결씸 결재 결째 결점 결쩜 결정 결쩡 결제 결쩨 경영권 경영꿘 골동 골똥
골목길 골목낄 골절 골쩔 공부법 공부뻡 공통점 공통쩜 관점 관쩜 굴속 굴쏙 굴절 굴쩔 그믐달 그믐딸
글자 글짜 기름기 기름끼 기술자 기술짜 길가에 길까에 길거리 길꺼리 김밥 김빱 꽃집 꽃찝 꿈속 꿈쏙
내과 내꽈 냇가 냇까 눈길 눈낄 눈동자 눈똥자 눈병 눈뼝 눈빛 눈삧 눈사람 눈싸람 눈짐작 눈찜작
눈짓 눈찟 다양성 다양썽 단점 단쩜 달빛 달삧 달성 달썽 돈줄 돈쭐 돌진 돌찐 들새 들쌔 등불 등뿔
등줄기 등쭐기 땀방울 땀빵울 마음속 마음쏙 만점 만쩜 말단 말딴 말살 말쌀 말소리 말쏘리
면허증 면허쯩 멸시 멸씨 멸종 멸쫑 목소리 목쏘리 몰두 몰뚜 몰상 몰쌍 몰수 몰쑤 몸집 몸찝 몸짓 몸찟
문고리 문꼬리 문법 문뻡 문제점 문제쩜 물가에 물까에 물결 물껼 물고기 물꼬기 물기가 물끼가
물동이 물똥이 물방울 물빵울 물속 물쏙 물심 물씸 물자 물짜 물잔 물짠 물질 물찔 미술사 미술싸
민법 민뻡 밀가루 밀까루 밀도 밀또 밀접 밀쩝 밀집 밀찝 바닷가 바닷까 바람결 바람껼 발가락 발까락
발길 발낄 발단 발딴 발달 발딸 발대 발때 발동 발똥 발등 발뜽 발바닥 발빠닥 발사 발싸 발산 발싼
발상 발쌍 발생 발쌩 발성 발썽 발소리 발쏘리 발송 발쏭 발자국 발짜국 발전 발쩐 발정 발쩡 발짓 발찟
밤길 밤낄 밤바다 밤빠다 밤중 밤쭝 방바닥 방빠닥 방향성 방향썽 벌점 벌쩜 별도 별또 별빛 별삧
별세 별쎄 보름달 보름딸 본격 본껵 봄바람 봄빠람 봄비 봄삐 불도 불또 불면증 불면쯩 불성 불썽
불세출 불쎄출 불소 불쏘 불순 불쑨 불시 불씨 불신 불씬 비빔밥 비빔빱 빈도수 빈도쑤 빗소리 빗쏘리
빵가루 빵까루 빵집 빵찝 사건 사껀 사용법 사용뻡 산골 산꼴 산길 산낄 산새 산쌔 살결 살껼 살상 살쌍
살수 살쑤 상법 상뻡 상품권 상품꿘 설득 설뜩 설사 설싸 설전 설쩐 설정 설쩡 성격 성껵 셋방 셋빵
소유권 소유꿘 손가락 손까락 손길 손낄 손등 손뜽 손바닥 손빠닥 손수건 손쑤건 손재주 손째주
손짓 손찟 술수 술쑤 술자리 술짜리 술잔 술짠 술집 술찝 숨결 숨껼 승점 승쩜 시사점 시사쩜
신바람 신빠람 신분증 신분쯩 실성 실썽 실손 실쏜 실수 실쑤 실시 실씨 실장 실짱 실적 실쩍 실정 실쩡
실제 실쩨 실존 실쫀 실종 실쫑 아랫사람 아랫싸람 아침밥 아침빱 안방 안빵 안전성 안전썽 안집 안찝
알선 알썬 여권 여꿘 열대 열때 열도 열또 열사 열싸 열세 열쎄 열쇠 열쐬 열심 열씸 열정 열쩡
열중 열쭝 영업권 영업꿘 예술제 예술쩨 외과 외꽈 요리법 요리뻡 요점 요쩜 용돈 용똔
울음소리 울음쏘리 웃음소리 웃음쏘리 원점 원쩜 월세 월쎄 윗사람 윗싸람 윤기 윤끼 율동 율똥
의문점 의문쩜 이용권 이용꿘 인간성 인간썽 인격 인껵 인권 인꿘 일단 일딴 일당 일땅 일대 일때
일동 일똥 일등 일뜽 일사 일싸 일상 일쌍 일생 일쌩 일석 일썩 일소 일쏘 일시 일씨 일자 일짜
일자리 일짜리 일정 일쩡 일제 일쩨 일조 일쪼 일종 일쫑 일주 일쭈 일직 일찍 입장권 입장꿘
자격증 자격쯩 장바구니 장빠구니 장점 장쩜 쟁점 쟁쩜 저작권 저작꿘 절단 절딴 절대 절때 절도 절또
절상 절쌍 절세 절쎄 절실 절씰 절전 절쩐 절정 절쩡 절제 절쩨 점수 점쑤 정권 정꿘 정체성 정체썽
조건 조껀 졸도 졸또 졸속 졸쏙 졸지 졸찌 종소리 종쏘리 종점 종쩜 주도권 주도꿘 주차권 주차꿘
중요성 중요썽 중점 중쩜 증권 증꿘 진술서 진술써 질서 질써 질소 질쏘 질식 질씩 질주 질쭈
차이점 차이쩜 찰상 찰쌍 창가에 창까에 창고 창꼬 창살 창쌀 창의성 창의썽 철도 철또 철사 철싸
철수 철쑤 철자 철짜 철저 철쩌 철조 철쪼 초승달 초승딸 초점 초쩜 촌스 촌쓰 총소리 총쏘리 출동 출똥
출사 출싸 출산 출싼 출생 출쌩 출석 출썩 출세 출쎄 출시 출씨 출신 출씬 출입증 출입쯩 출자 출짜
출장 출짱 출전 출쩐 출정 출쩡 출제 출쩨 출중 출쭝 치과 치꽈 칠십 칠씹 칠전 칠쩐 칠정 칠쩡
칼바람 칼빠람 탈당 탈땅 탈선 탈썬 탈세 탈쎄 탈주 탈쭈 탈진 탈찐 투표권 투표꿘 팔순 팔쑨 팔십 팔씹
편법 편뻡 평가 평까 필담 필땀 필두 필뚜 필사 필싸 필수 필쑤 필승 필씅 필요성 필요썽 필자 필짜
학생증 학생쯩 할당 할땅 할증 할쯩 허점 허쩜 헌법 헌뻡 혈서 혈써 혈전 혈쩐 형법 형뻡 활동 활똥
활성 활썽 활시 활씨 활자 활짜 활주 활쭈 회원권 회원꿘
"""
_OTHER = """
값어치 가버치 값없 가법 겉옷 거돗 결단력 결딴녁 곪기 곰기 공권력 공꿘녁 구근류 구근뉴 굶기 굼기
꽃아래 꼬다래 꽃위 꼬뒤 넋없 너겂 넓둥글 넙뚱글 넓적 넙쩍 넓죽 넙쭉 늪앞 느밮 동원령 동원녕
등산로 등산노 디귿을 디그슬 디귿이 디그시 맏아들 마다들 맛없 마덥 맛있 마싰 멋없 머덥 멋있 머싰
몇월 며둴 무릎위 무르뷔 밭아래 바다래 상견례 상견녜 생산량 생산냥 싫증 실쯩 온라인 온나인
옮기 옴기 옷안 오단 웃어른 우더른 원룸 원눔 윗옷 위돗 음운론 음운논 의견란 의견난 이원론 이원논
임진란 임진난 입원료 이붠뇨 젖어미 저더미 줄넘기 줄넘끼 지읒을 지으슬 지읒이 지으시 짓밟 짇밟
찢기 찓기 첫아이 처다이 첫인상 처딘상 추진력 추진녁 치읓을 치으슬 치읓이 치으시 키읔을 키으글
키읔이 키으기 통신란 통신난 티읕을 티으슬 티읕이 티으시 판단력 판단녁 표현력 표현녁 피읖을 피으블
피읖이 피으비 헛웃음 허두슴 횡단로 횡단노 히읗을 히으슬 히읗이 히으시
"""
# Words that hold one of the above by chance and are said as they are written.
_UNCHANGED = "강점기 관점검 사건물 성격투 인권력 인권리 장점거 장점검 장점유 점수정"
# Respelt only where an eojeol begins with them, as elsewhere they mostly are other words.
_AT_START = """
눈속 눈쏙 단가 단까 말수 말쑤 문자 문짜 물가 물까 산속 산쏙 성과 성꽈 시점 시쩜 원가 원까
인기 인끼 정가 정까 주가 주까 팔자 팔짜 한자 한짜
"""


def _pairs(table: str) -> dict[str, str]:
    fields = table.split()
    return dict(zip(fields[::2], fields[1::2], strict=True))


def _alternatives(words: dict[str, str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WORDS = {word: word for word in _UNCHANGED.split()}
_WORDS |= _pairs(_INSERTED) | _pairs(_TENSED) | _pairs(_OTHER)
_START_WORDS = _pairs(_AT_START)
_WORD = re.compile(_alternatives(_WORDS))
_START_WORD = re.compile(rf"(?<![가-힣])(?:{_alternatives(_START_WORDS)})")

_CLOSED_BY_L = "[" + "".join(chr(code) for code in range(0xAC00 + 8, 0xD7A4, 28)) + "]"
# Stems before -(으)ㄹ게, -(으)ㄹ걸, not the ㄹ of 길게 or 멀게.
_FUTURE = "[을할갈볼줄올될쓸살낼둘릴킬일실설펼]"
_TENSED_ENDINGS = re.compile(
    # -(으)ㄹ게, -(으)ㄹ걸, -(으)ㄹ수록
    rf"(?<={_CLOSED_BY_L})(?:게(?=요)|걸(?=요)|수록|세라|지라도|지언정)"
    rf"|(?<={_FUTURE})(?:게|걸)(?![가-힣])|(?<=[을할될갈올볼줄])지(?=도|는|$| )"
    # bound nouns after -(으)ㄹ
    rf"|(?<={_CLOSED_BY_L} )(?:거(?=예|야|에|라|고|니|든|다|지|$| )|것|게(?=$| )"
    r"|건(?=$|가| )|걸|겁니"
    r"|수(?=$| |가|는|도|밖|를|만|있|없)|줄(?=$| |은|도|만|을|알|몰)|바(?=$| |가|를|에|는)"
    r"|데(?=$| |가|는|도|를|다)|듯|적(?=$| |이|에|은)|지(?=$| |도|는)|정도)"
    # stems in ㅁ and ㄴ
    r"|(?<=[남넘참숨심담감품뿜삼])(?:습니|겠|지만|거든|거나|더라|던|다가|고(?= 있| 싶)|다(?=$| ))"
    r"|(?<=(?<![가-힣])[신안])(?:습니|겠|고(?= 있| 싶))"
)
_TENSE = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
# 서울역 → 서울녁, but 통역 is no station; 그렇군요 → 그렇군뇨.
_STATION = re.compile(
    r"(?<=[가-힣]{2})(?<![통번면병방권광영검현전관성음반완직])역"
    r"(?=은|이|을|과|에|으로|까지|부터|도|만|의|앞|$| )"
)
_POLITE = re.compile(r"(?<=[는은든군럼말을를만뭘걸밌])요(?![가-힣])")


def respell(phrase: str) -> str:
    """Write the irregular words of a Hangul phrase so that the general rules pronounce them."""
    phrase = _WORD.sub(lambda match: _WORDS[match.group()], phrase)
    phrase = _START_WORD.sub(lambda match: _START_WORDS[match.group()], phrase)
    phrase = _TENSED_ENDINGS.sub(lambda match: _tensed(match.group()), phrase)
    phrase = _STATION.sub(_station, phrase)
    return _POLITE.sub("뇨", phrase)


def _tensed(ending: str) -> str:
    onset, nucleus, coda = decompose(ending[0])
    return compose(_TENSE[onset], nucleus, coda) + ending[1:]


def _station(match: re.Match[str]) -> str:
    before = decompose(match.string[match.start() - 1])
    return "녁" if before.coda else "역"
