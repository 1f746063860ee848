"""Performances over animation that is no plain action: IK targets, NLA tracks."""

from tests.rigs import as_clip, lively_motion


def test_arms_leave_an_ik_walk_and_come_back_to_it(blender, tmp_path):
    as_clip(lively_motion(40), tmp_path)
    told = blender("ik_walk.py", tmp_path / "motion.npz")
    assert told["eased"] > 0.3  # the take does move the arms
    assert told["eased border"] < 1e-3
    assert told["eased outside"] < 1e-4
    assert told["nothing"] < 1e-3


def test_tracks_alone_go_on_around_a_take(blender, tmp_path):
    as_clip(lively_motion(40), tmp_path)
    told = blender("nla_walk.py", tmp_path / "motion.npz")
    assert told["swing"] > 0.2
    assert told["inside"] == told["strip inside"] > 0.2
    assert told["border"] < 1e-3
    for state in ("outside", "left", "played again", "as a strip"):
        assert told[state] < 1e-4, state
    assert told["after"] == told["after the push"] == "HOLD"
