"""Recordings of single signs → entries of a lexicon, trimmed, cleaned, and with their consent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gesture_core.atomic import atomic_path
from gesture_core.correction import correct
from gesture_core.dataset.scenes import SceneConfig
from gesture_core.dataset.sources import Source, find_sources
from gesture_core.dataset.takes import (
    KEYPOINT_READERS,
    OpenposeConfig,
    Take,
    join_blocks,
    see_block,
    video_blocks,
)
from gesture_core.dataset.talks import keypoints_to_motion
from gesture_core.errors import UserError
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.formats.video import probe_video
from gesture_core.motion import Motion, Span, crop, mirror, resample
from gesture_core.pose.cleaning import CleaningConfig, clean
from gesture_core.pose.estimators import EstimationConfig
from gesture_core.pose.read import read_motion
from gesture_core.pose.tracking import follow
from gesture_core.progress import Progress, silent
from gesture_core.signing.lexicon import SIGNS_FOLDER
from gesture_core.signing.recording import MAX_SECONDS, raised
from gesture_core.signing.track import FPS

_GLOSS = re.compile(r"[\w][\w ()·+-]{0,60}")
_SHORTEST_RUN = 0.1
"""Seconds for which a hand must stay up, so that a detector's slip is no sign."""
_SHORTEST_SIGN = 0.15


@dataclass(frozen=True)
class Permission:
    """Under which `licence` a recording may be used, and who (`signer`) gave what `consent`."""

    licence: str
    consent: str
    signer: str = ""

    def __post_init__(self) -> None:
        for name in ("licence", "consent"):
            if not getattr(self, name).strip():
                raise UserError(
                    f"say the {name}: recordings of people are kept only with licence and consent"
                )


@dataclass(frozen=True)
class Recording:
    """What was recorded: its movement on HUMANOID and the spans that annotators gave it."""

    motion: Motion
    spans: tuple[Span, ...] = ()

    @property
    def glosses(self) -> tuple[Span, ...]:
        """The annotated glosses."""
        return tuple(span for span in self.spans if span.kind == "gloss")


def import_sign(
    recording: Path,
    gloss: str | None,
    permission: Permission,
    folder: Path,
    *,
    dominant: str = "right",
    force: bool = False,
    progress: Progress = silent,
) -> Path:
    """Make an entry of a lexicon `folder` from a recording of one sign; returns its YAML file.

    Beside the entry, in `signs/`, lies the clip. A recording with annotated glosses is cut to the
    one of that name; without a `gloss` it is the only annotated one, or the file's name.
    `dominant`: the hand that leads in it. Raises `UserError` for a recording that cannot be read
    or shows no raised hand, and a gloss that names no file; never overwrites without `force`.
    """
    if dominant not in ("right", "left"):
        raise UserError(f"the dominant hand is right or left, not {dominant!r}")
    found = read_recording(recording, progress)
    if gloss is None:
        gloss = found.glosses[0].text if len(found.glosses) == 1 else recording.stem
    if not _GLOSS.fullmatch(gloss):
        raise UserError(f"{gloss!r} is no gloss: letters, figures, spaces, brackets, - and + only")
    motion = clean_sign(_annotated(found, gloss, recording), str(recording))
    if dominant == "left":
        motion = mirror(motion)
    folder = folder / SIGNS_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = gloss.replace(" ", "_")
    entry = folder / f"{name}.yaml"
    clip = folder / f"{name}.npz"
    if entry.exists() and not force:
        raise UserError(f"{entry} exists; --force overwrites it")
    provenance = {"gloss": gloss, "recording": recording.name, **vars(permission)}
    save_clip(clip, Clip(replace(motion, spans=()), provenance=provenance), force=force)
    _write_entry(entry, gloss, clip, recording, permission, force=force)
    return entry


