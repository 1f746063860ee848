"""What follows from figures: intervals over seeds, claims, shares, changed settings, pages."""

import json

import numpy as np
import pytest

from gesture_core.evaluate.ablation import changed
from gesture_core.evaluate.claims import check_claims
from gesture_core.evaluate.figures import accuracy, over_seeds
from gesture_core.evaluate.finished import Finished
from gesture_core.evaluate.report import exemplar_shares
from gesture_core.metrics.interval import Interval


def test_over_seeds_adds_what_sequences_and_seeds_leave_open():
    same = [Interval(2.0, 1.0, 4.0, 9)] * 3
    assert over_seeds(same) == Interval(2.0, 1.0, 4.0, 9)
    # deviation 1, three seeds: half width 4.30 · 1 / √3, and 0.5 of the sequences
    apart = [Interval(value, value - 0.5, value + 0.5, 9) for value in (1.0, 2.0, 3.0)]
    found = over_seeds(apart)
    half = np.hypot(4.30 / np.sqrt(3.0), 0.5)
    np.testing.assert_allclose([found.low, found.value, found.high], [2 - half, 2.0, 2 + half])
    assert over_seeds(apart[:1]) == apart[0]


def test_accuracy_with_and_without_beats():
    planned, found = [0, 0, 1, 2], [0, 3, 1, 1]  # 0 is the beat
    assert accuracy(planned, found) == 0.5
    assert accuracy(planned, found, beats=False) == 0.5
    assert accuracy([0, 1], [0, 2], beats=False) == 0.0
    with pytest.raises(ValueError, match="no stroke"):
        accuracy([0], [0], beats=False)


def _row(name, fgd, split="known", **figures):
    return {"name": name, "split": split, "fgd_inf": fgd, "ci": [fgd - 0.1, fgd + 0.1]} | figures


REPORT = {
    "rows": [
        _row("real", 0.0, hand_range=0.1, jerk=30.0),
        _row("compose", 0.5),
        _row("seq2seq", 8.0),
        _row("plain", 2.0),
        _row("flow", 1.0),
        _row(
            "default",
            1.0,
            function_accuracy_own_plan=0.79,
            hand_range=0.095,
            jerk=34.0,
            velocity_hellinger=0.05,
            penetration={"before": 0.1, "after": 0.004},
        ),
    ],
    "text_gap": {
        "matched_r1": 0.4,
        "shuffled_r1": 0.2,
        "shuffled_words_r1": 0.21,
        "stroke_timing": {"matched": 0.1, "shuffled": 0.3},
    },
    "style_accuracy": 0.7,
    "intensity_energy": {"0.5": 1.0, "1": 2.0, "1.5": 3.0, "2": 3.0},
    "seams": {"at_borders": 0.2, "elsewhere_p99": 0.2},
}


def test_claims_follow_from_the_figures():
    claims = {claim["line"]: claim for claim in check_claims(REPORT)}
    held = {line.split(",")[0]: claim["holds"] for line, claim in claims.items()}
    assert held == {
        "FGD∞ at least 8 times below Seq2Seq's": True,
        "FGD∞ within 2 times that of composing again": True,
        "FGD∞ no worse than flow matching's": True,
        "FGD∞ below the plain recipe's": True,
        "an exemplar closes at least half of the gap to an unknown performer": None,
        "an exemplar closes at least half of the gap in movement alone": None,
        "matched text retrieved at least 2 times as often as shuffled text": True,
        "matched text retrieved at least 2 times as often as shuffled words at the same times": (
            False
        ),
        "strokes closer to the stressed words of matched than of shuffled text": True,
        "gesture function recognised in at least 0.8 of the planned strokes": False,
        "gesture function recognised in at least 0.8 of the real plan's strokes": None,
        "hand range within 10 % of real": True,
        "jerk within 10 % of real": False,
        "velocity distribution within 0.1 of real (Hellinger)": True,
        "penetration over 1 cm in under 0.5 % of the frames": True,
        "style recognised in at least 0.7 of the sequences": True,
        "energy grows from intensity to intensity": False,  # 1.5 and 2 are the same
        "no jump of velocity at the borders of windows in a text of 3 minutes": True,
    }
    jerk = claims["jerk within 10 % of real"]
    assert (jerk["value"], jerk["limit"]) == (pytest.approx(4.0 / 30.0), 0.1)
    assert json.dumps(list(claims.values()), allow_nan=False)


def test_claims_without_their_rows_are_left_open():
    claims = check_claims({"rows": []})
    assert {claim["holds"] for claim in claims} == {None}
    assert len(claims) == len(check_claims(REPORT))


def test_the_share_that_an_exemplar_closes():
    def rows(name, movement, posture):
        return _row(name, movement, "unknown_performer", with_posture={"fgd_inf": posture})

    report = {"rows": [rows("real", 1.0, 1.0), rows("default", 5.0, 21.0)]}
    assert exemplar_shares(report) is None
    report["rows"].append(rows("default_exemplar", 4.0, 3.0))
    shares = exemplar_shares(report)
    assert shares == {
        "movement": {"gap": 4.0, "left": 3.0, "closed": 0.25},
        "with_posture": {"gap": 20.0, "left": 2.0, "closed": 0.9},
    }


def test_changed_settings_are_found_in_groups():
    default = {"seed": 0, "group": {"rate": 1e-3, "mode": "a"}}
    other = {"seed": 1, "group": {"rate": 1e-3, "mode": "b"}, "new": True}
    assert changed(other, default) == {"seed": 1, "group.mode": "b", "new": True}
    assert changed(default, default) == {}


def test_finished_figures_are_kept_until_what_decides_them_changes(tmp_path):
    calls: list[int] = []

    def measure():
        calls.append(1)
        return {"value": 0.1 + 0.2}

    first = Finished(tmp_path, data="units").figures("row", ["hash"], measure)
    assert Finished(tmp_path, data="units").figures("row", ["hash"], measure) == first
    assert len(calls) == 1
    for data, hashes in (("others", ["hash"]), ("units", ["other"])):
        Finished(tmp_path, data=data).figures("row", hashes, measure)
    assert len(calls) == 3
    with pytest.raises(ValueError, match="JSON compliant"):
        Finished(tmp_path, data="nan").figures("row", [], lambda: {"value": float("nan")})
    assert len(list(tmp_path.iterdir())) == 3  # what failed left nothing
