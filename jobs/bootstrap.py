"""Intervals of z and the support of labels: stage `bootstrap`, with the arguments of `isthmus run`."""

import sys

from isthmus.cli.main import guarded
from isthmus.cli.run import run

if __name__ == "__main__":
    sys.exit(guarded(lambda: run.main([*sys.argv[1:], "--stages", "bootstrap"], standalone_mode=False)))
