"""How a clip is laid onto a character."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, cast

from .adaptation import Adaptation
from .errors import UserError
from .mask import PARTS, WHOLE_BODY
from .reduce import Tolerance


@dataclass(frozen=True)
class Manner:
    """What of a clip is performed, and how.

    `parts`: of the body, names of `PARTS`; `strength`: 0–1, how far the performance replaces what
    the character did before; `ease`: seconds in which it passes over from and to what the
    character did before and does after; `mirror`: left and right exchanged; `tolerance`: of
    reduced keys, None for a key every frame; `adaptation`: to the character's proportions.
    """

    parts: frozenset[str] = WHOLE_BODY
    strength: float = 1.0
    ease: float = 0.0
    mirror: bool = False
    tolerance: Tolerance | None = None
    adaptation: Adaptation = field(default_factory=Adaptation)

    def __post_init__(self) -> None:
        unknown = self.parts - WHOLE_BODY
        if unknown:
            raise UserError(f"no part of the body is “{min(unknown)}”; there are {_listed(PARTS)}")
        if not self.parts:
            raise UserError(f"nothing is to be performed: choose one of {_listed(PARTS)}")
        if not 0.0 <= self.strength <= 1.0:
            raise UserError(f"a strength of {self.strength:g}; 0 to 1 are possible")
        if not 0.0 <= self.ease <= 60.0:
            raise UserError(f"easing for {self.ease:g} s; 0 to 60 are possible")

    def to_json(self) -> dict[str, Any]:
        """As plain values, for `from_json`."""
        return {**asdict(self), "parts": sorted(self.parts)}

    @classmethod
    def from_json(cls, stored: object) -> Manner:
        """What `to_json` made; values that are missing take their default, since the scene may
        have been made by another version. `UserError` when they are of another kind."""
        values = _known(cls, stored)
        if "parts" in values:
            values["parts"] = frozenset(_strings(values["parts"]))
        if values.get("tolerance") is not None:
            values["tolerance"] = Tolerance(**_known(Tolerance, values["tolerance"]))
        if "adaptation" in values:
            values["adaptation"] = Adaptation(**_known(Adaptation, values["adaptation"]))
        return cls(**values)


def _known(kind: type, stored: object) -> dict[str, Any]:
    """Those values of `stored` that are fields of the dataclass `kind`."""
    if not isinstance(stored, dict):
        raise UserError(f"the take's settings are damaged: {stored!r:.80}")
    values = cast("dict[str, Any]", stored)
    chosen = {item.name: values[item.name] for item in fields(kind) if item.name in values}
    for item in fields(kind):
        wanted = {"float": (int, float), "bool": (bool,)}.get(str(item.type))
        value = chosen.get(item.name)
        if wanted and item.name in chosen and type(value) not in wanted:
            raise UserError(f"the take's setting “{item.name}” is damaged: {value!r:.80}")
    return chosen


def _strings(values: object) -> list[str]:
    if not isinstance(values, list):
        raise UserError(f"the take's parts are damaged: {values!r:.80}")
    return [str(value) for value in cast("list[Any]", values)]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
