"""What makes a signer alive without touching what the hands say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.liveliness.phrases import Phrase
from gesture_core.motion import EXPRESSIONS, Motion, rest_motion
from gesture_core.rotation import quat_rotate
from gesture_core.signing.arms import motion_hand, track_to_motion
from gesture_core.signing.presence import bring_to_life
from gesture_core.skeleton import HUMANOID, forward_kinematics
from gesture_core.utterance import Word
from tests.sign.hands import CHEST, CHIN, still_hand, track_of

SENTENCES = (Phrase((Word("하나", 1.0, 4.0, 0),)), Phrase((Word("둘", 5.0, 9.0, 1),)))


def signing(frames: int = 300) -> Motion:
    return track_to_motion(track_of(still_hand(CHIN, frames), still_hand(CHEST, frames)))


def column(name: str) -> int:
    return EXPRESSIONS.index(name)


def test_hands_keep_their_place_before_the_body() -> None:
    motion = signing()
    alive = bring_to_life(motion, SENTENCES, 3)
    for side in ("left", "right"):
        before, after = motion_hand(motion, side), motion_hand(alive, side)
        np.testing.assert_allclose(after.wrist, before.wrist, atol=1e-9)
        np.testing.assert_allclose(np.abs(np.sum(after.turn * before.turn, axis=-1)), 1.0)
    np.testing.assert_array_equal(
        alive.rotations[:, HUMANOID.index("rightIndexProximal")],
        motion.rotations[:, HUMANOID.index("rightIndexProximal")],
    )


def test_face_and_hands_stay_where_the_signs_have_them() -> None:
    motion = signing()
    apart = []
    for one in (motion, bring_to_life(motion, SENTENCES, 3)):
        positions, turned = forward_kinematics(HUMANOID, one.rotations, one.root)
        head, hand = HUMANOID.indices(("head", "rightHand"))
        chin = positions[:, head] + quat_rotate(turned[:, head], np.array([0.0, -0.06, 0.09]))
        apart.append(np.linalg.norm(chin - positions[:, hand], axis=-1))
    assert np.abs(apart[1] - apart[0]).max() < 0.004


def test_the_body_breathes_sways_and_blinks() -> None:
    alive = bring_to_life(signing(), SENTENCES, 3)
    assert np.ptp(alive.root[:, 0]) > 0.002
    chest = alive.rotations[:, HUMANOID.index("upperChest")]
    assert np.ptp(chest[:, 1]) > 1e-3
    assert alive.expressions[:, column("eyeBlinkLeft")].max() > 0.9
    feet = HUMANOID.indices(("leftFoot", "rightFoot"))
    positions, _ = forward_kinematics(HUMANOID, alive.rotations, alive.root)
    assert np.ptp(positions[:, feet], axis=0).max() < 1e-6


def test_the_same_seed_gives_the_same_life_and_another_another() -> None:
    first, again, other = (bring_to_life(signing(90), SENTENCES, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.rotations, again.rotations)
    np.testing.assert_array_equal(first.expressions, again.expressions)
    assert not np.array_equal(first.rotations, other.rotations)


def test_a_signer_looks_at_the_one_they_sign_to() -> None:
    alive = bring_to_life(rest_motion(900, 30.0), SENTENCES, 5)
    looks = [n for n, name in enumerate(EXPRESSIONS) if name.startswith("eyeLook")]
    assert alive.expressions[:, looks].max() < np.radians(12.0) / np.radians(25.0)


def test_brows_and_mouth_of_the_signs_are_not_smoothed_away() -> None:
    motion = signing(120)
    face = motion.expressions.copy()
    face[40:80, column("browDownLeft")] = 0.75
    face[40:80, column("jawOpen")] = 0.5
    alive = bring_to_life(replace(motion, expressions=face), SENTENCES, 3)
    np.testing.assert_array_equal(alive.expressions[40:80, column("browDownLeft")], 0.75)
    np.testing.assert_array_equal(alive.expressions[40:80, column("jawOpen")], 0.5)
    assert alive.expressions[40:80, column("browInnerUp")].max() == 0.0
    assert alive.expressions[40:80, column("mouthSmileLeft")].max() == 0.0
    assert alive.expressions[:30, column("mouthSmileLeft")].min() > 0.1
