"""Letters read back from landmarks."""

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.motion import Motion, Span, crop, mirror
from gesture_core.rotation import Array
from gesture_core.signing.arms import motion_hand, track_to_motion
from gesture_core.signing.fingerspelling import spell
from gesture_core.signing.handshape_reader import (
    CONFUSABLE,
    RoundTrip,
    Templates,
    camera_turn,
    distances,
    hand_landmarks,
    letter_templates,
    read_back,
    read_hands,
    seen,
)
from gesture_core.signing.lexicon import load_lexicon
from gesture_core.signing.realise import resting_track, sign_to_track
from gesture_core.signing.stitch import Piece, join
from gesture_core.skeleton import HUMANOID, forward_kinematics


@pytest.fixture(scope="module")
def templates() -> Templates:
    return letter_templates(load_lexicon())


@pytest.fixture(scope="module")
def hands(templates: Templates) -> Array:
    """Landmarks `(31, 21, 3)` of the signed letters, in the frame of the body."""
    lexicon = load_lexicon()
    tracks = [sign_to_track(lexicon.jamo[name], lexicon) for name in templates.names]
    ends = [hand_landmarks(track.strong.during(slice(-1, None)), "right") for track in tracks]
    return np.concatenate(ends)


def _spelled(word: str) -> Motion:
    """A spelled word from rest to rest with a span for each letter."""
    lexicon = load_lexicon()
    signs = spell(word, lexicon)
    pieces = [Piece(sign_to_track(sign, lexicon), 0, sign.gloss) for sign in signs]
    joined = join(pieces, resting_track())
    motion = track_to_motion(joined.track)
    times = zip(signs, joined.spans, strict=True)
    spans = tuple(
        Span("letter", sign.gloss, start / motion.fps, stop / motion.fps)
        for sign, (start, stop) in times
    )
    return replace(motion, spans=spans)


def test_there_are_thirty_one_postures(templates: Templates):
    assert len(templates.names) == 31
    assert len(set(templates.names)) == 31
    assert len(templates.same_as) == 40
    assert (templates.same_as["ㄲ"], templates.same_as["ㅘ"], templates.same_as["ㅠ"]) == (
        ("ㄱ", "ㅏ", "ㅠ")
    )


@pytest.mark.parametrize("camera", [(0, 0, 0), (-23, 4, 0), (17, -7, 6), (33, 11, -9)])
def test_every_letter_is_read_from_cameras_between_those_known(
    camera: tuple[float, float, float], templates: Templates, hands: Array
):
    assert read_hands(seen(hands, camera_turn(*camera)), templates) == templates.names


def test_place_and_size_in_the_picture_do_not_matter(templates: Templates, hands: Array):
    pictured = seen(hands, camera_turn(10.0))
    away = distances(pictured, templates)
    np.testing.assert_allclose(
        distances(1000.0 * pictured + [400.0, 200.0, -90.0], templates), away, atol=1e-6
    )


def test_landmarks_may_be_uncertain(templates: Templates, hands: Array):
    noise = np.random.default_rng(0).normal(
        0.0, 0.004, hands.shape
    )  # 4 mm, as of a hand 18 cm long
    read = read_hands(seen(hands + noise, camera_turn(12.0)), templates)
    assert np.mean([a == b for a, b in zip(read, templates.names, strict=True)]) >= 0.9


def test_the_confusable_pairs_are_apart(templates: Templates, hands: Array):
    away = distances(seen(hands, camera_turn(0.0)), templates)
    for one, other in CONFUSABLE:
        first, second = templates.names.index(one), templates.names.index(other)
        assert min(away[first, second], away[second, first]) > 5.0 * away[first, first]
        assert min(away[first, second], away[second, first]) > 0.05


def test_landmarks_are_the_joints_of_the_skeleton():
    motion = _spelled("가")
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    chest = HUMANOID.index("upperChest")
    assert np.allclose(turned[:, chest], [1.0, 0.0, 0.0, 0.0])
    for side in ("left", "right"):
        mine = hand_landmarks(motion_hand(motion, side), side)
        wrist = positions[:, HUMANOID.index(f"{side}Hand")]
        for point, joint in ((5, "IndexProximal"), (3, "ThumbDistal"), (19, "LittleDistal")):
            there = positions[:, HUMANOID.index(side + joint)] - wrist
            np.testing.assert_allclose(mine[:, point], there, atol=1e-9)


@pytest.mark.parametrize("word", ["경복궁", "홍길동", "와플", "뽀삐", "각각"])
def test_a_spelled_word_is_read_back(word: str, templates: Templates):
    trip = read_back(_spelled(word), templates)
    assert len(trip.wanted) == len(spell(word, load_lexicon()))
    assert trip.mistakes() == ()
    assert trip.share == 1.0


def test_a_left_handed_signer_is_read_as_well(templates: Templates):
    motion = mirror(_spelled("한글"))
    trip = read_back(motion, templates, "left")
    assert trip.wanted == tuple("ㅎㅏㄴㄱㅡㄹ")
    assert trip.share == 1.0
    assert read_back(motion, templates, "right").share < 0.5


def test_a_wrong_hand_is_told(templates: Templates):
    motion = _spelled("나")
    spans = tuple(replace(span, text="ㅂ") for span in motion.spans)
    trip = read_back(replace(motion, spans=spans), templates)
    assert trip.mistakes() == (("ㅂ", "ㄴ"), ("ㅂ", "ㅏ"))
    assert trip.share == 0.0


def test_no_letters_no_share(templates: Templates):
    trip = read_back(crop(_spelled("가"), 0, 3), templates)
    assert trip.wanted == ()
    assert np.isnan(trip.share)


def test_some_letters_can_be_looked_at_alone():
    trip = RoundTrip(("ㄱ", "ㅠ", "ㅅ"), ("ㄱ", "ㅅ", "ㅅ"))
    assert trip.among("ㅅㅠ").share == 0.5
    assert trip.mistakes() == (("ㅠ", "ㅅ"),)
