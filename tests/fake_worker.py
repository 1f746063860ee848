"""A worker with jobs made for the tests, served by the program's own loop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gesture_core.errors import UserError
from gesture_core.jobs import Answer
from gesture_core.progress import Progress
from gesture_core.worker.pipes import serve_pipes

count = 0


def echo(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    for step in range(arguments["steps"]):
        progress(step / arguments["steps"], f"step {step}")
        time.sleep(0.01)
    text = arguments["text"]
    return Answer({"text": text}, {"a.txt": text.encode(), "zeros.bin": bytes(100_000)})


def count_up(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    global count
    count += 1
    return Answer({"pid": os.getpid(), "count": count})


def noisy(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    print("printed by Python")
    os.write(1, b"printed by C\n")
    subprocess.run([sys.executable, "-c", "print('printed by a child')"], check=True)
    return Answer()


def user_error(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    raise UserError("no style “polka”; choose from calm, lively")


def defect(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    return Answer({"value": 1 // 0})


def nan(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    return Answer({"value": float("nan")})


def slow(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    for step in range(1000):
        progress(step / 1000, "slow")
        time.sleep(0.02)
    return Answer()


def stuck(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    progress(0.1, "about to get stuck")
    time.sleep(60)
    return Answer()


def stubborn(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """Shrug off a polite request to end, and have a child that does the same."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    progress(0.5, str(child.pid))
    time.sleep(60)
    return Answer()


def die(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    os.write(2, b"out of memory, goodbye\n")
    os._exit(3)


def files(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """Send back what was sent, and tell what lay there."""
    script: Path = arguments["script"]
    lying = sorted(path.name for path in script.parent.iterdir())
    return Answer(
        {"argument": script.name, "lying there": lying}, {script.name: script.read_bytes()}
    )


def folder(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    return Answer({"folder": str(arguments["script"].parent)})


JOBS = {
    "files": files,
    "folder": folder,
    "echo": echo,
    "count": count_up,
    "noisy": noisy,
    "user_error": user_error,
    "defect": defect,
    "nan": nan,
    "slow": slow,
    "stuck": stuck,
    "stubborn": stubborn,
    "die": die,
}

if __name__ == "__main__":
    sys.exit(serve_pipes(JOBS, "test"))
