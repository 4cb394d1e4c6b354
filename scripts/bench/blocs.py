"""How often the intervals of compared blocs hold the truth: years of overtaking, numbers of large organisations.

Prints the two tables of docs/methods/blocs.md; a minute on one core.
"""

import numpy as np
from scipy.stats import poisson

from isthmus.indicators.blocs.above import intervals_above, least_candidate
from isthmus.indicators.blocs.leaders import overtaking

WORLDS, REPLICATES = 300, 300
YEARS = np.arange(2000, 2025)
TRUE_YEAR = 2012


def overtakings(papers, growth):
    """Coverage, mean width and mean error of the year of overtaking; the fourth partner overtakes three others."""
    rising = papers * np.exp(growth * (YEARS - TRUE_YEAR + 0.5))
    others = [np.full(YEARS.size, share * papers) for share in (1.0, 0.9, 0.5)]
    expected, rng = np.column_stack([*others, rising]), np.random.default_rng(5)
    found = []
    for _ in range(WORLDS):
        counts = rng.poisson(expected)
        one = overtaking(counts, rng.poisson(counts[..., None], (*counts.shape, REPLICATES)), YEARS)
        if one.leader == 3 and one.low is not None:
            found.append((one.low <= TRUE_YEAR <= one.high, one.high - one.low, one.since - TRUE_YEAR))
    return len(found), *np.mean(found, axis=0)


def organisations(number, line, least):
    """Coverage of the centred and of the percentile interval, mean width, mean of observed and of resampled numbers."""
    rng = np.random.default_rng(17)
    expected = (rng.pareto(1.3, number) + 1) * least
    target, found = poisson.sf(line, expected).sum(), []
    for _ in range(WORLDS):
        papers = rng.poisson(expected)
        own = np.flatnonzero(papers >= least_candidate(line))
        drawn = rng.poisson(papers[own, None], (own.size, REPLICATES))
        low, high = intervals_above(papers[own], drawn, {"": np.arange(own.size)}, more_than=line, level=0.95)[""]
        resampled = (drawn > line).sum(axis=0)
        left, right = np.quantile(resampled, (0.025, 0.975))
        found.append(
            (low <= target <= high, left <= target <= right, high - low, (papers > line).sum(), resampled.mean())
        )
    return target, *np.mean(found, axis=0)


if __name__ == "__main__":
    print(
        "| joint papers a year | growth | worlds led | inside | width (years) | mean error |\n|---|---|---|---|---|---|"
    )
    for papers in (5, 20, 200, 2000):
        for growth in (0.02, 0.08, 0.2):
            led, inside, width, error = overtakings(papers, growth)
            print(f"| {papers} | {growth:.0%} | {led} | {inside:.2f} | {width:.1f} | {error:+.1f} |")
    print("\n| organisations | more than | expected number | inside | percentiles | width | observed | resampled |")
    print("|---|---|---|---|---|---|---|---|")
    for number, line, least in ((3000, 50, 3), (3000, 50, 6), (500, 50, 10), (2000, 10, 1), (500, 3, 0.3)):
        target, inside, percentile, width, observed, resampled = organisations(number, line, least)
        cells = f"{target:.1f} | {inside:.2f} | {percentile:.2f} | {width:.1f} | {observed:.1f} | {resampled:.1f}"
        print(f"| {number} | {line} | {cells} |")
