"""The first screen, which answers without a key pressed."""
