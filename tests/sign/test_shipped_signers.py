"""The demonstration weights: small, documented, and signing a sentence on their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gesture_core.metrics.plausibility import PENETRATION, beyond_limits, penetration
from gesture_core.resources import data_path
from gesture_core.signing.learned import load_signer, produce, resting
from gesture_core.skeleton import forward_kinematics

SHIPPED = ("sign_transformer", "sign_tacotron", "sign_motion")
LARGEST = 10 * 2**20
GLOSSES = ("병원", "가다", "불가능")


def checkpoint(name: str) -> Path:
    return data_path(f"models/{name}/sign.safetensors")


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_small_and_says_what_it_was_trained_on(name: str) -> None:
    path = checkpoint(name)
    assert path.stat().st_size <= LARGEST
    signer = load_signer(path)
    assert "own lexicon" in signer.details["data"]["source"]
    assert not signer.unknown(GLOSSES)
    card = (path.parent / "README.md").read_text("utf-8")
    assert "composed" in card
    assert "Deaf" in card


def test_the_committed_figures_are_theirs_and_reach_what_was_asked() -> None:
    report = json.loads(data_path("reports/sign.json").read_text("utf-8"))
    motion = json.loads(data_path("reports/sign_motion.json").read_text("utf-8"))
    for row, name, figures in (
        ("model", "sign_transformer", report),
        ("tacotron", "sign_tacotron", report),
        ("model", "sign_motion", motion),
    ):
        assert figures["models"][row]["sha256"] == load_signer(checkpoint(name)).sha256
        assert figures["dtw_below"][row]["mean pose"] >= 0.4
        assert figures["dtw_below"][row]["shuffled text"] >= 0.4
        assert 0.9 <= figures["rows"][row]["length_ratio"]["value"] <= 1.1
    rows = report["rows"]
    assert rows["model"]["dtw"]["high"] < rows["tacotron"]["dtw"]["low"]


@pytest.mark.parametrize("name", SHIPPED)
def test_it_signs_a_sentence_and_ends_by_itself(name: str) -> None:
    signer = load_signer(checkpoint(name))
    (signed,) = signer.sign([GLOSSES])
    seconds = len(signed.frames) / signer.fps
    assert 1.0 < seconds < 8.0
    motion = produce([("병원에 갈 수 없어요.", GLOSSES)], signer, 30.0)
    glosses = [span.text for span in motion.spans if span.kind == "gloss"]
    assert glosses == list(GLOSSES)
    positions, _ = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
    hand = positions[:, motion.skeleton.index("rightHand")]
    at_rest = resting(30.0)
    places, _ = forward_kinematics(motion.skeleton, at_rest.rotations, at_rest.root)
    rest = places[0, motion.skeleton.index("rightHand")]
    assert np.linalg.norm(hand[[0, -1]] - rest, axis=1).max() < 0.03
    assert np.ptp(hand[:, 1]) > 0.2  # it comes up from the belly
    assert not beyond_limits(motion).any()
    assert penetration(motion).max() < PENETRATION + 1e-3
    assert np.linalg.norm(np.diff(hand, axis=0), axis=1).max() * motion.fps < 6.0
