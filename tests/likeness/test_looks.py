"""Looks of a person: packed and unpacked, damaged, and laid over the painted skin."""

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gesture_core.avatar.basemesh import VERTEX_COUNT
from gesture_core.avatar.looks import Looks, pack_looks, unpack_looks
from gesture_core.errors import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)


def some_looks(size: int = 32) -> Looks:
    rng = np.random.default_rng(0)
    known = np.zeros((size, size), np.uint8)
    known[8:20, 4:28] = rng.integers(1, 256, (12, 24))
    skin = rng.integers(0, 256, (size, size, 3)).astype(np.uint8)
    offsets = np.zeros((VERTEX_COUNT, 3))
    offsets[:500] = rng.normal(0, 1e-3, (500, 3))
    return Looks(offsets, skin, known, np.full((16, 16, 3), 90, np.uint8))


def test_looks_come_back_exactly_where_they_are_known() -> None:
    looks = some_looks()
    back = unpack_looks(pack_looks(looks))
    assert back is not None
    assert back.eye is not None
    np.testing.assert_allclose(back.offsets, looks.offsets, atol=1e-9)
    np.testing.assert_array_equal(back.known, looks.known)
    np.testing.assert_array_equal(back.skin[looks.known > 0], looks.skin[looks.known > 0])
    assert looks.eye is not None
    np.testing.assert_array_equal(back.eye, looks.eye)


def test_a_file_without_looks_has_none() -> None:
    assert unpack_looks({"something/else": b"1"}) is None


def test_looks_need_no_eye() -> None:
    looks = some_looks()
    back = unpack_looks(pack_looks(Looks(looks.offsets, looks.skin, looks.known)))
    assert back is not None
    assert back.eye is None


def png(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("looks/offsets", b"\0" * 40),
        ("looks/offsets", np.full((VERTEX_COUNT, 3), np.nan, "<f4").tobytes()),
        ("looks/skin", b"no picture"),
        ("looks/skin", png(np.zeros((8, 8, 3), np.uint8))),  # of another size than `known`
        ("looks/skin", png(np.zeros((32, 32), np.uint8))),  # without colours
        ("looks/known", png(np.zeros((1, 5000), np.uint8))),  # larger than any of ours
        ("looks/eye", png(np.zeros((8, 4, 3), np.uint8))),
    ],
)
def test_damaged_looks_are_told(name: str, data: bytes) -> None:
    with pytest.raises(UserError, match="damaged"):
        unpack_looks({**pack_looks(some_looks()), name: data})


def test_a_missing_picture_is_told() -> None:
    files = pack_looks(some_looks())
    del files["looks/known"]
    with pytest.raises(UserError, match="known"):
        unpack_looks(files)


@pytest.mark.parametrize("shape", [(VERTEX_COUNT, 2), (12, 3)])
def test_offsets_of_another_mesh_are_a_mistake(shape: tuple[int, int]) -> None:
    looks = some_looks()
    with pytest.raises(ValueError, match="shape"):
        Looks(np.zeros(shape), looks.skin, looks.known)


def test_known_pixels_are_the_persons_and_the_others_painted(tmp_path: Path) -> None:
    from gesture_core.avatar.character import shape_human
    from gesture_core.avatar.clothes import visible_skin
    from gesture_core.avatar.library import load_bundled
    from gesture_core.avatar.skin import paint_skin

    spec = load_bundled("signer")
    human = shape_human(spec)
    seen, _ = visible_skin(human, spec.clothes)
    known = np.zeros((256, 256), np.uint8)
    known[100:110, 220:230] = 255
    green = np.tile(np.array([20, 160, 60], np.uint8), (256, 256, 1))
    looks = Looks(np.zeros((VERTEX_COUNT, 3)), green, known)

    def painted(looks: Looks | None) -> np.ndarray:
        picture = paint_skin(human, spec.skin, spec.brows, spec.hair, seen, looks, size=256)
        return np.asarray(Image.open(io.BytesIO(picture.data))).astype(float)

    plain, worn = painted(None), painted(looks)
    np.testing.assert_allclose(worn[103:107, 223:227].mean((0, 1)), [20, 160, 60], atol=6)
    far = np.ones((256, 256), bool)
    far[90:120, 210:240] = False
    np.testing.assert_array_equal(worn[far], plain[far])
