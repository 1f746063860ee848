"""Installing the backend from a folder of tiny wheels: no network, the real pip, a real Python."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from blender_addon.client import installation, installer, pythons
from blender_addon.client.environment import (
    Place,
    bundled_wheel,
    read_wheel,
    space_needed,
)
from blender_addon.client.errors import BackendError
from blender_addon.client.installation import TORCH, Background, Installation
from blender_addon.client.job import State
from blender_addon.client.pythons import fits, suitable_python
from tests.rigs import REPOSITORY
from tests.test_worker import in_a_while

PYTHON = f">={sys.version_info[0]}.{sys.version_info[1]},<4"
DOCTOR = """
import json, torch
print("a word of warning")
ok = torch.WEIGHT == 1
row = {"name": "torch", "ok": ok, "needed": True, "detail": f"weighs {torch.WEIGHT}"}
print(json.dumps([row], indent=1))
"""
AVATAR = "Requires-Dist: anny<0.7,>=0.6.2; extra == 'avatar'"


def write_wheel(folder: Path, name: str, version: str, files: dict[str, str], *more: str) -> Path:
    """A wheel as pip wants it: files, a description and a record of them."""
    about = f"{name}-{version}.dist-info"
    description = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *more, "\n"]
    contents = {
        **files,
        f"{about}/METADATA": "\n".join(description),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in contents.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as bundle:
        for entry, text in {**contents, f"{about}/RECORD": f"{record}{about}/RECORD,,\n"}.items():
            bundle.writestr(entry, text)
    return path


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def momjit_wheel(folder: Path, doctor: str = DOCTOR) -> Path:
    folder.mkdir(exist_ok=True)
    files = {"gesture_core/__init__.py": "", "gesture_core/cli.py": doctor}
    return write_wheel(folder, "momjit", "0.1.0", files, f"Requires-Python: {PYTHON}", AVATAR)


@pytest.fixture(scope="module", autouse=True)
def _pip_without_settings() -> Iterator[None]:
    """This machine's settings of pip would add other places to find wheels in."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            patch.delenv(name)
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    write_wheel(folder, "torch", TORCH.partition("==")[2], {"torch.py": "WEIGHT = 1"})
    write_wheel(folder, "anny", "0.6.5", {"anny.py": ""}, "Requires-Dist: warp-lang")
    return folder


def install(place: Place, wheel: Path, index: Path, needs: int = 0) -> Installation:
    options = ["--no-index", "--find-links", str(index)]
    found = read_wheel(wheel)
    return Installation(place, found, needs=needs, python=sys.executable, options=options)


def finish(work: Background, seconds: float = 120.0) -> list[tuple[float, str]]:
    """What it told on its way."""
    seen = [(work.fraction, work.message)]
    end = time.monotonic() + seconds
    while not work.poll():
        assert time.monotonic() < end, "it did not end"
        if seen[-1] != (work.fraction, work.message):
            seen.append((work.fraction, work.message))
        time.sleep(0.005)
    return seen


@pytest.fixture(scope="module")
def installed(index: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Path]:
    """A finished environment and the wheel it was made from; one without a Python lay there."""
    folder = tmp_path_factory.mktemp("user")
    place, wheel = Place(folder / "backend"), momjit_wheel(folder / "zip")
    (place.environment / "lib").mkdir(parents=True)
    work = install(place, wheel, index)
    seen = finish(work)
    assert work.state is State.DONE, work.error
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    told = " ".join(message for _, message in seen)
    for step in ("creating the environment", "installing PyTorch", "checking the backend"):
        assert step in told
    return place, wheel


def test_what_is_installed_says_so(installed: tuple[Place, Path]):
    place, wheel = installed
    found = place.installed()
    assert found is not None
    assert (found.version, found.identity) == ("0.1.0", read_wheel(wheel).identity)
    assert {path.name for path in place.folder.iterdir()} == {"environment", "install.log"}
    assert not (place.environment / "tmp").exists()
    done = subprocess.run([place.python, "-c", "import anny, torch"], check=False)
    assert done.returncode == 0
    assert place.size() > 1_000_000
    assert "Successfully installed torch" in place.log.read_text()


