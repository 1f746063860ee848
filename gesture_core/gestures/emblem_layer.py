"""The emblems of one utterance, as a layer over the gestures that the generator makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gesture_core.gestures.emblem_meanings import emblem_meanings
from gesture_core.gestures.emblems import lay_emblems
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import gesture_sizes
from gesture_core.motion import Motion
from gesture_core.plan import Hand, Plan
from gesture_core.planning.cues import PlanWord
from gesture_core.planning.emblem_table import EmblemTable, load_emblems
from gesture_core.planning.emblems import PlannedEmblem, find_emblems, without_conflicts
from gesture_core.text.embedding import embed_sentences


@dataclass(frozen=True)
class EmblemLayer:
    """`emblems` to be made as `table` has them, and the `plan` without what is in their way."""

    plan: Plan
    emblems: tuple[PlannedEmblem, ...]
    table: EmblemTable

    def lay(self, motion: Motion) -> Motion:
        """The motion with the emblems laid over it."""
        return lay_emblems(motion, self.emblems, self.table)


def emblem_layer(
    words: Sequence[PlanWord],
    plan: Plan,
    style: Style,
    intensity: float,
    folder: Path | None = None,
) -> EmblemLayer:
    """The emblems that the words ask for, as large as `intensity` 0–2 has gestures.

    The hand is the one that the style prefers; emblems in `folder` go before the shipped ones.
    The same arguments give the same emblems.
    """
    made, within, beyond = gesture_sizes(intensity)
    table = load_emblems(folder)
    if not made:
        return EmblemLayer(plan, (), table)
    odds = style.hands
    hand: Hand = "left" if odds.get("left", 1.0) > odds.get("right", 1.0) else "right"
    emblems = find_emblems(
        words,
        plan.duration,
        table,
        meanings=emblem_meanings(folder),
        embed=embed_sentences,
        hand=hand,
        amplitude=within * beyond,
    )
    return EmblemLayer(without_conflicts(plan, emblems), emblems, table)
