"""Many trials: their rows and columns, and the language that filters them."""
