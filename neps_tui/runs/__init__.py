"""Several runs at once: a folder of them, each in a line."""
