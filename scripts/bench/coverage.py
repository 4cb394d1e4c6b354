"""Coverage of the bootstrap's intervals of the propensity, in simulated worlds of which the truth is known.

A world's parameters are its intensities: how many works each set of countries writes in expectation, how many of them
name their countries, how many references they make and where these go. A re-simulation draws the works anew around the
same intensities (the number of works of each set of countries is a Poisson draw). The truth of a pair is
E[w] / mu(E[k], E[s]), expectations over 200 re-simulations; the interval comes from one further re-simulation, as a
study would see it. One year's networks of each world, no files, no Spark.

scripts/bench.sh coverage              # 20 worlds: prints the table of docs/methods/coverage.md
scripts/bench.sh coverage --seed 3     # one world
scripts/bench.sh coverage --save docs/methods/coverage.csv
"""

import sys
from dataclasses import dataclass
from pathlib import Path

if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    del sys.path[0]  # numba asks for a package of this file's name

import click
import numpy as np
import pandas as pd

from isthmus.nullmodels import kernels
from isthmus.nullmodels.boundary import classes_of
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.solver import NO_KINDS, solve
from isthmus.simulate import Plan, World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.draws import choose_within
from isthmus.simulate.world.exchange import LAGS, TO_AI
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.references import FAME_SKEW
from isthmus.simulate.world.seats import NO_AUTHORS, missing_rate
from isthmus.simulate.world.sizes import AI, EXPANSION
from isthmus.simulate.world.works import ARTICLE, CONFERENCE, NO_TOPIC, RETRACTED, TYPE_SHARES
from isthmus.trajectories.replicates import log_propensity_interval, size_moves
from isthmus.trajectories.resampling import resampled_edges

WORKS, YEAR, LAST_CITING = 80_000, 2017, 2021
SEEDS = tuple(range(1, 21))
SIMULATIONS, REPLICATES, LEVEL = 200, 400, 0.95
NETWORKS = ("collaboration", "exchange")
COUNTS = ["pairs", "covered", "below", "above", "held_fixed", "on_logarithms"]
CLASSES = ((0, 0), (1, 4), (5, 9), (10, 29), (30, 10**9))  # of the observed weight


@dataclass(frozen=True)
class Intensities:
    """One year of a world before its works are drawn: B blocks of works of the year and of those that cite it.

    Attributes
    ----------
    plan : Plan
        The world.
    block : array of int
        (B,) blocks of the plan.
    sides : array of int
        (B, 3) countries of their works, -1 where there is none.
    works : array of float
        (B,) expected number of works.
    known : array of float
        (B,) probability that a work names its countries.
    corpus : array of float
        (B,) probability that a work belongs to the corpus of the year.
    cites : array of float
        (B,) probability that a reference goes to the layer and year.
    """

    plan: Plan
    block: np.ndarray
    sides: np.ndarray
    works: np.ndarray
    known: np.ndarray
    corpus: np.ndarray
    cites: np.ndarray


@dataclass(frozen=True)
class Drawn:
    """One draw of the works: what adds 1 to which tie, as (work, cited work or -1, country, country) rows."""

    collaboration: np.ndarray
    exchange: np.ndarray


def intensities(plan: Plan) -> Intensities:
    blocks, first = plan.blocks, int(plan.sizes.years[0])
    lag = blocks.year + first - YEAR
    block = np.flatnonzero((lag >= 0) & (lag <= LAST_CITING - YEAR) & (blocks.layer != EXPANSION))
    layer, lag = blocks.layer[block], lag[block]
    shares = TYPE_SHARES[AI]
    core = (1 - NO_TOPIC) * (shares[ARTICLE] + shares[CONFERENCE]) * (1 - RETRACTED)
    return Intensities(
        plan=plan,
        block=block,
        sides=np.stack([blocks.home[block], blocks.second[block], blocks.third[block]], axis=1),
        works=blocks.count[block].astype(float),
        known=(1 - missing_rate(plan, block)) * (1 - NO_AUTHORS),
        corpus=np.where((lag == 0) & (layer == AI), core, 0.0),
        cites=LAGS[lag] * TO_AI[layer],
    )


def draw(of: Intensities, rng: np.random.Generator) -> Drawn:
    count = rng.poisson(of.works)
    where = np.repeat(np.arange(len(count)), count)
    known = rng.random(len(where)) < of.known[where]
    corpus = known & (rng.random(len(where)) < of.corpus[where])
    joint = np.flatnonzero(corpus & (of.sides[where, 1] != NOBODY))
    collaboration = _rows(joint, np.full(len(joint), -1), of.sides[where[joint]], of.sides[where[joint]], joined=True)
    citing, cited = _citations(of, where, count, rng)
    kept = known[citing] & corpus[cited] & (citing != cited)
    pairs = np.unique(np.stack([citing[kept], cited[kept]], axis=1), axis=0)
    citing, cited = pairs.T
    exchange = _rows(citing, cited, of.sides[where[citing]], of.sides[where[cited]], joined=False)
    return Drawn(collaboration, exchange)


