"""Light fitted to skin of known colour under known lamps, and colours of light."""

import numpy as np
import pytest

from gesture_core.likeness.colour import luminance, picture_to_linear, to_linear, to_srgb
from gesture_core.likeness.lighting import fit_light, harmonics


def face_normals(count: int, seed: int) -> np.ndarray:
    """Directions that a face turns to a camera in front of it."""
    rng = np.random.default_rng(seed)
    normals = rng.normal(size=(count, 3)) * [1, 1, 0.6] + [0, 0, 0.8]
    normals[:, 2] = np.abs(normals[:, 2]) + 0.05
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def lamp(normals: np.ndarray, towards: tuple[float, float, float], ambient: float) -> np.ndarray:
    """Lambert's cosine law with light from everywhere besides: no spherical harmonic in it."""
    direction = np.array(towards) / np.linalg.norm(towards)
    return ambient + (1 - ambient) * np.clip(normals @ direction, 0, None)


def test_srgb_and_linear_are_inverse():
    grey = np.linspace(0, 1, 64)
    np.testing.assert_allclose(to_srgb(to_linear(grey)), grey, atol=1e-5)
    assert to_linear(np.array(0.5)) == pytest.approx(0.21404, abs=1e-5)
    assert luminance(np.ones(3)) == pytest.approx(1)
    assert picture_to_linear(np.array([[[255, 0, 188]]], np.uint8))[0, 0] == pytest.approx(
        [1, 0, 0.50289], abs=1e-4
    )


def test_harmonics_are_orthogonal_over_the_sphere():
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(400_000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    basis = harmonics(normals)
    moments = basis.T @ basis / len(basis)
    scale = np.sqrt(np.diag(moments))
    np.testing.assert_allclose(moments / scale / scale[:, None], np.eye(9), atol=0.01)


@pytest.mark.parametrize("towards", [(0, 0, 1), (1, 0.5, 0.6), (-0.7, 0.7, 0.3)])
def test_takes_a_lamp_off_even_skin(towards: tuple[float, float, float]):
    normals = face_normals(4000, 1)
    falling = lamp(normals, towards, 0.4)
    skin = np.array([0.5, 0.3, 0.22])
    light = fit_light(falling[:, None] * skin, normals, np.ones(len(normals)))
    bare = falling[:, None] * skin / light.at(normals)
    unevenness = np.log(bare).std(axis=0)
    assert unevenness.max() < min(0.09, 0.5 * np.log(falling).std())
    np.testing.assert_allclose(light.skin / light.skin[0], skin / skin[0], rtol=0.01)
    assert light.at(normals).max() < 1.6


def test_hair_and_shine_do_not_pull_the_light():
    rng = np.random.default_rng(3)
    normals = face_normals(4000, 2)
    falling = lamp(normals, (0.8, 0.4, 0.7), 0.4)[:, None] * np.array([0.5, 0.3, 0.22])
    spoilt = falling.copy()
    hair, shine = rng.random(4000) < 0.15, rng.random(4000) < 0.05
    spoilt[hair] = 0.02
    spoilt[shine] = 0.95
    clean = fit_light(falling, normals, np.ones(4000))
    dirty = fit_light(spoilt, normals, np.ones(4000))
    ratio = (dirty.at(normals) * dirty.skin) / (clean.at(normals) * clean.skin)
    assert np.abs(np.log(ratio)).max() < 0.1


def test_coloured_lamp_tints_the_light_and_not_each_side_of_the_skin():
    """Warm light from one side, cold from the other: the skin comes out of one hue."""
    normals = face_normals(4000, 4)
    warm = lamp(normals, (1, 0.3, 0.6), 0.3)[:, None] * np.array([1.0, 0.85, 0.7])
    cold = lamp(normals, (-1, 0.3, 0.6), 0.3)[:, None] * np.array([0.7, 0.85, 1.0])
    seen = 0.5 * (warm + cold) * [0.5, 0.3, 0.22]
    light = fit_light(seen, normals, np.ones(4000))
    before, after = seen[:, 2] / seen[:, 0], (seen / light.at(normals))[:, [2, 0]]
    assert np.log(after[:, 0] / after[:, 1]).std() < 0.5 * np.log(before).std()
