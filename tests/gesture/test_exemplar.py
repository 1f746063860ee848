from dataclasses import replace

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.bvh import write_bvh
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.gestures.exemplar import (
    MANNER,
    carry_lent,
    exemplar_of,
    exemplar_style,
    read_exemplar,
    with_exemplar,
)
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import find_style
from gesture_core.gestures.synthesize import load_gesture_model, synthesize
from gesture_core.motion import Motion, Span, mirror, rest_motion
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.pose.strokes import excursions, rest_pose, stroke_times, upright
from gesture_core.rotation import (
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID
from gesture_core.text.sentence_cues import CUES

ARMS = HUMANOID.indices(("leftUpperArm", "leftLowerArm", "rightUpperArm", "rightLowerArm"))


def hanging():
    pose = quat_identity((len(HUMANOID),))
    pose[HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0.0, 0.0, -1.2])
    pose[HUMANOID.index("rightUpperArm")] = rotvec_to_quat([0.0, 0.0, 1.2])
    return pose


def talk(strokes, seconds, fps=30.0, lift=1.2):
    """Somebody who raises a hand 0.5 s before and lets it down 0.7 s after each stroke."""
    times = np.arange(round(seconds * fps)) / fps
    rotations = np.repeat(hanging()[None], len(times), axis=0)
    for stroke, side in strokes:
        up = np.clip((times - stroke) / 0.5 + 1.0, 0.0, 1.0)
        down = np.clip(1.0 - (times - stroke) / 0.7, 0.0, 1.0)
        way = np.where(times < stroke, up, down)
        way = way * way * (3.0 - 2.0 * way)
        joint = HUMANOID.index(f"{side}LowerArm")
        sign = -1.0 if side == "left" else 1.0
        turn = rotvec_to_quat(way[:, None] * [0.0, sign * lift, 0.0])
        rotations[:, joint] = quat_multiply(rotations[:, joint], turn)
    root = np.tile(HUMANOID.rest_positions[0], (len(times), 1))
    return Motion(HUMANOID, rotations, root, fps)


STROKES = [(1.5, "right"), (3.6, "left"), (5.5, "right"), (7.5, "right")]


@pytest.fixture(scope="module")
def model():
    return load_gesture_model()


def spoken(model, style, seed=0, seconds=8.5):
    """Three gestures that are large in every manner."""
    gestures = [
        PlannedGesture(function, "both", 1.0, stroke - 0.7, stroke, stroke + 1.0, 0)
        for function, stroke in (("big", 1.2), ("stop", 3.6), ("ask", 6.0))
    ]
    rng = np.random.default_rng(0)
    starts = np.arange(0.2, seconds - 1.0, 0.5)
    count = len(starts)
    text = TextFeatures(
        starts=starts,
        ends=starts + 0.4,
        vectors=rng.normal(size=(count, len(model.words.mean))) / 16,
        sentence=np.zeros(count, int),
        sentence_vectors=rng.normal(size=(1, len(model.sentences.mean))) / 36,
        flags=np.zeros((count, 3)),
        cues=np.zeros((1, len(CUES))),
    )
    plan = Plan(tuple(gestures), seconds)
    return synthesize(text, plan, style, seed=seed, fps=30.0, model=model)


def apart(a, b):
    return np.degrees(quat_angle(quat_multiply(quat_inverse(a[ARMS]), b[ARMS])).max())


# ── rest and strokes ──────────────────────────────────────────────────────────────────────────


def test_strokes_are_found_where_they_were_made():
    motion = talk(STROKES, 9.0)
    rest = rest_pose(motion.rotations, motion.fps)
    assert apart(rest, hanging()) < 1.0
    found = excursions(motion.rotations, rest, motion.fps)
    assert [e.hand for e in found] == [hand for _, hand in STROKES]
    for cut, (stroke, _) in zip(found, STROKES, strict=True):
        assert cut.stroke == pytest.approx(stroke, abs=0.15)
        assert cut.start == pytest.approx(stroke - 0.5, abs=0.15)
        assert cut.end == pytest.approx(stroke + 0.7, abs=0.15)
        assert 0.2 < cut.size < 0.3  # a forearm of 0.23 m turned by 1.2


def test_a_hold_in_the_air_is_no_rest():
    held = talk([(1.0, "right")], 12.0).rotations.copy()
    held[30:210] = held[30]  # six seconds up, five down
    assert apart(rest_pose(held, 30.0), hanging()) < 1.0


