"""Which speakers a model trains on, and which are kept for validation and test.

People who move in the same video stay together, so that no video is ever divided.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gesture_core.errors import UserError

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class SplitConfig:
    """How speakers are divided."""

    validation: tuple[str, ...] = ()
    """Speakers kept for validation; when given, the share does not count."""
    test: tuple[str, ...] = ()
    """Speakers kept for the test; when given, the share does not count."""
    validation_share: float = 0.1
    """Share of the seconds kept for validation."""
    test_share: float = 0.1
    """Share of the seconds kept for the test."""
    seed: int = 0
    """Another number, another choice of speakers."""

    def __post_init__(self) -> None:
        both = sorted({*self.validation} & {*self.test})
        if both:
            raise UserError(f"splits: {', '.join(both)} is named for validation and for test")
        shares = self.validation_share, self.test_share
        if min(shares) < 0.0 or sum(shares) >= 1.0:
            raise UserError(f"splits: shares {shares} must be at least 0 and leave some to train")


def assign_splits(clips: Iterable[tuple[str, str, float]], config: SplitConfig) -> dict[str, str]:
    """The split of every speaker, from `(speaker, video, seconds)` of all clips in any order.

    Speakers who share a video form a group that stays together. Groups are taken in an order
    that depends on the seed and their names alone; one joins a split if it is not longer than
    twice the share and the split comes nearer to its share by it, as a ratio. A split that stays
    empty gets the shortest group, as long as something is left to train; of two speakers one is
    for the test. With one speaker nothing is held out.
    """
    seconds: dict[str, list[float]] = {}
    videos: dict[str, set[str]] = {}
    for speaker, video, length in clips:
        seconds.setdefault(speaker, []).append(length)
        videos.setdefault(video, set()).add(speaker)
    groups = _groups(seconds, videos.values())
    lengths = {  # summed exactly, so that the order of the clips cannot show
        group: math.fsum(length for speaker in group for length in seconds[speaker])
        for group in groups
    }
    chosen = _listed(groups, config)
    wanted = [
        (split, share * math.fsum(lengths.values()))
        for split, listed, share in (
            (TEST, config.test, config.test_share),
            (VALIDATION, config.validation, config.validation_share),
        )
        if share > 0.0 and not listed
    ]
    for number, (split, target) in enumerate(wanted):
        order = sorted(groups, key=lambda group: _draw(group, config.seed))
        free = [group for group in order if group not in chosen]
        others = len(wanted) - number  # the splits still to be filled, training among them
        most = min(len(free) - 1, max(1, len(free) - others))
        chosen |= dict.fromkeys(_held_out(free, lengths, target, most), split)
    return {speaker: chosen.get(group, TRAIN) for group in groups for speaker in group}


def _groups(speakers: Iterable[str], crews: Iterable[set[str]]) -> list[tuple[str, ...]]:
    """Speakers joined by the videos they share, sorted."""
    group_of = {speaker: {speaker} for speaker in speakers}
    for crew in crews:
        joined = set().union(*(group_of[speaker] for speaker in crew))
        group_of |= dict.fromkeys(joined, joined)
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def _listed(groups: Iterable[tuple[str, ...]], config: SplitConfig) -> dict[tuple[str, ...], str]:
    """Groups with a speaker whom the configuration names."""
    chosen: dict[tuple[str, ...], str] = {}
    for group in groups:
        named = {
            split
            for split, speakers in ((VALIDATION, config.validation), (TEST, config.test))
            if {*speakers} & {*group}
        }
        if len(named) > 1:
            raise UserError(
                f"splits: {', '.join(group)} share videos but are named for different splits"
            )
        if named:
            chosen[group] = named.pop()
    return chosen


def _held_out(
    free: list[tuple[str, ...]],
    lengths: Mapping[tuple[str, ...], float],
    target: float,
    most: int,
) -> list[tuple[str, ...]]:
    """At most `most` of the groups, whose lengths come near `target` seconds together."""
    taken: list[tuple[str, ...]] = []
    held = 0.0
    for group in free:
        more = held + lengths[group]
        nearer = lengths[group] <= 2.0 * target and held * more <= target**2
        if nearer and len(taken) < most:
            taken.append(group)
            held = more
    if not taken and most > 0:
        taken.append(min(free, key=lambda group: lengths[group]))
    return taken


def _draw(group: tuple[str, ...], seed: int) -> bytes:
    """A number that depends on nothing but the names and the seed."""
    return hashlib.sha256("\0".join((str(seed), *group)).encode()).digest()
