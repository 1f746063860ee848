"""Fitting faces: what went in comes out again, and smiles stay in their pictures."""

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.avatar.basemesh import BODY, load_base_mesh
from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.likeness.camera import Camera
from gesture_core.likeness.face_finding import head_turn
from gesture_core.likeness.face_model import AVERAGE_BODY, average_face
from gesture_core.likeness.face_view import FaceView
from gesture_core.likeness.fit import Fit, fit_face, refit_view
from gesture_core.likeness.landmarks import EYE_CORNERS, IRISES, load_landmarks
from gesture_core.likeness.photo import Photo
from gesture_core.likeness.proportions import femininity
from gesture_core.motion import EXPRESSIONS
from tests.fixtures.photograph_heads import look_at

SIZE = 600
PHENOTYPE = {**AVERAGE_BODY, "gender": 0.0, "age": 0.78, "weight": 0.6, "caucasian": 1.0}
CHANGES = {
    "nose-scale-vert-incr": 0.5,
    "nose-scale-depth-incr": 0.4,
    "chin-width-incr": 0.6,
    "l-eye-scale-incr": 0.4,
    "r-eye-scale-incr": 0.4,
    "mouth-scale-horiz-incr": -0.4,
}
KNOWN = {"gender": 0.0, "caucasian": 1.0}


def body_of(phenotype: dict[str, float], changes: dict[str, float]) -> np.ndarray:
    vertices = shape_vertices(phenotype, changes)
    return vertices - [0.0, vertices[BODY, 1].min(), 0.0]


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return body_of(PHENOTYPE, CHANGES)


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """Vertices within a centimetre of the landmarks."""
    average = shape_vertices(average_face(), {})
    seeds = load_landmarks().on(average)[: IRISES.start]
    near = np.linalg.norm(average[BODY, None] - seeds[None, ::4], axis=2).min(1)
    return np.flatnonzero((near < 0.01) & (average[BODY, 2] > 0.05))


def expression_of(**values: float) -> np.ndarray:
    row = np.zeros(len(EXPRESSIONS))
    for stem, value in values.items():
        for name in (stem, f"{stem}Left", f"{stem}Right"):
            if name in EXPRESSIONS:
                row[EXPRESSIONS.index(name)] = value
    return row


def camera_before(vertices: np.ndarray, yaw: float = 0.0, distance: float = 0.7) -> Camera:
    middle = load_landmarks().on(vertices).mean(0)
    away = np.array([np.sin(yaw), 0.0, np.cos(yaw)])
    return look_at(middle, middle + distance * away, 1.4 * SIZE, SIZE)


def view_of(
    vertices: np.ndarray, camera: Camera, name: str = "one.png", noise: float = 0.0
) -> FaceView:
    """What a landmark network without drift would see of a body."""
    seen = camera.project(load_landmarks().on(vertices))
    depth = (seen[:, 2] - seen[:, 2].mean()) * camera.focal / seen[:, 2].mean()
    landmarks = np.column_stack([seen[:, :2], depth])
    right, left = landmarks[list(EYE_CORNERS)]
    stray = np.random.default_rng(0).normal(0, noise, (len(landmarks), 2))
    drift = load_landmarks().drifted(head_turn(landmarks))
    landmarks[:, :2] += np.linalg.norm(left - right) * (drift + stray)
    blank = np.zeros((SIZE, SIZE, 3), np.uint8)
    photo = Photo(name, blank, 1.0 if " at " in name else None)
    unchanged = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    person = np.ones((SIZE, SIZE), np.float32)
    return FaceView(photo, blank, unchanged, landmarks, person, 1.0, head_turn(landmarks))


def with_expression(vertices: np.ndarray, expression: np.ndarray) -> np.ndarray:
    from gesture_core.avatar.human import load_expressions

    return vertices + np.tensordot(expression, load_expressions(), 1)


def distance(found: np.ndarray, truth: np.ndarray, among: np.ndarray) -> float:
    """Mean distance in millimetres after the best similarity transform (Umeyama 1991)."""
    a, b = found[among], truth[among]
    a, b = a - a.mean(0), b - b.mean(0)
    left, sizes, right = np.linalg.svd(b.T @ a)
    scale = sizes.sum() / np.sum(a**2)
    return float(1e3 * np.linalg.norm(scale * a @ (left @ right).T - b, axis=1).mean())


def test_one_picture_brings_the_face_nearer(truth: np.ndarray, face: np.ndarray) -> None:
    fit = fit_face([view_of(truth, camera_before(truth))], known=KNOWN)
    before = distance(body_of(average_face(), {}), truth, face)
    assert before > 1.8
    assert distance(fit.vertices(), truth, face) < 0.6 * before
    assert fit.views[0].error < 0.006


def test_pictures_from_the_side_add_depth(truth: np.ndarray, face: np.ndarray) -> None:
    views = [
        view_of(truth, camera_before(truth, yaw), f"talk.mp4 at {yaw} s")
        for yaw in (-0.5, 0.0, 0.3, 0.6)
    ]
    fit = fit_face(views, known=KNOWN)
    assert distance(fit.vertices(), truth, face) < 0.7
    focals = [seen.camera.focal for seen in fit.views]
    assert np.ptp(focals) < 1e-6  # one video, one lens
    for seen, yaw in zip(fit.views, (-0.5, 0.0, 0.3, 0.6), strict=True):
        heading = seen.camera.rotation[2]  # where the camera looks
        assert np.arctan2(-heading[0], -heading[2]) == pytest.approx(yaw, abs=0.04)


