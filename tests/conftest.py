"""Fixtures every test may use."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session", autouse=True)
def _no_characters_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep a developer's own characters out of the tests, and the tests' out of theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOMJIT_DATA", str(tmp_path_factory.mktemp("momjit_data")))
        yield


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Unpack one archive of the shared real data, or skip the test where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    unpacked: dict[str, Path] = {}

    def unpack(name: str) -> Path:
        archive = folder / f"{name}.tar.xz"
        if not archive.is_file():
            pytest.skip(f"shared data set {name!r} is not beside this checkout")
        if name not in unpacked:
            target = tmp_path_factory.mktemp(name)
            with tarfile.open(archive) as bundle:
                bundle.extractall(target, filter="data")
            unpacked[name] = target
        return unpacked[name]

    return unpack
