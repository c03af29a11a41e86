"""The optimizer's mind: its budgets, rungs, state, and where in its space it has looked."""
