"""Engines, and pictures taken one by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy

from .. import compat
from ..core.errors import UserError
from ..core.frame_folder import UNFINISHED, FrameFolder, is_complete
from ..core.picture import Engine, Size, Style
from .likeness import disclose_picture, likenesses_in

Render = Callable[[bpy.types.Scene], None]
"""Renders the scene's frames into its file path, or begins to: who steps through the work goes on
when that is over."""
Steps = Generator[tuple[float, str], None, None]
"""Work in steps: after each call of a `Render`, the share that is done, and what is being done, as
"taking pictures: 3 / 40"."""

MARK = "momjit temporary"
"""Property of scenes and collections that exist only while they are rendered."""


@dataclass(frozen=True)
class Look:
    """How pictures are made: `engine` (None: as the scene has it), `size` in pixels, `samples` for
    each pixel, whether there is nothing, not even air, behind the character, and its `style`."""

    engine: Engine | None
    size: Size
    samples: int
    transparent: bool = False
    style: Style = "natural"


def render_now(scene: bpy.types.Scene) -> None:
    """Render while everything waits."""
    bpy.ops.render.render(animation=True, scene=scene.name)


def best_engine() -> Engine:
    """EEVEE where there is a GPU; without one Cycles takes half its time."""
    return "eevee" if compat.has_gpu() else "cycles"


def set_up_render(scene: bpy.types.Scene, look: Look) -> None:
    """Engine, size and colours of the scene; `UserError` where the engine cannot draw."""
    render = scene.render
    render.resolution_x, render.resolution_y = look.size
    render.resolution_percentage = 100
    render.pixel_aspect_x = render.pixel_aspect_y = 1.0
    render.use_border = False
    render.use_persistent_data = True
    render.use_sequencer = False
    render.film_transparent = look.transparent
    compat.write_images(render.image_settings)
    render.image_settings.color_mode = "RGBA" if look.transparent else "RGB"
    if look.engine is not None:
        compat.require_display_driver(look.engine)
        render.engine = compat.engine_id(look.engine)
        render.use_compositing = False
        engines = {"workbench": _workbench, "cycles": _cycles, "eevee": _eevee}
        engines[look.engine](scene, look.samples)
        if look.style == "toon":
            _flat(scene)


def _workbench(scene: bpy.types.Scene, samples: int) -> None:
    steps = [name for name in ("32", "16", "11", "8", "5") if int(name) <= samples]
    scene.display.render_aa = steps[0] if steps else "FXAA"
    shading = scene.display.shading
    shading.light, shading.studio_light, shading.color_type = "STUDIO", "paint.sl", "TEXTURE"
    shading.show_shadows = False  # shadow volumes cost 30 times the rest without a GPU
    shading.show_cavity, shading.cavity_type = True, "SCREEN"
    shading.curvature_ridge_factor, shading.curvature_valley_factor = 0.3, 0.6
    _film(scene, "Standard", "None", 0.0)


def _cycles(scene: bpy.types.Scene, samples: int) -> None:
    cycles = scene.cycles
    cycles.device = "GPU" if _has_cycles_device() else "CPU"
    cycles.samples, cycles.use_denoising = samples, True
    cycles.denoising_prefilter = "FAST"  # a third of the time of a frame less than ACCURATE
    cycles.max_bounces, cycles.transparent_max_bounces = 6, 16
    if hasattr(os, "sched_getaffinity"):  # Blender counts cores that are not for it to use
        scene.render.threads_mode = "FIXED"
        scene.render.threads = len(os.sched_getaffinity(0))
    _film(scene, "AgX", "AgX - Medium High Contrast", 0.2)


def _has_cycles_device() -> bool:
    """Whether the user has chosen a GPU for Cycles in Blender's preferences."""
    addon = bpy.context.preferences.addons.get("cycles")
    return bool(
        addon
        and addon.preferences.compute_device_type != "NONE"
        and addon.preferences.has_active_device()
    )


def _eevee(scene: bpy.types.Scene, samples: int) -> None:
    scene.eevee.taa_render_samples = samples
    _film(scene, "AgX", "AgX - Medium High Contrast", 0.2)


def _flat(scene: bpy.types.Scene) -> None:
    """Colours as they were drawn; Workbench adds the outlines of objects and some creases."""
    _film(scene, "Standard", "None", 0.0)
    shading = scene.display.shading
    shading.light = "FLAT"
    shading.show_object_outline, shading.object_outline_color = True, (0.02, 0.015, 0.02)
    shading.curvature_ridge_factor = 0.0


def _film(scene: bpy.types.Scene, transform: str, look: str, exposure: float) -> None:
    view = scene.view_settings
    view.view_transform, view.look, view.exposure, view.gamma = transform, look, exposure, 1.0


def take_pictures(
    scene: bpy.types.Scene,
    folder: FrameFolder,
    frames: Sequence[int],
    render: Render,
    first: int = 1,
) -> Steps:
    """Those of the `frames` that the folder has not; each appears in it whole, and says so where it
    shows a likeness.

    Frames count from 1, which is the scene's frame `first`. `UserError` when a picture does not
    come: rendering was stopped.
    """
    missing, shown = folder.missing(frames), likenesses_in(scene.objects)
    whole = scene.frame_start, scene.frame_end
    scene.render.filepath = compat.literal_path(folder.path / UNFINISHED)
    for done, frame in enumerate(missing, start=1):
        scene.frame_start = scene.frame_end = first + frame - 1
        taken = Path(scene.render.frame_path(frame=scene.frame_start))
        try:
            render(scene)
            count = len(frames) - len(missing) + done
            yield done / len(missing), f"taking pictures: {count} / {len(frames)}"
            if not is_complete(taken, folder.size):
                raise UserError(f"rendering was stopped at frame {frame} of {len(frames)}")
            disclose_picture(taken, shown)
            taken.replace(folder.picture(frame))
        finally:
            taken.unlink(missing_ok=True)
            scene.frame_start, scene.frame_end = whole
