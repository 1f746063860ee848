"""A person's face from views of it: sliders, smooth offsets, and each view's camera and look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import BODY
from gesture_core.avatar.human import load_expressions
from gesture_core.avatar.phenotype import ORIGINS, shape_vertices
from gesture_core.likeness.bundle import Shape, Sight, bundle, first_camera, first_shape
from gesture_core.likeness.camera import Camera
from gesture_core.likeness.face_finding import head_turn
from gesture_core.likeness.face_model import (
    AVERAGE_BODY,
    SLIDERS,
    FaceModel,
    load_face_model,
)
from gesture_core.likeness.face_view import FaceView
from gesture_core.likeness.landmarks import EYE_CORNERS, load_landmarks
from gesture_core.likeness.proportions import femininity
from gesture_core.progress import Progress, silent

Floats = NDArray[np.floating[Any]]

USUAL_FOCAL = 1.4  # focal length over the longer side of a photo: 50 mm on a 36 mm film
USUAL_DISTANCE = 0.7  # metres: a face that fills the picture was rather zoomed in than nearer
STEPS = 14
LEAST_DEVIATION = 0.010  # of a landmark, in distances of the eye corners


@dataclass(frozen=True, eq=False)
class FittedView:
    """A view, the camera that took it, the expression (52,) in it, and the median distance of
    its landmarks from the fitted face's, in distances of the eye corners."""

    view: FaceView
    camera: Camera
    expression: Floats
    error: float


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted face on a body.

    phenotype and changes: sliders as `shape_vertices` takes them; offsets (19158, 3): smooth
    displacements in metres on top of them, zero away from the face; views: what it was fitted
    to. Cameras see the body as `vertices` gives it: bind pose, feet on the floor.
    """

    phenotype: dict[str, float]
    changes: dict[str, float]
    offsets: Floats
    views: tuple[FittedView, ...]
    shape: Shape

    def vertices(self, expression: Floats | None = None) -> Floats:
        """Bind pose (19158, 3) in metres, at rest or with an expression (52,)."""
        if expression is None:
            return self._rest.copy()
        return self._rest + np.tensordot(expression, load_expressions(), 1)

    @cached_property
    def _rest(self) -> Floats:
        vertices = shape_vertices(self.phenotype, self.changes) + self.offsets
        return vertices - [0.0, vertices[BODY, 1].min(), 0.0]


def fit_face(
    views: Sequence[FaceView],
    *,
    progress: Progress = silent,
    known: Mapping[str, float] | None = None,
) -> Fit:
    """Fit one face to all views of it at once.

    `known` holds what need not be guessed: gender, age, weight (0–1, as in a phenotype), or
    origins, of which the ones left out then count as 0. A gender that is not known is read off
    the proportions of the face and taken for clear, as bodies between the two are rare.
    """
    model = load_face_model()
    known = {"gender": float(femininity(views) > 0.5), **_complete(known or {})}
    shape = first_shape(model, known)
    points = model.points(shape.sliders, shape.changes, shape.modes)
    lenses = _usual_lenses(views, points)
    sources = list(lenses)
    sights = [
        _sight(view, points, sources.index(_source(view)), lenses[_source(view)]) for view in views
    ]
    text = "fitting the face"
    shape, sights = bundle(
        model, shape, sights, known, steps=STEPS, progress=lambda share: progress(share, text)
    )
    return _fit(model, shape, sights, views)


def refit_view(fit: Fit, view: FaceView) -> FittedView:
    """Camera and expression of another view of a fitted face, which itself stays as it is.

    The lens of the source's other views is taken over where there are any.
    """
    model = load_face_model()
    points = model.points(fit.shape.sliders, fit.shape.changes, fit.shape.modes)
    lens = _usual_lenses([view], points)[_source(view)]
    for other in fit.views:
        if _source(other.view) == _source(view):
            lens = other.camera.focal * _photo_scale(other.view)
    sight = _sight(view, points, 0, lens)
    _, sights = bundle(model, fit.shape, [sight], {}, steps=STEPS, fixed_shape=True)
    return _fitted(model, fit.shape, sights[0], view, _world_shift(fit, model))


def _complete(known: Mapping[str, float]) -> dict[str, float]:
    found = {name: float(value) for name, value in known.items() if name in SLIDERS}
    if any(origin in found for origin in ORIGINS):
        found = {**dict.fromkeys(ORIGINS, 0.0), **found}
    return found


def _fit(model: FaceModel, shape: Shape, sights: list[Sight], views: Sequence[FaceView]) -> Fit:
    sliders = dict(zip(SLIDERS, map(float, shape.sliders), strict=True))
    total = sum(sliders[origin] for origin in ORIGINS)
    sliders.update({origin: sliders[origin] / total for origin in ORIGINS})
    changes = {
        name: round(float(value), 4)
        for name, value in zip(model.names, shape.changes, strict=True)
        if abs(value) >= 5e-5
    }
    offsets = np.einsum("nm,mc->nc", model.everywhere, shape.modes)
    fit = Fit({**AVERAGE_BODY, **sliders}, changes, offsets, (), shape)
    shift = _world_shift(fit, model)
    pairs = zip(sights, views, strict=True)
    return replace(fit, views=tuple(_fitted(model, shape, s, v, shift) for s, v in pairs))


def _world_shift(fit: Fit, model: FaceModel) -> Floats:
    """From the middle of the face model to the world where the feet are on the floor (3,)."""
    at_landmarks = load_landmarks().on(fit.vertices())
    inside = model.points(fit.shape.sliders, fit.shape.changes, fit.shape.modes)
    return np.mean(at_landmarks - inside, axis=0)


def _fitted(
    model: FaceModel, shape: Shape, sight: Sight, view: FaceView, shift: Floats
) -> FittedView:
    points = model.points(shape.sliders, shape.changes, shape.modes)
    points = points + np.tensordot(sight.expression, model.expressions, 1)
    away = np.linalg.norm(sight.camera.project(points)[:, :2] - view.landmarks[:, :2], axis=1)
    error = float(np.median(away) / sight.scale)
    return FittedView(view, sight.camera.moved(shift), sight.expression, error)


def _sight(view: FaceView, points: Floats, source: int, lens: float) -> Sight:
    """A view before anything is known but its usual lens (pixels of the photo) and about where
    the landmarks lie in space."""
    usual = lens / _photo_scale(view)
    camera = first_camera(points, view.landmarks, usual, _optical_centre(view))
    right, left = view.landmarks[list(EYE_CORNERS)]
    deviation = np.maximum(load_landmarks().scatter, LEAST_DEVIATION)
    apart = float(np.linalg.norm(left - right))
    pixels = view.landmarks[:, :2] - apart * load_landmarks().drifted(head_turn(view.landmarks))
    return Sight(pixels, apart, deviation, source, usual, camera, np.zeros(52))


def _usual_lenses(views: Sequence[FaceView], points: Floats) -> dict[str, float]:
    """The focal length to expect of each source, in pixels of its photos."""
    lenses: dict[str, float] = {}
    for view in views:
        usual = USUAL_FOCAL * max(view.photo.rgb.shape[:2])
        focal = usual / _photo_scale(view)
        camera = first_camera(points, view.landmarks, focal, _optical_centre(view))
        usual *= max(1.0, USUAL_DISTANCE / float(camera.translation[2]))
        lenses[_source(view)] = max(usual, lenses.get(_source(view), 0.0))
    return lenses


def _optical_centre(view: FaceView) -> Floats:
    """The middle of the photo in pixels of the crop (2,)."""
    height, width = view.photo.rgb.shape[:2]
    middle = np.array([width / 2, height / 2]) - view.to_photo[:, 2]
    return np.linalg.solve(view.to_photo[:, :2], middle)


def _photo_scale(view: FaceView) -> float:
    """Pixels of the photo in one of the crop."""
    return float(np.hypot(*view.to_photo[:, 0]))


def _source(view: FaceView) -> str:
    """The file a view comes from: frames of a video share their lens."""
    name = view.photo.name
    return name.rsplit(" at ", 1)[0] if view.photo.seconds is not None else name
