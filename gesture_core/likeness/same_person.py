"""Whether all faces are one person's, as a network says that was trained to tell people apart.

Landmarks alone do not tell: turning a head moves them more than changing the person does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.face_finding import Face
from gesture_core.likeness.identity import distances, embed, face_chip, load_identity

Floats = NDArray[np.floating[Any]]

SAME = 0.5
"""Distance below which faces are one person's. Less than dlib's 0.6: a good view that is left out
costs little, a stranger's that is let in costs the likeness."""


def embed_faces(faces: Sequence[Face], weights: Path) -> Floats:
    """Embeddings (N, D) of faces; `weights`: folder of the network's, see `load_identity`."""
    return embed(load_identity(weights), [face_chip(face.rgb, face.landmarks) for face in faces])


def of_one_person(embeddings: Floats) -> tuple[int, NDArray[np.bool_]]:
    """The face (its number) that most of the others are like, and which faces (N,) are of that
    person: those that lie near most of the faces like it. Of equals the first counts."""
    apart = distances(embeddings, embeddings)
    near = apart < SAME
    centre = int(np.argmax(near.sum(axis=1)))
    return centre, np.median(apart[:, near[centre]], axis=1) < SAME
