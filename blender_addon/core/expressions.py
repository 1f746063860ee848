"""Which shape key carries which ARKit expression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SIDES = {"left": "l", "right": "r"}


def match_expressions(expressions: Iterable[str], shape_keys: Sequence[str]) -> dict[str, str]:
    """Expression → shape key, for those that the mesh has.

    Writers differ in case, marks and sides: jawOpen, JawOpen and `eyeBlink_L` are all found.
    """
    keys = {_plain(name): name for name in reversed(shape_keys)}
    return {name: keys[_plain(name)] for name in expressions if _plain(name) in keys}


def _plain(name: str) -> str:
    plain = "".join(mark for mark in name.lower() if mark.isalnum())
    for word, letter in _SIDES.items():
        if plain.endswith(word):
            return plain.removesuffix(word) + "|" + letter
    if len(name) > 2 and name[-2] in "_.- " and name[-1].lower() in "lr":
        return plain[:-1] + "|" + plain[-1]
    return plain
