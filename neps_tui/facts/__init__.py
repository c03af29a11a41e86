"""What follows from a snapshot of a run: pure functions, shared by every view and command."""
