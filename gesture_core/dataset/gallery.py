"""Which clips of a build are worth looking at, and where their pictures, points and words lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from gesture_core.dataset.preview import PreviewClip, preview_clips
from gesture_core.dataset.report import SourceReport, read_report
from gesture_core.dataset.store import MotionSet, open_set
from gesture_core.dataset.talks import spans_within
from gesture_core.dataset.workspace import Workspace, load_keypoints, read_json
from gesture_core.errors import UserError
from gesture_core.keypoints import crop_keypoints
from gesture_core.motion import Motion, Span, resample
from gesture_core.utterance import Word


def preview_set(
    path: Path,
    output: Path,
    clips: int = 24,
    source: str = "",
    *,
    force: bool = False,
) -> list[Path]:
    """Draw at most `clips` clips of the set at `path`, kept and rejected, into the folder `output`.

    `source` chooses sources by a part of their name. Every source and both verdicts come in turn.
    The rejected ones need the folder of the build, the pictures the videos where they lay then.
    """
    workspace = Workspace.of(path)
    with open_set(path) as motions:
        index = read_json(workspace.index) if workspace.index.exists() else {}
        known = [(name, index[name]) for name in sorted(index) if source in name]
        queues = [list(_clips_of(workspace, motions, *one)) for one in known]
        if not index:
            queues = [[_motion_clip(motions, n) for n in motions.names if source in n]]
        chosen = _in_turn(queues, clips)
        if not chosen:
            raise UserError(f"{path} has no clip of a source whose name contains {source!r}")
        return preview_clips(chosen, output, force=force)


def _in_turn(queues: Sequence[Sequence[PreviewClip]], count: int) -> list[PreviewClip]:
    """Kept and rejected clips in turn, and of each kind one of every source before the second."""

    def rounds(kept: bool) -> Iterator[PreviewClip]:
        for clips in zip_longest(*([c for c in queue if c.kept is kept] for queue in queues)):
            yield from (clip for clip in clips if clip is not None)

    pairs = zip_longest(rounds(True), rounds(False))
    alternating = [clip for pair in pairs for clip in pair if clip is not None]
    return sorted(alternating[:count], key=lambda clip: (not clip.kept, clip.name))


def _clips_of(
    workspace: Workspace, motions: MotionSet, name: str, where: dict[str, Any]
) -> Iterator[PreviewClip]:
    key, path = str(where["key"]), Path(str(where["path"]))
    if not workspace.report(key).exists():
        return
    report = read_report(workspace.report(key))
    words = _words(workspace, key)
    own = [clip for clip in motions.names if clip.rpartition("#")[0] == name]
    if not workspace.take(key, 0).exists():
        yield from (_motion_clip(motions, clip) for clip in own)
        return
    made = {motions.meta(clip).provenance["start"]: motions.motion(clip) for clip in own}
    yield from _take_clips(workspace, report, key, path, words, made)


def _take_clips(
    workspace: Workspace,
    report: SourceReport,
    key: str,
    path: Path,
    words: tuple[Span, ...],
    made: Mapping[float, Motion],
) -> Iterator[PreviewClip]:
    """Clips of a source with keypoints, which a report lists take after take.

    `made`: the movement of those that are in the set, by their start.
    """
    number, reached = 0, 0
    keypoints = load_keypoints(workspace.take(key, number))
    for clip in report.clips:
        if reached >= keypoints.frames:
            number, reached = number + 1, 0
            keypoints = load_keypoints(workspace.take(key, number))
        start, end = clip.start / keypoints.fps, clip.end / keypoints.fps
        yield PreviewClip(
            name=report.source,
            kept=clip.kept,
            reason="" if clip.kept else clip.message,
            words=_as_words(spans_within(words, start, end)),
            fps=keypoints.fps,
            keypoints=crop_keypoints(keypoints, reached, reached + clip.frames),
            motion=_at_rate(made.get(round(start, 3)), keypoints.fps),
            video=path if report.kind == "video" and path.is_file() else None,
            start=start,
            end=end,
        )
        reached += clip.frames


def _at_rate(motion: Motion | None, fps: float) -> Motion | None:
    return motion and resample(motion, fps)


def _motion_clip(motions: MotionSet, name: str) -> PreviewClip:
    motion = motions.motion(name)
    return PreviewClip(
        name=name,
        kept=True,
        reason="",
        words=_as_words(span for span in motion.spans if span.kind == "word"),
        fps=motion.fps,
        keypoints=None,
        motion=motion,
        video=None,
        start=0.0,
        end=motion.duration,
    )


def _words(workspace: Workspace, key: str) -> tuple[Span, ...]:
    if not workspace.words(key).exists():
        return ()
    words = read_json(workspace.words(key)).get("words", [])
    return tuple(Span("word", str(text), float(a), float(b)) for text, a, b in words)


def _as_words(spans: Iterable[Span]) -> tuple[Word, ...]:
    return tuple(Word(s.text, s.start, s.end, number) for number, s in enumerate(spans))
