"""The lexicon: every sign, letter and number, and the words that lead to them.

A folder of a lexicon holds `signs/*.yaml` and beside them `handshapes.yaml`, `jamo.yaml`,
`numbers.yaml`, `synonyms.yaml` and `compounds.yaml`, all of them optional.
`data/lexicon/README.md` explains the files to whoever edits them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.planning.emblem_table import HandShape
from gesture_core.resources import data_path
from gesture_core.signing.entry import parse_sign
from gesture_core.signing.notation import Sign

SIGNS_FOLDER = "signs"
_MOST_PROBLEMS = 20

Value = TypeVar("Value")


@dataclass(frozen=True)
class Lexicon:
    """Signs by gloss, letters by jamo and number signs by figure; hand shapes by name.

    `synonyms`: gloss by the Korean word that is the same sign; `compounds`: glosses by the word
    that is signed as several.
    """

    signs: Mapping[str, Sign]
    synonyms: Mapping[str, str]
    compounds: Mapping[str, tuple[str, ...]]
    handshapes: Mapping[str, HandShape]
    jamo: Mapping[str, Sign]
    numbers: Mapping[str, Sign]

    def has(self, gloss: str) -> bool:
        """Whether a gloss, number or jamo has a sign; what has none is fingerspelled."""
        return any(gloss in table for table in self._tables)

    def sign(self, gloss: str) -> Sign:
        """The sign of a gloss, number or jamo; `UserError` with the nearest glosses if none."""
        for table in self._tables:
            if gloss in table:
                return table[gloss]
        raise UserError(f"the lexicon has no sign {gloss!r}; {_nearest(gloss, self.signs)}")

    @property
    def _tables(self) -> tuple[Mapping[str, Sign], ...]:
        return self.signs, self.numbers, self.jamo


@cache
def load_lexicon(*folders: Path) -> Lexicon:
    """The shipped lexicon, with entries of `folders` added or put in place of its own.

    Raises one `UserError` that lists, by file and entry, everything that does not fit.
    """
    problems: list[str] = []
    tables: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}
    signs: dict[str, Sign] = {}
    for folder in (data_path("lexicon"), *folders):
        own = {
            name: _table(path, build, problems)
            for name, build in _TABLES.items()
            if (path := folder / f"{name}.yaml").is_file()
        }
        found = _signs(folder, problems)
        own["synonyms"] = _synonyms_of(found, own.get("synonyms", {}), problems)
        for name, table in own.items():
            tables[name] |= table
        signs |= found
    lexicon = Lexicon(signs=signs, **tables)
    _check_references(lexicon, problems)
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        rest = [f"… and {more} more"] if more > 0 else []
        raise UserError("\n".join([*problems[:_MOST_PROBLEMS], *rest]))
    return lexicon


def _signs(folder: Path, problems: list[str]) -> dict[str, Sign]:
    """All signs of one folder; a gloss in two of its files is a mistake."""
    if not (folder / SIGNS_FOLDER).is_dir():
        if not any((folder / f"{name}.yaml").is_file() for name in _TABLES):
            files = ", ".join(f"{name}.yaml" for name in _TABLES)
            why = f"it has no folder signs and none of {files}"
            why = why if folder.is_dir() else "there is no such folder"
            problems.append(f"{folder} is no lexicon: {why}")
        return {}
    signs: dict[str, Sign] = {}
    for path in sorted((folder / SIGNS_FOLDER).glob("*.yaml")):
        for gloss, sign in _table(path, _sign, problems).items():
            if gloss in signs:
                problems.append(f"{path}: {gloss}: the gloss is also in {signs[gloss].file}")
            signs[gloss] = sign
    return signs


def _table(
    path: Path, build: Callable[[str, Any, Path], Value], problems: list[str]
) -> dict[str, Value]:
    """The entries of a file; those whose name starts with `_` only hold YAML anchors."""
    values = read_yaml(path)
    if values is None:  # nothing in it yet
        return {}
    if not isinstance(values, dict):
        raise UserError(f"{path} must map names to entries")
    built: dict[str, Value] = {}
    for name, value in values.items():
        if str(name).startswith("_"):
            continue
        try:
            built[str(name)] = build(str(name), value, path)
        except UserError as error:
            problems.append(str(error))
    return built


def _sign(name: str, values: Any, path: Path) -> Sign:
    return parse_sign(name, values, f"{path}: {name}", path)


def _handshape(name: str, values: Any, path: Path) -> HandShape:
    return config_from_dict(HandShape, values, f"{path}: {name}")


def _synonym(name: str, values: Any, path: Path) -> str:
    if not isinstance(values, str):
        raise UserError(f"{path}: {name} must be one gloss, not {values!r}")
    return values


def _compound(name: str, values: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(values, list) or not values or not all(isinstance(v, str) for v in values):
        raise UserError(f"{path}: {name} must be a list of glosses, not {values!r}")
    return tuple(values)


_TABLES: dict[str, Callable[[str, Any, Path], Any]] = {
    "handshapes": _handshape,
    "jamo": _sign,
    "numbers": _sign,
    "synonyms": _synonym,
    "compounds": _compound,
}


def _synonyms_of(
    signs: Mapping[str, Sign], listed: Mapping[str, str], problems: list[str]
) -> dict[str, str]:
    """The synonyms of one folder: those that are `listed`, and those that its entries name."""
    synonyms = dict(listed)
    for sign in signs.values():
        for word in sign.synonyms:
            other = synonyms.setdefault(word, sign.gloss)
            if other != sign.gloss:
                problems.append(f"{sign.file}: {sign.gloss}: {word!r} is a synonym of {other} too")
    return synonyms


def _check_references(lexicon: Lexicon, problems: list[str]) -> None:
    """Whatever an entry refers to must exist."""
    for sign in (*lexicon.signs.values(), *lexicon.jamo.values(), *lexicon.numbers.values()):
        if sign.recording is not None and not sign.recording.is_file():
            problems.append(f"{sign.file}: {sign.gloss}: there is no recording {sign.recording}")
        for shape in sorted(sign.shapes):
            if shape not in lexicon.handshapes:
                hint = _nearest(shape, lexicon.handshapes)
                problems.append(f"{sign.file}: {sign.gloss}: no hand shape {shape!r}; {hint}")
    known = lexicon.signs.keys() | lexicon.numbers.keys()
    targets = [(f"synonyms: {word}", (gloss,)) for word, gloss in lexicon.synonyms.items()]
    targets += [(f"compounds: {word}", parts) for word, parts in lexicon.compounds.items()]
    for place, glosses in targets:
        for gloss in glosses:
            if gloss not in known:
                problems.append(f"{place}: no sign {gloss!r}; {_nearest(gloss, known)}")


def _nearest(name: str, valid: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(valid), n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else "nothing there is called alike"
