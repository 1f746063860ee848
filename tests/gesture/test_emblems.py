"""Which sentences ask for which emblem, and when it is made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gesture_core.gestures.emblem_meanings import emblem_meanings
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.cues import PlanWord
from gesture_core.planning.emblem_table import load_emblems
from gesture_core.planning.emblems import Meanings, PlannedEmblem, find_emblems, without_conflicts
from gesture_core.text.embedding import embed_sentences
from gesture_core.text.morphemes import analyse
from gesture_core.text.normalize import normalize
from gesture_core.text.split import boundaries

FIXTURE = Path(__file__).parents[1] / "fixtures" / "emblems_ko.tsv"


def spoken(text: str) -> tuple[tuple[PlanWord, ...], float]:
    """Words with the times of an even voice, and the length of the whole."""
    normal = normalize(text)
    found = zip(
        normal.words,
        analyse(normal.text, normal.words),
        boundaries(normal.text, normal.words),
        strict=True,
    )
    words: list[PlanWord] = []
    now, sentence = 0.35, 0
    for word, morphemes, pause in found:
        end = now + 0.16 * len(word.reading)
        forms = tuple((m.form, m.tag) for m in morphemes)
        words.append(PlanWord(word.source, now, end, forms, sentence))
        now = end + (0.05 if pause == "none" else 0.35)
        sentence += pause == "sentence"
    return tuple(words), now + 0.9


@cache
def found_in(text: str, meaning: bool = True) -> tuple[PlannedEmblem, ...]:
    words, duration = spoken(text)
    help_ = {"meanings": emblem_meanings(), "embed": embed_sentences} if meaning else {}
    return find_emblems(words, duration, load_emblems(), **help_)


def names(text: str, meaning: bool = True) -> list[str]:
    return [planned.name for planned in found_in(text, meaning)]


def labelled() -> list[tuple[str, set[str], set[str], str]]:
    """Split, emblems meant, emblems also allowed, and text of every labelled sentence."""
    rows = []
    for line in FIXTURE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            split, label, text = line.split("\t")
            marks = {mark for mark in label.split(",") if mark != "-"}
            meant = {mark for mark in marks if not mark.startswith("(")}
            rows.append((split, meant, {mark.strip("()") for mark in marks}, text))
    return rows


@pytest.mark.parametrize("split", ["tune", "check"])
def test_precision_and_recall_on_labelled_sentences(split):
    rows = [row for row in labelled() if row[0] == split]
    assert len(rows) > 120
    right = wrong = missed = 0
    for _, meant, allowed, text in rows:
        got = set(names(text))
        right += len(got & meant)
        wrong += len(got - allowed)
        missed += len(meant - got)
    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.93


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("집이 정말 커요.", ["big"]),
        ("손해가 정말 커요.", []),
        ("집이 크지 않아요.", []),
        ("사과드립니다.", ["sorry"]),
        ("사과가 맛있어요.", []),
        ("밥 먹을래요?", ["eat"]),
        ("저는 고기를 안 먹어요.", ["no"]),
        ("하나도 없다.", []),
        ("하나, 둘, 셋!", ["counting"]),
        ("연필 세 개 주세요.", ["three"]),
        ("연필 3개 주세요.", ["three"]),
        ("", []),
    ],
)
def test_hard_pairs(text, wanted):
    if text:
        assert names(text) == wanted
    else:
        assert find_emblems((), 1.0, load_emblems()) == ()


def test_meaning_finds_what_no_pattern_says():
    text = "거기 서세요!"
    assert names(text, meaning=False) == []
    assert names(text) == ["stop"]
    assert "meaning" in found_in(text)[0].why


def test_meaning_never_crosses_polarity():
    table = load_emblems()
    words = (
        PlanWord("안", 1.0, 1.2, (("안", "MAG"),)),
        PlanWord("좋아.", 1.3, 1.8, (("좋", "XR"), ("아", "EF"))),
    )
    meanings = Meanings(
        ("stop", "wait"), ("a", "b"), np.ones(2, bool), np.zeros(2, bool), np.eye(2)
    )
    same = find_emblems(words, 5.0, table, meanings=meanings, embed=lambda _: np.eye(2)[:1])
    assert same == ()
    affirmed = find_emblems(words[1:], 5.0, table, meanings=meanings, embed=lambda _: np.eye(2)[:1])
    assert [planned.name for planned in affirmed] == ["stop"]


@pytest.mark.parametrize("row", labelled()[::7], ids=lambda row: row[3][:12])
def test_times_and_words_fit(row):
    words, duration = spoken(row[3])
    found = found_in(row[3])
    for planned in found:
        emblem = load_emblems().emblems[planned.name]
        assert 0.0 <= planned.start < planned.stroke < planned.end <= duration + 1e-9
        assert planned.stroke + planned.kept < planned.end
        late = planned.stroke - words[planned.word].end
        assert late <= max(0.0, emblem.preparation - words[planned.word].start)
    for one, other in zip(found, found[1:], strict=False):
        assert one.stroke + one.kept < other.stroke


def test_an_emblem_without_time_is_left_out():
    words, _ = spoken("감사합니다.")
    assert find_emblems(words, 0.9, load_emblems()) == ()


def test_gestures_under_an_emblem_leave_the_plan():
    emblem = PlannedEmblem("stop", 0, "right", 1.0, 1.0, 1.5, 0.5, 2.5, 1.0, "words 멈추")
    plan = Plan(
        tuple(
            PlannedGesture("beat", "right", 1.0, s - 0.3, s, s + 0.5, 0) for s in (0.9, 1.2, 2.6)
        ),
        4.0,
    )
    assert [gesture.stroke for gesture in without_conflicts(plan, [emblem])] == [0.9, 2.6]
    assert without_conflicts(plan, []) == plan
