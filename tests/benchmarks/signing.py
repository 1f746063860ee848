"""A sentence of twelve words glossed, signed and written as BVH, in a process that is warm."""

from __future__ import annotations

from pathlib import Path

from gesture_core.formats.bvh import write_bvh
from gesture_core.sign import sign
from gesture_core.signing.glosser import gloss_text
from gesture_core.signing.lexicon import load_lexicon
from tests.benchmarks.timing import Row, timing_of

SENTENCE = "내일 친구가 버스를 타고 병원에 가서 의사를 만나고 약을 사서 집에 와요"
LIMIT = 1.0


def twelve_words(folder: Path) -> Row:
    """Signing and writing, against glossing alone."""
    lexicon = load_lexicon()

    def whole() -> None:
        write_bvh(folder / "signed.bvh", sign(SENTENCE).motion, force=True)

    whole()
    return Row(
        "sign a sentence of 12 words, write BVH",
        timing_of(whole, 5),
        LIMIT,
        "glossing it alone",
        timing_of(lambda: gloss_text(SENTENCE, lexicon), 5),
    )
