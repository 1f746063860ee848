"""Subtitles made of words with times: readable, in time, and never one over another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.clip_reader import Span
from blender_addon.core.errors import UserError
from blender_addon.core.subtitles import (
    LINE,
    SHORTEST,
    Cue,
    cut_cues,
    make_cues,
    vtt_text,
    width,
    write_subtitles,
)


def say(text: str, pause: float = 0.5, rate: float = 0.15) -> tuple[list[Span], float]:
    """The words of a text read at `rate` seconds a letter, with pauses where it has marks."""
    spans: list[Span] = []
    now = 0.3
    for word in text.split():
        spans.append(Span("word", word, now, now + rate * len(word), ""))
        now += rate * len(word) + (pause if word[-1] in ".!?," else 0.02)
    return spans, now


def lines_of(text: str) -> list[tuple[str, ...]]:
    return [cue.lines for cue in make_cues(*say(text))]


def test_cues_end_with_sentences_and_lines_with_eojeols():
    assert lines_of("안녕하세요. 오늘은 셰프가 준비한 요리를 대접해 드릴게요. 기대해 주세요!") == [
        ("안녕하세요.",),
        ("오늘은 셰프가 준비한", "요리를 대접해 드릴게요."),
        ("기대해 주세요!",),
    ]


def test_short_answers_share_a_cue_because_nobody_reads_faster():
    assert lines_of("네. 알겠습니다. 그럼 내일 오후 세 시에 만나요.")[0] == ("네. 알겠습니다.",)


def test_words_that_lean_on_others_stay_with_them():
    for cue in lines_of("인공지능이 우리 생활을 바꾸고 있다는 것은 이제 누구도 부정할 수 없습니다"):
        for line in cue:
            assert line.split()[0] not in {"있다는", "것은", "수", "없습니다"}


def test_a_silence_ends_a_cue_without_any_mark():
    words, _ = say("안녕하세요 여러분 반갑습니다 저는 민아예요")
    late = [replace(w, start=w.start + 1.0, end=w.end + 1.0) for w in words[2:]]
    assert [cue.lines for cue in make_cues([*words[:2], *late], 9.0)] == [
        ("안녕하세요 여러분",),
        ("반갑습니다 저는 민아예요",),
    ]


def test_a_word_longer_than_a_line_is_broken():
    address = "https://www.example.com/a/very/long/address/that/never/ends/at/all"
    (cue,) = make_cues([Span("word", address, 0.0, 5.0, "")], 5.0)
    assert "".join(cue.lines) == address
    assert max(map(width, cue.lines)) <= LINE


def test_only_words_are_shown():
    spans = [Span("gesture", "bow", 0.0, 1.0, ""), Span("word", " 네\n\x07 ", 0.2, 0.5, "")]
    (cue,) = make_cues(spans, 2.0)
    assert (cue.start, cue.lines) == (0.2, ("네",))
    assert make_cues([], 3.0) == ()


letters = st.text("가나다라마바사아자차카타파하abc.,?! ", min_size=1, max_size=24)


@given(
    st.lists(st.tuples(letters, st.floats(0.0, 2.0), st.floats(0.0, 2.0)), min_size=1, max_size=40)
)
def test_whatever_is_said_is_all_shown_in_order_and_one_at_a_time(said):
    spans, now = [], 0.0
    for text, silence, length in said:
        spans.append(Span("word", text, now + silence, now + silence + length, ""))
        now += silence + length
    cues = make_cues(spans, now)
    shown = "".join("".join(cue.lines) for cue in cues).replace(" ", "")
    assert shown == "".join(text for text, _, _ in said).replace(" ", "")
    assert all(width(line) <= LINE for cue in cues for line in cue.lines)
    assert all(cue.start < cue.end or cue is cues[-1] for cue in cues)
    assert all(one.end <= other.start for one, other in pairwise(cues))


sentences = st.lists(
    st.text("가나다라마바사아자차", min_size=1, max_size=8),
    min_size=6,
    max_size=40,
)


@given(sentences, st.data())
def test_at_the_pace_of_speech_every_cue_can_be_read(words, data):
    marks = data.draw(st.lists(st.sampled_from(["", "", "", ",", "."]), min_size=len(words),
                               max_size=len(words)))  # fmt: skip
    spans, end = say(" ".join(map(str.__add__, words, marks)))
    cues = make_cues(spans, max(end, spans[0].start + SHORTEST))
    assert all(cue.end - cue.start >= SHORTEST - 1e-6 for cue in cues[:-1])
    assert all(len(cue.lines) <= 2 for cue in cues)
    assert cues[0].start == spans[0].start


def test_a_part_of_the_video_has_its_part_of_the_cues():
    cues = (Cue(0.0, 1.0, ("가",)), Cue(1.0, 2.5, ("나",)), Cue(3.0, 4.0, ("다",)))
    assert cut_cues(cues, 0.5, 3.0) == (Cue(0.0, 0.5, ("가",)), Cue(0.5, 2.0, ("나",)))


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_other_programs_read_the_same(tmp_path: Path, suffix: str):
    cues = (
        Cue(0.3, 1.7, ("둘 < 셋 & 넷", "다섯 > 넷")),
        Cue(59.9996, 61.25, ("일 분",)),
        Cue(3725.0, 3726.5, ("한 시간",)),
    )
    path = tmp_path / f"talk{suffix}"
    write_subtitles(path, cues)
    read = pysubs2.load(str(path))
    assert [(event.start, event.end) for event in read] == [
        (300, 1700),
        (60000, 61250),
        (3725000, 3726500),
    ]
    if suffix == ".srt":
        assert read[0].plaintext == "둘 < 셋 & 넷\n다섯 > 넷"
    else:
        captions = webvtt.read(str(path))
        assert captions[1].start == "00:01:00.000"
        assert [caption.text for caption in captions][1:] == ["일 분", "한 시간"]
        assert "둘 &lt; 셋 &amp; 넷" in vtt_text(cues)
    with pytest.raises(UserError, match="exists already"):
        write_subtitles(path, cues)


def signed(text: str, start: float = 0.5, end: float = 9.0) -> Span:
    return Span("subtitle", text, start, end, "0")


def test_a_signed_sentence_stays_as_long_as_its_signs():
    (cue,) = make_cues([signed("지하철 환풍구에 가방이 빠졌어요!", 0.8, 12.7)], 13.8)
    assert (cue.start, cue.end) == (0.8, 12.7)
    assert " ".join(cue.lines) == "지하철 환풍구에 가방이 빠졌어요!"


def test_a_long_signed_sentence_is_shown_in_parts():
    text = "오늘은 셰프가 준비한 아주 맛있는 요리를 여러분께 대접해 드릴 테니 꼭 기대해 주세요"
    cues = make_cues([signed(text)], 9.0)
    assert len(cues) > 1
    assert " ".join(line for cue in cues for line in cue.lines) == text
    assert (cues[0].start, cues[-1].end) == (0.5, 9.0)
    assert all(len(cue.lines) <= 2 for cue in cues)


@given(
    st.lists(st.tuples(st.text(max_size=30), st.floats(0.2, 8.0)), max_size=6),
    st.floats(0.0, 1.0),
)
def test_sentences_keep_to_their_own_time(sentences, gap):
    spans, now = list[Span](), 0.0
    for text, seconds in sentences:
        spans.append(signed(text, now, now + seconds))
        now += seconds + gap
    cues = make_cues(spans, now)
    assert all(one.end <= other.start + 1e-9 for one, other in pairwise(cues))
    for span in spans:
        inside = [c for c in cues if span.start - 1e-9 <= c.start < span.end]
        if any(letter.isprintable() and not letter.isspace() for letter in span.text):
            assert inside
        assert all(cue.end <= span.end + 1e-9 for cue in inside)
