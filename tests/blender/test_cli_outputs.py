"""`python -m blender_addon.cli`: every kind of output, and one clear line for every mistake."""

from __future__ import annotations

import json
import re
import signal
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from gesture_core.formats.bvh import read_bvh
from gesture_core.skeleton import HUMANOID, forward_kinematics
from tests.blender.conftest import CLICK, PYTHON, environment
from tests.rigs import angles_between, limb_segments, lively_motion

FRAME = 1.0 / 30.0
RATE = 48000


def decoded_sound(path: Path) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:a"]
    command += ["-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype="<i2") / 32768.0


def decoded_frames(path: Path, size: int) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:v"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype=np.uint8).reshape(-1, size, size, 3)


def picture(path: Path) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype=np.uint8).reshape(height, width, 3)


def glb_json(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    assert data[:4] == b"glTF"
    return json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])


@pytest.fixture(scope="module")
def made(add_on_cli, spoken_clip, puppet, tmp_path_factory) -> tuple[Path, list[dict[str, Any]]]:
    """Every kind of output of one small run."""
    folder = tmp_path_factory.mktemp("made")
    outputs = [folder / f"out.{suffix}" for suffix in ("mp4", "png", "blend", "glb", "fbx", "bvh")]
    places = [part for output in outputs for part in ("-o", output)]
    status, messages = add_on_cli(
        "render", spoken_clip, "--avatar", puppet, *places, "--size", "96x96", "--camera", "full"
    )
    assert status == 0, messages
    return folder, messages


def test_messages_are_progress_then_the_files(made):
    folder, messages = made
    fractions = [message["progress"] for message in messages[:-1]]
    assert fractions == sorted(fractions)
    assert 0.0 <= fractions[0] <= fractions[-1] <= 1.0
    suffixes = ("mp4", "png", "blend", "glb", "fbx", "bvh")
    assert messages[-1]["done"] == [str(folder / f"out.{suffix}") for suffix in suffixes]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"out.{suffix}" for suffix in suffixes
    )
    assert messages[-1]["seconds"]["loading the avatar"] > 0.0


def test_the_video_is_as_long_as_the_clip_and_the_speech_is_in_sync(made):
    folder, _ = made
    frames = decoded_frames(folder / "out.mp4", 96)
    assert len(frames) == 15
    count, seconds = imageio_ffmpeg.count_frames_and_secs(str(folder / "out.mp4"))
    assert count == 15
    assert seconds == pytest.approx(0.5, abs=FRAME)
    sound = decoded_sound(folder / "out.mp4")
    assert len(sound) / RATE == pytest.approx(0.5, abs=FRAME)
    loud = np.flatnonzero(np.abs(sound) > 0.3)
    assert loud[0] / RATE == pytest.approx(CLICK, abs=FRAME)


def test_the_video_moves_and_shows_the_figure(made):
    folder, _ = made
    frames = decoded_frames(folder / "out.mp4", 96).astype(float)
    assert np.abs(frames[0] - frames[7]).max() > 40.0
    still = picture(folder / "out.png").astype(float)
    assert still.shape == (96, 96, 3)
    figure = np.abs(still - still[:, :1]).max(axis=(1, 2)) > 40.0  # rows unlike their own edge
    assert figure[10:].sum() > 15
    assert not figure[:5].any()


def test_the_glb_carries_skin_shape_keys_and_movement(made):
    folder, _ = made
    content = glb_json(folder / "out.glb")
    assert len(content["skins"][0]["joints"]) == len(HUMANOID.names)
    assert {target for mesh in content["meshes"] for target in mesh["extras"]["targetNames"]} == {
        "jawOpen",
        "eyeBlinkLeft",
    }
    paths = {
        channel["target"]["path"]
        for animation in content["animations"]
        for channel in animation["channels"]
    }
    assert {"rotation", "translation", "weights"} <= paths


def test_the_bvh_stands_in_metres_and_moves_as_the_clip(made):
    folder, _ = made
    source = read_bvh(folder / "out.bvh", "m")
    assert source.fps == pytest.approx(30.0, abs=1e-3)
    assert source.frames == 15
    motion = lively_motion(frames=15)
    theirs, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    ours, _ = source.world()
    for start, end in limb_segments():
        mine = ours[:, source.index(end)] - ours[:, source.index(start)]
        given = theirs[:, HUMANOID.index(end)] - theirs[:, HUMANOID.index(start)]
        assert angles_between(mine, given).max() < 0.1


def test_the_blend_and_fbx_open_again_with_the_movement(made, blender):
    folder, _ = made
    for suffix in ("blend", "fbx"):
        report = blender("reopen.py", folder / f"out.{suffix}")
        assert report["bones"] == len(HUMANOID.names)
        assert report["travel"] > 0.05
        assert report["jaw"] > 0.05
        if suffix == "blend" and report["audio"]:
            assert report["sounds"] == [True]  # inside the file


def test_other_frame_rates_keep_the_length(add_on_cli, spoken_clip, puppet, tmp_path):
    out = tmp_path / "slow.mp4"
    arguments = ["--avatar", puppet, "-o", out, "--fps", "12", "--size", "64x64"]
    status, messages = add_on_cli("render", spoken_clip, *arguments)
    assert status == 0, messages
    assert len(decoded_frames(out, 64)) == 6
    assert len(decoded_sound(out)) / RATE == pytest.approx(0.5, abs=1.0 / 12.0)


