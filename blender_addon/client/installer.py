"""Makes the backend's environment what it should be; run as a program of its own.

The add-on starts this file with the Python that the environment is to have, so nothing of the
add-on can be imported here. `installer.py REQUEST` takes `Request` as JSON and prints a JSON
object a line: {"fraction", "message"} while it works, at the end {"done": marker} or {"failed":
reason}. What pip says goes to the log. When standard input ends, because the user cancels or
Blender has ended in whatever way, it stops what it is doing. An environment that was begun here
and is not finished is deleted; downloads are kept for the next time.

`installer.py --damaged`, run by the environment's Python, prints the packages with lost files.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

MARKER = "momjit.json"
"""The file of an environment that is complete; it says what was installed."""
DOOMED = ".doomed"
"""How the name of an environment ends that is being deleted."""
RAW_PROGRESS = (24, 1)
"""The first version of pip that tells how many bytes it has."""

_FILE = 4.0
"""How much more the bytes of a file count than its mention."""


class InstallError(Exception):
    """What keeps the environment from being made, for the user."""


@dataclass(frozen=True)
class Request:
    """Where and what to install. Options are pip's; `needs` is in bytes.

    `torch` is installed first, with its own options, since its builds for one machine differ by
    gigabytes; `alone` are requirements whose own requirements stay away.
    """

    environment: str
    downloads: str
    log: str
    wheel: str
    extras: list[str]
    torch: str
    torch_options: list[str]
    alone: list[str]
    options: list[str]
    needs: int
    marker: dict[str, str]


class Installer:
    """One run: the steps in order, each a child process that can be killed."""

    def __init__(self, request: Request, log: IO[str]) -> None:
        self._request, self._log = request, log
        self._environment = Path(request.environment)
        self._child: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._pip: list[str] = []

    def run(self) -> None:
        """Install or mend, from whatever is there; InstallError says what is in the way."""
        request = self._request
        self._check_space()
        marker = self._environment / MARKER
        there, finished = self._environment.exists(), marker.exists()
        marker.unlink(missing_ok=True)
        try:
            self._make_environment()
            self._install("PyTorch", (0.06, 0.45), [request.torch], request.torch_options)
            extras = f"[{','.join(request.extras)}]" if request.extras else ""
            self._install("momjit", (0.45, 0.8), [request.wheel + extras, request.torch])
            if there:  # pip would keep another build of the same version
                self._install("momjit", (0.8, 0.82), ["--force-reinstall", *_alone(request.wheel)])
            if request.alone:
                self._install("the characters", (0.82, 0.88), _alone(*request.alone))
            self._mend()
            self._examine()
            shutil.rmtree(request.downloads, ignore_errors=True)
            marker.write_text(json.dumps(request.marker, indent=1), encoding="utf-8")
        finally:
            shutil.rmtree(self._environment / "tmp", ignore_errors=True)
            if not finished and not marker.exists():
                self._discard()

    def _discard(self) -> None:
        """Delete the environment; by another name first, since thousands of files take a while."""
        doomed = self._environment.with_suffix(f".{os.getpid()}{DOOMED}")
        try:
            self._environment.replace(doomed)
        except OSError:  # a file in it is still open, which keeps its folder on Windows
            doomed = self._environment
        shutil.rmtree(doomed, ignore_errors=True)

    def stop(self) -> None:
        """Kill the child; `run` then fails and cleans up."""
        with self._lock:
            self._stopped = True
            if self._child:
                self._child.kill()

    def _check_space(self) -> None:
        parent = self._environment.parent
        parent.mkdir(parents=True, exist_ok=True)
        for doomed in parent.glob(f"*{DOOMED}"):  # what a machine that was switched off has left
            shutil.rmtree(doomed, ignore_errors=True)
        free = shutil.disk_usage(parent).free
        if not self._environment.exists() and free < self._request.needs:
            raise InstallError(
                f"{parent} has {free / 1e9:.1f} GB free; about {self._request.needs / 1e9:.1f} GB "
                "are needed"
            )

    def _make_environment(self) -> None:
        """A virtual environment with a pip that works, made anew unless there is one."""
        _tell(0.01, "creating the environment")
        python = environment_python(self._environment)
        self._pip = [str(python), "-I", "-m", "pip"]
        version = self._pip_version() if python.exists() else ()
        if not version:
            venv = [sys.executable, "-I", "-m", "venv", "--clear", str(self._environment)]
            self._check(venv, "this Python cannot make virtual environments")
            version = self._pip_version()
        (self._environment / "tmp").mkdir(exist_ok=True)
        if version < RAW_PROGRESS:  # it works without, but cannot tell how far it is
            self._say("pip is old; trying to update it")
            self._call([*self._pip, "install", "--upgrade", *self._request.options, "pip"])
            version = self._pip_version()
        progress = "raw" if version >= RAW_PROGRESS else "off"
        self._pip += ["install", "--no-input", "--progress-bar", progress]
        self._pip += ["--disable-pip-version-check", "--no-warn-script-location"]

    def _pip_version(self) -> tuple[int, ...]:
        """Of the environment's pip; empty when it does not run."""
        code, lines = self._call([*self._pip, "--version"])
        found = re.match(r"pip (\d+)\.(\d+)", lines[-1] if lines else "")
        return tuple(map(int, found.groups())) if found and code == 0 else ()

    def _install(
        self,
        title: str,
        share: tuple[float, float],
        wanted: Sequence[str],
        options: Sequence[str] = (),
    ) -> None:
        """Let pip install, while the fraction goes through `share`."""
        low, high = share
        _tell(low, f"installing {title}")
        command = [*self._pip, *options, *self._request.options, *wanted]
        lines: list[str] = []
        for fraction, message in pip_progress(self._lines(command, lines)):
            _tell(low + (high - low) * fraction, message or f"installing {title}")
        if self._code:
            raise InstallError(f"{title} could not be installed: {pip_error(lines)}")

    def _mend(self) -> None:
        """Install again what has lost files."""
        _tell(0.88, "looking for damaged files")
        python = str(environment_python(self._environment))
        lines = self._check([python, "-I", __file__, "--damaged"], "the files cannot be read")
        damaged: list[str] = json.loads(lines[-1])
        for package in damaged:
            name = package.partition("==")[0]
            if name == "momjit":
                wanted = self._request.wheel
            else:
                wanted = package
            options = self._request.torch_options if name == "torch" else []
            self._install(
                f"{package} again", (0.89, 0.93), ["--force-reinstall", *_alone(wanted)], options
            )

    def _examine(self) -> None:
        """Let the backend say whether it has what it needs."""
        _tell(0.94, "checking the backend")
        python = str(environment_python(self._environment))
        code, lines = self._call([python, "-I", "-m", "gesture_core.cli", "doctor", "--json"])
        beginning = next((n for n, line in enumerate(lines) if line.startswith("[")), None)
        if beginning is None:
            raise InstallError(f"the backend does not start: {lines[-1] if lines else code}")
        checks = json.loads("\n".join(lines[beginning:]))
        lacking = [f"{c['name']}: {c['detail']}" for c in checks if c["needed"] and not c["ok"]]
        if lacking:
            raise InstallError(f"the backend lacks {'; '.join(lacking)}")

    def _check(self, command: Sequence[str], problem: str) -> list[str]:
        code, lines = self._call(command)
        if code:
            raise InstallError(f"{problem}: {lines[-1] if lines else f'exit code {code}'}")
        return lines

    def _call(self, command: Sequence[str]) -> tuple[int, list[str]]:
        lines: list[str] = []
        for _ in self._lines(command, lines):
            pass
        return self._code, lines

    def _lines(self, command: Sequence[str], kept: list[str]) -> Iterator[str]:
        """What a child says, line by line, also to the log; then `_code` is its exit code."""
        self._say(f"$ {' '.join(command)}")
        self._code = 0
        with self._lock:
            if self._stopped:
                raise InstallError("cancelled")
            self._child = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=self._variables(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        with self._child as child:
            for line in cast("IO[str]", child.stdout):
                if not line.startswith("Progress "):
                    self._say(line.rstrip())
                    kept.append(line.rstrip())
                yield line.rstrip()
        if self._stopped:
            raise InstallError("cancelled")
        self._code = child.returncode

    def _variables(self) -> dict[str, str]:
        """Big temporary files go where there was room; downloads stay ours, to be removed."""
        temporary = str(self._environment / "tmp")
        variables = {"PIP_CACHE_DIR": self._request.downloads, "PYTHONUTF8": "1"}
        if os.path.isdir(temporary):
            variables |= {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}
        return {**os.environ, **variables}

    def _say(self, line: str) -> None:
        self._log.write(line + "\n")
        self._log.flush()


def _alone(*wanted: str) -> list[str]:
    return ["--no-deps", *wanted]


def environment_python(environment: Path) -> Path:
    """The Python of a virtual environment on this system."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pip_progress(lines: Iterator[str]) -> Iterator[tuple[float, str]]:
    """How far pip is, by its words: a fraction, and what it does if that is worth saying.

    Nobody knows beforehand how much there is to fetch, so the fraction slows down on its way.
    """
    fetched, part, message = 0.0, 0.0, ""
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word in ("Collecting", "Processing", "Requirement"):
            fetched, part, message = fetched + 1.0 + part, 0.0, ""
        elif word == "Downloading":
            file, _, size = rest.rpartition("/")[2].partition(" ")
            message = f"downloading: {file.partition('-')[0]} {size}"
        elif word == "Progress":
            done, _, total = rest.partition(" of ")
            if done.isdecimal() and total.isdecimal() and int(total):
                part = max(part, min(int(done) / int(total), 1.0) * _FILE)
        elif word == "Installing" and rest.startswith("collected"):
            yield 0.85, "unpacking"
            continue
        elif word == "Successfully":
            yield 1.0, ""
            continue
        yield 0.8 * (1.0 - math.exp(-(fetched + part) / 15.0)), message


def pip_error(lines: Sequence[str]) -> str:
    """The line that says best why pip failed."""
    errors = [line[6:].strip() for line in lines if line.startswith("ERROR:")]
    full = next((line for line in lines if "No space left" in line), None)
    return full or (errors[0] if errors else lines[-1] if lines else "pip said nothing")


def damaged_packages() -> list[str]:
    """`name==version` of what this Python has with files that are gone or of another size."""
    found: set[str] = set()
    for package in importlib.metadata.distributions():
        for file in package.files or ():
            if file.size is None or file.suffix == ".pyc":  # which Python writes anew
                continue
            try:
                size = os.stat(file.locate()).st_size
            except OSError:
                size = -1
            if size != file.size:
                found.add(f"{package.metadata['Name']}=={package.version}")
                break
    return sorted(found)


def _tell(fraction: float, message: str) -> None:
    print(json.dumps({"fraction": round(fraction, 4), "message": message}), flush=True)


def _lock(stream: IO[str]) -> None:
    """Keep the file for this process until it ends; OSError when another one has it."""
    if sys.platform == "win32":
        import msvcrt

        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _stop_with_standard_input(installer: Installer) -> None:
    while os.read(0, 1024):  # not `sys.stdin`, whose lock would outlive the program's end
        pass
    installer.stop()


def main(argument: str) -> int:
    """Do what the request says; 0 when it is done."""
    if argument == "--damaged":
        print(json.dumps(damaged_packages()))
        return 0
    request = Request(**json.loads(argument))
    Path(request.log).parent.mkdir(parents=True, exist_ok=True)
    with open(request.log, "a", encoding="utf-8") as log:
        try:
            _lock(log)
        except OSError:
            print(json.dumps({"failed": "another Blender is installing momjit"}), flush=True)
            return 1
        log.truncate(0)
        installer = Installer(request, log)
        arguments = (installer,)
        threading.Thread(target=_stop_with_standard_input, args=arguments, daemon=True).start()
        try:
            installer.run()
        except (InstallError, OSError) as error:
            log.write(f"{error}\n")
            print(json.dumps({"failed": str(error)}), flush=True)
            return 1
    print(json.dumps({"done": request.marker}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
