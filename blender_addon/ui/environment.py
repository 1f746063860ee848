"""Installing the backend from Blender: one button, a bar, a log, and a way back."""

from __future__ import annotations

import shlex

import bpy
from bpy.app.translations import pgettext_iface as translated

from ..client.environment import bundled_wheel, space_needed
from ..client.errors import BackendError
from ..client.installation import Background, Installation
from ..core.errors import UserError
from . import session
from .operators import refused
from .preferences import ADDON_FOLDER, MOMJIT_preferences, place, preferences
from .translations import filled

Result = set[str]


class MOMJIT_OT_install_backend(bpy.types.Operator):
    """Install momjit's models and what they need in Blender's user folder, or mend them"""

    bl_idname = "momjit.install_backend"
    bl_label = "Install Backend"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start; the preferences and the panel show how it goes."""
        try:
            work = _installation(preferences(context))
        except (BackendError, UserError) as error:
            return refused(self, error)
        current = session.current()

        def finish() -> str:
            current.disk_use = None
            current.catalogue_asked = False
            current.notes.pop("catalogue", None)
            return translated("The backend is installed")

        current.notes.pop("remove", None)
        current.begin("install", "Installing", [work], finish)
        return {"FINISHED"}


class MOMJIT_OT_remove_backend(bpy.types.Operator):
    """Delete the environment that was installed here, with its downloads and its log"""

    bl_idname = "momjit.remove_backend"
    bl_label = "Remove"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Ask first: installing again takes minutes."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> Result:
        """End the backend, then delete on a thread."""
        try:
            _check_idle()
        except UserError as error:
            return refused(self, error)
        current = session.current()
        current.disconnect()

        def finish() -> str:
            current.disk_use = None
            return translated("The backend is removed")

        current.notes.pop("install", None)
        current.begin("remove", "Removing", [Background(place().clear, "removing")], finish)
        return {"FINISHED"}


class MOMJIT_OT_show_install_log(bpy.types.Operator):
    """Open what pip said while installing, as a text of Blender's text editor"""

    bl_idname = "momjit.show_install_log"
    bl_label = "Show Log"

    def execute(self, context: bpy.types.Context) -> Result:
        """Put the log into a text, and show it in a window of its own where there is one."""
        log = place().log
        try:
            said = log.read_text("utf-8", "replace")
        except OSError as error:
            return refused(self, error)
        text = bpy.data.texts.get(log.name) or bpy.data.texts.new(log.name)
        text.from_string(said)
        if not bpy.app.background:
            bpy.ops.wm.window_new()
            area = context.window_manager.windows[-1].screen.areas[0]
            area.type = "TEXT_EDITOR"
            area.spaces.active.text = text
        self.report({"INFO"}, filled("The log is in the text {name}", name=text.name))
        return {"FINISHED"}


def _installation(settings: MOMJIT_preferences) -> Installation:
    """The work to follow; errors say what the user has to do first."""
    _check_idle()
    try:
        options = shlex.split(settings.pip_options)
    except ValueError as error:
        wrong = filled("the pip options cannot be read: {error}", error=error)
        raise UserError(wrong) from error
    if not bpy.app.online_access and "--no-index" not in options:
        raise UserError(
            "Online access is off in Blender: allow it in Preferences > System > Network, since "
            "the backend's packages are downloaded"
        )
    wheel = bundled_wheel(ADDON_FOLDER)
    session.current().disconnect()
    index = settings.torch_index.strip()
    return Installation(
        place(),
        wheel,
        needs=space_needed(index),
        python=bpy.path.abspath(settings.install_python),
        torch_options=["--index-url", index] if index else [],
        options=options,
    )


def _check_idle() -> None:
    """UserError while the backend works: its files must not change under it."""
    if set(session.current().tasks) - {"disk"}:
        raise UserError("wait until the backend has finished what it is doing, or cancel it")


CLASSES = (
    MOMJIT_OT_install_backend,
    MOMJIT_OT_remove_backend,
    MOMJIT_OT_show_install_log,
)

KOREAN = {
    "Install Backend": "백엔드 설치",
    "Remove": "제거",
    "Show Log": "기록 보기",
    "Install momjit's models and what they need in Blender's user folder, or mend them": (
        "몸짓의 모델과 필요한 것을 블렌더 사용자 폴더에 설치하거나, 있는 것을 고칩니다"
    ),
    "Delete the environment that was installed here, with its downloads and its log": (
        "여기에 설치한 환경을 내려받은 것, 기록과 함께 지웁니다"
    ),
    "Open what pip said while installing, as a text of Blender's text editor": (
        "설치할 때 pip이 한 말을 블렌더 텍스트로 엽니다"
    ),
    "The backend is installed": "백엔드를 설치했습니다",
    "The backend is removed": "백엔드를 제거했습니다",
    "The log is in the text {name}": "기록은 텍스트 {name}에 있습니다",
    "Online access is off in Blender: allow it in Preferences > System > Network, since the "
    "backend's packages are downloaded": (
        "블렌더의 온라인 접근이 꺼져 있습니다. 백엔드 패키지를 내려받아야 하니 "
        "환경 설정 > 시스템 > 네트워크에서 허용하세요"
    ),
    "wait until the backend has finished what it is doing, or cancel it": (
        "백엔드가 하던 일이 끝날 때까지 기다리거나 취소하세요"
    ),
    "the pip options cannot be read: {error}": "pip 옵션을 읽을 수 없습니다: {error}",
    "looking for a Python": "파이썬을 찾는 중",
    "creating the environment": "환경을 만드는 중",
    "installing PyTorch": "PyTorch를 설치하는 중",
    "installing momjit": "momjit을 설치하는 중",
    "installing the characters": "캐릭터 자료를 설치하는 중",
    "downloading": "내려받는 중",
    "unpacking": "푸는 중",
    "looking for damaged files": "손상된 파일을 찾는 중",
    "checking the backend": "백엔드를 점검하는 중",
    "removing": "지우는 중",
    "waiting for another user": "다른 사용자의 작업이 끝나기를 기다리는 중",
}
