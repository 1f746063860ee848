"""Finding what a training set can be made of: talks, keypoints and motion files in folders."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gesture_core.errors import UserError
from gesture_core.formats.info_json import info_beside
from gesture_core.formats.video import VIDEO_SUFFIXES
from gesture_core.pose.read import is_motion_table

MOTION_SUFFIXES = (".bvh", ".glb", ".vrma", ".skm", ".npz", ".anim")
KINDS = ("video", "openpose", "aihub", "pose", "skels", "motion", "smartbody")
MORPHEMES = "_morpheme.json"
"""Ending of the files in which AI Hub's dataset 103 notes the glosses of a clip."""
_SIGNER = re.compile(r"NIA_SL_[A-Z]+\d+_((?:REAL|SYN|CROWD)\d+)(?:_[FDLRU])?")


@dataclass(frozen=True)
class Rule:
    """What the user knows of sources whose name matches: a later rule wins over an earlier one."""

    match: str
    """Regular expression, searched in the source's name, such as `lectures/.*`."""
    speaker: str | None = None
    """Who moves; may use groups of `match`, such as `cmu-\\1`."""
    style: str | None = None
    licence: str | None = None
    consent: str | None = None
    """Who agreed to what, when: recorded with every clip."""
    title: str | None = None
    skip: bool = False
    """Leave the source out."""


@dataclass(frozen=True)
class Source:
    """One thing to read, and what is known of it before.

    `name`: the same on every machine; `kind`: one of `KINDS`; `annotation`: a file of glosses that
    belongs to it; `problem`: why it cannot be used, where that shows already.
    """

    name: str
    kind: str
    path: Path
    speaker: str
    style: str = ""
    licence: str = "unknown"
    consent: str = ""
    title: str = ""
    url: str = ""
    annotation: Path | None = None
    problem: str = ""


def find_sources(paths: Sequence[Path], rules: Sequence[Rule] = ()) -> tuple[Source, ...]:
    """List everything readable at and below `paths`, sorted by name.

    A source is named by its path from the folder given on, so that the same folders give the same
    set wherever they lie. Its speaker is what a rule, the signer's mark of an AI Hub clip or the
    channel in a downloaded video's `.info.json` say, else the folder it lies in: never split finer
    than what is known. Raises `UserError` for a path that is not there or two sources of one name.
    """
    for path in paths:
        if not path.exists():
            raise UserError(f"{path} does not exist; give files or folders to build from")
    roots = [path.resolve() for path in paths]
    annotations = _annotations(roots)
    found: dict[str, Source] = {}
    for root in roots:
        for kind, member in _walk(root):
            name = "/".join((root.name, *member.relative_to(root).parts))
            source = Source(name, kind, member, _speaker(name, kind))
            source = _described(replace(source, annotation=annotations.get(member.name)), rules)
            if source is None:
                continue
            if name in found and found[name].path != member:
                raise UserError(
                    f"{found[name].path} and {member} would both be called {name!r}; rename one"
                )
            found[name] = source
    return tuple(found[name] for name in sorted(found))


def digest(source: Source) -> str:
    """Hash of the source's content, names of files in a folder included."""
    hasher = hashlib.sha256()
    files = [source.path] if source.path.is_file() else sorted(source.path.rglob("*"))
    for file in files:
        if file.is_file():
            hasher.update(file.relative_to(source.path.parent).as_posix().encode())
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    hasher.update(block)
    return hasher.hexdigest()


def _annotations(roots: Sequence[Path]) -> dict[str, Path]:
    """AI Hub's files of glosses by the name of the clip they describe."""
    files = [file for root in roots if root.is_dir() for file in sorted(root.rglob("*.json"))]
    named = {file.name.removesuffix(MORPHEMES).removesuffix(".json"): file for file in files}
    return {name: file for name, file in named.items() if _SIGNER.fullmatch(name)}


def _walk(path: Path) -> Iterator[tuple[str, Path]]:
    """Kind and path of every source at or below `path`."""
    if path.is_file():
        if kind := _kind_of_file(path):
            yield kind, path
        return
    entries = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    if (path / "Gestures" / "skeletons").is_dir():
        yield "smartbody", path
        return
    frames = [entry for entry in entries if entry.name.endswith("_keypoints.json")]
    if frames:
        yield ("aihub" if _SIGNER.search(frames[0].name) else "openpose"), path
    for entry in entries:
        if entry.is_file() or (entry.is_dir() and not entry.is_symlink()):  # a link may lead back
            yield from _walk(entry)


def _kind_of_file(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES:
        return "video"
    if suffix in (".pose", ".skels"):
        return suffix[1:]
    if suffix in MOTION_SUFFIXES or is_motion_table(path):
        return "motion"
    return ""


def _speaker(name: str, kind: str) -> str:
    signer = _SIGNER.search(name) if kind == "aihub" else None
    folders = name.split("/")[:-1] or [name.rpartition(".")[0] or name]
    return signer[1] if signer else "/".join(folders)


def _described(source: Source, rules: Sequence[Rule]) -> Source | None:
    """The source with what its sidecar and the rules say; None where a rule leaves it out."""
    if source.kind == "video":
        source = _with_info(source)
    for rule in rules:
        try:
            match = re.search(rule.match, source.name)
            if match is None:
                continue
            if rule.skip:
                return None
            said = {
                field: match.expand(value)
                for field in ("speaker", "style", "licence", "consent", "title")
                if (value := getattr(rule, field)) is not None
            }
        except (re.error, IndexError) as error:
            raise UserError(f"rule with match {rule.match!r}: {error}") from error
        source = replace(source, **said)
    return source


def _with_info(source: Source) -> Source:
    try:
        info = info_beside(source.path)
    except UserError as error:
        return replace(source, problem=str(error))
    if info is None:
        return source
    return replace(
        source,
        speaker=info.channel or source.speaker,
        licence=info.licence or source.licence,
        title=info.title,
        url=info.url,
    )
