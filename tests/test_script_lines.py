"""Scripts of many lines: what is read, and where what cannot be read is said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.errors import UserError
from blender_addon.core.script import (
    MAX_LINES,
    Line,
    block_lines,
    read_script,
    subtitle_lines,
    table_lines,
)


def test_a_text_block_leaves_out_comments_and_empty_lines():
    lines = block_lines("안녕하세요\n\n  # 여기서 쉰다\n  반갑습니다  \n", "Script")
    assert lines == (Line("안녕하세요", 1), Line("반갑습니다", 4))


def test_a_table_has_columns_in_any_order():
    lines = table_lines(
        "start,Text,seed,intensity,style,voice,character\n"
        '0:12.5,"네, 맞아요",7,1.5,lively,espeak:ko,Hero\n'
        ",다음,,,,,\n"
        "\n"
        "# 나중에,,,,,,\n"
        '"00:01:02,5",셋,,,,,\n',
        "a.csv",
    )
    assert lines == (
        Line("네, 맞아요", 2, "lively", 1.5, 7, "espeak:ko", 12.5, "Hero"),
        Line("다음", 3),
        Line("셋", 6, start=62.5),
    )


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_from_a_spreadsheet_in_korean(separator: str):
    text = separator.join(["대사", "강도"]) + "\n" + separator.join(["안녕, 하세요", "0.5"]) + "\n"
    assert table_lines(text, "a.csv") == (Line("안녕, 하세요", 2, intensity=0.5),)


def test_a_row_over_two_lines_is_named_by_its_first():
    text = 'text,seed\n"하나\n둘",1\n셋,많이\n'
    with pytest.raises(UserError, match="a.csv:4: column “seed”: '많이' is no number"):
        table_lines(text, "a.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.csv: is empty"),
        ("\n안녕", "a.csv:1: the header needs a column “text”"),
        ("style,seed\nlively,1", "a.csv:1: the header needs a column “text”"),
        ("text,colour\n안녕,red", "a.csv:1: unknown column “colour”; choose from text, style"),
        ("text,text\n안녕,네", "a.csv:1: a column is there twice"),
        ("text,seed\n안녕", "a.csv:2: 1 columns, the header has 2"),
        ("text,seed\n,1", "a.csv:2: column “text”: is empty"),
        ("text,intensity\n안녕,3", "a.csv:2: column “intensity”: 3 is outside 0 to 2"),
        ("text,intensity\n안녕,nan", "a.csv:2: column “intensity”: nan is outside 0 to 2"),
        ("text,seed\n안녕,1.5", "a.csv:2: column “seed”: '1.5' is no number"),
        ("text,start\n안녕,soon", "a.csv:2: column “start”: 'soon' is no number"),
        ("text,start\n안녕,-1", "a.csv:2: column “start”: -1 is outside"),
        ('text,seed\n"안녕', "a.csv:2: cannot be read"),
        ("text,seed\n", "a.csv: there is nothing to say in it"),
    ],
)
def test_a_bad_table_says_where(text: str, said: str):
    with pytest.raises(UserError, match=said):
        table_lines(text, "a.csv")


def test_srt_cues_come_at_their_times():
    text = (
        "1\n00:00:01,500 --> 00:00:03,000\n<i>안녕하세요</i>\n여러분 [박수]\n\n"
        "2\n00:00:04,000 --> 00:00:05,000\n♪ [음악] ♪\n\n"
        "3\n01:00:00,25 --> 01:00:02,000\n{\\an8}끝입니다\n"
    )
    assert subtitle_lines(text, "a.srt") == (
        Line("안녕하세요 여러분", 2, start=1.5),
        Line("끝입니다", 11, start=3600.25),
    )


def test_vtt_without_hours_and_with_notes():
    text = (
        "WEBVTT\n\nNOTE 초안\n\nfirst\n00:01.000 --> 00:02.000 align:start\n<v 김>네 &amp; 예\n"
        "\n00:03.000 --> 00:04.000\n둘\n3\n00:05.000 --> 00:06.000\n셋 3\n"
    )
    assert [(line.text, line.start) for line in subtitle_lines(text, "a.vtt")] == [
        ("네 예", 1.0),
        ("둘", 3.0),
        ("셋 3", 5.0),
    ]


def test_no_subtitles_at_all():
    with pytest.raises(UserError, match="a.srt: no line with times"):
        subtitle_lines("그냥 글", "a.srt")


def test_files_are_told_by_suffix_and_read_in_any_encoding(tmp_path):
    (tmp_path / "a.txt").write_bytes("하나\r\n둘".encode("utf-8-sig"))
    (tmp_path / "b.csv").write_bytes("text\r\n안녕\r\n".encode("cp949"))
    (tmp_path / "c.txt").write_bytes("넷".encode("utf-16"))
    (tmp_path / "d.txt").write_bytes(b"\xff\xff\xff")
    (tmp_path / "e.xlsx").write_bytes(b"PK")
    assert [line.text for line in read_script(tmp_path / "a.txt")] == ["하나", "둘"]
    assert read_script(tmp_path / "b.csv") == (Line("안녕", 2),)
    assert read_script(tmp_path / "c.txt") == (Line("넷", 1),)
    for name, said in {
        "d.txt": "neither in UTF-8 nor in CP949",
        "e.xlsx": "one of .csv",
        "no.csv": "cannot be read",
    }.items():
        with pytest.raises(UserError, match=f"{name}.*{said}"):
            read_script(tmp_path / name)


def test_bounds():
    with pytest.raises(UserError, match="more than 2000 lines"):
        block_lines("가\n" * (MAX_LINES + 1), "Script")
    with pytest.raises(UserError, match="Script:2: 30000 characters"):
        block_lines("가\n" + "가" * 30000, "Script")


@pytest.mark.parametrize("read", [block_lines, table_lines, subtitle_lines])
@given(st.text(max_size=300))
def test_any_text_is_lines_or_a_clear_refusal(read, text: str):
    try:
        lines = read(text, "here")
    except UserError as error:
        said = str(error)
    else:
        said = "here" if all(line.text.strip() and line.number >= 1 for line in lines) else ""
    assert said.startswith("here")
