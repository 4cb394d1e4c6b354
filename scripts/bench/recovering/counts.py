"""What one judged world gives back, as counts that add up over worlds."""

import numpy as np
import pandas as pd
from recovering.judged import COLLABORATION, FALL, LEVEL, NETWORKS, RISE, SPAN, THRESHOLD, WINDOW, Judged

from isthmus.simulate.world.ties import RATIOS, TRENDS

Counts = dict[str, float]
CLASS_OF_KIND = dict(zip(TRENDS, ("SC", "SD", "KI", "KD", "KDr"), strict=True))
SURE = 0.9
# Of the true propensity. Planted ties make countries larger, and with that nothing is stronger; papers that two
# countries plan together carry citations between them, and that is: 99 % of the pairs with nothing planted are truly
# at 1.5 times or less, those that the others carry at 3.7 or more.
CARRIED = 2.0
FEW = 5  # years at both ends whose mean z is compared


def called_ties(ties: pd.DataFrame) -> pd.DataFrame:
    """Whether each pair is called by the published rule, firm or probable in each direction."""
    stronger, weaker = ties["direction"] == "stronger", ties["direction"] == "weaker"
    firm, probable = ties["grade"] == "firm", ties["grade"] == "probable"
    return pd.DataFrame(
        {
            "published": ties["mean_z"] > THRESHOLD,
            "firm": firm & stronger,
            "probable": probable & stronger,
            "firm weaker": firm & weaker,
            "probable weaker": probable & weaker,
        }
    )


def tie_counts(judged: Judged) -> Counts:
    """Ties called in each network; how many of them are false, or carried into it by ties of the other network.

    False: nothing is planted, or the opposite. Carried: nothing is planted for this network, but the pair's true
    propensity in it is `CARRIED` or more; a world with nothing planted carries nothing.
    """
    found: Counts = {}
    for network in NETWORKS:
        ties = judged.ties[judged.ties["network"] == network]
        called = called_ties(ties)
        for rule in called:
            unplanted = ties["times"] >= 1 if "weaker" in rule else ties["times"] <= 1
            carried = unplanted & (ties["propensity_true"] >= CARRIED) & (len(judged.planted) > 0)
            carried &= "weaker" not in rule
            found[f"{network} {rule} called"] = int(called[rule].sum())
            found[f"{network} {rule} false"] = int((called[rule] & unplanted & ~carried).sum())
            found[f"{network} {rule} carried"] = int((called[rule] & carried).sum())
    return found


def planted_tie_counts(judged: Judged) -> Counts:
    """Planted ties by size, and by which rule they are found."""
    ties = judged.ties[judged.ties["network"] == COLLABORATION]
    ties = ties.drop(columns=["expected", "weight"]).merge(judged.planted, on=["src", "dst"])
    called = called_ties(ties)
    years = WINDOW[1] - WINDOW[0] + 1
    heavy = ties["expected_window"]
    groups = {
        "strong": (ties["kind"] == "stronger") & (heavy >= 30),
        "medium": (ties["kind"] == "stronger") & (heavy >= 10) & (heavy < 30),
        "small": (ties["kind"] == "stronger") & (heavy < 10),
        "weaker": ties["kind"] == "weaker",
        "weaker 30": (ties["kind"] == "weaker") & (ties["size_window"] * years >= 30),
    }
    found: Counts = {}
    for name, chosen in groups.items():
        end = " weaker" if name.startswith("weaker") else ""
        found[f"{name} planted"] = int(chosen.sum())
        found[f"{name} published"] = 0 if end else int((chosen & called["published"]).sum())
        found[f"{name} firm"] = int((chosen & called[f"firm{end}"]).sum())
        found[f"{name} probable"] = int((chosen & called[f"probable{end}"]).sum())
    return found


