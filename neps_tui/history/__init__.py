"""What this program has changed in a run: seen, and taken back."""
