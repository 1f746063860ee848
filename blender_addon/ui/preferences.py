"""The add-on's preferences: which backend, where results go, and whether it all works."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import cast

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import EnumProperty, StringProperty

from ..client.environment import Place, Wheel, bundled_wheel, space_needed
from ..client.errors import BackendError
from ..client.locate import any_command, installed_command, python_command
from ..client.process import LocalWorker
from ..client.remote import RemoteWorker, remote_worker
from . import session
from .progress import draw_progress
from .translations import filled
from .wrap import wrap

ADDON = __name__.rpartition(".ui.")[0]
ADDON_FOLDER = Path(__file__).parent.parent
COLUMNS = 100
"""Latin characters in a line of the preferences."""


class MOMJIT_preferences(bpy.types.AddonPreferences):
    """Shown under Edit > Preferences > Add-ons > momjit."""

    bl_idname = ADDON

    source: EnumProperty(
        name="Backend",
        description="Where momjit's models run; Blender itself stays free meanwhile",
        items=(
            (
                "AUTOMATIC",
                "Automatic",
                "The variable MOMJIT_PYTHON, what is installed here, the .venv of momjit's "
                "folder, or momjit on the PATH: the first of them that is there",
            ),
            ("INSTALLED", "Installed Here", "The environment that this add-on installs"),
            ("PYTHON", "Existing Python", "A Python that has momjit already"),
            ("REMOTE", "Remote", "A worker on another machine: momjit worker --listen"),
        ),
    )
    backend_python: StringProperty(
        name="Python",
        description="The Python, or the virtual environment, in which momjit is installed",
        subtype="FILE_PATH",
    )
    remote_address: StringProperty(
        name="Address",
        description="HOST:PORT of the worker, as it was given to momjit worker --listen",
    )
    remote_token: StringProperty(
        name="Token",
        description="What is in the worker's token file. Blender keeps it readable in its settings",
        subtype="PASSWORD",
    )
    remote_fingerprint: StringProperty(
        name="Fingerprint",
        description="Of the worker's certificate, as the worker prints it: the line is then "
        "encrypted. Empty: texts and recordings travel readable, so use a tunnel",
    )
    install_python: StringProperty(
        name="Python",
        description="The Python that the environment is made with. Empty: Blender's own if its "
        "version fits, or the first on this computer that does",
        subtype="FILE_PATH",
    )
    torch_index: StringProperty(
        name="PyTorch From",
        description="Address of the package index with the PyTorch for your graphics card, or for "
        "the processor alone, from PyTorch's page “Get Started”. Empty: the ordinary one, which "
        "on Linux is made for NVIDIA cards and several gigabytes larger",
    )
    pip_options: StringProperty(
        name="Pip Options",
        description="More options for pip, such as --proxy or --index-url of your company",
    )
    results_folder: StringProperty(
        name="Results",
        description="Where clips and speech are kept. Empty: the folder momjit beside the saved "
        "scene, or Blender's user folder before the scene is saved",
        subtype="DIR_PATH",
    )

    def worker(self) -> LocalWorker | RemoteWorker:
        """The worker that is to be used; BackendError says what is missing."""
        if self.source == "REMOTE":
            return remote_worker(self.remote_address, self.remote_token, self.remote_fingerprint)
        if self.source == "PYTHON":
            command = python_command(bpy.path.abspath(self.backend_python))
        elif self.source == "INSTALLED":
            command = installed_command(place())
        else:
            command = any_command(place(), ADDON_FOLDER)
        variables = {} if bpy.app.online_access else {"HF_HUB_OFFLINE": "1"}
        if command[0] == str(place().python):  # so that nothing is left behind elsewhere
            variables["MOMJIT_CACHE"] = str(place().cache)
        return LocalWorker(command, variables)

    def offers_installing(self) -> bool:
        """Whether one button may help: what is installed here is missing, or another version."""
        wheel = bundled()
        if wheel is None or self.source not in ("AUTOMATIC", "INSTALLED"):
            return False
        try:
            worker = self.worker()
        except BackendError:
            return True
        installed = place().installed()
        ours = str(worker) == str(place().python)
        return ours and installed is not None and installed.identity != wheel.identity

    def draw(self, context: bpy.types.Context) -> None:
        """The choice of backend with its settings, the check and its answer."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.row().prop(self, "source", expand=True)
        if self.source == "PYTHON":
            layout.prop(self, "backend_python")
        elif self.source == "REMOTE":
            for name in ("remote_address", "remote_token", "remote_fingerprint"):
                layout.prop(self, name)
        else:
            _draw_installation(layout.box().column(), self)
        layout.prop(self, "results_folder")
        _draw_check(layout)


