"""Fewer files in the tables, and none that nobody needs: the arguments of `isthmus maintain`."""

import sys

from isthmus.cli.main import guarded
from isthmus.cli.maintain import maintain

if __name__ == "__main__":
    sys.exit(guarded(lambda: maintain.main(standalone_mode=False)))
