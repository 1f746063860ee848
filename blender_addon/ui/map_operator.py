"""What the buttons of the sub-panels “Bones” and “Face” have in common: each changes a map."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.errors import UserError
from .operators import refused
from .translations import filled

Result = set[str]


class MapOperator(bpy.types.Operator if TYPE_CHECKING else object):
    """Reports what the user can mend, and changes nothing then."""

    def change(self, context: bpy.types.Context) -> None:
        """What the button does; `UserError` or `OSError` where that cannot be."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Result:
        """Change the map; say why where that cannot be."""
        try:
            self.change(context)
        except (UserError, OSError) as error:
            return refused(self, error)
        return {"FINISHED"}


class MapFileOperator(MapOperator):
    """Asks for a file first; `suggested` is the name that the file browser begins with."""

    suggested = "map.json"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Open the file browser."""
        self.filepath = self.filepath or self.suggested
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class MapExportOperator(MapFileOperator):
    """Writes a file; one that exists is replaced only when the file browser has asked."""

    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    overwrite: BoolProperty(
        name="Overwrite",
        description="Replace a file that exists; the file browser asks",
        default=False,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Open the file browser."""
        self.overwrite = True
        return super().invoke(context, event)

    def target(self) -> Path:
        """The file to write; `UserError` where it would be lost."""
        path = Path(bpy.path.abspath(self.filepath))
        if path.exists() and not self.overwrite:
            raise UserError(filled("{file} exists already: choose another name", file=path))
        return path