def _draw_installation(layout: bpy.types.UILayout, settings: MOMJIT_preferences) -> None:
    """What is installed, the buttons that change it, and how it is going."""
    current, here = session.current(), place()
    wheel, installed = bundled(), here.installed()
    if wheel is None:
        layout.label(text="This copy of the add-on does not carry the backend", icon="INFO")
    if installed:
        used = current.measured(here)
        size = "…" if used is None else f"{used / 1e9:.1f}"
        said = "momjit {version}, {size} GB on the disk"
        text = filled(said, version=installed.version, size=size)
        layout.label(text=text, icon="CHECKMARK", translate=False)
        if wheel and installed.identity != wheel.identity:
            layout.label(text="This add-on carries another version: update", icon="FILE_REFRESH")
    elif here.begun and "install" not in current.tasks:
        layout.label(text="The installation is not complete: repair it", icon="ERROR")
    row = layout.row()
    busy = draw_progress(row, "install") or draw_progress(row, "remove")
    if not busy:
        draw_install_button(row)
        if here.begun:
            row.operator("momjit.remove_backend", icon="TRASH")
    if here.log.exists():
        row.operator("momjit.show_install_log", text="", icon="TEXT")
    if not busy and not installed:
        size = space_needed(settings.torch_index) / 1e9
        needs = filled("About {size:.0f} GB of disk are needed", size=size)
        layout.label(text=needs, icon="DISK_DRIVE", translate=False)
    if not busy:
        for name in ("install_python", "torch_index", "pip_options"):
            layout.prop(settings, name)
    draw_note(layout, current, "install", columns=COLUMNS)
    draw_note(layout, current, "remove", columns=COLUMNS)


def draw_install_button(layout: bpy.types.UILayout) -> None:
    """One button that brings the environment to what it should be, by the name of what it does."""
    here, wheel = place(), bundled()
    installed = here.installed()
    name = "Install"
    if installed and wheel and installed.identity != wheel.identity:
        name = "Update"
    elif here.begun:
        name = "Repair"
    row = layout.row()
    row.enabled = wheel is not None
    row.operator("momjit.install_backend", text=name, icon="IMPORT")


def _draw_check(layout: bpy.types.UILayout) -> None:
    current = session.current()
    layout.operator("momjit.check_backend", icon="CHECKMARK")
    if not bpy.app.online_access:
        layout.label(text="Online access is off: the backend stays offline", icon="INTERNET")
    draw_note(layout, current, "check", columns=COLUMNS)
    for check in current.checks:
        icon = "CHECKMARK" if check.ok else "ERROR" if check.needed else "INFO"
        for number, line in enumerate(wrap(f"{check.name}: {check.detail}", COLUMNS)):
            layout.label(text=line, icon="BLANK1" if number else icon, translate=False)


def draw_note(
    layout: bpy.types.UILayout, current: session.Session, task: str, *, columns: int
) -> None:
    """Draw how the latest task of a kind ended, wrapped to the width of the region."""
    note = current.notes.get(task)
    if note is None or not note.text:
        return
    column = layout.column(align=True)
    column.alert = note.is_error
    for number, line in enumerate(wrap(translated(note.text), columns)):
        icon = "BLANK1" if number else ("ERROR" if note.is_error else "CHECKMARK")
        column.label(text=line, icon=icon, translate=False)


def preferences(context: bpy.types.Context) -> MOMJIT_preferences:
    """The preferences of this add-on, which exist while it is enabled."""
    return cast(MOMJIT_preferences, context.preferences.addons[ADDON].preferences)


def user_folder() -> Path:
    """Where this add-on keeps files; Blender deletes the folder with the extension."""
    if ADDON.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(ADDON, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path="momjit", create=True))


def place() -> Place:
    """Where the backend is installed."""
    return Place(session.current().folder / "backend")


@lru_cache(maxsize=1)
def bundled() -> Wheel | None:
    """The backend in the add-on's folder; None in a copy without it, such as a checkout."""
    try:
        return bundled_wheel(ADDON_FOLDER)
    except BackendError:
        return None


