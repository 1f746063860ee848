"""The Blender side of momjit; nothing heavy is imported before it is needed."""


def register() -> None:
    """Show the panel: what Blender calls when the add-on is enabled."""
    from .ui import registration

    registration.register()


def unregister() -> None:
    """Take the panel away and end the backend."""
    from .ui import registration

    registration.unregister()
