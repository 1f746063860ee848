"""How much the pictures of a video change, noted while they pass by on their way to a detector."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

GAP = 1.0
"""Seconds between the two pictures that are compared."""
WIDTH = 160
"""About this many columns are left of a picture before it is compared: noise averages out."""


class PictureChanges:
    """Hands pictures `(H, W, 3)` on and notes how much each differs from one `GAP` seconds before.

    Iterate over it where the pictures are wanted; `values` then holds the mean absolute
    difference of each, in grey levels 0–255, NaN for those of the first `GAP` seconds.
    """

    def __init__(self, pictures: Iterable[Picture], fps: float) -> None:
        self._pictures = pictures
        self._before: deque[NDArray[np.int16]] = deque(maxlen=max(1, round(GAP * fps)))
        self._values: list[float] = []

    def __iter__(self) -> Iterator[Picture]:
        for picture in self._pictures:
            small = _shrunk(picture)
            waited = len(self._before) == self._before.maxlen
            change = float(np.abs(small - self._before[0]).mean()) if waited else np.nan
            self._values.append(change)
            self._before.append(small)
            yield picture

    @property
    def values(self) -> NDArray[np.float64]:
        """The change of every picture handed on so far, `(T,)`."""
        return np.array(self._values, dtype=float)


def _shrunk(picture: Picture) -> NDArray[np.int16]:
    """The picture with whole blocks of pixels averaged."""
    from PIL import Image

    step = max(1, picture.shape[1] // WIDTH)
    return np.asarray(Image.fromarray(picture).reduce(step)).astype(np.int16)
