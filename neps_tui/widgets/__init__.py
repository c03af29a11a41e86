"""Widgets of our own, which know nothing of runs and trials."""
