"""A run at a moment of its past."""
