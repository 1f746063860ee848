"""Characters between two others: shape, skin, hair and clothes, and whose likeness they are.

Bodies are blended by their vertices, which all characters have in common, and not by their
sliders, whose effects do not add up; skins pixel by pixel in the texture layout that is common to
them as well; haircuts strand by strand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import VERTEX_COUNT, Floats
from gesture_core.avatar.character import CharacterSpec, read_character
from gesture_core.avatar.face import paint_eye
from gesture_core.avatar.hair import Hair
from gesture_core.avatar.looks import Looks
from gesture_core.avatar.phenotype import ANCHORS, shape_vertices
from gesture_core.avatar.texture import resize
from gesture_core.errors import UserError
from gesture_core.likeness.consent import LikenessRecord, record_from_json

Value = TypeVar("Value")

_NO_LOOKS = Looks(
    np.zeros((VERTEX_COUNT, 3)), np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1), np.uint8)
)


@dataclass(frozen=True, eq=False)
class Sitter:
    """A character to be blended: its description, its looks, and whose likeness it is."""

    spec: CharacterSpec
    looks: Looks | None = None
    record: LikenessRecord | None = None


def read_sitter(path: Path) -> Sitter:
    """The character in a .glb file that momjit built; `UserError` where it is not one."""
    spec, looks, record = read_character(path)
    return Sitter(spec, looks, record_from_json(record, str(path)) if record else None)


def blend(one: Sitter, other: Sitter, at: float, name: str | None = None) -> Sitter:
    """The character `at` (0–1) of the way from `one` to the `other`.

    At 0 and 1 it looks like them. Both must wear the same kinds of clothes. A likeness of
    anybody stays one: the record holds the consents of both. `UserError` for `at` outside 0–1.
    """
    if not 0.0 <= at <= 1.0:
        raise UserError(f"{at:g} of the way is outside 0–1")
    specs = one.spec, other.spec
    if [piece.kind for piece in specs[0].clothes] != [piece.kind for piece in specs[1].clothes]:
        raise UserError(f"{specs[0].name} and {specs[1].name} wear different kinds of clothes")
    name = name or f"{specs[0].name} & {specs[1].name}"
    spec = replace(
        _spec_between(*specs, at),
        name=name,
        description=f"{at:.0%} of the way from {specs[0].name} to {specs[1].name}",
    )
    looks = _looks_between(one, other, spec, at)
    return Sitter(spec, looks, _record_of_both(one.record, other.record, name))


def between(one: Value, other: Value, at: float) -> Value:
    """The value `at` of the way: of numbers, and of what is made of numbers, number by number.

    Names, switches, mappings and lists of different lengths are those of the nearer one.
    """
    nearer = one if at < 0.5 else other
    if isinstance(one, bool) or type(one) is not type(other):
        return nearer
    if isinstance(one, float | int):
        mixed = one + at * (cast(float, other) - one)
        return cast(Value, mixed if isinstance(one, float) else round(mixed))
    if isinstance(one, tuple):
        others = cast(tuple[Any, ...], other)
        if len(one) != len(others):
            return nearer
        return cast(Value, tuple(between(a, b, at) for a, b in zip(one, others, strict=True)))
    if is_dataclass(one):
        names = [field.name for field in fields(one)]
        mixed = {key: between(getattr(one, key), getattr(other, key), at) for key in names}
        return replace(cast(Any, one), **mixed)
    return nearer


def _spec_between(one: CharacterSpec, other: CharacterSpec, at: float) -> CharacterSpec:
    sliders = dict.fromkeys(ANCHORS, 0.5)
    return replace(
        between(one, other, at),
        phenotype=_mixed(sliders | one.phenotype, sliders | other.phenotype, at),
        changes=_mixed(one.changes, other.changes, at),
        resting=_mixed(one.resting, other.resting, at),
        hair=_hair_between(one.hair, other.hair, at),
    )


def _mixed(one: Mapping[str, float], other: Mapping[str, float], at: float) -> dict[str, float]:
    """Numbers by name; a name that one side lacks is 0 there."""
    names = dict.fromkeys([*one, *other])
    return {name: between(one.get(name, 0.0), other.get(name, 0.0), at) for name in names}


def _hair_between(one: Hair, other: Hair, at: float) -> Hair:
    one, other = _settled(one), _settled(other)
    kinds = [(hair.style, hair.strands, hair.seed, hair.mirrored) for hair in (one, other)]
    if kinds[0] == kinds[1]:
        return between(one, other, at)
    return replace(one, color=between(one.color, other.color, at), into=other, share=at)


def _settled(hair: Hair) -> Hair:
    """Hair of one cut: of hair between two, the nearer one in its own colour."""
    if hair.into is None:
        return hair
    nearer = hair.into if hair.share > 0.5 else hair
    return replace(nearer, color=hair.color, into=None, share=0.0)


def _looks_between(one: Sitter, other: Sitter, spec: CharacterSpec, at: float) -> Looks:
    """What the sliders of `spec` lack of the body between, and the skin between.

    A body's colour is painted where its picture is not known, so the weights are blended too.
    """
    bodies = _vertices(one), _vertices(other)
    offsets = bodies[0] + at * (bodies[1] - bodies[0])
    offsets -= shape_vertices(spec.phenotype, spec.changes)
    worn = [sitter.looks or _NO_LOOKS for sitter in (one, other)]
    size = max(len(looks.known) for looks in worn)
    skin = np.zeros((size, size, 3), np.float32)
    known = np.zeros((size, size, 1), np.float32)
    for looks, weight in zip(worn, (1 - at, at), strict=True):
        share = np.float32(weight) * resize(looks.known, size)[..., None]
        skin += share * resize(looks.skin, size)
        known += share
    skin /= np.maximum(known, 1e-3)
    eye = _eye_between(one, other, at)
    return Looks(offsets, _to_bytes(skin), _to_bytes(known[..., 0]), eye)


def _eye_between(one: Sitter, other: Sitter, at: float) -> NDArray[np.uint8] | None:
    """The eyes between two pictures of them; None where `spec.iris` says all of both."""
    if all(sitter.looks is None or sitter.looks.eye is None for sitter in (one, other)):
        return None
    start, end = _eye(one), _eye(other)
    size = max(len(start), len(end))
    start, end = (resize(eye, size).astype(np.float32) for eye in (start, end))
    return _to_bytes(start + at * (end - start))


def _eye(sitter: Sitter) -> NDArray[np.uint8]:
    """The picture of a sitter's eyes (E, E, 3), their own or a painted one."""
    if sitter.looks is not None and sitter.looks.eye is not None:
        return sitter.looks.eye
    return _to_bytes(255 * paint_eye(sitter.spec.iris))


def _vertices(sitter: Sitter) -> Floats:
    """A sitter's naked body (19158, 3), the face without its resting expression."""
    vertices = shape_vertices(sitter.spec.phenotype, sitter.spec.changes)
    return vertices if sitter.looks is None else vertices + sitter.looks.offsets


def _to_bytes(values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def _record_of_both(
    one: LikenessRecord | None, other: LikenessRecord | None, name: str
) -> LikenessRecord | None:
    records = [record for record in (one, other) if record is not None]
    if not records:
        return None
    consents = dict.fromkeys(consent for record in records for consent in record.consents)
    return LikenessRecord(name, tuple(consents), date.today())
