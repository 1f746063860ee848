"""The hair of a fitted person: the nearest of the haircuts, and its colour without light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import load_base_mesh
from gesture_core.avatar.hair import LONG_REACH, Hair, grow_strands
from gesture_core.avatar.hair_styles import STYLE_NAMES, StyleName
from gesture_core.avatar.head import Head, measure_head
from gesture_core.avatar.human import Human, load_expressions
from gesture_core.avatar.rig import fit_rig, skin_weights
from gesture_core.likeness.hair_colour import LitHair, fit_colour
from gesture_core.likeness.hair_mask import SIDE, HairMask, bare_head, hair_mask, outward
from gesture_core.progress import Progress, silent

if TYPE_CHECKING:
    from gesture_core.likeness.fit import Fit, FittedView
    from gesture_core.likeness.lighting import Light

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

VIEWS = 4  # that are looked at: hair does not change between frames
STRANDS = 400  # that stand for all of a haircut in a silhouette
TELLING = 2.0  # weight of pixels over the head against those beside it
BEHIND = 0.012  # metres behind the skin at which a strand still shows
FAMILIES: tuple[tuple[StyleName, ...], ...] = (
    ("bald", "receding", "buzz", "crop", "two_block"),
    ("side_part", "swept_back", "pixie"),
    ("curly_short", "afro"),
    ("bob", "bob_fringe", "chin"),
    ("shoulder_wavy", "long_straight", "long_wavy", "long_curly"),
    ("ponytail", "bun"),
)
"""Haircuts that a trim can hardly turn into one of another row: the best of each is trimmed."""
LONG = FAMILIES[4]
CHANGES: dict[str, tuple[Any, ...]] = {
    "mirrored": (True,),
    "hairline": (-0.10, -0.05, 0.05, 0.10),
    "volume": (0.5, 1.5),
    "length": (0.7, 0.85, 1.15, 1.35),
}
MEN_S: tuple[StyleName, ...] = ("bald", "receding", "buzz", "crop", "side_part", "two_block")
LONGER = 0.15  # what long hair gains where the photos show it on the shoulders, or end before it
UNUSUAL = 0.08  # of the score, which runs to 1: what a haircut of the other sex costs
CURLED = 0.05  # what tight curls cost, whose ragged outline straight hair has too when tousled
TIED = 0.03  # what tied hair costs, whose knot is seen from behind only


@dataclass(frozen=True, eq=False)
class _Look:
    """One view with its hair found: what silhouettes are compared with."""

    seen: FittedView
    mask: HairMask
    depth: Floats
    weight: Floats
    lit: LitHair


def fit_hair(
    fit: Fit, tone: Sequence[float], lights: Sequence[Light], *, progress: Progress = silent
) -> Hair:
    """The haircut whose silhouette is nearest in all views, with the colour of the hair.

    tone: sRGB 0–1 of the person's skin without light; lights: those of the fit's views, in their
    order, as `skin_fit` finds them.
    """
    human = _human(fit)
    head = measure_head(human, LONG_REACH)
    looks = _looks(fit, lights, head)
    color = fit_colour([look.lit for look in looks], tone)
    if color is None:
        return Hair("bald")
    progress(0.3, "hair: comparing haircuts")
    gender = fit.phenotype["gender"]
    runs_on = float(np.mean([look.mask.runs_on for look in looks]))

    def score(hair: Hair) -> float:
        more = LONGER * runs_on if hair.style in LONG else 0.0
        return _likeness(human, head, hair, looks) + more - _unusual(hair.style, gender)

    first = {name: score(Hair(name, color)) for name in STYLE_NAMES}
    refined = []
    for number, family in enumerate(FAMILIES):
        progress(0.5 + 0.5 * number / len(FAMILIES), "hair: trimming the nearest")
        name = max(family, key=first.__getitem__)
        refined.append(_trim(Hair(name, color), first[name], score))
    return max(refined, key=lambda pair: pair[1])[0]


def _trim(hair: Hair, value: float, score: Callable[[Hair], float]) -> tuple[Hair, float]:
    """One pass over the ways a haircut varies, keeping what brings it nearer; and its score."""
    for name, choices in CHANGES.items():
        tried = [replace(hair, **{name: choice}) for choice in choices]
        scores = [score(one) for one in tried]
        if max(scores) > value:
            value = max(scores)
            hair = tried[scores.index(value)]
    return hair, value


def _unusual(style: StyleName, gender: float) -> float:
    """What a haircut costs before any picture speaks; gender 0 is male."""
    far = gender if style in MEN_S else 1 - gender
    tied = TIED if style in ("bun", "ponytail") else 0.0
    curled = CURLED if style in ("curly_short", "afro", "long_curly") else 0.0
    return tied + curled + UNUSUAL * max(0.0, 2 * far - 1)


def _human(fit: Fit) -> Human:
    base, vertices = load_base_mesh(), fit.vertices()
    return Human(base, vertices, load_expressions(), fit_rig(vertices, base), skin_weights())


def _looks(fit: Fit, lights: Sequence[Light], head: Head) -> list[_Look]:
    picked = np.unique(np.linspace(0, len(fit.views) - 1, VIEWS).round().astype(int))
    looks = []
    for seen, light in ((fit.views[number], lights[number]) for number in picked):
        vertices = fit.vertices(seen.expression)
        mask = hair_mask(seen, vertices, head)
        depth = bare_head(seen, vertices, head, mask.scale)
        weight = mask.trust * np.where(depth < 9, TELLING, 1.0)
        lit = LitHair(mask, light, outward(seen, head, mask.scale))
        looks.append(_Look(seen, mask, depth, weight, lit))
    return looks


def _likeness(human: Human, head: Head, hair: Hair, looks: list[_Look]) -> float:
    """How far a haircut's silhouette and the hair seen overlap, 0–1, on average over the views."""
    style = hair.cut()
    width = 0.6 * style.width * float(np.sqrt(style.strands / STRANDS))
    style = replace(style, strands=STRANDS, locks=min(style.locks, STRANDS // 3))
    lines, _ = grow_strands(human, head, style, np.random.default_rng(0))
    return float(np.mean([_overlap(silhouette(lines, width, look), look) for look in looks]))


def _overlap(drawn: Mask, look: _Look) -> float:
    both = look.weight[drawn & look.mask.hair].sum()
    either = look.weight[drawn | look.mask.hair].sum()
    return float(both / max(either, 1.0))


def silhouette(lines: Floats, width: float, look: _Look) -> Mask:
    """Where strands (N, S, 3) of a width in metres show beside and before the bare head."""
    import cv2

    scale = look.mask.scale
    seen = look.seen.camera.project(lines) * [scale, scale, 1.0]
    pixel = np.clip(seen[..., :2].astype(int), 0, SIDE - 1)
    shown = seen[..., 2] < look.depth[pixel[..., 1], pixel[..., 0]] + BEHIND
    thick = max(1, round(width * look.seen.camera.focal * scale / float(np.median(seen[..., 2]))))
    starts, ends = seen[:, :-1, :2][shown[:, 1:]], seen[:, 1:, :2][shown[:, 1:]]
    pieces = np.round((np.stack([starts, ends], axis=1) - 0.5) * 16).astype(np.int32)
    picture = np.zeros((SIDE, SIDE), np.uint8)
    cv2.polylines(picture, list(pieces), False, (1,), thick, shift=4)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    return np.asarray(cv2.morphologyEx(picture, cv2.MORPH_CLOSE, disc) > 0)
