from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
import pytest

from gesture_core.avatar.basemesh import VERTEX_COUNT
from gesture_core.avatar.character import rest_expression, shape_human
from gesture_core.avatar.face import paint_eye
from gesture_core.avatar.hair_blend import NEAR, blend_strands, resample
from gesture_core.avatar.head import measure_head
from gesture_core.avatar.human import build_human
from gesture_core.avatar.library import load_bundled
from gesture_core.avatar.lips import MOST
from gesture_core.avatar.looks import Looks
from gesture_core.errors import UserError
from gesture_core.likeness.consent import Consent, LikenessRecord
from gesture_core.likeness.morph import Sitter, between, blend

TODAY = date.today()


@lru_cache
def looks_of(seed: int, known: int, size: int = 8) -> Looks:
    rng = np.random.default_rng(seed)
    offsets = 0.002 * rng.normal(size=(VERTEX_COUNT, 3))
    skin = np.full((size, size, 3), 60 * seed, np.uint8)
    return Looks(offsets, skin, np.full((size, size), known, np.uint8))


@pytest.fixture(scope="module")
def mina() -> Sitter:
    return Sitter(load_bundled("mina"), looks_of(1, 255))


@pytest.fixture(scope="module")
def jun() -> Sitter:
    return Sitter(load_bundled("jun"), looks_of(3, 255))


def vertices(sitter: Sitter) -> np.ndarray:
    """The face at rest, before its lips are pressed together, which is no linear step."""
    spec, offsets = sitter.spec, sitter.looks.offsets if sitter.looks else None
    human = build_human(spec.phenotype, spec.changes, spec.shoes.sole, offsets)
    placed = rest_expression(human, spec.resting).vertices
    return placed - placed.mean(axis=0)


def record(name: str, *people: str) -> LikenessRecord:
    consents = tuple(Consent(person, date(2026, 1, 2), "these tests") for person in people)
    return LikenessRecord(name, consents, date(2026, 2, 3))


def test_bodies_are_blended_by_their_vertices(mina: Sitter, jun: Sitter):
    ends = vertices(mina), vertices(jun)
    for at in (0.0, 0.3, 1.0):
        middle = vertices(blend(mina, jun, at))
        np.testing.assert_allclose(middle, (1 - at) * ends[0] + at * ends[1], atol=1e-9)


def test_pressed_lips_alone_depart_from_the_blend(mina: Sitter, jun: Sitter):
    ends = [shape_human(sitter.spec, sitter.looks).vertices for sitter in (mina, jun)]
    half = blend(mina, jun, 0.5)
    away = shape_human(half.spec, half.looks).vertices - (ends[0] + ends[1]) / 2
    away -= np.median(away, axis=0)  # soles of another height
    moved = np.linalg.norm(away, axis=1)
    assert moved.max() <= MOST
    assert np.count_nonzero(moved > 1e-9) < 300  # of 19,158


def test_skins_are_blended_by_pixels_and_by_what_is_known_of_them(mina: Sitter, jun: Sitter):
    half = blend(mina, jun, 0.25).looks
    assert half is not None
    np.testing.assert_array_equal(half.skin, round(0.75 * 60 + 0.25 * 180))
    np.testing.assert_array_equal(half.known, 255)
    fading = blend(mina, Sitter(jun.spec), 0.25).looks
    assert fading is not None
    np.testing.assert_array_equal(fading.skin, 60)
    np.testing.assert_array_equal(fading.known, round(0.75 * 255))


def test_eyes_are_blended_with_painted_ones(mina: Sitter, jun: Sitter):
    assert mina.looks is not None
    white = np.full((16, 16, 3), 255, np.uint8)
    own = replace(mina, looks=replace(mina.looks, eye=white))
    painted = np.round(255 * paint_eye(jun.spec.iris))
    for at in (0.0, 0.5, 1.0):
        looks = blend(own, jun, at).looks
        assert looks is not None
        assert looks.eye is not None
        expected = (1 - at) * 255 + at * painted
        assert np.abs(looks.eye - expected).max() <= 1
    plain = blend(mina, jun, 0.5).looks
    assert plain is not None
    assert plain.eye is None


def test_the_description_lies_between(mina: Sitter, jun: Sitter):
    middle = blend(mina, jun, 0.5, "Minjun").spec
    ends = mina.spec, jun.spec
    assert middle.name == "Minjun"
    np.testing.assert_allclose(middle.iris, np.mean([end.iris for end in ends], axis=0))
    gender = [end.phenotype["gender"] for end in ends]
    assert middle.phenotype["gender"] == pytest.approx(np.mean(gender))
    one = set(mina.spec.changes) - set(jun.spec.changes)
    for name in one:
        assert middle.changes[name] == pytest.approx(mina.spec.changes[name] / 2)


