"""Who is in a set of pictures: one face, and for each picture a camera and an expression.

Gauss–Newton with robust weights over all of it at once (bundle adjustment), so that what all
pictures share is the face and what differs between them is expression and pose. Every step is
a quadratic problem inside the box of what sliders and expressions may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.bounded import minimise_in_box
from gesture_core.likeness.camera import Camera
from gesture_core.likeness.face_model import SLIDERS, FaceModel
from gesture_core.likeness.face_prior import (
    SPARSE,
    change_precision,
    expression_precision,
    expression_spread,
    mode_precision,
    rest_precision,
    slider_prior,
)
from gesture_core.motion import EXPRESSIONS

Floats = NDArray[np.floating[Any]]

# A landmark strays together with its neighbours: 478 of them tell no more than some sixty would.
REDUNDANCY = 8.0
OUTLIER = 3.0  # standard deviations at which a landmark counts half
FOCAL_SPREAD = 0.35  # of the logarithm of the focal length around the usual one
FACE_POSE = 6
ORIGINS_SUM = 1 / 0.05**2  # precision of the origins' sum around 1: only their shares count
FARTHEST_MODE = 3.5  # standard deviations of a smooth displacement
SETTLED = 2e-4  # largest change of a parameter at which a fit is done
# how far one step may go, within which the picture is nearly linear in them
LENS_STEP = 0.3  # of the logarithm of the focal length
POSE_STEP = (0.5, 0.5, 0.5, 0.1, 0.1, 0.3)  # turn in radians, shift in metres
POSE_HOLD = 1e-3  # precision of a step of the pose, so that none is undetermined


@dataclass(frozen=True)
class Shape:
    """A face at rest: SLIDERS (6,), changes (K,) and smooth modes (M, 3)."""

    sliders: Floats
    changes: Floats
    modes: Floats

    @property
    def size(self) -> int:
        return self.sliders.size + self.changes.size + self.modes.size


@dataclass(frozen=True)
class Sight:
    """What one picture shows and what it is taken to be.

    pixels (L, 2); scale: pixels between the eye corners; deviation (L,): how far a landmark
    strays, in that unit; source: number of the lens, shared by the frames of a video; usual: its
    usual focal length, pixels; camera: sees the face around its own middle; expression (52,).
    """

    pixels: Floats
    scale: float
    deviation: Floats
    source: int
    usual: float
    camera: Camera
    expression: Floats


def bundle(
    model: FaceModel,
    shape: Shape,
    sights: Sequence[Sight],
    known: dict[str, float],
    *,
    steps: int,
    fixed_shape: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Shape, list[Sight]]:
    """Refine a face and what its pictures are taken to be; `fixed_shape` keeps the face."""
    problem = _Problem(model, known, max(sight.source for sight in sights) + 1, fixed_shape)
    sights = list(sights)
    for step in range(steps):
        shape, sights, change = problem.improve(shape, sights)
        progress((step + 1) / steps)
        if change < SETTLED:
            break
    return shape, sights


class _Problem:
    """The prior of a fit and its step; parameters are the shape, the lenses, then view by view
    expression and pose (turn and shift of the camera's axes)."""

    def __init__(
        self, model: FaceModel, known: dict[str, float], lenses: int, fixed_shape: bool
    ) -> None:
        self.model, self.lenses, self.fixed_shape = model, lenses, fixed_shape
        self.mean, spread, self.low, self.high = slider_prior(known)
        changes, modes = change_precision(model.names), mode_precision(model).ravel()
        size = len(SLIDERS) + len(changes) + len(modes)
        self.shape_precision = np.zeros((size, size))
        a, b = len(SLIDERS), len(SLIDERS) + len(changes)
        self.shape_precision[:a, :a] = np.diag(1 / spread**2)
        self.shape_precision[3:a, 3:a] += ORIGINS_SUM
        self.shape_precision[a:b, a:b] = changes
        self.shape_precision[b:, b:] = np.diag(modes)
        self.shape_precision += rest_precision(model)
        self.expression_precision = expression_precision()
        self.sparse = SPARSE / expression_spread()
        self.size = size

    def improve(self, shape: Shape, sights: list[Sight]) -> tuple[Shape, list[Sight], float]:
        """One step: the new shape and sights, and the largest change of a parameter."""
        model, shared = self.model, self.size + self.lenses
        per_view = len(EXPRESSIONS) + FACE_POSE
        count = shared + per_view * len(sights)
        matrix, slope = np.zeros((count, count)), np.zeros(count)
        rest = model.points(shape.sliders, shape.changes, shape.modes)
        follows = model.slopes(shape.sliders, shape.changes)
        for index, sight in enumerate(sights):
            rows, residual = self._view_rows(sight, rest, follows)
            own = np.arange(shared + index * per_view, shared + (index + 1) * per_view)
            columns = np.concatenate([np.arange(self.size), [self.size + sight.source], own])
            matrix[np.ix_(columns, columns)] += rows.T @ rows
            slope[columns] += rows.T @ residual
        self._add_priors(matrix, slope, shape, sights)
        low, high = self._box(shape, sights)
        x = minimise_in_box(matrix, slope, low, high)
        return (*self._apply(x, shape, sights), float(np.abs(x).max()))

    def _view_rows(self, sight: Sight, rest: Floats, follows: Floats) -> tuple[Floats, Floats]:
        """Weighted derivatives (2 L, P) of the landmarks' places and what is missing (2 L,)."""
        camera = sight.camera
        points = rest + np.tensordot(sight.expression, self.model.expressions, 1)
        turned = points @ camera.rotation.T
        seen = turned + camera.translation
        flat = camera.focal / seen[:, 2:] / sight.scale
        place = seen[:, :2] / seen[:, 2:]
        lens = np.zeros((len(points), 2, 3))
        lens[:, 0, 0] = lens[:, 1, 1] = 1.0
        lens[:, :, 2] = -place
        lens *= flat[:, :, None]
        missing = (sight.pixels - camera.centre - camera.focal * place) / sight.scale
        deviation = sight.deviation * np.sqrt(REDUNDANCY)
        strays = np.sum((missing / sight.deviation[:, None]) ** 2, axis=1)
        weight = np.sqrt(1 / (1 + strays / OUTLIER**2)) / deviation
        to_picture = lens @ camera.rotation
        expressions = np.moveaxis(self.model.expressions, 0, -1)
        rows = np.concatenate(
            [
                to_picture @ follows,
                (camera.focal / sight.scale * place)[:, :, None],
                to_picture @ expressions,
                lens @ -_cross(turned),
                lens,
            ],
            axis=2,
        )
        weighted = rows * weight[:, None, None]
        return weighted.reshape(-1, rows.shape[2]), (missing * weight[:, None]).ravel()

    def _add_priors(self, matrix: Floats, slope: Floats, shape: Shape, sights: list[Sight]) -> None:
        size = self.size
        value = np.concatenate([shape.sliders - self.mean, shape.changes, shape.modes.ravel()])
        matrix[:size, :size] += self.shape_precision
        slope[:size] -= self.shape_precision @ value
        origins = slice(3, len(SLIDERS))
        excess = np.sum(self.mean[origins]) - 1.0
        slope[origins] -= ORIGINS_SUM * excess
        for lens in range(self.lenses):
            sight = next(sight for sight in sights if sight.source == lens)
            matrix[size + lens, size + lens] += 1 / FOCAL_SPREAD**2
            slope[size + lens] -= np.log(sight.camera.focal / sight.usual) / FOCAL_SPREAD**2
        start, count = size + self.lenses, len(EXPRESSIONS)
        for sight in sights:
            here = slice(start, start + count)
            matrix[here, here] += self.expression_precision
            slope[here] -= self.expression_precision @ sight.expression + self.sparse
            pose = np.arange(start + count, start + count + FACE_POSE)
            matrix[pose, pose] += POSE_HOLD
            start += count + FACE_POSE

    def _box(self, shape: Shape, sights: list[Sight]) -> tuple[Floats, Floats]:
        """How far a step may go."""
        local = np.ones(len(shape.changes))
        smooth = np.full(shape.modes.size, FARTHEST_MODE)
        value = np.concatenate([shape.sliders, shape.changes, shape.modes.ravel()])
        low = np.concatenate([self.low, -local, -smooth]) - value
        high = np.concatenate([self.high, local, smooth]) - value
        if self.fixed_shape:
            low, high = np.zeros_like(low), np.zeros_like(high)
        lens = np.zeros(self.lenses) if self.fixed_shape else np.full(self.lenses, LENS_STEP)
        lows, highs = [low, -lens], [high, lens]
        pose = np.array(POSE_STEP)
        for sight in sights:
            lows += [-sight.expression, -pose]
            highs += [1 - sight.expression, pose]
        return np.concatenate(lows), np.concatenate(highs)

    def _apply(self, x: Floats, shape: Shape, sights: list[Sight]) -> tuple[Shape, list[Sight]]:
        a, b = len(SLIDERS), len(SLIDERS) + len(shape.changes)
        size = self.size
        shape = Shape(
            shape.sliders + x[:a],
            shape.changes + x[a:b],
            shape.modes + x[b:size].reshape(-1, 3),
        )
        own = x[size + self.lenses :].reshape(len(sights), -1)
        moved = []
        for sight, step in zip(sights, own, strict=True):
            expression, turn, shift = np.split(step, [len(EXPRESSIONS), len(EXPRESSIONS) + 3])
            camera = replace(
                sight.camera,
                focal=sight.camera.focal * float(np.exp(x[size + sight.source])),
                rotation=_rotation(turn) @ sight.camera.rotation,
                translation=sight.camera.translation + shift,
            )
            fresh = np.clip(sight.expression + expression, 0, 1)
            moved.append(replace(sight, camera=camera, expression=fresh))
        return shape, moved


def first_camera(points: Floats, landmarks: Floats, focal: float, centre: Floats) -> Camera:
    """A camera that sees points (L, 3) about where landmarks (L, 3), pixels with a depth of the
    same scale, lie: a similarity (Umeyama 1991) read as a weak perspective."""
    middle, place = points.mean(0), landmarks.mean(0)
    left, sizes, right = np.linalg.svd((landmarks - place).T @ (points - middle))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = left @ flip @ right
    scale = np.sum(sizes * np.diag(flip)) / np.sum((points - middle) ** 2)
    depth = focal / scale
    ahead = np.append((place[:2] - centre) / focal * depth, depth)
    return Camera(focal, centre, rotation, ahead - rotation @ middle)


def first_shape(model: FaceModel, known: dict[str, float]) -> Shape:
    """The middle of the population."""
    mean = slider_prior(known)[0]
    return Shape(mean, np.zeros(len(model.names)), np.zeros((len(model.modes), 3)))


def _cross(points: Floats) -> Floats:
    """Matrices (L, 3, 3) of the cross product with points (L, 3)."""
    matrices = np.zeros((len(points), 3, 3))
    x, y, z = points.T
    matrices[:, 0, 1], matrices[:, 0, 2], matrices[:, 1, 2] = -z, y, -x
    return matrices - matrices.transpose(0, 2, 1)


def _rotation(turn: Floats) -> Floats:
    """Rotation matrix of a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(turn))
    if angle < 1e-12:
        return np.eye(3)
    k = _cross(turn[None] / angle)[0]
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k
