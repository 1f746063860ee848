"""The three steps every source of a build goes through: plan, see, finish.

Each is a function of one picklable task, so that processes can share the work, and leaves what it
found in the workspace, so that it is done once.
"""

from __future__ import annotations

import glob
import hashlib
import shutil
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.config import config_to_dict
from gesture_core.dataset.clip_filters import FilterConfig
from gesture_core.dataset.composed import composed_records, korean_lines, unit_records
from gesture_core.dataset.mocap import MotionConfig, motion_clips
from gesture_core.dataset.record import Record
from gesture_core.dataset.report import ClipReport, SourceReport, unfiltered, write_report
from gesture_core.dataset.scenes import SceneConfig
from gesture_core.dataset.sources import Rule, Source, digest
from gesture_core.dataset.splits import SplitConfig
from gesture_core.dataset.staging import stage_record
from gesture_core.dataset.takes import (
    KEYPOINT_READERS,
    Block,
    OpenposeConfig,
    Take,
    join_blocks,
    see_block,
    video_blocks,
)
from gesture_core.dataset.talks import Clip, talk_clips
from gesture_core.dataset.transcript import Transcript, words_of
from gesture_core.dataset.units import UnitLibrary, smartbody_units
from gesture_core.dataset.workspace import (
    Workspace,
    key_of,
    load_crowd,
    save_crowd,
    save_keypoints,
    write_json,
)
from gesture_core.errors import UserError
from gesture_core.formats.text_file import read_text
from gesture_core.formats.video import probe_video, read_sound
from gesture_core.keypoints import Keypoints
from gesture_core.motion import resample
from gesture_core.pose.cleaning import CleaningConfig
from gesture_core.pose.estimators import EstimationConfig, estimator_of
from gesture_core.resources import data_path

VERSION = 1
"""Raised when the same input would give other clips, so that nothing stale is reused."""


@dataclass(frozen=True)
class WordsConfig:
    """Where the words of a source come from."""

    language: str = "ko"
    """Of subtitles in several languages these are taken."""
    recogniser: str = ""
    """"NAME:MODEL" of `speech.recognise.RECOGNISERS`, for sources without text; "" for none."""


@dataclass(frozen=True)
class ComposedConfig:
    """Korean sentences put together with the gesture units of a SmartBody source."""

    minutes: float = 0.0
    """How much to compose; records say that words and movement were put together by us."""
    text: Path | None = None
    """Sentences, one a line."""
    text_licence: str = "unknown"
    seed: int = 0

    def sentences(self) -> list[str]:
        """The lines of the text; `UserError` when there is none."""
        if self.text is None:
            raise UserError("composed.minutes needs composed.text, a file with a sentence a line")
        lines = [line.strip() for line in read_text(self.text).splitlines()]
        return [line for line in lines if line]


@dataclass(frozen=True)
class BuildConfig:
    """Everything that decides what is in a set."""

    fps: float = 30.0
    """Frames a second of the set, and at which videos are looked at."""
    block_seconds: float = 60.0
    """Longest part of a scene that is looked at in one go."""
    openpose: OpenposeConfig = field(default_factory=OpenposeConfig)
    estimation: EstimationConfig = field(default_factory=EstimationConfig)
    words: WordsConfig = field(default_factory=WordsConfig)
    scenes: SceneConfig = field(default_factory=SceneConfig)
    cleaning: CleaningConfig = field(default_factory=CleaningConfig)
    filters: FilterConfig = field(default_factory=FilterConfig)
    motion: MotionConfig = field(default_factory=MotionConfig)
    splits: SplitConfig = field(default_factory=SplitConfig)
    composed: ComposedConfig = field(default_factory=ComposedConfig)
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Task:
    """A source, how to treat it, and where to keep what is done."""

    source: Source
    config: BuildConfig
    workspace: Workspace


@dataclass(frozen=True)
class Plan:
    """What a source's clips depend on, and what a detector has to look at.

    `content`: hash of the source; `key`: hash of all that its clips depend on; `blocks`: parts of
    a video; `note`: what is wrong with it, though it can be read.
    """

    task: Task
    content: str
    key: str
    blocks: tuple[Block, ...] = ()
    note: str = ""

    def seen(self, block: Block) -> Path:
        """Where what the detector saw in a block is kept."""
        config = self.task.config
        made_from = (self.content, _detector_of(self.task), config_to_dict(config.estimation))
        return self.task.workspace.seen(key_of(VERSION, *made_from, config.fps, *block))

    def done(self, held: Container[str] = ()) -> bool:
        """Whether the clips are made and staged, or in the set that holds the keys `held`.

        The report is written after the last of them.
        """
        workspace = self.task.workspace
        kept = workspace.clips(self.key).is_dir() or self.key in held
        return kept and workspace.report(self.key).exists()


def plan(task: Task) -> Plan:
    """Read as much of a source as tells what there is to do."""
    source, config = task.source, task.config
    content = digest(source)
    made_from = config_to_dict(replace(config, splits=SplitConfig(), rules=()))
    described = {**vars(source), "path": "", "annotation": ""}
    texts = config.composed.sentences() if config.composed.minutes else ()
    key = key_of(VERSION, content, _sidecars(source), described, made_from, texts, _lifter_hash())
    if source.kind != "video":
        return Plan(task, content, key)
    note = probe_video(source.path).note
    blocks = video_blocks(source.path, config.scenes, config.block_seconds, config.fps)
    return Plan(task, content, key, blocks, note)