def test_hair_of_one_cut_stays_one_cut_and_of_two_goes_from_one_into_the_other(
    mina: Sitter, jun: Sitter
):
    middle = blend(mina, jun, 0.25).spec.hair
    assert (middle.style, middle.share) == (mina.spec.hair.style, 0.25)
    assert middle.into is not None
    assert middle.into.style == jun.spec.hair.style
    longer = Sitter(replace(mina.spec, hair=replace(mina.spec.hair, length=1.4)))
    same = blend(mina, longer, 0.5).spec.hair
    assert (same.into, same.length) == (None, pytest.approx(1.2))
    again = blend(blend(mina, jun, 0.75), mina, 0.5).spec.hair
    assert again.style == jun.spec.hair.style


def test_a_morph_carries_everybodys_consent_once(mina: Sitter, jun: Sitter):
    hana, tae = replace(mina, record=record("Hana", "Kim Hana")), replace(jun, record=None)
    alone = blend(hana, tae, 0.9).record
    assert alone is not None
    assert [one.who for one in alone.consents] == ["Kim Hana"]
    tae = replace(jun, record=record("Tae", "Lee Tae", "Kim Hana"))
    both = blend(hana, tae, 0.0, "Both of them").record
    assert both is not None
    assert [one.who for one in both.consents] == ["Kim Hana", "Lee Tae"]
    assert (both.name, both.made, both.mark) == ("Both of them", TODAY, True)
    assert blend(mina, jun, 0.5).record is None


def test_what_cannot_be_blended_says_so(mina: Sitter, jun: Sitter):
    with pytest.raises(UserError, match="1.5 of the way"):
        blend(mina, jun, 1.5)
    bare = Sitter(replace(jun.spec, clothes=jun.spec.clothes[:1]))
    with pytest.raises(UserError, match="different kinds of clothes"):
        blend(mina, bare, 0.5)


def test_values_between():
    assert between(1.0, 3.0, 0.25) == 1.5
    assert between(2, 7, 0.5) == 4
    assert between((0.0, 1.0), (1.0, 0.0), 0.25) == (0.25, 0.75)
    assert between("one", "other", 0.6) == "other"
    assert between(True, False, 0.4) is True
    assert between((1.0,), (1.0, 2.0), 0.5) == (1.0, 2.0)


def test_strands_are_resampled_along_themselves():
    line = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 2.0, 0.0]]])
    np.testing.assert_allclose(
        resample(line, 5)[0, :, :2], [[0, 0], [0.5, 0], [1, 0], [1, 1], [1, 2]]
    )


def test_strands_turn_into_their_like_or_are_cut_while_others_grow(mina: Sitter):
    head = measure_head(shape_human(mina.spec))
    root = np.array([0.0, head.eye + 10.0, 0.0])  # far off: nothing has to be pushed out
    up = 0.1 * np.linspace(0, 1, 5)[:, np.newaxis] * [0.0, 1.0, 0.0]
    bare, down = np.array([1.0, 0.0, 0.0]), np.array([-1.0, 0.0, 0.0])
    near = np.array([0.5 * NEAR, 0.0, 0.0])
    one = np.stack([root + up, root + bare + up, root + down + up])
    other = np.stack([root + near + 0.8 * up, root + down - up])
    half, _ = blend_strands(one, other, 0.5, head)
    expected = [near / 2 + 0.9 * up, bare + 0.5 * up, down + 0.5 * up, down - 0.5 * up]
    np.testing.assert_allclose(half, root + np.array(expected))
    for share, ends in ((0.0, one), (1.0, other)):
        lines, _ = blend_strands(one, other, share, head)
        assert len(lines) == len(half)
        grown = lines[np.linalg.norm(lines[:, -1] - lines[:, 0], axis=1) > 1e-9]
        np.testing.assert_allclose(grown, ends, atol=1e-12)


def test_strands_between_stay_out_of_the_head(mina: Sitter):
    head = measure_head(shape_human(mina.spec))
    crown = np.array([0.0, head.eye + head.length, head.axis])
    side = np.array([0.09, head.eye, head.axis])
    side += 0.8 * (crown - side)  # not so far apart that they would be cut
    sweep = np.linspace(0, 1, 9)[:, np.newaxis]
    left, right = crown + sweep * (side - crown), crown + sweep * (side * [-1, 1, 1] - crown)
    ends = []
    for line in (left, right):
        ends.append(head.surface.push_out(line, np.full(9, 0.005))[np.newaxis])
    middle, normals = blend_strands(ends[0], ends[1], 0.5, head)
    off, _ = head.surface.query(middle[0])
    assert off.min() > 0.002
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1.0, atol=1e-6)
