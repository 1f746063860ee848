"""Everything that touches a Blender scene; operators and the command line call it."""
