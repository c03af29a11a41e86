"""The workers: what each is doing, and when it did what."""
