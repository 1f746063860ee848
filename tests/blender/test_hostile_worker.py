"""Whatever a backend does, the user is told and the scene stays as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path

TOLD = {
    "garbage": "where a message should begin",
    "print": "the backend sent b'Load' where a message should begin",
    "huge header": "header of 4,294,967,295 bytes is over",
    "huge body": "body of 9,223,372,036,854,775,808 bytes is over",
    "no json": "is not JSON",
    "not a number": "NaN is not allowed",
    "deep json": "is not JSON",
    "unknown job": "answered an unknown job",
    "id of another kind": "answered an unknown job",
    "unknown type": "unknown message 'delete everything'",
    "endless message": "^(lorem ?){1,400}",
    "path": "bad name '../../../evil.txt'",
    "windows path": r"bad name 'C:\\\\evil.txt'",
    "files that overlap": "do not fill its message",
    "no files": "lacks clip.npz",
    "result is a list": "'done' message is incomplete",
    "no clip": "clip.npz: not a readable clip file",
    "nan clip": "clip.npz: “rotations” must hold finite numbers",
    "empty clip": "clip.npz: “rotations” is",
    "swollen clip": r"clip.npz: unpacks to \d{10} bytes, the limit is",
    "truncated": "broke off 1,000 bytes early",
    "another version": "speaks protocol 99, this add-on 2: update the older",
    "dies": "killed by SIGKILL",
    "goes silent": "was silent for",
    "never answers": "did not answer within",
    "flood": "was silent for",
    "bad lists": "the backend's lists cannot be read",
    "bad check": "the backend's checks cannot be read",
}


def test_every_misbehaviour_is_told_and_changes_nothing(use_extension, backend, tmp_path: Path):
    results = tmp_path / "results"
    results.mkdir()
    programs = [backend(name) for name in ("hostile_worker.py", "fake_backend.py")]
    said = use_extension("hostile_session.py", *programs, results)
    told = json.loads(said.strip().splitlines()[-1])
    assert told.keys() == TOLD.keys()
    wrong = {mode: text for mode, text in told.items() if not re.search(TOLD[mode], text)}
    assert not wrong
    assert max(map(len, told.values())) <= 2000
