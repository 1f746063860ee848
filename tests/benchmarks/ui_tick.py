"""How long the add-on keeps Blender's window waiting while a job runs; run in its own process.

Usage: python ui_tick.py PYTHON-OF-THE-BACKEND. Prints JSON: the polls, the longest and the 99th
percentile in seconds, of a session that reads the lists, checks the backend, measures a folder on
the disk and has the sentence performed, polled as the timer does. Bringing the result into the
scene is not part of it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import bpy  # noqa: F401  (the session asks Blender)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blender_addon.client.environment import Place  # noqa: E402
from blender_addon.client.job import Job  # noqa: E402
from blender_addon.client.process import LocalWorker  # noqa: E402
from blender_addon.ui import session  # noqa: E402

SENTENCE = "오늘은 새로 나온 기능을 여러분께 하나씩 차근차근 소개해 드리겠습니다."


def main(python: str, folder: Path) -> dict[str, float]:
    """Run all of it at once, twice: with a cold backend, and with a warm one."""
    current = session.current()
    current.folder = folder
    current.connect(LocalWorker((python, "-m", "gesture_core.worker")))
    ticks: list[float] = []
    for _ in range(2):
        current.disk_use = None
        current.measured(Place(Path(__file__).resolve().parents[2]))
        current.refresh_catalogue()
        current.check()
        job = _perform(current)
        current.begin("perform", "Performing", [job], lambda: "")
        while _timed_poll(current, ticks):
            time.sleep(0.01)
        if job.error:
            raise RuntimeError(job.error)
    current.disconnect()
    ordered = sorted(ticks)
    return {
        "polls": len(ticks),
        "longest": ordered[-1],
        "percentile99": ordered[int(len(ordered) * 0.99)],
    }


def _timed_poll(current: session.Session, ticks: list[float]) -> bool:
    start = time.perf_counter()
    busy = current.poll()
    ticks.append(time.perf_counter() - start)
    return busy


def _perform(current: session.Session) -> Job:
    arguments = {"text": SENTENCE, "style": "neutral", "intensity": 1.0, "seed": 0, "fps": 60.0}
    return current.submit("perform", {**arguments, "voice": None, "audio": None})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="momjit-tick-") as temporary:
        print(json.dumps(main(sys.argv[1], Path(temporary))))
    sys.stdout.flush()
    os._exit(0)  # bpy's own clean-up may crash at exit