def test_an_update_that_fails_says_why_and_is_repaired(
    installed: tuple[Place, Path], index: Path, tmp_path: Path
):
    """The update is another build of the same version, which pip alone would not install; then
    files are lost, too."""
    place, wheel = installed
    sick = momjit_wheel(tmp_path / "sick", DOCTOR.replace("== 1", "== 2"))
    assert read_wheel(sick).identity != read_wheel(wheel).identity
    work = install(place, sick, index)
    finish(work)
    assert (work.state, work.error) == (State.FAILED, "the backend lacks torch: weighs 1")
    assert place.begun
    assert place.installed() is None
    (program,) = place.environment.rglob("gesture_core/cli.py")
    (cut,) = place.environment.rglob("torch.py")
    program.unlink()
    cut.write_text("WEIGHT")
    work = install(place, wheel, index)
    told = " ".join(message for _, message in finish(work))
    assert work.state is State.DONE, work.error
    assert f"installing {TORCH} again" in told
    assert "installing momjit==0.1.0 again" not in told  # the wheel was put back anyhow
    found = place.installed()
    assert found is not None
    assert found.identity == read_wheel(wheel).identity
    assert program.read_text() == DOCTOR
    assert cut.read_text() == "WEIGHT = 1"


def test_what_pip_cannot_find_is_named(
    installed: tuple[Place, Path], index: Path, monkeypatch: pytest.MonkeyPatch
):
    place, wheel = installed
    monkeypatch.setattr(installation, "TORCH", "nobody-has-this")
    work = install(place, wheel, index)
    finish(work)
    assert work.state is State.FAILED
    assert work.error.startswith("PyTorch could not be installed: Could not find a version")


def test_too_little_space_is_told_before_anything_is_written(index: Path, tmp_path: Path):
    place = Place(tmp_path / "backend")
    work = install(place, momjit_wheel(tmp_path / "zip"), index, needs=10**18)
    finish(work)
    assert "GB free; about 1000000000.0 GB are needed" in work.error
    assert not place.begun


def until(work: Installation, word: str) -> None:
    assert in_a_while(lambda: work.ended or word in work.message, 60.0)
    assert not work.ended, work.error


@pytest.mark.parametrize(
    "step", ["creating", pytest.param("installing PyTorch", marks=pytest.mark.bench)]
)
def test_cancelling_kills_pip_and_leaves_nothing_half(index: Path, tmp_path: Path, step: str):
    place = Place(tmp_path / "backend")
    work = install(place, momjit_wheel(tmp_path / "zip"), index)
    until(work, step)
    work.cancel()
    finish(work, 30.0)
    assert work.state is State.CANCELLED
    assert {path.name for path in place.folder.iterdir()} <= {"install.log", "downloads"}
    assert not processes_below(tmp_path)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_the_installer_ends_with_the_blender_that_started_it(index: Path, tmp_path: Path):
    """Whatever way Blender ends: the installer sees the end of its input."""
    place = Place(tmp_path / "backend")
    wheel = momjit_wheel(tmp_path / "zip")
    script = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.test_installation import Place, install\n"
        "install(Place(Path(sys.argv[2])), Path(sys.argv[3]), Path(sys.argv[4]))\n"
        "time.sleep(60)"
    )
    arguments = [str(REPOSITORY), str(place.folder), str(wheel), str(index)]
    blender = subprocess.Popen([sys.executable, "-c", script, *arguments])
    assert in_a_while(lambda: len(processes_below(place.folder)) > 1, 60.0)
    blender.send_signal(signal.SIGKILL)
    blender.wait()
    assert in_a_while(lambda: not processes_below(place.folder), 30.0)
    assert not place.begun


def processes_below(folder: Path) -> list[int]:
    """Processes whose command names this folder, other than this one."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in command and int(entry.parent.name) != os.getpid():
            found.append(int(entry.parent.name))
    return found


@pytest.mark.skipif(os.name != "posix", reason="locks the file as POSIX does")
def test_two_blenders_do_not_install_at_once(index: Path, tmp_path: Path):
    import fcntl

    place = Place(tmp_path / "backend")
    place.folder.mkdir()
    with place.log.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        work = install(place, momjit_wheel(tmp_path / "zip"), index)
        finish(work)
    assert work.error == "another Blender is installing momjit"


# What pip says


def test_the_fraction_grows_with_what_pip_has_and_ends_at_one():
    said = [
        "Collecting torch==2.13.0",
        "  Installing build dependencies: started",
        "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (750.1 MB)",
        "Progress 100 of 1000",
        "Progress 900 of 1000",
        "Progress nonsense",
        "Progress 1 of 0",
        "Requirement already satisfied: filelock in /somewhere",
        "Installing collected packages: torch",
        "Successfully installed torch-2.13.0",
    ]
    found = list(installer.pip_progress(iter(said)))
    fractions = [fraction for fraction, _ in found]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert found[2][1] == "downloading: torch (750.1 MB)"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["ERROR: one", "ERROR: two", "bye"], "one"),
        (["ERROR: Could not install", "OSError: [Errno 28] No space left on device"], "No space"),
        (["Killed"], "Killed"),
        ([], "said nothing"),
    ],
)
def test_the_line_that_says_why_is_found(lines: list[str], told: str):
    assert told in installer.pip_error(lines)


# Which Python


@pytest.mark.parametrize(
    ("version", "requirement", "fit"),
    [
        ((3, 11, 7), ">=3.11,<3.12", True),
        ((3, 12, 0), ">=3.11,<3.12", False),
        ((3, 12, 0), ">=3.11, <=3.12", True),
        ((3, 12, 1), ">3.12", True),
        ((3, 9, 18), ">=3.11", False),
        ((3, 13), "<4", True),
    ],
)
def test_versions_are_compared_as_numbers(version: tuple[int, ...], requirement: str, fit: bool):
    assert fits(version, requirement) is fit


def test_a_requirement_of_another_form_is_an_error():
    with pytest.raises(ValueError, match="~=3.11"):
        fits((3, 11), "~=3.11")


def test_no_python_that_fits_is_told_with_what_was_found(tmp_path: Path):
    with pytest.raises(
        BackendError, match=r"version >=9 that .* found: .*python.* \(3\.\d+\.\d+\)"
    ):
        suitable_python(">=9", sys.executable)
    with pytest.raises(BackendError, match=r"true \(no Python\)"):
        suitable_python(">=3", "/bin/true")
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\necho 3 11 2\nexit 1\n")
    bare.chmod(0o755)
    with pytest.raises(BackendError, match=r"\(3\.11\.2, without its module venv\)"):
        suitable_python(">=3", str(bare))


def test_blender_itself_is_never_started_as_a_python(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/opt/blender/blender")
    assert "/opt/blender/blender" not in list(pythons._candidates())


# The wheel and its place


def test_a_damaged_or_missing_wheel_is_told(tmp_path: Path):
    with pytest.raises(BackendError, match="make extension"):
        bundled_wheel(tmp_path)
    (tmp_path / "backend").mkdir()
    broken = tmp_path / "backend" / "momjit-0.1.0-py3-none-any.whl"
    broken.write_bytes(b"PK no zip")
    with pytest.raises(BackendError, match="damaged"):
        bundled_wheel(tmp_path)


def test_the_wheel_says_what_it_needs(tmp_path: Path):
    wheel = read_wheel(momjit_wheel(tmp_path / "zip"))
    assert (wheel.version, wheel.requires_python) == ("0.1.0", PYTHON)
    assert wheel.characters == ("anny<0.7,>=0.6.2",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', "nonsense" * 100_000])
def test_a_damaged_marker_means_that_nothing_is_finished(tmp_path: Path, text: str):
    place = Place(tmp_path)
    place.environment.mkdir()
    (place.environment / installer.MARKER).write_text(text)
    assert place.installed() is None


def test_removing_takes_everything(tmp_path: Path):
    place = Place(tmp_path / "backend")
    (place.environment / "lib").mkdir(parents=True)
    (place.environment / "lib" / "big").write_bytes(bytes(1000))
    place.log.write_text("12345")
    assert place.size() == 1005
    work = Background(place.clear)
    finish(work)
    assert work.state is State.DONE
    assert not place.folder.exists()
    assert place.size() == 0
    finish(Background(place.clear))


def test_torch_is_the_one_that_the_repository_is_tested_with():
    assert f"TORCH ?= {TORCH}\n" in (REPOSITORY / "Makefile").read_text()


def test_the_space_depends_on_where_torch_comes_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert space_needed("") > 2 * space_needed("--index-url somewhere")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert space_needed("") == space_needed("--index-url somewhere")
