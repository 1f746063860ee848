"""Latin-script words as Koreans say them, where spelling rules would mislead.

Everyday English in Korean text, brands, and acronyms that are said as words. Keys are lower case.
Written down for momjit from general knowledge of Korean usage and the loanword orthography
(외래어 표기법); where the two disagree, usage wins (메시지 but 콘텐츠, 스리디 but 파이팅).
"""

_TABLE = """
a 에이 about 어바웃 academy 아카데미 access 액세스 account 어카운트 action 액션 actor 액터 ad 애드
addon 애드온 adobe 어도비 after 애프터 agency 에이전시 agent 에이전트 agile 애자일 aids 에이즈
air 에어 airbnb 에어비앤비 airpods 에어팟 album 앨범 alexa 알렉사 algorithm 알고리즘
alibaba 알리바바 alice 앨리스 all 올 alpha 알파 alphago 알파고 am 에이엠 amazon 아마존
america 아메리카 americano 아메리카노 an 언 analog 아날로그 and 앤드 android 안드로이드 angle 앵글
angular 앵귤러 animation 애니메이션 anime 아니메 anna 애나 anthropic 앤트로픽 apartment 아파트먼트
apec 에이펙 api 에이피아이 app 앱 apple 애플 application 애플리케이션 approach 어프로치 apps 앱스
april 에이프릴 arduino 아두이노 art 아트 article 아티클 artist 아티스트 asean 아세안 asia 아시아
asus 에이수스 atelier 아틀리에 attack 어택 attention 어텐션 audi 아우디 audio 오디오
august 오거스트 autumn 오텀 avatar 아바타 aws 에이더블유에스 baby 베이비 back 백
background 백그라운드 badge 배지 bag 백 baguette 바게트 bakery 베이커리 balance 밸런스 ball 볼
ballet 발레 banana 바나나 band 밴드 bank 뱅크 banner 배너 bar 바 baseball 베이스볼 basic 베이식
basketball 바스켓볼 bass 베이스 batch 배치 battery 배터리 bazaar 바자 be 비 beach 비치 beat 비트
beautiful 뷰티풀 beauty 뷰티 because 비코즈 beer 비어 before 비포 behind 비하인드 beijing 베이징
benz 벤츠 berlin 베를린 best 베스트 beta 베타 better 베터 bibimbap 비빔밥 biden 바이든 big 빅
bike 바이크 bill 빌 birthday 버스데이 bit 비트 bitcoin 비트코인 black 블랙 blackpink 블랙핑크
blender 블렌더 block 블록 blockchain 블록체인 blog 블로그 blue 블루 bluetooth 블루투스 board 보드
bob 밥 body 보디 bonjour 봉주르 bonus 보너스 book 북 boot 부트 boss 보스 box 박스 boy 보이
brand 브랜드 bread 브레드 break 브레이크 brian 브라이언 bridge 브리지 briefing 브리핑
broadway 브로드웨이 brother 브라더 brown 브라운 browser 브라우저 brunch 브런치 budget 버짓
buffet 뷔페 bug 버그 building 빌딩 bulletin 불러틴 burger 버거 bus 버스 busan 부산
business 비즈니스 busy 비지 but 벗 button 버튼 buy 바이 by 바이 bye 바이 byte 바이트 cache 캐시
cafe 카페 cake 케이크 calendar 캘린더 call 콜 camera 카메라 camp 캠프 campaign 캠페인
campus 캠퍼스 can 캔 canada 캐나다 cancel 캔슬 canon 캐논 canva 캔바 capital 캐피털
cappuccino 카푸치노 captain 캡틴 capture 캡처 car 카 card 카드 care 케어 career 커리어 cash 캐시
cat 캣 catalog 카탈로그 celeb 셀럽 cell 셀 center 센터 centre 센터 ceo 시이오 challenge 챌린지
champion 챔피언 change 체인지 channel 채널 character 캐릭터 charge 차지 chart 차트 chat 챗
chatbot 챗봇 chatgpt 챗지피티 check 체크 checklist 체크리스트 cheese 치즈 chef 셰프 chicken 치킨
child 차일드 china 차이나 chip 칩 chocolate 초콜릿 choice 초이스 chris 크리스 christmas 크리스마스
chrome 크롬 ciao 차오 cinema 시네마 circle 서클 citizen 시티즌 city 시티 class 클래스
classic 클래식 claude 클로드 clean 클린 clear 클리어 click 클릭 clinic 클리닉 clip 클립
close 클로즈 cloud 클라우드 club 클럽 coach 코치 coaching 코칭 code 코드 coding 코딩 coffee 커피
coin 코인 cola 콜라 cold 콜드 collection 컬렉션 color 컬러 comedy 코미디 coming 커밍
comment 코멘트 commit 커밋 communication 커뮤니케이션 community 커뮤니티 company 컴퍼니
complex 콤플렉스 computer 컴퓨터 computing 컴퓨팅 concept 콘셉트 concert 콘서트 concours 콩쿠르
condition 컨디션 conference 콘퍼런스 connect 커넥트 console 콘솔 consulting 컨설팅 contact 콘택트
content 콘텐트 contents 콘텐츠 contest 콘테스트 control 컨트롤 cook 쿡 cookie 쿠키 cooking 쿠킹
cool 쿨 copy 카피 corner 코너 corporation 코퍼레이션 cosmetics 코스메틱스 cosplay 코스프레
cost 코스트 costco 코스트코 could 쿠드 country 컨트리 coupang 쿠팡 coupon 쿠폰 course 코스
court 코트 cover 커버 covid 코비드 cpu 시피유 crazy 크레이지 cream 크림 create 크리에이트
creative 크리에이티브 creator 크리에이터 credit 크레디트 crew 크루 croissant 크루아상 cross 크로스
cup 컵 curriculum 커리큘럼 customer 커스터머 cut 컷 cute 큐트 cyber 사이버 cycle 사이클 dad 대드
daily 데일리 dance 댄스 daniel 대니얼 danke 당케 dark 다크 dash 대시 dashboard 대시보드
data 데이터 database 데이터베이스 dataset 데이터셋 date 데이트 david 데이비드 day 데이 days 데이즈
deadline 데드라인 deal 딜 dear 디어 debian 데비안 debug 디버그 december 디셈버 deep 딥
default 디폴트 delivery 딜리버리 dell 델 demo 데모 design 디자인 designer 디자이너 desk 데스크
desktop 데스크톱 dessert 디저트 detail 디테일 develop 디벨럽 developer 디벨로퍼 device 디바이스
dialog 다이얼로그 diary 다이어리 diet 다이어트 digital 디지털 dinner 디너 director 디렉터
discord 디스코드 discount 디스카운트 disk 디스크 disney 디즈니 display 디스플레이 diy 디아이와이
django 장고 do 두 docker 도커 doctor 닥터 document 도큐먼트 dog 도그 dollar 달러 domain 도메인
door 도어 double 더블 down 다운 download 다운로드 dr 닥터 drama 드라마 dream 드림 dress 드레스
drink 드링크 drive 드라이브 driver 드라이버 drone 드론 drop 드롭 dropout 드롭아웃 drum 드럼
duo 듀오 earth 어스 east 이스트 easy 이지 edge 에지 edit 에디트 editor 에디터 education 에듀케이션
effect 이펙트 eight 에이트 elite 엘리트 elon 일론 email 이메일 embedding 임베딩 emma 에마
emotion 이모션 encore 앙코르 end 엔드 energy 에너지 engine 엔진 engineer 엔지니어
engineering 엔지니어링 english 잉글리시 enjoy 인조이 enter 엔터 entertainment 엔터테인먼트
ep 에피소드 epoch 에포크 error 에러 espresso 에스프레소 essay 에세이 etc 등등 euro 유로
europe 유럽 even 이븐 evening 이브닝 event 이벤트 ever 에버 every 에브리 everyone 에브리원
example 이그잼플 excel 엑셀 exit 엑싯 expo 엑스포 export 엑스포트 express 익스프레스 eye 아이
face 페이스 facebook 페이스북 factory 팩토리 family 패밀리 fan 팬 fantasy 판타지 faq 에프에이큐
farm 팜 fashion 패션 fast 패스트 father 파더 feedback 피드백 feel 필 feeling 필링 ferrari 페라리
festival 페스티벌 fifa 피파 fifth 피프스 fighting 파이팅 figma 피그마 figure 피겨 file 파일
film 필름 filter 필터 final 파이널 finance 파이낸스 find 파인드 fine 파인 fire 파이어
firefox 파이어폭스 first 퍼스트 fish 피시 fit 핏 fitness 피트니스 five 파이브 flash 플래시
flex 플렉스 flow 플로 flower 플라워 focus 포커스 folder 폴더 food 푸드 football 풋볼 for 포
force 포스 forever 포에버 form 폼 format 포맷 forum 포럼 four 포 frame 프레임 free 프리
freelancer 프리랜서 fresh 프레시 friday 프라이데이 friend 프렌드 friends 프렌즈 from 프롬
front 프런트 frontend 프런트엔드 fruit 프루트 full 풀 fun 펀 fund 펀드 future 퓨처 galaxy 갤럭시
gallery 갤러리 game 게임 gamer 게이머 games 게임즈 gangnam 강남 garden 가든 gas 가스 gate 게이트
gemini 제미나이 general 제너럴 generation 제너레이션 genre 장르 gentle 젠틀 george 조지
germany 저머니 gesture 제스처 get 겟 ghost 고스트 gif 지프 gift 기프트 girl 걸 girls 걸스 git 깃
github 깃허브 give 기브 glass 글라스 global 글로벌 gmail 지메일 go 고 goal 골 god 갓 gold 골드
golf 골프 good 굿 goodbye 굿바이 google 구글 got 갓 gracias 그라시아스 grade 그레이드
grammar 그래머 grand 그랜드 graph 그래프 graphic 그래픽 great 그레이트 green 그린 group 그룹
guard 가드 guest 게스트 guide 가이드 guitar 기타 gym 짐 hair 헤어 half 하프 halloween 핼러윈
hamburger 햄버거 hanbok 한복 hand 핸드 happy 해피 hard 하드 harry 해리 has 해즈 hash 해시
have 해브 he 히 head 헤드 headset 헤드셋 healing 힐링 health 헬스 heart 하트 hello 헬로 help 헬프
her 허 here 히어 hero 히어로 hey 헤이 hi 하이 high 하이 hill 힐 hint 힌트 hip 힙 hiphop 힙합
his 히즈 history 히스토리 hit 히트 hobby 호비 hola 올라 holiday 홀리데이 hollywood 할리우드
home 홈 honey 허니 hook 훅 hope 호프 hot 핫 hotel 호텔 houdini 후디니 hour 아워 house 하우스
how 하우 html 에이치티엠엘 huawei 화웨이 human 휴먼 humor 유머 hybrid 하이브리드 hyundai 현대
i 아이 ice 아이스 icon 아이콘 id 아이디 idea 아이디어 idol 아이돌 ielts 아이엘츠 if 이프
ikea 이케아 illustrator 일러스트레이터 image 이미지 imax 아이맥스 in 인 inc 잉크 incheon 인천
index 인덱스 inference 인퍼런스 influencer 인플루언서 info 인포 information 인포메이션 input 인풋
insert 인서트 inside 인사이드 insight 인사이트 instagram 인스타그램 install 인스톨
institute 인스티튜트 intel 인텔 interface 인터페이스 interior 인테리어 international 인터내셔널
internet 인터넷 interview 인터뷰 intro 인트로 ios 아이오에스 ipad 아이패드 iphone 아이폰 is 이즈
island 아일랜드 issue 이슈 it 잇 item 아이템 its 이츠 jack 잭 jacket 재킷 james 제임스 jane 제인
january 재뉴어리 japan 재팬 java 자바 javascript 자바스크립트 jazz 재즈 jeju 제주 jelly 젤리
jennie 제니 jimin 지민 job 잡 john 존 join 조인 joke 조크 journal 저널 jpeg 제이펙 jpop 제이팝
juice 주스 july 줄라이 jump 점프 june 준 jungkook 정국 junior 주니어 just 저스트 kaist 카이스트
kakao 카카오 kakaotalk 카카오톡 karaoke 가라오케 kate 케이트 keep 킵 kevin 케빈 key 키
keyboard 키보드 keyframe 키프레임 keyword 키워드 kia 기아 kick 킥 kid 키드 kids 키즈 kill 킬
kimchi 김치 kind 카인드 king 킹 kiss 키스 kit 키트 kitchen 키친 kiwi 키위 knife 나이프 know 노
knowhow 노하우 knowledge 놀리지 korea 코리아 korean 코리안 kosdaq 코스닥 kospi 코스피 kpop 케이팝
lab 랩 label 레이블 lady 레이디 lan 랜 land 랜드 language 랭귀지 laptop 랩톱 laser 레이저
last 라스트 latency 레이턴시 latte 라테 launch 론치 leader 리더 leadership 리더십 league 리그
learn 런 learning 러닝 led 엘이디 left 레프트 legend 레전드 lego 레고 lenovo 레노버 lesson 레슨
let 렛 lets 레츠 level 레벨 library 라이브러리 license 라이선스 life 라이프 light 라이트
like 라이크 line 라인 link 링크 linkedin 링크트인 linux 리눅스 lion 라이언 lisa 리사 list 리스트
little 리틀 live 라이브 living 리빙 llama 라마 local 로컬 location 로케이션 lock 로크 log 로그
login 로그인 logo 로고 logout 로그아웃 london 런던 long 롱 look 룩 loop 루프 love 러브 low 로
luck 럭 lucky 러키 lunch 런치 luxury 럭셔리 lv 레벨 mac 맥 macbook 맥북 machine 머신 made 메이드
magazine 매거진 magic 매직 mail 메일 main 메인 make 메이크 makeup 메이크업 mall 몰 man 맨
manager 매니저 manga 망가 mango 망고 manual 매뉴얼 map 맵 march 마치 mark 마크 market 마켓
marketing 마케팅 marvel 마블 mary 메리 mask 마스크 master 마스터 match 매치 math 매스
matrix 매트릭스 may 메이 maya 마야 mbti 엠비티아이 me 미 mean 민 media 미디어 medium 미디엄
meet 미트 meeting 미팅 melody 멜로디 melon 멜론 member 멤버 membership 멤버십 memo 메모
memory 메모리 men 멘 menu 메뉴 merci 메르시 merry 메리 message 메시지 messi 메시 meta 메타
metaverse 메타버스 michael 마이클 microphone 마이크로폰 microsoft 마이크로소프트 middle 미들
mike 마이크 milestone 마일스톤 milk 밀크 mind 마인드 mini 미니 minute 미닛 mirror 미러 miss 미스
mission 미션 mix 믹스 mobile 모바일 mocha 모카 mode 모드 model 모델 modeling 모델링 modern 모던
mom 맘 monday 먼데이 money 머니 monitor 모니터 month 먼스 mood 무드 moon 문 more 모어 morning 모닝
mother 마더 motion 모션 motor 모터 mountain 마운틴 mouse 마우스 movie 무비 mr 미스터 mrs 미시즈
ms 미즈 multi 멀티 muscle 머슬 museum 뮤지엄 music 뮤직 musical 뮤지컬 musk 머스크 my 마이
mystery 미스터리 name 네임 nasa 나사 nasdaq 나스닥 national 내셔널 nato 나토 natural 내추럴
nature 네이처 naver 네이버 navigation 내비게이션 need 니드 netflix 넷플릭스 network 네트워크
neural 뉴럴 never 네버 new 뉴 news 뉴스 next 넥스트 nice 나이스 night 나이트 nike 나이키
nikon 니콘 nine 나인 no 노 normal 노멀 north 노스 not 낫 note 노트 notebook 노트북 nothing 나싱
notice 노티스 notion 노션 november 노벰버 now 나우 number 넘버 numpy 넘파이 nvidia 엔비디아
obama 오바마 ocean 오션 october 옥토버 of 오브 off 오프 offer 오퍼 office 오피스 official 오피셜
offline 오프라인 oh 오 ok 오케이 okay 오케이 old 올드 olympic 올림픽 on 온 once 원스 one 원
online 온라인 only 온리 opec 오펙 open 오픈 openai 오픈에이아이 opening 오프닝 opera 오페라
option 옵션 or 오어 orange 오렌지 order 오더 organic 오가닉 original 오리지널 orleans 올리언스
other 아더 our 아워 out 아웃 outlet 아웃렛 output 아웃풋 over 오버 page 페이지 paint 페인트
panel 패널 paper 페이퍼 paris 파리 park 파크 parking 파킹 part 파트 partner 파트너 party 파티
pass 패스 password 패스워드 pasta 파스타 pattern 패턴 paul 폴 pay 페이 paypal 페이팔 pdf 피디에프
pen 펜 people 피플 perfect 퍼펙트 performance 퍼포먼스 person 퍼슨 personal 퍼스널 peter 피터
phone 폰 photo 포토 photoshop 포토샵 piano 피아노 pick 픽 picture 픽처 piece 피스 pilates 필라테스
pilot 파일럿 pin 핀 pine 파인 pink 핑크 pinterest 핀터레스트 pipe 파이프 pipeline 파이프라인
pixar 픽사 pizza 피자 place 플레이스 plan 플랜 planning 플래닝 plant 플랜트 plastic 플라스틱
platform 플랫폼 play 플레이 player 플레이어 playlist 플레이리스트 playstation 플레이스테이션
plaza 플라자 please 플리즈 plugin 플러그인 plus 플러스 pm 피엠 pocket 포켓 podcast 팟캐스트
point 포인트 police 폴리스 polygon 폴리곤 pop 팝 popup 팝업 porsche 포르쉐 portfolio 포트폴리오
posco 포스코 post 포스트 poster 포스터 posting 포스팅 power 파워 powerpoint 파워포인트
premiere 프리미어 premium 프리미엄 present 프레젠트 presentation 프레젠테이션 press 프레스
pretty 프리티 price 프라이스 prime 프라임 prince 프린스 princess 프린세스 print 프린트
printer 프린터 privacy 프라이버시 private 프라이빗 pro 프로 problem 프라블럼 process 프로세스
producer 프로듀서 product 프로덕트 professional 프로페셔널 professor 프로페서 profile 프로필
program 프로그램 programming 프로그래밍 project 프로젝트 prompt 프롬프트 proposal 프로포절
public 퍼블릭 pull 풀 pure 퓨어 push 푸시 put 풋 puzzle 퍼즐 python 파이선 pytorch 파이토치
quality 퀄리티 queen 퀸 question 퀘스천 queue 큐 quick 퀵 quiz 퀴즈 race 레이스 radio 라디오
rain 레인 ram 램 ramen 라멘 random 랜덤 range 레인지 rank 랭크 ranking 랭킹 rap 랩 rate 레이트
react 리액트 reaction 리액션 read 리드 reading 리딩 ready 레디 real 리얼 reality 리얼리티
really 리얼리 recipe 레시피 record 레코드 recruit 리크루트 red 레드 reddit 레딧 refresh 리프레시
register 레지스터 relax 릴랙스 release 릴리스 remix 리믹스 remote 리모트 render 렌더
rendering 렌더링 rendezvous 랑데부 report 리포트 reset 리셋 resort 리조트 restaurant 레스토랑
result 리절트 retarget 리타깃 retro 레트로 review 리뷰 rhythm 리듬 rice 라이스 rich 리치
right 라이트 ring 링 road 로드 robert 로버트 robot 로봇 rock 록 role 롤 rom 롬 room 룸 rose 로즈
round 라운드 routine 루틴 rule 룰 run 런 running 러닝 russia 러시아 safari 사파리 safe 세이프
safety 세이프티 salad 샐러드 sale 세일 sales 세일즈 sample 샘플 samsung 삼성 sandwich 샌드위치
saturday 새터데이 sauce 소스 save 세이브 say 세이 scale 스케일 scene 신 schedule 스케줄
school 스쿨 science 사이언스 score 스코어 screen 스크린 script 스크립트 sea 시 search 서치
season 시즌 seat 시트 second 세컨드 secret 시크릿 section 섹션 security 시큐리티 see 시 self 셀프
sell 셀 seminar 세미나 send 센드 senior 시니어 sense 센스 seoul 서울 september 셉템버
series 시리즈 server 서버 service 서비스 set 세트 setting 세팅 seven 세븐 shader 셰이더
shadow 섀도 shape 셰이프 share 셰어 she 시 shirt 셔츠 shoes 슈즈 shop 숍 shopping 쇼핑 short 쇼트
shorts 쇼츠 shot 숏 should 슈드 show 쇼 shower 샤워 side 사이드 sign 사인 silver 실버 simple 심플
simulation 시뮬레이션 sing 싱 singer 싱어 single 싱글 siri 시리 sister 시스터 site 사이트 six 식스
size 사이즈 skeleton 스켈레톤 skill 스킬 skin 스킨 sky 스카이 slide 슬라이드 slow 슬로 small 스몰
smart 스마트 smartphone 스마트폰 smile 스마일 snow 스노 so 소 soccer 사커 social 소셜 soda 소다
sofa 소파 soft 소프트 software 소프트웨어 solo 솔로 solution 솔루션 some 섬 son 손 song 송
sony 소니 soon 순 sora 소라 sorry 소리 soul 솔 sound 사운드 soup 수프 source 소스 south 사우스
space 스페이스 spam 스팸 special 스페셜 specialist 스페셜리스트 speed 스피드 spoiler 스포일러
sport 스포츠 sports 스포츠 spotify 스포티파이 spring 스프링 staff 스태프 stage 스테이지
stand 스탠드 standard 스탠더드 star 스타 starbucks 스타벅스 start 스타트 startup 스타트업
station 스테이션 steak 스테이크 step 스텝 steve 스티브 stop 스톱 storage 스토리지 store 스토어
story 스토리 strategy 스트래티지 strawberry 스트로베리 stream 스트림 streaming 스트리밍
street 스트리트 stress 스트레스 strong 스트롱 student 스튜던트 studio 스튜디오 study 스터디
style 스타일 success 석세스 sugar 슈거 suit 슈트 summer 서머 sun 선 sunday 선데이 super 슈퍼
support 서포트 sure 슈어 surprise 서프라이즈 survey 서베이 sushi 스시 sweet 스위트 switch 스위치
symbol 심벌 system 시스템 table 테이블 tablet 태블릿 tag 태그 take 테이크 talk 토크 target 타깃
task 태스크 taxi 택시 tea 티 teacher 티처 team 팀 tech 테크 technology 테크놀로지 teen 틴
telegram 텔레그램 tempo 템포 tennis 테니스 tensorflow 텐서플로 teps 텝스 tesla 테슬라 test 테스트
text 텍스트 texture 텍스처 than 댄 thank 생크 thanks 생스 that 댓 the 더 theme 테마 then 덴
there 데어 they 데이 thing 싱 think 싱크 this 디스 thread 스레드 threads 스레드 three 스리
throughput 스루풋 thursday 서스데이 ticket 티켓 tiger 타이거 tiktok 틱톡 time 타임
timeout 타임아웃 tip 팁 title 타이틀 to 투 today 투데이 toefl 토플 toeic 토익 together 투게더
token 토큰 tokyo 도쿄 tom 톰 tomorrow 투모로 tone 톤 too 투 tool 툴 top 톱 topic 토픽 toss 토스
total 토털 touch 터치 tour 투어 tower 타워 town 타운 toy 토이 toyota 도요타 track 트랙
trade 트레이드 traffic 트래픽 trailer 트레일러 train 트레인 trainer 트레이너 training 트레이닝
travel 트래블 tree 트리 trend 트렌드 trip 트립 true 트루 trump 트럼프 trust 트러스트 try 트라이
tuesday 튜스데이 tumbler 텀블러 turn 턴 tutorial 튜토리얼 tv 티브이 tweet 트윗 twice 트와이스
twin 트윈 twitch 트위치 twitter 트위터 two 투 type 타입 uber 우버 ubuntu 우분투 uefa 유에파
ultra 울트라 uncle 엉클 under 언더 unesco 유네스코 unicef 유니세프 uniform 유니폼 union 유니언
unit 유닛 unity 유니티 universal 유니버설 universe 유니버스 university 유니버시티 unix 유닉스
unreal 언리얼 up 업 update 업데이트 upgrade 업그레이드 upload 업로드 url 유아르엘 us 어스
usa 유에스에이 usb 유에스비 use 유즈 user 유저 usim 유심 vacation 베이케이션 vaccine 백신
value 밸류 van 밴 vanilla 바닐라 venture 벤처 version 버전 very 베리 video 비디오 view 뷰
vip 브이아이피 virtual 버추얼 virus 바이러스 vision 비전 visual 비주얼 vlog 브이로그 vocal 보컬
voice 보이스 vol 볼륨 volume 볼륨 volvo 볼보 vs 대 wait 웨이트 wake 웨이크 walk 워크 wall 월
want 원트 war 워 warm 웜 was 워즈 watch 워치 water 워터 wave 웨이브 way 웨이 we 위 weather 웨더
web 웹 website 웹사이트 webtoon 웹툰 wedding 웨딩 wednesday 웬즈데이 week 위크 weekend 위켄드
welcome 웰컴 well 웰 wellness 웰니스 were 워 west 웨스트 what 왓 whatsapp 왓츠앱 when 웬
where 웨어 which 위치 white 화이트 who 후 why 와이 wifi 와이파이 wiki 위키 wikipedia 위키피디아
wild 와일드 will 윌 william 윌리엄 win 윈 wind 윈드 window 윈도 windows 윈도 wine 와인 winner 위너
winter 윈터 wireless 와이어리스 with 위드 woman 우먼 women 위민 wonder 원더 wonderful 원더풀
word 워드 work 워크 workshop 워크숍 world 월드 would 우드 wow 와우 write 라이트 writer 라이터
wrong 롱 xbox 엑스박스 xiaomi 샤오미 yeah 예 year 이어 yellow 옐로 yep 옙 yes 예스
yesterday 예스터데이 yoga 요가 york 욕 you 유 young 영 your 유어 youth 유스 youtube 유튜브
youtuber 유튜버 yummy 야미 zara 자라 zero 제로 zip 집 zone 존 zoom 줌
"""


