"""Handshapes, letters and numbers against published facts and against anatomy."""

import numpy as np
import pytest

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.gestures.hand_shapes import shape_rotations
from gesture_core.rotation import Array, quat_identity, quat_rotate
from gesture_core.signing.arms import FINGER_ROWS, MIRROR_PLACE, mirrored, track_to_rotations
from gesture_core.signing.handshape_reader import HAND_POINTS, hand_landmarks
from gesture_core.signing.lexicon import load_lexicon
from gesture_core.signing.notation import Sign
from gesture_core.signing.realise import sign_to_track
from gesture_core.signing.track import HandTrack
from gesture_core.skeleton import HUMANOID

_DIRECTIONS = {
    "up": (0.0, 1.0, 0.0),
    "down": (0.0, -1.0, 0.0),
    "ahead": (0.0, 0.0, 1.0),
    "back": (0.0, 0.0, -1.0),
    "left": (1.0, 0.0, 0.0),
}
# The published table: straight fingers (T I M R P), where they point, where the palm looks.
_LETTERS = {
    **{"ㄱ": "TI down back", "ㄴ": "TI left back", "ㄷ": "IM left back", "ㄹ": "IMR left back"},
    **{"ㅌ": "IMR left back", "ㅂ": "IMRP up ahead", "ㅅ": "IM down back", "ㅇ": "MRP up ahead"},
    **{"ㅈ": "TIM down back", "ㅊ": "TIMR down back", "ㅋ": "TM down back"},
    **{"ㅏ": "I up ahead", "ㅑ": "IM up ahead", "ㅐ": "IP up ahead", "ㅒ": "IMP up ahead"},
    **{"ㅓ": "I ahead left", "ㅕ": "IM ahead left", "ㅔ": "IP ahead left", "ㅖ": "IMP ahead left"},
    **{"ㅗ": "I up back", "ㅛ": "IM up back", "ㅚ": "IP up back", "ㅣ": "P up ahead"},
    **{"ㅜ": "I down back", "ㅠ": "IM down back", "ㅟ": "IP down back"},
    **{"ㅡ": "I left back", "ㅢ": "IP left back"},
    **{"ㄲ": "TI down back", "ㄸ": "IM left back", "ㅃ": "IMRP up ahead", "ㅆ": "IM down back"},
    **{"ㅉ": "TIM down back", "ㅘ": "I up ahead", "ㅙ": "IP up ahead"},
    **{"ㅝ": "I ahead left", "ㅞ": "IP ahead left"},
}
_NUMBERS = {
    **{"1": "I up ahead", "2": "IM up ahead", "3": "IMR up ahead", "4": "IMRP up ahead"},
    **{"6": "TI left back", "7": "TIM left back", "10": "MRP up ahead", "12": "M up ahead"},
    **{"13": "MR up ahead", "14": "MRP up ahead", "17": "TM left back"},
}


def _last_hand(sign: Sign) -> HandTrack:
    return sign_to_track(sign, load_lexicon()).strong.during(slice(-1, None))


def _own_points(name: str) -> Array:
    """Landmarks of a handshape, left hand, in the frame of the hand."""
    shaped = HandTrack(
        np.zeros((1, 3)),
        quat_identity((1,)),
        shape_rotations(load_lexicon().handshapes[name])[None],
        np.zeros(1),
        np.ones(1, dtype=bool),
    )
    return hand_landmarks(shaped, "left")[0]


def _straight_fingers(points: Array) -> str:
    """Which of T I M R P are straight and away from the palm."""
    found = ""
    for number, letter in enumerate("TIMRP"):
        chain = points[1 + 4 * number : 5 + 4 * number]
        length = np.linalg.norm(np.diff(chain, axis=0), axis=-1).sum()
        straight = np.linalg.norm(chain[-1] - chain[0]) / length > 0.97
        # a thumb is away from the palm when its tip is far from the little finger's knuckle
        away = number > 0 or np.linalg.norm(chain[-1] - points[17]) > 0.10
        touching = number == 0 and np.linalg.norm(points[4] - points[8]) < 0.02
        found += letter if straight and away and not touching else ""
    return found


def _angle(a: Array, b: tuple[float, ...]) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ np.array(b), -1.0, 1.0))))


