"""The whole fit, on a picture of a character of ours."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gesture_core.avatar.body import stature
from gesture_core.avatar.character import read_character
from gesture_core.avatar.wishes import Wishes
from gesture_core.errors import UserError
from gesture_core.likeness.consent import Consent, likeness_of, record_likeness
from gesture_core.likeness.portray import Portrayed, fit_avatar
from gesture_core.resources import data_path

RECORD = record_likeness("hana", Consent("Kim Hana", date(2026, 1, 5), "tests"))


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Portrayed, list[str]]:
    folder = tmp_path_factory.mktemp("fitted")
    bad = folder / "notes.jpg"
    bad.write_text("this is no picture")
    path, steps = folder / "hana.glb", []
    done = fit_avatar(
        [bad, data_path("avatars/jun.png")],
        path,
        record=RECORD,
        wishes=Wishes(gender="man", height=1.83, clothes=("maroon",)),
        progress=lambda share, step: steps.append(step.partition(":")[0]),
    )
    return path, done, steps


def test_a_fit_rests_on_what_can_be_used_and_says_why_not(fitted):
    _, done, steps = fitted
    assert done.used == ("jun.png",)
    assert [refusal.name for refusal in done.refused] == ["notes.jpg"]
    assert done.error < 0.015
    assert {"fitting the face", "building the character"} <= set(steps)


def test_the_file_holds_the_person_and_the_consent(fitted):
    path, done, _ = fitted
    assert likeness_of(path) == RECORD
    spec, looks, record = read_character(path)
    assert record == RECORD.to_json()
    assert spec.name == "hana"
    assert looks is not None
    assert looks.known.any()
    assert spec.phenotype["gender"] == 0.0
    assert stature(spec, looks) == pytest.approx(1.83, abs=0.005)
    top = next(garment for garment in spec.clothes if garment.kind == "top")
    assert top.color == pytest.approx((128 / 255, 0.0, 0.0))
    assert max(spec.hair.color) < 0.35, "jun's hair is black"
    assert done.fit.phenotype["gender"] == 0.0


@pytest.mark.parametrize("wish", [{"height": 3.0}, {"age": 9.0}, {"hair": "mohawk"}])
def test_a_wish_that_cannot_be_is_told_before_any_picture_is_read(
    wish: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def read(*_: object, **__: object) -> None:
        raise AssertionError("a picture was read")

    monkeypatch.setattr("gesture_core.likeness.portray.choose_faces", read)
    with pytest.raises(UserError):
        fit_avatar([], tmp_path / "x.glb", record=RECORD, wishes=Wishes(**wish))
