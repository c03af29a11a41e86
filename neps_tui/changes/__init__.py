"""What this program changes in a run, planned before it is asked and done under the locks."""
