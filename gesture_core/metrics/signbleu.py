"""SignBLEU: how alike two signings are by their glosses, hands and face together.

A signing is a list of spans on channels (right hand, left hand, brows, …). Time is cut into blocks
wherever a span begins or ends. Then, as in BLEU, grams are counted and clipped:

    tₙ    n spans that follow one another on one channel, n = 1 … 3
    c₂    two channels' spans within one block, one for each block
    p_g   = Σ clipped matches / Σ grams of the hypotheses, over the whole corpus
    score = BP · exp(mean over g of log p_g),   BP = exp(min(0, 1 − reference spans / spans))

Kim, Huerta-Enochian, Ko & Lee, "SignBLEU: Automatic Evaluation of Multi-channel Sign Language
Translation", LREC-COLING 2024; our own implementation, with one reference a signing. Kinds of
grams that no hypothesis of the corpus holds are left out of the mean.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from gesture_core.motion import Span

Channels = Mapping[str, Sequence[Span]]
"""Spans by channel; those of one channel do not overlap."""
Gram = tuple[tuple[str, str], ...]

TIME, ACROSS = 3, 2
"""Longest temporal gram; channels of a channel gram."""
SAME = 1e-3
"""Seconds within which two borders are one."""


def sign_bleu(made: Sequence[Channels], true: Sequence[Channels]) -> float:
    """SignBLEU (0–1) of signings against one reference each; `ValueError` unless they pair up."""
    if not made or len(made) != len(true):
        raise ValueError(f"{len(made)} signings for {len(true)} references")
    matched: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for one, other in zip(made, true, strict=True):
        known = grams(other)
        for order, found in grams(one).items():
            counted[order] += found.total()
            matched[order] += (found & known[order]).total()
    precisions = [matched[order] / count for order, count in counted.items() if count]
    if not precisions or not all(precisions):
        return 0.0
    lengths = [sum(_spans(channels) for channels in signings) for signings in (made, true)]
    brevity = min(0.0, 1.0 - lengths[1] / lengths[0])
    return float(np.exp(brevity + np.mean(np.log(precisions))))


def channels_of(spans: Iterable[Span]) -> dict[str, list[Span]]:
    """The channels of a clip of ours or of a sentence of NIASL2021.

    Glosses lie on the hands they are noted for, a gloss of both on each; glosses without hands on
    the strong one. Non-manuals lie on the channel they are noted for; other spans count nothing.
    """
    channels: dict[str, list[Span]] = {}
    for span in spans:
        if span.kind == "gloss":
            hands = {"both": ("strong", "weak"), "weak": ("weak",)}.get(span.source, ("strong",))
            for hand in hands:
                channels.setdefault(hand, []).append(span)
        elif span.kind == "nonmanual":
            channels.setdefault(span.source, []).append(span)
    return channels


def grams(channels: Channels) -> dict[str, Counter[Gram]]:
    """All grams of a signing, counted, by their kind: t1, t2, t3 and c2."""
    found: dict[str, Counter[Gram]] = {f"t{n}": Counter() for n in range(1, TIME + 1)}
    for channel, spans in channels.items():
        said = [(channel, span.text) for span in sorted(spans, key=lambda span: span.start)]
        for n in range(1, TIME + 1):
            found[f"t{n}"].update(tuple(said[i : i + n]) for i in range(len(said) - n + 1))
    pairs = (itertools.combinations(block, ACROSS) for block in blocks(channels))
    found[f"c{ACROSS}"] = Counter(itertools.chain.from_iterable(pairs))
    return found


def blocks(channels: Channels) -> list[list[tuple[str, str]]]:
    """What each channel says in each stretch between two borders, in order of the channels."""
    times = sorted({t for spans in channels.values() for s in spans for t in (s.start, s.end)})
    borders = [t for i, t in enumerate(times) if not i or t - times[i - 1] > SAME]
    found: list[list[tuple[str, str]]] = []
    for start, end in itertools.pairwise(borders):
        middle = (start + end) / 2
        found.append(
            [
                (channel, span.text)
                for channel, spans in sorted(channels.items())
                for span in spans
                if span.start <= middle < span.end
            ]
        )
    return found


def _spans(channels: Channels) -> int:
    return sum(len(spans) for spans in channels.values())
