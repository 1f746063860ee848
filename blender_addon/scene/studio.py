"""A place to film the user's character that leaves the user's scene as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import bpy
import numpy as np

from .. import compat
from ..core.captions import while_signing
from ..core.clip_reader import Span
from ..core.errors import UserError
from ..core.framing import Shot
from .avatar import Avatar
from .bones import bone_map_of
from .clock import frame_rate, set_frame_rate
from .render import MARK, Look, set_up_render
from .rig import read_rig
from .spoken import signed
from .stage import build_stage, hands_in_scene, strike_stage
from .takes import owners_of

_LOOKS = 120
"""In how many frames it is looked where the hands are."""


@dataclass(frozen=True)
class Studio:
    """A scene to render: the video's frames 1 to `count` are its frames from `first` on."""

    scene: bpy.types.Scene
    first: int
    count: int
    fps: float


@contextmanager
def studio(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    look: Look,
    shot: Shot | None,
    fps: float,
    captions: float = 0.0,
) -> Iterator[Studio]:
    """What the scene plays from its first to its last frame, as a video of `fps` shows it.

    With a `shot` the armature `character` and what belongs to it are alone on our stage; without
    one everything is seen as it is, through the scene's own camera. `captions`: the share of the
    picture's height that texts lie over.
    """
    remove_leftovers()
    if shot is None:
        require_camera(scene)
    place = scene.copy() if shot is None else bpy.data.scenes.new("momjit studio")
    place[MARK] = True
    try:
        set_up_render(place, look)
        if shot is not None:
            place.frame_start, place.frame_end = scene.frame_start, scene.frame_end
            signs, rate = signed(scene, character), frame_rate(scene)
            _set_stage(place, character, look, shot, signs, rate, captions)
        yield _at_rate(scene, place, fps)
    finally:
        _close(place)


def require_camera(scene: bpy.types.Scene) -> None:
    """`UserError` where the scene has no camera of its own."""
    if scene.camera is None:
        raise UserError(f"the scene “{scene.name}” has no camera: add one, or choose Half Body")


def remove_leftovers() -> None:
    """Remove what an undo brought back, or a Blender that ended while it rendered left behind."""
    for scene in [scene for scene in bpy.data.scenes if scene.get(MARK)]:
        _close(scene)


def _close(place: bpy.types.Scene) -> None:
    """Remove a studio; a copy of the user's scene shares all but itself with it."""
    stages = [stage for stage in place.collection.children if stage.get(MARK)]
    world = place.world
    bpy.data.scenes.remove(place)
    for stage in stages:
        strike_stage(stage)
        bpy.data.worlds.remove(world)


def belongings(character: bpy.types.Object) -> list[bpy.types.Object]:
    """The armature and all that it carries: its meshes, and the children of all of these."""
    bodies = [item for item in bpy.data.objects if item.find_armature() == character]
    carried = [child for item in (character, *bodies) for child in item.children_recursive]
    return list(dict.fromkeys([character, *bodies, *carried]))


def performance_digest(character: bpy.types.Object) -> str:
    """A few letters that are others once the animation of body or face is another."""
    told = hashlib.sha256()
    for owner in owners_of(character):
        for curve in compat.curves_of(owner):
            points = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
            curve.keyframe_points.foreach_get("co", points)
            told.update(f"{curve.data_path}[{curve.array_index}]".encode() + points.tobytes())
        tracks = owner.animation_data.nla_tracks if owner.animation_data else ()
        strips = [
            [strip.name, strip.frame_start, strip.frame_end, strip.mute or track.mute]
            for track in tracks
            for strip in track.strips
        ]
        told.update(json.dumps(strips).encode())
    return told.hexdigest()[:16]


def _set_stage(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    look: Look,
    shot: Shot,
    signs: Sequence[Span],
    rate: float,
    captions: float,
) -> None:
    """First the armature alone, which moves fast, to see its hands; then everything.

    `rate`: frames a second of the scene whose clock the `signs` are on.
    """
    scene.collection.objects.link(character)
    subject = _subject(character)
    frames = np.unique(np.linspace(scene.frame_start, scene.frame_end, _LOOKS).round().astype(int))
    hands = hands_in_scene(scene, subject, frames.tolist())
    for item in belongings(character)[1:]:
        scene.collection.objects.link(item)
    stage = build_stage(
        scene,
        subject,
        hands,
        shot,
        look.size,
        backdrop=not look.transparent,
        signing=while_signing((frames - scene.frame_start) / rate, signs),
        captions=captions,
    )
    stage[MARK] = True


def _subject(character: bpy.types.Object) -> Avatar:
    """The character as it is to be seen; how it would be keyed does not matter."""
    meshes = [item for item in belongings(character) if item.type == "MESH"]
    rig = read_rig(character)
    return Avatar(character, tuple(meshes), rig, bone_map_of(character, rig))


def _at_rate(scene: bpy.types.Scene, copy: bpy.types.Scene, fps: float) -> Studio:
    """Let the copy pass through the scene's time at another frame rate."""
    stretch = Fraction(fps / frame_rate(scene)).limit_denominator(900)
    if not 1 <= stretch.numerator <= 900:
        raise UserError(f"{fps:g} frames a second are too far from those of the scene")
    copy.render.frame_map_old, copy.render.frame_map_new = stretch.denominator, stretch.numerator
    set_frame_rate(copy, fps)
    count = round((scene.frame_end - scene.frame_start + 1) * float(stretch))
    return Studio(copy, round(scene.frame_start * float(stretch)), max(1, count), fps)


def mixed_sound(scene: bpy.types.Scene, path: Path) -> bool:
    """Write what the scene's sequencer sounds like into a .wav; False where it is silent."""
    strips = compat.strips(scene) if scene.sequence_editor else ()
    if not any(strip.type == "SOUND" and not strip.mute for strip in strips):
        return False
    with bpy.context.temp_override(scene=scene):
        bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16")
    return True
