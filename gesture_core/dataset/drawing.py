"""Drawing keypoints and motions as stick figures: pure functions from pictures to pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.keypoints import (
    BONES,
    FACE_SLICE,
    KEYPOINTS,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    Keypoints,
    keypoint,
)
from gesture_core.motion import Motion
from gesture_core.rotation import quat_rotate
from gesture_core.skeleton import FINGERS, SIDES, Skeleton, finger_joints, forward_kinematics

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

TRUNK: Colour = (232, 232, 238)
HEAD: Colour = (128, 134, 148)
LEFT: Colour = (64, 196, 255)
RIGHT: Colour = (255, 171, 64)
"""The person's own left and right: blue and orange can be told apart by everybody."""
LEFT_FINGERS: tuple[Colour, ...] = (
    *((200, 230, 255), (0, 229, 255), (41, 182, 246), (66, 133, 255), (124, 77, 255)),
)
RIGHT_FINGERS: tuple[Colour, ...] = (
    *((255, 245, 190), (255, 214, 0), (255, 160, 0), (255, 102, 36), (244, 67, 110)),
)
"""Thumb to little finger."""
KEPT: Colour = (46, 204, 113)
REJECTED: Colour = (235, 72, 72)
GROUND: Colour = (24, 26, 31)
FLOOR: Colour = (58, 62, 72)

_SHADOW: Colour = (10, 10, 14)
_FINER = 2  # strokes are drawn at this many times the size and averaged


