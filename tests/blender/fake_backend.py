"""A backend without models: it answers the add-on's jobs at once, with a small real clip."""

from __future__ import annotations

import hashlib
import math
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np

from gesture_core.errors import UserError
from gesture_core.formats.audio import write_wav
from gesture_core.formats.clip import Clip, load_clip, save_clip
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
    spans = [Span("word", word, n / 2, (n + 1) / 2) for n, word in enumerate(words)]
    if len(words) > 1:
        spans += [
            Span("gesture", "me", 0.4, 1.1, "unit"),
            Span("stroke", "left 1.0", 0.7, 0.7, "word 1"),
        ]
    told = {name: value for name, value in arguments.items() if value is not None}
    told |= {name: value.name for name, value in told.items() if isinstance(value, Path)}
    motion = Motion(HUMANOID, rotations, root, FPS, spans=tuple(spans))
    return answer(motion, told, ["“👋” is not read aloud"])


def sign(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """Two signs, the second fingerspelled, and a raised brow over both."""
    progress(0.5, "signing")
    words = arguments["text"].split()
    spans = [
        Span("gloss", words[0], 0.2, 0.6, "sign"),
        Span("gloss", words[-1], 0.8, 1.2, "fingerspelled"),
        Span("nonmanual", "raise", 0.2, 1.2, "EBf"),
        Span("subtitle", arguments["text"], 0.2, 1.2, "0"),
    ]
    rotations = np.zeros((FRAMES, len(HUMANOID), 4))
    rotations[..., 0] = 1.0
    root = np.tile(HUMANOID.offsets[0], (FRAMES, 1))
    motion = Motion(HUMANOID, rotations, root, FPS, spans=tuple(spans))
    return answer(motion, {**arguments, "mode": "sign"}, ["fingerspelled, for want of a sign"])


def redo(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """In the stretch, the right arm is held out; everything else stays as it is."""
    clip = load_clip(arguments["clip"])
    if clip.audio is None or not clip.audio.is_file():
        raise UserError("the speech is not beside the clip")
    progress(0.5, "moving")
    start, end = arguments["start"], arguments["end"]
    rotations = clip.motion.rotations.copy()
    stretch = slice(round(start * FPS), round(end * FPS))
    rotations[stretch, HUMANOID.index("rightUpperArm")] = [math.cos(0.5), 0.0, 0.0, math.sin(0.5)]
    retakes = [*clip.provenance.get("retakes", []), {"start": start, "end": end}]
    motion = replace(clip.motion, rotations=rotations)
    return answer(motion, {**clip.provenance, "retakes": retakes}, [])


def answer(motion: Motion, provenance: Mapping[str, Any], warnings: list[str]) -> Answer:
    """The motion as a clip, with a second and a half of silence."""
    with tempfile.TemporaryDirectory() as folder:
        clip, sound = Path(folder) / "clip.npz", Path(folder) / "clip.wav"
        write_wav(sound, np.zeros(int(1.5 * 16000), dtype=np.float32), 16000)
        save_clip(clip, Clip(motion, sound, provenance))
        files = {path.name: path.read_bytes() for path in (clip, sound)}
    return Answer({"warnings": warnings}, files)


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


def fit_avatar(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """The same character for everybody; the second picture is always refused."""
    photos = [value for value in arguments.values() if isinstance(value, Path)]
    for step in range(50):
        progress(step / 50, f"looking for faces: {photos[0].name}")
        time.sleep(0.05 if arguments["name"] == "천천히" else 0.002)
    made.append(arguments["name"])
    told = {name: value for name, value in arguments.items() if not isinstance(value, Path)}
    refused = [{"name": photo.name, "reason": "no face is found"} for photo in photos[1:2]]
    result = {"used": [photos[0].name], "refused": refused, "warnings": [], **told}
    character = Path(os.environ["MOMJIT_FAKE_AVATAR"]).read_bytes()
    return Answer(result, {"character.glb": character, "preview.png": photos[0].read_bytes()})


made: list[str] = []
"""Names of the likenesses so far."""


def avatars(arguments: Mapping[str, Any], progress: Progress) -> Answer:
    """Some, and those that were made; these have pictures."""
    pictures = {f"{name}.png": b"\x89PNG of nobody" for name in made}
    return Answer({"items": rows("mina", "jun", "signer", *made)}, pictures)


JOBS = {
    "perform": perform,
    "sign": sign,
    "redo": redo,
    "styles": lambda arguments, progress: Answer({"items": rows("lively", "neutral", "polka")}),
    "voices": lambda arguments, progress: Answer({"items": rows("espeak:ko")}),
    "avatars": avatars,
    "avatar": avatar,
    "fit_avatar": fit_avatar,
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
