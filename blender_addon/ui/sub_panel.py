"""Where the sub-panels of the tab “momjit” are."""

from __future__ import annotations


class SubPanel:
    """Below the main panel, closed at first; `bl_order` says where."""

    bl_category = "momjit"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_parent_id = "MOMJIT_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
