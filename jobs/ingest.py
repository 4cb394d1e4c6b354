"""The tables of a snapshot, shared by all studies: the arguments of `isthmus ingest`."""

import sys

from isthmus.cli.main import guarded
from isthmus.cli.run import ingest

if __name__ == "__main__":
    sys.exit(guarded(lambda: ingest.main(standalone_mode=False)))
