"""What other choices of the study would have found: stage `sensitivity`, with the arguments of `isthmus run`."""

import sys

from isthmus.cli.main import guarded
from isthmus.cli.run import run

if __name__ == "__main__":
    sys.exit(guarded(lambda: run.main([*sys.argv[1:], "--stages", "sensitivity"], standalone_mode=False)))
