"""The panes of the first screen: each draws one side of a run."""
