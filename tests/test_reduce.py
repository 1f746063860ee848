"""Keys that a smooth curve needs: within the error everywhere, few, shared by components."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.core.quaternion import continuous, from_rotvec
from blender_addon.core.reduce import (
    cubic,
    fewest_keys,
    place_distance,
    rotation_distance,
    slopes,
)
from tests.rigs import lively_motion


def curve(values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """What plays between the keys `(T, N)`, at every frame."""
    rates, played = slopes(values), values.copy()
    for channel in range(values.shape[1]):
        frames = np.flatnonzero(keys[:, channel])
        for start, end in zip(frames, frames[1:], strict=False):
            at = np.arange(end - start + 1)[:, None]
            ends = values[start, channel], values[end, channel]
            leave = rates[start, channel], rates[end, channel]
            played[start : end + 1, channel] = cubic(*ends, *leave, at, end - start)
    return played


def test_a_cubic_needs_its_ends_alone():
    time = np.linspace(0.0, 1.0, 201)
    cubic = (time**3 - 0.5 * time)[:, None, None]
    keys = fewest_keys(cubic, place_distance, 1e-3)
    assert np.flatnonzero(keys[:, 0]).tolist() == [0, 200]


def test_a_jump_keeps_the_keys_around_it():
    step = np.zeros((40, 1, 1))
    step[20:] = 1.0
    keys = fewest_keys(step, place_distance, 0.01)
    assert keys[[0, 19, 20, 39], 0].all()
    assert place_distance(curve(step, keys), step).max() <= 0.01


def test_rotations_are_measured_as_the_angle_between_them():
    one = from_rotvec(np.array([0.3, 0.0, 0.0]))
    other = from_rotvec(np.array([0.3, 0.0, 0.0]) + [0.02, 0.0, 0.0])
    assert rotation_distance(one, 7.0 * other) == pytest.approx(0.02, abs=1e-9)


@given(
    seed=st.integers(0, 1000),
    frames=st.integers(1, 120),
    degrees=st.floats(0.05, 10.0),
    roughness=st.floats(0.0, 1.0),
)
@settings(max_examples=60, deadline=None)
def test_no_frame_strays_farther_than_chosen(seed, frames, degrees, roughness):
    rng = np.random.default_rng(seed)
    smooth = np.cumsum(np.cumsum(rng.normal(size=(frames, 4, 3)), axis=0), axis=0) * 0.01
    turns = continuous(from_rotvec(smooth + roughness * rng.normal(size=(frames, 4, 3))))
    keys = fewest_keys(turns, rotation_distance, np.radians(degrees))
    assert keys.shape == (frames, 4)
    assert keys[[0, -1]].all()
    error = rotation_distance(curve(turns, keys), turns)
    assert np.degrees(error.max()) <= degrees + 1e-9


def test_nearly_as_few_keys_as_are_possible():
    """Against the shortest path through all pairs of frames that one cubic may join."""
    turns = continuous(lively_motion(frames=60, seed=3).rotations[:, 10:16])
    rough = np.random.default_rng(0).normal(size=turns.shape) * 0.004
    turns = turns + np.cumsum(rough, axis=0)
    limit = np.radians(1.0)
    keys = fewest_keys(turns, rotation_distance, limit)
    least = sum(_least_keys(turns[:, n : n + 1], limit) for n in range(turns.shape[1]))
    assert least <= keys.sum() <= 1.25 * least


def _least_keys(turns: np.ndarray, limit: float) -> int:
    frames, rates = len(turns), slopes(turns)
    least = np.full(frames, frames)
    least[0] = 1
    for end in range(1, frames):
        for start in range(end):
            at = np.arange(end - start + 1.0)[:, None, None]
            ends = turns[start], turns[end], rates[start], rates[end]
            drawn = cubic(*ends, at, np.array(float(end - start)))
            if rotation_distance(drawn, turns[start : end + 1]).max() <= limit:
                least[end] = min(least[end], least[start] + 1)
    return int(least[-1])
