"""The skin that signing hands touch: capsules of the body, finer at head and wrists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gesture_core.body.description import Capsule, load_body
from gesture_core.body.volume import Volume, body_volume
from gesture_core.config import load_config
from gesture_core.kinematics import nearest_on_segment, unit
from gesture_core.resources import data_path
from gesture_core.rotation import Array, quat_identity
from gesture_core.skeleton import HUMANOID

_START = 0.3
_STEPS = 60


@dataclass(frozen=True)
class Skin:
    """What `data/lexicon/skin.yaml` says: parts by name, of the head and of the left arm's end."""

    head: dict[str, Capsule]
    forearm: dict[str, Capsule]


@lru_cache(maxsize=1)
def signing_volume() -> Volume:
    """The volume of `HUMANOID` with a face, and with forearms that taper towards the wrist."""
    body, skin = load_body(), load_config(Skin, data_path("lexicon/skin.yaml"))
    obstacles = {name: part for name, part in body.obstacles.items() if name != "head"}
    arms = {name: part for name, part in body.arms.items() if name != "forearm"}
    finer = replace(body, obstacles=obstacles | skin.head, arms=skin.forearm | arms)
    return body_volume(finer, HUMANOID)


def skin_depth(points: Array) -> Array:
    """How deep points `(..., 3)` lie in the body standing at rest, metres; negative outside."""
    capsules = signing_volume().body
    start, end = capsules.endpoints(HUMANOID.rest_positions, quat_identity((len(HUMANOID),)))
    near = nearest_on_segment(points[..., None, :], start, end)
    away = np.linalg.norm(points[..., None, :] - near, axis=-1)
    return np.max(capsules.radius - away, axis=-1)


def on_skin(point: Array, outwards: Array) -> Array:
    """The outermost point `(3,)` of the resting skin on the line through `point` along `outwards`.

    Sphere tracing: the line is followed inwards by as much as the skin is away.
    """
    along = unit(outwards)
    place = np.asarray(point, dtype=float) + _START * along
    for _ in range(_STEPS):
        place = place + min(float(skin_depth(place)), 0.0) * along
    if abs(float(skin_depth(place))) > 1e-3:
        raise ValueError(f"no skin on the line through {point} along {outwards}")
    return place
