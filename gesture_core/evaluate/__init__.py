"""Judging gesture generators on clips, sentences and a performer that nobody trained on."""
