"""Windows: the right frames and words, the same every time, with and without workers."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from gesture_core.dataset.augment import AugmentConfig
from gesture_core.dataset.packing import split_rows
from gesture_core.dataset.splits import SplitConfig
from gesture_core.dataset.store import MotionSet, open_set, write_set
from gesture_core.dataset.window_filters import WindowFilterConfig, kept_windows, mean_pose
from gesture_core.dataset.windows import ALL, WindowBatch, WindowConfig, Windows, window_loader
from gesture_core.errors import UserError
from gesture_core.gestures.encode import SIZE, rotations_to_vector
from gesture_core.motion import Span, crop, mirror, resample
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply, quat_normalize
from gesture_core.skeleton import HUMANOID
from tests.data.set_records import make_record, make_records

LIVELY = AugmentConfig(mirror=0.5, yaw=0.6, slowest=0.8, fastest=1.2, cut_out=0.1)


@pytest.fixture(scope="module")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotionSet]:
    """Twelve clips at 30 fps, 120 frames and more; lee is held out for the test."""
    path = tmp_path_factory.mktemp("set") / "set.lmdb"
    splits = SplitConfig(test=("lee",), validation=("park",))
    write_set(path, make_records(12, 120, 30.0), {"fps": 30.0, "config": {}}, splits=splits)
    with open_set(path) as opened:
        yield opened


def equal(one: WindowBatch, other: WindowBatch) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_windows_hold_the_frames_of_their_clip(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, fps=15.0, length=34, stride=10))
    batch = windows.batch(np.arange(len(windows)))
    assert batch.rotations.shape == (len(windows), 34, len(HUMANOID), 4)
    assert batch.rotations.dtype == torch.float32
    for window in range(len(windows)):
        name = motions.names[int(batch.clip[window])]
        first = round(float(batch.start[window]) * 30)
        rotations, root, face = split_rows(motions.rows(name, first, first + 67)[::2])
        np.testing.assert_array_equal(batch.rotations[window], rotations)
        np.testing.assert_array_equal(batch.root[window], root)
        np.testing.assert_array_equal(batch.expressions[window], face)


@pytest.mark.parametrize(("fps", "step"), [(30.0, 1.0), (15.0, 2.0), (25.0, 1.2), (12.0, 2.5)])
def test_every_window_that_fits_is_there(motions: MotionSet, fps: float, step: float):
    config = WindowConfig(split=ALL, fps=fps, length=20, stride=7)
    windows = Windows(motions, config)
    batch = windows.batch(np.arange(len(windows)))
    for clip in range(len(motions)):
        own = (batch.clip == clip).numpy()
        starts = np.round(batch.start.numpy()[own] * 30).astype(int)
        last = motions.frames[clip] - 1 - 19 * step
        expected = [int(n * 7 * step) for n in range(100) if n * 7 * step <= last + 1e-9]
        assert starts.tolist() == expected


def test_seed_poses_are_marked(motions: MotionSet):
    batch = Windows(motions, WindowConfig(seed_poses=5)).batch(np.arange(3))
    assert batch.given.shape == (3, 34)
    assert batch.given.sum(dim=1).tolist() == [5, 5, 5]
    assert batch.given[:, :5].all()


def test_other_rates_are_resampled(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, fps=25.0, length=30))
    batch = windows.batch(np.arange(0, len(windows), 5))
    for window in range(len(batch.clip)):
        motion = motions.motion(motions.names[int(batch.clip[window])])
        first = round(float(batch.start[window]) * 30)
        slow = resample(crop(motion, first, motion.frames), 25.0, 30)
        mine = quat_normalize(batch.rotations[window].numpy())
        assert quat_angle(quat_multiply(quat_inverse(slow.rotations), mine)).max() < 1e-5
        np.testing.assert_allclose(batch.root[window], slow.root, atol=1e-6)


def test_splits_and_the_numbers_of_people_and_styles(motions: MotionSet):
    by_split = {split: Windows(motions, WindowConfig(split=split)) for split in ("train", "test")}
    assert by_split["train"].speakers == by_split["test"].speakers == ("kim", "lee", "park")
    assert by_split["test"].styles == ("", "calm")
    for split, speaker in (("train", "kim"), ("test", "lee")):
        windows = by_split[split]
        batch = windows.batch(np.arange(len(windows)))
        assert {windows.speakers[n] for n in batch.speaker.tolist()} == {speaker}
        metas = [motions.meta(motions.names[n]) for n in batch.clip.tolist()]
        assert [windows.styles[n] for n in batch.style.tolist()] == [meta.style for meta in metas]


def test_words_of_a_window_are_those_said_then(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL))
    batch = windows.batch(np.arange(len(windows)))
    for window in range(len(windows)):
        meta = motions.meta(motions.names[int(batch.clip[window])])
        start = float(batch.start[window])
        said = [w.text for w in meta.words if w.start < start + 34 / 15 and w.end > start]
        first, stop = batch.words[window].tolist()
        assert [windows.words.text(n) for n in range(first, stop)] == said
        for frame, number in enumerate(batch.word[window].tolist()):
            time = start + frame / 15
            within = [w for w in meta.words if w.start - 1e-9 <= time + 1 / 60 and time < w.end]
            if number >= 0:
                assert windows.words.text(number) in {word.text for word in within}
                assert windows.words.starts[number] <= time + 1 / 60


def test_gestures_are_numbered_like_words(tmp_path: Path):
    record = make_record(frames=60)
    gesture = Span("gesture", "shrug", 1.0, 2.0, "kim/Shrug")
    spans = (*record.motion.spans, gesture)
    record = replace(record, motion=replace(record.motion, spans=spans))
    write_set(tmp_path / "set.lmdb", [record], {"fps": 15.0, "config": {}})
    with open_set(tmp_path / "set.lmdb") as motions:
        windows = Windows(motions, WindowConfig(length=60))
        on_frame = windows[0].gesture
        assert (on_frame[15:30] == 0).all()
        assert (on_frame[:15] == -1).all()
        assert (on_frame[30:] == -1).all()
        assert windows.tables["gesture"].text(0) == "shrug"


def test_windows_with_few_words_are_left_out(motions: MotionSet):
    every = Windows(motions, WindowConfig(split=ALL))
    wordy = Windows(motions, WindowConfig(split=ALL, minimum_words=5))
    counts = np.diff(every.batch(np.arange(len(every))).words.numpy(), axis=1)[:, 0]
    assert 0 < len(wordy) < len(every)
    assert len(wordy) == (counts >= 5).sum()


# ── augmentation ──────────────────────────────────────────────────────────────────────────────


def test_augmentation_is_the_same_for_seed_epoch_and_index(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, augment=LIVELY, seed=4))
    indices = np.arange(len(windows))
    batch = windows.batch(indices, epoch=2)
    shuffled = np.random.default_rng(0).permutation(indices)
    other = windows.batch(shuffled, epoch=2)
    order = torch.from_numpy(shuffled)
    for field, mine, its in zip(batch._fields, batch, other, strict=True):
        np.testing.assert_allclose(mine[order], its, atol=1e-6, err_msg=field)
    for change in (windows.batch(indices, epoch=3), _seeded(windows, 5).batch(indices, epoch=2)):
        assert not torch.equal(batch.speed, change.speed)
        assert not torch.equal(batch.mirrored, change.mirrored)


def _seeded(windows: Windows, seed: int) -> Windows:
    return Windows(windows.motions, replace(windows.config, seed=seed))


def test_mirrored_windows(motions: MotionSet):
    plain = Windows(motions, WindowConfig(split=ALL, fps=30.0, length=40))
    windows = Windows(motions, replace(plain.config, augment=AugmentConfig(mirror=1.0)))
    batch = windows.batch(np.arange(4))
    assert batch.mirrored.all()
    for window in range(4):
        motion = motions.motion(motions.names[int(batch.clip[window])])
        first = round(float(batch.start[window]) * 30)
        seen = mirror(crop(motion, first, first + 40))
        np.testing.assert_array_equal(batch.rotations[window], seen.rotations.astype(np.float32))
        np.testing.assert_array_equal(batch.root[window], seen.root.astype(np.float32))


def test_speed_moves_words_and_frames_together(tmp_path: Path):
    """A clip whose root tells its frame: what is read at a moment must be what is said then."""
    record = make_record(frames=200)
    root = np.zeros((200, 3))
    root[:, 0] = np.arange(200)
    word = Span("word", "말", 4.0, 8.0)
    motion = replace(record.motion, root=root, spans=(word,))
    write_set(tmp_path / "set.lmdb", [replace(record, motion=motion)], {"fps": 15.0, "config": {}})
    with open_set(tmp_path / "set.lmdb") as motions:
        augment = AugmentConfig(slowest=0.5, fastest=2.0)
        windows = Windows(motions, WindowConfig(length=60, stride=5, augment=augment))
        batch = windows.batch(np.arange(len(windows)))
    frame = batch.root[..., 0].numpy()
    start, speed = batch.start.numpy()[:, None] * 15, batch.speed.numpy()[:, None]
    np.testing.assert_allclose(frame, start + np.arange(60) * speed, atol=1e-3)
    assert frame.max() <= 199.0
    assert speed.min() < 0.6
    assert speed.max() > 1.6
    surely = np.abs(frame - 60) > 0.51, np.abs(frame - 120) > 0.51
    expected = (frame > 60) & (frame < 120)
    assert ((batch.word.numpy() == 0) == expected)[surely[0] & surely[1]].all()
    touched = np.diff(batch.words.numpy(), axis=1)[:, 0] == 1
    ends = start + 60 * speed
    np.testing.assert_array_equal(touched, ((start < 120) & (ends > 60))[:, 0])


def test_hidden_joints_are_not_visible(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, augment=AugmentConfig(cut_out=0.2)))
    batch = windows.batch(np.arange(len(windows)))
    assert 0.7 < batch.visible.float().mean() < 0.9
    resting = torch.tensor([1.0, 0.0, 0.0, 0.0])
    at_rest = (batch.rotations == resting).all(dim=-1).all(dim=1)
    assert torch.equal(at_rest, ~batch.visible)


# ── as a data set for torch ───────────────────────────────────────────────────────────────────


def test_one_window_is_a_row_of_the_batch(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, augment=LIVELY))
    batch = windows.batch(np.arange(len(windows)), epoch=1)
    for index in (0, 3, len(windows) - 1):
        one = windows[index + len(windows)]
        for mine, its in zip(one, batch, strict=True):
            np.testing.assert_allclose(mine, its[index], atol=1e-6)
    assert len(list(windows)) == len(windows)
    with pytest.raises(IndexError):
        windows[-1]


def test_the_default_loader_of_torch_can_read_them(motions: MotionSet):
    """Without our collation torch stacks single windows."""
    windows = Windows(motions, WindowConfig(split=ALL))
    stacked = next(iter(DataLoader([windows[n] for n in range(3)], batch_size=3)))  # type: ignore[arg-type]
    assert equal(stacked, windows.batch(np.arange(3)))


def test_every_window_comes_once_an_epoch_in_another_order(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, seed=1))
    loader, batches = window_loader(windows, 5)
    orders = []
    for epoch in (0, 1, 0):
        batches.epoch = epoch
        seen = [(int(c), float(s)) for b in loader for c, s in zip(b.clip, b.start, strict=True)]
        assert len(set(seen)) == len(seen) == len(windows)
        orders.append(seen)
    assert orders[0] == orders[2] != orders[1]
    assert len(loader) == len(list(loader))


def test_an_unshuffled_loader_keeps_the_order(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL))
    loader, _ = window_loader(windows, 7, shuffle=False)
    clips = torch.cat([batch.clip for batch in loader])
    assert torch.equal(clips, windows.batch(np.arange(len(windows))).clip)


def test_two_workers_read_the_same_as_none(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, augment=LIVELY))
    alone, batches = window_loader(windows, 16)
    loader, shared = window_loader(windows, 16, workers=2)
    for epoch in (0, 1):
        batches.epoch = shared.epoch = epoch
        pairs = zip(alone, loader, strict=True)
        assert all([equal(one, other) for one, other in pairs])


def test_windows_can_be_sent_to_another_process(motions: MotionSet):
    windows = Windows(motions, WindowConfig(split=ALL, augment=LIVELY))
    again = pickle.loads(pickle.dumps(windows))
    assert again.motions is not motions
    assert equal(again.batch(np.arange(9), 1), windows.batch(np.arange(9), 1))


# ── what is wrong is told ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"length": 1}, "a length of 2"),
        ({"stride": 0}, "a stride of 1"),
        ({"seed_poses": 34}, "fewer seed poses"),
        ({"fps": 0.0}, "fps of windows must be positive"),
        ({"split": "dev"}, "no split 'dev'; choose train, validation, test or all"),
    ],
)
def test_wrong_settings(values: dict[str, object], message: str):
    with pytest.raises(UserError, match=message):
        WindowConfig(**values)  # type: ignore[arg-type]


def test_no_window_at_all(motions: MotionSet):
    with pytest.raises(UserError, match="no window of 900 frames .* 'train'; its splits: test, "):
        Windows(motions, WindowConfig(length=900))


def test_the_generator_can_be_fed(motions: MotionSet):
    """What the gesture model takes at present: pose vectors at 15 fps."""
    batch = Windows(motions, WindowConfig()).batch(np.arange(3))
    rest = np.tile([1.0, 0.0, 0.0, 0.0], (len(HUMANOID), 1))
    vectors = [rotations_to_vector(window.numpy(), rest) for window in batch.rotations]
    assert np.stack(vectors).shape == (3, 34, SIZE)
    assert np.isfinite(vectors).all()


def test_windows_that_teach_nothing_are_left_out(tmp_path: Path):
    lively, still = make_record("a.mp4#1", "kim", 120), make_record("b.mp4#1", "lee", 120, seed=1)
    posed = np.tile(still.motion.rotations[:1], (120, 1, 1))
    still = replace(still, motion=replace(still.motion, rotations=posed))
    write_set(tmp_path / "set.lmdb", [lively, still], {"fps": 15.0, "config": {}})
    filters = WindowFilterConfig(max_spine_degrees=180.0, max_mean_spine_degrees=180.0)
    with open_set(tmp_path / "set.lmdb") as opened:
        everything = Windows(opened, WindowConfig(split=ALL))
        windows = Windows(opened, WindowConfig(split=ALL, filters=filters))
        batch = windows.batch(np.arange(len(windows)))
        clips = [opened.motion(name) for name in opened.names]
    mean = mean_pose(clips)
    expected = kept_windows(clips[0], 34, 10, mean, filters) / 15.0
    assert len(expected) > 3
    assert batch.clip.tolist() == [0] * len(expected)
    assert batch.start.tolist() == pytest.approx(expected.tolist())
    assert len(everything) > len(windows)
