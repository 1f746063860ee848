"""Windows of a training set as a torch data set, read straight from the memory map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from gesture_core.dataset.augment import (
    AugmentConfig,
    Changes,
    cut_out_rows,
    draw_changes,
    mirror_rows,
    resample_rows,
    turn_rows,
)
from gesture_core.dataset.packing import Rows, split_rows
from gesture_core.dataset.span_table import SpanTable, span_table
from gesture_core.dataset.splits import SPLITS
from gesture_core.dataset.store import MotionSet
from gesture_core.dataset.window_filters import WindowFilterConfig, kept_windows, mean_pose
from gesture_core.errors import UserError
from gesture_core.motion import Motion, resample

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ALL = "all"
WORD, GESTURE = KINDS = ("word", "gesture")


@dataclass(frozen=True)
class WindowConfig:
    """Which windows of a set are read and how; the defaults are those of the seed's generator."""

    length: int = 34
    """Frames of a window."""
    stride: int = 10
    """Frames from the start of one window to the start of the next."""
    seed_poses: int = 4
    """Given first frames."""
    fps: float = 15.0
    """Frames a second of the windows; clips are resampled unless it divides their rate."""
    split: str = "train"
    """Speakers to read: train, validation, test or all."""
    minimum_words: int = 0
    """Words that a window must touch."""
    filters: WindowFilterConfig | None = None
    """Leaves out windows that stand still, bend over or are the mean pose, if given."""
    seed: int = 0
    """Of the order and the augmentation."""
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    """How windows are changed."""

    def __post_init__(self) -> None:
        if self.length < 2 or self.stride < 1 or not 0 <= self.seed_poses < self.length:
            raise UserError(
                "windows need a length of 2 frames or more, a stride of 1 or more and fewer seed "
                f"poses than frames, not {self.length}, {self.stride} and {self.seed_poses}"
            )
        if not self.fps > 0.0:
            raise UserError(f"the fps of windows must be positive, not {self.fps}")
        if self.split not in (*SPLITS, ALL):
            raise UserError(f"no split {self.split!r}; choose {', '.join(SPLITS)} or {ALL}")


class WindowBatch(NamedTuple):
    """B windows of T frames; one window has the same fields without the axis B.

    `rotations` (B, T, J, 4) wxyz, `root` (B, T, 3) metres and `expressions` (B, T, 52), float32;
    `given` (B, T): the seed poses; `visible` (B, J): joints not cut out; `word` and `gesture`
    (B, T): the span on each frame, a number in `Windows.tables`, −1 for none; `words` (B, 2):
    the first word that the window touches and the one after its last; `speaker` and `style`
    (B,): numbers in `Windows.speakers` and `.styles`; `clip` (B,): number in the set; `start`
    (B,): seconds in the clip of the first frame; `speed` (B,) and `mirrored` (B,): what the
    augmentation did, for times and hands.
    """

    rotations: Tensor
    root: Tensor
    expressions: Tensor
    given: Tensor
    visible: Tensor
    word: Tensor
    gesture: Tensor
    words: Tensor
    speaker: Tensor
    style: Tensor
    clip: Tensor
    start: Tensor
    speed: Tensor
    mirrored: Tensor


