"""Filling frozen dataclasses from YAML and `key=value` overrides, strictly."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gesture_core.errors import UserError

if TYPE_CHECKING:
    import yaml

Config = TypeVar("Config")

_MAX_BYTES = 1 << 20
_MAX_DEPTH = 50
_MAX_VALUES = 200_000


def read_yaml(path: Path) -> Any:
    """Parse a YAML file of at most 1 MiB with the safe loader; `UserError` says what is wrong."""
    import yaml

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UserError(f"{path} is larger than {_MAX_BYTES} bytes, too large for a setting")
        # the same safe loader in C, where PyYAML was built with it: six times as fast
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = path.read_text(encoding="utf-8")
        _check_extent(yaml.parse(text, Loader=loader), path)
        return yaml.load(text, Loader=loader)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:  # the latter: no UTF-8, or no day 2026-13-45
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error


def _check_extent(events: Iterable[yaml.Event], path: Path) -> None:
    """Raise `UserError` before values too deep or too many, aliases written out, are built."""
    import yaml

    sizes = [0]  # of every collection that is open, and of the document
    names: list[str | None] = []
    anchors: dict[str, int] = {}
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            sizes[-1] += anchors.get(event.anchor, _MAX_VALUES)  # not closed yet: endless
        elif isinstance(event, yaml.CollectionStartEvent):
            names.append(event.anchor)
            sizes.append(1)
        elif isinstance(event, yaml.CollectionEndEvent):
            size, name = sizes.pop(), names.pop()
            sizes[-1] += size
            if name is not None:
                anchors[name] = size
        elif isinstance(event, yaml.ScalarEvent):
            sizes[-1] += 1
            if event.anchor is not None:
                anchors[event.anchor] = 1
        if len(sizes) > _MAX_DEPTH:
            raise UserError(f"{path} is nested more than {_MAX_DEPTH} levels deep")
        if sizes[-1] > _MAX_VALUES:
            raise UserError(f"{path} stands for more than {_MAX_VALUES} values")


def load_config(cls: type[Config], path: Path | None, overrides: Sequence[str] = ()) -> Config:
    """Build the dataclass `cls` from a YAML file and dotted `key=value` overrides.

    Unknown keys and values of the wrong type raise `UserError` naming the place and the nearest
    valid key; keys left out keep the default of the dataclass.
    """
    import yaml

    values = (read_yaml(path) or {}) if path else {}
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold a mapping of settings")
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals:
            raise UserError(f"override {override!r} is not of the form key=value")
        node = values
        *folders, leaf = key.split(".")
        for folder in folders:
            node = node.setdefault(folder, {})
            if not isinstance(node, dict):
                raise UserError(f"override {override!r}: {folder} is not a group of settings")
        try:
            node[leaf] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UserError(f"override {override!r} is not valid YAML") from error
    return config_from_dict(cls, values, str(path or "settings"))


def config_from_dict(cls: type[Config], values: Mapping[str, Any], place: str) -> Config:
    """Build the dataclass `cls` from nested mappings; `place` names them in errors."""
    if not isinstance(values, Mapping):
        raise UserError(f"{place} must be a group of settings")
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    for key in values:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"valid: {', '.join(sorted(fields))}"
            raise UserError(f"{place}: unknown setting {key!r}; {hint}")
    missing = [
        name
        for name, field in fields.items()
        if name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise UserError(f"{place}: missing setting {', '.join(missing)}")
    typed = {key: _typed(hints[key], value, f"{place}: {key}") for key, value in values.items()}
    try:
        return cls(**typed)
    except UserError as error:  # what the dataclass itself asks of its values
        raise UserError(f"{place}: {error}") from error


def config_to_dict(config: Any) -> dict[str, Any]:
    """The resolved configuration as plain mappings and lists, for YAML or JSON.

    Of paths only the last name is kept: where a machine keeps its files is nobody's business.
    """

    def plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: value.name if isinstance(value, Path) else value for key, value in pairs}

    return dataclasses.asdict(config, dict_factory=plain)


def _typed(hint: Any, value: Any, place: str) -> Any:
    """`value` as the annotation `hint` wants it, or a `UserError` naming `place`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        (hint,) = (argument for argument in arguments if argument is not type(None))
        return _typed(hint, value, place)
    if origin in (tuple, dict, typing.Literal):
        return _typed_container(origin, arguments, value, place)
    if dataclasses.is_dataclass(hint):
        return config_from_dict(hint, value, place)  # type: ignore[arg-type]
    if hint is float:
        return _float(value, place)
    if hint is Path and isinstance(value, str):
        return Path(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise UserError(f"{place} must be {hint.__name__}, not {value!r}")
    return value


def _typed_container(origin: Any, arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    if origin is tuple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise UserError(f"{place} must be a list, not {value!r}")
        return tuple(_typed(arguments[0], item, f"{place}[{i}]") for i, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, Mapping):
            raise UserError(f"{place} must be a mapping, not {value!r}")
        return {key: _typed(arguments[1], item, f"{place}.{key}") for key, item in value.items()}
    if value not in arguments:
        raise UserError(f"{place} must be one of {', '.join(map(str, arguments))}, not {value!r}")
    return value


def _float(value: Any, place: str) -> float:
    """A finite number; YAML 1.1 reads `1e-4` as text, so text that is a number counts."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            if math.isfinite(number := float(value)):
                return number
    raise UserError(f"{place} must be a finite number, not {value!r}")
