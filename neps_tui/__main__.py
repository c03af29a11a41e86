"""Lets `python -m neps_tui` do what the `neps-tui` command does."""

import sys

from neps_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
