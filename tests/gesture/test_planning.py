import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.plan import Hand, Plan, PlannedGesture
from gesture_core.planning.casting import Part, cast
from gesture_core.planning.cues import MIN_GAP, PlanWord, cue, plan_gestures


def _morpheme(text: str) -> tuple[str, str]:
    form, _, tag = text.rpartition("/")
    return form, tag


def words(*morphemes: str, seconds: float = 0.5) -> list[PlanWord]:
    """One word for every `form/TAG form/TAG` text, half a second each."""
    return [
        PlanWord(
            text=forms.split("/")[0],
            start=0.4 + seconds * index,
            end=0.4 + seconds * (index + 0.9),
            morphemes=tuple(_morpheme(form) for form in forms.split()),
        )
        for index, forms in enumerate(morphemes)
    ]


@pytest.mark.parametrize(
    ("morphemes", "function"),
    [
        ("안/MAG", "negate"),
        ("말/VX 세요/EF", "stop"),
        ("저/NP 는/JX", "me"),
        ("우리/NP", "we"),
        ("모르/VV 겠/EP 어요/EF", "shrug"),
        ("안녕/NNG 하/XSA 세요/EF", "bow"),
        ("안녕/IC", "greet"),
        ("고맙/VA-I 어요/EF", "bow"),
        ("네/IC", "nod"),
        ("알/VV 겠/EP 습니다/EF", "nod"),
        ("알/VV 고/EC", "think"),
        ("하지만/MAJ", "contrast"),
        ("크/VA 어요/EF", "big"),
        ("첫째/NR", "chop"),
        ("가/VV ᆸ시다/EF", "we"),
        ("하/VV ᆯ게요/EF", "me"),
        ("먹/VV 을까/EF", "ask"),
        ("주/VX 어/EF", "ask"),
        ("주/VX 시/EP 었/EP 다/EF", None),
        ("좋/VA 아요/EF", "nod"),
        ("좋/VA 은/ETM", None),
        ("그렇/VA-I 게/EC", None),
        ("보/VV 세요/EF", "point"),
        ("보/VV 고/EC", None),
        ("사과/NNG 가/JKS", None),
    ],
)
def test_cues(morphemes, function):
    assert cue(words(morphemes), 0) == function


def test_stop_beats_negation_beats_pointing():
    plan = plan_gestures(words("그/MM", "안/MAG", "가/VV"), 3.0, np.random.default_rng(0))
    assert [gesture.function for gesture in plan] == ["negate"]
    assert plan.gestures[0].word == 1


def test_the_stroke_falls_on_its_word():
    spoken = words("오늘/NNG", "절대/MAG", "안/MAG", "가/VV 어요/EF")
    for gesture in plan_gestures(spoken, 4.0, np.random.default_rng(1)):
        word = spoken[gesture.word]
        assert word.start <= gesture.stroke <= word.end


@given(
    st.lists(st.sampled_from(["안/MAG", "저/NP", "가/VV", "사과/NNG", "는/JX"]), max_size=30),
    st.integers(0, 99),
    st.floats(0.0, 2.0),
)
def test_any_utterance_gets_a_lawful_plan(morphemes, seed, energy):
    spoken = words(*morphemes, seconds=0.3)
    duration = (spoken[-1].end if spoken else 0.0) + 0.6
    plan = plan_gestures(spoken, duration, np.random.default_rng(seed), energy)
    strokes = [gesture.stroke for gesture in plan]
    assert all(
        after - before >= MIN_GAP for before, after in zip(strokes, strokes[1:], strict=False)
    )
    assert all(0.0 <= gesture.start and gesture.stroke < duration for gesture in plan)
    assert plan == plan_gestures(spoken, duration, np.random.default_rng(seed), energy)


def test_every_sentence_of_two_seconds_gets_a_gesture():
    spoken = words("사과/NNG", "배/NNG", "감/NNG", "귤/NNG")
    for seed in range(20):
        assert len(plan_gestures(spoken, 3.0, np.random.default_rng(seed), energy=0.0)) >= 1


def part(function: str, hand: Hand, manner: str = "stand", size: float = 0.3, **changes) -> Part:
    values = {
        "unit": f"{manner}/{function}/{hand}",
        "mirrored": False,
        "function": function,
        "hand": hand,
        "manner": manner,
        "size": size,
        "preparation": 0.6,
        "retraction": 0.9,
    }
    return Part(**{**values, **changes})


def planned(function: str, hand: Hand, stroke: float = 1.0) -> PlannedGesture:
    return PlannedGesture(function, hand, 1.0, stroke - 0.6, stroke, stroke + 0.9, 0)


def test_casting_keeps_function_and_hand():
    repertoire = [part("beat", "left"), part("negate", "left"), part("negate", "both")]
    plan, chosen = cast(
        Plan((planned("negate", "both"),), 3.0), repertoire, "stand", 1.0, np.random.default_rng(0)
    )
    assert chosen == (2,)
    assert plan.gestures[0].hand == "both"


def test_a_missing_hand_and_a_missing_function_are_replaced():
    repertoire = [part("beat", "left"), part("negate", "left")]
    plan = Plan((planned("negate", "both"), planned("big", "both", 2.5)), 4.0)
    cast_plan, chosen = cast(plan, repertoire, "stand", 1.0, np.random.default_rng(0))
    assert chosen == (1, 0)
    assert [(g.function, g.hand) for g in cast_plan] == [("negate", "left"), ("beat", "left")]


def test_units_bound_to_their_posture_stay_there():
    repertoire = [part("beat", "left"), part("beat", "left", "akimbo", portable=False)]
    rng = np.random.default_rng(0)
    plan = Plan(tuple(planned("beat", "left", 1.0 + 2 * n) for n in range(20)), 60.0)
    assert set(cast(plan, repertoire, "stand", 1.0, rng)[1]) == {0}
    assert set(cast(plan, repertoire, "akimbo", 1.0, rng)[1]) == {0, 1}


def test_energy_prefers_large_units():
    repertoire = [part("beat", "left", size=size) for size in (0.1, 0.15, 0.2, 0.3, 0.4, 0.5)]
    plan = Plan(tuple(planned("beat", "left", 1.0 + 2 * n) for n in range(300)), 999.0)

    def mean_size(energy: float) -> float:
        chosen = cast(plan, repertoire, "stand", energy, np.random.default_rng(0))[1]
        return float(np.mean([repertoire[index].size for index in chosen]))

    assert mean_size(0.4) + 0.01 < mean_size(1.0) < mean_size(1.6) - 0.005
