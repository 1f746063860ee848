"""Whether the rendered letters of the manual alphabet can be read by machine.

Usage: python -m tests.benchmarks.letters [-o REPORT.json] [--keep FOLDER]

Every letter of one posture is made by two characters, drawn by Workbench from three sides, found
in the pictures by MediaPipe Hands and read from its landmarks by `signing.handshape_reader`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.library import avatar_path
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import Motion
from gesture_core.rotation import Array
from gesture_core.signing.arms import track_to_motion
from gesture_core.signing.handshape_reader import (
    CONFUSABLE,
    HAND_POINTS,
    Templates,
    distances,
    letter_templates,
)
from gesture_core.signing.lexicon import Lexicon, load_lexicon
from gesture_core.signing.realise import sign_to_track

REPOSITORY = Path(__file__).resolve().parents[2]
CHARACTERS = ("signer", "mina")
SIDES = ("-25", "0", "25")
PIXELS = 400
_NEAR = 0.12
"""A hand is the spelling one if its middle is so near to it, in pictures."""


@dataclass(frozen=True)
class Reading:
    """One picture of a letter: what it was `read` as; "" where no hand was found."""

    letter: str
    character: str
    side: str
    read: str


def letters_motion(letters: Sequence[str], lexicon: Lexicon) -> Motion:
    """One frame for each letter: the end of its sign."""
    ends = [track_to_motion(sign_to_track(lexicon.jamo[name], lexicon)) for name in letters]
    return replace(
        ends[0],
        rotations=np.stack([motion.rotations[-1] for motion in ends]),
        root=np.stack([motion.root[-1] for motion in ends]),
        expressions=np.stack([motion.expressions[-1] for motion in ends]),
        spans=(),
    )


def film(motion: Motion, character: str, folder: Path, sides: Sequence[str]) -> dict[str, Array]:
    """Pictures of every frame in a folder for each side; where the right hand is in them."""
    clip = folder / "letters.npz"
    save_clip(clip, Clip(motion, None, {}))
    script = Path(__file__).with_name("letters_scene.py")
    command = [sys.executable, script, clip, avatar_path(character), folder, str(PIXELS), *sides]
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    places = json.loads(done.stdout.strip().splitlines()[-1])
    return {side: np.array(places[side]) for side in sides}


def found_hands(paths: Sequence[Path]) -> Iterator[list[Array]]:
    """The hands `(21, 3)` that MediaPipe Hands finds in each picture: x and y from the left and
    the top as shares of the picture, and depth in the unit of x."""
    import mediapipe
    from PIL import Image

    hands: Any = mediapipe.solutions.hands.Hands(  # pyright: ignore[reportAttributeAccessIssue]
        static_image_mode=True, max_num_hands=2, min_detection_confidence=0.1
    )
    with closing(hands):
        for path in paths:
            picture: NDArray[np.uint8] = np.array(Image.open(path).convert("RGB"))
            found = hands.process(picture).multi_hand_landmarks or []
            yield [np.array([[p.x, p.y, p.z] for p in hand.landmark]) for hand in found]


def read_pictures(
    folder: Path, places: Array, templates: Templates
) -> tuple[tuple[str, ...], Array]:
    """What each picture of a folder is read as, "" without the hand; the landmarks, NaN there."""
    points = np.full((len(places), HAND_POINTS, 3), np.nan)
    paths = sorted(folder.glob("[0-9]*.png"))
    for number, hands in enumerate(found_hands(paths)):
        away = [np.linalg.norm(hand[:, :2].mean(axis=0) - places[number]) for hand in hands]
        if away and min(away) < _NEAR:
            points[number] = hands[int(np.argmin(away))]
    seen = np.isfinite(points).all(axis=(1, 2))
    best = np.argmin(distances(np.nan_to_num(points), templates), axis=-1)
    names = [templates.names[index] if ok else "" for index, ok in zip(best, seen, strict=True)]
    return tuple(names), points


def read_letters(
    letters: Sequence[str],
    lexicon: Lexicon,
    characters: Sequence[str],
    sides: Sequence[str],
    folder: Path,
) -> list[Reading]:
    """Render and read the letters."""
    motion, templates = letters_motion(letters, lexicon), letter_templates(lexicon)
    readings: list[Reading] = []
    for character in characters:
        into = folder / character
        into.mkdir()
        for side, places in film(motion, character, into, sides).items():
            names, points = read_pictures(into / side, places, templates)
            np.save(into / f"{side}.npy", points)
            pairs = zip(letters, names, strict=True)
            readings += [Reading(letter, character, side, read) for letter, read in pairs]
    return readings


def report(readings: Sequence[Reading]) -> dict[str, Any]:
    """Shares found and read, over all, by character and by side, the confusable pairs apart."""

    def shares(some: Sequence[Reading]) -> dict[str, Any]:
        return {
            "pictures": len(some),
            "found": round(float(np.mean([bool(one.read) for one in some])), 4),
            "read": round(float(np.mean([one.read == one.letter for one in some])), 4),
        }

    mistakes = [
        {"letter": one.letter, "read": one.read, "character": one.character, "side": one.side}
        for one in readings
        if one.read != one.letter
    ]
    pairs = {pair: [one for one in readings if one.letter in pair] for pair in CONFUSABLE}
    return {
        "all": shares(readings),
        "characters": {
            name: shares([one for one in readings if one.character == name])
            for name in dict.fromkeys(one.character for one in readings)
        },
        "sides": {
            side: shares([one for one in readings if one.side == side])
            for side in dict.fromkeys(one.side for one in readings)
        },
        "confusable": {pair: shares(some) for pair, some in pairs.items() if some},
        "mistakes": mistakes,
    }


def main() -> None:
    """Print the report, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="report to write")
    parser.add_argument("--keep", type=Path, help="new folder in which the pictures stay")
    options = parser.parse_args()
    lexicon = load_lexicon()
    letters = letter_templates(lexicon).names
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(
            report(read_letters(letters, lexicon, CHARACTERS, SIDES, folder)),
            ensure_ascii=False,
            indent=1,
        )
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