def see(task: tuple[Plan, Block]) -> None:
    """Let the detector look at one block of a video."""
    plan, block = task
    config = plan.task.config
    crowd, changes = see_block(plan.task.source.path, block, config.fps, config.estimation)
    save_crowd(plan.seen(block), crowd, changes)


def finish(task: tuple[Plan, tuple[str, ...]]) -> SourceReport:
    """Make the clips of a source, of which parts could not be looked at for the reasons given."""
    plan, faults = task
    source, config, workspace = plan.task.source, plan.task.config, plan.task.workspace
    folder = workspace.clips(plan.key)
    shutil.rmtree(folder, ignore_errors=True)  # of an interrupted attempt
    folder.mkdir(parents=True)
    transcript, fault = _transcript(source, config.words)
    words = [[word.text, word.start, word.end] for word in transcript.words]
    write_json(workspace.words(plan.key), {"words": words, "notes": list(transcript.notes)})
    reports: list[ClipReport] = []
    fps = config.fps
    for clip in _clips(plan, transcript):
        reports.append(clip.report)
        fps = clip.fps
        if clip.record is not None:
            stage_record(folder, clip.record)
    report = SourceReport(
        source=source.name,
        kind=source.kind,
        fps=fps,
        clips=tuple(reports),
        estimator=_detector_of(plan.task),
        problems=tuple(problem for problem in (plan.note, *faults, fault) if problem),
    )
    write_report(workspace.report(plan.key), report, force=True)
    return report


def _transcript(source: Source, config: WordsConfig) -> tuple[Transcript, str]:
    """The words of a source and why they cannot be read: its movement is still worth having."""
    silence = Transcript((), "none", "")
    if source.kind == "smartbody":
        return silence, ""

    def sound() -> tuple[NDArray[np.float32], int] | None:
        return read_sound(source.path) if source.kind == "video" else None

    try:
        found = words_of(
            source.path,
            sound=sound,
            recogniser=config.recogniser or None,
            language=config.language,
        )
    except UserError as error:
        return silence, f"without words: {error}"
    return found, ""


def _clips(plan: Plan, transcript: Transcript) -> Iterator[Clip]:
    source, config = plan.task.source, plan.task.config
    provenance = _provenance(plan)
    if transcript.source:
        provenance["words"] = transcript.source
    if source.kind == "smartbody":
        for record in _unit_records(source, config.composed):
            yield _renamed(record, source, provenance, config.fps)
        return
    if source.kind == "motion":
        yield from motion_clips(
            source, transcript, provenance, fps=config.fps, config=config.motion
        )
        return
    numbers = iter(range(1 << 30))

    def keep(keypoints: Keypoints) -> None:
        save_keypoints(plan.task.workspace.take(plan.key, next(numbers)), keypoints)

    yield from talk_clips(
        source,
        _takes(plan),
        transcript,
        provenance,
        fps=config.fps,
        cleaning=config.cleaning,
        filters=config.filters,
        keep=keep,
    )


def _takes(plan: Plan) -> Iterator[Take]:
    source, config = plan.task.source, plan.task.config
    if source.kind != "video":
        return KEYPOINT_READERS[source.kind](source, config.openpose)
    seen = [(block, plan.seen(block)) for block in plan.blocks]
    parts = [(block, *load_crowd(path)) for block, path in seen if path.exists()]
    if not parts:
        raise UserError(f"{source.path}: no part of it could be looked at")
    return join_blocks(parts)


def _unit_records(source: Source, composed: ComposedConfig) -> Iterator[Record]:
    """The gesture units of SmartBody, with function and stroke, and sentences composed of them."""
    library = UnitLibrary(tuple(smartbody_units(source.path)))
    yield from unit_records(library)
    if composed.minutes > 0.0:
        lines = korean_lines(composed.sentences())
        yield from composed_records(
            library,
            lines,
            composed.minutes,
            composed.seed,
            text_source=composed.text.name if composed.text else "",
            text_licence=composed.text_licence,
        )


def _renamed(record: Record, source: Source, provenance: dict[str, Any], fps: float) -> Clip:
    """A record of the source under the source's name, at the set's rate."""
    motion = resample(record.motion, fps)
    named = replace(
        record,
        name=f"{source.name}#{record.name}",
        motion=motion,
        provenance={**provenance, **record.provenance},
    )
    return Clip(unfiltered(motion.frames), named, fps)


def _provenance(plan: Plan) -> dict[str, Any]:
    """What every record of a source says of where it came from."""
    source = plan.task.source
    told = {key: getattr(source, key) for key in ("title", "url", "consent")}
    told["estimator"] = _detector_of(plan.task)
    return {
        "file": source.name,
        "sha256": plan.content,
        "made_from": plan.key,
        **{key: value for key, value in told.items() if value},
    }


def _detector_of(task: Task) -> str:
    """Name and version of what found the keypoints, "" where nothing had to."""
    if task.source.kind != "video":
        return ""
    detector = estimator_of(task.config.estimation)
    return f"{detector.name} {detector.version}"


@lru_cache(maxsize=1)
def _lifter_hash() -> str:
    """Hash of the weights that bring keypoints into space."""
    return hashlib.sha256(data_path("models/lifter/lifter.safetensors").read_bytes()).hexdigest()


def _sidecars(source: Source) -> str:
    """Hash of the files beside a source that tell of it: subtitles, text, sound, glosses."""
    stem = source.path.stem if source.path.is_file() else source.path.name
    beside = sorted(source.path.parent.glob(f"{glob.escape(stem)}.*"))
    files = [file for file in beside if file.is_file() and file != source.path]
    hasher = hashlib.sha256()
    for file in (*files, *((source.annotation,) if source.annotation else ())):
        hasher.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return hasher.hexdigest()
