"""What a user asks of 3D files reaches Blender's half; mistakes are told before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.cli import _parse
from gesture_core.blender import ExportSettings, RenderSettings
from gesture_core.errors import UserError
from gesture_core.outputs import export_settings, retarget_motion


def told(_: float, __: str) -> None: ...


@pytest.mark.parametrize(
    "settings",
    [ExportSettings(), ExportSettings("unreal", "m"), ExportSettings("unity", None, True)],
)
@pytest.mark.parametrize("command", ["retarget", "render"])
def test_the_other_half_understands_the_settings(settings: ExportSettings, command: str) -> None:
    words = ["retarget", "a.npz", "--rig", "b.glb", "-o", "c.fbx", *settings.arguments()]
    if command == "render":
        given = RenderSettings(Path("b.glb"), export=settings).arguments()
        words = ["render", "a.npz", "-o", "c.fbx", *given]
    options = _parse(words)
    assert options.preset == settings.preset
    assert (options.units or None) == settings.units
    assert options.all_bones == settings.all_bones


def test_unknown_choices_are_refused_with_the_valid_ones() -> None:
    with pytest.raises(UserError, match="'maya'.*blender, unity, unreal, motionbuilder"):
        export_settings("maya", None)
    with pytest.raises(UserError, match="'inch'.*m, cm"):
        export_settings("unity", "inch")
    assert export_settings("unity", "cm") == ExportSettings("unity", "cm", False)


def test_retargeting_says_at_once_what_it_cannot_write(tmp_path: Path) -> None:
    out = tmp_path / "out.usd"
    with pytest.raises(UserError, match=r"out\.usd: .*\.bvh, \.glb, \.fbx, \.blend"):
        retarget_motion(Path("walk.bvh"), Path("hero.glb"), [out], told)
    present = tmp_path / "out.fbx"
    present.write_text("mine")
    with pytest.raises(UserError, match="already exists"):
        retarget_motion(Path("walk.bvh"), Path("hero.glb"), [present], told)
    with pytest.raises(UserError, match="named twice"):
        retarget_motion(Path("walk.bvh"), Path("hero.glb"), [out.with_suffix(".glb")] * 2, told)
    assert present.read_text() == "mine"
