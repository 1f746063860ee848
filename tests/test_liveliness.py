from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.liveliness import enliven
from gesture_core.liveliness.breath import breaths, fullness
from gesture_core.liveliness.curves import bump, drift, ramp, stream
from gesture_core.liveliness.face import CLOSE, OPEN, SHUT, blink_times, blinks
from gesture_core.liveliness.gaze import FULL_LOOK, LISTENER, Fixation, fixations, gaze_offsets
from gesture_core.liveliness.phrases import phrases
from gesture_core.motion import EXPRESSIONS, Span, rest_motion
from gesture_core.rotation import (
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics
from gesture_core.utterance import Utterance, Word

FEET = HUMANOID.indices(("leftFoot", "rightFoot", "leftToes", "rightToes"))


def spoken(*words):
    """An utterance of `(text, start, end)` words in ten seconds of silence."""
    said = tuple(Word(text, start, end, i) for i, (text, start, end) in enumerate(words))
    samples = np.zeros(160_000, np.float32)
    return Utterance(" ".join(w.text for w in said), "", said, (), samples, 16_000, "test")


QUESTION = spoken(
    ("오늘", 1.0, 1.4), ("시간", 1.45, 1.9), ("있어요?", 1.95, 2.6), ("네.", 4.0, 4.4)
)
SILENCE = spoken()


def column(motion, name):
    return motion.expressions[:, EXPRESSIONS.index(name)]


@pytest.fixture(scope="module")
def alive():
    return enliven(rest_motion(300, 30.0), QUESTION, 7)


def test_phrases_end_at_pauses_and_sentence_ends():
    found = phrases(QUESTION)
    assert [(p.start, p.end, p.asks) for p in found] == [(1.0, 2.6, True), (4.0, 4.4, False)]
    run_on = spoken(("그래.", 1.0, 1.4), ("좋아!", 1.45, 1.9))
    assert [p.exclaims for p in phrases(run_on)] == [False, True]
    assert phrases(SILENCE) == ()


def test_drift_begins_alike_for_every_length_and_frame_rate():
    long = drift(np.arange(0.0, 20.0, 1 / 60), stream(1, "a"), 3, 0.9)
    short = drift(np.arange(0.0, 5.0, 1 / 30), stream(1, "a"), 3, 0.9)
    np.testing.assert_allclose(long[:300:2], short, atol=1e-12)
    assert not np.allclose(short, drift(np.arange(0.0, 5.0, 1 / 30), stream(1, "b"), 3, 0.9))


def test_drift_has_unit_deviation_and_little_above_its_band():
    curve = drift(np.arange(0.0, 4000.0, 0.1), stream(0, "a"), 2, 1.0)
    np.testing.assert_allclose(curve.std(axis=0), 1.0, atol=0.1)
    power = np.abs(np.fft.rfft(curve[:, 0])) ** 2
    rate = np.fft.rfftfreq(len(curve), 0.1)
    assert power[rate > 0.75].sum() < 0.02 * power[1:].sum()
    assert power.max() < 0.02 * power[1:].sum(), "one frequency stands out like a sine"


def test_ramp_and_bump_by_hand():
    times = np.array([0.0, 1.0, 1.5, 2.0, 9.0])
    np.testing.assert_allclose(ramp(times, 1.0, 1.0), [0.0, 0.0, 0.5, 1.0, 1.0])
    np.testing.assert_allclose(bump(times, 0.5, 1.0, 1.0, 2.0), [0.0, 0.5, 1.0, 1.0, 0.0])


def test_breath_fills_before_every_phrase_and_at_a_resting_rate_in_silence():
    said = phrases(QUESTION)
    taken = breaths(60.0, said, 3)
    full = fullness(np.array([p.start for p in said]), taken)
    assert np.all(full > 1.0)
    silent = breaths(600.0, (), 3)
    assert 110 <= len([b for b in silent if b.start >= 0.0]) <= 170
    curve = fullness(np.arange(0.0, 600.0, 0.05), silent)
    assert curve.min() >= -1e-9
    assert curve.max() <= 1.2


@pytest.mark.parametrize("seed", range(4))
def test_blinks_come_15_to_20_times_a_minute_unevenly(seed):
    starts = blink_times(600.0, (), seed)
    assert 140 <= len(starts) <= 210
    intervals = np.diff(starts)
    assert intervals.min() >= 0.7
    assert 0.35 < np.log(intervals).std() < 0.75


def test_blinks_gather_at_the_ends_of_phrases():
    words = [("가", 2.0 * i, 2.0 * i + 1.2) for i in range(200)]
    said = phrases(spoken(*words))
    starts = blink_times(400.0, said, 0)
    since_end = (starts - 1.2) % 2.0
    assert np.mean(since_end < 0.2) > 0.5


def test_a_blink_closes_in_a_tenth_and_opens_in_fifteen_hundredths_of_a_second():
    times = np.linspace(0.0, 1.0, 1001)
    lids = blinks(times, np.array([0.3]), 0)
    left = lids["eyeBlinkLeft"]
    assert left[300] == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(left[401:440], 1.0, atol=1e-6)
    assert left[round(1000 * (0.3 + CLOSE + SHUT + OPEN))] == pytest.approx(0.0, abs=1e-6)
    assert 0.0 < np.abs(lids["eyeBlinkRight"] - left).max() < 0.3


def test_every_blink_is_seen_at_24_frames_a_second():
    times = np.arange(0.0, 60.0, 1 / 24)
    starts = blink_times(60.0, (), 5)
    left = blinks(times, starts, 5)["eyeBlinkLeft"]
    for start in starts[starts < 59.0]:
        near = (times > start) & (times < start + CLOSE + SHUT + OPEN)
        assert left[near].max() > 0.9


def test_the_eyes_rest_on_the_listener_and_look_away_while_thinking():
    think = Span("gesture", "think", 3.0, 4.0)
    found = fixations(10.0, (), [think], 0)
    away = gaze_offsets(np.array([3.5]), found)
    assert np.hypot(*away[0]) > np.radians(5.0)
    plain = gaze_offsets(np.arange(0.0, 600.0, 0.1), fixations(600.0, (), (), 1))
    assert np.mean(np.hypot(*plain.T) < np.radians(4.0)) > 0.85


def test_a_saccade_of_ten_degrees_lasts_43_milliseconds():
    found = [Fixation(0.0, (0.0, 0.0)), Fixation(1.0, (np.radians(10.0), 0.0))]
    left = np.degrees(gaze_offsets(np.array([1.0, 1.0215, 1.043]), found)[:, 0])
    np.testing.assert_allclose(left, [0.0, 5.0, 10.0], atol=1e-9)


def test_eyes_counter_the_head_and_expressions_agree_with_the_joints(alive):
    positions, turned = forward_kinematics(HUMANOID, alive.rotations, alive.root)
    eyes = HUMANOID.indices(("leftEye", "rightEye"))
    listener = HUMANOID.rest_positions[eyes].mean(axis=0) + LISTENER
    for side, eye in zip(("Left", "Right"), eyes, strict=True):
        ahead = quat_rotate(turned[:, eye], [0.0, 0.0, 1.0])
        wanted = listener - positions[:, eye]
        cosine = np.sum(ahead * wanted, axis=-1) / np.linalg.norm(wanted, axis=-1)
        assert np.degrees(np.median(np.arccos(cosine))) < 3.5
        local = quat_rotate(alive.rotations[:, eye], [0.0, 0.0, 1.0])
        outwards = column(alive, f"eyeLookOut{side}") - column(alive, f"eyeLookIn{side}")
        sign = 1.0 if side == "Left" else -1.0
        angle = np.arctan2(local[:, 0], local[:, 2]) * sign
        np.testing.assert_allclose(outwards * FULL_LOOK[0], angle, atol=1e-6)
        upwards = column(alive, f"eyeLookUp{side}") - column(alive, f"eyeLookDown{side}")
        np.testing.assert_allclose(upwards * FULL_LOOK[1], np.arcsin(local[:, 1]), atol=1e-6)


def test_eyes_look_down_in_a_bow_and_do_not_stare_at_the_listener():
    motion = rest_motion(60, 30.0)
    motion.rotations[:, HUMANOID.index("chest")] = rotvec_to_quat([np.radians(35.0), 0.0, 0.0])
    bowing = enliven(motion, SILENCE, 0)
    assert column(bowing, "eyeLookUpLeft").max() < 0.2
    assert np.median(column(bowing, "eyeLookDownLeft")) > 0.1
    turned = rest_motion(60, 30.0)
    turned.rotations[:, HUMANOID.index("head")] = rotvec_to_quat([0.0, np.radians(15.0), 0.0])
    glancing = enliven(turned, SILENCE, 0)
    assert np.degrees(np.median(column(glancing, "eyeLookInLeft") * FULL_LOOK[0])) > 10.0


def test_brows_rise_to_the_end_of_a_question_and_a_smile_stays(alive):
    brow = column(alive, "browInnerUp")
    assert brow[66:78].min() > 0.45  # 2.2 to 2.6 s: the last word of the question
    assert brow[210:].max() < 0.45
    assert column(alive, "mouthSmileLeft").min() > 0.02
    assert np.abs(column(alive, "mouthSmileLeft") - column(alive, "mouthSmileRight")).max() > 0.005


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_feet_stay_planted_and_nothing_breaks(seed):
    motion = enliven(rest_motion(240, 30.0), QUESTION, seed)
    positions, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    assert np.ptp(positions[:, FEET], axis=0).max() < 1e-3
    np.testing.assert_allclose(positions[0, FEET[:2]], HUMANOID.rest_positions[FEET[:2]], atol=1e-6)
    assert limit_use(humanoid_limits(), motion.rotations).max() <= 1.0
    assert 0.0 <= motion.expressions.min()
    assert motion.expressions.max() <= 1.0
    assert np.ptp(motion.root[:, 0]) > 2e-4


def test_nothing_freezes_in_silence_or_at_the_end(alive):
    quiet = alive.rotations[200:]
    speed = quat_angle(quat_multiply(quat_inverse(quiet[:-1]), quiet[1:])) * alive.fps
    for name in ("hips", "upperChest", "head", "leftUpperArm", "rightHand", "leftIndexProximal"):
        assert np.convolve(speed[:, HUMANOID.index(name)], np.ones(15) / 15, "valid").min() > 1e-4


def test_the_same_seed_is_the_same_life_and_another_is_not(alive):
    again = enliven(rest_motion(300, 30.0), QUESTION, 7)
    np.testing.assert_array_equal(again.rotations, alive.rotations)
    np.testing.assert_array_equal(again.expressions, alive.expressions)
    other = enliven(rest_motion(300, 30.0), QUESTION, 8)
    assert np.abs(other.root - alive.root).max() > 1e-3


@pytest.mark.parametrize("fps", [15.0, 60.0, 90.0])
def test_the_curves_do_not_depend_on_the_frame_rate(alive, fps):
    other = enliven(rest_motion(round(10.0 * fps), fps), QUESTION, 7)
    times = np.arange(10)
    mine, theirs = times * 30, (times * fps).astype(int)
    np.testing.assert_allclose(other.root[theirs], alive.root[mine], atol=1e-9)
    np.testing.assert_allclose(other.rotations[theirs], alive.rotations[mine], atol=1e-9)
    np.testing.assert_allclose(other.expressions[theirs], alive.expressions[mine], atol=1e-9)


def test_lips_are_kept_and_the_larger_expression_wins():
    motion = rest_motion(90, 30.0)
    motion.expressions[:, EXPRESSIONS.index("jawOpen")] = 0.4
    motion.expressions[:, EXPRESSIONS.index("mouthClose")] = 0.7
    motion.expressions[:, EXPRESSIONS.index("mouthSmileLeft")] = 0.9
    lively = enliven(motion, QUESTION, 0)
    np.testing.assert_array_equal(column(lively, "jawOpen"), 0.4)
    np.testing.assert_array_equal(column(lively, "mouthClose"), 0.7)
    np.testing.assert_array_equal(column(lively, "mouthSmileLeft"), 0.9)


def test_a_walker_keeps_its_legs_and_path():
    motion = rest_motion(60, 30.0)
    motion.root[:, 2] = np.linspace(0.0, 1.0, 60)
    lively = enliven(motion, SILENCE, 0)
    legs = [i for i, name in enumerate(HUMANOID.names) if "Leg" in name or "Foot" in name]
    np.testing.assert_array_equal(lively.root, motion.root)
    np.testing.assert_array_equal(lively.rotations[:, legs], motion.rotations[:, legs])


def test_gestures_stay_what_they_were():
    motion = rest_motion(120, 30.0)
    arm = HUMANOID.index("leftUpperArm")
    motion.rotations[:, arm] = rotvec_to_quat([0.0, 0.0, -1.0])
    lively = enliven(replace(motion, spans=(Span("word", "네", 0.0, 1.0),)), SILENCE, 0)
    change = quat_angle(quat_multiply(quat_inverse(motion.rotations), lively.rotations))
    assert np.degrees(change[:, arm]).max() < 4.0
    assert lively.spans[0].text == "네"