def test_hands_that_come_half_way_back_make_two_gestures_and_a_tremble_does_not():
    motion = talk([(2.0, "right")], 6.0)
    rest, joint = hanging(), HUMANOID.index("rightLowerArm")
    times = np.arange(motion.frames) / 30.0

    def bent(angle):
        rotations = motion.rotations.copy()
        rotations[:, joint] = rotvec_to_quat(angle[:, None] * [0.0, 1.0, 0.0])
        return len(excursions(rotations, rest, 30.0))

    hill = np.clip(np.minimum(times - 1.0, 5.0 - times), 0.0, 1.0)
    assert bent(hill * (0.8 + 0.05 * np.cos(2 * np.pi * times))) == 1
    assert bent(hill * (0.6 + 0.4 * np.cos(np.pi * times))) == 2


def test_a_wrong_emphasis_is_not_believed():
    distance = np.array([0.0, 0.0, 0.1, 0.4, 0.5, 0.4, 0.1, 0.0, 0.0])
    assert stroke_times(distance, 1.0, 5.0)[1] == 5.0
    assert stroke_times(distance, 1.0, 8.0)[1] == 4.0
    assert stroke_times(distance, 1.0) == (1.0, 4.0, 7.0)


def test_upright_takes_the_yaw_and_keeps_the_lean():
    rotations = np.repeat(hanging()[None], 5, axis=0)
    rotations[:, 0] = quat_multiply(rotvec_to_quat([0, 0.9, 0]), rotvec_to_quat([0.2, 0, 0]))
    standing = upright(rotations, rotations[:, 0])
    np.testing.assert_allclose(standing[:, 0], quat_identity((5,)), atol=1e-12)
    lean = quat_multiply(rotvec_to_quat([-0.2, 0, 0]), standing[:, HUMANOID.index("spine")])
    assert quat_angle(lean).max() < 1e-6


# ── exemplars ─────────────────────────────────────────────────────────────────────────────────


def test_a_synthesised_talk_gives_back_its_rest_and_its_gestures(model):
    for style in ("neutral", "assertive"):
        manner = find_style(style).manner
        shown = exemplar_of(replace(spoken(model, style), spans=()), model)
        assert apart(shown.rest, model.rests[model.manners.index(manner)]) < 5.0
        assert len(shown.parts) == 2 * 3
        assert shown.like == manner


def test_parts_carry_hand_times_and_mirror_images(model):
    shown = exemplar_of(talk(STROKES, 9.0), model)
    assert [p.hand for p in shown.parts[::2]] == [hand for _, hand in STROKES]
    assert {p.function for p in shown.parts} == {"beat"}  # nobody said what they mean
    assert [p.mirrored for p in shown.parts] == [False, True] * 4
    other = {"left": "right", "right": "left"}
    assert [p.hand for p in shown.parts[1::2]] == [other[hand] for _, hand in STROKES]
    assert shown.hands["right"] > shown.hands["left"] > shown.hands["both"]
    assert sum(shown.hands.values()) == pytest.approx(3.0)
    left_handed = exemplar_of(mirror(talk(STROKES, 9.0)), model)
    np.testing.assert_allclose(left_handed.means[::2], shown.means[1::2], atol=1e-3)


def test_spans_tell_functions_and_times(model):
    motion = spoken(model, "neutral")
    told = exemplar_of(motion, model)
    strokes = [span.start for span in motion.spans if span.kind == "stroke"]
    assert [part.function for part in told.parts[::2]] == ["big", "stop", "ask"]
    gestures = [span for span in motion.spans if span.kind == "gesture"]
    for part, span, stroke in zip(told.parts[::2], gestures, strokes, strict=True):
        assert part.preparation == pytest.approx(stroke - span.start)
        assert part.retraction == pytest.approx(span.end - stroke)


def test_spans_outside_the_motion_are_not_believed(model):
    beyond = (Span("gesture", "beat", 50.0, 52.0), Span("stroke", "beat", 51.0, 51.0))
    plain = exemplar_of(talk(STROKES, 9.0), model)
    told = exemplar_of(replace(talk(STROKES, 9.0), spans=beyond), model)
    assert told.parts == plain.parts


def test_bvh_and_clip_give_the_same_exemplar(model, tmp_path):
    motion = replace(spoken(model, "lively"), spans=())
    write_bvh(tmp_path / "talk.bvh", motion)
    save_clip(tmp_path / "talk.npz", Clip(motion))
    bvh, npz = (read_exemplar(tmp_path / f"talk.{suffix}", model) for suffix in ("bvh", "npz"))
    assert apart(bvh.rest, npz.rest) < 0.1
    assert [p.unit for p in bvh.parts] == [p.unit for p in npz.parts]
    np.testing.assert_allclose(bvh.means, npz.means, atol=0.02)
    np.testing.assert_allclose(bvh.energy, npz.energy, rtol=0.01)