def trend_counts(judged: Judged) -> Counts:
    """Trends with P >= .9 in each network, and how many are right; pairs that truly move, with 100 papers or more."""
    found: Counts = {}
    for network in NETWORKS:
        trends = judged.trends[(judged.trends["network"] == network) & (judged.trends["papers"] > 0)]
        shares = trends[["p_rise", "p_fall", "p_level"]].to_numpy()
        best, sure, true = shares.argmax(axis=1), shares.max(axis=1) >= SURE, trends["direction_true"].to_numpy()
        large = trends["papers"].to_numpy() >= 100
        for name, chosen in (("moves", best != LEVEL), ("level", best == LEVEL)):
            found[f"{network} {name} called"] = int((sure & chosen).sum())
            found[f"{network} {name} right"] = int((sure & chosen & (best == true)).sum())
        moving = large & np.isin(true, (RISE, FALL))
        found[f"{network} movers"] = int(moving.sum())
        found[f"{network} movers found"] = int((moving & sure & (best == true)).sum())
    return found


def kind_counts(judged: Judged) -> Counts:
    """Planted trends by kind and strength: settled in their class, settled in another, z moving as planted."""
    change = z_change(judged.tests)
    classes = judged.classes.set_index(["src", "dst"])
    found: Counts = {}
    for kind in TRENDS:
        for strength in RATIOS:
            planted = judged.planted
            chosen = planted[(planted["kind"] == kind) & (planted["strength"] == strength)]
            chosen = chosen[chosen["switch"] == "trends"]
            of = classes.reindex(pd.MultiIndex.from_frame(chosen[["src", "dst"]]))
            settled, right = of["settled"].eq(True), of["class"] == CLASS_OF_KIND[kind]
            name = f"{kind} {strength}"
            found[f"{name} planted"] = len(chosen)
            found[f"{name} right"] = int((settled & right).sum())
            found[f"{name} other"] = int((settled & ~right).sum())
            found[f"{name} by z"] = sum(moves_as_planted(row, change) for row in chosen.to_dict("records"))
    return found


def z_change(tests: pd.DataFrame) -> pd.DataFrame:
    """Mean z of the last years minus that of the first, per pair (rows) and network (columns)."""
    early = tests[tests["year"] < SPAN[0] + FEW].groupby(["src", "dst", "network"])["z"].mean()
    late = tests[tests["year"] > SPAN[1] - FEW].groupby(["src", "dst", "network"])["z"].mean()
    return (late - early).unstack("network")


def moves_as_planted(row: dict[str, object], change: pd.DataFrame) -> bool:
    """Whether a pair's z moves in the planted direction in both networks; level is anything."""
    if (row["src"], row["dst"]) not in change.index:
        return False
    seen = change.loc[(row["src"], row["dst"])]
    for network, name in zip(NETWORKS, ("collaboration", "exchange"), strict=True):
        sign = np.sign(np.log(row[f"{name}_2021"] / row[f"{name}_2000"]))
        if sign and not seen[network] * sign > 0:
            return False
    return True


def pole_counts(judged: Judged) -> Counts:
    """z of the United States and China in the first and the last five years."""
    change = z_change(judged.tests).loc[("CN", "US")]
    return {f"{network} poles fall": int(change[network] < 0) for network in NETWORKS}


def uniform_counts(judged: Judged) -> Counts:
    """Pairs and years, and those whose randomised p-value, uniform under the null model, is below .05 on a side."""
    rng, found = np.random.default_rng(0), {}
    for network in NETWORKS:
        tests = judged.tests[judged.tests["network"] == network]
        p = tests["p_upper"] - rng.random(len(tests)) * (tests["p_upper"] + tests["p_lower"] - 1.0)
        found |= {
            f"{network} pair-years": len(tests),
            f"{network} p above": int((p < 0.05).sum()),
            f"{network} p below": int((p > 0.95).sum()),
        }
    return found


def world_counts(planted: Judged, empty: Judged) -> Counts:
    """All counts of a seed: its world with everything planted, and the same with nothing ("empty ...")."""
    full = tie_counts(planted) | planted_tie_counts(planted) | trend_counts(planted)
    full |= kind_counts(planted) | pole_counts(planted)
    none = tie_counts(empty) | trend_counts(empty) | uniform_counts(empty)
    return full | {f"empty {name}": value for name, value in none.items()}
