"""SignBLEU: blocks and grams by hand, the score by its formula, and what it must tell apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.formats.aihub import read_niasl_script
from gesture_core.metrics.signbleu import blocks, channels_of, grams, sign_bleu
from gesture_core.motion import Span


def tier(*spans: tuple[str, float, float]) -> list[Span]:
    return [Span("gloss", *span) for span in spans]


SIGNING = {
    "right": tier(("집", 0.0, 1.0), ("불", 1.0, 2.0)),
    "left": tier(("집", 0.0, 1.0)),
    "brows": tier(("raise", 0.5, 2.0)),
}


def test_blocks_end_wherever_something_begins_or_ends() -> None:
    assert blocks(SIGNING) == [
        [("left", "집"), ("right", "집")],
        [("brows", "raise"), ("left", "집"), ("right", "집")],
        [("brows", "raise"), ("right", "불")],
    ]


def test_grams_by_hand() -> None:
    found = grams(SIGNING)
    assert {kind: counts.total() for kind, counts in found.items()} == {
        "t1": 4,
        "t2": 1,
        "t3": 0,
        "c2": 1 + 3 + 1,
    }
    assert found["t2"] == {(("right", "집"), ("right", "불")): 1}
    assert found["c2"][("left", "집"), ("right", "집")] == 2


def test_the_score_is_its_formula() -> None:
    made = {"right": tier(("집", 0.0, 1.0), ("물", 1.0, 2.0)), "left": tier(("집", 0.0, 1.0))}
    true = {"right": tier(("집", 0.0, 1.0), ("불", 1.0, 2.0)), "left": tier(("집", 0.0, 1.0))}
    assert sign_bleu([made], [true]) == 0.0  # its only pair of neighbours is wrong
    longer = {"right": [*made["right"], *tier(("집", 2.0, 3.0), ("불", 3.0, 4.0))]}
    # t1: 집 (clipped to 1) and 불 of 4; t2: 집불 of 3; t3: none of 2
    assert sign_bleu([longer], [true]) == 0.0
    short = {"right": tier(("집", 0.0, 1.0), ("불", 1.0, 2.0))}
    # every gram is right, t1 and t2; two spans for three
    assert sign_bleu([short], [true]) == pytest.approx(np.exp(1 - 3 / 2))


def test_a_signing_is_like_itself_and_not_like_another() -> None:
    other = {"right": tier(("물", 0.0, 1.0)), "left": tier(("물", 0.0, 1.0))}
    assert sign_bleu([SIGNING, other], [SIGNING, other]) == pytest.approx(1.0)
    assert sign_bleu([SIGNING, other], [other, SIGNING]) == 0.0
    swapped = {**SIGNING, "left": SIGNING["right"], "right": SIGNING["left"]}
    assert sign_bleu([swapped], [SIGNING]) < 0.5


def test_the_pace_does_not_matter() -> None:
    slow = {
        channel: [Span("gloss", s.text, 2 * s.start, 2 * s.end) for s in spans]
        for channel, spans in SIGNING.items()
    }
    assert sign_bleu([slow], [SIGNING]) == pytest.approx(1.0)


def test_unpaired_signings_are_refused() -> None:
    with pytest.raises(ValueError, match="1 signings for 2 references"):
        sign_bleu([SIGNING], [SIGNING, SIGNING])


def test_tiers_of_a_corpus_and_spans_of_a_clip_are_channels() -> None:
    clip = [
        Span("gloss", "집", 0.0, 1.0, "sign"),
        Span("gloss", "물", 1.0, 2.0, "both"),
        Span("nonmanual", "raise", 0.0, 2.0, "EBf"),
        Span("subtitle", "집", 0.0, 2.0),
    ]
    channels = channels_of(clip)
    said = {channel: [span.text for span in spans] for channel, spans in channels.items()}
    assert said == {"strong": ["집", "물"], "weak": ["물"], "EBf": ["raise"]}
    script = Path(__file__).resolve().parents[1] / "fixtures" / "aihub" / "niasl2021_sentence.json"
    tiers = channels_of(read_niasl_script(script).spans)
    assert {"strong", "weak"} <= tiers.keys()
    assert sign_bleu([tiers], [tiers]) == pytest.approx(1.0)
