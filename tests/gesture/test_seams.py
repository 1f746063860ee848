import numpy as np
import pytest

from gesture_core.metrics.seams import seams


def gliding(frames: int = 60) -> np.ndarray:
    """A point (T, 1, 3) on a smooth curve."""
    time = np.arange(frames) / 10.0
    return np.stack([np.sin(time), np.cos(0.7 * time), 0.1 * time], axis=1)[:, None]


def test_a_smooth_curve_has_no_seams():
    found = seams(gliding(), [20, 40], 10.0)
    assert found.jumps.shape == (2,)
    assert found.seamless


def test_a_step_at_a_border_is_measured():
    points = gliding() * 0.0
    points[30:, 0, 1] += 0.2  # velocity is 2 m/s in one frame and 0 around it
    found = seams(points, [30, 45], 10.0)
    np.testing.assert_allclose(found.jumps, [2.0, 0.0])
    assert found.elsewhere == 0.0
    assert not found.seamless


def test_a_step_away_from_the_borders_is_no_seam():
    points = gliding()
    points[30:, 0, 1] += 0.2
    assert seams(points, [15, 45], 10.0).seamless


@pytest.mark.parametrize("border", [0, 1, 59])
def test_borders_need_frames_on_both_sides(border):
    with pytest.raises(ValueError, match="too near the ends"):
        seams(gliding(), [border], 10.0)


def test_borders_everywhere_leave_nothing_to_compare():
    with pytest.raises(ValueError, match="away from the borders"):
        seams(gliding(6), [2, 3, 4], 10.0)