def test_learning_twice_gives_the_same_bits(model):
    one, two = (exemplar_of(talk(STROKES, 9.0), model) for _ in range(2))
    assert one.parts == two.parts
    assert one.means.tobytes() == two.means.tobytes()
    assert one.rest.tobytes() == two.rest.tobytes()


def test_another_direction_and_rate_change_little(model):
    motion = talk(STROKES, 9.0)
    turned = motion.rotations.copy()
    turned[:, 0] = quat_multiply(rotvec_to_quat([0.0, 2.5, 0.0]), turned[:, 0])
    away = exemplar_of(replace(motion, rotations=turned), model)
    slow = exemplar_of(talk(STROKES, 9.0, fps=24.0), model)
    shown = exemplar_of(motion, model)
    np.testing.assert_allclose(away.means, shown.means, atol=1e-4)
    np.testing.assert_allclose(slow.means, shown.means, atol=0.15 * float(np.ptp(shown.means)))


def test_a_model_with_an_exemplar_stands_and_gestures_like_it(model):
    shown = exemplar_of(spoken(model, "assertive"), model, "somebody")
    own = with_exemplar(model, shown)
    assert MANNER in own.manners
    assert len(own.manners) == len(model.manners)
    motion = spoken(own, exemplar_style(find_style("neutral"), shown))
    assert motion.rotations.tobytes() == (
        spoken(own, exemplar_style(find_style("neutral"), shown)).rotations.tobytes()
    )
    assert apart(motion.rotations[-1], shown.rest) < 3.0
    assert apart(motion.rotations[-1], model.rests[model.manners.index("stand")]) > 15.0
    made = [span.source for span in motion.spans if span.kind == "gesture"]
    assert any(source.startswith("somebody/") for source in made)
    assert MANNER not in model.manners


def test_lent_gestures_go_where_they_were_recorded():
    rest, lender = quat_identity((len(HUMANOID),)), hanging()
    left, right = HUMANOID.indices(("leftUpperArm", "rightUpperArm"))
    way = np.clip(np.minimum(np.arange(90) / 30 - 0.2, 1.4 - np.arange(90) / 30) / 0.6, 0.0, 1.0)
    turns = rotvec_to_quat(way[:, None] * [0.0, -1.0, 0.0])
    rotations = np.repeat(rest[None], 90, axis=0)
    rotations[:, left] = turns
    gestures = (
        PlannedGesture("you", "left", 1.0, 0.2, 0.8, 1.4, 0),
        PlannedGesture("me", "right", 1.0, 1.6, 2.2, 2.8, 1),
    )
    carried = carry_lent(rotations, Plan(gestures, 3.0), (True, False), rest, lender, 30.0)
    stroke = quat_multiply(lender[left], turns[24])
    assert quat_angle(quat_multiply(quat_inverse(stroke), carried[24, left])) < 1e-6
    np.testing.assert_array_equal(carried[:, right], rotations[:, right])  # the exemplar's own
    np.testing.assert_array_equal(carried[45:], rotations[45:])
    steps = quat_angle(quat_multiply(quat_inverse(carried[:-1, left]), carried[1:, left]))
    assert steps.max() < 0.3


def test_what_cannot_be_learned_from_is_said_clearly(model, tmp_path):
    with pytest.raises(UserError, match=r"lasts 3 to 600 s, not 2\.0 s"):
        exemplar_of(talk([(1.0, "right")], 2.0), model)
    with pytest.raises(UserError, match="nobody gestures here"):
        exemplar_of(rest_motion(200, 30.0), model)
    write_bvh(tmp_path / "still.bvh", rest_motion(200, 30.0))
    with pytest.raises(UserError, match=r"still\.bvh: nobody gestures"):
        read_exemplar(tmp_path / "still.bvh", model)
    with pytest.raises(UserError, match="cannot read motion"):
        read_exemplar(tmp_path / "talk.mp4", model)
    shown = exemplar_of(talk(STROKES, 9.0), model)
    with pytest.raises(UserError, match="another gesture model"):
        with_exemplar(replace(model, sha256="other"), shown)


def test_captured_gestures_are_cut_from_their_files(shared_data, model):
    """Of a performer that nothing was trained on, each clip holds one gesture."""
    folder = shared_data("smartbody") / "smartbody" / "data" / "behaviorsets"
    folder = folder / "PNGestures" / "motions"
    names = ("bigger2", "bigger_intense2", "me", "me2", "pointcenter_intense2", "we2")
    counts = [len(read_exemplar(folder / f"{name}.skm", model).parts) // 2 for name in names]
    assert counts == [1] * len(names)