def _citations(of: Intensities, where: np.ndarray, count: np.ndarray, rng: np.random.Generator):
    """Citing and cited work of every reference to the year, before it is known which of both are counted."""
    plan, habits, n = of.plan, of.plan.exchange, len(countries())
    year, layer = plan.blocks.year[of.block], plan.blocks.layer[of.block]
    lists = rng.random(len(where)) < habits.listed[year, layer][where]
    spread = rng.gamma(2.0, 1.0, len(where))
    references = 1 + ((habits.rate[year, layer][where] - 0.5) * spread / 2).astype(int)
    here = rng.binomial(np.where(lists, references, 0), of.cites[where])
    citing = np.repeat(np.arange(len(where)), here)
    at = np.full(len(citing), YEAR - int(plan.sizes.years[0]))
    base = (at * n + of.sides[where[citing], 0]) * n
    home = choose_within(habits.preference, base, base + n, rng.random(len(citing))) - base
    found = plan.blocks.within(at, np.full(len(at), AI), home, habits.pull, rng.random(len(citing)))
    place = np.full(len(plan.blocks.home) + 1, -1)
    place[of.block] = np.arange(len(of.block))
    target = place[found]  # found = -1 reads the last place, -1 too
    start = np.cumsum(count) - count
    some = (target >= 0) & (count[target] > 0)
    citing, target = citing[some], target[some]
    return citing, start[target] + (count[target] * rng.random(len(target)) ** FAME_SKEW).astype(int)


def _rows(work, cited, one, other, *, joined: bool) -> np.ndarray:
    """Rows of every pair of different countries across two works, or within one (each pair once)."""
    rows = []
    for i in range(3):
        for j in range(i + 1 if joined else 0, 3):
            a, b = one[:, i], other[:, j]
            kept = (a != NOBODY) & (b != NOBODY) & (a != b)
            low, high = np.minimum(a, b)[kept], np.maximum(a, b)[kept]
            rows.append(np.stack([work[kept], cited[kept], low, high], axis=1))
    return np.concatenate(rows)


def matrix(rows: np.ndarray) -> np.ndarray:
    n = len(countries())
    upper = np.bincount(rows[:, 2] * n + rows[:, 3], minlength=n * n).reshape(n, n)
    return upper + upper.T


def expected_weights(degrees: np.ndarray, strengths: np.ndarray) -> np.ndarray:
    """Return mu (n, n) of the null model with these expected degrees and strengths, which need not be whole."""
    classes = classes_of(degrees, strengths)
    solution = solve(classes, None)
    linked, n = classes.of_node >= 0, len(degrees)
    of_node = [np.full(n, np.nan) for _ in range(3)]
    for values, of_class in zip(of_node, (solution.gamma, solution.beta, solution.with_hub), strict=True):
        values[linked] = of_class[classes.of_node[linked]]
    hub = int(classes.member[solution.hub]) if solution.hub >= 0 else -1
    i, j = np.triu_indices(n, 1)
    gamma, beta, with_hub = of_node
    law = kernels.pair_law(i, j, gamma, beta, hub, with_hub, classes.of_node, NO_KINDS)
    mu = np.zeros((n, n))
    mu[i, j] = law[0] * (1.0 + law[2])
    mu += mu.T
    error = np.abs(mu.sum(axis=1) - strengths)[linked] / strengths[linked]
    if error.max() > 1e-6:
        raise SystemExit(f"the null model of the expectations misses a strength by {error.max():.1e}; expected 1e-6")
    return mu


