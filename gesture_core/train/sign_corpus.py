"""Sign corpora: sentences with their glosses and their frames, from whatever holds them.

AI Hub's folders (dataset 103 and NIASL2021), `.skels` files, and corpora composed from the
lexicon, which are `.npz` files of our own without pickle.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.dataset.sources import MORPHEMES, Source, find_sources
from gesture_core.dataset.takes import KEYPOINT_READERS, OpenposeConfig
from gesture_core.errors import UserError
from gesture_core.formats.aihub import parse_clip_name, read_niasl_script
from gesture_core.motion import Span
from gesture_core.pose.tracking import follow
from gesture_core.progress import Progress, silent
from gesture_core.signing.keypoint_frames import cut_standing, keypoints_to_frames
from gesture_core.signing.learned import Representation, Tokens, text_tokens

Array = NDArray[np.float64]

KINDS = ("aihub", "skels")
MAX_BYTES = 4 * 2**30
_FRONT = "front"


@dataclass(frozen=True, eq=False)
class SignSequence:
    """One sentence: its Korean `text` ("" where not known), its `glosses`, who signs, `frames`
    (T, K) and, where known, `spans` of kind "gloss", one for each gloss, in seconds.
    """

    name: str
    text: str
    glosses: tuple[str, ...]
    signer: str
    frames: Array
    spans: tuple[Span, ...] = ()

    def tokens(self, told: Tokens) -> tuple[str, ...]:
        """What a model is told of it."""
        return self.glosses if told == "gloss" else text_tokens(self.text)


@dataclass(frozen=True, eq=False)
class SignCorpus:
    """Sentences at one frame rate, and the hash of where they came from."""

    sequences: tuple[SignSequence, ...]
    fps: float
    sha256: str


def read_corpus(
    path: Path,
    fps: float,
    representation: Representation = "keypoints",
    progress: Progress = silent,
) -> SignCorpus:
    """Read the sentences of a folder or file, prepared by the steps of `keypoint_frames`.

    Clips without glosses and those not filmed from the front are left out and counted in
    `progress`. Raises `UserError` naming file and place for anything broken, or when there is
    nothing to learn from.
    """
    path = Path(path)
    if path.suffix == ".npz":
        return _at_rate(load_composed(path, representation), fps)
    if representation != "keypoints":
        raise UserError(f"{path} holds keypoints; only a composed corpus (.npz) holds motion")
    sources = [source for source in find_sources([path]) if source.kind in KINDS]
    found: list[SignSequence] = []
    clips = 0
    for number, source in enumerate(sources):
        for sequence in _sequences(source, fps):
            clips += 1
            if sequence is not None:
                found.append(sequence)
        progress((number + 1) / len(sources), f"{len(found)} sentences of {clips} clips")
    if not found:
        raise UserError(
            f"{path} holds no sentence with glosses filmed from the front; "
            f"expected AI Hub's folders, .skels or a composed .npz"
        )
    digest = hashlib.sha256()
    for sequence in found:
        digest.update(f"{sequence.name} {sequence.glosses}".encode())
        digest.update(np.float32(sequence.frames).tobytes())
    return SignCorpus(tuple(found), fps, digest.hexdigest())


def _sequences(source: Source, fps: float) -> Iterator[SignSequence | None]:
    """The sentences of a source; None for a clip that cannot teach."""
    text = ""
    if source.annotation is not None and not source.annotation.name.endswith(MORPHEMES):
        text = read_niasl_script(source.annotation).text
    for take in KEYPOINT_READERS[source.kind](source, OpenposeConfig()):
        name = take.label or source.path.name
        spans = tuple(span for span in take.spans if span.kind == "gloss")
        if not spans or parse_clip_name(name).view != _FRONT:
            yield None
            continue
        keypoints = follow(take.crowd)
        frames = keypoints_to_frames(keypoints)
        glosses = tuple(span.text for span in spans)
        if source.kind == "skels":  # one span of all glosses, of frames that were cut before
            glosses, spans = tuple(spans[0].text.split()), ()
        frames, spans = cut_standing(frames, spans, keypoints.fps)
        signer = take.speaker or source.speaker
        frames = resample_frames(frames, keypoints.fps, fps)
        yield SignSequence(name, text, glosses, signer, frames, spans)


def resample_frames(frames: Array, fps: float, wanted: float) -> Array:
    """Frames (T, K) at another rate, linearly, first and last kept."""
    if fps == wanted:
        return frames
    count = max(2, round(len(frames) / fps * wanted))
    places = np.linspace(0.0, len(frames) - 1.0, count)
    before = np.minimum(places.astype(int), max(len(frames) - 2, 0))
    after = np.minimum(before + 1, len(frames) - 1)
    return frames[before] + (places - before)[:, None] * (frames[after] - frames[before])


def _at_rate(corpus: SignCorpus, fps: float) -> SignCorpus:
    sequences = tuple(
        replace(sequence, frames=resample_frames(sequence.frames, corpus.fps, fps))
        for sequence in corpus.sequences
    )
    return SignCorpus(sequences, fps, corpus.sha256)


def save_composed(
    path: Path,
    sequences: Sequence[SignSequence],
    motion: Sequence[Array],
    fps: float,
    *,
    force: bool = False,
) -> None:
    """Write composed sentences: their keypoint frames and, for the same times, motion frames."""
    lines = [
        {
            "name": one.name,
            "text": one.text,
            "glosses": one.glosses,
            "signer": one.signer,
            "spans": [asdict(span) for span in one.spans],
        }
        for one in sequences
    ]
    arrays = {
        "ends": np.cumsum([len(one.frames) for one in sequences]),
        "keypoints": np.concatenate([np.float32(one.frames) for one in sequences]),
        "motion": np.concatenate([np.float32(frames) for frames in motion]),
        "fps": np.array(fps),
        "lines": np.array(json.dumps(lines, ensure_ascii=False)),
    }
    with atomic_path(path, force=force) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def load_composed(path: Path, representation: Representation = "keypoints") -> SignCorpus:
    """Read what `save_composed` wrote; `UserError` when a file is something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_BYTES:
            raise UserError(f"{path} unpacks to more than {MAX_BYTES // 2**30} GiB")
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        with np.load(path, allow_pickle=False) as file:
            ends, frames = file["ends"], file[representation].astype(float)
            lines, fps = json.loads(str(file["lines"])), float(file["fps"])
        lengths = np.diff(ends, prepend=0)
        if frames.ndim != 2 or lengths.min(initial=1) < 1 or lengths.sum() != len(frames):
            raise ValueError(f"frames of shape {frames.shape} are not parted into sentences")
        if not (np.isfinite(frames).all() and 0.0 < fps < np.inf):
            raise ValueError("a frame or the frame rate is not finite")
        parts = np.split(frames, ends[:-1])
        sequences = tuple(
            SignSequence(
                line["name"],
                line["text"],
                tuple(line["glosses"]),
                line["signer"],
                part,
                tuple(Span(**span) for span in line["spans"]),
            )
            for line, part in zip(lines, parts, strict=True)
        )
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path} is no composed sign corpus: {error}") from error
    return SignCorpus(sequences, fps, digest)


def hold_out(
    sequences: Sequence[SignSequence], share: float, seed: int
) -> tuple[list[SignSequence], list[SignSequence]]:
    """Sentences to train on, and about a `share` of them held out.

    Sentences of the same glosses go to the same side, so that none is judged that was trained on.
    """
    rng = np.random.default_rng(seed)
    kinds = sorted({sequence.glosses for sequence in sequences})
    count = round(share * len(kinds))
    chosen = {kinds[number] for number in rng.permutation(len(kinds))[:count]}
    kept = [sequence for sequence in sequences if sequence.glosses not in chosen]
    held = [sequence for sequence in sequences if sequence.glosses in chosen]
    return kept, held
