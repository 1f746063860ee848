"""Bringing a finished clip into the open scene: one action, one undo step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from ..core.clip_reader import Clip, Span, is_signed, read_clip
from ..core.errors import UserError
from ..core.manner import Manner
from ..core.phrases import Moment, moments
from ..scene.avatar import Avatar, avatar_of, load_avatar
from ..scene.bones import BONES, recall_map
from ..scene.clock import frame_rate
from ..scene.face import FOLDER, recall_faces
from ..scene.lineup import lay_strip, make_room
from ..scene.markers import add_marks, marks_of, remove_marks
from ..scene.perform import AS_IT_IS, Performance, perform_clip
from ..scene.speech import add_speech
from ..scene.takes import Take, playing_take, record_take
from . import session
from .translations import filled


@dataclass(frozen=True)
class Placement:
    """Where a result goes, by name: pointers do not survive an undo.

    `armature`: None to bring in a character; `start`: scene frame of the clip's beginning;
    `strip`: as a strip of the NLA, in line with others, in place of what is played.
    """

    scene: str
    armature: str | None
    start: int
    sound: bool
    markers: bool
    manner: Manner = AS_IT_IS
    strip: bool = False

    @classmethod
    def from_settings(cls, context: bpy.types.Context) -> Placement:
        """What the panel says now; `UserError` when the selected armature cannot be used."""
        settings, scene = context.scene.momjit, context.scene
        armature = selected_armature(context) if settings.who == "SELECTED" else None
        if armature:
            check_armature(armature)
        return cls(
            scene=scene.name,
            armature=armature.name if armature else None,
            start=scene.frame_current if settings.at_cursor else scene.frame_start,
            sound=settings.sound,
            markers=settings.markers,
            manner=scene.momjit_performance.manner(),
        )


def selected_armature(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature that is selected, or that moves the selected mesh."""
    active = context.object
    if active is None or not (active.select_get() or active.mode != "OBJECT"):
        return None
    return active if active.type == "ARMATURE" else active.find_armature()


def check_armature(armature: bpy.types.Object) -> None:
    """Raise `UserError` when momjit cannot animate this armature."""
    recall_map(armature, session.current().folder / BONES)
    avatar_of({armature}, armature.name)  # also refuses bones that constraints move


def insert(
    context: bpy.types.Context, clip_path: Path, character: Path | None, placement: Placement
) -> str:
    """Animate the armature, or the `character` file that is brought in; says what was done."""
    clip = read_clip(clip_path)
    armature = _find(placement.armature, clip_path)
    with undo_step("momjit: Generate"):
        avatar = _avatar(context, armature, character)
        scene = context.scene
        if placement.strip:
            make_room(avatar.armature)
        replaced = playing_take(avatar.armature)
        performed = perform(scene, clip, clip_path, avatar, placement.start, placement.manner)
        if placement.strip:
            lay_strip(avatar.armature, performed.keyed.action)
        fps = frame_rate(scene)
        _fit_range(scene, placement.start + math.ceil(clip.duration * fps))
        heard = placement.sound and not is_signed(clip.provenance)
        if heard and clip.audio and compat.can_write_sound():
            speaker = avatar.armature.name
            add_speech(scene, clip.audio, placement.start, speaker, alone=not placement.strip)
        if placement.markers:
            if replaced:
                remove_marks(scene, marks_of(_words(replaced.spans), replaced.start, fps))
            add_marks(scene, marks_of(_words(clip.spans), placement.start, fps))
    return _summary(clip, avatar, performed)


def _words(spans: Iterable[Span]) -> list[Moment]:
    """What is said or signed."""
    return [moment for moment in moments(spans) if moment.kind in ("word", "gloss")]


def bring_in(context: bpy.types.Context, character: Path) -> str:
    """Put a character into the scene at rest, selected; its name."""
    with undo_step("momjit: Add Character"):
        return _avatar(context, None, character).armature.name


