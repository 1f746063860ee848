"""The estimators that find people in pictures, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.keypoints import Crowd


class Estimator(Protocol):
    """Finds the keypoints of everybody in a picture sequence; the same pictures, the same answer.

    An estimator is plain data until `estimate` is called, so that it can be sent to a process.
    """

    @property
    def name(self) -> str:
        """Its key in `ESTIMATORS`."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same pictures could give another answer."""
        ...

    def estimate(
        self, frames: Iterable[NDArray[np.uint8]], fps: float, width: int, height: int
    ) -> Crowd:
        """Keypoints in a picture of `width` × `height` pixels for `frames` (H, W, 3) RGB.

        The frames may be smaller than that, as long as they show the same; they belong to one
        scene, and nothing is remembered of the scene before.
        """
        ...


@dataclass(frozen=True)
class EstimationConfig:
    """How people are found in a video.

    `estimator`: one of `ESTIMATORS`. `max_height`: rows of the pictures that it looks at; fewer
    are faster to read but lose the fingers of people who stand far away. `look_around`: seconds
    from one count of the people in the picture to the next.
    """

    estimator: str = "mediapipe"
    max_height: int = 720
    look_around: float = 0.2


def _mediapipe(config: EstimationConfig) -> Estimator:
    from gesture_core.pose.mediapipe_holistic import MediapipeHolistic

    return MediapipeHolistic(config.look_around)


ESTIMATORS: dict[str, Callable[[EstimationConfig], Estimator]] = {"mediapipe": _mediapipe}


def estimator_of(config: EstimationConfig) -> Estimator:
    """The estimator that `config` names, ready for use; `UserError` when it cannot be used."""
    if config.estimator not in ESTIMATORS:
        raise UserError(
            f"there is no estimator {config.estimator!r}; valid: {', '.join(sorted(ESTIMATORS))}"
        )
    return ESTIMATORS[config.estimator](config)
