import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import (
    BOUNDS,
    EMPHASES,
    LARGEST_TURN,
    Posture,
    Style,
    find_style,
    list_styles,
    style_from_dict,
)
from gesture_core.gestures.synthesize import GestureModel, load_gesture_model, synthesize
from gesture_core.metrics.movement import wrist_positions
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.text.sentence_cues import CUES

WANTED = {"neutral", "calm", "lively", "formal", "friendly", "shy", "angry", "tired"}
PLAIN = {"manner": "stand", "energy": 1.0, "en": "e", "ko": "k"}


def test_the_promised_styles_exist_and_differ():
    styles = {style.name: style for style in list_styles()}
    assert set(styles) >= WANTED | {"elegant", "assertive"}
    nameless = {repr({**vars(s), "name": "", "en": "", "ko": ""}) for s in styles.values()}
    assert len(nameless) == len(styles)


@pytest.mark.parametrize("style", list_styles(), ids=lambda style: style.name)
def test_every_style_stays_within_bounds(style):
    for key, (low, high) in BOUNDS.items():
        assert low <= getattr(style, key) <= high
    assert np.abs(list(vars(style.posture).values())).max() <= LARGEST_TURN
    assert {name for name, odds in style.functions.items() if odds > 1} <= set(EMPHASES)


@pytest.mark.parametrize("style", list_styles(), ids=lambda style: style.name)
def test_a_style_says_in_both_languages_whether_anybody_was_recorded(style):
    recorded = style.posture == Posture() and style.space == 1.0 and not style.functions
    assert ("as recorded" in style.en) == recorded
    assert ("not recorded" in style.en) != recorded
    assert ("녹화 자료 아님" in style.ko) != recorded


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"tempo": 3.0}, "tempo is 3, outside 0.7 to 1.4"),
        ({"space": 0.0}, "space is 0"),
        ({"energy": 9.0}, "energy is 9"),
        ({"posture": {"bow": 1.0}}, "posture.bow is 1"),
        ({"posture": {"lean": 0.1}}, "lean"),
        ({"hands": {"foot": 1.0}}, "unknown 'foot'; one of left, right, both"),
        ({"functions": {"dance": 1.0}}, "unknown 'dance'"),
        ({"functions": {"we": 2.0}}, "functions.we is 2, outside 0 to 1"),
        ({"fluidty": 0.1}, "did you mean 'fluidity'"),
    ],
)
def test_a_value_out_of_bounds_names_its_place(values, place):
    with pytest.raises(UserError, match=r"styles\.yaml: odd") as caught:
        style_from_dict("odd", PLAIN | values, "styles.yaml: odd")
    assert place in str(caught.value)


def test_a_style_needs_no_qualities():
    plain = Style("plain", "stand", 1.0, "e", "k")
    assert style_from_dict("plain", PLAIN, "here") == plain


def test_an_unknown_style_names_the_nearest():
    with pytest.raises(UserError, match="did you mean 'tired'"):
        find_style("tierd")


def talk(model: GestureModel, style: Style, intensity: float):
    """Three gestures over words with made-up meanings."""
    rng, starts = np.random.default_rng(0), np.arange(0.2, 7.0, 0.5)
    text = TextFeatures(
        starts=starts,
        ends=starts + 0.4,
        vectors=rng.normal(size=(len(starts), len(model.words.mean))) / 16,
        sentence=np.zeros(len(starts), int),
        sentence_vectors=rng.normal(size=(1, len(model.sentences.mean))) / 36,
        flags=np.zeros((len(starts), 3)),
        cues=np.zeros((1, len(CUES))),
    )
    gestures = [
        PlannedGesture(function, "right", 1.0, stroke - 0.6, stroke, stroke + 0.9, 0)
        for function, stroke in (("beat", 1.2), ("negate", 3.2), ("beat", 5.2))
    ]
    plan = Plan(tuple(gestures), 7.5)
    return synthesize(text, plan, style, intensity=intensity, fps=15.0, model=model)


@pytest.mark.parametrize("style", list_styles(), ids=lambda style: style.name)
def test_hands_move_with_more_energy_the_higher_the_intensity(style):
    model = load_gesture_model()
    motions = [talk(model, style, intensity) for intensity in (0.5, 1.0, 1.5, 2.0)]
    energies = [(np.diff(wrist_positions(m), axis=0) ** 2).sum(axis=-1).mean() for m in motions]
    assert np.all(np.diff(energies) > 0.0)
    assert energies[-1] > 2.0 * energies[0]