@pytest.mark.parametrize(
    ("kind", "name", "fact"),
    [("jamo", *row) for row in _LETTERS.items()] + [("numbers", *row) for row in _NUMBERS.items()],
)
def test_a_sign_has_the_published_fingers_and_directions(kind: str, name: str, fact: str):
    fingers, pointing, palm = fact.split()
    hand = _last_hand(getattr(load_lexicon(), kind)[name])
    left = mirrored(hand)
    assert _straight_fingers(hand_landmarks(left, "left")[0]) == fingers
    along = quat_rotate(left.turn[0], [1.0, 0.0, 0.0]) * MIRROR_PLACE
    looks = quat_rotate(left.turn[0], [0.0, -1.0, 0.0]) * MIRROR_PLACE
    # wrists give in where the described posture is beyond their ease
    assert _angle(along, _DIRECTIONS[pointing]) < 40.0
    assert _angle(looks, _DIRECTIONS[palm]) < 40.0


def test_the_bent_letters_are_bent():
    lexicon = load_lexicon()
    straightness = {}
    for letter in "ㅁㅍㅋ":
        points = hand_landmarks(_last_hand(lexicon.jamo[letter]), "right")[0]
        chains = points[1:].reshape(5, 4, 3)
        whole = np.linalg.norm(np.diff(chains, axis=1), axis=-1).sum(axis=-1)
        straightness[letter] = np.linalg.norm(chains[:, -1] - chains[:, 0], axis=-1) / whole
    assert (straightness["ㅁ"][1:3] > straightness["ㅁ"][3:] + 0.1).all()  # hooks, others folded
    assert (straightness["ㅁ"][1:3] < 0.8).all()
    assert ((straightness["ㅍ"][1:] > 0.6) & (straightness["ㅍ"][1:] < 0.95)).all()
    assert straightness["ㅋ"][2] > 0.97 > straightness["ㅋ"][1]


@pytest.mark.parametrize(
    ("one", "other", "shape"),
    [("ㅅ", "ㅠ", "two"), ("ㄹ", "ㅌ", "three")],
)
def test_letters_of_the_same_fingers_differ_in_how_these_are_spread(
    one: str, other: str, shape: str
):
    jamo = load_lexicon().jamo
    mine, its = (hand_landmarks(_last_hand(jamo[name]), "right")[0] for name in (one, other))
    spread = jamo[one].steps[-1].strong
    assert spread
    assert spread.shape == shape
    between = [np.linalg.norm(points[8] - points[12]) for points in (mine, its)]
    assert abs(between[0] - between[1]) > 0.01


def test_a_doubled_letter_moves_once_to_its_own_side():
    jamo = load_lexicon().jamo
    for double, single in zip("ㄲㄸㅃㅆㅉ", "ㄱㄷㅂㅅㅈ", strict=True):
        first, last = (step.strong for step in jamo[double].steps)
        own = jamo[single].steps[0].strong
        assert first
        assert last
        assert first == own
        np.testing.assert_allclose(np.subtract(last.off, first.off), [0.08, 0.0, 0.0], atol=1e-9)


def test_all_forty_letters_are_there_with_a_source():
    jamo = load_lexicon().jamo
    assert len(jamo) == 40
    assert all("National Institute of Korean Language" in sign.source for sign in jamo.values())


@pytest.mark.parametrize("name", sorted(load_lexicon().handshapes))
def test_no_handshape_breaks_a_joint(name: str):
    rotations = quat_identity((len(HUMANOID),))
    rotations[FINGER_ROWS] = shape_rotations(load_lexicon().handshapes[name])
    assert limit_use(humanoid_limits(), rotations)[FINGER_ROWS].max() <= 1.0


@pytest.mark.parametrize("kind", ["jamo", "numbers"])
def test_no_letter_or_number_breaks_a_joint(kind: str):
    lexicon = load_lexicon()
    for name, sign in getattr(lexicon, kind).items():
        rotations = track_to_rotations(sign_to_track(sign, lexicon))
        assert limit_use(humanoid_limits(), rotations).max() <= 1.0, name


@pytest.mark.parametrize(
    ("shape", "tips", "most"),
    [
        ("pinch", (4, 8), 0.006),
        ("ring", (4, 8), 0.006),
        ("gathered", (4, 8, 12), 0.022),
        ("curved_o", (4, 8, 12), 0.022),
    ],
)
def test_tips_meet(shape: str, tips: tuple[int, ...], most: float):
    points = _own_points(shape)
    assert points.shape == (HAND_POINTS, 3)
    apart = [np.linalg.norm(points[a] - points[b]) for a in tips for b in tips]
    assert max(apart) < most
