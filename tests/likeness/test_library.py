"""The user's own characters: kept, found, listed; names that are none; a wrong file among them."""

import importlib.util
import json
import struct
from pathlib import Path

import pytest

from gesture_core.avatar import library
from gesture_core.config import config_to_dict
from gesture_core.errors import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "avatars"


@pytest.fixture
def hana(tmp_path: Path) -> Path:
    """A file with nothing but the description of a character."""
    spec = {**config_to_dict(library.load_bundled("mina")), "name": "하나 2", "description": "me"}
    tree = {"asset": {"version": "2.0", "extras": {"momjit": {"spec": spec}}}}
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    path = tmp_path / "somebody.glb"
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON")
    path.write_bytes(head + text)
    return path


def test_a_kept_character_is_found_and_listed(hana: Path, folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "face.png"
    picture.write_bytes(b"png")
    assert library.keep_avatar(hana, picture) == "하나 2"
    assert library.avatar_path("하나 2") == folder / "하나 2.glb"
    assert library.own_avatar("하나 2") == folder / "하나 2.glb"
    (entry,) = (one for one in library.list_avatars() if one.own)
    assert (entry.name, entry.description, entry.built) == ("하나 2", "me", True)
    assert entry.thumbnail is not None
    assert entry.thumbnail.read_bytes() == b"png"


def test_keeping_again_needs_force_and_drops_the_old_picture(hana: Path, tmp_path: Path) -> None:
    picture = tmp_path / "face.png"
    picture.write_bytes(b"png")
    library.keep_avatar(hana, picture, name="hana")
    with pytest.raises(UserError, match="--force"):
        library.keep_avatar(hana, name="hana")
    library.keep_avatar(hana, name="hana", force=True)
    (entry,) = (one for one in library.list_avatars() if one.own)
    assert entry.thumbnail is None


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "dot.", "x" * 70, "Mina", "a\nb\x00"])
def test_names_that_no_file_should_have_are_refused(hana: Path, folder: Path, name: str) -> None:
    with pytest.raises(UserError):
        library.keep_avatar(hana, name=name)
    assert not folder.exists() or not list(folder.iterdir())


def test_a_wrong_file_does_not_hide_the_others(hana: Path, folder: Path) -> None:
    library.keep_avatar(hana, name="hana")
    (folder / "broken.glb").write_bytes(b"nothing")
    told = {one.name: one.description for one in library.list_avatars() if one.own}
    assert told["hana"] == "me"
    assert "broken.glb" in told["broken"]


def test_an_unknown_name_tells_ones_own_too(hana: Path) -> None:
    library.keep_avatar(hana, name="hana")
    with pytest.raises(UserError, match="jun, mina, signer, hana"):
        library.avatar_path("hanna")
    with pytest.raises(UserError) as bundled:
        library.load_bundled("hanna")
    assert "hana" not in str(bundled.value).replace("hanna", "")
