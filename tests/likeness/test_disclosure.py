"""What the add-on reads of a likeness's record, and how files and pictures tell of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blender_addon.core.errors import UserError
from blender_addon.core.file_tags import tag_movie, tag_png
from blender_addon.core.likeness import parse_likeness, read_likeness, texts_for
from blender_addon.core.mark import lay_over, mark_box, shrunk
from gesture_core.likeness.consent import Consent, LikenessRecord, record_from_json

HANA = Consent("Kim Hana", date(2026, 1, 5), "films of her lectures")
DURI = Consent("이두리", date(2026, 2, 6), "강의 영상", "나 이두리는 표시를 원하지 않습니다")
MARK = (865, 80)


def record(*consents: Consent) -> LikenessRecord:
    return LikenessRecord("하나", consents, date(2026, 11, 20))


@pytest.mark.parametrize("consents", [(HANA,), (DURI,), (HANA, DURI)])
def test_the_add_on_reads_what_the_backend_writes(consents):
    written = record(*consents)
    read = read_likeness({"name": "x", "likeness": written.to_json()})
    assert read is not None
    assert (read.name, read.notice, read.marked) == (written.name, written.notice, written.mark)
    assert record_from_json(json.loads(read.record), "record") == written
    assert parse_likeness(read.record) == read


def test_who_is_nobodys_likeness_has_no_record():
    assert read_likeness({"name": "mina"}) is None
    assert read_likeness({"likeness": None}) is None
    assert read_likeness("mina") is None
    assert parse_likeness("") is None
    assert texts_for(()) == {}


@pytest.mark.parametrize(
    "lies",
    [
        {"mark": False},
        {"mark": 0},
        {"mark": None},
        {"mark": False, "consents": []},
        {"mark": False, "consents": [{"unmarked": "I, A, agree"}, {"unmarked": " "}]},
        {"mark": False, "consents": "I agree"},
    ],
)
def test_only_everybodys_statement_leaves_the_mark_out(lies):
    read = read_likeness({"likeness": {**record(HANA).to_json(), **lies}})
    assert read is not None
    assert read.marked


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(json_values.filter(lambda value: value is not None))
def test_a_damaged_record_keeps_the_mark(value):
    read = read_likeness({"likeness": value})
    assert read is not None
    assert read.marked
    assert "Synthetic likeness" in read.notice


def test_a_damaged_text_keeps_the_mark():
    read = parse_likeness('{"mark": false')
    assert read is not None
    assert read.marked


def test_texts_in_a_png_are_read_by_others(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8), "red").save(path)
    tag_png(path, {"comment": "합성 인물 of 하나", "description": "[]"})
    with Image.open(path) as picture:
        picture.load()
        assert picture.info["Comment"] == "합성 인물 of 하나"
        assert picture.info["Description"] == "[]"
        assert picture.getpixel((4, 4)) == (255, 0, 0)
    with pytest.raises(UserError, match="not a whole PNG"):
        tag_png(Path(__file__), {"comment": "x"})


def video(path: Path, **options: str) -> Path:
    """Three frames."""
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 32
        for shade in (0, 100, 200):
            pixels = np.full((32, 32, 3), shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_texts_in_a_movie_are_read_by_others(tmp_path, suffix):
    path = video(tmp_path / f"a{suffix}")
    tag_movie(path, {"comment": "합성 인물 of 하나", "description": "[1]"})
    tag_movie(path, {"description": "again"})
    with av.open(str(path)) as container:
        assert container.metadata["comment"] == "합성 인물 of 하나"
        assert container.metadata["description"].endswith("again")
        assert "encoder" in container.metadata
        assert len(list(container.decode(video=0))) == 3


def test_a_movie_whose_index_is_elsewhere_is_refused_untouched(tmp_path):
    path = video(tmp_path / "a.mp4", movflags="faststart")
    before = path.read_bytes()
    with pytest.raises(UserError, match="no index at its end"):
        tag_movie(path, {"comment": "x"})
    assert path.read_bytes() == before
    path.write_bytes(b"\0" * 40)
    with pytest.raises(UserError, match="no index at its end"):
        tag_movie(path, {"comment": "x"})


@pytest.mark.parametrize(
    "size", [(1080, 1920), (1920, 1080), (720, 720), (320, 480), (180, 320), (32, 32), (16, 900)]
)
def test_the_mark_lies_in_the_corner_whole(size):
    box = mark_box(size, MARK)
    assert box.left == box.bottom
    assert box.left > 0
    assert box.left + box.width <= size[0]
    assert box.bottom + box.height <= size[1]
    if min(size) >= 320:
        assert box.height >= 16
        assert box.width * box.height < 0.035 * size[0] * size[1]


def test_a_shrunk_picture_has_the_means_of_what_it_covers():
    picture = np.zeros((2, 3, 4), np.float32)
    picture[..., 0] = [[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]]
    picture[..., 3] = 1.0
    small = shrunk(picture, (2, 1))  # each pixel covers one and a half
    np.testing.assert_allclose(small[0, :, 0], [0.25 / 1.5, 1.25 / 1.5], atol=1e-6)
    picture[:, 0] = (9.0, 0.0, 0.0, 0.0)  # what is not there has no colour
    np.testing.assert_allclose(shrunk(picture, (1, 1))[0, 0], [0.75, 0.0, 0.0, 2 / 3], atol=1e-6)


def test_the_mark_covers_and_lets_through_as_its_alpha_says():
    mark = np.zeros((80, 865, 4), np.float32)
    mark[..., :3], mark[..., 3] = 1.0, 0.5
    size = (320, 180)
    box = mark_box(size, MARK)
    inside = np.zeros((180, 320), bool)
    inside[box.bottom : box.bottom + box.height, box.left : box.left + box.width] = True
    opaque = np.zeros((180, 320, 4), np.float32)
    opaque[..., 3] = 1.0
    lay_over(opaque, mark)
    np.testing.assert_allclose(opaque[inside][:, :3], 0.5, atol=1e-6)
    np.testing.assert_allclose(opaque[..., 3], 1.0, atol=1e-6)
    assert (opaque[~inside][:, :3] == 0.0).all()
    clear = np.zeros((180, 320, 4), np.float32)
    lay_over(clear, mark)
    np.testing.assert_allclose(clear[inside] - [1.0, 1.0, 1.0, 0.5], 0.0, atol=1e-6)
    assert (clear[~inside] == 0.0).all()
