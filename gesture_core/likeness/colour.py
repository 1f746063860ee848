"""Colours as light adds them up, and the brightness of a colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # Rec. 709


def to_linear(srgb: Floats) -> Floats:
    """sRGB 0–1 to linear light (IEC 61966-2-1)."""
    bright = ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4
    return np.where(srgb <= 0.04045, srgb / 12.92, bright).astype(np.float32)


def to_srgb(linear: Floats) -> Floats:
    """Linear light to sRGB 0–1; what is brighter than white is cut."""
    light = np.clip(linear, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(
        np.float32
    )


def picture_to_linear(rgb: NDArray[np.uint8]) -> Floats:
    """Picture (H, W, 3) of bytes in linear light 0–1."""
    return to_linear(np.arange(256) / 255)[rgb]


def luminance(linear: Floats) -> Floats:
    """Brightness (…) of linear colours (…, 3)."""
    return linear @ LUMINANCE
