"""The face model: landmarks on the base mesh, sliders, smooth displacements, priors."""

import numpy as np
import pytest

from gesture_core.avatar.basemesh import BODY, load_base_mesh
from gesture_core.avatar.human import load_expressions
from gesture_core.avatar.phenotype import ORIGINS, shape_vertices
from gesture_core.likeness import face_prior
from gesture_core.likeness.face_model import (
    AVERAGE_BODY,
    SLIDERS,
    average_face,
    corner_weights,
    head_changes,
    load_face_model,
)
from gesture_core.likeness.landmarks import COUNT, EYE_CORNERS, IRISES, load_landmarks
from gesture_core.likeness.smooth_modes import smooth_modes
from gesture_core.motion import EXPRESSIONS

MIRROR = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def average() -> np.ndarray:
    return shape_vertices(average_face(), {})


def random_face(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sliders = np.concatenate([rng.random(1), rng.uniform(0.6, 1, 1), rng.random(1), rng.random(3)])
    changes = rng.uniform(-0.6, 0.6, len(head_changes()))
    return sliders, changes


def test_landmarks_lie_where_their_names_say(average: np.ndarray) -> None:
    found = load_landmarks()
    assert found.vertices.shape == found.shares.shape == (COUNT, 3)
    assert found.shares.min() >= -1e-3
    assert found.shares.sum(1) == pytest.approx(1, abs=1e-3)
    places = found.on(average)
    right, left = places[list(EYE_CORNERS)]
    assert right[0] < -0.03
    assert left[0] > 0.03
    forehead, chin, nose = places[10], places[152], places[1]
    assert forehead[1] > right[1] > nose[1] > chin[1]
    assert nose[2] > max(forehead[2], chin[2])
    eyeballs = [np.unique(load_base_mesh().faces[f"helper-{s}-eye"]) for s in "rl"]
    assert np.isin(found.vertices[IRISES], np.concatenate(eyeballs)).all()
    assert (found.vertices[: IRISES.start] < BODY.stop).all()


def test_landmarks_are_the_same_on_both_sides(average: np.ndarray) -> None:
    places = load_landmarks().on(average)[: IRISES.start]
    mirrored = places * MIRROR
    gaps = np.linalg.norm(places[:, None] - mirrored[None], axis=2).min(1)
    assert np.median(gaps) < 5e-4


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_points_are_those_of_the_shaped_body(seed: int) -> None:
    model, landmarks = load_face_model(), load_landmarks()
    sliders, changes = random_face(seed)
    phenotype = {**AVERAGE_BODY, **dict(zip(SLIDERS, sliders, strict=True))}
    body = shape_vertices(phenotype, dict(zip(model.names, changes, strict=True)))
    coefficients = np.random.default_rng(seed).normal(0, 1, (len(model.modes), 3))
    body = body + np.einsum("nm,mc->nc", model.everywhere, coefficients)
    whole = landmarks.on(body)
    found = model.points(sliders, changes, coefficients)
    # the model counts from the middle of the face that the sliders alone give
    plain = landmarks.on(shape_vertices(phenotype, {}))
    assert found == pytest.approx(whole - plain.mean(0), abs=2e-5)


def test_expressions_are_those_of_the_body() -> None:
    expected = load_landmarks().on(load_expressions())
    assert load_face_model().expressions == pytest.approx(expected, abs=1e-6)


def test_slopes_are_finite_differences() -> None:
    model = load_face_model()
    sliders, changes = random_face(5)
    modes = np.zeros((len(model.modes), 3))
    slopes = model.slopes(sliders, changes)
    here = model.points(sliders, changes, modes)
    step = 1e-3
    for index in (0, 1, 2, 4):
        beyond = model.points(sliders + step * np.eye(6)[index], changes, modes)
        assert slopes[:, :, index] == pytest.approx((beyond - here) / step, abs=5e-4)
    for index in (0, 40, 100):
        beyond = changes.copy()
        beyond[index] += step
        moved = model.points(sliders, beyond, modes) - here
        assert slopes[:, :, 6 + index] == pytest.approx(moved / step, abs=2e-4)
    row, axis = 7, 2
    modes[row, axis] = 1
    moved = model.points(sliders, changes, modes) - here
    column = 6 + len(changes) + 3 * row + axis
    assert slopes[:, :, column] == pytest.approx(moved, abs=1e-6)


def test_corner_weights() -> None:
    pure = corner_weights(np.array([1.0, 1.0, 0.5, 0.0, 0.0, 2.0]))
    assert pure.max() == pytest.approx(1)
    mixed = corner_weights(np.array([0.25, 0.8, 0.4, 0.2, 0.2, 0.1]))
    assert mixed.sum() == pytest.approx(1)
    assert mixed.min() >= 0


def test_smooth_modes_are_smooth_symmetric_and_end_at_the_face(average: np.ndarray) -> None:
    mesh, landmarks = load_base_mesh(), load_landmarks()
    modes = smooth_modes(landmarks)
    skull = average[:, 2] < 0
    assert not modes.values[skull].any()
    assert not modes.values[average[:, 1] < average[BODY, 1].max() - 0.35].any()
    # both sides alike, or opposite
    order = np.lexsort(mesh.vertices[BODY].round(7).T)
    other = np.lexsort((mesh.vertices[BODY] * MIRROR).round(7).T)
    body = modes.values[BODY]
    scale = np.abs(body).max()
    even, odd = body[:, : modes.even], body[:, modes.even :]
    assert np.abs(even[order] - even[other]).max() < 0.2 * scale
    assert np.abs(odd[order] + odd[other]).max() < 0.2 * scale
    # no sharper than skin: neighbours move alike
    edges = np.sort(mesh.faces["body"][:, :2], axis=1)
    length = np.linalg.norm(mesh.vertices[edges[:, 0]] - mesh.vertices[edges[:, 1]], axis=1)
    strain = np.abs(body[edges[:, 0]] - body[edges[:, 1]]).max(1) / np.maximum(length, 1e-4)
    assert strain.max() < 0.35


def test_eyeballs_and_teeth_move_as_one_piece() -> None:
    modes, mesh = smooth_modes(load_landmarks()).values, load_base_mesh()
    for group in ("helper-l-eye", "helper-r-eye", "helper-upper-teeth", "helper-lower-teeth"):
        piece = modes[np.unique(mesh.faces[group])]
        assert np.ptp(piece, axis=0).max() < 1e-12
        assert np.abs(piece).max() > 1e-4


def test_prior_holds_what_is_known_and_couples_the_sides() -> None:
    mean, _, low, high = face_prior.slider_prior({"gender": 1.0, "asian": 0.3})
    assert mean[0] == low[0] == high[0] == 1.0
    assert mean[4] == low[4] == high[4] == 0.3
    names = head_changes()
    precision = face_prior.change_precision(names)
    assert np.linalg.eigvalsh(precision).min() > 0
    left, right = names.index("l-eye-scale-incr"), names.index("r-eye-scale-incr")
    together, apart = np.zeros(len(names)), np.zeros(len(names))
    together[[left, right]] = 0.2
    apart[left], apart[right] = 0.2, -0.2
    assert apart @ precision @ apart > 10 * (together @ precision @ together)


def test_a_smile_is_likelier_than_a_pout() -> None:
    precision = face_prior.expression_precision()

    def cost(stem: str, sides: tuple[str, ...]) -> float:
        row = np.zeros(len(EXPRESSIONS))
        for side in sides:
            row[EXPRESSIONS.index(stem + side)] = 0.5
        return float(row @ precision @ row)

    smile = cost("mouthSmile", ("Left", "Right"))
    assert smile < cost("mouthPucker", ("",))
    assert smile < cost("mouthSmile", ("Left",))


def test_lips_stay_together() -> None:
    model = load_face_model()
    precision = face_prior.rest_precision(model)
    # a mode by itself moves both lips alike and costs little beside opening the mouth by a change
    step = np.zeros(len(precision))
    step[6 + model.names.index("mouth-scale-vert-incr")] = 0.3
    gap = step @ precision @ step * face_prior.LIP_GAP**2
    assert gap < 0.002**2 * len(face_prior.LIPS)


def test_the_average_face_is_in_the_population() -> None:
    phenotype = average_face()
    for name in SLIDERS:
        if name not in ORIGINS:
            mean, spread, low, high = face_prior.POPULATION[name]
            assert low <= phenotype[name] <= high
            assert abs(phenotype[name] - mean) < spread
