"""One trial whole: what it is, where it came from, how it spent its time, and its files."""
