"""A layer of life on top of a motion model: breath, stance, blinks, gaze; see `enliven`."""

from gesture_core.liveliness.enliven import enliven

__all__ = ["enliven"]
