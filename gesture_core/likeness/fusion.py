"""One skin out of many views: the wide colours of all of them, the fine detail of the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from gesture_core.avatar.texture import smoothstep
from gesture_core.likeness.albedo import Albedo, away_from_hair, skin_likeness
from gesture_core.likeness.canvas import Canvas
from gesture_core.likeness.colour import luminance
from gesture_core.likeness.filters import blur, smooth_over
from gesture_core.likeness.skin_regions import regions

Floats = NDArray[np.floating[Any]]

DETAIL = 0.003  # metres: finer than this comes from the best view alone
BEST = 6  # power of the weights for the detail
AGREE = 0.25  # log colour by which a view may differ from the others before it counts less
NOSTRIL = (0.42, 0.24, 0.20)  # of the skin's linear colour: what no picture shows the inside of
PATCH = 0.004  # metres; smaller things, such as moles, may be on one side only
ONE_SIDED = (0.35, 0.6)  # log brightness by which a patch may, and may not, be darker
REACH = 0.03  # metres over which colours spread into skin that no view shows
HOLD = 1e8  # how firmly a known colour stands against its neighbours, per square metre


@dataclass(frozen=True, eq=False)
class Fused:
    """relative (H, W, 3): log of linear colour over the skin's; weight (H, W): 0–1, how well
    the views show it."""

    relative: Floats
    weight: Floats


def fuse(canvas: Canvas, views: Sequence[Albedo], merits: Sequence[float]) -> Fused:
    """Mean of all views for colours, of the best for detail; merits: trust in each view, > 0."""
    texel = regions(canvas.size).texel
    weights = [view.weight * merit for view, merit in zip(views, merits, strict=True)]
    if len(views) > 2:
        weights = _agreeing(views, weights, texel)
    mean, total = _weighted_mean(views, weights)
    known = np.clip(total / max(merits), 0, 1)
    if len(views) == 1:
        return Fused(mean, known)
    sharp, _ = _weighted_mean(views, [weight**BEST for weight in weights])
    sure = (total > 1e-3).astype(np.float32)
    width = DETAIL / texel
    wide = smooth_over(mean - sharp, sure, width)
    return Fused(sharp + wide, known)


def _weighted_mean(views: Sequence[Albedo], weights: list[Floats]) -> tuple[Floats, Floats]:
    total = np.sum(weights, axis=0)
    mean = np.zeros_like(views[0].relative)
    for view, weight in zip(views, weights, strict=True):
        mean += view.relative * weight[..., None]
    return mean / np.maximum(total, 1e-20)[..., None], total


def _agreeing(views: Sequence[Albedo], weights: list[Floats], texel: float) -> list[Floats]:
    """Weights less where a view departs from the median of all: a hand, a lock of hair."""
    step = max(1, round(DETAIL / texel / 2))
    coarse = [
        smooth_over(view.relative, weight, DETAIL / texel)[::step, ::step]
        for view, weight in zip(views, weights, strict=True)
    ]
    seen = np.stack([weight[::step, ::step] > 0.05 for weight in weights])
    stack = np.where(seen[..., None], np.stack(coarse), np.nan)
    usual = _median_of_seen(stack, seen)
    agreed = []
    for weight, field, here in zip(weights, coarse, seen, strict=True):
        off = np.linalg.norm(np.where(here[..., None], field - usual, 0), axis=-1)
        belief = (1 / (1 + (off / AGREE) ** 4)).astype(np.float32)
        grown = belief.repeat(step, axis=0).repeat(step, axis=1)
        agreed.append(weight * grown[: weight.shape[0], : weight.shape[1]])
    return agreed


def _median_of_seen(stack: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Median over the first axis of what is not NaN, 0 where all is.

    Of two in the middle the brighter: what hides skin is darker more often than not.
    """
    ordered = np.sort(stack, axis=0)  # NaN last
    count = seen.sum(axis=0)
    middle = np.minimum(count // 2, len(stack) - 1)
    picked = np.take_along_axis(ordered, middle[None, ..., None], axis=0)[0]
    return np.where(count[..., None] > 0, picked, 0)


def complete(canvas: Canvas, fused: Fused, vertices: Floats) -> Fused:
    """Fill what no view shows: from the other half of the face, else by spreading colours.

    vertices (19158, 3): the person's body. The colours spread over the surface, not over the
    texture, and fade to the skin's own within `REACH`; the weight returned fades with them.
    """
    place = regions(canvas.size)
    own = fused.weight * (1 - _one_sided(fused, place.texel))
    mirrored, other = fused.relative[::-1], 0.9 * own[::-1]
    share = np.clip(other * (1 - own), 0, 1)
    weight = own + share
    mix = (share / np.maximum(weight, 1e-6))[..., None]
    relative = fused.relative * (1 - mix) + mirrored * mix
    like = away_from_hair(skin_likeness(relative, 0.0, place.texel), place.texel)
    surface = canvas.surface(vertices)
    spread, reach = _spread_over_surface(canvas, relative, weight * like, surface)
    weight = weight[..., None]
    relative = weight * relative + (1 - weight) * spread
    inside = place.nostrils[..., None]
    relative = relative * (1 - inside) + np.log(NOSTRIL, dtype=np.float32) * inside
    known = np.maximum(weight[..., 0], reach) * (1 - place.mouth) * canvas.inside
    return Fused(relative, known)


def _one_sided(fused: Fused, texel: float) -> Floats:
    """0–1 (H, W): patches darker than the other half of the face has them: hair, a shadow."""
    wide = smooth_over(fused.relative, fused.weight, PATCH / texel)
    sure = blur(fused.weight, PATCH / texel)
    both = np.minimum(sure, sure[::-1])
    darker = luminance(wide[::-1]) - luminance(wide)
    return smoothstep(darker, *ONE_SIDED) * smoothstep(both, 0.2, 0.5)


def _spread_over_surface(
    canvas: Canvas, relative: Floats, weight: Floats, surface: Floats
) -> tuple[Floats, Floats]:
    """Colours (H, W, 3) and weight (H, W) continued smoothly beyond where they are known.

    Solves the screened Poisson equation on the mesh: values stay where known and decay over
    `REACH` elsewhere.
    """
    values, sure = canvas.gather(relative, weight)
    edges = np.unique(
        np.sort(np.stack([canvas.quads, np.roll(canvas.quads, 1, axis=1)], axis=-1).reshape(-1, 2)),
        axis=0,
    )
    length = np.linalg.norm(surface[edges[:, 0]] - surface[edges[:, 1]], axis=1)
    pull = np.maximum(length, 1e-5) ** -2.0
    count = len(surface)
    rows, columns = edges.T
    links = sparse.coo_matrix((pull, (rows, columns)), (count, count))
    links = links + links.T
    degree = np.asarray(links.sum(axis=1)).ravel()
    known = smoothstep(sure, 0.1, 0.6) * HOLD
    system = sparse.diags(degree + known + 1 / REACH**2 + 1e-6) - links
    data = np.column_stack([values, np.ones(count)]) * known[:, None]
    field = splu(sparse.csc_matrix(system)).solve(data)
    picture = canvas.spread(field)
    return picture[..., :3], np.clip(picture[..., 3], 0, 1)
