"""What a generator makes of the same few sentences, epoch after epoch, as a contact sheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from gesture_core.checkpoint import Checkpoint
from gesture_core.dataset.compose import FPS, TAIL, word_times
from gesture_core.dataset.motion_sheet import save_motion_sheet
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import KIND, gesture_model, synthesize
from gesture_core.motion import Motion, Span
from gesture_core.planning.cues import plan_gestures, word_flags
from gesture_core.train.gesture_run import Run, generator_tensors

ROWS = 6


def save_sheet(run: Run, path: Path) -> None:
    """Draw held-out sentences, each in another manner, as the averaged generator performs them."""
    tensors, details = generator_tensors(run)
    model = gesture_model(Checkpoint(KIND, tensors, details))
    sentences, manners = run.material.sentences, run.material.repertoire.manners
    rows: list[tuple[str, Motion]] = []
    for row in range(min(ROWS, run.config.held_out)):
        words, ends = word_times([sentences.lines[row]], np.random.default_rng(row))
        plan = plan_gestures(words, ends + TAIL, np.random.default_rng(row))
        text = TextFeatures(
            starts=np.array([word.start for word in words]),
            ends=np.array([word.end for word in words]),
            vectors=sentences.word_vectors(row),
            sentence=np.zeros(len(words), dtype=np.intp),
            sentence_vectors=sentences.sentence_vectors[[row]],
            flags=word_flags(words),
            cues=sentences.cues[[row]],
        )
        manner = manners[row % len(manners)]
        style = Style(manner, manner, 1.0, "", "")
        motion = synthesize(text, plan, style, seed=row, fps=FPS, model=model)
        spans = (Span("word", word.text, word.start, word.end) for word in words)
        rows.append((manner, replace(motion, spans=(*motion.spans, *spans))))
    save_motion_sheet(path, rows, f"{run.config.recipe}, iteration {run.iteration}")
