"""Where the hair is in a view of a fitted face: what is the person but neither face nor clothes.

The fitted head says where hair can be; the colours of this picture decide, by GrabCut (Rother,
Kolmogorov and Blake, 2004) between hair on one side and skin, clothes and background on the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import load_base_mesh
from gesture_core.avatar.head import Head
from gesture_core.avatar.part import triangulate
from gesture_core.likeness.face_finding import CHIN, FOREHEAD, within
from gesture_core.likeness.face_regions import BROWS, EYES, OUTER_LIPS, OVAL
from gesture_core.likeness.filters import fill
from gesture_core.likeness.raster import rasterise

if TYPE_CHECKING:
    from gesture_core.likeness.fit import FittedView

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

SIDE = 256  # pixels of a mask's side: the person mask has no finer outline
SKIN_LIKE = 2.8  # deviations from the colour of the face within which a pixel looks like skin
SURELY_SKIN, NOT_SKIN = 1.6, 4.5
HAIR_LIKE = 3.5  # the same from the colour of the hair over the face
ALIKE, DOUBT = 2.0, 0.15  # deviations from the hair's colour of a background that may hide it
FEWEST = 0.03  # of the face's area: fewer pixels that cannot be skin are no hair
DIM = 30.0  # of 255: under this lightness a pixel's colour is mostly noise
STEPS = 4
EARS = slice(8, 29)  # of the oval: from ear to ear under the chin
ENDS = -0.7  # height below which hair that the photo cuts off is long
LONG = -1.25  # height to which only long hair reaches
WORN = 0.4  # trust in clothes that show no hair: it may fall behind the shoulders
LOWEST = -2.4  # height, 0 the eyes and 1 the crown, below which clothes are all there is


@dataclass(frozen=True, eq=False)
class HairMask:
    """Hair in one view, in pictures of SIDE × SIDE pixels.

    hair: where it is; trust: 0–1, how far the picture can tell, which it cannot beside the photo
    nor where the background has the colour of the hair, hands lie before it or it may lie behind
    the shoulders; skin: surely the face's skin; person: where somebody is; rgb: the view at this
    size; scale: of its pixels to the crop's; runs_on: whether the hair falls to the shoulders, or
    goes on below the end of the photo.
    """

    hair: Mask
    trust: Floats
    skin: Mask
    person: Mask
    rgb: NDArray[np.uint8]
    scale: float
    runs_on: bool


def hair_mask(seen: FittedView, vertices: Floats, head: Head) -> HairMask:
    """Find the hair in a fitted view; `vertices` (19158, 3): the body as it is in this view."""
    import cv2

    view, scale = seen.view, SIDE / len(seen.view.rgb)
    rgb, person = _small(view.rgb), _small(view.person)
    points = view.landmarks[:, :2] * scale
    face, features = _filled([points[list(OVAL)]]), _filled([_below_brows(points)])
    photo = within(view.to_photo, len(view.rgb), view.photo.rgb)
    judged = _small(photo) > 0.99
    height = _heights(seen, head, scale)
    off_skin = _distance(rgb, features & ~_dark_parts(points))
    brow = _filled([_over_brows(points)]) & judged
    if brow.any() and np.median(off_skin[brow]) < SKIN_LIKE:  # else a fringe covers it
        brow = brow & (off_skin < NOT_SKIN)  # not the locks that hang into it
        off_skin = np.minimum(off_skin, _distance(rgb, brow))
        features = features | brow
    skin_like = off_skin < SKIN_LIKE
    features = features | (face & (off_skin < SURELY_SKIN))
    possible = (person > 0.15) & ~features & judged & (height > LOWEST)
    likely = possible & ~skin_like & (person > 0.5) & (height > -0.8)
    sure = likely & ~face & (height > 0.1) & (person > 0.8)
    hair = np.zeros((SIDE, SIDE), dtype=bool)
    if sure.sum() > FEWEST * face.sum():
        marks = np.select(
            [~possible, sure, likely], [cv2.GC_BGD, cv2.GC_FGD, cv2.GC_PR_FGD], cv2.GC_PR_BGD
        ).astype(np.uint8)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(rgb, marks, (0, 0, 1, 1), *models, STEPS, cv2.GC_INIT_WITH_MASK)
        # beside the face there is no other part of a person that is not of its colour, and
        # beside the neck none that has the colour of the hair
        off_hair = _distance(rgb, sure)
        beside = likely & ~face & (height > -0.6) & (off_skin > NOT_SKIN)
        alike = possible & ~skin_like & ~face & (person > 0.5)
        beside |= alike & (off_hair < np.minimum(off_skin, HAIR_LIKE))
        hair = _joined((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD) | beside, sure)
    trust = (judged & (height > LOWEST)).astype(float)
    if hair.any():
        alike = _distance(rgb, hair) < ALIKE
        trust[alike & ~hair & ~face & (person < 0.9)] *= DOUBT
    low = (person > 0.5) & ~hair & ~face & (height < ENDS)
    trust[low] *= np.where(skin_like, DOUBT, WORN)[low]
    end = judged & ~np.roll(judged, -3, axis=0) & (height < ENDS)
    runs_on = bool((hair & (end | (height < LONG))).sum() > 4)
    return HairMask(hair, trust, features & skin_like, person > 0.9, rgb, scale, runs_on)


def bare_head(seen: FittedView, vertices: Floats, head: Head, scale: float) -> Floats:
    """Depth (SIDE, SIDE) in metres of the body down to the chest, infinite beside it."""
    faces = load_base_mesh().faces["body"]
    faces = faces[vertices[faces, 1].min(1) > head.eye + 1.5 * LOWEST * head.length]
    seen_at = seen.camera.project(vertices) * [scale, scale, 1.0]
    return rasterise(seen_at, triangulate(faces), (SIDE, SIDE)).depth


def _small(picture: NDArray[Any]) -> NDArray[Any]:
    import cv2

    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def _filled(outlines: list[Floats]) -> Mask:
    return fill(outlines, SIDE) > 0.5


def _below_brows(points: Floats) -> Floats:
    """Outline (N, 2) of the part of the face that hair of the head leaves free."""
    brows = [*BROWS["right"][:5], *reversed(BROWS["left"][:5])]
    outline = points[[*OVAL[EARS], *brows]]
    return outline.mean(0) + 0.93 * (outline - outline.mean(0))


def _over_brows(points: Floats) -> Floats:
    """Outline (N, 2) of the low forehead, where only a fringe reaches."""
    brows = points[[*BROWS["right"][1:5], *reversed(BROWS["left"][1:5])]]
    up = 0.09 * (points[FOREHEAD] - points[CHIN])
    return np.concatenate([brows + 0.15 * up, (brows + up)[::-1]])


def _dark_parts(points: Floats) -> Mask:
    """Eyes, brows and mouth."""
    parts = [points[list(part)] for part in (*EYES.values(), OUTER_LIPS)]
    brows = [points[[*brow[:5], *reversed(brow[5:])]] for brow in BROWS.values()]
    return _filled([*parts, *brows])


def outward(seen: FittedView, head: Head, scale: float) -> Floats:
    """Unit vectors (SIDE, SIDE, 3) in which a ball of the head's size round it is turned, seen at
    each pixel; beside it, at its outline."""
    centre = np.array([0.0, head.eye + 0.3 * head.length, head.axis])
    across = (_at_head(seen, centre, scale) - centre) / (1.1 * head.length)
    sight = seen.camera.position - centre
    sight = sight / np.linalg.norm(sight)
    across = across - (across @ sight)[..., None] * sight
    away = np.linalg.norm(across, axis=-1, keepdims=True)
    across = across / np.maximum(away, 1.0)
    return across + np.sqrt(1 - np.minimum(away, 1.0) ** 2) * sight


def _heights(seen: FittedView, head: Head, scale: float) -> Floats:
    """Height (SIDE, SIDE) over the eyes, 1 the crown, of what lies as far off as the head."""
    world = _at_head(seen, np.array([0.0, head.eye, head.axis]), scale)
    return (world[..., 1] - head.eye) / head.length


def _at_head(seen: FittedView, centre: Floats, scale: float) -> Floats:
    """Points (SIDE, SIDE, 3) of the world behind each pixel, as far off as `centre` (3,)."""
    depth = float(seen.camera.project(centre[None])[0, 2])
    pixels = np.stack(np.meshgrid(*[(np.arange(SIDE) + 0.5) / scale] * 2), axis=-1)
    return seen.camera.unproject(pixels, np.full((SIDE, SIDE), depth))


def _distance(rgb: NDArray[np.uint8], sample: Mask) -> Floats:
    """How far (SIDE, SIDE) a colour is from a sample's, in its deviations; light counts less."""
    import cv2

    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    level = float(np.median(lab[sample, 0]))
    # more light makes a surface brighter and its colour stronger in step
    lab[..., 1:] = (lab[..., 1:] - 128) * ((level + DIM) / (lab[..., :1] + DIM))
    middle = np.median(lab[sample], axis=0)
    spread = 1.4826 * np.median(np.abs(lab[sample] - middle), axis=0)
    spread = np.maximum(spread, [12.0, 3.0, 3.0]) * [1.4, 1.0, 1.0]
    return np.linalg.norm((lab - middle) / spread, axis=-1)


def _joined(hair: Mask, sure: Mask) -> Mask:
    """The pieces of the hair that hold sure hair, without specks and pinholes."""
    import cv2

    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    clean = cv2.morphologyEx(hair.astype(np.uint8), cv2.MORPH_OPEN, disc)
    clean = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, disc)
    _, piece = cv2.connectedComponents(clean)
    kept = np.unique(piece[sure & (clean > 0)])
    return np.isin(piece, kept[kept > 0])
