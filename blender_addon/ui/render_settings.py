"""What the panel says about pictures and videos; saved with the scene."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..core.picture import FORMATS, QUALITIES, Quality, Size, scaled
from ..scene.clock import frame_rate
from ..scene.render import Look, best_engine
from .preferences import results_folder
from .translations import CONTEXT

AS_IN_SCENE = "SCENE"
PICTURES = "PICTURES"

_QUALITIES = (
    ("preview", "Preview", "Half the size, drawn by Workbench: at once"),
    ("draft", "Draft", "Drawn by Workbench: for seconds of waiting"),
    ("final", "Final", "Cycles, or EEVEE where there is a GPU: beautiful, and slow"),
    (AS_IN_SCENE, "As in the Scene", "The engine and the colours that the scene is set to"),
)
_FORMATS = (
    ("vertical", "Vertical 1080", "1080 × 1920 pixels, for short videos on phones"),
    ("horizontal", "Horizontal 1080", "1920 × 1080 pixels, for screens"),
    ("square", "Square 1080", "1080 × 1080 pixels, for feeds"),
    ("vertical-720", "Vertical 720", "720 × 1280 pixels, for short videos on phones"),
    ("horizontal-720", "Horizontal 720", "1280 × 720 pixels, for screens"),
    ("square-720", "Square 720", "720 × 720 pixels, for feeds"),
    (AS_IN_SCENE, "As in the Scene", "The resolution that the scene is set to"),
)
_SHOTS = (
    ("face", "Face", "The head alone, on our stage"),
    ("bust", "Bust", "Head and chest, on our stage"),
    ("half", "Half Body", "From the hips up with room for the hands, on our stage"),
    ("full", "Full Body", "From head to foot, on our stage"),
    (
        "sign",
        "Signing",
        "Face and both hands as large as they can be, above any captions, on our stage",
    ),
    (AS_IN_SCENE, "My Camera and Lights", "The scene as you have built it"),
)
_RATES = (
    (AS_IN_SCENE, "As in the Scene", "The frame rate that the scene is set to"),
    *((rate, f"{rate} fps", "Frames a second") for rate in ("24", "25", "30", "50", "60")),
)
_KINDS = (
    (".mp4", "MP4", "H.264: plays everywhere"),
    (".webm", "WebM", "VP9: for the web, can be transparent"),
    (".mov", "QuickTime", "ProRes 4444: for editing, can be transparent"),
    (PICTURES, "Pictures", "A folder of PNG files. One that was interrupted goes on"),
)


class MOMJIT_render(bpy.types.PropertyGroup):
    """One set per scene."""

    quality: EnumProperty(
        name="Quality", description="How much time a picture may take", items=_QUALITIES,
        default="draft",
    )  # fmt: skip
    format: EnumProperty(
        name="Shape", description="Shape and size of the picture", items=_FORMATS,
        default="vertical", translation_context=CONTEXT,
    )  # fmt: skip
    rate: EnumProperty(name="Frame Rate", description="Of the video", items=_RATES)
    shot: EnumProperty(
        name="Camera", description="What is in the picture", items=_SHOTS, default="half"
    )
    transparent: BoolProperty(
        name="Transparent",
        description="Nothing behind the character: for WebM, QuickTime and pictures",
    )
    subtitles: BoolProperty(
        name="Subtitles", description="Write what is said into the video, inside safe margins"
    )
    glosses: BoolProperty(
        name="Glosses",
        description="Write the gloss of every sign into the video, above the subtitles",
    )
    kind: EnumProperty(name="Output", description="What is written", items=_KINDS)
    keep: BoolProperty(
        name="Keep Pictures",
        description="Keep the pictures of the video in a folder beside it: a render that was "
        "interrupted goes on where it was, and the video can be cut again at once",
    )
    again: BoolProperty(
        name="Begin Again", description="Take pictures again that are in the folder already"
    )
    folder: StringProperty(
        name="Folder",
        description="Where it is written. Empty: where the clips are kept",
        subtype="DIR_PATH",
    )

    def look(self, scene: bpy.types.Scene) -> Look:
        """How it is to look."""
        as_it_is = Quality(None, {})
        quality = QUALITIES.get(self.quality, as_it_is)
        size = _scene_size(scene) if self.format == AS_IN_SCENE else FORMATS[self.format]
        engine = None if quality is as_it_is else quality.engine or best_engine()
        samples = quality.samples[engine] if engine else 0
        return Look(engine, scaled(size, quality.scale), samples, self.transparent)

    def frame_rate(self, scene: bpy.types.Scene) -> float:
        """Frames a second."""
        return frame_rate(scene) if self.rate == AS_IN_SCENE else float(self.rate)

    def place(self, context: bpy.types.Context) -> Path:
        """The folder that results go to."""
        if self.folder:
            return Path(bpy.path.abspath(self.folder))
        return results_folder(context) / "video"


def _scene_size(scene: bpy.types.Scene) -> Size:
    render = scene.render
    share = render.resolution_percentage / 100.0
    return scaled((render.resolution_x, render.resolution_y), share)
