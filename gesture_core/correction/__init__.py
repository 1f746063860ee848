"""Making a motion possible for a body: see `correction.correct.correct`."""

from gesture_core.correction.correct import correct

__all__ = ["correct"]
