"""Installing the backend from Blender, cancelling, removing, uninstalling; for test_installing.py.

Arguments: the extension's zip, a small wheel in place of its own, a folder of wheels for pip, the
address of a listening worker and its token. Ends with `os._exit` because Blender's own exit can
hang.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import bpy
from extension_session import MODULE, build_rig, refused, select, session, settle
from leaving import leave_after


def preferences():
    return bpy.context.preferences.addons[MODULE].preferences


def backend() -> Path:
    """Where everything is installed."""
    return session().folder / "backend"


def until(word: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while word not in session().tasks["install"].message:
        assert session().poll(), session().notes
        assert time.monotonic() < end, session().tasks["install"].message
        time.sleep(0.005)


def install_add_on(archive: str, wheel: str, index: str) -> None:
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True
    )
    carried = Path(str(sys.modules[MODULE].__file__)).parent / "backend"
    for old in carried.glob("*.whl"):
        old.unlink()
    shutil.copy(wheel, carried)
    sys.modules[f"{MODULE}.ui.preferences"].bundled.cache_clear()
    settings = preferences()
    settings.source, settings.install_python = "INSTALLED", sys.executable
    settings.pip_options = f"--no-index --find-links '{index}'"


def check_refusals() -> None:
    settings = preferences()
    with refused("not installed yet: install it"):
        bpy.ops.momjit.check_backend()
    options, settings.pip_options = settings.pip_options, ""
    bpy.context.preferences.system.use_online_access = False
    with refused("Online access is off"):
        bpy.ops.momjit.install_backend()
    settings.pip_options = "'"
    with refused("pip options cannot be read"):
        bpy.ops.momjit.install_backend()
    settings.pip_options = options
    with refused("No such file"):
        bpy.ops.momjit.show_install_log()
    assert settings.offers_installing()


def check_remote(address: str, token: str) -> None:
    """A sentence through a worker that listens, once it is given the right token."""
    settings, performance = preferences(), bpy.context.scene.momjit
    settings.source, settings.remote_address = "REMOTE", address
    performance.text = "안녕하세요"
    select(build_rig())
    with refused("needs its token"):
        bpy.ops.momjit.generate()
    settings.remote_token = "not the token at all"
    assert bpy.ops.momjit.generate() == {"FINISHED"}
    settle()
    assert session().notes["generate"].text.endswith("did not let us in: wrong token")
    settings.remote_token = token
    assert bpy.ops.momjit.generate() == {"FINISHED"}
    settle()
    assert not session().notes["generate"].is_error, session().notes["generate"]
    assert bpy.context.object.animation_data.action.name.startswith("momjit")
    settings.source = "INSTALLED"


def check_cancelling() -> None:
    assert bpy.ops.momjit.install_backend() == {"FINISHED"}
    with refused("wait until"):
        bpy.ops.momjit.install_backend()
    with refused("wait until"):
        bpy.ops.momjit.remove_backend()
    until("creating")
    assert bpy.ops.momjit.cancel(task="install") == {"FINISHED"}
    settle()
    assert session().notes["install"].text == "Cancelled"
    assert [path.name for path in backend().iterdir()] == ["install.log"]


def check_installing() -> None:
    assert bpy.ops.momjit.install_backend() == {"FINISHED"}
    settle()
    assert session().notes["install"].text == "The backend is installed", session().notes
    command = preferences().worker().command
    assert Path(command[0]).is_relative_to(backend() / "environment")
    place = sys.modules[f"{MODULE}.ui.preferences"].place()
    assert session().measured(place) is None  # a thread counts
    settle()
    assert session().measured(place) > 1_000_000
    assert bpy.ops.momjit.show_install_log() == {"FINISHED"}
    assert "Successfully installed momjit" in bpy.data.texts["install.log"].as_string()


def check_removing() -> None:
    assert bpy.ops.momjit.remove_backend() == {"FINISHED"}
    settle()
    assert session().notes["remove"].text == "The backend is removed"
    assert not backend().exists()


def check_uninstalling_in_the_middle() -> None:
    """The add-on goes while pip works: no process, no file of ours stays."""
    assert bpy.ops.momjit.install_backend() == {"FINISHED"}
    until("creating")
    time.sleep(0.3)
    folder = session().folder
    repos = [repo.module for repo in bpy.context.preferences.extensions.repos]
    bpy.ops.extensions.package_uninstall(repo_index=repos.index("user_default"), pkg_id="momjit")
    assert MODULE not in bpy.context.preferences.addons
    end = time.monotonic() + 20.0
    while folder.exists() or working_below(folder):
        assert time.monotonic() < end, (list(folder.rglob("*"))[:5], working_below(folder))
        time.sleep(0.05)
    resources = Path(os.environ["BLENDER_USER_RESOURCES"])
    assert not [path for path in resources.rglob("*") if "momjit" in path.name]


def working_below(folder: Path) -> list[bytes]:
    """Commands of running processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in command:
            found.append(command)
    return found


def main(archive: str, wheel: str, index: str, address: str, token: str) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    install_add_on(archive, wheel, index)
    check_refusals()
    check_remote(address, token)
    check_cancelling()
    check_installing()
    check_removing()
    check_uninstalling_in_the_middle()


if __name__ == "__main__":
    leave_after(main)
