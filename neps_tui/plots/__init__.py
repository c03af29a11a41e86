"""What plots show, as data made of a run's snapshot; `widgets/plot_canvas.py` draws it."""