def results_folder(context: bpy.types.Context) -> Path:
    """Where the next clip and its speech go: chosen, or beside the scene, or the user's."""
    if chosen := preferences(context).results_folder:
        return Path(bpy.path.abspath(chosen))
    if bpy.data.filepath:
        return Path(bpy.data.filepath).parent / "momjit"
    return user_folder() / "results"


CLASSES = (MOMJIT_preferences,)

KOREAN = {
    "Backend": "백엔드",
    "Installed Here": "여기에 설치",
    "Existing Python": "기존 파이썬",
    "Remote": "원격",
    "Python": "파이썬",
    "Address": "주소",
    "Token": "토큰",
    "Fingerprint": "지문",
    "PyTorch From": "PyTorch 출처",
    "Pip Options": "pip 옵션",
    "Where momjit's models run; Blender itself stays free meanwhile": (
        "몸짓의 모델이 돌아갈 곳. 그동안 블렌더는 멈추지 않습니다"
    ),
    "The variable MOMJIT_PYTHON, what is installed here, the .venv of momjit's folder, or momjit "
    "on the PATH: the first of them that is there": (
        "변수 MOMJIT_PYTHON, 여기에 설치한 것, momjit 폴더의 .venv, PATH의 momjit 가운데 "
        "먼저 찾은 것"
    ),
    "The environment that this add-on installs": "이 애드온이 설치하는 환경",
    "A Python that has momjit already": "momjit이 이미 설치된 파이썬",
    "A worker on another machine: momjit worker --listen": (
        "다른 컴퓨터의 작업기: momjit worker --listen"
    ),
    "The Python, or the virtual environment, in which momjit is installed": (
        "momjit이 설치된 파이썬 또는 가상 환경"
    ),
    "HOST:PORT of the worker, as it was given to momjit worker --listen": (
        "momjit worker --listen에 준 작업기의 HOST:PORT"
    ),
    "What is in the worker's token file. Blender keeps it readable in its settings": (
        "작업기의 토큰 파일 내용. 블렌더 설정에 읽을 수 있는 채로 저장됩니다"
    ),
    "Of the worker's certificate, as the worker prints it: the line is then encrypted. Empty: "
    "texts and recordings travel readable, so use a tunnel": (
        "작업기가 출력하는 인증서 지문. 적으면 통신이 암호화됩니다. 비우면 대사와 녹음이 "
        "그대로 오가므로 터널을 쓰십시오"
    ),
    "The Python that the environment is made with. Empty: Blender's own if its version fits, or "
    "the first on this computer that does": (
        "환경을 만들 파이썬. 비우면 버전이 맞을 때 블렌더의 파이썬을, 아니면 이 컴퓨터에서 "
        "맞는 첫 파이썬을 씁니다"
    ),
    "Address of the package index with the PyTorch for your graphics card, or for the processor "
    "alone, from PyTorch's page “Get Started”. Empty: the ordinary one, which on Linux is made "
    "for NVIDIA cards and several gigabytes larger": (
        "그래픽 카드용 또는 CPU 전용 PyTorch 패키지 색인의 주소(PyTorch의 “Get Started” 참고). "
        "비우면 기본 색인을 쓰며, 리눅스에서는 NVIDIA용이라 수 GB 더 큽니다"
    ),
    "More options for pip, such as --proxy or --index-url of your company": (
        "pip에 더 줄 옵션. 예: 회사의 --proxy 또는 --index-url"
    ),
    "Where clips and speech are kept. Empty: the folder momjit beside the saved scene, or "
    "Blender's user folder before the scene is saved": (
        "클립과 음성을 둘 곳. 비우면 저장한 장면 옆의 momjit 폴더에, 저장하기 전에는 블렌더 "
        "사용자 폴더에 둡니다"
    ),
    "This copy of the add-on does not carry the backend": "이 애드온에는 백엔드가 없습니다",
    "momjit {version}, {size} GB on the disk": "momjit {version}, 디스크 {size} GB 사용",
    "This add-on carries another version: update": "다른 버전이 들어 있습니다: 업데이트하세요",
    "The installation is not complete: repair it": "설치가 끝나지 않았습니다: 복구하세요",
    "About {size:.0f} GB of disk are needed": "디스크 공간이 약 {size:.0f} GB 필요합니다",
    "Install": "설치",
    "Update": "업데이트",
    "Repair": "복구",
}