def _parse(table: str) -> dict[str, str]:
    fields = table.split()
    return dict(zip(fields[::2], fields[1::2], strict=True))


WORDS: dict[str, str] = _parse(_TABLE)

# Acronyms in capitals are spelt out unless people say them as a word.
SPOKEN_ACRONYMS: frozenset[str] = frozenset(
    "AIDS APEC ART ASEAN BIG CAR COVID DAY FIFA GIF GO HOT IMAX JPEG KAIST KOSDAQ KOSPI LAN "
    "LASER NASA NASDAQ NATO NEW NO OK OPEC PIN POP POSCO RAM RED ROM SKY THE TOP UNESCO UNICEF "
    "UNIX USIM YES YOU ZIP ".split()
)

# Spelt out even in small letters.
LOWER_INITIALISMS: frozenset[str] = frozenset(
    "abc ai ar asap atm bbc bgm bj brb btob bts btw bvh cctv cd cf cg cgv csv ctrl cv dj dm dna "
    "dvd ebs esg fa fbx fm fyi gdp glb gltf gpa gps gpt gpu gs hbo hiv hmm hp hr icbm ict idc "
    "idk iirc imf imo ip ipo ir iso jpg jtbc jtv kbo kbs kfc kr kt ktx lcd lg lh lmao lol lp "
    "lte mbc mc md mp mvp nba nft ngo nhk obj oecd omg os ott pc pd png ppl ppt pt pvc qa qr "
    "rip rna rpg sbs sf sk smh sns srt ssd svg tbh tbs tf tvn ucc ufo ui un uv ux vfx vod vr "
    "vrm wtf wto xml yg ytn ".split()
)

# Digits inside a Latin word are English ones: MP3, 3D, A4, 5G.
ENGLISH_DIGITS = ("제로", "원", "투", "스리", "포", "파이브", "식스", "세븐", "에이트", "나인")

LETTER_NAMES: dict[str, str] = _parse(
    "a 에이 b 비 c 시 d 디 e 이 f 에프 g 지 h 에이치 i 아이 j 제이 k 케이 l 엘 m 엠 n 엔 o 오 "
    "p 피 q 큐 r 알 s 에스 t 티 u 유 v 브이 w 더블유 x 엑스 y 와이 z 제트"
)
