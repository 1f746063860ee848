"""A sentence of twelve words glossed, signed and exported as BVH, in a process that is warm."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from gesture_core.formats.bvh import write_bvh
from gesture_core.sign import sign
from gesture_core.signing.glosser import gloss_text
from gesture_core.signing.lexicon import load_lexicon
from tests.benchmarks.timing import Row, timing_of

SENTENCE = "내일 친구가 버스를 타고 병원에 가서 의사를 만나고 약을 사서 집에 와요"
LIMIT = 1.0


def twelve_words(folder: Path) -> list[Row]:
    """The whole of it against glossing alone: all of its signs unseen so far, and all known."""
    lexicon = load_lexicon()
    # signs are kept by speed: at one that nobody asked for yet each has to be worked out anew
    speeds = (1.0 + 1e-6 * number for number in count(1))

    def whole(speed: float) -> None:
        write_bvh(folder / "signed.bvh", sign(SENTENCE, speed=speed).motion, force=True)

    whole(1.0)
    glossing = timing_of(lambda: gloss_text(SENTENCE, lexicon), 5)
    unseen = timing_of(lambda: whole(next(speeds)), 5)
    known = timing_of(lambda: whole(1.0), 5)
    case, baseline = "sign 12 words, write BVH", "glossing them alone"
    return [
        Row(f"{case}, signs unseen", unseen, LIMIT, baseline, glossing),
        Row(f"{case}, signs known", known, LIMIT, baseline, glossing),
    ]
