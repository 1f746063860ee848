"""Known words and times are found again in whatever odd form they are written down."""

from __future__ import annotations

import codecs
import tempfile
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.formats.subtitles import Subtitles, read_subtitles

CAPTIONS = Path(__file__).parent.parent / "fixtures" / "captions" / "rolling.ko.vtt"

# Common syllables, so that CP949 and NFD both have something to do; a few words are no Hangul.
SYLLABLES = "가각난달를말봄삶않었쩐찮켰탔퐁했"
words = st.text(SYLLABLES, min_size=1, max_size=5) | st.sampled_from(["AI", "2026년", "漢字"])


class Row(NamedTuple):
    """A line of captions: its words with their starts, and its end, all in milliseconds."""

    words: tuple[tuple[str, int], ...]
    end: int


@st.composite
def talks(draw: st.DrawFn, gap: int = 0) -> list[Row]:
    """One to eight lines; between two of them nothing, or up to `gap` ms of silence."""
    now = draw(st.sampled_from([0, 59_990, 3_599_000, 360_000_000 - 3_000_000]))
    rows: list[Row] = []
    for line in draw(st.lists(st.lists(words, min_size=1, max_size=6), min_size=1, max_size=8)):
        timed: list[tuple[str, int]] = []
        for word in line:
            timed.append((word, now))
            now += draw(st.integers(60, 900))
        rows.append(Row(tuple(timed), now))
        now += 10 + draw(st.integers(0, gap))
    return rows


class Form(NamedTuple):
    """How a file is spelt, all at once."""

    line_break: str
    encode: Callable[[str], bytes]
    short_hours: bool
    comma: str
    tag: tuple[str, str]
    extra: str
    decomposed: bool


forms = st.builds(
    Form,
    line_break=st.sampled_from(["\n", "\r\n", "\r"]),
    encode=st.sampled_from(
        [
            str.encode,
            lambda text: codecs.BOM_UTF8 + text.encode(),
            lambda text: text.encode("utf-16"),
            lambda text: text.encode("utf-16-le"),
        ]
    ),
    short_hours=st.booleans(),
    comma=st.sampled_from([".", ","]),
    tag=st.sampled_from(
        [("", ""), ("<c>", "</c>"), ("<c.a><i>", "</i></c>"), ("<v 김 교수><b>", "</b>")]
    ),
    extra=st.sampled_from(["", "NOTE 메모", "NOTE\n여러\n줄", "STYLE\n::cue { color: red }"]),
    decomposed=st.booleans(),
)


def clock(milliseconds: int, form: Form) -> str:
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    head = "" if form.short_hours and not hours else f"{hours:02}:"
    return f"{head}{minutes:02}:{rest // 1000:02}{form.comma}{rest % 1000:03}"


def cue(start: int, end: int, lines: list[str], form: Form, settings: str = "") -> str:
    return f"{clock(start, form)} --> {clock(end, form)}{settings}\n" + "\n".join(lines)


def plain(row: Row) -> str:
    return " ".join(word for word, _ in row.words)


def timed(row: Row, form: Form) -> str:
    """The line with inline times, as automatic captions have them."""
    (first, _), *rest = row.words
    before, after = form.tag
    tail = "".join(f"<{clock(t, form)}>{before} {word}{after}" for word, t in rest)
    return before + first + after + tail


def rolling(rows: list[Row], form: Form) -> str:
    cues: list[str] = []
    above = " "
    for row in rows:
        lines = [above, timed(row, form)]
        cues.append(cue(row.words[0][1], row.end, lines, form, " align:start position:0%"))
        cues.append(cue(row.end, row.end + 10, [plain(row), " "], form))
        above = plain(row)
    return "\n\n".join(["WEBVTT\nKind: captions", form.extra, *cues]).replace("\n\n\n\n", "\n\n")


def subrip(rows: list[Row], form: Form) -> str:
    before, after = form.tag
    return "\n\n".join(
        f"{i}\n" + cue(row.words[0][1], row.end, [f"{before}{plain(row)}{after}"], form)
        for i, row in enumerate(rows, start=1)
    )


def read(text: str, name: str, form: Form) -> Subtitles:
    if form.decomposed:
        text = unicodedata.normalize("NFD", text)
    return read_bytes(form.encode(text.replace("\n", form.line_break)), name)


def read_bytes(content: bytes, name: str) -> Subtitles:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_subtitles(path)


def check_order(subtitles: Subtitles) -> None:
    assert [word.index for word in subtitles.words] == list(range(len(subtitles.words)))
    assert all(word.start < word.end for word in subtitles.words)
    assert all(a.start <= b.start for a, b in pairwise(subtitles.words))


@settings(max_examples=100, deadline=None)
@given(talks(), forms)
def test_rolling_captions_in_any_form(rows: list[Row], form: Form) -> None:
    subtitles = read(rolling(rows, form), "talk.vtt", form)

    expected = [(word, start / 1000) for row in rows for word, start in row.words]
    assert [(word.text, word.start) for word in subtitles.words] == expected
    assert subtitles.timing == "subtitles"
    check_order(subtitles)
    for word, following in pairwise(subtitles.words):
        assert word.end <= following.start


@settings(max_examples=100, deadline=None)
@given(talks(gap=3000), forms)
def test_subrip_in_any_form(rows: list[Row], form: Form) -> None:
    subtitles = read(subrip(rows, form), "talk.srt", form)

    assert [word.text for word in subtitles.words] == [w for row in rows for w, _ in row.words]
    starts = {word.start for word in subtitles.words}
    assert all(row.words[0][1] / 1000 in starts for row in rows)
    check_order(subtitles)
    for row in rows:
        start, end = row.words[0][1] / 1000, row.end / 1000
        inside = [word for word in subtitles.words if start <= word.start < end]
        assert len(inside) == len(row.words)
        assert inside[-1].end <= end


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(data: st.DataObject) -> None:
    content = CAPTIONS.read_bytes()
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        skip = data.draw(st.integers(0, 40))
        scrap = data.draw(
            st.binary(max_size=4)
            | st.sampled_from([b"\n", b"-->", b"<", b"</c>", b"[", b"\0", b"00:00:", b"99", b"\r"])
        )
        content = content[:at] + scrap + content[at + skip :]
    name = data.draw(st.sampled_from(["talk.vtt", "talk.srt"]))
    try:
        subtitles = read_bytes(content, name)
    except UserError:
        return
    check_order(subtitles)
