"""`python -m gesture_core.worker`: what the add-on starts."""

from __future__ import annotations

import sys

from gesture_core.worker.pipes import main

if __name__ == "__main__":
    sys.exit(main())
