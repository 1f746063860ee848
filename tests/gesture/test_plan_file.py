"""Plans as files that people edit, and as the spans of a clip."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.formats.clip import Clip, load_clip, save_clip
from gesture_core.motion import Span, crop, rest_motion
from gesture_core.plan import FUNCTIONS, HANDS, Plan, PlannedGesture
from gesture_core.planning.cues import PlanWord
from gesture_core.planning.plan_file import read_plan, write_plan
from gesture_core.planning.plan_spans import plan_to_spans, spans_to_plan
from gesture_core.planning.plan_table import plan_to_rows

WORDS = (
    PlanWord("안녕하세요,", 0.35, 1.1, (("안녕", "NNG"), ("하", "XSA"), ("시어요", "EF"))),
    PlanWord("안", 1.3, 1.5, (("안", "MAG"), (",", "SP"))),
    PlanWord("“가요”?", 1.5, 2.1, (("가", "VV"), ("어요", "EF"))),
)
DURATION = 3.0
FEW = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
PLAN = Plan(
    (
        PlannedGesture("greet", "right", 1.05, 0.0, 0.65, 1.6, 0),
        PlannedGesture("negate", "both", 0.9, 1.0, 1.38, 2.5, 1),
        PlannedGesture("beat", "left", 0.8, 1.4, 2.0, 2.9, 2),
    ),
    DURATION,
)


def plans(decimals: int | None = None) -> st.SearchStrategy[Plan]:
    """Plans of up to six gestures, their numbers as a file keeps them or with every digit."""
    seconds = st.floats(0.0, DURATION)
    sizes = st.floats(0.01, 2.0)

    def gesture(function, hand, amplitude, times, word) -> PlannedGesture:
        numbers = [amplitude, *sorted(times)]
        if decimals is not None:
            numbers = [round(number, decimals) for number in numbers]
        size, start, stroke, end = numbers
        return PlannedGesture(function, hand, size, start, stroke, end, word)

    gestures = st.builds(
        gesture,
        st.sampled_from(FUNCTIONS),
        st.sampled_from(HANDS),
        sizes,
        st.tuples(seconds, seconds, seconds),
        st.integers(0, len(WORDS) - 1),
    )
    return st.lists(gestures, max_size=6).map(
        lambda rows: Plan(tuple(sorted(rows, key=lambda row: row.stroke)), DURATION)
    )


@given(plans(decimals=3))
@FEW
def test_what_is_written_is_read_again(tmp_path: Path, plan: Plan):
    file = tmp_path / "plan.json"
    write_plan(file, plan, WORDS, force=True)
    assert read_plan(file).plan == plan


@given(plans())
@FEW
def test_a_file_keeps_times_to_the_millisecond(tmp_path: Path, plan: Plan):
    file = tmp_path / "plan.json"
    write_plan(file, plan, WORDS, force=True)
    for read, written in zip(read_plan(file).plan, plan, strict=True):
        assert (read.function, read.hand, read.word) == (
            written.function,
            written.hand,
            written.word,
        )
        for field in ("amplitude", "start", "stroke", "end"):
            assert getattr(read, field) == pytest.approx(getattr(written, field), abs=5.1e-4)


def test_a_person_can_read_and_edit_the_file(tmp_path: Path):
    file = tmp_path / "plan.json"
    write_plan(file, PLAN, WORDS)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert sum('"function"' in line for line in lines) == len(PLAN), "one gesture a line"
    assert '"text": "“가요”?"' in "\n".join(lines)
    file.write_text("\n".join(lines).replace('"stroke": 1.38', '"stroke": 2.2'), encoding="utf-8")
    edited = read_plan(file).plan
    assert [gesture.function for gesture in edited] == ["greet", "beat", "negate"]
    with pytest.raises(UserError, match="already exists"):
        write_plan(file, PLAN, WORDS)


def test_a_plan_goes_along_with_another_voice(tmp_path: Path):
    file = tmp_path / "plan.json"
    write_plan(file, PLAN, WORDS)
    written = read_plan(file)
    assert written.fitted_to(WORDS, DURATION) == written.plan
    slower = tuple(replace(word, start=2 * word.start, end=2 * word.end) for word in WORDS)
    moved = written.fitted_to(slower, 2 * DURATION)
    for before, after in zip(written.plan, moved, strict=True):
        assert after.stroke == pytest.approx(2 * before.stroke), "a stroke stays in its word"
        assert after.end - after.stroke == pytest.approx(before.end - before.stroke)
        assert after.stroke - after.start == pytest.approx(before.stroke - before.start)
    cut = written.fitted_to(slower, 3.5)
    assert max(gesture.stroke for gesture in cut) == 3.5


def test_a_stroke_beside_its_word_keeps_its_distance(tmp_path: Path):
    file = tmp_path / "plan.json"
    early = PlannedGesture("beat", "left", 1.0, 0.5, 1.25, 1.9, 1)
    write_plan(file, Plan((early,), DURATION), WORDS)
    later = tuple(replace(word, start=word.start + 0.4, end=word.end + 0.6) for word in WORDS)
    (gesture,) = read_plan(file).fitted_to(later, 4.0)
    assert gesture.stroke == pytest.approx(1.65)


def test_a_plan_of_another_text_is_refused(tmp_path: Path):
    file = tmp_path / "plan.json"
    write_plan(file, PLAN, WORDS)
    others = (WORDS[0], replace(WORDS[1], text="못"), WORDS[2])
    with pytest.raises(UserError, match="word 1 is '안', not '못'"):
        read_plan(file).fitted_to(others, DURATION)
    with pytest.raises(UserError, match="another text; plan this one anew"):
        read_plan(file).fitted_to(WORDS[:2], DURATION)


def document() -> dict:
    keys = ("function", "hand", "amplitude", "start", "stroke", "end", "word")
    return {
        "format": "momjit-plan",
        "version": 1,
        "duration": DURATION,
        "words": [{"text": word.text, "start": word.start, "end": word.end} for word in WORDS],
        "gestures": [{key: getattr(gesture, key) for key in keys} for gesture in PLAN],
    }


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("gestures", 1, "function"), "negat", r"gestures\[1\]: function 'negat'.*mean 'negate'"),
        (("gestures", 1, "function"), "zzz", r"one of beat, negate"),
        (("gestures", 0, "hand"), "rite", r"gestures\[0\]: hand 'rite'.*mean 'right'"),
        (("gestures", 2, "amplitude"), 9, r"gestures\[2\]: amplitude 9 is outside 0 to 2"),
        (("gestures", 2, "amplitude"), "big", r"amplitude\[0\]: expected a number, found text"),
        (("gestures", 0, "start"), -0.1, r"gestures\[0\]: start -0.1 is outside 0 to 3"),
        (("gestures", 0, "stroke"), 0.7, None),
        (("gestures", 1, "stroke"), 0.9, r"gestures\[1\]: stroke 0.9 is outside 1 to 3"),
        (("gestures", 1, "end"), 1.2, r"gestures\[1\]: end 1.2 is outside 1.38"),
        (("gestures", 1, "word"), 3, r"word 3 is outside 0 to 2"),
        (("gestures", 1, "word"), 0.5, r"word 0.5 is not a whole number"),
        (("gestures", 1, "storke"), 1.0, r"unknown key 'storke'; did you mean 'stroke'"),
        (("words", 0, "end"), 0.1, r"words\[0\]: end 0.1 is outside 0.35 to 3"),
        (("words", 0), 3, r"words\[0\]: expected an object, found a number"),
        (("duration",), 1e9, r"duration 1e\+09 is outside 0 to 3600"),
        (("version",), 2, r"plan version 2; this program reads 1"),
        (("format",), "plan", r"not a plan"),
        (("gestures",), {}, r"gestures: expected a list, found an object"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, path, value, message):
    tree = document()
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(tree))
    if message is None:
        read_plan(file)
        return
    with pytest.raises(UserError, match=message) as caught:
        read_plan(file)
    assert str(file) in str(caught.value)


def test_a_missing_key_is_named(tmp_path: Path):
    tree = document()
    del tree["gestures"][2]["hand"]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(tree))
    with pytest.raises(UserError, match=r"gestures\[2\]: hand missing"):
        read_plan(file)


@given(plans())
@FEW
def test_spans_of_a_clip_carry_the_whole_plan(tmp_path: Path, plan: Plan):
    words = tuple(Span("word", word.text, word.start, word.end) for word in WORDS)
    motion = rest_motion(90, 30.0)
    spans = (*words, *plan_to_spans(plan, [f"unit {n}" for n in range(len(plan))]))
    file = tmp_path / "clip.npz"
    save_clip(file, Clip(replace(motion, spans=spans)), force=True)
    read = load_clip(file).motion.spans
    assert spans_to_plan(read, DURATION) == plan
    assert [span.source for span in read if span.kind == "gesture"] == [
        f"unit {n}" for n in range(len(plan))
    ]


def test_spans_that_tell_no_plan_are_the_users_to_fix():
    spans = plan_to_spans(PLAN, ["a", "b", "c"])
    whole = replace(rest_motion(90, 30.0), spans=spans)
    with pytest.raises(UserError, match="generate it again"):
        spans_to_plan(crop(whole, 0, 50).spans, 50 / 30)
    broken = (spans[0], Span("stroke", "middle 1.0", 0.65, 0.65, "word 0"))
    with pytest.raises(UserError, match="gesture span 0.*unknown hand 'middle'"):
        spans_to_plan(broken, DURATION)
    late = (spans[0], Span("stroke", "right 1.0", 2.65, 2.65, "word 0"))
    with pytest.raises(UserError, match="in that order"):
        spans_to_plan(late, DURATION)


def test_the_table_says_why():
    rows = plan_to_rows(PLAN, WORDS)
    assert [row["word"] for row in rows] == ["안녕하세요,", "안", "“가요”?"]
    assert rows[1] == {
        "word": "안",
        "time": 1.38,
        "function": "negate",
        "hand": "both",
        "amplitude": 0.9,
        "why": "안",
    }
    assert [row["why"] for row in rows[1:]] == ["안", "stress"]
    shown = plan_to_rows(Plan((PLAN.gestures[0],), DURATION), WORDS[1:])
    assert shown[0]["why"] == "sense of the sentence"
