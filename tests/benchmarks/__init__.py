"""Times of the program beside named baselines of the same run: `python -m tests.benchmarks`."""
