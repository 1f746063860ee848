"""Hair found in drawn pictures of a head whose haircut is known."""

import importlib.util
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

pytest.importorskip("cv2")

from gesture_core.avatar.basemesh import load_base_mesh
from gesture_core.avatar.hair import LONG_REACH, Hair, grow_strands
from gesture_core.avatar.hair_styles import StyleName
from gesture_core.avatar.head import EYES, measure_head
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import triangulate
from gesture_core.likeness.colour import to_linear
from gesture_core.likeness.face_view import FaceView
from gesture_core.likeness.fit import Fit, FittedView
from gesture_core.likeness.hair_colour import natural_colour
from gesture_core.likeness.hair_fit import FAMILIES, fit_hair
from gesture_core.likeness.hair_mask import SIDE, hair_mask
from gesture_core.likeness.landmarks import load_landmarks
from gesture_core.likeness.lighting import Light
from gesture_core.likeness.photo import Photo
from gesture_core.likeness.raster import rasterise
from tests.fixtures.photograph_heads import look_at

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)
TONE, BACKDROP = (0.82, 0.62, 0.52), (0.35, 0.50, 0.60)
FLAT = Light(np.eye(9)[:, :1].repeat(3, 1), to_linear(np.array(TONE)))  # from all sides alike
PERSON = {"gender": 1.0, "age": 0.7, "muscle": 0.5, "weight": 0.5, "height": 0.5} | {
    "proportions": 0.4,
    "cupsize": 0.5,
    "firmness": 0.5,
    "african": 0.0,
    "asian": 0.5,
    "caucasian": 0.5,
}


@lru_cache
def bare() -> tuple[Fit, Human]:
    from gesture_core.likeness.hair_fit import _human

    fit = Fit(PERSON, {}, np.zeros((19_158, 3)), (), None)  # type: ignore[arg-type]
    return fit, _human(fit)


def draw(hair: Hair | None) -> tuple[Fit, np.ndarray]:
    """A fit with one frontal view of a flatly lit head in this hair, and where its hair is."""
    import cv2

    fit, human = bare()
    vertices, size = fit.vertices(), SIDE
    eye = vertices[EYES].mean(0)
    middle = eye - [0.0, 0.03, 0.0]
    camera = look_at(middle, middle + [0.0, 0.0, 1.6], 3.6 * size, size)
    seen = camera.project(vertices)
    body = rasterise(seen, triangulate(load_base_mesh().faces["body"]), (size, size))
    rgb = np.where(body.covered[..., None], TONE, BACKDROP)
    rgb = rgb + np.random.default_rng(0).normal(0, 0.012, rgb.shape)
    there = np.zeros((size, size), np.uint8)
    if hair is not None:
        lines, _ = grow_strands(
            human, measure_head(human, LONG_REACH), hair.cut(), np.random.default_rng(1)
        )
        at = camera.project(lines)
        pixel = np.clip(at[..., :2].astype(int), 0, size - 1)
        shown = at[..., 2] < body.depth[pixel[..., 1], pixel[..., 0]] + 0.004
        pieces = np.stack([at[:, :-1, :2], at[:, 1:, :2]], axis=2)[shown[:, 1:]]
        cv2.polylines(there, list(np.round(pieces).astype(np.int32)), False, (1,), 2)
        shade = np.random.default_rng(2).uniform(0.8, 1.2, (size, size, 1))
        rgb = np.where(there[..., None] > 0, np.array(hair.color) * shade, rgb)
    picture = (rgb.clip(0, 1) * 255).astype(np.uint8)
    person = (body.covered | (there > 0)).astype(np.float32)
    landmarks = camera.project(load_landmarks().on(vertices))
    view = FaceView(
        Photo("drawn.png", picture, None),
        picture,
        np.eye(2, 3),
        landmarks,
        person,
        1.0,
        np.zeros(3),
    )
    fitted = FittedView(view, camera, np.zeros(52), 0.0)
    return replace(fit, views=(fitted,)), there > 0


@pytest.mark.parametrize("name", ["crop", "bob", "long_straight"])
def test_hair_is_found_where_it_is(name: StyleName) -> None:
    fit, truth = draw(Hair(name, (0.25, 0.16, 0.10)))
    human = bare()[1]
    mask = hair_mask(fit.views[0], fit.vertices(), measure_head(human))
    judged = mask.trust > 0.5
    both, either = (mask.hair & truth & judged).sum(), ((mask.hair | truth) & judged).sum()
    assert both / either > 0.8
    assert not (mask.skin & truth).any()


@pytest.mark.parametrize("name", ["afro", "long_straight"])
def test_the_haircut_of_a_drawing_is_found(name: StyleName) -> None:
    color = (0.40, 0.29, 0.20)
    found = fit_hair(draw(Hair(name, color))[0], TONE, [FLAT])
    assert next(family for family in FAMILIES if name in family).count(found.style) == 1
    np.testing.assert_allclose(found.color, color, atol=0.1)


def test_a_bald_head_gets_no_hair_over_its_face() -> None:
    assert fit_hair(draw(None)[0], TONE, [FLAT]).style == "bald"


def test_white_stays_white_and_a_dye_stays_a_dye() -> None:
    white, green = np.array([0.85, 0.85, 0.83]), np.array([0.15, 0.60, 0.25])
    np.testing.assert_allclose(natural_colour(to_linear(white)), white, atol=0.06)
    np.testing.assert_allclose(natural_colour(to_linear(green)), green, atol=0.06)


def test_a_hazy_brown_is_brown_and_not_grey() -> None:
    hazy = np.array([0.34, 0.34, 0.32])
    r, g, b = natural_colour(to_linear(hazy))
    assert r > 1.1 * g > 1.1 * b
    assert abs(0.21 * r + 0.72 * g + 0.07 * b - 0.34) < 0.06
