"""The screens: the dashboard, one trial, and what asks, helps and chooses."""
