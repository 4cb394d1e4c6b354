"""Names of authors and titles of works, each a pure function of a number."""

import numpy as np

from isthmus.simulate.records.words import FIRST_NAMES, LAST_NAMES, TITLE_ENDINGS, TITLE_OPENINGS
from isthmus.simulate.world.draws import Ints, integers, stream
from isthmus.simulate.world.facts import topics

NAME_KEY = stream(0, "names")


def author_names(author: Ints) -> list[str]:
    """Return the display name of each author."""
    first = integers(NAME_KEY, len(FIRST_NAMES), author, 0).tolist()
    last = integers(NAME_KEY, len(LAST_NAMES), author, 1).tolist()
    initial = (65 + integers(NAME_KEY, 26, author, 2)).tolist()
    return [f"{FIRST_NAMES[f]} {chr(i)}. {LAST_NAMES[k]}" for f, i, k in zip(first, initial, last, strict=True)]


def titles(parts: Ints) -> list[str]:
    """Return the title of each work from its opening, ending and topic (W, 3)."""
    names = [t.name for t in topics()]
    return [f"{TITLE_OPENINGS[a]} {names[t]}{TITLE_ENDINGS[b]}" for a, b, t in np.asarray(parts).tolist()]
