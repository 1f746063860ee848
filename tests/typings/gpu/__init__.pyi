"""What the add-on asks of `gpu`: bpy brings it, without types."""

from typing import Any

platform: Any
