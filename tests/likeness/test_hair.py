"""Haircuts and beards: where they grow, what they leave free, and how they are cut."""

import importlib.util
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from gesture_core.avatar.beard import BEARD_NAMES, Beard, beard_area, beard_shade, grow_beard
from gesture_core.avatar.character import CharacterSpec, shape_human
from gesture_core.avatar.hair import LONG_REACH, Hair, grow_hair, grow_strands, scalp_shade
from gesture_core.avatar.hair_styles import STYLE_NAMES, STYLES, StyleName
from gesture_core.avatar.head import EYES, Head, measure_head
from gesture_core.avatar.human import Human
from gesture_core.config import config_from_dict, config_to_dict, load_config
from gesture_core.motion import EXPRESSIONS
from gesture_core.resources import data_path

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)

BOB_BEFORE = (
    (-0.127539, 1.401984, -0.066447),
    (0.123640, 1.625338, 0.144705),
    (-0.010902, 1.472076, 0.018109),
)
TWO_BLOCK_BEFORE = (
    (-0.118373, 1.439698, -0.062428),
    (0.091967, 1.628784, 0.196819),
    (-0.004887, 1.543304, 0.035367),
)
BUN_BEFORE = (
    (-0.075471, 1.443087, -0.095220),
    (0.075667, 1.625695, 0.134741),
    (-0.000229, 1.546298, -0.032663),
)


@lru_cache
def mina() -> Human:
    return shape_human(load_config(CharacterSpec, data_path("avatars/mina.yaml")))


@lru_cache
def head() -> Head:
    return measure_head(mina(), LONG_REACH)


def strands(hair: Hair, count: int = 400) -> np.ndarray:
    style = replace(hair.cut(), strands=count)
    return grow_strands(mina(), head(), style, np.random.default_rng(0))[0]


def lengths(lines: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(lines, axis=1), axis=-1).sum(1)


def test_the_table_holds_every_name_of_a_style() -> None:
    assert set(STYLES) == set(STYLE_NAMES)


@pytest.mark.parametrize("name", STYLE_NAMES)
def test_hair_grows_inside_the_hairline_and_outside_the_head(name: StyleName) -> None:
    style = replace(STYLES[name], strands=400)
    lines, normals = grow_strands(mina(), head(), style, np.random.default_rng(0))
    assert np.isfinite(lines).all()
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1.0, atol=1e-6)
    tied = style.knot is not None
    roots = lines[: style.strands if tied else None, 0]
    on_scalp = style.inside(head(), roots) > -0.004
    assert on_scalp.mean() > (0.45 if tied else 0.99)  # a tail and a knot are rooted in the tie
    depth, _ = head().surface.query(lines[:, 2:].reshape(-1, 3))
    assert np.quantile(depth, 0.01) > -0.002


@pytest.mark.parametrize("name", STYLE_NAMES)
def test_hair_leaves_eyes_and_mouth_free(name: StyleName) -> None:
    points = strands(Hair(name)).reshape(-1, 3)
    eye = mina().vertices[EYES]
    face = (points[:, 2] > eye[:, 2].min()) & (np.abs(points[:, 0]) < eye[:, 0].max() - 0.01)
    below_brows = points[:, 1] < eye[:, 1].mean() + 0.010
    above_chin = points[:, 1] > eye[:, 1].mean() - 0.10
    assert (face & below_brows & above_chin).mean() < 0.002


@pytest.mark.parametrize("name", STYLE_NAMES)
def test_a_head_of_hair_stays_as_light_as_ever(name: StyleName) -> None:
    style = STYLES[name]
    assert 2 * style.strands * (style.segments + 1) <= 125_000  # vertices; the bun has 85 000


