"""Names and titles: invented, in many spellings, so that nobody real is meant."""

from collections import defaultdict
from importlib.resources import files


def _lists() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for line in files("isthmus.simulate").joinpath("data", "words.txt").read_text(encoding="utf-8").splitlines():
        kind, _, words = line.partition("=")
        found[kind].append(tuple(words.split("|")))
    return found


_WORDS = _lists()
FIRST_NAMES = _WORDS["first_names"][0]
LAST_NAMES = _WORDS["last_names"][0]
TITLE_OPENINGS = _WORDS["title_openings"][0]
TITLE_ENDINGS = _WORDS["title_endings"][0]
KEYWORDS = _WORDS["keywords"][0]
ABSTRACT_WORDS = tuple(_WORDS["abstract"])
