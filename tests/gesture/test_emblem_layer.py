"""The emblems of an utterance over its gestures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesture_core.gestures.emblem_layer import emblem_layer
from gesture_core.gestures.styles import find_style
from gesture_core.motion import rest_motion
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.cues import PlanWord

STYLE = find_style("neutral")
WORDS = (
    PlanWord("정말", 0.8, 1.2, (("정말", "MAG"),)),
    PlanWord(
        "감사합니다.", 1.2, 2.0, (("감사", "NNG"), ("하", "XSV"), ("ᆸ니다", "EF"), (".", "SF"))
    ),
)
PLAN = Plan(
    (
        PlannedGesture("big", "both", 1.0, 0.4, 1.4, 2.2, 0),
        PlannedGesture("beat", "right", 1.0, 4.2, 4.6, 5.2, 1),
    ),
    6.0,
)


def test_an_emblem_takes_the_place_of_the_gestures_in_its_way():
    layer = emblem_layer(WORDS, PLAN, STYLE, 1.0)
    assert [emblem.name for emblem in layer.emblems] == ["thanks"]
    assert [gesture.function for gesture in layer.plan] == ["beat"]
    spans = layer.lay(rest_motion(180, 30.0)).spans
    assert [(span.kind, span.text) for span in spans] == [("emblem", "thanks")]
    assert emblem_layer(WORDS, layer.plan, STYLE, 1.0) == layer, "found again as before"


@pytest.mark.parametrize(("intensity", "size"), [(0.5, 0.5), (1.0, 1.0), (2.0, 1.5)])
def test_emblems_are_as_large_as_gestures(intensity: float, size: float):
    (emblem,) = emblem_layer(WORDS, PLAN, STYLE, intensity).emblems
    assert emblem.amplitude == pytest.approx(size)


def test_at_intensity_0_there_are_none():
    layer = emblem_layer(WORDS, PLAN, STYLE, 0.0)
    assert layer.emblems == ()
    assert layer.plan == PLAN


def test_the_hand_is_the_one_that_the_style_prefers():
    words = (PlanWord("저는", 0.8, 1.4, (("저", "NP"), ("는", "JX"))),) + WORDS[1:]
    words = (words[0], replace(words[1], text="갑니다.", morphemes=(("가", "VV"), ("ᆸ니다", "EF"))))
    hands = {
        emblem.hand
        for odds in ({}, {"left": 2.0}, {"right": 2.0})
        for emblem in emblem_layer(words, PLAN, replace(STYLE, hands=odds), 1.0).emblems
        if emblem.hand != "both"
    }
    assert hands == {"left", "right"}
