"""Telling Blender of the add-on's classes, and taking them back.

A module of the window may hold `CLASSES`, `PROPERTIES` (owner, name and group of what it keeps
with the scene), `TIMERS` (what it has Blender call a moment later) and `KOREAN` (what it says, by
its English).
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..scene.stamp import HANDLERS
from . import (
    batch,
    bones,
    environment,
    export,
    face,
    face_operators,
    gallery,
    insert,
    likeness,
    likeness_operators,
    likeness_reasons,
    look,
    operators,
    panel,
    performance,
    preferences,
    render,
    session,
    settings,
    take_operators,
    takes,
    translations,
    word_operators,
    words,
)

MODULES: tuple[ModuleType, ...] = (
    settings,
    preferences,
    environment,
    operators,
    insert,
    panel,
    likeness,
    likeness_operators,
    likeness_reasons,
    look,
    words,
    word_operators,
    take_operators,
    takes,
    performance,
    bones,
    face,
    face_operators,
    batch,
    render,
    export,
    translations,
)
"""In the order that Blender needs: parents of panels and groups of properties first."""


def _parts(name: str) -> list[Any]:
    """What the modules hold under `name`, in their order."""
    return [part for module in MODULES for part in getattr(module, name, ())]


def register() -> None:
    """Register everything, in the order that Blender needs."""
    for cls in _parts("CLASSES"):
        bpy.utils.register_class(cls)
    for owner, name, group in _parts("PROPERTIES"):
        setattr(owner, name, bpy.props.PointerProperty(type=group))
    bpy.app.translations.register(__package__, translations.table(_korean()))
    bpy.app.handlers.load_pre.append(_leave_file)
    for event, handler in HANDLERS:
        getattr(bpy.app.handlers, event).append(handler)
    session.load(preferences.user_folder())


def unregister() -> None:
    """End the backend and take everything back, in the opposite order."""
    session.stop()
    gallery.close()
    for timer in filter(bpy.app.timers.is_registered, _parts("TIMERS")):
        bpy.app.timers.unregister(timer)
    for event, handler in HANDLERS:
        getattr(bpy.app.handlers, event).remove(handler)
    bpy.app.handlers.load_pre.remove(_leave_file)
    bpy.app.translations.unregister(__package__)
    for owner, name, _ in reversed(_parts("PROPERTIES")):
        delattr(owner, name)
    for cls in reversed(_parts("CLASSES")):
        bpy.utils.unregister_class(cls)


def _korean() -> dict[str, str]:
    """What the modules say, by its English."""
    said: dict[str, str] = {}
    for module in MODULES:
        said |= getattr(module, "KOREAN", {})
    return said


@persistent
def _leave_file(*_: object) -> None:
    """Another file is about to be opened: a result of this one has no place in it."""
    session.current().leave_scene()
