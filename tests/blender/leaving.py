"""How a script of this folder ends: Blender's own exit can hang."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable


def leave_after(main: Callable[..., object]) -> None:
    """Call `main` with the arguments of the command line, and end the process."""
    code = 1
    try:
        main(*sys.argv[1:])
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
