"""What the buttons of the sub-panels “Bones” and “Face” have in common: each changes a map."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..core.errors import UserError
from .operators import refused

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
