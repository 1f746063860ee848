"""What the backend says of pictures is what the add-on has in Korean, word for word."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "blender_addon/ui/likeness_reasons.py"  # read as text: its package needs bpy


def texts_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_translated_reason_is_given_somewhere() -> None:
    tables = [n for n in ast.walk(ast.parse(TABLE.read_text("utf-8"))) if isinstance(n, ast.Dict)]
    reasons = {ast.literal_eval(key) for table in tables for key in table.keys if key}
    assert len(reasons) > 15
    sources = (ROOT / "gesture_core/likeness").glob("*.py")
    given = set().union(*map(texts_in, sources))
    # messages about a file begin with its path: ": the file is empty"
    assert sorted(reasons - given - {text.removeprefix(": ") for text in given}) == []
