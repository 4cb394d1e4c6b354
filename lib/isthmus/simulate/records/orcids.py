"""ORCIDs of authors, each a pure function of the author's number: some have one, on every work that they sign."""

import numpy as np

from isthmus.simulate.world.draws import Bools, Ints, stream, uniform

ORCID_KEY = stream(0, "orcids")
ORCID_SHARE = 0.4  # of authors; nothing else about an author hangs on it
ORCID = "https://orcid.org/"
DIGITS = 15  # before the check character


def have_orcid(author: Ints) -> Bools:
    """Return which authors have an ORCID; nobody knows of an author without a number."""
    author = np.asarray(author, dtype=np.int64)
    return np.asarray((author >= 0) & (uniform(ORCID_KEY, author) < ORCID_SHARE))


def orcids(author: Ints) -> list[str | None]:
    """Return the ORCID of each author as records write it; None for those who have none."""
    author = np.asarray(author, dtype=np.int64)
    pairs = zip(author.tolist(), have_orcid(author).tolist(), strict=True)
    return [written(number) if there else None for number, there in pairs]


def written(number: int) -> str:
    """Return a number as an ORCID: fifteen digits and their check character (ISO 7064, 11-2), in groups of four."""
    digits = f"{number % 10**DIGITS:0{DIGITS}d}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    text = digits + ("X" if check == 10 else str(check))
    return ORCID + "-".join(text[at : at + 4] for at in range(0, len(text), 4))
