import subprocess
import sys


def test_planning_and_generating_import_nothing_heavy():
    modules = "planning.cues", "planning.casting", "gestures.synthesize", "gestures.styles"
    imports = "; ".join(f"import gesture_core.{module}" for module in modules)
    heavy = "{'torch', 'scipy', 'kiwipiepy', 'sentence_transformers', 'lmdb'}"
    code = f"import sys; {imports}; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
