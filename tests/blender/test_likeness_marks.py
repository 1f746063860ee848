"""Pictures, videos and scenes of a likeness say what they are, unless its owner waived the mark."""

from __future__ import annotations

import json
import struct
from datetime import date
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from gesture_core.likeness.consent import Consent, LikenessRecord, likeness_in

HANA = Consent("김하나", date(2026, 1, 5), "강의 영상")
WAIVED = Consent("김하나", date(2026, 1, 5), "강의 영상", "나 김하나는 표시를 원하지 않습니다")
MADE = date(2026, 11, 20)
SUFFIXES = ("mp4", "mov", "webm", "png", "blend", "glb", "fbx")


def with_record(source: Path, path: Path, record: LikenessRecord) -> Path:
    """A copy of a .glb whose character carries the record."""
    content = source.read_bytes()
    (length,) = struct.unpack_from("<I", content, 12)
    tree = json.loads(content[20 : 20 + length])
    skinned = {child for skin in tree["skins"] for child in skin["joints"]}
    owner = next(
        node
        for number, node in enumerate(tree["nodes"])
        if number not in skinned and skinned & set(node.get("children", ()))
    )
    owner["extras"] = {"momjit": {"name": record.name, "likeness": record.to_json()}}
    text = json.dumps(tree, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    rest = content[20 + length :]
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON")
    path.write_bytes(head + text + rest)
    return path


@pytest.fixture(scope="module")
def likeness(puppet, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("likeness") / "hana.glb"
    return with_record(puppet, path, LikenessRecord("하나", (HANA,), MADE))


@pytest.fixture(scope="module")
def made(add_on_cli, spoken_clip, likeness, tmp_path_factory) -> Path:
    """Every kind of output of one small run with a marked likeness."""
    folder = tmp_path_factory.mktemp("marked")
    outputs = [folder / f"out.{suffix}" for suffix in SUFFIXES]
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", likeness, "--size", "320x180", "--frames", "1:3",
        *(part for output in [*outputs, folder / "pictures"] for part in ("-o", output)),
    )  # fmt: skip
    assert status == 0, messages
    return folder


def first_frame(path: Path) -> np.ndarray:
    """Picture `(H, W, 3)` of a video or a PNG."""
    if path.suffix == ".png":
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def has_mark(pixels: np.ndarray) -> bool:
    """Whether white letters stand on a dark ground in the lower left corner, and only there."""
    corner, opposite = pixels[-23:-9, 12:170], pixels[-23:-9, -60:]
    letters = (corner.min(axis=-1) > 200).mean()
    assert (opposite.min(axis=-1) > 235).mean() < 0.02
    return bool(0.02 < letters < 0.5 and (corner.max(axis=-1) < 120).mean() > 0.2)


@pytest.mark.parametrize(
    "name", ["out.mp4", "out.mov", "out.webm", "out.png", "pictures/00002.png"]
)
def test_every_picture_of_a_likeness_is_marked(made, name):
    assert has_mark(first_frame(made / name))


@pytest.mark.parametrize("name", ["out.png", "pictures/00002.png"])
def test_pictures_tell_whose_likeness_they_show(made, name):
    with Image.open(made / name) as picture:
        picture.load()
        told: dict[Any, Any] = picture.info
    assert "Synthetic likeness" in told["Comment"]
    assert "김하나, 2026-01-05, 강의 영상" in told["Comment"]
    records = json.loads(told["Description"].partition(": ")[2])
    read = likeness_in({"likeness": records[0]}, name)
    assert read == LikenessRecord("하나", (HANA,), MADE)


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.webm"])
def test_videos_tell_whose_likeness_they_show(made, name):
    with av.open(str(made / name)) as container:
        told = {key.lower(): text for key, text in container.metadata.items()}
    comment = told["note" if name.endswith("webm") else "comment"]
    assert "Synthetic likeness" in comment
    assert "김하나, 2026-01-05, 강의 영상" in comment
    if not name.endswith("webm"):
        assert '"who": "김하나"' in told["description"]


@pytest.mark.parametrize("suffix", ["blend", "glb", "fbx"])
def test_scenes_hand_the_record_on(made, blender, suffix):
    found = blender("likeness_session.py", "read", made / f"out.{suffix}")
    assert found == [["하나", True, LikenessRecord("하나", (HANA,), MADE).notice]]


def test_the_glb_states_it_where_gltf_has_a_place_for_it(made):
    content = (made / "out.glb").read_bytes()
    tree = json.loads(content[20 : 20 + struct.unpack_from("<I", content, 12)[0]])
    assert "김하나, 2026-01-05, 강의 영상" in tree["asset"]["copyright"]


def test_only_the_owner_leaves_the_mark_out(add_on_cli, spoken_clip, puppet, tmp_path):
    waived = LikenessRecord("하나", (WAIVED,), MADE)
    avatar = with_record(puppet, tmp_path / "waived.glb", waived)
    path = tmp_path / "plain.png"
    add_on_cli("render", spoken_clip, "--avatar", avatar, "--size", "320x180", "-o", path)
    assert not has_mark(first_frame(path))
    with Image.open(path) as picture:
        picture.load()
        assert "Synthetic likeness" in picture.info["Comment"]


def test_nobodys_likeness_is_neither_marked_nor_told_of(add_on_cli, spoken_clip, puppet, tmp_path):
    path = tmp_path / "plain.png"
    add_on_cli("render", spoken_clip, "--avatar", puppet, "--size", "320x180", "-o", path)
    assert not has_mark(first_frame(path))
    with Image.open(path) as picture:
        picture.load()
        assert "Comment" not in picture.info


@pytest.mark.parametrize("engine", ["workbench", "cycles"])
def test_blenders_own_render_is_stamped_and_the_scene_gets_its_settings_back(
    blender, likeness, tmp_path, engine
):
    told = blender("likeness_session.py", "render", likeness, tmp_path / "own.png", engine)
    assert told["after"] == told["before"]
    assert told["during"] == "AI 합성 인물 · synthetic likeness: 하나"
    stamped, plain = (first_frame(tmp_path / name) for name in ("own.png", "own-plain.png"))
    differs = np.abs(stamped.astype(int) - plain).max(axis=-1) > 60
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    assert rows[-1] < 30
    assert columns[-1] - columns[0] > 100
