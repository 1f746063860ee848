"""Whether a face in a picture can be used for a likeness, and if not, why, in one line.

The limits were set on faces of people of several skin tones, cut out of photos and videos, and on
the same faces blurred, covered, cut off and drawn; `tests/likeness/test_face_view.py` repeats
that on rendered characters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.face_finding import FOREHEAD, Box, Face
from gesture_core.likeness.face_regions import OVAL

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

MIN_FACE = 56.0  # pixels from forehead to chin
MAX_YAW = np.radians(60.0)
MIN_SHARPNESS = 0.11

_OTHER_FACE = 0.4  # of the larger one's size: smaller faces are in the background
_PROFILE = 0.35  # nose from the middle between the eyes, in sides of the box
_OUTSIDE = 0.03  # how far a face may reach out of its picture, in face heights
_SCATTER = 0.0055  # of a face seen from the front; guessed parts scatter more
_COLOURLESS = 3.0  # chroma in CIELAB
_DRAWN = 0.07  # flat share times sharpness
_DARK_EYES = 0.5  # of the cheeks' lightness
_CHEEK_HIDDEN = np.radians(25.0)  # yaw at which the far cheek cannot be judged
_FRAME = 0.65  # of the lightness of the skin above and below
_OTHER_COLOUR = 16.0  # distance in CIELAB's a and b
_OTHER_LIGHTNESS = 0.3  # of the bridge of the nose
_FINGERS = 3  # points of a hand in the face

_MEASURED_FACE = 128.0  # pixels from forehead to chin at which a face is measured

# Numbers of the face mesh.
# Around the eyes, a lid's breadth away: the lids of closed eyes are as light as the cheeks.
_EYES = (
    (226, 247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25),
    (446, 467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255),
)
_CHEEKS = ((50, 101, 205, 36), (280, 330, 425, 266))
_NOSE = (4, 45, 275, 5)
_DOWN_THE_NOSE = (9, 8, 168, 6, 197, 195)
_BRIDGE = (168, 6, 122, 351)


def why_not(rgb: Picture, boxes: Sequence[Box], face: Face | None) -> str:
    """Why the largest of the found faces cannot be used; "" where it can.

    `face`: what `FaceFinder.look` found in the first box, None where it found nothing.
    """
    if not boxes:
        return "no face found"
    others = [box for box in boxes[1:] if box.side > _OTHER_FACE * boxes[0].side]
    if others:
        return f"{len(others) + 1} faces in one picture; one person alone is needed"
    if face is None:
        return _why_unseen(rgb, boxes[0])
    if face.photo_height < MIN_FACE:
        return f"the face is {face.photo_height:.0f} pixels high; {MIN_FACE:.0f} are needed"
    if abs(face.turn[0]) > MAX_YAW:
        return "the face is turned too far away, almost to a profile"
    if _reach_outside(rgb, face) > _OUTSIDE:
        return "the face is cut off by the edge of the picture"
    return _why_eyeless(face) or _why_unlike_a_photo(face) or _why_covered(face)


def why_hidden(face: Face, hands: Sequence[Array]) -> str:
    """Why hands (21, 2), in pixels of the crop, make a face useless; "" where they do not."""
    import cv2

    oval = face.landmarks[list(OVAL), :2].astype(np.float32)
    for hand in hands:
        inside = [cv2.pointPolygonTest(oval, (float(x), float(y)), False) > 0 for x, y in hand]
        if sum(inside) >= _FINGERS:
            return "a hand covers part of the face"
    return ""


def wears_glasses(face: Face) -> bool:
    """Whether something darker than the skin crosses the bridge of the nose: a frame of glasses.

    Rimless and light ones are not noticed.
    """
    rgb, points = _measured(face)
    light = _lab(rgb)[..., 0]
    ends = zip(_DOWN_THE_NOSE, _DOWN_THE_NOSE[1:], strict=False)
    way = np.concatenate([np.linspace(points[one], points[other], 6) for one, other in ends])
    rows, columns = np.clip(way.astype(int), 1, len(rgb) - 2).T[::-1]
    along = np.median([light[rows, columns + side] for side in (-1, 0, 1)], axis=0)
    skin = np.median([*along[:4], *along[-4:]])
    return bool(along.min() < _FRAME * skin)


def sharpness(face: Face) -> float:
    """How much fine detail the face has over coarse: 0 (none), 0.2 (usual) to about 1."""
    rgb, points = _measured(face)
    return _sharpness(rgb, _filled(rgb, points[list(OVAL)]))


def _why_unseen(rgb: Picture, box: Box) -> str:
    """Why the mesh sees no face where the detector does."""
    import cv2

    eyes, nose = box.points[:2].mean(axis=0), box.points[2]
    across = box.points[1] - box.points[0]
    if abs(nose[0] - eyes[0]) > _PROFILE * box.side or np.linalg.norm(across) < 0.15 * box.side:
        return "only a profile; a face seen from the front is needed"
    low = np.maximum(box.centre - box.side / 2, 0).astype(int)
    high = (box.centre + box.side / 2).astype(int)
    inside = rgb[low[1] : high[1], low[0] : high[0]]
    scale = _MEASURED_FACE / box.side
    inside = cv2.resize(inside, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if _sharpness(np.asarray(inside, np.uint8), np.ones(inside.shape[:2], bool)) < MIN_SHARPNESS:
        return "the face is blurred"
    return "the face is turned away or covered"


def _why_unlike_a_photo(face: Face) -> str:
    rgb, points = _measured(face)
    inside = _filled(rgb, points[list(OVAL)])
    detail = _sharpness(rgb, inside)
    if detail < MIN_SHARPNESS:
        return "the face is blurred"
    lab = _lab(rgb)
    if np.median(np.hypot(lab[inside, 1], lab[inside, 2])) < _COLOURLESS:
        return "a picture without colours; the skin's colour is needed"
    if _flatness(rgb, inside) * detail > _DRAWN:
        return "a drawing, it seems; a photo is needed"
    return ""


def _why_eyeless(face: Face) -> str:
    rgb, points = _measured(face)
    light = _lab(rgb)[..., 0]
    skin = max(np.median(light[_filled(rgb, points[list(part)])]) for part in (*_CHEEKS, _BRIDGE))
    eyes = [np.percentile(light[_filled(rgb, points[list(eye)])], 95) for eye in _EYES]
    if max(eyes) < _DARK_EYES * skin:
        return "the eyes are not to be seen: sunglasses, or deep shadow"
    return ""


def _why_covered(face: Face) -> str:
    rgb, points = _measured(face)
    lab = _lab(rgb)

    def colour(numbers: Sequence[int]) -> Array:
        return np.median(lab[_filled(rgb, points[list(numbers)])], axis=0)

    yaw = face.turn[0]
    seen = [yaw > -_CHEEK_HIDDEN, yaw < _CHEEK_HIDDEN]
    cheeks = [colour(cheek) for cheek, there in zip(_CHEEKS, seen, strict=True) if there]
    bridge = colour(_BRIDGE)
    odd = [np.linalg.norm((part - bridge)[1:]) for part in (*cheeks, colour(_NOSE))]
    light = max(cheek[0] for cheek in cheeks)
    if max(odd) > _OTHER_COLOUR or light < _OTHER_LIGHTNESS * bridge[0]:
        return "part of the face is covered"
    if face.scatter > _SCATTER / np.cos(yaw):
        return "part of the face is covered or unclear"
    return ""


def _reach_outside(rgb: Picture, face: Face) -> float:
    """How far the face reaches out of its photo, in face heights.

    The forehead's points lie on the hair line at best: they are allowed for by half a brow.
    """
    oval = face.landmarks[[n for n in OVAL if n != FOREHEAD], :2]
    places = oval @ face.to_photo[:, :2].T + face.to_photo[:, 2]
    height, width = rgb.shape[:2]
    beyond = np.maximum(-places, places - [width, height])
    return float(beyond.max()) / face.photo_height


def _measured(face: Face) -> tuple[Picture, Array]:
    """The crop at the size at which faces are measured, never larger than it is, and its points."""
    import cv2

    scale = min(1.0, _MEASURED_FACE / face.height)
    rgb = cv2.resize(face.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(rgb, np.uint8), face.landmarks[:, :2] * scale


def _filled(rgb: Picture, points: Array) -> Mask:
    """The pixels within the convex hull of some points."""
    import cv2

    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), (1,))
    return mask > 0


def _sharpness(rgb: Picture, inside: Mask) -> float:
    import cv2

    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = cv2.Laplacian(grey, cv2.CV_32F)[inside]
    return float(detail.std() / (grey[inside].std() + 1.0))


def _flatness(rgb: Picture, inside: Mask) -> float:
    """Share of the pixels that equal all their neighbours."""
    import cv2

    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    near = np.ones((3, 3), np.uint8)
    spread = cv2.dilate(grey, near) - cv2.erode(grey, near)
    return float(np.mean(np.asarray(spread)[inside] <= 1))


def _lab(rgb: Picture) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
