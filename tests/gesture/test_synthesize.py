import dataclasses

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.smoothing import smooth_rotations
from gesture_core.gestures.styles import find_style, list_styles
from gesture_core.gestures.synthesize import (
    gesture_sizes,
    load_gesture_model,
    resample_cubic,
    synthesize,
)
from gesture_core.metrics.movement import (
    wrist_distance,
    wrist_excursion,
    wrist_jerk,
    wrist_positions,
)
from gesture_core.plan import FUNCTIONS, Hand, Plan, PlannedGesture
from gesture_core.rotation import (
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics
from gesture_core.text.sentence_cues import CUES


def text_of(seconds: float) -> TextFeatures:
    """Words of half a second with made-up meanings, of the sizes that the shipped model hears."""
    count = max(int(seconds / 0.5) - 1, 1)
    rng = np.random.default_rng(0)
    starts = np.linspace(0.1, max(seconds - 0.9, 0.15), count)
    return TextFeatures(
        starts,
        starts + 0.4,
        rng.normal(size=(count, 256)) / 16,
        np.zeros(count, int),
        rng.normal(size=(1, 1280)) / 36,
        np.zeros((count, 3)),
        np.zeros((1, len(CUES))),
    )


def plan_of(*functions: str, hand: Hand = "right", gap: float = 1.8, tail: float = 1.8) -> Plan:
    gestures = [
        PlannedGesture(function, hand, 1.0, 0.4 + gap * n, 1.1 + gap * n, 2.0 + gap * n, 0)
        for n, function in enumerate(functions)
    ]
    return Plan(tuple(gestures), 1.1 + gap * (len(functions) - 1) + tail)


def make(plan: Plan, style="neutral", **options):
    return synthesize(text_of(plan.duration), plan, style, **options)


def rest_of(style: str) -> np.ndarray:
    model = load_gesture_model()
    return model.rests[model.manners.index(find_style(style).manner)]


def test_the_same_arguments_give_the_same_bytes():
    plan = plan_of("beat", "negate", "you")
    first, second = make(plan, seed=3), make(plan, seed=3)
    assert first.rotations.tobytes() == second.rotations.tobytes()
    assert first.spans == second.spans


@pytest.mark.parametrize("seconds", [0.05, 0.3, 3.2, 3.3, 61.7])
def test_any_length(seconds):
    motion = make(Plan((), seconds), fps=30.0)
    assert motion.frames == max(1, round(seconds * 30))
    assert np.all(np.isfinite(motion.rotations))
    np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1.0, atol=1e-9)


def test_ten_minutes_are_seamless():
    strokes = np.arange(2.0, 598.0, 2.5)
    gestures = [PlannedGesture("beat", "both", 1.0, s - 0.6, s, s + 0.9, 0) for s in strokes]
    motion = make(Plan(tuple(gestures), 600.0), fps=15.0)
    assert motion.frames == 9000
    step = np.linalg.norm(np.diff(wrist_positions(motion), axis=0), axis=-1)
    assert step.max() < 0.35
    third = 3000
    sizes = [np.std(wrist_positions(motion)[n * third : (n + 1) * third], axis=0) for n in range(3)]
    np.testing.assert_allclose(sizes[0].mean(), sizes[2].mean(), rtol=0.15)


@pytest.mark.parametrize("style", [style.name for style in list_styles()])
def test_gestures_are_made_and_hands_come_back(style):
    for seed in range(3):
        plan = plan_of("negate", "me", "beat")
        motion = make(plan, style, seed=seed)
        away = wrist_excursion(motion, motion.rotations[0]).max(axis=1)  # in the style's posture
        assert away.max() > 0.12
        assert away[-1] < 0.02
        assert wrist_jerk(motion) < 80.0


def test_hips_and_legs_rest_and_the_root_stands_still():
    motion = make(plan_of("we"))
    still = HUMANOID.indices(("hips", "leftUpperLeg", "rightLowerLeg", "leftFoot"))
    identity = quat_identity((motion.frames, len(still)))
    np.testing.assert_allclose(np.abs(motion.rotations[:, still]), identity, atol=1e-6)
    np.testing.assert_allclose(motion.root, np.tile(HUMANOID.rest_positions[0], (motion.frames, 1)))


def test_the_planned_hand_gestures():
    columns: dict[Hand, int] = {"left": 0, "right": 1}
    for hand, column in columns.items():
        away = wrist_excursion(make(plan_of("you", hand=hand), seed=1), rest_of("neutral"))
        assert away[:, column].max() > 2.0 * away[:, 1 - column].max()


