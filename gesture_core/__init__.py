"""momjit's backend: Korean text or speech in, Motion out."""

__version__ = "0.1.0"
