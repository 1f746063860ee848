"""Finding out which bone of a large rig is which."""

from __future__ import annotations

from dataclasses import replace

from blender_addon.core.bone_map import guess_bones
from tests.benchmarks.timing import Row, timing_of
from tests.rig_variations import crowded
from tests.rigs import makehuman_rig

LIMIT = 1.0
"""Seconds that mapping a rig of 700 bones may take."""


def mapping() -> Row:
    """Mapping a rig of 700 bones, against the same with names that say nothing."""
    rig = crowded(makehuman_rig("default"))
    nameless = replace(rig, names=tuple(f"{k:04d}" for k in range(len(rig.names))))
    return Row(
        f"map a rig of {len(rig.names)} bones",
        timing_of(lambda: guess_bones(rig)),
        LIMIT,
        "by its shape alone",
        timing_of(lambda: guess_bones(nameless)),
    )
