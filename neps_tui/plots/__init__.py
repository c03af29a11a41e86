"""Plots: data made of a run's snapshot, and the canvas that draws it."""
