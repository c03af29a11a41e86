"""What is wrong with a run's directory, and what of it can be mended without a risk."""