def truths(of: Intensities, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """True propensity of each pair (n, n) per network; nan where a pair is never linked."""
    n = len(countries())
    weight = {name: np.zeros((n, n)) for name in NETWORKS}
    degree = {name: np.zeros(n) for name in NETWORKS}
    for _ in range(SIMULATIONS):
        drawn = draw(of, rng)
        for name in NETWORKS:
            w = matrix(getattr(drawn, name))
            weight[name] += w / SIMULATIONS
            degree[name] += (w > 0).sum(axis=1) / SIMULATIONS
    found = {}
    for name in NETWORKS:
        mu = expected_weights(degree[name], weight[name].sum(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            found[name] = np.where(weight[name] > 0, weight[name] / mu, np.nan)
    return found


def intervals(rows: np.ndarray, seed: int) -> pd.DataFrame:
    """Weight and interval of the propensity of each pair of present countries: i, j, weight, low, high."""
    w = matrix(rows)
    present = np.flatnonzero(w.sum(axis=1) > 0)
    i, j = (present[index] for index in np.triu_indices(len(present), 1))
    mu = fit_ecm(w).expected_weight(i, j)
    frame = pd.DataFrame(rows, columns=["work_id", "cited_work_id", "src", "dst"])
    frame["cited_work_id"] = frame["cited_work_id"].where(frame["cited_work_id"] >= 0)
    edges = resampled_edges(frame, replicates=REPLICATES, seed=seed)
    replicates = np.zeros((*w.shape, REPLICATES), dtype=np.int64)
    replicates[edges["src"], edges["dst"]] = np.stack(edges["weights"])
    weight, resampled = w[i, j], replicates[i, j]
    surplus = np.zeros(w.shape)
    surplus[edges["src"], edges["dst"]] = edges["surplus"]
    small = (weight > 0) & (weight <= np.median(weight[weight > 0]))
    squares = ((resampled[small] - weight[small, None]) ** 2).sum() / REPLICATES
    effect = max(1.0, float((squares - surplus[i, j][small].sum()) / weight[small].sum()))
    law = {"surplus": surplus[i, j], "level": LEVEL, "zero_effect": effect}
    found = log_propensity_interval(resampled, weight, mu, moved=size_moves(resampled, weight, (i, j)), **law)
    fixed = log_propensity_interval(resampled, weight, mu, **law)
    low, high = on_logarithms(resampled, weight)
    return pd.DataFrame(
        {
            "i": i, "j": j, "weight": weight, "low": np.exp(found.low), "high": np.exp(found.high),
            "fixed_low": np.exp(fixed.low), "fixed_high": np.exp(fixed.high),
            "log_low": low / mu, "log_high": high / mu,
        }
    )  # fmt: skip


def on_logarithms(resampled: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The form that is not used, for comparison: 2 theta - quantile of log w, citations with all their variance."""
    least, most = (np.quantile(resampled, q, axis=1, method=how) for q, how in ((0.025, "lower"), (0.975, "higher")))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(weight > 0, weight**2 / most, 0.0), np.where(least > 0, weight**2 / least, np.inf)


def coverage_of(seed: int) -> pd.DataFrame:
    """One world: seed, network, least, most (of the class of weight), and the counts of `COUNTS`.

    `below` counts the pairs whose truth lies below the interval, `above` those whose truth lies above it; `held_fixed`
    those that would be covered if the expected weight did not follow the sizes, `on_logarithms` those that the form on
    the logarithmic scale would cover.
    """
    of = intensities(build_plan(World(works=WORKS, seed=seed)))
    truth, data = truths(of, np.random.default_rng([seed, 0])), draw(of, np.random.default_rng([seed, 1]))
    rows = []
    for name in NETWORKS:
        table = intervals(getattr(data, name), seed)
        true = truth[name][table["i"], table["j"]]
        table = table.assign(true=true)[np.isfinite(true)]
        for least, most in CLASSES:
            own = table[table["weight"].between(least, most)]
            below, above = int((own["true"] < own["low"]).sum()), int((own["true"] > own["high"]).sum())
            others = (
                int(own["true"].between(own[f"{form}_low"], own[f"{form}_high"]).sum()) for form in ("fixed", "log")
            )
            rows.append((seed, name, least, most, len(own), len(own) - below - above, below, above, *others))
    return pd.DataFrame(rows, columns=["seed", "network", "least", "most", *COUNTS])


def class_name(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} or more" if most >= 10**9 else f"{least} to {most}"


def table_of(found: pd.DataFrame) -> str:
    """All worlds together, in Markdown: shares of the pairs of each class."""
    lines = [
        "| network | observed weight | pairs | covered | truth below | truth above | mu held fixed | on logarithms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    total = found.groupby(["network", "least", "most"])[COUNTS].sum()
    for (network, least, most), row in total.iterrows():
        shares = " | ".join(f"{row[name] / row['pairs']:.3f}" for name in COUNTS[1:])
        lines.append(f"| {network} | {class_name(least, most)} | {row['pairs']:,} | {shares} |")
    return "\n".join(lines)


@click.command()
@click.option("--seed", type=int, help="One world only.")
@click.option("--save", type=click.Path(path_type=Path), help="Where the counts of every world go, as CSV.")
def main(seed: int | None, save: Path | None) -> None:
    """Print the coverage of nominal 95 % intervals by class of observed weight."""
    found = pd.concat([coverage_of(one) for one in ((seed,) if seed else SEEDS)], ignore_index=True)
    if save is not None:
        found.to_csv(save, index=False, lineterminator="\n")
    print(table_of(found))


if __name__ == "__main__":
    main()