class Line(NamedTuple):
    """A stroke with round ends from one point to another, in pixels."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: Colour
    width: float
    strength: float = 1.0
    """How opaque it is, 0–1."""


def dark_ground(width: int, height: int) -> Picture:
    """An empty picture."""
    return np.full((height, width, 3), GROUND, dtype=np.uint8)


def draw_skeleton(picture: Picture, keypoints: Keypoints, frame: int) -> Picture:
    """A copy of a picture `(H, W, 3)` with the keypoints of a frame drawn over it.

    The picture shows what the keypoints were found in, in any size. Points that were not seen are
    left out and doubtful ones faint; blue is the person's left, orange the right, and every
    finger has its shade.
    """
    scale = np.array([picture.shape[1] / keypoints.width, picture.shape[0] / keypoints.height])
    points = keypoints.points[frame] * scale
    sees = keypoints.confidence[frame] > 0
    trust = 0.3 + 0.7 * np.clip(keypoints.confidence[frame], 0.0, 1.0)
    reach = _reach(points, sees, picture.shape[0])
    lines = [
        Line(_pair(points[a]), _pair(points[b]), *_look(a, b, reach), min(trust[a], trust[b]))
        for a, b in BONES
        if sees[a] and sees[b]
    ]
    dot = max(1.0, 0.012 * reach)
    for point in np.arange(len(KEYPOINTS))[FACE_SLICE]:
        if sees[point]:
            lines.append(Line(_pair(points[point]), _pair(points[point]), TRUNK, dot))
    return draw_lines(picture, lines)


def _reach(points: Array, sees: NDArray[np.bool_], height: int) -> float:
    """Shoulder width in pixels, by which strokes are measured; a guess where it is unseen."""
    left, right = keypoint("leftShoulder"), keypoint("rightShoulder")
    if sees[left] and sees[right]:
        return float(np.clip(np.linalg.norm(points[left] - points[right]), 20, 0.6 * height))
    return 0.25 * height


def _look(a: int, b: int, reach: float) -> tuple[Colour, float]:
    """Colour and width of the stroke between two keypoints."""
    for hand, shades in ((LEFT_HAND_SLICE, LEFT_FINGERS), (RIGHT_HAND_SLICE, RIGHT_FINGERS)):
        if hand.start <= b < hand.stop:
            return shades[(b - hand.start - 1) // 4], max(1.2, 0.018 * reach)
    names = (KEYPOINTS[a], KEYPOINTS[b])
    face = any(name.endswith(("Eye", "Ear")) for name in names)
    width = max(1.5, (0.015 if face else 0.03) * reach)
    for side, colour in (("left", LEFT), ("right", RIGHT)):
        if any(name.startswith(side) for name in names):
            return colour, width
    return TRUNK, width


# ── motions ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Figure:
    """A motion as points to draw.

    `points` `(T, N, 3)`: the joints, and the ends of head, fingers and toes where the skeleton
    names them, metres from the hips' place on the floor; `lines`: pairs of points with colour and
    width in metres; `half`: half the width and depth of the room it takes; `low`,
    `high`: from its lowest point or the floor to its highest.
    """

    points: Array
    lines: tuple[tuple[int, int, Colour, float], ...]
    half: float
    low: float
    high: float


def figure_of(motion: Motion) -> Figure:
    """Places of the joints by forward kinematics, and how they are joined."""
    joints, turned = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
    lines = _joint_lines(motion.skeleton)
    points = [joints]
    for name, offset, thick in _ends(motion.skeleton):
        joint = motion.skeleton.index(name)
        points.append((joints[:, joint] + quat_rotate(turned[:, joint], offset))[:, None])
        own = next((colour for _, end, colour, _ in lines if end == joint), TRUNK)
        colour = HEAD if name == "head" else own
        lines.append((joint, len(motion.skeleton) + len(points) - 2, colour, thick))
    places = np.concatenate(points, axis=1)
    places -= joints[:, :1] * [1.0, 0.0, 1.0]
    return Figure(
        points=places,
        lines=tuple(lines),
        half=float(np.abs(places[..., [0, 2]]).max(initial=0.3)) + 0.06,
        low=min(0.0, float(places[..., 1].min(initial=0.0))) - 0.05,
        high=float(places[..., 1].max(initial=0.0)) + 0.1,
    )


def draw_motion(figure: Figure, frame: int, width: int, height: int) -> Picture:
    """A frame of a motion on dark ground: from the front at the left, from its right beside it.

    Both views are orthographic, of one scale, and follow the hips. In front view the character's
    left, +X, is at the right, as in a picture of somebody who looks at us; in side view it looks
    to the right.
    """
    scale = min(height / (figure.high - figure.low), width / (4 * figure.half))
    floor = (height + scale * (figure.high - figure.low)) / 2 + scale * figure.low
    lines: list[Line] = []
    # The farthest is drawn first, to a decimetre: what is as near keeps its order, neck to head.
    for middle, across, depth in ((width / 4, 0, 2), (3 * width / 4, 2, 0)):
        room = 0.92 * width / 4
        lines.append(Line((middle - room, floor), (middle + room, floor), FLOOR, 1.0))
        points = figure.points[frame]
        places = np.stack([middle + scale * points[:, across], floor - scale * points[:, 1]], 1)
        near = points[:, depth] if depth == 2 else -points[:, depth]
        lines += [
            Line(_pair(places[a]), _pair(places[b]), colour, max(1.2, thick * scale))
            for a, b, colour, thick in sorted(
                figure.lines, key=lambda bone: round(near[bone[1]], 1)
            )
        ]
    return draw_lines(dark_ground(width, height), lines)


def _joint_lines(skeleton: Skeleton) -> list[tuple[int, int, Colour, float]]:
    lines: list[tuple[int, int, Colour, float]] = []
    for joint, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        if parent < 0 or name.endswith("Eye") or name == "jaw":
            continue
        colour, thick = TRUNK, 0.03
        for side, one, shades in (("left", LEFT, LEFT_FINGERS), ("right", RIGHT, RIGHT_FINGERS)):
            if name.startswith(side):
                finger = next((n for n, finger in enumerate(FINGERS) if finger in name), None)
                colour, thick = (one, 0.028) if finger is None else (shades[finger], 0.012)
        lines.append((parent, joint, colour, thick))
    return lines


def _ends(skeleton: Skeleton) -> list[tuple[str, Array, float]]:
    """Joint, offset in metres and width in metres of what lies beyond the last joints."""
    ends = [
        ("head", np.array([0.0, 0.11, 0.02]), 0.15),
        ("head", np.array([0.0, 0.05, 0.12]), 0.03),
    ]
    for side in SIDES:
        for finger in FINGERS:
            middle, last = finger_joints(side, finger)[1:]
            if middle in skeleton.names and last in skeleton.names:
                offset = 0.8 * skeleton.offsets[skeleton.index(last)]
                ends.append((last, offset, 0.012))
    return [end for end in ends if end[0] in skeleton.names]


# ── strokes ───────────────────────────────────────────────────────────────────────────────────


def draw_lines(picture: Picture, lines: Sequence[Line]) -> Picture:
    """A copy of a picture with smooth strokes over it, each with a thin dark rim."""
    from PIL import Image, ImageDraw

    if not lines:
        return picture.copy()
    height, width = picture.shape[:2]
    layer = Image.new("RGBA", (width * _FINER, height * _FINER), (*_SHADOW, 0))
    draw = ImageDraw.Draw(layer)
    for rim, opacity in ((1.2, 150), (0.0, 255)):
        for start, end, colour, thick, strength in lines:
            points = [(x * _FINER, y * _FINER) for x, y in (start, end)]
            radius = (thick / 2 + rim) * _FINER
            ink = (*(_SHADOW if rim else colour), round(opacity * strength))
            draw.line(points, fill=ink, width=max(1, round(2 * radius)))
            for x, y in points:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    smooth = layer.reduce(_FINER)
    drawn = Image.fromarray(picture)
    drawn.paste(smooth.convert("RGB"), mask=smooth.getchannel("A"))
    return np.asarray(drawn)


def _pair(point: Array) -> tuple[float, float]:
    return float(point[0]), float(point[1])
