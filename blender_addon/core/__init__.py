"""Arrays only: clip reading, bone maps, retargeting and framing, without Blender."""
