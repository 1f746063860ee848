"""MediaPipe's legacy solutions, whose weights lie in its wheel: built late, logs kept quiet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError

Picture = NDArray[np.uint8]


class Solution:
    """One solution, built at its first picture from `mediapipe.solutions` by `build`.

    Building goes on in other threads after the constructor returns, and logs from there: only
    the first result tells that it is over. `extra`: what pip installs MediaPipe with.
    """

    def __init__(self, build: Callable[[Any], Any], extra: str = "data") -> None:
        self._build = build
        self._extra = extra
        self._running: Any = None

    def process(self, picture: Picture) -> Any:
        """The solution's own result for one picture (H, W, 3) RGB."""
        with _quiet_stderr():
            if self._running is None:
                self._running = self._build(self._solutions())
            return self._running.process(picture)

    def close(self) -> None:
        """End its threads."""
        if self._running is not None:
            self._running.close()

    def _solutions(self) -> Any:
        try:
            from mediapipe import solutions
        except ModuleNotFoundError as error:
            raise not_installed(self._extra) from error
        return solutions


def not_installed(extra: str = "data") -> UserError:
    """What to say where MediaPipe is missing."""
    return UserError(f"finding people in pictures needs MediaPipe: pip install 'momjit[{extra}]'")


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep what MediaPipe's C++ side logs off the terminal; its errors come as exceptions.

    It offers no setting for it: the log goes to file descriptor 2 before any level is read.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
