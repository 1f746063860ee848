"""Strips and films of a morph, with plain pictures in the place of Blender's."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gesture_core import morph_film
from gesture_core.errors import UserError
from gesture_core.formats.video import read_frames
from gesture_core.likeness.morph import Sitter
from gesture_core.morph_film import film_morph

NOTICE = "Synthetic likeness (AI 합성 인물) of two people"


@pytest.fixture(autouse=True)
def _plain_pictures(monkeypatch: pytest.MonkeyPatch):
    shares: list[float] = []

    def build(one: object, other: object, at: float, *_: object, **__: object) -> None:
        shares.append(at)

    def render(clip: Path, outputs: list[Path], *_: object, **__: object) -> tuple[str, ...]:
        info = PngInfo()
        info.add_itxt("Comment", NOTICE)
        shade = round(200 * shares[-1])
        Image.new("RGB", (64, 64), (shade,) * 3).save(outputs[0], pnginfo=info)
        return ()

    monkeypatch.setattr(morph_film, "build_between", build)
    monkeypatch.setattr(morph_film, "render_clip", render)
    monkeypatch.setattr(morph_film, "check_blender", lambda: None)


@pytest.fixture
def sitter() -> Sitter:
    from gesture_core.avatar.library import load_bundled

    return Sitter(load_bundled("mina"))


def test_a_strip_goes_from_one_to_the_other_and_says_what_it_is(tmp_path: Path, sitter: Sitter):
    path = tmp_path / "strip.png"
    film_morph(sitter, sitter, path, 5, size=64)
    with Image.open(path) as strip:
        strip.load()
        assert strip.size == (5 * 64, 64)
        assert [strip.getpixel((32 + 64 * n, 32)) for n in range(5)] == [
            (50 * n,) * 3 for n in range(5)
        ]
        assert strip.info["Comment"] == NOTICE


def test_a_film_carries_the_disclosure(tmp_path: Path, sitter: Sitter):
    av = pytest.importorskip("av")
    path = tmp_path / "morph.mp4"
    film_morph(sitter, sitter, path, 6, size=64)
    means = [float(np.mean(picture)) for _, picture in read_frames(path)]
    assert len(means) == 6
    assert means == sorted(means)
    with av.open(str(path)) as container:
        assert container.metadata["comment"] == NOTICE


def test_what_cannot_be_filmed_says_so(tmp_path: Path, sitter: Sitter):
    with pytest.raises(UserError, match="1 steps"):
        film_morph(sitter, sitter, tmp_path / "strip.png", 1)
    with pytest.raises(UserError, match=r"\.png, \.mp4"):
        film_morph(sitter, sitter, tmp_path / "strip.jpg", 3)
