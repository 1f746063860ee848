"""What can be done with the take that a character plays."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
from bpy.props import FloatProperty, StringProperty

from ..core.clip_reader import read_clip
from ..core.errors import UserError
from ..core.manner import Manner
from ..core.reduce import Tolerance
from ..scene.bake import bake_take
from ..scene.nla import push_take, require_playable, strip_with
from ..scene.speech import hear_playing
from ..scene.takes import (
    Take,
    delete_take,
    duplicate_take,
    others_playing,
    play_before,
    play_take,
    playing,
    take_of,
)
from . import insert
from .operators import refused
from .performance import LOCATION_ERROR, ROTATION_ERROR, SHAPE_ERROR
from .translations import filled

Result = set[str]


def play_with_speech(
    scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action
) -> None:
    """Play a take with its speech."""
    left = take_of(playing(armature))
    play_take(armature, action)
    hear_playing(scene, armature, left)


class _TakeOperator:
    """A button that changes the take that the selected armature plays."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A take plays."""
        armature = insert.selected_armature(context)
        return armature is not None and take_of(playing(armature)) is not None

    def execute(self: Any, context: bpy.types.Context) -> Result:
        """Do it and tell what came of it, or say why not."""
        armature = insert.selected_armature(context)
        try:
            require_playable(armature)
            said = self.change(context, armature, playing(armature))
        except (UserError, OSError) as error:
            return refused(self, error)
        self.report({"INFO"}, said)
        return {"FINISHED"}


class MOMJIT_OT_play_take(bpy.types.Operator):
    """Another take."""

    bl_idname = "momjit.play_take"
    bl_label = "Play Take"
    bl_description = "Let the character play this take, with body and face; what it played is kept"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Take")

    def execute(self, context: bpy.types.Context) -> Result:
        """Switch to the take."""
        armature, action = insert.selected_armature(context), bpy.data.actions.get(self.name)
        try:
            if armature is None:
                raise UserError("select the character that is to play it")
            if take_of(action) is None:
                raise UserError(filled("“{name}” is no take of momjit", name=self.name))
            require_playable(armature)
        except UserError as error:
            return refused(self, error)
        play_with_speech(context.scene, armature, action)
        return {"FINISHED"}


class MOMJIT_OT_play_before(_TakeOperator, bpy.types.Operator):
    """The time before the take."""

    bl_idname = "momjit.play_before"
    bl_label = "What Was Before"
    bl_description = (
        "Go back to what the character did before this take; the take stays in the list"
    )

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Switch to what is under the take."""
        left = take_of(action)
        play_before(armature, action)
        hear_playing(context.scene, armature, left)
        now = playing(armature)
        return f"{armature.name}: {now.name if now else '-'}"


class MOMJIT_OT_duplicate_take(_TakeOperator, bpy.types.Operator):
    """The take twice."""

    bl_idname = "momjit.duplicate_take"
    bl_label = "Duplicate Take"
    bl_description = "Go on with a copy of this take, to edit it by hand and keep the original"

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Copy and play."""
        return duplicate_take(armature, action).name


