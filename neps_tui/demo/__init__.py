"""A real small optimization to look at: synthetic training, real worker processes, real state.

`DemoRun` starts and ends it, `Worker` is one process of it, `AsynchronousHalving` decides what is
evaluated next and `evaluate_pipeline` pretends to train.
"""
