"""`momjit generate --mode sign` and the worker's job."""

from __future__ import annotations

from pathlib import Path

import pytest

from gesture_core.cli import sign_mode
from gesture_core.errors import UserError
from gesture_core.formats.bvh import read_bvh
from gesture_core.formats.clip import load_clip
from gesture_core.jobs import JOBS
from gesture_core.progress import silent

TEXT = "친구를 만났어"


def generate(*arguments: str) -> None:
    from gesture_core.cli import app

    app(["generate", *arguments], standalone_mode=False)


def test_a_text_is_signed_into_clip_and_bvh(tmp_path: Path) -> None:
    clip, bvh = tmp_path / "signed.npz", tmp_path / "signed.bvh"
    generate(TEXT, "--mode", "sign", "--speed", "1.2", "-o", str(clip), "-o", str(bvh))
    read = load_clip(clip)
    assert {"gloss", "subtitle"} <= {span.kind for span in read.motion.spans}
    assert sign_mode.mode_of(read.provenance) == "sign"
    assert "Deaf signers" in read.provenance["status"]
    assert len(read_bvh(bvh).rotations) == read.motion.frames


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--mode", "dance"), "unknown mode 'dance'; valid: gesture, sign"),
        (("--mode", "sign", "--style", "lively"), "--style: only with --mode gesture"),
        (("--mode", "sign", "--pin", "1:x.bvh"), "--pin: only with --mode gesture"),
        (("--speed", "1.3", "--no-mouthing"), "--speed, --no-mouthing: only with --mode sign"),
        (("--mode", "sign", "--dominant", "both"), "unknown hand 'both'"),
    ],
)
def test_options_of_the_other_mode_are_refused(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=told):
        generate(TEXT, *arguments, "-o", str(tmp_path / "x.npz"))


def test_there_is_no_speech_of_a_signer(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"x\.wav: a signer says nothing"):
        generate(TEXT, "--mode", "sign", "-o", str(tmp_path / "x.wav"))


def test_a_clip_of_signs_is_rendered_as_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gesture_core import cli
    from gesture_core.formats.clip import Clip, save_clip
    from gesture_core.motion import rest_motion

    def chosen(output: object, avatar: str, report: object, *, camera: str, **_: object) -> None:
        raise UserError(f"{avatar}, {camera}")

    monkeypatch.setattr(cli, "render_options", chosen)
    for mode, told in (("sign", "signer, sign"), ("gesture", "mina, half")):
        clip = tmp_path / f"{mode}.npz"
        save_clip(clip, Clip(rest_motion(2, 30.0), provenance={"mode": mode}))
        with pytest.raises(UserError, match=told):
            cli.app(["render", str(clip), "-o", str(tmp_path / "x.mp4")], standalone_mode=False)


def test_each_mode_has_a_character_and_a_camera() -> None:
    assert set(sign_mode.AVATARS) == set(sign_mode.CAMERAS) == set(sign_mode.MODES)


def test_the_job_answers_with_a_clip_and_the_tokens(tmp_path: Path) -> None:
    answer = JOBS["sign"]({"text": "봄이를 만났어", "seed": 0, "fps": 30.0}, silent)
    assert set(answer.files) == {"clip.npz", "clip.wav"}
    (tmp_path / "clip.npz").write_bytes(answer.files["clip.npz"])
    spans = load_clip(tmp_path / "clip.npz").motion.spans
    tokens = [token for token in answer.result["tokens"] if token["class"] != "dropped"]
    assert [span.text for span in spans if span.kind == "gloss"] == [t["gloss"] for t in tokens]
    assert any("fingerspelled" in warning for warning in answer.result["warnings"])


def test_the_job_tells_what_it_cannot_take() -> None:
    with pytest.raises(UserError, match="mouthing must be true or false"):
        JOBS["sign"]({"text": TEXT, "seed": 0, "fps": 30.0, "mouthing": 1}, silent)
    with pytest.raises(UserError, match="text must be str"):
        JOBS["sign"]({"seed": 0, "fps": 30.0}, silent)
