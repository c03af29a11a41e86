"""Being told: what is news about a run, and the ways in which a person hears of it."""
