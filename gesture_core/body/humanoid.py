"""Whether a skeleton is the one the body is described for."""

from __future__ import annotations

import numpy as np

from gesture_core.skeleton import HUMANOID, Skeleton

_SAME = 1e-4


def require_humanoid(skeleton: Skeleton) -> None:
    """Raise `ValueError` unless joints and proportions are those of `HUMANOID`, to 0.1 mm."""
    if skeleton is HUMANOID:
        return
    same = skeleton.names == HUMANOID.names and skeleton.parents == HUMANOID.parents
    if not same or np.abs(skeleton.offsets - HUMANOID.offsets).max() > _SAME:
        raise ValueError("the motion is not on the HUMANOID skeleton; retarget it first")
