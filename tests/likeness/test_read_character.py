"""A built character read back: its description, its looks, whose likeness it is."""

import importlib.util
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gesture_core.avatar.basemesh import BODY, VERTEX_COUNT
from gesture_core.avatar.character import (
    CharacterSpec,
    build_avatar,
    read_character,
    shape_human,
)
from gesture_core.avatar.library import load_bundled
from gesture_core.avatar.looks import Looks
from gesture_core.errors import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)
RECORD = {"format": 1, "name": "hana", "mark": True}


def looks_of(size: int = 64) -> Looks:
    rng = np.random.default_rng(3)
    offsets = np.zeros((VERTEX_COUNT, 3))
    offsets[:2000] = rng.normal(0, 5e-4, (2000, 3))
    skin = rng.integers(0, 256, (size, size, 3)).astype(np.uint8)
    known = np.full((size, size), 120, np.uint8)
    return Looks(offsets, skin, known)


def spec_of() -> CharacterSpec:
    spec = load_bundled("jun")
    return replace(spec, name="하나", description="for a test", changes={"chin-width-incr": -0.2})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "hana.glb"
    build_avatar(spec_of(), path, looks=looks_of(), likeness=RECORD)
    return path


def cut_of(**changes: object) -> dict:
    return {"style": "bob"} | changes


def tree_of(path: Path) -> dict:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length])


def with_tree(path: Path, tree: dict, to: Path) -> Path:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    head = struct.pack("<4sII", b"glTF", 2, 20 + len(text) + len(rest))
    to.write_bytes(head + struct.pack("<I4s", len(text), b"JSON") + text + rest)
    return to


def test_description_looks_and_record_come_back(built: Path) -> None:
    spec, looks, record = read_character(built)
    assert spec == spec_of()
    assert looks is not None
    np.testing.assert_allclose(looks.offsets, looks_of().offsets, atol=1e-9)
    np.testing.assert_array_equal(looks.skin, looks_of().skin)
    assert record == RECORD


def test_offsets_move_the_mesh_that_is_written(built: Path) -> None:
    plain, fitted = shape_human(spec_of()), shape_human(spec_of(), looks_of())
    moved = np.linalg.norm(fitted.vertices - plain.vertices, axis=1)[BODY]
    lift = fitted.vertices[BODY.stop - 1] - plain.vertices[BODY.stop - 1]  # feet stay on the floor
    assert moved[:2000].mean() > 5e-4
    still = np.isclose(moved[2000:], np.linalg.norm(lift), atol=1e-12)
    assert still.mean() > 0.99  # the rest are lips, each of which closes on the other
    trimesh = pytest.importorskip("trimesh")
    top = trimesh.load(built, process=False).bounds[1][1]
    assert top == pytest.approx(fitted.vertices[BODY, 1].max(), abs=0.06)  # the hair is above


def test_the_record_stands_on_the_root_node_too(built: Path) -> None:
    tree = tree_of(built)
    root = tree["nodes"][tree["scenes"][0]["nodes"][0]]
    assert root["extras"]["momjit"]["likeness"] == RECORD
    assert "attachments" not in root["extras"]  # Blender would carry stale numbers on


def test_a_bundled_character_is_nobodys_likeness(tmp_path: Path, built: Path) -> None:
    tree = tree_of(built)
    del tree["asset"]["extras"]["momjit"]["likeness"]
    del tree["asset"]["extras"]["attachments"]
    _, looks, record = read_character(with_tree(built, tree, tmp_path / "plain.glb"))
    assert looks is None
    assert record is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda about: about.pop("spec"), "not a character built by momjit"),
        (lambda about: about["spec"].update(wings=2), "unknown setting 'wings'"),
        (lambda about: about["spec"]["hair"].update(strands=10**9), "ribbons"),
        (lambda about: about["spec"]["hair"].update(strands=-1), "ribbons"),
        (lambda about: about["spec"]["hair"].update(seed=-1), "seed"),
        (lambda about: about["spec"]["hair"].update(into=cut_of(strands=10**9)), "ribbons"),
        (lambda about: about["spec"]["hair"].update(into=cut_of(into=cut_of())), "two haircuts"),
        (lambda about: about["spec"].update(iris=[0.5]), "red, green and blue"),
        (lambda about: about["spec"].update(resting={"grin": 1.0}), "unknown expression 'grin'"),
        (lambda about: about["spec"]["phenotype"].update(age=40), "age lies between 0 and 1"),
        (lambda about: about["spec"]["clothes"][0]["drape"].update(frames=10**7), "too long"),
        (lambda about: about.update(likeness="me"), "likeness record"),
    ],
)
def test_a_strangers_file_is_refused_in_words(
    built: Path, tmp_path: Path, change: object, message: str
) -> None:
    tree = tree_of(built)
    assert callable(change)
    change(tree["asset"]["extras"]["momjit"])
    with pytest.raises(UserError, match=message):
        read_character(with_tree(built, tree, tmp_path / "strange.glb"))


def test_one_view_under_many_names_is_refused(built: Path, tmp_path: Path) -> None:
    tree = tree_of(built)
    views = tree["bufferViews"]
    largest = max(range(len(views)), key=lambda index: views[index]["byteLength"])
    names = {f"looks/{number}": largest for number in range(1000)}
    tree["asset"]["extras"]["attachments"] = names
    with pytest.raises(UserError, match="attachments overlap"):
        read_character(with_tree(built, tree, tmp_path / "strange.glb"))


@pytest.mark.parametrize("view", [10**6, -1, "skin", {}])
def test_attachments_outside_the_file_are_refused(
    built: Path, tmp_path: Path, view: object
) -> None:
    tree = tree_of(built)
    tree["asset"]["extras"]["attachments"]["looks/skin"] = view
    with pytest.raises(UserError):
        read_character(with_tree(built, tree, tmp_path / "strange.glb"))
