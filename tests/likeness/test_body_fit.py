"""A body read off a picture, where the answer is known: proportions and colours of clothes."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from gesture_core.likeness.body_fit import FARTHEST, LENGTHS, built_lengths, fit_body
from gesture_core.likeness.body_view import (
    ANKLES,
    ELBOWS,
    EYES,
    HIPS,
    KNEES,
    MOUTH,
    SHOULDERS,
    WRISTS,
    BodyView,
)
from gesture_core.likeness.clothes_fit import fit_clothes
from gesture_core.likeness.photo import Photo

needs_anny = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)
PLACES = {  # pixels, of the left side; the right one is mirrored about x = 200
    EYES: (216, 60),
    MOUTH: (212, 90),
    SHOULDERS: (260, 150),
    ELBOWS: (270, 230),
    WRISTS: (275, 300),
    HIPS: (235, 300),
    KNEES: (235, 420),
    ANKLES: (235, 530),
}


def body_view(points: np.ndarray, rgb: np.ndarray | None = None) -> BodyView:
    height, width = 600, 400
    rgb = np.zeros((height, width, 3), np.uint8) if rgb is None else rgb
    world = np.column_stack([points, np.zeros(33)]) / 300
    return BodyView(Photo("body", rgb, None), points, world, np.ones(33), np.ones((height, width)))


def standing() -> np.ndarray:
    points = np.full((33, 2), 200.0)
    for (left, right), (x, y) in PLACES.items():
        points[left], points[right] = (x, y), (400 - x, y)
    return points


def seen_as(lengths: dict[str, float]) -> BodyView:
    """A figure with limbs of these lengths in metres, 300 pixels each, as MediaPipe sees them."""
    long = {name: 300 * value * LENGTHS[name].bias for name, value in lengths.items()}
    points = np.full((33, 2), 200.0)
    for side, sign in ((0, 1), (1, -1)):
        shoulder = np.array([200 + sign * long["shoulders"] / 2, 100.0])
        hip_x = 200 + sign * long["hips"] / 2
        drop = np.sqrt(long["trunk"] ** 2 - (shoulder[0] - hip_x) ** 2)
        hip = np.array([hip_x, 100 + drop])
        points[SHOULDERS[side]], points[HIPS[side]] = shoulder, hip
        points[ELBOWS[side]] = shoulder + [0, long["upper arms"]]
        points[WRISTS[side]] = shoulder + [0, long["upper arms"] + long["forearms"]]
        points[KNEES[side]] = hip + [0, long["thighs"]]
        points[ANKLES[side]] = hip + [0, long["thighs"] + long["shins"]]
    return body_view(points)


@needs_anny
def test_a_body_as_it_is_built_asks_for_no_change() -> None:
    from gesture_core.avatar.library import load_bundled

    spec = load_bundled("jun")
    body = seen_as(built_lengths(spec.phenotype, spec.changes))
    changes = fit_body(body, spec)
    assert set(changes) == {length.change for length in LENGTHS.values()}
    for name, value in changes.items():
        assert value == pytest.approx(spec.changes.get(name, 0.0), abs=0.02)


@needs_anny
def test_longer_legs_and_broader_shoulders_are_seen_and_believed_in_part() -> None:
    from gesture_core.avatar.library import load_bundled

    spec = load_bundled("mina")
    true = {"upperlegs-height-incr": 0.4, "lowerlegs-height-incr": 0.4, "hip-scale-horiz-incr": 0.3}
    body = seen_as(built_lengths(spec.phenotype, {**spec.changes, **true}))
    changes = fit_body(body, spec)
    for name, value in true.items():
        assert 0.25 * value < changes[name] < value
    larger = {name: 1.4 * x for name, x in built_lengths(spec.phenotype, spec.changes).items()}
    same = fit_body(seen_as(larger), spec)  # a picture has no scale
    assert max(abs(v - spec.changes.get(n, 0.0)) for n, v in same.items()) < 0.02


@needs_anny
def test_a_limb_that_was_not_recognised_is_left_out() -> None:
    from gesture_core.avatar.library import load_bundled

    spec = load_bundled("jun")
    lengths = built_lengths(spec.phenotype, spec.changes)
    crossed = fit_body(seen_as({**lengths, "forearms": 1.5 * lengths["forearms"]}), spec)
    assert "measure-lowerarm-length-incr" not in crossed
    assert all(abs(value) <= FARTHEST for value in crossed.values())


@needs_anny
def test_a_portrait_tells_nothing_of_the_body() -> None:
    from gesture_core.avatar.library import load_bundled

    spec = load_bundled("jun")
    body = seen_as(built_lengths(spec.phenotype, spec.changes))
    seen = np.zeros(33)
    seen[list(SHOULDERS)] = 1.0
    assert fit_body(replace(body, seen=seen), spec) == {}


def coloured(light: tuple[float, float, float]) -> np.ndarray:
    """Face, top and trousers of known sRGB under a light that multiplies linear colours."""
    rgb = np.zeros((600, 400, 3))
    rgb[:120] = (0.80, 0.60, 0.50)
    rgb[120:310] = (0.30, 0.40, 0.60)
    rgb[150:310, 190:200] = (0.9, 0.1, 0.1)  # a tie
    rgb[310:] = (0.25, 0.22, 0.20)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) * light
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * np.clip(srgb, 0, 1)).astype(np.uint8)


@pytest.mark.parametrize("light", [(1.0, 1.0, 1.0), (0.7, 0.6, 0.5), (1.1, 0.9, 0.7)])
def test_colours_of_clothes_come_out_the_same_in_any_light(
    light: tuple[float, float, float],
) -> None:
    top, trousers = fit_clothes(body_view(standing(), coloured(light)), (0.80, 0.60, 0.50))
    assert top == pytest.approx((0.30, 0.40, 0.60), abs=0.02)
    assert trousers == pytest.approx((0.25, 0.22, 0.20), abs=0.02)


def test_clothes_that_do_not_show_have_no_colour() -> None:
    body = body_view(standing(), coloured((1, 1, 1)))
    hidden = body.seen.copy()
    hidden[list(HIPS)] = 0.1
    assert fit_clothes(replace(body, seen=hidden), (0.8, 0.6, 0.5))[1] is None
    nobody = replace(body, person=np.zeros((600, 400)))
    assert fit_clothes(nobody, (0.8, 0.6, 0.5)) == (None, None)
