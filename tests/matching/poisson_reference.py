"""Reference values of the Poisson model from pyfixest, which tests do not need.

Run alone, this file prints the constants of test_poisson.py (pyfixest 0.60.0: fepois, errors clustered, k_adj off).
"""

import sys

import numpy as np
import pandas as pd


def world(seed: int = 11) -> pd.DataFrame:
    """Units with a cluster, a group within it, a level, an arm and an outcome with many zeros."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 25, 1_500)
    group = cluster * 2 + rng.integers(0, 2, cluster.size)
    level = rng.integers(0, 5, cluster.size)
    treated = rng.random(cluster.size) < 0.08 + 0.05 * level
    mean = np.exp(-0.5 + rng.normal(0, 0.8, 50)[group] + 0.2 * level + 0.3 * treated)
    y = rng.poisson(mean * rng.gamma(0.7, 1 / 0.7, cluster.size))
    y[group == 3] = 0
    return pd.DataFrame({"cluster": cluster, "group": group, "level": level, "treated": treated.astype(int), "y": y})


if __name__ == "__main__":
    import pyfixest as pf

    fit = pf.fepois(
        "y ~ treated | group + level", world(), vcov={"CRV1": "cluster"}, ssc=pf.ssc(k_adj=False, G_adj=True),
        iwls_tol=1e-12, fixef_tol=1e-12,
    )  # fmt: skip
    sys.stdout.write(f"{fit.coef()['treated']} {fit.se()['treated']} {fit._N}\n")
