"""The pooled window test and the trends measured: 25,000 pairs, against numpy.convolve of the years' laws.

Prints markdown. One process, one thread, compilation before the clock, processor seconds.
usage: python scripts/bench/window.py
"""

import os
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import

from isthmus.nullmodels.window import window_test  # noqa: E402
from isthmus.trajectories.trends import propensity_trends  # noqa: E402

PAIRS = 25_000


def seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def draw(pairs, years, size, rng):
    p = rng.random((pairs, years))
    mean = p * (1 + rng.exponential(size / years, (pairs, years)))
    return np.floor(rng.exponential(size / years, (pairs, years))), p, mean


def convolved(w, p, mean):
    for row in range(len(w)):
        s = int(w[row].sum())
        total = np.array([1.0])
        for pt, m in zip(p[row], mean[row], strict=True):
            law = np.r_[1 - pt, pt * (pt / m) * (1 - pt / m) ** np.arange(s)]
            total = np.convolve(total, law)[: s + 1]
        total[:s].sum()


def main():
    rng = np.random.default_rng(1)
    window_test(*draw(10, 5, 10, rng))
    print("| years | mean sum | pairs | window test, s | numpy.convolve, s per pair | ratio per pair |")
    print("|---|---|---|---|---|---|")
    for years, size, sample in ((5, 100, 2000), (5, 2_000, 100), (5, 100_000, 0), (5, 1_000_000, 0), (22, 100_000, 0)):
        given = draw(PAIRS, years, size, rng)
        ours = seconds(lambda given=given: window_test(*given))
        if not sample:
            print(f"| {years} | {size:,} | {PAIRS:,} | {ours:.2f} | | |")
            continue
        theirs = seconds(lambda given=given, n=sample: convolved(*(a[:n] for a in given))) / sample
        print(f"| {years} | {size:,} | {PAIRS:,} | {ours:.2f} | {theirs:.2e} | {theirs / (ours / PAIRS):,.0f} |")
    mu = np.exp(rng.normal(0, 2.2, PAIRS))[:, None] * np.geomspace(0.25, 3, 22)
    w = rng.poisson(mu * rng.gamma(5, 0.2, mu.shape))
    propensity_trends(w[:500], mu[:500], np.arange(22))
    both = seconds(lambda: [propensity_trends(w, mu, np.arange(22)) for _ in range(2)])
    print(f"\nTrends of {PAIRS:,} pairs over 22 years in two networks: {both:.2f} s")


if __name__ == "__main__":
    main()
