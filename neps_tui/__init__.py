"""A terminal dashboard for NePS runs: watch, understand and steer them."""

__version__ = "0.1.0"