def read_recording(path: Path, progress: Progress = silent) -> Recording:
    """Read a recording of one person: motion, keypoints (`.pose`, AI Hub, OpenPose) or video.

    `.skels` files hold many clips and are no recordings. Raises `UserError` for anything else.
    """
    sources = find_sources([path])
    if len(sources) != 1 or sources[0].kind not in (*KEYPOINT_READERS, "motion", "video"):
        held = f"{len(sources)} recordings" if sources else "no recording"
        raise UserError(
            f"{path} holds {held}; give one motion file (.bvh .npz .glb …), .pose file, video or "
            "folder of AI Hub or OpenPose keypoints"
        )
    source = sources[0]
    if source.kind == "motion":
        motion = read_motion(path)
        return Recording(motion, motion.spans)
    takes = (
        _filmed(path, progress)
        if source.kind == "video"
        else list(KEYPOINT_READERS[source.kind](source, OpenposeConfig()))
    )
    if len(takes) != 1:
        raise UserError(f"{path} shows {len(takes)} scenes; cut it to one sign")
    return _solved(takes[0], source)


def clean_sign(motion: Motion, place: str) -> Motion:
    """Cut a motion to where a hand is up, at `FPS`, and within what bodies can do.

    As in spoken-to-signed translation (Moryossef et al. 2023), a sign lasts while a wrist is above
    its elbow. `place` begins the `UserError` for a motion in which none is, or for too long.
    """
    motion = resample(motion, FPS)
    start, stop = _sign_frames(motion, place)
    motion = crop(motion, start, stop)
    if motion.duration > MAX_SECONDS:
        raise UserError(
            f"{place}: hands are up for {motion.duration:.0f} s, longer than any sign; give a "
            "recording of a single one"
        )
    return correct(motion)


def _sign_frames(motion: Motion, place: str) -> tuple[int, int]:
    up = raised(motion, "left") | raised(motion, "right")
    edges = np.flatnonzero(np.diff(np.concatenate([[False], up, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    runs = runs[runs[:, 1] - runs[:, 0] >= round(_SHORTEST_RUN * motion.fps)]
    if not len(runs) or runs[-1, 1] - runs[0, 0] < _SHORTEST_SIGN * motion.fps:
        raise UserError(f"{place}: no hand is raised above its elbow, so there is no sign")
    return int(runs[0, 0]), int(runs[-1, 1])


def _annotated(recording: Recording, gloss: str, path: Path) -> Motion:
    """The part of a recording that annotators call by the gloss; all of it without annotation."""
    named = [span for span in recording.glosses if span.text == gloss]
    motion = recording.motion
    if not recording.glosses:
        return motion
    if len(named) != 1:
        held = ", ".join(span.text for span in recording.glosses[:8])
        raise UserError(f"{path} has {len(named)} glosses {gloss!r}; it holds {held}")
    start, stop = (round(time * motion.fps) for time in (named[0].start, named[0].end))
    return crop(motion, max(0, start), min(motion.frames, max(stop, start + 2)))


def _solved(take: Take, source: Source) -> Recording:
    keypoints = clean(follow(take.crowd), CleaningConfig())
    motion, seen = keypoints_to_motion(keypoints, FPS)
    if seen["body"] == 0.0:
        raise UserError(f"{source.path} shows nobody")
    return Recording(motion, take.spans)


def _filmed(path: Path, progress: Progress) -> Sequence[Take]:
    fps = probe_video(path).fps
    blocks = video_blocks(path, SceneConfig(), MAX_SECONDS, fps)
    seen = []
    for number, block in enumerate(blocks):
        progress(number / len(blocks), f"looking at {path.name}")
        seen.append((block, *see_block(path, block, fps, EstimationConfig())))
    return list(join_blocks(seen))


def _write_entry(
    path: Path, gloss: str, clip: Path, recording: Path, permission: Permission, *, force: bool
) -> None:
    import yaml

    entry: dict[str, Any] = {
        "recording": clip.name,
        "source": f"recording {recording.name}",
        "review": "draft",
        "licence": permission.licence,
        "consent": permission.consent,
        "signer": permission.signer,
    }
    kept = {key: value for key, value in entry.items() if value}
    with atomic_path(path, force=force) as temporary:
        text = yaml.safe_dump({gloss: kept}, allow_unicode=True, sort_keys=False)
        temporary.write_text(text, encoding="utf-8")
