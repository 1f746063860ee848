"""A backend without models: it answers the add-on's jobs at once, with a small real clip."""

from __future__ import annotations

import hashlib
import math
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np

from gesture_core.errors import UserError
from gesture_core.formats.audio import write_wav
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.jobs import Answer
from gesture_core.motion import Motion, Span
from gesture_core.progress import Progress
from gesture_core.skeleton import HUMANOID
from gesture_core.worker.pipes import serve_pipes

FPS, FRAMES = 30.0, 45


def perform(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """The left arm comes down over a second and a half while one word is said per half second."""
    if arguments["style"] == "polka":
        raise UserError("unknown style 'polka'; choose from neutral, lively")
    pause = 0.2 if arguments["text"] == "천천히" else 0.002
    for step in range(50):
        progress(step / 50, "moving")
        time.sleep(pause)
    rotations = np.zeros((FRAMES, len(HUMANOID), 4))
    rotations[..., 0] = 1.0
    half = -np.linspace(0.0, math.radians(70.0), FRAMES) / 2.0
    arm = HUMANOID.index("leftUpperArm")
    rotations[:, arm, 0], rotations[:, arm, 3] = np.cos(half), np.sin(half)
    root = np.tile(HUMANOID.offsets[0], (FRAMES, 1))
    words = arguments["text"].split()
    spans = tuple(Span("word", word, n / 2, (n + 1) / 2) for n, word in enumerate(words))
    motion = Motion(HUMANOID, rotations, root, FPS, spans=spans)
    with tempfile.TemporaryDirectory() as folder:
        clip, sound = Path(folder) / "clip.npz", Path(folder) / "clip.wav"
        write_wav(sound, np.zeros(int(1.5 * 16000), dtype=np.float32), 16000)
        save_clip(clip, Clip(motion, sound, {"text": arguments["text"]}))
        files = {path.name: path.read_bytes() for path in (clip, sound)}
    return Answer({"warnings": ["“👋” is not read aloud"]}, files)


def rows(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "description": f"about {name}"} for name in names]


def avatar(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    path = Path(os.environ["MOMJIT_FAKE_AVATAR"])
    if not path.is_file():
        raise UserError(f"there is no {path}")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    known = digest in arguments["known"]
    return Answer({"sha256": digest}, {} if known else {"character.glb": content})


JOBS = {
    "perform": perform,
    "styles": lambda arguments, progress: Answer({"items": rows("lively", "neutral", "polka")}),
    "voices": lambda arguments, progress: Answer({"items": rows("espeak:ko")}),
    "avatars": lambda arguments, progress: Answer({"items": rows("mina", "jun", "signer")}),
    "avatar": avatar,
    "doctor": lambda arguments, progress: Answer(
        {
            "checks": [
                {"name": "python", "ok": True, "detail": "3.11", "hint": "", "needed": True},
                {"name": "voice", "ok": False, "detail": "none", "hint": "get one", "needed": True},
            ]
        }
    ),
}

if __name__ == "__main__":
    sys.exit(serve_pipes(JOBS, "fake"))
