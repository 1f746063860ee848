"""One stretch of a motion performed anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.gestures.encode import BONES
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.redo import (
    BLEND,
    Stretch,
    exchange_gestures,
    regenerate,
    splice,
)
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import GestureModel, load_gesture_model, synthesize
from gesture_core.motion import EXPRESSIONS, Motion, Span, rest_motion
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.plan_spans import spans_to_plan
from gesture_core.rotation import rotvec_to_quat
from gesture_core.train.gesture import train_gesture
from gesture_core.train.gesture_run import AdversarialTraining, GestureTraining

STYLE = Style("any", "stand", 1.0, "", "")
DURATION = 8.0
MIDDLE = Stretch(2.2, 4.6)
TEXT = TextFeatures(
    starts=np.arange(0.4, 7.0, 0.5),
    ends=np.arange(0.4, 7.0, 0.5) + 0.4,
    vectors=np.random.default_rng(0).normal(size=(14, 12)),
    sentence=np.zeros(14, int),
    sentence_vectors=np.ones((1, 10)),
    flags=np.zeros((14, 3)),
    cues=np.zeros((1, 3)),
)
PLAN = Plan(
    tuple(
        PlannedGesture("beat", "left", 1.0, stroke - 0.7, stroke, stroke + 0.7, int(stroke))
        for stroke in (1.0, 2.6, 4.2, 5.8)
    ),
    DURATION,
)


@pytest.fixture(scope="module")
def model(data_files, tmp_path_factory) -> GestureModel:
    """A generator that has hardly learned, which makes stitching hard."""
    config = GestureTraining(
        units=data_files / "units.lmdb",
        sentences=data_files / "sentences.npz",
        output=tmp_path_factory.mktemp("run"),
        test_share=0.0,
        unknown=(),
        iterations=2,
        batch=2,
        window=16,
        minutes=0.1,
        epoch=2,
        held_out=2,
        components=6,
        word_components=4,
        sentence_components=2,
        sheet=0,
        adversarial=AdversarialTraining(hidden=8, layers=1, warm_up=0.0),
    )
    return load_gesture_model(train_gesture(config))


def first_take(model: GestureModel, fps: float) -> Motion:
    motion = synthesize(TEXT, PLAN, STYLE, seed=1, fps=fps, model=model)
    rng = np.random.default_rng(3)
    word = Span("word", "말", 0.4, 0.8)
    return replace(
        motion,
        root=motion.root + 0.01 * rng.normal(size=motion.root.shape),
        expressions=rng.uniform(size=motion.expressions.shape),
        spans=(word, *motion.spans),
    )


def again(kept: Motion, model: GestureModel, seed: int = 2, plan: Plan | None = None) -> Motion:
    plan = plan or spans_to_plan(kept.spans, DURATION)
    options = {"style": STYLE, "intensity": 1.0, "seed": seed, "model": model}
    return splice(kept, regenerate(kept, plan, TEXT, MIDDLE, **options), MIDDLE)


@pytest.mark.parametrize("fps", [24.0, 30.0])
def test_what_lies_outside_stays_to_the_last_bit(model, fps):
    kept = first_take(model, fps)
    new = again(kept, model)
    times = np.arange(kept.frames) / fps
    outside = (times < 2.2 - BLEND) | (times > 4.6 + BLEND)
    assert new.rotations[outside].tobytes() == kept.rotations[outside].tobytes()
    assert new.expressions[outside].tobytes() == kept.expressions[outside].tobytes()
    assert new.root[outside].tobytes() == kept.root[outside].tobytes()
    middle = (times > 2.5) & (times < 4.3)
    moved = np.abs(new.rotations[middle] - kept.rotations[middle]).max()
    assert moved > 0.01, "and what lies inside is another way"


def test_gestures_outside_keep_their_spans_and_units(model):
    kept = first_take(model, 30.0)
    new = again(kept, model)
    before, after = spans_to_plan(kept.spans, DURATION), spans_to_plan(new.spans, DURATION)
    assert [before.gestures[n] == after.gestures[n] for n in (0, 3)] == [True, True]
    assert new.spans[0] == kept.spans[0], "the word"
    units = [[s.source for s in m.spans if s.kind == "gesture"] for m in (kept, new)]
    assert (units[0][0], units[0][3]) == (units[1][0], units[1][3])
    assert units[0][1] != units[1][1], "another unit could be had"
    assert [gesture.stroke for gesture in before] == [gesture.stroke for gesture in after]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(model):
    kept = first_take(model, 30.0)
    first, second, third = again(kept, model), again(kept, model), again(kept, model, seed=5)
    assert first.rotations.tobytes() == second.rotations.tobytes()
    assert first.spans == second.spans
    assert first.rotations.tobytes() != third.rotations.tobytes()


def test_an_edited_plan_is_performed_in_the_stretch(model):
    kept = first_take(model, 30.0)
    plan = spans_to_plan(kept.spans, DURATION)
    wanted = Plan(tuple(replace(g, function="negate", hand="right") for g in plan), DURATION)
    mixed = exchange_gestures(plan, wanted, MIDDLE)
    assert [gesture.function for gesture in mixed] == ["beat", "negate", "negate", "beat"]
    new = again(kept, model, plan=mixed)
    made = [span.text for span in new.spans if span.kind == "gesture"]
    assert made == ["beat", "negate", "negate", "beat"]
    emptied = exchange_gestures(plan, Plan((), DURATION), MIDDLE)
    assert len(emptied) == 2


def constant(angle: float, fps: float = 30.0, seconds: float = 6.0) -> Motion:
    motion = rest_motion(round(seconds * fps), fps)
    rotations = motion.rotations.copy()
    rotations[:, BONES] = rotvec_to_quat([0.0, 0.0, angle])
    return replace(motion, rotations=rotations)


@given(st.floats(0.0, 5.0), st.floats(0.3, 5.0), st.sampled_from([24.0, 30.0, 60.0]))
@settings(max_examples=30, deadline=None)
def test_a_stretch_is_new_inside_and_as_it_was_outside(start, length, fps):
    kept, new = constant(0.1, fps), constant(0.6, fps)
    end = min(start + length, 6.0)
    joined = splice(kept, new, Stretch(start, end))
    times = np.arange(kept.frames) / fps
    outside = (times <= start - BLEND) | (times >= end + BLEND)
    if start > 0.0 and end < times[-1]:
        np.testing.assert_array_equal(joined.rotations[outside], kept.rotations[outside])
    within = min(0.1, 0.25 * (end - start))
    inside = (times >= start + within) & (times <= end - within)
    np.testing.assert_allclose(joined.rotations[inside], new.rotations[inside], atol=1e-12)


def test_it_goes_over_smoothly():
    share = Stretch(2.0, 4.0).share(constant(0.0, 300.0))
    assert np.abs(np.diff(share)).max() * 300.0 <= 1.876 / (BLEND + 0.1)
    assert np.abs(np.diff(share, 2)).max() * 300.0**2 < 6.0 / (BLEND + 0.1) ** 2


def test_a_stretch_may_begin_and_end_with_the_motion():
    kept, new = constant(0.1), constant(0.6)
    assert Stretch(0.0, 1.0).share(kept)[0] == 1.0
    assert Stretch(5.0, 6.0).share(kept)[-1] == 1.0
    np.testing.assert_allclose(
        splice(kept, new, Stretch(0.0, 6.0)).rotations, new.rotations, atol=1e-12
    )


def test_only_the_gaze_of_the_face_is_new():
    kept, new = constant(0.1), constant(0.6)
    new.expressions[:] = 0.5
    changed = np.flatnonzero(
        np.any(splice(kept, new, Stretch(2.0, 4.0)).expressions != 0.0, axis=0)
    )
    assert {EXPRESSIONS[column][:7] for column in changed} == {"eyeLook"}


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (-0.1, 2.0, "-0.1 to 2 s is not a stretch of 6.00 s of motion"),
        (2.0, 2.0, "not a stretch"),
        (3.0, 2.0, "not a stretch"),
        (5.0, 6.1, "not a stretch"),
        (float("nan"), 2.0, "not a stretch"),
        (2.0, 2.1, "too short: 0.3 s"),
    ],
)
def test_a_wrong_stretch_is_the_users_to_fix(start, end, message):
    with pytest.raises(UserError, match=message):
        Stretch(start, end).check(constant(0.0))
