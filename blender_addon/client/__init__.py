"""The add-on's side of the worker's pipe: pure standard library, no bpy."""
