"""What properties are when nothing animates them: a take that goes leaves no pose behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bpy

Value = int | float | list[float]
Still = Mapping[str, Mapping[str, Value]]
"""By name of the shape keys, or nothing for the armature, the value at each path."""


def label(owner: Any) -> str:
    """What stands for an owner: its name, or nothing for the armature, which may be renamed."""
    return "" if isinstance(owner, bpy.types.Object) else owner.name


def read_value(owner: Any, path: str) -> Value:
    """The value of a property, or of all its components."""
    value = owner.path_resolve(path)
    return value if isinstance(value, int | float) else [float(part) for part in value]


def set_value(owner: Any, path: str, value: Value) -> None:
    """Set a property, or one that somebody added to the armature or to a bone."""
    if path.endswith('"]'):
        holder, _, key = path.rpartition("[")
        (owner.path_resolve(holder) if holder else owner)[key[1:-2]] = value
    else:
        holder, _, name = path.rpartition(".")
        setattr(owner.path_resolve(holder) if holder else owner, name, value)


def put_back(owners: Iterable[Any], still: Still) -> None:
    """Give the properties these values; those that are gone are left out."""
    for owner in owners:
        for path, value in still.get(label(owner), {}).items():
            try:
                read_value(owner, path)
            except ValueError:  # the bone or shape key was renamed or deleted
                continue
            set_value(owner, path, value)


def checked(stored: Any) -> Still:
    """What was read from a file; `TypeError` or `ValueError` when it is something else."""
    return {
        str(name): {str(path): _value(value) for path, value in values.items()}
        for name, values in stored.items()
    }


def _value(value: object) -> Value:
    if isinstance(value, list) and len(value) <= 4:
        return [float(part) for part in value]
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r:.80} is no number")
    return value