def test_the_first_three_styles_are_what_they_were() -> None:
    # corners of the bounding box and the middle as measured before there were others
    before: dict[StyleName, tuple[int, tuple[tuple[float, ...], ...]]] = {
        "bob": (3000, BOB_BEFORE),
        "two_block": (3600, TWO_BLOCK_BEFORE),
        "bun": (3000, BUN_BEFORE),
    }
    for name, (count, (low, high, middle)) in before.items():
        positions = grow_hair(mina(), Hair(name, strands=count)).positions
        np.testing.assert_allclose(positions.min(0), low, atol=1e-6)
        np.testing.assert_allclose(positions.max(0), high, atol=1e-6)
        np.testing.assert_allclose(positions.mean(0), middle, atol=1e-6)


def test_short_hair_follows_the_head_alone_and_long_hair_lies_on_the_chest() -> None:
    rig = mina().rig
    short = grow_hair(mina(), Hair("crop", strands=300)).weights
    assert (short[:, rig.index("head")] == 1).all()
    part = grow_hair(mina(), Hair("long_straight", strands=300))
    np.testing.assert_allclose(part.weights.sum(1), 1.0)
    low = part.positions[:, 1] < rig.head("upperChest")[1]
    assert low.any()
    assert (part.weights[low, rig.index("upperChest")] == 1).all()


def test_a_factor_on_the_length_cuts_the_strands() -> None:
    usual, short = lengths(strands(Hair("crop"))), lengths(strands(Hair("crop", length=0.5)))
    assert short.mean() == pytest.approx(0.5 * usual.mean(), rel=0.15)
    low = strands(Hair("chin"))[..., 1].min(), strands(Hair("chin", length=0.8))[..., 1].min()
    crown = head().eye + head().length
    assert crown - low[1] == pytest.approx(0.8 * (crown - low[0]), rel=0.1)


def test_a_higher_hairline_bares_the_forehead_and_nothing_else() -> None:
    positions = mina().vertices[:13_380]
    usual = scalp_shade(mina(), Hair("crop"), positions)
    bare = scalp_shade(mina(), Hair("crop", hairline=0.1), positions)
    assert (bare <= usual + 1e-9).all()
    changed = usual - bare > 0.5
    assert changed.any()
    assert head().angle(positions[changed]).max() < 60


def test_mirrored_hair_is_parted_on_the_other_side() -> None:
    style, mirrored = Hair("side_part").cut(), Hair("side_part", mirrored=True).cut()
    assert mirrored.parting == -style.parting
    tips = [strands(Hair("side_part", mirrored=side))[:, -1, 0].mean() for side in (False, True)]
    assert tips[0] * tips[1] < 0


def test_hair_survives_the_way_through_a_file() -> None:
    hair = Hair("pixie", (0.3, 0.2, 0.1), 0, 3, 0.8, 1.5, 0.05, True, Hair("afro"), 0.25)
    assert config_from_dict(Hair, config_to_dict(hair), "hair") == hair


def test_nobody_has_a_beard_unless_asked_and_never_on_the_lips() -> None:
    assert not beard_area("none").any()
    assert not beard_shade(mina(), Beard(), 64).any()
    for name in BEARD_NAMES[1:]:
        area = beard_area(name)
        x, y, _ = (mina().vertices[area > 0.5] - mina().vertices[EYES].mean(0)).T
        assert y.max() < -0.01  # below the eyes
        assert abs(x.mean()) < 1e-3  # as much left as right
    both = np.minimum(beard_area("moustache"), beard_area("goatee"))
    np.testing.assert_allclose(both, beard_area("moustache"))


def test_a_beard_moves_with_the_skin_it_grows_from() -> None:
    human = mina()
    part = grow_beard(human, Beard("goatee"))
    assert part.expressions is not None
    np.testing.assert_allclose(part.weights.sum(1), 1.0, atol=1e-6)
    moved = part.expressions[EXPRESSIONS.index("jawOpen")]
    height = part.positions[:, 1] - head().eye
    chin, lip = moved[height < -0.085, 1].mean(), moved[height > -0.055, 1].mean()
    assert chin < 2 * lip < 0  # the jaw takes the chin along, and hardly the upper lip
    skin = human.expressions[EXPRESSIONS.index("jawOpen")][beard_area("goatee") > 0.5]
    assert np.linalg.norm(moved, axis=1).max() <= np.linalg.norm(skin, axis=1).max() + 1e-3
