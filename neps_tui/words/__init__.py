"""How a run is put into words: numbers, times, states and texts, inert and in columns."""
