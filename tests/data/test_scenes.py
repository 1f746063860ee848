"""Scenes: real cuts and fades at known times in videos written here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.dataset import scenes
from gesture_core.dataset.scenes import SceneConfig, find_scenes
from gesture_core.errors import UserError
from gesture_core.formats.video import read_frames

av = pytest.importorskip("av")
pytest.importorskip("scenedetect")

FPS = 25


def shot(seed: int, frames: int, first: int = 0) -> list[np.ndarray]:
    """A coloured pattern that drifts by a pixel a frame, as a slow pan does."""
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8, 3))
    picture = np.kron(blocks, np.ones((20, 20, 1))).astype(np.uint8)
    return [np.roll(picture, first + number, axis=1) for number in range(frames)]


def write(path: Path, pictures: list[np.ndarray]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cuts(path: Path, config: SceneConfig | None = None) -> list[float]:
    found = find_scenes(path, config)
    assert found[0].start == 0.0
    assert all(a.end == b.start for a, b in zip(found, found[1:], strict=False))
    return [scene.start for scene in found[1:]]


@pytest.fixture(scope="module")
def three_shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenes") / "three.mp4"
    return write(path, shot(0, 40) + shot(1, 30) + shot(2, 35))


@pytest.mark.parametrize("detector", ["adaptive", "content"])
def test_hard_cuts_are_found_at_their_frames(three_shots: Path, detector: str) -> None:
    config = SceneConfig(detector=detector)  # type: ignore[arg-type]
    assert cuts(three_shots, config) == pytest.approx([1.6, 2.8])
    assert find_scenes(three_shots)[-1].end == pytest.approx(4.2)
    assert find_scenes(three_shots, config) == find_scenes(three_shots, config)


def test_cuts_that_would_leave_too_short_a_scene_are_one(three_shots: Path) -> None:
    assert cuts(three_shots, SceneConfig(min_seconds=1.3)) == pytest.approx([1.6])
    assert cuts(three_shots, SceneConfig(min_seconds=1.5)) == pytest.approx([1.6])
    assert cuts(three_shots, SceneConfig(min_seconds=1.7)) == []


def test_one_shot_is_one_scene(tmp_path: Path) -> None:
    (scene,) = find_scenes(write(tmp_path / "one.mp4", shot(0, 30)))
    assert scene == pytest.approx((0.0, 1.2))


def test_a_fade_through_black_is_cut_in_its_middle(tmp_path: Path) -> None:
    light = np.concatenate([np.ones(30), np.linspace(1, 0, 20), np.linspace(0, 1, 20), np.ones(30)])
    pictures = shot(0, 50) + shot(3, 50)
    faded = [
        (picture * share).astype(np.uint8) for picture, share in zip(pictures, light, strict=True)
    ]
    path = write(tmp_path / "fade.mp4", faded)
    assert cuts(path) == pytest.approx([2.0], abs=0.13)
    assert cuts(path, SceneConfig(fade_threshold=0)) == []


def test_what_is_no_video_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"no video at all" * 100)
    with pytest.raises(UserError, match="talk.mp4"):
        find_scenes(path)


def test_damage_ends_a_scene_and_leaves_the_rest_to_be_reported(
    three_shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(path: Path, **options):
        for number, (time, picture) in enumerate(read_frames(path, **options)):
            if number == 100:
                raise UserError("the pictures after 3.96 s are damaged")
            yield time, picture

    monkeypatch.setattr(scenes, "read_frames", damaged)
    # 0.2 s are less than `min_seconds`, but the damage must not cost the scene before it.
    assert cuts(three_shots) == pytest.approx([1.6, 2.8, 4.0])


def test_the_real_signers_are_one_scene_each(shared_data) -> None:
    videos = sorted(shared_data("video").rglob("*.mkv"))[:3]
    assert len(videos) == 3
    for video in videos:
        assert len(find_scenes(video)) == 1
