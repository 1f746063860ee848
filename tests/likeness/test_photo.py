import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from gesture_core.errors import UserError
from gesture_core.formats.video import write_video
from gesture_core.likeness import photo
from gesture_core.likeness.photo import MAX_SIDE, read_photos, read_picture


def smooth_picture(width: int = 96, height: int = 80) -> Image.Image:
    """Ramps of colour that tell its sides apart and that codecs keep."""
    y, x = np.mgrid[0:height, 0:width]
    ramps = [40 + 160 * x / width, 30 + 180 * y / height, 200 - 120 * x / width]
    return Image.fromarray(np.stack(ramps, axis=-1).astype(np.uint8))


def reason(path: Path) -> str:
    with pytest.raises(UserError) as refused:
        list(read_photos(path))
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
    return str(refused.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".jpg", {"quality": 95}),
        (".png", {}),
        (".webp", {"quality": 95}),
        (".tif", {"compression": "tiff_lzw"}),
        (".bmp", {}),
    ],
)
def test_pictures_of_every_kind_are_read(tmp_path: Path, suffix: str, options: dict):
    path = tmp_path / f"face{suffix}"
    smooth_picture().save(path, **options)
    read = read_picture(path)
    assert (read.name, read.seconds) == (path.name, None)
    assert np.abs(read.rgb.astype(int) - np.asarray(smooth_picture())).mean() < 3


def test_heic_is_read_where_its_library_is(tmp_path: Path):
    heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "face.heic"
    heif.from_pillow(smooth_picture()).save(path, quality=95)
    assert np.abs(read_picture(path).rgb.astype(int) - np.asarray(smooth_picture())).mean() < 3


def test_heic_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photo, "_know_heif", lambda: False)
    path = tmp_path / "face.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert "momjit[likeness]" in reason(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_the_camera_was_held(tmp_path: Path, orientation: int):
    upright = smooth_picture()
    back = Image.Exif()
    back[0x0112] = {6: 8, 8: 6}.get(orientation, orientation)
    stream = io.BytesIO()
    upright.save(stream, "PNG", exif=back)
    turned = ImageOps.exif_transpose(Image.open(stream))
    tag = Image.Exif()
    tag[0x0112] = orientation
    path = tmp_path / "held.png"
    turned.save(path, exif=tag)
    np.testing.assert_array_equal(read_picture(path).rgb, np.asarray(upright))


def test_printers_colours_deep_grey_and_transparency_are_read(tmp_path: Path):
    wanted = np.asarray(smooth_picture()).astype(int)
    smooth_picture().convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    assert np.abs(read_picture(tmp_path / "cmyk.jpg").rgb - wanted).mean() < 4
    deep = np.asarray(smooth_picture().convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "deep.png").rgb[..., 1], deep // 257)
    clear = smooth_picture().convert("RGBA")
    clear.putalpha(0)
    clear.save(tmp_path / "clear.png")
    assert len(np.unique(read_picture(tmp_path / "clear.png").rgb)) == 1


def test_a_broken_colour_profile_leaves_the_colours_alone(tmp_path: Path):
    path = tmp_path / "odd.png"
    smooth_picture().save(path, icc_profile=b"not a profile")
    np.testing.assert_array_equal(read_picture(path).rgb, np.asarray(smooth_picture()))


def test_a_profile_is_followed(tmp_path: Path):
    from PIL import ImageCms

    path = tmp_path / "srgb.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    smooth_picture().save(path, icc_profile=profile)
    read = read_picture(path).rgb.astype(int)
    assert np.abs(read - np.asarray(smooth_picture())).max() <= 1


def test_forty_megapixels_are_reduced(tmp_path: Path):
    path = tmp_path / "large.jpg"
    Image.new("RGB", (8000, 5000), (200, 150, 120)).save(path)
    assert read_picture(path).rgb.shape == (MAX_SIDE * 5 // 8, MAX_SIDE, 3)


def test_what_is_no_picture_says_so(tmp_path: Path):
    (tmp_path / "text.jpg").write_text("not a picture at all")
    (tmp_path / "empty.png").touch()
    Image.new("RGB", (20, 20)).save(tmp_path / "tiny.png")
    frames = [smooth_picture(), smooth_picture().rotate(180)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert "not a picture" in reason(tmp_path / "text.jpg")
    assert reason(tmp_path / "empty.png") == "the file is empty"
    assert "20×20 pixels are too few" in reason(tmp_path / "tiny.png")
    assert "GIF" in reason(tmp_path / "moving.gif")
    assert reason(tmp_path / "nowhere.jpg") == "no such file"
    assert reason(tmp_path) == "a folder; name the pictures in it"


def test_a_bomb_is_refused_by_its_head(tmp_path: Path):
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)))
    )
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    assert "megapixels" in reason(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_pictures_are_read_or_refused_in_one_line(tmp_path: Path, data: st.DataObject):
    stream = io.BytesIO()
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "BMP"]))
    smooth_picture().save(stream, kind)
    content = bytearray(stream.getvalue())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(1, len(content) - 1))]
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "damaged.jpg"
    path.write_bytes(content)
    try:
        [(_, read)] = read_photos(path)
    except UserError as error:
        problem = str(error)
    else:
        problem = ""
        assert read.rgb.dtype == np.uint8
        assert read.rgb.shape[2] == 3
    assert "\n" not in problem


def test_a_video_gives_a_few_frames_a_second(tmp_path: Path):
    path = tmp_path / "talk.mp4"
    frames = [np.full((96, 128, 3), 4 * number, np.uint8) for number in range(60)]
    write_video(path, frames, 30.0)
    read = [one for _, one in read_photos(path)]
    assert [one.seconds for one in read] == pytest.approx(np.arange(8) / 4)
    assert read[3].name == "talk.mp4 at 0.8 s"
    assert read[3].rgb.mean() == pytest.approx(4 * 0.75 * 30, abs=8)


def test_videos_without_pictures_or_of_an_hour_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "talk.mp4").write_bytes(b"\0" * 500)
    assert reason(tmp_path / "talk.mp4")
    write_video(tmp_path / "long.mp4", [np.zeros((96, 96, 3), np.uint8)] * 20, 10.0)
    monkeypatch.setattr(photo, "MAX_SECONDS", 1.0)
    assert "minutes of video" in reason(tmp_path / "long.mp4")
