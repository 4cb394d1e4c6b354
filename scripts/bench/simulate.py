"""Speed of the simulated world, and what the null model finds of what was planted in it.

python scripts/bench/simulate.py recovery --seeds 20 --works 100000
python scripts/bench/simulate.py speed --works 100000 --works 1000000
"""

import resource
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click
import numpy as np
import pandas as pd

from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.significance import PairTable, pair_significance
from isthmus.simulate import World, build_plan, simulate_on_spark, simulate_snapshot
from isthmus.simulate.networks import YEARS, count_works, world_networks
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.ties import RATIOS
from isthmus.simulate.writing.truth import tie_table

WINDOW = range(2017, 2022)
FALSE_DISCOVERY_RATE = 0.05
THRESHOLD = 2.0
HEAVY = 5.0  # papers a year from which a tie is more than a handful of papers


def significance_of(network: np.ndarray) -> PairTable:
    return pair_significance(network, fit_ecm(network), finite="expected_in_500_samples")


def frame(tables: dict[int, PairTable]) -> pd.DataFrame:
    """All pairs and years, with alphabetical codes and a randomised p-value that is uniform under the null model."""
    code, rng = np.array(countries().code), np.random.default_rng(0)
    frames = []
    for year, t in tables.items():
        equal = t.p_upper + t.p_lower - 1.0
        swap = code[t.i] > code[t.j]
        first, second = code[np.where(swap, t.j, t.i)], code[np.where(swap, t.i, t.j)]
        frames.append(
            pd.DataFrame(
                {
                    "year": year, "src": first, "dst": second, "weight": t.weight, "expected": t.expected, "z": t.z,
                    "p_upper": t.p_upper, "p_lower": t.p_lower, "q": t.q_value, "finite": t.finite,
                    "p": t.p_upper - rng.random(len(t)) * equal,
                }
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def recover(works: int, switches: str, seed: int) -> dict[str, float]:
    """What one world gives back: counts that `recovery` adds up over seeds."""
    world = World(works=works, seed=seed, planted=frozenset() if switches == "empty" else World().planted)
    plan = build_plan(world)
    networks = world_networks(count_works(plan))
    pairs = {
        "collaboration": frame({y: significance_of(w) for y, w in networks.collaboration.items()}),
        "exchange": frame({y: significance_of(w) for y, w in networks.exchange.items()}),
    }
    found: dict[str, float] = {}
    for name, table in pairs.items():
        found |= {f"{name} {k}": v for k, v in overall(table).items()}
    if switches == "empty":
        return found
    truth = tie_table(plan)
    found |= static_ties(pairs["collaboration"], truth)
    found |= trends(pairs, truth)
    return found | poles(pairs)


def overall(table: pd.DataFrame) -> dict[str, float]:
    """Share of pairs with p < 0.05 on either side, mean weight, pairs and links."""
    window = table[table.year.isin(WINDOW)]
    return {
        "p upper": float((table.p < 0.05).mean()),
        "p lower": float((table.p > 0.95).mean()),
        "links a year": float((table.weight > 0).sum() / len(YEARS)),
        "q year-pairs": float((table.q < FALSE_DISCOVERY_RATE).sum()),
        "significant pairs": float(len(significant(window))),
        "heavy significant pairs": float(len(significant(window, HEAVY))),
        "z>2 of pairs": float(len(significant(window)) / max(window.groupby(["src", "dst"]).ngroups, 1)),
    }


def significant(window: pd.DataFrame, least: float = 0.0) -> set[tuple[str, str]]:
    """Pairs with mean z over the window above the threshold, finite in three years or more, with a mean weight."""
    finite = window[window.finite]
    mean = finite.groupby(["src", "dst"]).agg(z=("z", "mean"), years=("z", "size"), weight=("weight", "mean"))
    return set(mean.index[(mean.z > THRESHOLD) & (mean.years >= 3) & (mean.weight >= least)])


def static_ties(table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """Planted ties found by mean z > 2 and by q < 0.05, and what else was called."""
    window = table[table.year.isin(WINDOW)]
    by_z = significant(window)
    called = window[window.q < FALSE_DISCOVERY_RATE]
    by_q = set(zip(called.src, called.dst, strict=True))
    often = called.groupby(["src", "dst"]).size()
    by_q3 = set(often.index[often >= 3])
    lower = window[window.p_lower < 0.05]
    by_lower = set(zip(lower.src, lower.dst, strict=True))
    found: dict[str, float] = {}
    pair = list(zip(truth.src, truth.dst, strict=True))
    above = (truth.kind == "stronger") | ((truth.collaboration_2021 > 1.3) & (truth.switch != "ties"))
    real = {p for p, a in zip(pair, above, strict=True) if a}
    groups = {
        "strong": (truth.kind == "stronger") & (truth.expected_window >= 30),
        "medium": (truth.kind == "stronger") & truth.expected_window.between(10, 30),
        "small": (truth.kind == "stronger") & (truth.expected_window < 10),
        "rise9": (truth.switch == "trends") & (truth.collaboration_2021 > 2.9),
        "rise4": (truth.switch == "trends") & truth.collaboration_2021.between(1.9, 2.9),
    }
    for name, chosen in groups.items():
        here = {p for p, c in zip(pair, chosen, strict=True) if c}
        found |= {
            f"{name} n": len(here),
            f"{name} z": len(here & by_z),
            f"{name} q3": len(here & by_q3),
            f"{name} q": len(here & by_q),
        }
    weaker = {p for p, k in zip(pair, truth.kind, strict=True) if k == "weaker"}
    found |= {"weaker n": len(weaker), "weaker p": len(weaker & by_lower)}
    year_pairs = set(zip(called.year, called.src, called.dst, strict=True))
    false = sum((s, d) not in real for _, s, d in year_pairs)
    found |= {"called q": len(year_pairs), "false q": false, "called z": len(by_z), "false z": len(by_z - real)}
    heavy = significant(window, HEAVY)
    found |= {"called heavy": len(heavy), "false heavy": len(heavy - real)}
    return found


def trends(pairs: dict[str, pd.DataFrame], truth: pd.DataFrame) -> dict[str, float]:
    """Trend pairs whose mean z moves in the planted direction in both networks, from first to last five years."""
    change = {}
    for name, table in pairs.items():
        early, late = table[table.year <= 2004], table[table.year >= 2017]
        change[name] = late.groupby(["src", "dst"]).z.mean() - early.groupby(["src", "dst"]).z.mean()
    found: dict[str, float] = {}
    for strength in ("strong", "medium", "weak"):
        for kind in (
            "scientific_convergence",
            "scientific_divergence",
            "knowledge_integration",
            "knowledge_divergence",
        ):
            chosen = truth[(truth.switch == "trends") & (truth.kind == kind) & (truth.strength == strength)]
            ok = 0
            for row in chosen.itertuples():
                signs = [np.sign(np.log(getattr(row, f"{n}_2021") / getattr(row, f"{n}_2000"))) for n in change]
                seen = [change[n].get((row.src, row.dst), np.nan) for n in change]
                ok += all(s == 0 or v * s > 0 for s, v in zip(signs, seen, strict=True))
            found |= {f"{kind} {strength} n": len(chosen), f"{kind} {strength} ok": ok}
    return found


def poles(pairs: dict[str, pd.DataFrame]) -> dict[str, float]:
    """z of the United States and China in the first and the last five years, and its slope's sign."""
    found = {}
    for name, table in pairs.items():
        mine = table[(table.src == "CN") & (table.dst == "US")].set_index("year")
        early, late = mine.z.loc[2000:2004].mean(), mine.z.loc[2017:2021].mean()
        ratio = mine.weight / mine.expected
        found |= {
            f"poles {name} early": early, f"poles {name} late": late, f"poles {name} falls": float(late < early),
            f"poles {name} ratio early": ratio.loc[2000:2004].mean(),
            f"poles {name} ratio late": ratio.loc[2017:2021].mean(),
        }  # fmt: skip
    return found


def cell(frame: pd.DataFrame, found: str, of: str) -> str:
    total = frame[of].sum()
    return f"{frame[found].sum():.0f} of {total:.0f} ({frame[found].sum() / total:.0%})" if total else "none planted"


def table_of(full: pd.DataFrame, empty: pd.DataFrame) -> str:
    """What was recovered, in Markdown."""
    rows = [("planted", "how it is looked for", "found")]
    descriptions = {
        "strong": "tie stronger than size, 30 or more a year expected",
        "medium": "the same, 10 to 30 a year",
        "small": "the same, under 10 a year",
    }
    for name, what in descriptions.items():
        rows.append((what, "mean z of 2017-2021 > 2", cell(full, f"{name} z", f"{name} n")))
        rows.append(("", "q < 0.05 in at least one of the five years", cell(full, f"{name} q", f"{name} n")))
    rows.append(
        (
            "tie weaker than size (0.1 to 0.2 times)",
            "P(W <= w) < 0.05 in at least one year",
            cell(full, "weaker p", "weaker n"),
        )
    )
    rows.append(
        (
            "nothing: other pairs called",
            "mean z > 2",
            f"{full['false z'].mean():.1f} of {full['called z'].mean():.1f} called",
        )
    )
    rows.append(
        ("", "q < 0.05, 2017-2021", f"{full['false q'].mean():.2f} of {full['called q'].mean():.2f} called a world")
    )
    heavy = f"{full['false heavy'].mean():.2f} of {full['called heavy'].mean():.1f} called"
    rows.append(("", f"mean z > 2 and {HEAVY:.0f} or more papers a year", heavy))
    for kind in ("scientific_convergence", "scientific_divergence", "knowledge_integration", "knowledge_divergence"):
        for strength, ratio in RATIOS.items():
            name = f"{kind} {strength}"
            what = f"{kind.replace('_', ' ')}, propensity changes {ratio:g} times"
            rows.append((what, "z moves as planted in both networks", cell(full, f"{name} ok", f"{name} n")))
    for name in ("collaboration", "exchange"):
        fell = full[f"poles {name} falls"].mean()
        z = f"z {full[f'poles {name} early'].mean():.2f} to {full[f'poles {name} late'].mean():.2f}"
        early, late = (full[f"poles {name} ratio {when}"].mean() for when in ("early", "late"))
        ratio = f"w / expected {early:.2f} to {late:.2f}"
        rows.append(
            (f"US-China divergence, {name}", "2000-2004 against 2017-2021", f"seen in {fell:.0%}; {z}; {ratio}")
        )
    for name in ("collaboration", "exchange"):
        shares = f"{empty[f'{name} p upper'].mean():.3f} above, {empty[f'{name} p lower'].mean():.3f} below"
        rows.append((f"nothing at all, {name}", "share of pairs with randomised p < 0.05", shares))
        called = f"{empty[f'{name} q year-pairs'].mean():.1f} with q < 0.05 in 22 years"
        pairs = f"{empty[f'{name} z>2 of pairs'].mean():.2%} of pairs; {called}"
        rows.append(("", "mean z of 2017-2021 > 2", pairs))
        heavy = f"{empty[f'{name} heavy significant pairs'].mean():.2f} pairs a world"
        rows.append(("", f"the same, with {HEAVY:.0f} or more a year", heavy))
    rows.insert(1, ("---", "---", "---"))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@click.group()
def main() -> None:
    """Measure the simulated world."""


@main.command()
@click.option("--seeds", default=20, show_default=True)
@click.option("--works", default=World().works, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--save", type=click.Path(path_type=Path), help="Folder for the raw counts of every world.")
def recovery(seeds: int, works: int, processes: int, save: Path | None) -> None:
    """Worlds over seeds: what the null model gives back, as a Markdown table."""
    with ProcessPoolExecutor(processes) as pool:
        full = pd.DataFrame(pool.map(partial(recover, works, "full"), range(1, seeds + 1)))
        empty = pd.DataFrame(pool.map(partial(recover, works, "empty"), range(1, seeds + 1)))
    if save:
        save.mkdir(parents=True, exist_ok=True)
        full.to_csv(save / "full.csv", index=False)
        empty.to_csv(save / "empty.csv", index=False)
    click.echo(table_of(full, empty))


@main.command()
@click.option("--works", multiple=True, type=int, default=(100_000,), show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--formats", default="jsonl", show_default=True)
@click.option("--spark", is_flag=True, help="With Spark on this machine, its start not counted.")
def speed(works: tuple[int, ...], processes: int, formats: str, spark: bool) -> None:
    """Seconds, works and megabytes a second, peak memory of a process, by number of works."""
    session = None
    if spark:
        from isthmus.engine import start_session

        session = start_session("isthmus-bench", master=f"local[{processes}]")
        session.range(10).count()
    click.echo("| works | format | seconds | works a second | MB a second | CPU seconds | peak MB a process |")
    click.echo("|---|---|---|---|---|---|---|")
    for number in works:
        folder = Path(tempfile.mkdtemp())
        before, started = sum(_cpu()), time.perf_counter()
        if session is not None:
            written = simulate_on_spark(session, str(folder), works=number, formats=formats.split(","))
        else:
            written = simulate_snapshot(folder, works=number, formats=formats.split(","), processes=processes)
        seconds, cpu = time.perf_counter() - started, sum(_cpu()) - before
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        shutil.rmtree(folder)
        click.echo(
            f"| {number:,} | {formats} | {seconds:.1f} | {number / seconds:,.0f} | {written.size / 1e6 / seconds:.1f} |"
            f" {cpu:.1f} | {peak:,.0f} |"
        )


def _cpu() -> tuple[float, ...]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return tuple(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    main()
