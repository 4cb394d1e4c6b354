"""Data of the tests: the toy of ten units, LaLonde's 614 men, and weights by brute force.

`data/lalonde.csv` are the public data of LaLonde (1986), AER 76, 604, as Dehejia and Wahba (1999), JASA 94, 1053, chose them
and MatchIt ships them (treated: the National Supported Work programme; controls: the Panel Study of Income Dynamics).
"""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

LALONDE = Path(__file__).parent / "data" / "lalonde.csv"
# stratum, treated, outcome: A T(4,6) C(3); B T(9) C(2,3,7); C T(5); D C(1,2)
TOY = [(0, 1, 4), (0, 1, 6), (0, 0, 3), (1, 1, 9), (1, 0, 2), (1, 0, 3), (1, 0, 7), (2, 1, 5), (3, 0, 1), (3, 0, 2)]
CUTS = {
    "age": [20.5, 25.5, 30.5, 35.5, 40.5],
    "educ": [6.5, 8.5, 11.5, 12.5],
    "re74": [0.5, 2000.5, 5000.5, 10000.5],
    "re75": [0.5, 2000.5, 5000.5, 10000.5],
}


@pytest.fixture(scope="session")
def toy():
    """Stratum, arm and outcome of the toy."""
    stratum, treated, y = np.array(TOY).T
    return stratum, treated.astype(bool), y.astype(float)


def r_has(*packages):
    """Whether R is there with these packages."""
    if shutil.which("Rscript") is None:
        return False
    test = "; ".join(f"library({name})" for name in packages)
    return subprocess.run(["Rscript", "-e", test], capture_output=True, check=False).returncode == 0


def run_r(script, folder):
    """Run a script of R in a folder."""
    done = subprocess.run(["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def lalonde():
    """The 614 men that MatchIt ships, with one column race."""
    frame = pd.read_csv(LALONDE)
    frame["race"] = np.where(frame["black"] == 1, "black", np.where(frame["hispan"] == 1, "hispan", "white"))
    return frame


def weights_by_hand(stratum, treated):
    """Weight of every unit by the definition, unit by unit."""
    s, t = np.asarray(stratum), np.asarray(treated, bool)
    kept = [u for u in range(len(s)) if t[s == s[u]].any() and (~t[s == s[u]]).any()]
    m_t, m_c = sum(t[u] for u in kept), sum(not t[u] for u in kept)
    weights = np.zeros(len(s))
    for u in kept:
        n_t, n_c = (t & (s == s[u])).sum(), (~t & (s == s[u])).sum()
        weights[u] = 1 if t[u] else n_t / n_c * m_c / m_t
    return weights
