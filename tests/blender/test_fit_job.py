"""The worker's job that makes a likeness: what Blender's panel gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gesture_core.avatar.library import own_avatar
from gesture_core.jobs import JOBS
from gesture_core.likeness.consent import likeness_of
from gesture_core.resources import data_path


@pytest.mark.bench
def test_the_panel_gets_a_character_its_picture_and_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path))
    steps: list[str] = []
    asked = {"name": "하나", "who": "Kim Hana", "when": "2026-01-05", "what_for": "a test"}
    known = {"unmarked": "", "gender": 0.0, "age": None, "height": 1.7}
    photo = {"photo1": data_path("avatars/jun.png")}
    answer = JOBS["fit_avatar"]({**asked, **known, **photo}, lambda share, step: steps.append(step))
    assert answer.result["name"] == "하나"
    kept = own_avatar("하나")
    assert kept is not None
    assert kept.with_suffix(".png").is_file()
    assert answer.files["character.glb"] == kept.read_bytes()
    assert answer.files["preview.png"].startswith(b"\x89PNG")
    record = likeness_of(kept)
    assert record is not None
    assert (record.name, record.consents[0].who, record.mark) == ("하나", "Kim Hana", True)
    assert {step.partition(":")[0] for step in steps} >= {"fitting the face", "taking pictures"}
    assert answer.result["used"] == ["jun.png"]
    assert set(answer.result["seconds"]) >= {"fitting the face", "skin", "hair", "taking pictures"}
    assert json.loads(json.dumps(answer.result)) == answer.result