class MOMJIT_OT_delete_take(_TakeOperator, bpy.types.Operator):
    """The take, gone."""

    bl_idname = "momjit.delete_take"
    bl_label = "Delete Take"
    bl_description = (
        "Delete this take; the character goes back to what it did before. The clip's file stays"
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Ask first."""
        return context.window_manager.invoke_confirm(self, event)

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Remove it."""
        name = action.name
        strip = strip_with(armature, [action])
        if strip is not None:
            laid = "“{name}” is played by the NLA strip “{strip}”; delete that first"
            raise UserError(filled(laid, name=name, strip=strip.name))
        if others := others_playing(action, armature):
            shared = "“{name}” is also played by {others}; let them play something else first"
            raise UserError(filled(shared, name=name, others=", ".join(others)))
        left = take_of(action)
        delete_take(armature, action)
        hear_playing(context.scene, armature, left)
        return name


class MOMJIT_OT_mirror_take(_TakeOperator, bpy.types.Operator):
    """The take, mirrored."""

    bl_idname = "momjit.mirror_take"
    bl_label = "Mirror"
    bl_description = (
        "Make a take with left and right exchanged. It comes from the clip: what was "
        "edited by hand stays in this take"
    )

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Perform the clip again, mirrored."""
        manner = _take(action).manner
        return _perform_again(context, armature, action, replace(manner, mirror=not manner.mirror))


class MOMJIT_OT_redo_take(_TakeOperator, bpy.types.Operator):
    """The clip, performed as the panel says."""

    bl_idname = "momjit.redo_take"
    bl_label = "Perform Again"
    bl_description = (
        "Make a take of the same clip with the settings under Performance: body parts, "
        "strength, contacts, keys. What was edited by hand stays in this take"
    )

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Perform the clip again, as the panel says."""
        return _perform_again(context, armature, action, context.scene.momjit_performance.manner())


class MOMJIT_OT_bake_take(_TakeOperator, bpy.types.Operator):
    """The take with fewer keys."""

    bl_idname = "momjit.bake_take"
    bl_label = "Bake Keys"
    bl_description = (
        "Make a copy of this take with only the keys that a smooth curve needs, edits "
        "by hand included. Its bones and shape keys stay within the errors below, at "
        "every frame"
    )

    rotation: FloatProperty(**ROTATION_ERROR)
    location: FloatProperty(**LOCATION_ERROR)
    shape: FloatProperty(**SHAPE_ERROR)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Begin with the errors of the panel; they can be changed afterwards."""
        errors = context.scene.momjit_performance.tolerance()
        self.rotation, self.location, self.shape = errors.rotation, errors.location, errors.shape
        return self.execute(context)

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Copy and reduce."""
        errors = Tolerance(self.rotation, self.location, self.shape)
        before, after = bake_take(armature, errors)
        return filled("{after} keys instead of {before}", after=after, before=before)


class MOMJIT_OT_push_take(_TakeOperator, bpy.types.Operator):
    """The take as a strip."""

    bl_idname = "momjit.push_take"
    bl_label = "To the NLA"
    bl_description = (
        "Turn this take into a strip on a new NLA track above the others, for body and "
        "face. The take stays in the list, the tracks below stay as they are"
    )

    def change(
        self, context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action
    ) -> str:
        """Add the strip."""
        push_take(armature, action)
        return action.name


def _take(action: bpy.types.Action) -> Take:
    take = take_of(action)
    if take is None:
        raise UserError(filled("“{name}” is no take of momjit", name=action.name))
    return take


def _perform_again(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    action: bpy.types.Action,
    manner: Manner,
) -> str:
    """A new take of the clip of a take, at the same place and over the same ground."""
    take = _take(action)
    clip = read_clip(take.clip)
    avatar = insert.avatar_for(armature)
    play_before(armature, action)
    try:
        performed = insert.perform(context.scene, clip, take.clip, avatar, take.start, manner)
    except UserError:
        play_take(armature, action)
        raise
    return performed.keyed.action.name


CLASSES = (
    MOMJIT_OT_play_take,
    MOMJIT_OT_play_before,
    MOMJIT_OT_duplicate_take,
    MOMJIT_OT_delete_take,
    MOMJIT_OT_mirror_take,
    MOMJIT_OT_redo_take,
    MOMJIT_OT_bake_take,
    MOMJIT_OT_push_take,
)
KOREAN = {
    "Play Take": "테이크 재생",
    "Let the character play this take, with body and face; what it played is kept": (
        "캐릭터가 이 테이크를 몸과 얼굴로 재생합니다. 재생하던 것은 남습니다"
    ),
    "What Was Before": "이전 동작으로",
    "Go back to what the character did before this take; the take stays in the list": (
        "이 테이크 이전의 동작으로 돌아갑니다. 테이크는 목록에 남습니다"
    ),
    "Duplicate Take": "테이크 복제",
    "Go on with a copy of this take, to edit it by hand and keep the original": (
        "원본은 두고, 손으로 고칠 사본으로 이어 갑니다"
    ),
    "Delete Take": "테이크 삭제",
    "Delete this take; the character goes back to what it did before. The clip's file stays": (
        "이 테이크를 지우고 캐릭터는 이전 동작으로 돌아갑니다. 클립 파일은 남습니다"
    ),
    "Make a take with left and right exchanged. It comes from the clip: what was edited by hand "
    "stays in this take": (
        "왼쪽과 오른쪽을 바꾼 테이크를 만듭니다. 클립에서 새로 만들므로 손으로 고친 것은 "
        "이 테이크에 남습니다"
    ),
    "Perform Again": "다시 연기",
    "Make a take of the same clip with the settings under Performance: body parts, strength, "
    "contacts, keys. What was edited by hand stays in this take": (
        "같은 클립을 ‘연기’ 설정(몸의 부분, 강도, 접촉, 키)대로 다시 연기한 테이크를 만듭니다. "
        "손으로 고친 것은 이 테이크에 남습니다"
    ),
    "Bake Keys": "키 굽기",
    "Make a copy of this take with only the keys that a smooth curve needs, edits by hand "
    "included. Its bones and shape keys stay within the errors below, at every frame": (
        "부드러운 곡선에 필요한 키만 둔 사본을 만듭니다. 손으로 고친 것도 담깁니다. "
        "본과 셰이프 키는 모든 프레임에서 아래 오차 안에 있습니다"
    ),
    "{after} keys instead of {before}": "키 {after}개 (원래 {before}개)",
    "select the character that is to play it": "이것을 재생할 캐릭터를 선택하세요",
    "“{name}” is also played by {others}; let them play something else first": (
        "“{name}”을(를) {others}도 재생합니다. 먼저 다른 것을 재생하게 하세요"
    ),
    "“{name}” is no take of momjit": "“{name}”은(는) momjit의 테이크가 아닙니다",
    "“{name}” is played by the NLA strip “{strip}”; delete that first": (
        "“{name}”을(를) NLA 스트립 “{strip}”이(가) 재생합니다. 그 스트립을 먼저 지우세요"
    ),
    "To the NLA": "NLA로",
    "Turn this take into a strip on a new NLA track above the others, for body and face. The "
    "take stays in the list, the tracks below stay as they are": (
        "이 테이크를 다른 트랙 위의 새 NLA 트랙에 스트립으로 올립니다. 몸과 얼굴 모두입니다. "
        "테이크는 목록에 남고 아래 트랙은 그대로입니다"
    ),
}
