"""Small networks with known answers, and the real co-authorship years."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SIX_NODES = [(0, 1, 9), (1, 2, 4), (2, 3, 6), (3, 4, 2), (4, 5, 5), (5, 0, 3), (0, 2, 2), (3, 5, 1)]
DEGENERATE = [(0, 1, 7), (0, 2, 3), (0, 3, 2), (1, 2, 4), (2, 3, 1), (3, 4, 2)]


def matrix(n: int, edges) -> np.ndarray:
    weights = np.zeros((n, n), dtype=np.int64)
    for i, j, w in edges:
        weights[i, j] = weights[j, i] = w
    return weights


@pytest.fixture
def six_nodes() -> np.ndarray:
    return matrix(6, SIX_NODES)


@pytest.fixture
def degenerate() -> np.ndarray:
    return matrix(5, DEGENERATE)


@pytest.fixture(scope="session")
def real_edges(openalex_records) -> pd.DataFrame:
    """Real co-authored works per pair of countries: year, src, dst, weight, 17 odd years."""
    edges = pd.read_csv(openalex_records / "country_coauthorship_odd_years.csv.gz", keep_default_na=False)
    return edges.rename(columns={"source": "src", "target": "dst"})


@pytest.fixture(scope="session")
def real_years(real_edges) -> dict[int, np.ndarray]:
    """The same as one dense matrix per year."""
    from isthmus.nullmodels.frames import network_of

    return {int(year): network_of(group)[1].toarray() for year, group in real_edges.groupby("year")}


@pytest.fixture(scope="session")
def by_hand():
    """Papers counted by brute force (papers_by_hand.py beside this file)."""
    spec = importlib.util.spec_from_file_location("papers_by_hand", Path(__file__).with_name("papers_by_hand.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
