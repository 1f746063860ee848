"""Subtitles become words with times, whatever the file looks like."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pysubs2
import pytest
import webvtt

from gesture_core.errors import UserError
from gesture_core.formats.cues import read_cues
from gesture_core.formats.subtitles import Subtitles, read_subtitles

CAPTIONS = Path(__file__).parent.parent / "fixtures" / "captions" / "rolling.ko.vtt"

Times = list[tuple[str, float, float]]


def written(folder: Path, text: str | bytes, name: str = "talk.vtt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, name: str = "talk.vtt") -> Subtitles:
    return read_subtitles(written(folder, text, name))


def times(subtitles: Subtitles) -> Times:
    return [(w.text, round(w.start, 3), round(w.end, 3)) for w in subtitles.words]


def said(subtitles: Subtitles) -> str:
    return " ".join(word.text for word in subtitles.words)


def test_rolling_captions_say_every_word_once_at_its_own_time() -> None:
    subtitles = read_subtitles(CAPTIONS)

    assert said(subtitles) == (
        "우리가 매일 하는 작은 선택이 네 그러면 무슨 일 이 벌어질까 네 네 네 잘 들었습니다"
    )
    starts = {word.text: word.start for word in subtitles.words}
    assert (starts["일"], starts["이"], starts["벌어질까"]) == (32.296, 32.583, 32.870)
    assert starts["네"] == 36.520  # the last one said: a repeated word is not a repeated line
    assert subtitles.timing == "subtitles"
    assert subtitles.language == "ko"
    assert subtitles.notes == ()


def test_a_word_ends_with_the_next_or_where_a_mouth_would_have_closed() -> None:
    by_text = {word.text: word for word in read_subtitles(CAPTIONS).words}

    assert by_text["일"].end == 32.583
    assert by_text["선택이"].end == 29.750  # the line's end
    assert by_text["벌어질까"].end == 33.869


def test_a_word_does_not_last_through_a_pause(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:09.000\n그<00:01.200><c> 래요</c>\n"

    assert times(read(tmp_path, text)) == [("그", 1.0, 1.2), ("래요", 1.2, 2.2)]


def test_captions_survive_an_editor_that_strips_lines(tmp_path: Path) -> None:
    stripped = "\n".join(line.rstrip() for line in CAPTIONS.read_text("utf-8").split("\n"))

    assert times(read(tmp_path, stripped)) == times(read_subtitles(CAPTIONS))


def test_captions_without_inline_times_still_do_not_repeat(tmp_path: Path) -> None:
    """What converters make of rolling captions: the same cues, only the tags gone."""
    vtt = webvtt.from_string(CAPTIONS.read_text("utf-8"))
    srt = "".join(
        f"{i}\n{c.start.replace('.', ',')} --> {c.end.replace('.', ',')}\n{c.text.strip()}\n\n"
        for i, c in enumerate(vtt.captions, start=1)
    )
    subtitles = read(tmp_path, srt, "talk.srt")

    assert said(subtitles) == said(read_subtitles(CAPTIONS))
    assert subtitles.timing == "estimated"
    assert "are estimated" in subtitles.notes[0]


def test_rolled_up_captions_of_television_say_every_line_once(tmp_path: Path) -> None:
    lines = ["오늘의 소식입니다", "비가 옵니다", "바람도 붑니다", "내일은 맑습니다"]
    cues = [
        f"00:0{i}.000 --> 00:0{i + 1}.000\n" + "\n".join(lines[max(0, i - 1) : i + 1])
        for i in range(4)
    ]

    assert said(read(tmp_path, "WEBVTT\n\n" + "\n\n".join(cues))) == " ".join(lines)


def test_what_is_said_twice_stays_twice(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n네\n\n00:02.000 --> 00:03.000\n네\n\n"
        "00:03.000 --> 00:05.000\n그렇죠\n\n00:05.000 --> 00:06.000\n네 맞아요\n"
    )

    assert said(read(tmp_path, text)) == "네 네 그렇죠 네 맞아요"


def test_cue_times_are_shared_out_by_syllables(tmp_path: Path) -> None:
    subtitles = read(tmp_path, "1\n00:00:01,000 --> 00:00:03,000\n저는 AI를\n공부합니다\n", "a.srt")

    # 2 + 3 + 5 syllables in two seconds.
    assert times(subtitles) == [("저는", 1, 1.4), ("AI를", 1.4, 2.0), ("공부합니다", 2.0, 3.0)]
    assert subtitles.timing == "estimated"
    assert subtitles.language == "ko"


def test_a_cue_shown_for_long_is_not_said_for_long(tmp_path: Path) -> None:
    subtitles = read(tmp_path, "1\n00:00:01,000 --> 00:00:09,000\n네 그렇죠\n", "a.srt")

    assert times(subtitles) == [("네", 1.0, 1.5), ("그렇죠", 1.5, 3.0)]


def test_overlapping_cues_follow_each_other_unless_two_people_speak(tmp_path: Path) -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:04,000\n안녕하세요\n\n"
        "2\n00:00:02,000 --> 00:00:05,000\n반갑습니다\n\n"
        "3\n00:00:02,100 --> 00:00:05,000\n어서 오세요\n"
    )

    assert times(read(tmp_path, text, "a.srt")) == [
        ("안녕하세요", 1.0, 2.0),  # shown on while the next is said
        ("반갑습니다", 2.0, 4.5),  # nobody says this in a tenth of a second
        ("어서", 2.1, 3.1),
        ("오세요", 3.1, 4.6),
    ]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("<v 김 교수>안녕하세요</v> 여러분", "안녕하세요 여러분"),
        ("<v.loud 김 교수><i><b>안녕</b>하세요</i>", "안녕하세요"),
        ("<c.yellow.bg_blue>노란</c> <lang ko>글자</lang>", "노란 글자"),
        ("<ruby>漢字<rt>한자</rt></ruby>를 씁니다", "漢字를 씁니다"),
        ('<font color="#ffffff">하얀</font> {\\an8}위', "하얀 위"),
        ("김치 &amp; 밥 &lt;맛&gt; 물&nbsp;한&#32;잔", "김치 밥 <맛> 물 한 잔"),
        ("[음악] (박수) 감사합니다 ♪ - 네", "감사합니다 네"),
        ("국제통화기금(IMF)은 [웃음\n소리]", "국제통화기금(IMF)은"),
        ("제로\u200b폭\ufeff 글자", "제로폭 글자"),
        ("각", "각"),
        ("3 < 5 이고 6 > 4", "3 5 이고 6 4"),
        ("&#x1112;&#x1161;&#x11ab;글", "한글"),
        ("첫 줄\\N둘째 줄", "첫 줄 둘째 줄"),
        ("♪", ""),
    ],
)
def test_mark_up_is_not_said(payload: str, words: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, f"WEBVTT\n\n00:01.000 --> 00:08.000\n{payload}\n")) == words


def test_blocks_that_are_no_cues_are_not_said(tmp_path: Path) -> None:
    text = (
        "WEBVTT - 강연\nKind: captions\nLanguage: ko\n\nNOTE\n이것은 메모\n\n"
        "STYLE\n::cue { color: red }\n\nREGION\nid:fred\nwidth:40%\n\n"
        "처음\n00:01.000 --> 00:02.000 region:fred line:90% align:center\n안녕\n\n"
        "NOTE 끝\n\n2\n00:00:03.000-->00:00:04.000\n여러분\n"
    )

    assert said(read(tmp_path, text)) == "안녕 여러분"


def test_inline_times_out_of_order_count_for_nothing(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:03.000\n가<00:09.000> 나<00:02.000> 다<00:01.500> 라\n"
    subtitles = read(tmp_path, text)

    assert times(subtitles) == [
        ("가", 1.0, 1.5),
        ("나", 1.5, 2.0),
        ("다", 2.0, 2.5),
        ("라", 2.5, 3),
    ]
    assert subtitles.timing == "estimated"


def test_cues_without_length_are_left_out_by_name(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n안녕\n\n00:03.000 --> 00:03.000\n없음\n\n"
        "00:05.000 --> 00:04.000\n거꾸로\n"
    )
    subtitles = read(tmp_path, text)

    assert said(subtitles) == "안녕"
    assert [note.partition(": ")[0] for note in subtitles.notes] == ["talk.vtt:6", "talk.vtt:9"]


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.encode("cp949"),
        lambda text: text.replace("\n", "\r\n").encode("euc_kr"),
        lambda text: text.replace("\n", "\r").encode(),
    ],
    ids="bom utf16 utf16le utf16be utf32 cp949 euckr-crlf cr".split(),
)
def test_every_encoding_of_korea_is_read(encoded: Callable[[str], bytes], tmp_path: Path) -> None:
    text = "1\n0:01,000 --> 0:02,000\n안녕하세요 여러분\n\n2\n0:03,000 --> 0:04,000\n네\n"

    assert said(read(tmp_path, encoded(text), "talk.srt")) == "안녕하세요 여러분 네"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\ntrès élégant, déjà vu\n", "latin-1"),
        ("1\n00:00:01,000 --> 00:00:02,000\n你好,我们今天很高兴\n", "gbk"),
    ],
)
def test_other_encodings_are_refused_with_their_line(
    content: str, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"talk\.srt:3: byte 0x.* save the file as UTF-8"):
        read(tmp_path, content.encode(complaint), "talk.srt")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.srt", "1\n00:00:0x,000 --> 00:00:02,000\n네\n", r"a\.srt:2: cannot read the times"),
        ("a.srt", "1\n-00:00:01,000 --> 00:00:02,000\n네\n", r"a\.srt:2: cannot read the times"),
        ("a.srt", "1\n00:00:01,000 -> 00:00:02,000\n네\n", r"a\.srt:2: cannot read the times"),
        ("a.vtt", "WEBVTT\n\n00:61.000 --> 00:02.000\n네\n", r"a\.vtt:3: cannot read the times"),
        ("a.vtt", "WEBVTT\n\n999:00:00.000 --> 999:00:01.000\n네\n", "a.vtt:3"),
        ("a.srt", "그냥 글입니다\n", "no line with times"),
        ("a.vtt", "", "empty"),
        ("a.srt", "\0\0\0\0\0\0", "not a text file"),
        ("a.ass", "[Script Info]", "expected one of"),
    ],
)
def test_what_cannot_be_read_is_named(
    name: str, content: str, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=complaint):
        read(tmp_path, content, name)


def test_a_file_larger_than_any_talk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.vtt"
    with path.open("wb") as stream:
        stream.truncate((32 << 20) + 1)

    with pytest.raises(UserError, match="larger than 32 MB"):
        read_subtitles(path)


def test_captions_of_a_silent_film_have_no_words(tmp_path: Path) -> None:
    subtitles = read(tmp_path, "WEBVTT\n")

    assert subtitles == Subtitles((), "subtitles", "")


def test_a_file_is_read_by_what_it_holds(tmp_path: Path) -> None:
    srt = "1\n0:01,000 --> 0:02,000\n\n안녕\n\n여러분\n\n2\n0:03,000 --> 0:04,000\n2026\n"

    assert said(read(tmp_path, srt, "talk.vtt")) == "안녕 여러분 2026"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("talk.ko.vtt", "ko"),
        ("talk.ko-orig.vtt", "ko-orig"),
        ("talk.en-GB.vtt", "en-GB"),
        ("talk.final.vtt", ""),
        ("talk.vtt", ""),
    ],
)
def test_the_name_tells_the_language(name: str, language: str, tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n"

    assert read(tmp_path, text, name).language == language


def test_long_captions_are_read_in_time_that_grows_with_them(tmp_path: Path) -> None:
    """Two hours of rolling captions, and one cue with as many words and brackets."""
    body = "".join(
        f"{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.000 --> "
        f"{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.990\n말 {i}\n\n"
        for i in range(7200)
    )
    assert len(read(tmp_path, "WEBVTT\n\n" + body).words) == 14_400
    cue = "WEBVTT\n\n00:01.000 --> 99:00:00.000\n" + "<00:02.000>가 ([<" * 20_000
    assert len(read(tmp_path, cue).words) == 20_000


def test_cues_are_those_of_independent_readers() -> None:
    text = CAPTIONS.read_text("utf-8")
    ours = [(_clock(cue.start), _clock(cue.end), cue.text) for cue in read_cues(text, CAPTIONS)]
    captions = webvtt.from_string(text).captions
    assert ours == [(caption.start, caption.end, caption.raw_text) for caption in captions]

    srt = pysubs2.SSAFile.from_string(text).to_string("srt")
    ours = [(cue.start, cue.end, cue.text) for cue in read_cues(srt, CAPTIONS)]
    events = pysubs2.SSAFile.from_string(srt)
    assert ours == [(e.start / 1000, e.end / 1000, e.plaintext) for e in events]


def _clock(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}"


def test_times_never_run_backwards() -> None:
    words = read_subtitles(CAPTIONS).words

    assert [word.index for word in words] == list(range(len(words)))
    for word, following in pairwise(words):
        assert word.start < word.end <= following.start
