"""The program as a user meets it: exit codes, one clear line, nothing damaged."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from gesture_core.formats.bvh import read_bvh

SENTENCE = "안녕하세요 반갑습니다"


def momjit(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gesture_core.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def assert_refused(result: subprocess.CompletedProcess[str], *mentions: str) -> None:
    """Exit code 2 and one clear line that names the problem, with no traceback."""
    assert result.returncode == 2, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("momjit: ")]
    assert "Traceback" not in result.stderr
    for mention in mentions:
        assert mention in lines[-1], result.stderr


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        (("sing",), "'sing'"),
        (("generate", SENTENCE, "-o", "x.bvh", "--louder"), "--louder"),
        (("generate", SENTENCE), "--output"),
        (("generate", SENTENCE, "-o", "x.bvh", "--fps", "fast"), "--fps"),
    ],
)
def test_wrong_use_is_one_clear_line(arguments: tuple[str, ...], mention: str) -> None:
    assert_refused(momjit(*arguments), mention)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sentence generated once: spoken.bvh, spoken.npz and spoken.wav."""
    folder = tmp_path_factory.mktemp("spoken")
    outputs = [part for name in ("bvh", "npz") for part in ("-o", str(folder / f"spoken.{name}"))]
    result = momjit("generate", SENTENCE, "--voice", "espeak", *outputs)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("", "nothing that can be spoken"),
        ("   \n\t ", "nothing that can be spoken"),
        ("가" * 100_000, "5,000"),
        ("😀🎉👍", "😀"),
        ("\x00\x01\x02\x1b\x7f\u200b\u202e", "nothing that can be spoken"),
        ("Привет 안녕 مرحبا", "Привет"),
    ],
    ids=["empty", "blank", "100000", "emoji", "control", "scripts"],
)
def test_a_text_that_cannot_be_read_is_refused(tmp_path: Path, text: str, mention: str) -> None:
    kept = tmp_path / "out.bvh"
    kept.write_text("precious")
    result = momjit("generate", "-", "-o", str(kept), "--force", stdin=text)
    assert_refused(result, mention)
    assert kept.read_text() == "precious"


@pytest.mark.parametrize(
    ("options", "mentions"),
    [
        (["--style", "angryy"], ["angryy", "neutral"]),
        (["--intensity", "9"], ["9", "0 to 2"]),
        (["--seed", "-1"], ["-1"]),
        (["--fps", "0"], ["fps 0", "10 to 120"]),
        (["--voice", "siri"], ["siri", "espeak"]),
        (["--units", "inch"], ["inch", "cm"]),
        (["--audio", "missing.wav"], ["missing.wav"]),
    ],
)
def test_a_wrong_option_is_refused(tmp_path: Path, options: list[str], mentions: list[str]) -> None:
    result = momjit("generate", SENTENCE, "-o", str(tmp_path / "a.bvh"), *options)
    assert_refused(result, *mentions)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("output", "options", "mention"),
    [
        ("a.gif", [], ".mp4"),
        ("/proc/nowhere/a.bvh", [], "/proc"),
        ("a.mp4", ["--size", "big"], "WIDTHxHEIGHT"),
        ("a.mp4", ["--size", "7x7"], "7x7"),
        ("a.mp4", ["--engine", "fast"], "workbench"),
        ("a.mp4", ["--camera", "drone"], "bust"),
        ("a.mp4", ["--quality", "best"], "final"),
        ("a.mp4", ["--format", "portrait"], "vertical"),
        ("a.mp4", ["--transparent"], ".webm"),
        ("a.mp4", ["--avatar", "minaa"], "mina"),
    ],
)
def test_a_wrong_output_is_refused_before_work_begins(
    tmp_path: Path, output: str, options: list[str], mention: str
) -> None:
    result = momjit("generate", SENTENCE, "-o", str(tmp_path / output), *options)
    assert_refused(result, mention)
    assert "speaking" not in result.stderr


def test_existing_files_need_force(spoken: Path, tmp_path: Path) -> None:
    for name in ("a.npz", "a.wav"):  # the WAV that a clip would bring along counts too
        kept = tmp_path / name
        kept.write_text("precious")
        assert_refused(momjit("generate", SENTENCE, "-o", str(tmp_path / "a.npz")), name)
        assert kept.read_text() == "precious"
        kept.unlink()


def test_a_truncated_recording_is_refused(spoken: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes((spoken / "spoken.wav").read_bytes()[:30])
    result = momjit("generate", SENTENCE, "--audio", str(cut), "-o", str(tmp_path / "a.bvh"))
    assert_refused(result, "cut.wav")


def test_a_bvh_cut_in_the_middle_is_refused(spoken: Path, tmp_path: Path) -> None:
    whole = (spoken / "spoken.bvh").read_bytes()
    cut = tmp_path / "cut.bvh"
    cut.write_bytes(whole[: len(whole) // 2])
    out = tmp_path / "out.bvh"
    result = momjit("retarget", str(cut), "--rig", str(spoken / "spoken.bvh"), "-o", str(out))
    assert_refused(result, "cut.bvh")
    assert not out.exists()


def test_the_same_arguments_give_the_same_bytes(spoken: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.bvh"
    momjit("generate", SENTENCE, "--voice", "espeak", "-o", str(again))
    assert again.read_bytes() == (spoken / "spoken.bvh").read_bytes()


def test_motion_and_speech_have_one_length(spoken: Path) -> None:
    motion = read_bvh(spoken / "spoken.bvh")
    speech = soundfile.info(spoken / "spoken.wav").duration
    assert abs(len(motion.rotations) / motion.fps - speech) < 1 / motion.fps


def test_text_comes_from_a_file_and_results_as_json(tmp_path: Path) -> None:
    script = tmp_path / "대본.txt"
    script.write_text("\ufeff반갑습니다 🙂", encoding="utf-8")
    out = tmp_path / "a.wav"
    result = momjit("generate", str(script), "-o", str(out), "--voice", "espeak", "--json")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["outputs"] == [str(out)]
    assert any("🙂" in warning for warning in answer["warnings"])
    assert answer["duration"] == pytest.approx(soundfile.info(out).duration, abs=0.05)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['momjit', '--help']\n"
        "import gesture_core.cli\n"
        "heavy = {'torch', 'scipy', 'numpy', 'kiwipiepy', 'sentence_transformers', 'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("command", ["generate", "render", "retarget", "train", "avatar build"])
def test_help_teaches_with_an_example(command: str) -> None:
    result = momjit(*command.split(), "--help")
    assert result.returncode == 0
    assert f"momjit {command}" in re.split("Examples?:", result.stdout)[1]


@pytest.mark.parametrize("command", ["styles", "voices", "avatar list", "doctor"])
def test_lists_speak_json(command: str) -> None:
    rows = json.loads(momjit(*command.split(), "--json").stdout)
    assert {"name"} <= set(rows[0])


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gesture_core.cli", "generate", SENTENCE * 20]
        + ["-o", str(tmp_path / "a.bvh")],
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        # a shell that runs the tests in the background has told its children to ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # the first step has begun
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in told
    assert list(tmp_path.iterdir()) == []