def test_a_stop_shows_the_palm_and_a_bow_lowers_the_head():
    stop = make(plan_of("stop", hand="both"), "elegant", seed=2)
    frame = round(1.2 * stop.fps)
    positions, _ = forward_kinematics(HUMANOID, stop.rotations[frame], stop.root[frame])
    hand = positions[HUMANOID.index("rightHand")]
    assert hand[2] > 0.15
    assert positions[HUMANOID.index("rightMiddleDistal")][1] > hand[1] - 0.03
    bow = make(plan_of("bow", hand="both"), seed=0)
    head = forward_kinematics(HUMANOID, bow.rotations, bow.root)[0][:, HUMANOID.index("head")]
    assert head[:, 1].min() < head[0, 1] - 0.02


def test_intensity_scales_the_gestures():
    def size(intensity: float) -> float:
        motion = make(plan_of("negate", "beat"), intensity=intensity, seed=1)
        return float(wrist_excursion(motion, rest_of("neutral")).max())

    sizes = [size(intensity) for intensity in (0.0, 0.5, 1.0, 1.5, 2.0)]
    assert sizes[0] < 0.005
    assert sizes == sorted(sizes)
    assert sizes[4] > 1.15 * sizes[2] > 1.5 * sizes[1]


def test_intensity_within_what_was_trained_goes_through_the_model():
    assert gesture_sizes(1.0) == (True, 1.0, 1.0)
    assert gesture_sizes(0.0)[0] is False
    made, within, beyond = gesture_sizes(0.3)
    assert (made, within) == (True, 0.6)
    assert within * beyond == pytest.approx(0.3)
    _, within, beyond = gesture_sizes(2.0)
    assert within * beyond == pytest.approx(1.5)


def test_seeds_and_styles_differ_visibly():
    plan = plan_of("beat", "negate", "ask", "me")
    seeds = [make(plan, seed=seed) for seed in range(4)]
    pairs = [wrist_distance(a, b) for a in seeds for b in seeds if a is not b]
    assert np.mean(pairs) > 0.03
    styles = [make(plan, style.name, seed=0) for style in list_styles()]
    pairs = [wrist_distance(a, b) for a in styles for b in styles if a is not b]
    assert np.mean(pairs) > 0.04


def test_spans_say_what_was_made_when():
    spans = make(plan_of("negate", "you")).spans
    gestures = [span for span in spans if span.kind == "gesture"]
    assert [span.text for span in gestures] == ["negate", "you"]
    assert all(span.source for span in gestures)
    assert gestures[0].start < 1.1 < gestures[0].end
    strokes = [span.start for span in spans if span.kind == "stroke"]
    assert strokes == pytest.approx([1.1, 2.9])


def test_every_function_can_be_made():
    for function in FUNCTIONS:
        motion = make(plan_of(function, hand="both"), seed=1)
        assert motion.spans[0].text == function


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"intensity": 2.5}, "0–2"),
        ({"style": "grumpy"}, "unknown style 'grumpy'"),
    ],
)
def test_wrong_values_are_user_errors(options, message):
    with pytest.raises(UserError, match=message):
        make(plan_of("beat"), **options)


def test_too_long_is_a_user_error():
    with pytest.raises(UserError, match="3600"):
        synthesize(text_of(1.0), Plan((), 1e5))


def test_text_of_another_encoder_is_a_user_error():
    text = dataclasses.replace(text_of(2.0), sentence_vectors=np.zeros((1, 384)))
    with pytest.raises(UserError, match="sentence embeddings"):
        synthesize(text, plan_of("beat"))


def test_styles_are_described_in_both_languages():
    styles = list_styles()
    assert len(styles) >= 4
    assert find_style("neutral") in styles
    for style in styles:
        assert style.en.endswith(".")
        assert any("가" <= letter <= "힣" for letter in style.ko)
        assert 0.4 <= style.energy <= 1.6
    with pytest.raises(UserError, match="did you mean 'lively'"):
        find_style("livly")


def test_catmull_rom_keeps_samples_and_straight_lines():
    values = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_allclose(resample_cubic(values, 15, 30, 17)[::2], values, atol=1e-12)
    line = np.arange(9.0)[:, None]
    np.testing.assert_allclose(resample_cubic(line, 15, 45, 19)[3:-4, 0], np.arange(19)[3:-4] / 3)
    np.testing.assert_allclose(resample_cubic(values[:1], 15, 30, 4), np.repeat(values[:1], 4, 0))


def test_smoothing_keeps_a_constant_turn_and_calms_a_shaking_one():
    turn = rotvec_to_quat([0.3, 0.2, 0.1])
    still = np.broadcast_to(turn, (20, 2, 4)).copy()
    still[::2] *= -1.0  # the same rotation
    error = quat_angle(quat_multiply(quat_inverse(turn), smooth_rotations(still, 1.6)))
    assert error.max() < 1e-6
    shaking = rotvec_to_quat(np.where(np.arange(40) % 2, 0.1, -0.1)[:, None, None] * [1.0, 0, 0])
    assert quat_angle(smooth_rotations(shaking, 1.6))[8:-8].max() < 0.01
