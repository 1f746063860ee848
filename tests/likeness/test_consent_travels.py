"""A likeness is made with consent in full, here, and says so wherever it goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread

import numpy as np
import pytest
from typer.testing import CliRunner

from blender_addon.client.backend import Backend
from blender_addon.client.job import State
from blender_addon.client.remote import RemoteWorker
from gesture_core.cli import app
from gesture_core.errors import UserError
from gesture_core.formats.clip import load_clip
from gesture_core.formats.glb_writer import Armature, Material, Mesh, write_glb
from gesture_core.jobs import JOBS, REMOTE_JOBS
from gesture_core.likeness.consent import Consent, likeness_in, likeness_of, record_likeness
from gesture_core.outputs import likeness_told
from gesture_core.progress import silent
from gesture_core.worker.listen import Entrance, open_entrance, read_token, serve_network
from tests.test_worker import finish

RECORD = record_likeness("hana", Consent("Kim Hana", date(2026, 1, 5), "films of her lectures"))


def write_triangle(path: Path, extras: Mapping[str, object]) -> Path:
    mesh = Mesh(
        "face",
        Material("skin", "skin"),
        np.array([[0, 1, 2]]),
        np.eye(3),
        np.eye(3),
        np.zeros((3, 2)),
        np.zeros((3, 4), int),
        np.tile([1.0, 0.0, 0.0, 0.0], (3, 1)),
    )
    write_glb(path, "hana", Armature(["hips"], [-1], np.eye(4)[None]), [mesh], extras)
    return path


@pytest.fixture
def hana(tmp_path: Path) -> Path:
    """A character's file with a record: a triangle, but the record is whole."""
    return write_triangle(tmp_path / "hana.glb", {"momjit": {"likeness": RECORD.to_json()}})


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object, **__: object) -> None:
        raise AssertionError("a picture was read")

    monkeypatch.setattr("gesture_core.likeness.portray.choose_faces", read)


def test_a_file_tells_whose_likeness_it_is(hana: Path, tmp_path: Path):
    assert likeness_of(hana) == RECORD
    assert likeness_told(str(hana)) == {"likeness": RECORD.to_json()}
    at_a_node = tmp_path / "exported.glb"
    at_a_node.write_bytes(hana.read_bytes().replace(b'"extras"', b'"others"', 1))
    assert likeness_of(at_a_node) == RECORD
    for number, extras in enumerate(({}, {"momjit": {"name": "mina"}}, {"momjit": 3})):
        nobody = write_triangle(tmp_path / f"{number}.glb", extras)
        assert likeness_told(str(nobody)) == {"likeness": None}
    assert likeness_told("mina") == {"likeness": None}
    assert likeness_told(None) == {}


def test_a_record_that_lies_is_told_with_its_file(tmp_path: Path):
    lie = {"momjit": {"likeness": RECORD.to_json() | {"mark": False}}}
    path = write_triangle(tmp_path / "lie.glb", lie)
    with pytest.raises(UserError, match=r"lie\.glb: .*mark"):
        likeness_told(str(path))


def test_a_kept_character_is_told_by_its_name(
    hana: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path))
    (tmp_path / "avatars").mkdir()
    hana.rename(tmp_path / "avatars" / "hana.glb")
    assert likeness_told("hana") == {"likeness": RECORD.to_json()}


def test_a_clip_carries_the_consent_of_who_performs_it(hana: Path, tmp_path: Path):
    clip = tmp_path / "hello.npz"
    arguments = ["generate", "안녕", "-o", str(clip), "--voice", "espeak"]
    done = CliRunner().invoke(app, [*arguments, "--avatar", str(hana)])
    assert done.exit_code == 0, done.output
    assert likeness_in(load_clip(clip).provenance, "clip") == RECORD

    again = tmp_path / "again.npz"
    redo = ["generate", "--keep", str(clip), "--redo", "0:0.3", "-o", str(again)]
    assert CliRunner().invoke(app, redo).exit_code == 0
    assert likeness_in(load_clip(again).provenance, "clip") == RECORD

    other = CliRunner().invoke(app, [*redo, "--avatar", "mina", "--force"])
    assert other.exit_code == 0
    assert likeness_in(load_clip(again).provenance, "clip") is None


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "consent", ["", "no", "Kim Hana", "Kim Hana, 2026-01-05", "Kim Hana, 2199-01-05, films"]
)
def test_without_consent_nothing_is_read(consent: str, tmp_path: Path):
    out = tmp_path / "hana.glb"
    fit = ["avatar", "fit", str(tmp_path / "hana.jpg"), "-o", str(out), "--name", "hana"]
    refused = CliRunner().invoke(app, [*fit, "--consent", consent])
    assert isinstance(refused.exception, UserError)
    assert not out.exists()
    missing = CliRunner().invoke(app, fit)
    assert missing.exit_code == 2
    assert "--consent" in missing.output


@pytest.mark.usefixtures("untouched")
def test_only_the_owner_leaves_out_the_mark(tmp_path: Path):
    fit = ["avatar", "fit", "hana.jpg", "-o", str(tmp_path / "hana.glb"), "--name", "hana"]
    agreed = ["--consent", "Kim Hana, 2026-01-05, films"]
    refused = CliRunner().invoke(app, [*fit, *agreed, "--no-mark", "nobody minds"])
    assert isinstance(refused.exception, UserError)
    assert "own statement" in str(refused.exception)


@pytest.mark.usefixtures("untouched")
def test_the_worker_asks_for_consent_too(tmp_path: Path):
    asked = {"name": "hana", "who": "Kim Hana", "when": "2026-01-05", "unmarked": ""}
    photo = {"photo1": tmp_path / "hana.jpg"}
    for what_for in ("", "-"):
        with pytest.raises(UserError):
            JOBS["fit_avatar"]({**asked, "what_for": what_for, **photo}, silent)


def test_no_face_leaves_the_machine(tmp_path: Path):
    """A worker for other machines neither offers nor does the job, whoever asks."""
    token = tmp_path / "token"
    token.write_text("a token of some length")
    token.chmod(0o600)
    entrance = Entrance("127.0.0.1", 0, read_token(token))
    with open_entrance(entrance) as listener:
        arguments = (listener, entrance, REMOTE_JOBS, "far")
        Thread(target=serve_network, args=arguments, daemon=True).start()
        far = RemoteWorker("127.0.0.1", listener.getsockname()[1], entrance.token.decode(), "")
        backend = Backend(far)
        photo = tmp_path / "hana.jpg"
        photo.write_bytes(b"a face")
        job = finish(backend.submit("fit_avatar", {"photo1": photo}))
        backend.close()
        listener.shutdown(SHUT_RDWR)
    assert job.state is State.FAILED
    assert job.error
    assert "fit_avatar" in job.error


def test_a_record_is_plain_json():
    assert json.loads(json.dumps(RECORD.to_json())) == RECORD.to_json()