class Windows(Dataset[WindowBatch]):
    """All windows of a split.

    `tables`: the spans of each of `KINDS`, of the split's clips; `speakers` and `styles`: of the
    whole set, so that numbers mean the same in every split. Index `i + e · len` is window i as
    augmented in epoch e; `window_loader` counts epochs so. `UserError` when there is no window.
    """

    def __init__(self, motions: MotionSet, config: WindowConfig) -> None:
        self.motions = motions
        self.config = config
        metas = list(motions.metas())
        self.speakers = tuple(sorted({meta.speaker for meta in metas}))
        self.styles = tuple(sorted({meta.style for meta in metas}))
        numbers = [
            number
            for number, meta in enumerate(metas)
            if config.split == ALL or motions.split_of(meta.speaker) == config.split
        ]
        clips = [metas[number] for number in numbers]
        self.clips: Ints = np.array(numbers, dtype=np.int64)
        self.tables: Mapping[str, SpanTable] = {kind: span_table(clips, kind) for kind in KINDS}
        self._counts: Ints = motions.frames[self.clips]
        self._offsets = np.cumsum(self._counts) - self._counts
        self._on_frame = {
            kind: table.frames(self._counts.tolist(), motions.fps)
            for kind, table in self.tables.items()
        }
        self._speaker = np.array([self.speakers.index(c.speaker) for c in clips], dtype=np.int64)
        self._style = np.array([self.styles.index(c.style) for c in clips], dtype=np.int64)
        self._clip, self._start = self._find_windows()
        if not len(self._clip):
            raise UserError(
                f"{motions.path} has no window of {config.length} frames at {config.fps:g} fps "
                f"with {config.minimum_words} words in the split {config.split!r}"
                f"{' that the filters let pass' if config.filters else ''}; its splits: "
                f"{', '.join(sorted(set(motions.splits.values())))}"
            )

    @property
    def ratio(self) -> float:
        """Frames of the set for one frame of a window."""
        return self.motions.fps / self.config.fps

    @property
    def words(self) -> SpanTable:
        """The words of the split's clips."""
        return self.tables[WORD]

    def __len__(self) -> int:
        return len(self._clip)

    def __iter__(self) -> Iterator[WindowBatch]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> WindowBatch:
        return WindowBatch(*(values[0] for values in self.__getitems__([index])))

    def __getitems__(self, indices: Sequence[int]) -> WindowBatch:
        epochs, windows = np.divmod(np.asarray(indices, dtype=np.int64), len(self))
        if len(epochs) and (epochs.min() < 0 or epochs.min() != epochs.max()):
            raise IndexError("the windows of a batch belong to one epoch, 0 or later")
        return self.batch(windows, int(epochs[0]) if len(epochs) else 0)

    def batch(self, windows: NDArray[np.integer], epoch: int = 0) -> WindowBatch:
        """The windows of these indices as augmented in an epoch."""
        config = self.config
        changes = draw_changes(config.augment, config.seed, epoch, windows)
        clip, start = self._clip[windows], self._start[windows]
        reach = (config.length - 1) * self.ratio
        fastest = (self._counts[clip] - 1 - start) / reach
        speed = np.minimum(changes.speed, fastest)
        positions = np.arange(config.length) * (self.ratio * speed[:, None])
        rows = self._read(clip, start, positions)
        _change(rows, changes)
        frames = np.round(positions).astype(np.int64) + (self._offsets[clip] + start)[:, None]
        rotations, root, face = map(torch.from_numpy, split_rows(rows))
        given = torch.arange(config.length) < config.seed_poses
        return WindowBatch(
            rotations=rotations,
            root=root,
            expressions=face,
            given=given.expand(len(rows), -1),
            visible=torch.from_numpy(~changes.hidden),
            word=torch.from_numpy(self._on_frame[WORD][frames].astype(np.int64)),
            gesture=torch.from_numpy(self._on_frame[GESTURE][frames].astype(np.int64)),
            words=torch.from_numpy(self._touched(clip, start, speed)),
            speaker=torch.from_numpy(self._speaker[clip]),
            style=torch.from_numpy(self._style[clip]),
            clip=torch.from_numpy(self.clips[clip]),
            start=torch.from_numpy(start / self.motions.fps),
            speed=torch.from_numpy(speed),
            mirrored=torch.from_numpy(changes.mirrored),
        )

    def _read(self, clip: Ints, start: Ints, positions: Floats) -> Rows:
        """Rows (B, T, COLUMNS) at `positions` (B, T) frames after the start of each window."""
        step = round(self.ratio)
        augment = self.config.augment
        if step == self.ratio and augment.slowest == augment.fastest == 1.0:
            return self.motions.gather(self.clips[clip], start, self.config.length, step)
        reach = math.ceil(positions.max() - 1e-9) + 1
        positions = np.minimum(positions, reach - 1.0)
        return resample_rows(self.motions.gather(self.clips[clip], start, reach), positions)

    def _find_windows(self) -> tuple[Ints, Ints]:
        """Clip (W,) and first frame (W,) of every window with enough words."""
        config = self.config
        stride = config.stride * self.ratio
        room = self._counts - 1 - (config.length - 1) * self.ratio
        fitting = np.maximum(0, np.floor(room / stride).astype(np.int64) + 1)
        clip = np.repeat(np.arange(len(fitting)), fitting)
        number = np.arange(len(clip)) - np.repeat(np.cumsum(fitting) - fitting, fitting)
        start = np.floor(number * stride).astype(np.int64)
        words = self._touched(clip, start, 1.0)
        kept = words[:, 1] - words[:, 0] >= config.minimum_words
        if config.filters is not None:
            kept &= self._teaching(config.filters, fitting)
        return clip[kept], start[kept]

    def _teaching(self, filters: WindowFilterConfig, fitting: Ints) -> NDArray[np.bool_]:
        """Which windows pass the filters (W,), `fitting` (N,) of each clip; reads every clip."""
        config = self.config

        def motions() -> Iterator[Motion]:
            for number in self.clips:
                motion = self.motions.motion(self.motions.names[number])
                yield resample(motion, config.fps)

        mean = mean_pose(motions())
        found: list[NDArray[np.bool_]] = []
        for motion, count in zip(motions(), fitting.tolist(), strict=True):
            starts = kept_windows(motion, config.length, config.stride, mean, filters)
            found.append(np.isin(np.arange(count) * config.stride, starts))
        return np.concatenate(found) if found else np.zeros(0, dtype=bool)

    def _touched(self, clip: Ints, start: Ints, speed: Floats | float) -> Ints:
        """The words (W, 2) said during windows."""
        seconds = start / self.motions.fps
        return self.words.within(
            clip, seconds, seconds + speed * (self.config.length / self.config.fps)
        )


