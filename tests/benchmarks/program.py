"""Cases of the whole program: processes that start cold, and a warm worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from blender_addon.client.backend import Backend
from blender_addon.client.job import State
from blender_addon.client.process import LocalWorker
from tests.benchmarks.timing import Row, Timing, timing_of

SENTENCE = "오늘은 새로 나온 기능을 여러분께 하나씩 차근차근 소개해 드리겠습니다."
"""About five seconds of speech."""

_MOMJIT = (sys.executable, "-m", "gesture_core.cli")
_SCRIPT = Path(__file__).with_name("blender_scene.py")


def help_page() -> Row:
    """Showing the help, against starting Python for nothing."""
    return Row(
        "momjit --help, cold",
        timing_of(lambda: _run(*_MOMJIT, "--help"), 5),
        0.3,
        "python -c pass",
        timing_of(lambda: _run(sys.executable, "-c", "pass"), 5),
    )


def generate(folder: Path, voice: str) -> Row:
    """One sentence to BVH in a new process, against importing torch in one."""
    out = str(folder / "cold.bvh")
    command = (*_MOMJIT, "generate", SENTENCE, "--voice", voice, "-o", out, "--force")
    return Row(
        f"momjit generate a sentence to BVH, cold, {voice}",
        timing_of(lambda: _run(*command)),
        10.0,
        "python -c 'import torch'",
        timing_of(lambda: _run(sys.executable, "-c", "import torch")),
    )


def warm_worker(cold: Row, voice: str) -> Row:
    """The same sentence in a worker that has done one before, against the cold process."""
    backend = Backend(LocalWorker((*_MOMJIT, "worker")))
    arguments: dict[str, Any] = {
        "text": SENTENCE,
        "style": "neutral",
        "intensity": 1.0,
        "seed": 0,
        "voice": voice,
        "audio": None,
        "fps": 30.0,
    }

    def perform() -> None:
        job = backend.submit("perform", arguments)
        while not job.poll():
            time.sleep(0.002)
        if job.state is not State.DONE:
            raise RuntimeError(f"the worker answered: {job.error}")

    try:
        perform()
        timing = timing_of(perform, 5, inside=False)
    finally:
        backend.close()
    return Row(f"the same in a warm worker, {voice}", timing, 1.0, cold.case, cold.timing)


def workbench_render(clip: Path, folder: Path, frames: int) -> Row:
    """Rendering a clip with Workbench, against a cube over as many frames of the same size."""
    from gesture_core.avatar.library import avatar_path

    avatar_path("mina")
    out, cube = folder / "render.mp4", folder / "cube.mp4"
    command = (*_MOMJIT, "render", str(clip), "-o", str(out), "--size", "512x512")
    return Row(
        "momjit render 5 s, 512x512 Workbench",
        timing_of(lambda: _run(*command, "--engine", "workbench", "--force"), 1),
        60.0,
        "Blender's default cube, as many frames",
        timing_of(lambda: _blender("cube", str(cube), str(frames)), 1),
    )


def performing(clip: Path, frames: int) -> Row:
    """From a clip's file to an action of a character with a face, against `keyframe_insert` of
    its bones alone, in one Blender process."""
    from gesture_core.avatar.library import avatar_path

    told = _blender("perform", str(clip), str(avatar_path("mina"))).splitlines()[-1]
    seconds = json.loads(told)
    return Row(
        f"clip of {frames} frames to an action of {seconds['bones']} bones and a face",
        Timing(*seconds["perform"]),
        0.15,
        "keyframe_insert a bone and frame",
        Timing(*seconds["keyframe_insert"]),
    )


def window_ticks() -> Row:
    """The longest that Blender's window waits for the add-on's timer while jobs run."""
    script = _SCRIPT.with_name("ui_tick.py")
    seconds = json.loads(_run(sys.executable, str(script), sys.executable).splitlines()[-1])
    return Row(
        f"longest of {seconds['polls']} ticks of the add-on's timer while jobs run",
        Timing(seconds["longest"], None),
        0.02,
        "99th percentile of them",
        Timing(seconds["percentile99"], None),
    )


def _blender(*arguments: str) -> str:
    return _run(sys.executable, str(_SCRIPT), *arguments)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout
