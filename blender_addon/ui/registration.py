"""Telling Blender of the add-on's classes, and taking them back."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import operators, panel, preferences, session, settings
from .translations import TRANSLATIONS

CLASSES = (
    *settings.CLASSES,
    *preferences.CLASSES,
    *operators.CLASSES,
    *panel.CLASSES,
)


def register() -> None:
    """Register everything, in the order that Blender needs."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.momjit = bpy.props.PointerProperty(type=settings.MOMJIT_settings)
    bpy.app.translations.register(__package__, TRANSLATIONS)
    bpy.app.handlers.load_pre.append(_leave_file)
    session.load(preferences.catalogue_file())


def unregister() -> None:
    """End the backend and take everything back, in the opposite order."""
    session.stop()
    bpy.app.handlers.load_pre.remove(_leave_file)
    bpy.app.translations.unregister(__package__)
    del bpy.types.Scene.momjit
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)


@persistent
def _leave_file(*_: object) -> None:
    """Another file is about to be opened: a result of this one has no place in it."""
    session.current().cancel("generate")
