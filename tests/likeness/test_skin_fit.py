"""Skin of known colour, seen by known cameras under known lamps, and what is made of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from gesture_core.avatar.head import EYES
from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.likeness.albedo import Albedo
from gesture_core.likeness.bundle import Shape
from gesture_core.likeness.canvas import head_canvas
from gesture_core.likeness.colour import luminance, to_linear, to_srgb
from gesture_core.likeness.eye_fit import fit_iris_angle
from gesture_core.likeness.face_regions import EYES as LIDS
from gesture_core.likeness.face_regions import IRISES
from gesture_core.likeness.face_view import FaceView
from gesture_core.likeness.filters import fill, sample
from gesture_core.likeness.fit import Fit, FittedView
from gesture_core.likeness.fusion import complete, fuse
from gesture_core.likeness.landmarks import load_landmarks
from gesture_core.likeness.lighting import Light
from gesture_core.likeness.photo import Photo
from gesture_core.likeness.raster import rasterise
from gesture_core.likeness.skin_fit import SkinFit, fit_skin
from gesture_core.likeness.skin_regions import regions
from gesture_core.likeness.tone import believable_tone
from tests.fixtures.photograph_heads import look_at

SIZE, PIXELS = 512, 400
SKIN = to_linear(np.array([0.80, 0.61, 0.51]))
IRIS = np.array([0.33, 0.42, 0.50])
LIPS = np.array([0.85, 0.45, 0.50])  # of the skin's linear colour
LAMPS = {0.0: (0.9, 0.5, 0.7), 35.0: (0.9, 0.5, 0.7), -35.0: (-0.2, 0.8, 0.6)}


@lru_cache(maxsize=1)
def body() -> np.ndarray:
    vertices = shape_vertices({"gender": 0.3, "caucasian": 1.0}, {})
    return vertices - [0, vertices[:13_380, 1].min(), 0]


@lru_cache(maxsize=1)
def truth() -> np.ndarray:
    """Relative albedo (H, W, 3) of a freckled face with brows and red lips."""
    canvas, place = head_canvas(SIZE), regions(SIZE)
    where = canvas.spread(canvas.surface(body()))
    eyes = body()[EYES]
    albedo = np.ones((*canvas.inside.shape, 3))
    spots = np.sin(where[..., 0] * 900) * np.sin(where[..., 1] * 900)
    albedo *= 1 - 0.12 * (spots > 0.7)[..., None]
    for side in (1, -1):
        x, y, z = np.moveaxis(where - eyes[eyes[:, 0] * side > 0].mean(axis=0), -1, 0)
        brow = (
            (np.abs(y - 0.020) < 0.0035) & (x * side > -0.0155) & (x * side < 0.024) & (z > -0.02)
        )
        albedo[brow] = [0.12, 0.09, 0.08]
    return albedo * (1 - place.lips[..., None] * (1 - LIPS))


def photograph(degrees: float, spoil: bool = False) -> FittedView:
    canvas, vertices = head_canvas(SIZE), body()
    surface = canvas.surface(vertices)
    aim = vertices[EYES].mean(axis=0) - [0, 0.02, 0.05]
    turn = np.radians(degrees)
    camera = look_at(aim, aim + 1.1 * np.array([np.sin(turn), 0, np.cos(turn)]), 1000.0, PIXELS)
    drawn = rasterise(camera.project(surface), canvas.triangles, (PIXELS, PIXELS))
    # texture coordinates in the window, so that what is drawn is what the texel holds
    rows, columns = np.mgrid[: canvas.inside.shape[0], : canvas.inside.shape[1]] + 0.5
    at, _ = canvas.gather(np.dstack([columns, rows]), np.ones(canvas.inside.shape))
    albedo = sample(truth(), drawn.spread(canvas.triangles, at))
    normals = drawn.spread(canvas.triangles, canvas.normals(surface))
    lamp = np.array(LAMPS[degrees]) / np.linalg.norm(LAMPS[degrees])
    falling = 0.45 + 0.55 * np.clip(normals @ lamp, 0, None)
    marks = load_landmarks().on(vertices)
    points = camera.project(marks)
    linear = albedo * SKIN * falling[..., None] * drawn.covered[..., None]
    for side in LIDS:
        _paint_eye(linear, points, side)
    rgb = (to_srgb(linear) * 255 + 0.5).astype(np.uint8)
    if spoil:
        rgb[200:330, 130:200] = 20  # a glove over a cheek
    view = FaceView(
        Photo("rendered", rgb),
        rgb,
        np.eye(2, 3),
        points,
        drawn.covered.astype(np.float32),
        1.0,
        np.zeros(3),
    )
    return FittedView(view, camera, np.zeros(52), 0.01)


def _paint_eye(linear: np.ndarray, points: np.ndarray, side: str) -> None:
    opening = fill([points[list(LIDS[side]), :2]], PIXELS) > 0
    centre = points[IRISES[side][0], :2]
    radius = max(np.ptp(points[list(IRISES[side]), :2], axis=0)) / 2
    y, x = np.mgrid[:PIXELS, :PIXELS] + 0.5
    iris = np.hypot(x - centre[0], y - centre[1]) < radius
    linear[opening] = 0.6
    linear[opening & iris] = to_linear(IRIS)


def fit_of(*views: FittedView) -> Fit:
    nothing = Shape(np.zeros(6), np.zeros(0), np.zeros((0, 3)))
    fit = Fit({"gender": 0.3, "caucasian": 1.0}, {}, np.zeros_like(body()), views, nothing)
    np.testing.assert_allclose(fit.vertices(), body(), atol=1e-9)
    return fit


@lru_cache(maxsize=1)
def whole() -> SkinFit:
    return fit_skin(fit_of(*(photograph(degrees) for degrees in LAMPS)), size=SIZE)


def error_map(found: SkinFit) -> tuple[np.ndarray, np.ndarray]:
    """Log error (H, W, 3) of the albedo up to a common factor, and where it is known."""
    canvas, place = head_canvas(SIZE), regions(SIZE)
    window = (canvas.rows, canvas.columns)
    seen = (found.known[window] > 200) & (place.mouth < 0.1) & (place.nostrils < 0.1)
    seen &= (place.lids < 0.1) & (found.skin[window].max(axis=-1) > 0)
    off = np.log(np.maximum(to_linear(found.skin[window] / 255), 1e-3) / SKIN) - np.log(truth())
    return off - np.median(off[seen], axis=0), seen


def test_gives_back_the_albedo_of_a_lit_face():
    off, seen = error_map(whole())
    assert seen.sum() > 8000
    assert np.median(np.abs(off[seen])) < 0.035
    assert np.percentile(np.abs(off[seen]), 90) < 0.20


def test_light_is_gone_from_both_halves():
    """Lamps stood at one side; the halves of the skin differ by little."""
    off, seen = error_map(whole())
    half = np.zeros(seen.shape, dtype=bool)
    half[: len(half) // 2] = True
    left, right = luminance(off[seen & half]).mean(), luminance(off[seen & ~half]).mean()
    assert abs(left - right) < 0.03


def test_the_dark_rim_of_the_eyes_stays():
    """Lashes and the line of the lid are painted around the eyes of one picture."""
    canvas, place = head_canvas(SIZE), regions(SIZE)
    plain, made_up = photograph(0.0), photograph(0.0)
    for side in LIDS:
        outline = made_up.view.landmarks[list(LIDS[side]), :2]
        middle = outline.mean(axis=0)
        rim = fill([middle + 1.7 * (outline - middle)], PIXELS) - fill([outline], PIXELS)
        made_up.view.rgb[rim > 0] //= 3
    window = (canvas.rows, canvas.columns)
    lids = place.lids > 0.5
    before, after = (
        fit_skin(fit_of(view), size=SIZE).skin[window][lids].mean(axis=-1)
        for view in (plain, made_up)
    )
    assert np.mean(after < before - 40) > 0.2


def test_one_picture_is_enough_for_a_whole_skin():
    found = fit_skin(fit_of(photograph(35.0)), size=SIZE)
    off, seen = error_map(found)
    assert np.median(np.abs(off[seen])) < 0.06
    canvas = head_canvas(SIZE)
    known = found.known[canvas.rows, canvas.columns]
    assert abs(int(known[: len(known) // 2].sum()) / int(known.sum()) - 0.5) < 0.05


def test_a_glove_in_one_of_three_views_leaves_no_trace():
    clean = whole()
    spoilt = [photograph(0.0, spoil=True), photograph(35.0), photograph(-35.0)]
    found = fit_skin(fit_of(*spoilt), size=SIZE)
    both = (clean.known > 200) & (found.known > 200)
    apart = np.abs(clean.skin[both].astype(int) - found.skin[both].astype(int)).max(axis=-1)
    assert np.percentile(apart, 98) < 40


def test_colours_of_skin_lips_and_irises():
    found = whole()
    # a lamp from one side leaves open how bright the skin is, but not its hue
    tone = to_linear(np.array(found.tone))
    np.testing.assert_allclose(tone / tone[0], SKIN / SKIN[0], rtol=0.06)
    np.testing.assert_allclose(found.tone, to_srgb(SKIN), atol=0.1)
    lips = to_linear(np.array(found.lips)) / to_linear(np.array(found.tone))
    np.testing.assert_allclose(lips, LIPS, atol=0.12)
    assert found.iris is not None
    assert found.iris[2] > found.iris[1] > found.iris[0]  # blue-grey as it was painted
    assert found.eye is not None
    middle = found.eye[len(found.eye) // 2]
    assert middle[len(middle) // 2].max() < 20 < 150 < middle[0].min()  # pupil; sclera


def test_brows_lie_where_they_were_painted():
    brows = whole().brows
    assert brows.height + 0.6 * brows.arch == pytest.approx(0.020, abs=0.003)
    assert brows.length == pytest.approx(0.040, abs=0.005)
    assert brows.thickness == pytest.approx(0.0025, abs=0.0013)
    assert max(brows.color) < 0.45
    assert brows.shade == 0


def test_texture_is_empty_beyond_the_head():
    found, canvas = whole(), head_canvas(SIZE)
    outside = found.known.copy()
    outside[canvas.rows, canvas.columns] = 0
    assert not outside.any()
    assert found.skin.shape == (SIZE, SIZE, 3)


def test_unseen_skin_takes_its_neighbours_colour_and_fades_to_the_usual():
    canvas = head_canvas(SIZE)
    where = canvas.spread(canvas.surface(body()))
    front = (where[..., 2] > body()[EYES][:, 2].mean() - 0.03) & canvas.inside
    relative = np.full((*front.shape, 3), 0.2, dtype=np.float32)
    light = Light(np.zeros((9, 3)), np.ones(3))
    views = [Albedo(np.where(front[..., None], relative, 9), front.astype(np.float32), light)]
    done = complete(canvas, fuse(canvas, views, [1.0]), body())
    plain = (regions(SIZE).nostrils < 0.01) & (regions(SIZE).mouth < 0.01) & canvas.inside
    assert np.abs(done.relative[front & plain] - 0.2).max() < 0.02
    assert (done.weight[front & plain] > 0.99).all()
    back = (where[..., 2] < body()[EYES][:, 2].mean() - 0.12) & plain
    assert np.abs(done.relative[back]).max() < 0.1
    assert done.weight[back].max() < 0.5


@pytest.mark.parametrize("linear", [(0.5, 0.6, 0.1), (0.001, 0.001, 0.001), (0.2, 0.1, 0.3)])
def test_tone_is_one_that_skin_can_have(linear: tuple[float, float, float]):
    tone = believable_tone(np.array(linear))
    assert tone[0] > tone[1] > tone[2] > 0
    assert 0.019 < luminance(tone) < 0.63


def test_usual_skin_stays_nearly_as_it_looks_and_dark_skin_stays_dark():
    np.testing.assert_allclose(believable_tone(SKIN), SKIN, rtol=0.15)
    dark = to_linear(np.array([0.30, 0.21, 0.17]))
    np.testing.assert_allclose(believable_tone(dark), dark, rtol=0.15)


def test_a_red_and_dim_picture_of_light_skin_is_corrected():
    dim = SKIN * 0.4 * [1.15, 0.95, 0.95]
    off_before, off = np.log(dim / SKIN), np.log(believable_tone(dim) / SKIN)
    assert np.abs(off).max() < 0.65 * np.abs(off_before).max()
    assert np.ptp(off) < 0.75 * np.ptp(off_before)


def test_iris_angle_is_that_of_the_landmarks():
    """A ring of landmarks as wide as 24° on the eyeball is found to be so."""
    seen, eyes = photograph(0.0), body()[EYES].reshape(2, -1, 3)
    points = seen.view.landmarks.copy()
    for centre in eyes.mean(axis=1):
        rim = IRISES["left" if centre[0] > 0 else "right"]
        radius = np.ptp(eyes[0], axis=0)[:2].mean() / 2 * np.sin(np.radians(24))
        ring = centre + radius * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])
        points[list(rim)] = seen.camera.project(ring)
    found = fit_iris_angle(fit_of(replace(seen, view=replace(seen.view, landmarks=points))))
    assert found == pytest.approx(24, abs=0.7)
