"""The command line's commands: each looks at or changes one run, and returns an exit status."""
