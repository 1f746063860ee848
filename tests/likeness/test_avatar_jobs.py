"""What the worker tells of characters: all of them here, only bundled ones elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from gesture_core.avatar.library import check_name, free_name
from gesture_core.errors import UserError
from gesture_core.jobs import JOBS, REMOTE_JOBS
from gesture_core.progress import silent

PNG = b"\x89PNG a face"


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Path:
    """A folder with one character of the user's own."""
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path))
    monkeypatch.setattr("gesture_core.avatar.library._describe", lambda path: "my face")
    path = tmp_path / "avatars" / "하나.glb"
    path.parent.mkdir()
    path.write_bytes(b"glTF a person")
    path.with_suffix(".png").write_bytes(PNG)
    return path


def test_own_characters_are_listed_and_served_here(kept):
    listed = JOBS["avatars"]({}, silent)
    rows = {row["name"]: row for row in listed.result["items"]}
    assert rows["하나"] == {"name": "하나", "description": "my face", "built": True, "own": True}
    assert not rows["mina"]["own"]
    assert listed.files["하나.png"] == PNG
    answer = JOBS["avatar"]({"name": "하나"}, silent)
    assert answer.files["character.glb"] == kept.read_bytes()


def test_no_own_character_leaves_the_machine(kept):
    listed = REMOTE_JOBS["avatars"]({}, silent)
    names = [row["name"] for row in listed.result["items"]]
    assert "mina" in names
    assert "하나" not in names
    assert "하나.png" not in listed.files
    with pytest.raises(UserError, match="unknown character '하나'"):
        REMOTE_JOBS["avatar"]({"name": "하나"}, silent)
    assert "fit_avatar" not in REMOTE_JOBS


def test_own_character_of_a_bundled_name_stays_too(kept, monkeypatch, tmp_path):
    kept.rename(kept.with_name("mina.glb"))  # kept before momjit had one of that name
    bundled = tmp_path / "built.glb"
    bundled.write_bytes(b"glTF the bundled one")
    monkeypatch.setattr("gesture_core.avatar.library._cached", lambda name: bundled)
    answer = REMOTE_JOBS["avatar"]({"name": "mina"}, silent)
    assert answer.files["character.glb"] == bundled.read_bytes()


def test_bundled_characters_have_small_thumbnails():
    listed = REMOTE_JOBS["avatars"]({}, silent)
    for row in listed.result["items"]:
        assert len(listed.files[f"{row['name']}.png"]) < 150_000


def test_a_name_that_is_taken_gets_a_number(kept):
    assert free_name("하나") == "하나 2"
    kept.with_name("하나 2.glb").write_bytes(b"glTF")
    assert free_name(" 하나 ") == "하나 3"
    assert free_name("둘") == "둘"
    for wrong in ("mina", "../하나", ""):
        with pytest.raises(UserError):
            free_name(wrong)
    with pytest.raises(UserError, match="--force"):
        check_name("하나")
    assert check_name("하나", force=True) == "하나"
