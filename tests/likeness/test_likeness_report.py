"""What a report of judged likenesses claims, and whom it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesture_core.errors import UserError
from gesture_core.evaluate.likeness import SIDES, Judged, judge_people, list_people, report
from gesture_core.likeness.consent import parse_consent

GOOD = Judged(
    name="ann",
    views=3,
    error=0.01,
    held_error=0.02,
    distances=dict(zip(SIDES, (0.4, 0.5, 0.6), strict=True)),
    nearest=dict.fromkeys(SIDES, "ann"),
    scores={"ear width": 1.0},
    outside=[],
    seconds=10.0,
    megabytes=500.0,
)
BAD = replace(
    GOOD,
    name="bo",
    error=0.016,
    held_error=None,
    distances=dict(zip(SIDES, (0.46, 0.61, 0.2), strict=True)),
    nearest=dict(zip(SIDES, ("bo", "ann", "ann"), strict=True)),
    outside=["ear width"],
)


def test_claims_are_shares_of_people_and_of_views():
    found = report([GOOD, BAD], unheld=["bo"])
    assert found["judged by the fit's own pictures"] == ["bo"]
    assert found["nearest is right"] == pytest.approx(4 / 6)
    assert found["claims"] == {
        "landmarks": 0.5,
        "held landmarks": 1.0,
        "frontal": 0.5,
        "yawed": 0.5,
        "head": 0.5,
        "nearest": False,
    }
    assert report([GOOD], unheld=[])["claims"]["nearest"] is True


def test_one_person_alone_cannot_be_told_from_others(tmp_path):
    (tmp_path / "ann" / "fit").mkdir(parents=True)
    (tmp_path / "ann" / "fit" / "a.png").write_bytes(b"")
    (tmp_path / "bo" / "fit").mkdir(parents=True)
    with pytest.raises(UserError, match="at least two people"):
        list_people(tmp_path)
    (tmp_path / "bo" / "fit" / "b.png").write_bytes(b"")
    assert list_people(tmp_path) == ["ann", "bo"]


def test_characters_in_the_way_are_not_overwritten(tmp_path):
    for name in ("ann", "bo"):
        (tmp_path / name / "fit").mkdir(parents=True)
        (tmp_path / name / "fit" / "a.png").write_bytes(b"")
    out = tmp_path / "out"
    out.mkdir()
    (out / "bo.png").write_bytes(b"a sheet")
    agreed = parse_consent("the licences of the pictures, 2026-11-20, a test")
    with pytest.raises(UserError, match=r"bo\.png already exists"):
        judge_people(tmp_path, tmp_path / "model", out, agreed)
