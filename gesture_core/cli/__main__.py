"""`python -m gesture_core.cli` is `momjit`."""

from gesture_core.cli import main

main()