def test_a_part_of_the_video_has_the_matching_part_of_the_speech(
    add_on_cli, spoken_clip, puppet, tmp_path
):
    out, sheet = tmp_path / "part.mp4", tmp_path / "sheet.png"
    arguments = ["-o", out, "-o", sheet, "--frames", "4:12", "--sheet", "4", "--size", "64x64"]
    status, messages = add_on_cli("render", spoken_clip, "--avatar", puppet, *arguments)
    assert status == 0, messages
    assert len(decoded_frames(out, 64)) == 9
    loud = np.flatnonzero(np.abs(decoded_sound(out)) > 0.3)
    assert loud[0] / RATE == pytest.approx(CLICK - 3 * FRAME, abs=FRAME)
    assert picture(sheet).shape == (128, 128, 3)


def test_cycles_draws_without_a_display(add_on_cli, spoken_clip, puppet, tmp_path):
    out = tmp_path / "still.png"
    arguments = ["--engine", "cycles", "--samples", "1", "--size", "48x48", "--camera", "bust"]
    status, messages = add_on_cli("render", spoken_clip, "--avatar", puppet, "-o", out, *arguments)
    assert status == 0, messages
    assert picture(out).std() > 5.0


def test_retarget_writes_a_rig_from_a_rig(add_on_cli, spoken_clip, made, tmp_path):
    folder, _ = made
    out = tmp_path / "again.bvh"
    for rig in ("out.fbx", "out.blend", "out.bvh"):
        arguments = ["--rig", folder / rig, "-o", out, "--units", "m", "--force"]
        status, messages = add_on_cli("retarget", spoken_clip, *arguments)
        assert status == 0, messages
        motion = lively_motion(frames=15)
        theirs, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
        source = read_bvh(out, "m")
        ours, _ = source.world()
        arm = [HUMANOID.index("leftUpperArm"), HUMANOID.index("leftLowerArm")]
        mine = ours[:, source.index("leftLowerArm")] - ours[:, source.index("leftUpperArm")]
        assert angles_between(mine, theirs[:, arm[1]] - theirs[:, arm[0]]).max() < 0.1


Mistake = Callable[[Path, Path, Path], list[Any]]
MISTAKES: dict[str, tuple[Mistake, str]] = {
    "no clip": (
        lambda clip, rig, out: ["render", "no.npz", "--avatar", rig, "-o", out],
        r"no\.npz: no such clip",
    ),
    "no avatar": (
        lambda clip, rig, out: ["render", clip, "--avatar", "no.glb", "-o", out],
        r"no\.glb: no such avatar",
    ),
    "wrong avatar": (
        lambda clip, rig, out: ["render", clip, "--avatar", clip, "-o", out],
        r"an avatar is one of \.glb",
    ),
    "wrong suffix": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out.with_suffix(".avi")],
        r"write one of \.mp4 \.webm",
    ),
    "wrong engine": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out, "--engine", "luxcore"],
        r"--engine luxcore: choose one of workbench, cycles, eevee",
    ),
    "wrong camera": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out, "--camera", "top"],
        r"choose one of face, bust, half, full",
    ),
    "wrong size": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out, "--size", "big"],
        r"WIDTHxHEIGHT",
    ),
    "odd size": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out, "--size", "65x64"],
        r"even",
    ),
    "frames beyond": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out, "--frames", "1:99"],
        r"frames 1 to 15",
    ),
    "no folder": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", out.parent / "no" / "a.mp4"],
        r"not a writable folder",
    ),
    "existing": (
        lambda clip, rig, out: ["render", clip, "--avatar", rig, "-o", rig],
        r"exists already; give --force",
    ),
    "no command": (lambda clip, rig, out: [], r"required: command"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(add_on_cli, spoken_clip, puppet, tmp_path, name):
    arguments, complaint = MISTAKES[name]
    status, messages = add_on_cli(*arguments(spoken_clip, puppet, tmp_path / "out.mp4"))
    assert status == 2
    error = messages[-1]["error"]
    assert re.search(complaint, error)
    assert "\n" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_vrm_file_is_a_character(add_on_cli, spoken_clip, puppet, tmp_path):
    character = tmp_path / "character.vrm"
    character.write_bytes(puppet.read_bytes())
    out = tmp_path / "out.bvh"
    status, messages = add_on_cli("retarget", spoken_clip, "--rig", character, "-o", out)
    assert status == 0, messages
    assert out.is_file()


def test_a_terminated_run_leaves_the_old_file_and_no_half_one(spoken_clip, puppet, tmp_path):
    out = tmp_path / "out.mp4"
    out.write_text("old")
    command = [PYTHON, "-m", "blender_addon.cli", "render", spoken_clip, "--avatar", puppet]
    command += ["-o", out, "--force", "--size", "1024x1024", "--fps", "240"]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if ": 2 / 120" in line)
        process.terminate()
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_without_the_display_driver_there_is_one_clear_line(blender):
    report = blender("no_display_driver.py")
    assert "libegl1" in report["workbench"]
    assert "libegl1" in report["eevee"]
    assert report["cycles"] == ""


def test_a_rig_moved_by_its_constraints_is_refused(blender, puppet):
    assert "Copy Rotation" in blender("constrained_rig.py", puppet)


def test_a_broken_avatar_is_the_users_to_fix(add_on_cli, spoken_clip, tmp_path):
    for suffix in (".glb", ".blend", ".fbx"):
        broken = tmp_path / f"broken{suffix}"
        broken.write_bytes(b"not a character")
        out = tmp_path / "out.bvh"
        status, messages = add_on_cli("retarget", spoken_clip, "--rig", broken, "-o", out)
        assert status == 2, messages
        assert f"broken{suffix}" in messages[-1]["error"]
        assert not out.exists()
