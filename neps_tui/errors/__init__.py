"""The errors of a run, in kinds, and what the trials that failed have in common."""
