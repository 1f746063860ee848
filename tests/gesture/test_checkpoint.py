import pytest
import torch
from safetensors.torch import save_file

from gesture_core.checkpoint import load_checkpoint, save_checkpoint
from gesture_core.errors import UserError


def test_round_trip(tmp_path):
    path = tmp_path / "model.safetensors"
    tensors = {"net.weight": torch.arange(6.0).reshape(2, 3).T, "net.bias": torch.ones(2)}
    save_checkpoint(path, "toy", tensors, {"config": {"size": 3}, "이름": "가"})
    loaded = load_checkpoint(path, "toy")
    assert loaded.details == {"config": {"size": 3}, "이름": "가"}
    torch.testing.assert_close(loaded.part("net")["weight"], tensors["net.weight"])
    assert len(loaded.sha256) == 64


def test_the_hash_is_that_of_the_content(tmp_path):
    for name, value in (("a", 1.0), ("b", 1.0), ("c", 2.0)):
        save_checkpoint(tmp_path / name, "toy", {"x": torch.tensor([value])}, {})
    hashes = [load_checkpoint(tmp_path / name, "toy").sha256 for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]


def test_existing_file_needs_force(tmp_path):
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, "toy", {"x": torch.ones(1)}, {})
    with pytest.raises(UserError, match="--force"):
        save_checkpoint(path, "toy", {"x": torch.zeros(1)}, {})
    assert load_checkpoint(path, "toy").tensors["x"].item() == 1.0
    save_checkpoint(path, "toy", {"x": torch.zeros(1)}, {}, force=True)
    assert load_checkpoint(path, "toy").tensors["x"].item() == 0.0


def test_what_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        load_checkpoint(tmp_path / "none", "toy")
    (tmp_path / "text").write_text("hello, I am no tensor file at all")
    with pytest.raises(UserError, match="is not a checkpoint"):
        load_checkpoint(tmp_path / "text", "toy")
    save_file({"x": torch.ones(1)}, str(tmp_path / "foreign"))
    with pytest.raises(UserError, match="something else"):
        load_checkpoint(tmp_path / "foreign", "toy")
    save_checkpoint(tmp_path / "other", "other", {"x": torch.ones(1)}, {})
    with pytest.raises(UserError, match="'other', not a 'toy'"):
        load_checkpoint(tmp_path / "other", "toy")
