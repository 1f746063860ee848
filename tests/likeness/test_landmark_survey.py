"""The survey that places the landmarks on the base mesh."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.likeness.face_model import average_face
from gesture_core.likeness.landmarks import IRISES, load_landmarks

SCRIPT = Path(__file__).parent.parent / "fixtures" / "survey_landmarks.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("survey_landmarks", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_whole_moves_are_shifts_sizes_and_turns(script: ModuleType) -> None:
    points = np.random.default_rng(0).normal(0, 0.05, (30, 3))
    moves = script._whole_moves(points)
    turned = points - points.mean(0)
    angle = 1e-5
    # a small turn to the side moves points by their depth, sideways only
    sideways = np.column_stack([angle * turned[:, 2], np.zeros(30)]).ravel()
    rest = sideways - moves @ np.linalg.lstsq(moves, sideways, rcond=None)[0]
    assert np.abs(rest).max() < 1e-12
    bent = np.column_stack([turned[:, 0] ** 2, np.zeros(30)]).ravel()
    rest = bent - moves @ np.linalg.lstsq(moves, bent, rcond=None)[0]
    assert np.abs(rest).max() > 1e-4


@pytest.mark.bench
def test_three_people_give_nearly_the_shipped_places(script: ModuleType) -> None:
    pytest.importorskip("mediapipe")
    found, shipped = script.survey(3), load_landmarks()
    average = shape_vertices(average_face(), {})
    away = np.linalg.norm(found.on(average) - shipped.on(average), axis=1)[: IRISES.start]
    assert np.median(away) < 0.002
    assert np.percentile(away, 90) < 0.008
    assert np.median(found.scatter) < 0.03
