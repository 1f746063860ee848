"""Reads all texts of the window that have no Korean, or two; run by test_window_texts.py."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from typing import Any

import bpy
from leaving import leave_after

from blender_addon.ui import registration
from blender_addon.ui.translations import CONTEXT

NAMES = {
    "momjit", "Blender", "Unity", "Unreal", "MotionBuilder", "FBX", "glTF", "BVH",
    "MP4", "WebM", "QuickTime", "SRT", "WebVTT",
}  # fmt: skip
"""What is called the same in every language."""
SHADOWED = {"Gap", "Leading Hand", "Shape", "Speed"}
"""Properties with words for which Blender 5.2 has another Korean, or none, that would be shown."""


def texts_of(cls: Any) -> Iterator[str]:
    """What Blender shows of a class: titles, and names and tooltips of buttons and properties."""
    if not issubclass(cls, bpy.types.PropertyGroup | bpy.types.AddonPreferences):
        yield getattr(cls, "bl_label", "")
    kind = cls.bl_rna
    if issubclass(cls, bpy.types.Operator):
        kind = getattr(bpy.ops.momjit, cls.bl_idname.removeprefix("momjit.")).get_rna_type()
        yield kind.description
    ours = [base for base in cls.__mro__ if base.__module__.startswith("blender_addon.")]
    own = {name for base in ours for name in getattr(base, "__annotations__", ())}
    for item in kind.properties:
        if item.identifier in own and not item.is_hidden:
            yield item.name if item.name != item.identifier else ""
            yield item.description
            for choice in item.enum_items if item.type == "ENUM" else ():
                if choice.name not in (choice.identifier, f"{choice.identifier} fps"):
                    yield choice.name
                yield choice.description


def shadowed(cls: Any) -> Iterator[str]:
    """Names of properties that Blender would translate in place of us."""
    for item in cls.bl_rna.properties if issubclass(cls, bpy.types.PropertyGroup) else ():
        if item.name in SHADOWED and item.translation_context != CONTEXT:
            yield item.name


def places(text: str) -> list[str]:
    """What is put into a text."""
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def main() -> None:
    korean: dict[str, str] = {}
    twofold: list[str] = []
    for module in registration.MODULES:
        for english, said in getattr(module, "KOREAN", {}).items():
            if korean.setdefault(english, said) != said or places(english) != places(said):
                twofold.append(english)
    registration.register()
    shown = [
        text
        for module in registration.MODULES
        for cls in getattr(module, "CLASSES", ())
        for text in texts_of(cls)
    ]
    lacking = [text for text in dict.fromkeys(shown) if text and text not in {*korean, *NAMES}]
    classes = [cls for module in registration.MODULES for cls in getattr(module, "CLASSES", ())]
    lost = [name for cls in classes for name in shadowed(cls)]
    registration.unregister()
    told = {"shown": len(shown), "lacking": lacking, "twofold": twofold, "shadowed": lost}
    print(json.dumps(told))


if __name__ == "__main__":
    leave_after(main)
