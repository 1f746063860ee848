"""What a build finds in folders, and what it knows of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gesture_core.dataset.sources import Rule, digest, find_sources
from gesture_core.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "talks"
    for name in ("kim/a.mp4", "kim/a.vtt", "lee/b.WEBM", "lee/.hidden.mp4", "moves/walk.bvh"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (root / "moves" / "kinect.csv").write_text(",".join(["0.5"] * 101) + "\n")
    (root / "moves" / "prices.csv").write_text("apple,3\npear,4\n")
    (root / "moves" / "notes.txt").write_text("안녕하세요 반갑습니다\n")
    frames = root / "openpose" / "run1"
    frames.mkdir(parents=True)
    (frames / "run1_000000000000_keypoints.json").write_text('{"people": []}')
    signer = root / "ksl" / "NIA_SL_SEN0054_REAL06_F"
    signer.mkdir(parents=True)
    (signer / f"{signer.name}_000000000000_keypoints.json").write_text('{"people": {}}')
    (root / "ksl" / f"{signer.name}_morpheme.json").write_text('{"data": []}')
    return root


def test_every_kind_is_found_and_named_from_the_folder_on(folder: Path) -> None:
    found = {source.name: source.kind for source in find_sources([folder])}
    assert found == {
        "talks/kim/a.mp4": "video",
        "talks/lee/b.WEBM": "video",
        "talks/moves/walk.bvh": "motion",
        "talks/moves/kinect.csv": "motion",
        "talks/openpose/run1": "openpose",
        "talks/ksl/NIA_SL_SEN0054_REAL06_F": "aihub",
    }


def test_a_speaker_is_the_folder_the_signer_or_what_is_written_beside(folder: Path) -> None:
    (folder / "kim" / "a.info.json").write_text(
        json.dumps(
            {"channel": "김 교수", "license": "CC BY", "webpage_url": "https://example.org/a"}
        )
    )
    found = {source.name: source for source in find_sources([folder])}
    talk = found["talks/kim/a.mp4"]
    assert (talk.speaker, talk.licence, talk.url) == ("김 교수", "CC BY", "https://example.org/a")
    assert found["talks/lee/b.WEBM"].speaker == "talks/lee"
    signer = found["talks/ksl/NIA_SL_SEN0054_REAL06_F"]
    assert signer.speaker == "REAL06"
    assert signer.annotation is not None
    assert signer.annotation.name == "NIA_SL_SEN0054_REAL06_F_morpheme.json"


def test_later_rules_win_and_may_use_groups(folder: Path) -> None:
    rules = (
        Rule(match=r".*", licence="CC0-1.0", speaker="somebody"),
        Rule(match=r"talks/(\w+)/.*\.(mp4|WEBM)$", speaker=r"speaker-\1", style="lively"),
        Rule(match=r"ksl|openpose", skip=True),
    )
    found = {source.name: source for source in find_sources([folder], rules)}
    assert {name for name in found if "ksl" in name or "openpose" in name} == set()
    assert found["talks/kim/a.mp4"].speaker == "speaker-kim"
    assert found["talks/kim/a.mp4"].licence == "CC0-1.0"
    assert found["talks/moves/walk.bvh"].style == ""
    assert found["talks/moves/walk.bvh"].speaker == "somebody"


def test_a_broken_sidecar_is_the_problem_of_its_video_alone(folder: Path) -> None:
    (folder / "kim" / "a.info.json").write_text("{")
    found = {source.name: source.problem for source in find_sources([folder])}
    assert "a.info.json" in found["talks/kim/a.mp4"]
    assert [name for name, problem in found.items() if problem] == ["talks/kim/a.mp4"]


def test_names_do_not_depend_on_where_the_folder_lies(folder: Path, tmp_path: Path) -> None:
    before = [(source.name, digest(source)) for source in find_sources([folder])]
    moved = tmp_path / "elsewhere" / "talks"
    moved.parent.mkdir()
    folder.rename(moved)
    assert [(source.name, digest(source)) for source in find_sources([moved])] == before


def test_the_digest_tells_of_content_and_names_within_a_folder(folder: Path) -> None:
    (source,) = find_sources([folder / "openpose"])
    before = digest(source)
    file = source.path / "run1_000000000000_keypoints.json"
    file.rename(source.path / "run1_000000000001_keypoints.json")
    assert digest(source) != before


@pytest.mark.parametrize(
    ("paths", "rules", "message"),
    [
        (["nowhere"], (), "nowhere does not exist"),
        (["talks"], (Rule(match="("),), r"rule with match '\('"),
        (["talks"], (Rule(match="mp4", speaker=r"\3"),), "rule with match 'mp4'"),
        (["talks", "other/talks"], (), "would both be called"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    folder: Path, paths: list[str], rules: tuple[Rule, ...], message: str
) -> None:
    other = folder.parent / "other" / "talks" / "kim"
    other.mkdir(parents=True)
    (other / "a.mp4").write_bytes(b"another")
    with pytest.raises(UserError, match=message):
        find_sources([folder.parent / path for path in paths], rules)


def test_a_link_that_leads_back_is_not_followed(folder: Path) -> None:
    before = len(find_sources([folder]))
    (folder / "kim" / "up").symlink_to(folder, target_is_directory=True)
    assert len(find_sources([folder])) == before