def perform(
    scene: bpy.types.Scene,
    clip: Clip,
    clip_path: Path,
    avatar: Avatar,
    start: float,
    manner: Manner,
) -> Performance:
    """Make a take of the clip on the avatar, with faces as they are mapped by the user."""
    recall_faces(avatar.meshes, session.current().folder / FOLDER)
    name = _action_name(clip)
    performed = perform_clip(clip, avatar, frame_rate(scene), name, start, manner)
    keyed = performed.keyed
    take = Take(
        clip=clip_path,
        armature=avatar.armature.name,
        start=keyed.frames[0],
        end=keyed.frames[1],
        fps=clip.fps,
        manner=manner,
        bones=keyed.motion.bones,
        shapes=keyed.shapes,
        still=keyed.still,
        spans=clip.spans,
        provenance=clip.provenance,
    )
    record_take(keyed.action, take)
    return performed


@contextmanager
def shown(name: str) -> Iterator[None]:
    """Work in the scene that was open when the user asked, whatever is in front by now."""
    scene = bpy.data.scenes.get(name)
    if scene is None:
        raise UserError(filled("the scene “{name}” is no longer in the file", name=name))
    windows = [w for w in bpy.context.window_manager.windows if w.scene == scene]
    context = {"window": windows[0]} if windows else {"view_layer": scene.view_layers[0]}
    with bpy.context.temp_override(scene=scene, **context):
        yield


def _find(name: str | None, clip_path: Path) -> bpy.types.Object | None:
    if name is None:
        return None
    armature = bpy.data.objects.get(name)
    if armature is None or armature.type != "ARMATURE":
        gone = "the armature “{name}” is no longer in the scene; the clip is kept in {path}"
        raise UserError(filled(gone, name=name, path=clip_path))
    return armature


def avatar_for(armature: bpy.types.Object) -> Avatar:
    """The character of an armature in the scene, with the meshes that follow it."""
    meshes = {item for item in bpy.data.objects if item.type == "MESH"}
    return avatar_of({armature, *meshes}, f"“{armature.name}”")


def _avatar(
    context: bpy.types.Context, armature: bpy.types.Object | None, character: Path | None
) -> Avatar:
    if armature is not None:
        return avatar_for(armature)
    if character is None:
        raise ValueError("neither an armature nor a character to animate")
    avatar = load_avatar(character, saved=session.current().folder / BONES)
    for item in context.view_layer.objects:
        item.select_set(item == avatar.armature)
    context.view_layer.objects.active = avatar.armature
    return avatar


def _summary(clip: Clip, avatar: Avatar, performed: Performance) -> str:
    """What was brought in, and line by line what was not."""
    lines = [
        filled(
            "“{name}”: {seconds:.1f} s, {bones} bones, {shapes} expressions",
            name=avatar.armature.name,
            seconds=clip.duration,
            bones=len(performed.motion.bones),
            shapes=len(performed.expressions),
        )
    ]
    for said, names in (
        ("not on this rig: {names}", performed.lost),
        ("locked or driven, so left alone: {names}", performed.keyed.untouched),
    ):
        if names:
            lines.append(filled(said, names=", ".join(names)))
    return "\n".join([*lines, *avatar.remarks])


def _action_name(clip: Clip) -> str:
    text: Any = clip.provenance.get("text", "")
    return f"momjit {' '.join(str(text).split())[:16]}".strip()


def _fit_range(scene: bpy.types.Scene, end: int) -> None:
    """Let the scene last as long as the performance; never shorten it."""
    scene.frame_end = max(scene.frame_end, end)


@contextmanager
def undo_step(message: str) -> Iterator[None]:
    """Make all changes one step of the undo history; take them back when they end halfway."""
    try:
        yield
    except BaseException:
        bpy.ops.ed.undo_push(message=message)
        bpy.ops.ed.undo()
        raise
    bpy.ops.ed.undo_push(message=message)


KOREAN = {
    "“{name}”: {seconds:.1f} s, {bones} bones, {shapes} expressions": (
        "“{name}”: {seconds:.1f}초, 본 {bones}개, 표정 {shapes}개"
    ),
    "the scene “{name}” is no longer in the file": "장면 “{name}”이(가) 파일에 없습니다",
    "the armature “{name}” is no longer in the scene; the clip is kept in {path}": (
        "아마튜어 “{name}”이(가) 장면에 없습니다. 클립은 {path}에 남아 있습니다"
    ),
    "not on this rig: {names}": "이 리그에 없음: {names}",
    "locked or driven, so left alone: {names}": "잠겼거나 드라이버가 있어 그대로 둠: {names}",
}
