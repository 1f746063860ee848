"""`momjit avatar build`: a random adult with wishes, read back from its file, and refusals."""

import importlib.util
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gesture_core.avatar.body import stature
from gesture_core.avatar.character import read_character
from gesture_core.cli import app
from gesture_core.errors import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path / "data"))


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["avatar", *words])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_a_random_adult_with_wishes_is_built(tmp_path: Path) -> None:
    path = tmp_path / "tae.glb"
    options = ["--height", "1.84", "--gender", "man", "--hair", "crop:grey", "--name", "Tae"]
    assert str(path) in run("build", "--seed", "7", *options, "-o", str(path))
    spec, looks, record = read_character(path)
    assert stature(spec) == pytest.approx(1.84, abs=2e-3)
    assert (spec.name, spec.hair.style, spec.phenotype["gender"]) == ("Tae", "crop", 0.0)
    assert spec.description == "made from random adult 7"
    assert looks is None
    assert record is None
    with pytest.raises(UserError, match="--force"):
        run("build", str(path), "-o", str(path))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--seed"),
        (["mina", "--seed", "1"], "--seed"),
        (["mina", "--age", "40"], "--keep"),
        (["nobody.glb", "-o", "x.glb"], "nobody.glb"),
        (["mina", "--change", "nose=big", "-o", "x.glb"], "NAME=VALUE"),
        (["mina", "--change", "chin-width-incr=3", "-o", "x.glb"], "-1 to 1"),
        (["mina", "--age", "7", "-o", "x.glb"], "18 to 90"),
        (["minna", "-o", "x.glb"], "jun, mina, signer"),
    ],
)
def test_what_cannot_be_built_is_told(words: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        run("build", *words)


def test_the_list_names_the_bundled_characters() -> None:
    assert all(name in run("list") for name in ("jun", "mina", "signer"))