def test_cameras_see_the_body_that_the_fit_gives(truth: np.ndarray) -> None:
    view = view_of(truth, camera_before(truth, 0.3), noise=0.005)
    fit = fit_face([view], known=KNOWN)
    seen = fit.views[0]
    drawn = seen.camera.project(load_landmarks().on(fit.vertices(seen.expression)))[:, :2]
    right, left = view.landmarks[list(EYE_CORNERS)]
    away = np.linalg.norm(drawn - view.landmarks[:, :2], axis=1) / np.linalg.norm(left - right)
    assert np.median(away) == pytest.approx(seen.error, rel=0.02)
    assert fit.vertices()[BODY, 1].min() == pytest.approx(0)


def test_a_smile_stays_in_its_picture(truth: np.ndarray) -> None:
    smiling = with_expression(truth, expression_of(mouthSmile=0.8, cheekSquint=0.4))
    camera = camera_before(truth)
    both = fit_face(
        [view_of(truth, camera, "a.png"), view_of(smiling, camera, "b.png")], known=KNOWN
    )
    smile = [EXPRESSIONS.index(f"mouthSmile{side}") for side in ("Left", "Right")]
    at_rest, at_smile = (seen.expression[smile].mean() for seen in both.views)
    assert at_rest < 0.15
    assert at_smile > at_rest + 0.55
    alone = fit_face([view_of(smiling, camera)], known=KNOWN)
    assert alone.views[0].expression[smile].mean() > 0.45
    width = abs(np.subtract(*load_landmarks().on(truth)[[61, 291], 0]))
    broad = abs(np.subtract(*load_landmarks().on(smiling)[[61, 291], 0]))
    found = abs(np.subtract(*load_landmarks().on(alone.vertices())[[61, 291], 0]))
    assert found < width + 0.5 * (broad - width)


def test_what_is_not_seen_stays_within_the_population(truth: np.ndarray) -> None:
    fit = fit_face([view_of(truth, camera_before(truth), noise=0.02)], known=KNOWN)
    heads = [name for name in fit.changes if name.startswith(("head-scale", "l-ear", "r-ear"))]
    assert max((abs(fit.changes[name]) for name in heads), default=0) < 0.3
    back = fit.vertices()[BODY, 2] < -0.02
    assert not fit.offsets[BODY][back].any()
    assert np.abs(fit.offsets).max() < 0.012


def test_landmarks_astray_are_left_alone(truth: np.ndarray, face: np.ndarray) -> None:
    view = view_of(truth, camera_before(truth))
    covered = view.landmarks.copy()
    hand = np.flatnonzero((covered[:, 0] > 330) & (covered[:, 1] > 320))
    assert len(hand) > 20
    covered[hand[::3], :2] += [60.0, 25.0]
    good = fit_face([view], known=KNOWN)
    fit = fit_face([replace(view, landmarks=covered)], known=KNOWN)
    assert distance(fit.vertices(), good.vertices(), face) < 0.8


def test_another_view_of_a_fitted_face(truth: np.ndarray) -> None:
    views = [view_of(truth, camera_before(truth, yaw), f"{yaw}.png") for yaw in (0.0, 0.4)]
    fit = fit_face(views, known=KNOWN)
    open_mouth = with_expression(truth, expression_of(jawOpen=0.5))
    seen = refit_view(fit, view_of(open_mouth, camera_before(truth, -0.2), "held.png"))
    assert seen.error < 0.012
    assert seen.expression[EXPRESSIONS.index("jawOpen")] == pytest.approx(0.5, abs=0.15)


def test_known_sliders_are_kept(truth: np.ndarray) -> None:
    fit = fit_face(
        [view_of(truth, camera_before(truth))], known={"gender": 1.0, "age": 0.9, "asian": 1.0}
    )
    assert fit.phenotype["gender"] == 1.0
    assert fit.phenotype["age"] == pytest.approx(0.9)
    origins = [fit.phenotype[name] for name in ("african", "asian", "caucasian")]
    assert origins == pytest.approx([0, 1, 0], abs=1e-6)


def test_long_noses_and_wide_faces_are_taken_for_men(truth: np.ndarray) -> None:
    view = view_of(truth, camera_before(truth))
    wider, narrower = view.landmarks * [1.10, 1.1, 1], view.landmarks * [0.9, 0.9, 1]
    corners = list(EYE_CORNERS)
    for changed in (wider, narrower):
        changed[corners] = view.landmarks[corners]
    man, woman = (femininity([replace(view, landmarks=row)]) for row in (wider, narrower))
    assert man < 0.5 < woman
    assert fit_of(view, wider).phenotype["gender"] == 0.0
    assert fit_of(view, narrower).phenotype["gender"] == 1.0


def fit_of(view: FaceView, landmarks: np.ndarray) -> Fit:
    return fit_face([replace(view, landmarks=landmarks)])


def test_eyes_and_teeth_follow_the_offsets(truth: np.ndarray) -> None:
    fit = fit_face([view_of(truth, camera_before(truth), noise=0.01)], known=KNOWN)
    faces = load_base_mesh().faces
    for group in ("helper-l-eye", "helper-r-eye", "helper-upper-teeth"):
        piece = fit.offsets[np.unique(faces[group])]
        assert np.ptp(piece, axis=0).max() < 1e-9
