"""The same ties under other null models: stage `other_null_models`, with the arguments of `isthmus run`."""

import sys

from isthmus.cli.main import guarded
from isthmus.cli.run import run

if __name__ == "__main__":
    sys.exit(guarded(lambda: run.main([*sys.argv[1:], "--stages", "other_null_models"], standalone_mode=False)))
