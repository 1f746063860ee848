"""A task in hand as a bar with what it is doing, how long it will take, and a button to stop."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as translated

from ..client.task import Task
from . import session
from .translations import filled


def draw_progress(layout: bpy.types.UILayout, name: str, *, scale: float = 1.0) -> bool:
    """Draw the task called `name`; False when there is none."""
    task = session.current().tasks.get(name)
    if task is None:
        return False
    row = layout.row(align=True)
    row.scale_y = scale
    row.progress(factor=task.fraction, text=progress_text(task))
    stop = row.row(align=True)
    stop.enabled = not task.cancelling
    stop.operator("momjit.cancel", text="", icon="X").task = name
    return True


def progress_text(task: Task) -> str:
    """What a task is doing, and for how long still."""
    if task.cancelling:
        return translated("Stopping")
    if task.announced:
        return translated("Bringing it into the scene")
    if task.succeeded:
        return translated("Finished: waits for the end of your edit")
    step, colon, detail = (task.message or "Starting the backend").partition(": ")
    message = translated(step) + colon + translated(detail)
    message = message[:1].upper() + message[1:]
    left = task.seconds_left
    return message if left is None else f"{message} · {_rounded(left)}"


def _rounded(seconds: float) -> str:
    """How long it takes, no more exactly than anybody can know."""
    if seconds < 10.0:
        return filled("{seconds} s left", seconds=max(1, round(seconds)))
    minutes, seconds = divmod(5 * round(seconds / 5), 60)
    if not minutes:
        return filled("{seconds} s left", seconds=seconds)
    return filled("{minutes}:{seconds:02} left", minutes=minutes, seconds=seconds)
