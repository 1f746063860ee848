"""Which word is said when, against looking at every span."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.dataset.packing import ClipMeta
from gesture_core.dataset.span_table import NONE, span_table
from gesture_core.motion import Span


def clip(*spans: Span, frames: int = 60) -> ClipMeta:
    return ClipMeta("a.mp4", frames, 10.0, "kim", "", "video", "subtitles", "", {}, spans)


def word(text: str, start: float, end: float) -> Span:
    return Span("word", text, start, end)


def test_spans_of_one_kind_clip_by_clip():
    table = span_table(
        [
            clip(word("나", 1.0, 1.5), Span("gesture", "me", 0.0, 2.0), word("가", 0.2, 0.6)),
            clip(),
            clip(word("가", 0.0, 0.3)),
        ],
        "word",
    )
    assert table.vocabulary == ("가", "나")
    assert [table.text(n) for n in range(len(table))] == ["가", "나", "가"]
    assert table.first.tolist() == [0, 2, 2, 3]
    assert table.starts.tolist() == [0.2, 1.0, 0.0]


def test_frames_of_words():
    table = span_table(
        [
            clip(word("가", -0.1, 0.2), word("나", 0.3, 0.31), word("다", 0.55, 9.0), frames=8),
            clip(word("라", 0.1, 0.3), frames=3),
            clip(frames=2),
        ],
        "word",
    )
    on_frame = table.frames([8, 3, 2], fps=10.0)
    assert on_frame.tolist() == [0, 0, NONE, 1, NONE, NONE, 2, 2, NONE, 3, 3, NONE, NONE]


def test_of_overlapping_spans_the_later_counts():
    table = span_table([clip(word("가", 0.0, 0.5), word("나", 0.2, 0.4))], "word")
    assert table.frames([6], fps=10.0).tolist() == [0, 0, 1, 1, 0, NONE]


TIMES = st.integers(0, 80).map(lambda n: n / 4)
SPANS = st.lists(st.tuples(TIMES, TIMES), max_size=12)


@given(
    st.lists(SPANS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), TIMES, st.floats(0.1, 5.0)), min_size=1, max_size=8),
)
def test_within_covers_every_span_that_touches(clips, asked):
    metas = [clip(*(word("가", start, start + length) for start, length in own)) for own in clips]
    table = span_table(metas, "word")
    numbers = np.array([number % len(clips) for number, _, _ in asked])
    starts = np.array([start for _, start, _ in asked], dtype=np.float64)
    ends = np.array([start + length for _, start, length in asked], dtype=np.float64)
    for number, start, end, (first, stop) in zip(
        numbers, starts, ends, table.within(numbers, starts, ends), strict=True
    ):
        own = range(int(table.first[number]), int(table.first[number + 1]))
        touching = [n for n in own if table.starts[n] < end - 1e-6 and table.ends[n] > start + 1e-6]
        assert set(touching) <= set(range(first, stop))
        assert set(range(first, stop)) <= set(own)
        if first < stop:  # nothing is taken at either end that is clearly outside
            assert table.starts[stop - 1] < end + 1e-6
            assert table.ends[first] > start - 1e-6


def test_without_any_span():
    table = span_table([clip(), clip()], "word")
    assert len(table) == 0
    nowhere = table.within(np.array([0, 1]), np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    assert nowhere.tolist() == [[0, 0], [0, 0]]
    assert table.frames([3, 2], 10.0).tolist() == [NONE] * 5
