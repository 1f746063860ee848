"""The Blender side of momjit; nothing heavy is imported before it is needed."""


def register() -> None:
    """Show the panel: what Blender calls when the add-on is enabled."""
    from . import ui

    ui.register()


def unregister() -> None:
    """Take the panel away and end the backend."""
    from . import ui

    ui.unregister()