def _change(rows: Rows, changes: Changes) -> None:
    """Mirror, turn and hide in place what the changes say."""
    if changes.mirrored.any():
        mirror_rows(rows, changes.mirrored)
    if changes.yaw.any():
        turn_rows(rows, changes.yaw)
    if changes.hidden.any():
        cut_out_rows(rows, changes.hidden)


class EpochBatches(Sampler[list[int]]):
    """Batches of window indices: every window once an epoch, in an order of its own.

    Set `epoch` before each pass; the order and the augmentation follow from it and the seed.
    """

    def __init__(self, windows: Windows, size: int, *, shuffle: bool) -> None:
        self._windows = windows
        self._size = size
        self._shuffle = shuffle
        self.epoch = 0

    def __len__(self) -> int:
        return math.ceil(len(self._windows) / self._size)

    def __iter__(self) -> Iterator[list[int]]:
        count = len(self._windows)
        order = np.arange(count)
        if self._shuffle:
            order = np.random.default_rng([self._windows.config.seed, self.epoch]).permutation(
                order
            )
        for start in range(0, count, self._size):
            yield (order[start : start + self._size] + self.epoch * count).tolist()


def window_loader(
    windows: Windows, size: int, *, shuffle: bool = True, workers: int = 0
) -> tuple[DataLoader[WindowBatch], EpochBatches]:
    """A loader of whole batches, and the sampler whose `epoch` the training loop sets."""
    batches = EpochBatches(windows, size, shuffle=shuffle)
    loader = DataLoader(
        windows,
        batch_sampler=batches,
        num_workers=workers,
        collate_fn=_as_it_is,
        persistent_workers=workers > 0,
    )
    return loader, batches


def _as_it_is(batch: Any) -> Any:  # `__getitems__` has collated already
    return batch
