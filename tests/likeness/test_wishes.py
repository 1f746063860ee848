"""Characters as a user describes them: build, age, colours, and random adults."""

import importlib.util

import numpy as np
import pytest

from gesture_core.avatar.basemesh import BODY, VERTEX_COUNT
from gesture_core.avatar.body import stature, with_build, with_height
from gesture_core.avatar.library import load_bundled
from gesture_core.avatar.looks import Looks
from gesture_core.avatar.phenotype import ORIGINS, shape_vertices
from gesture_core.avatar.population import random_adult
from gesture_core.avatar.rig import humanoid_bones, skin_weights
from gesture_core.avatar.wishes import (
    HAIR_COLOURS,
    SKIN_TONES,
    Wishes,
    age_slider,
    fulfil,
    to_colour,
)
from gesture_core.errors import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)
MINA = load_bundled("mina")


def skull() -> np.ndarray:
    names = list(humanoid_bones())
    return skin_weights()[:, names.index("head")] > 0.995


def fitted() -> Looks:
    offsets = np.random.default_rng(0).normal(0, 1e-3, (VERTEX_COUNT, 3)) * skull()[:, None]
    return Looks(offsets, np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8))


@pytest.mark.parametrize("metres", [1.5, 1.62, 1.9])
@pytest.mark.parametrize("looks", [None, "fitted"])
def test_a_height_is_met_on_the_mesh(metres: float, looks: str | None) -> None:
    spec, worn = with_height(MINA, fitted() if looks else None, metres)
    vertices = shape_vertices(spec.phenotype, spec.changes)
    if worn is not None:
        vertices = vertices + worn.offsets
    assert np.ptp(vertices[BODY, 1]) == pytest.approx(metres, abs=2e-3)
    assert stature(spec, worn) == pytest.approx(metres, abs=2e-3)


@pytest.mark.parametrize("metres", [0.4, 2.5, float("nan")])
def test_no_adult_has_such_a_height(metres: float) -> None:
    with pytest.raises(UserError, match="1.3 to 2.2 m"):
        with_height(MINA, None, metres)


def test_a_fitted_head_stays_while_the_body_changes() -> None:
    looks = fitted()
    before = shape_vertices(MINA.phenotype, MINA.changes) + looks.offsets
    spec, worn = with_build(MINA, looks, {"weight": 0.9, "muscle": 0.2, "height": 0.6})
    assert worn is not None
    after = shape_vertices(spec.phenotype, spec.changes) + worn.offsets
    old, new = (body[skull()] - body[skull()].mean(0) for body in (before, after))
    scale = np.linalg.norm(new) / np.linalg.norm(old)
    assert 1.0 < scale < 1.15
    assert np.abs(new - scale * old).max() < 1e-4
    feet = before[BODY, 1] < before[BODY, 1].min() + 0.5
    np.testing.assert_array_equal(worn.offsets[BODY][feet], 0)
    assert np.abs(after[BODY][feet] - before[BODY][feet]).max() > 0.005


@pytest.mark.parametrize(("years", "slider"), [(25, 2 / 3), (90, 1.0), (57.5, 5 / 6)])
def test_years_become_makehumans_slider(years: float, slider: float) -> None:
    assert age_slider(years) == pytest.approx(slider)


def test_wishes_reach_the_description() -> None:
    wishes = Wishes(
        age=60,
        gender="man",
        origin="asian:0.75,african:0.25",
        weight=0.7,
        skin="tan",
        hair="crop:grey",
        beard="short",
        clothes=("navy", "#102030", "black"),
        changes={"nose-hump-incr": 0.4},
    )
    spec, _ = fulfil(wishes, MINA)
    assert spec.phenotype["gender"] == 0.0
    assert spec.phenotype["caucasian"] == 0.0
    assert spec.phenotype["african"] == 0.25
    assert spec.phenotype["weight"] == 0.7
    assert spec.changes["nose-hump-incr"] == 0.4
    assert spec.skin.tone == SKIN_TONES["tan"]
    assert spec.hair.style == "crop"
    assert spec.hair.color == HAIR_COLOURS["grey"]
    assert spec.beard.style == "short"
    assert spec.beard.color == HAIR_COLOURS["grey"]
    worn = {one.kind: one.color for one in spec.clothes}
    assert worn["top"] == pytest.approx((0, 0, 128 / 255))
    assert worn["trousers"] == pytest.approx((16 / 255, 32 / 255, 48 / 255))
    assert spec.shoes.color == (0, 0, 0)


def test_no_wish_changes_nothing() -> None:
    assert fulfil(Wishes(), MINA) == (MINA, None)


def test_hair_may_change_its_colour_alone() -> None:
    spec, _ = fulfil(Wishes(hair=":blond"), MINA)
    assert spec.hair.style == MINA.hair.style
    assert spec.hair.color == HAIR_COLOURS["blond"]
    assert np.mean(spec.brows.color) < np.mean(spec.hair.color)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        (Wishes(age=9), "18 to 90"),
        (Wishes(gender="robot"), "man, woman"),
        (Wishes(gender="nan"), "between 0 and 1"),
        (Wishes(origin="martian"), "african, asian, caucasian"),
        (Wishes(weight=1.2), "weight lies between"),
        (Wishes(skin="plaid"), "porcelain"),
        (Wishes(hair="mohawk"), "two_block"),
        (Wishes(beard="wizard"), "moustache"),
        (Wishes(clothes=("navy",) * 4), "three colours"),
        (Wishes(changes={"nose-humps": 0.1}), "did you mean"),
    ],
)
def test_impossible_wishes_are_told(wishes: Wishes, message: str) -> None:
    with pytest.raises(UserError, match=message):
        stature(fulfil(wishes, MINA)[0])


def test_a_likeness_keeps_its_own_skin() -> None:
    with pytest.raises(UserError, match="own"):
        fulfil(Wishes(skin="light"), MINA, fitted())


def test_colours_are_names_or_hexadecimal() -> None:
    assert to_colour("#ff0000") == (1, 0, 0)
    assert to_colour("grey", HAIR_COLOURS) == HAIR_COLOURS["grey"]
    with pytest.raises(UserError, match="neither"):
        to_colour("#12345")


def test_random_adults_are_adults_and_the_same_for_a_seed() -> None:
    adults = [random_adult(seed) for seed in range(24)]
    assert random_adult(5) == adults[5]
    assert len({one.description for one in adults}) > 20
    heights = [stature(one) for one in adults]
    assert 1.47 < min(heights)
    assert max(heights) < 1.96
    assert 5 <= sum(one.phenotype["gender"] > 0.5 for one in adults) <= 19
    for one in adults:
        assert age_slider(18) <= one.phenotype["age"] <= 1
        assert sum(one.phenotype[name] for name in ORIGINS) == pytest.approx(1)
        assert 0.1 < min(one.skin.tone) < max(one.skin.tone) < 0.95
        left = {n: v for n, v in one.changes.items() if n.startswith("l-")}
        for name, value in left.items():
            assert one.changes["r-" + name[2:]] == pytest.approx(value, abs=0.05)
