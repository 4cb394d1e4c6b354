"""Random generators that depend on a seed and a key only, so that a draw does not depend on how work is divided."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np


def generator(seed: int, key: Sequence[Any]) -> np.random.Generator:
    """Return a random generator that depends on the study's seed and the key of what is drawn only.

    Parameters
    ----------
    seed : int
        The study's seed.
    key : Sequence[Any]
        What is drawn: a network and its year, an entity.
    """
    text = "\x1f".join([str(seed), *(str(part) for part in key)])
    digest = hashlib.blake2b(text.encode(), digest_size=32).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
