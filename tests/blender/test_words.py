"""Words, faces, batches and the panel's choices, as a user of the installed extension has them."""

from __future__ import annotations

import os
from pathlib import Path


def test_a_user_edits_faces_redoes_phrases_and_performs_scripts(
    use_extension, backend, tmp_path: Path
):
    results = tmp_path / "results"
    results.mkdir()
    variables = {**os.environ, "MOMJIT_FAKE_AVATAR": str(tmp_path / "mina.glb")}
    use_extension("session_words.py", backend("fake_backend.py"), results, variables=variables)
