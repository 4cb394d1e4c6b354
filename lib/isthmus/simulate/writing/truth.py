"""The answer key: what was planted in a world, as small Parquet tables and as a page in words."""

import numpy as np
import pandas as pd
import pyarrow as pa

from isthmus.simulate.blocs import bloc_tables, leaders
from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.exchange import Exchange
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.people import MIGRANT_BASE, RETURN_RATE
from isthmus.simulate.world.places import BRIDGE_CITY, BRIDGE_EAST, BRIDGE_WEST
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.references import consolidation
from isthmus.simulate.world.sizes import AI
from isthmus.simulate.world.target import Target
from isthmus.simulate.world.teams import POLES, POLES_IMPACT, TWO
from isthmus.simulate.world.ties import TREND_FROM, TREND_TO, multipliers
from isthmus.simulate.world.world import ON_REQUEST, PLANTED
from isthmus.simulate.writing.layout import parquet_bytes
from isthmus.simulate.writing.page import page

DISRUPTIVE_SHARE = 0.1
STRONG_RATIO, STRONG_WEIGHT = 3.0, 30.0
WINDOW = (2017, 2021)  # the years over which the studies call a tie significant


def tie_table(plan: Plan) -> pd.DataFrame:
    """One row per planted pair: kind, propensity over size at both ends, expected weights, whether it is strong.

    `size_*` are the weights that size alone explains in the collaboration network, `expected_*` the planted ones, on
    average over luck and before affiliations go missing; `is_strong`: the propensity differs from size or changes at
    least threefold, and the expected weight is at least 30 a year at its higher end.
    """
    years, facts = plan.sizes.years, countries()
    size = plan.sizes.collaboration.expected
    windows = {
        str(TREND_FROM): years == TREND_FROM,
        str(TREND_TO): years == TREND_TO,
        "window": (years >= WINDOW[0]) & (years <= WINDOW[1]),
    }
    planted = {name: multipliers(plan.ties, years, name) for name in ("collaboration", "exchange")}
    rows = []
    for tie in plan.ties:
        i, j = facts.at(tie.first), facts.at(tie.second)
        row: dict[str, object] = dict(zip(("src", "dst"), sorted((tie.first, tie.second)), strict=True))
        row |= {"kind": tie.kind, "strength": tie.strength, "switch": tie.switch}
        for network in ("collaboration", "exchange"):
            start, end = getattr(tie, network)
            row |= {f"{network}_{TREND_FROM}": start, f"{network}_{TREND_TO}": end}
        multiplier = planted["collaboration"][:, i, j]
        for name, chosen in windows.items():
            row[f"size_{name}"] = float(size[chosen, i, j].mean())
            row[f"expected_{name}"] = float((multiplier * size[:, i, j])[chosen].mean())
        ratio = _ratio(tie.collaboration, tie.exchange, static=tie.switch == "ties")
        heaviest = max(float(row[f"expected_{name}"]) for name in windows)  # type: ignore[arg-type]
        row |= {"ratio": ratio, "is_strong": ratio >= STRONG_RATIO and heaviest >= STRONG_WEIGHT}
        rows.append(row)
    columns = ["src", "dst", "kind", "strength", "switch", "ratio", "is_strong"]
    frame = pd.DataFrame(rows)
    if frame.empty:
        return pd.DataFrame(
            columns=[*columns, "collaboration_2000", "collaboration_2021", "exchange_2000", "exchange_2021"]
        )
    return frame.sort_values(["switch", "src", "dst"], ignore_index=True)


def _ratio(collaboration: tuple[float, float], exchange: tuple[float, float], *, static: bool) -> float:
    """How many times the propensity differs from size (static ties), or how many times it changes."""
    if static:
        return max(collaboration[0], 1 / collaboration[0])
    return max(max(ends) / min(ends) for ends in (collaboration, exchange))


def weight_table(plan: Plan) -> pd.DataFrame:
    """Pairs and years with a drawn or planted weight, both networks: by size, multiplier (null: unplanted), drawn.

    Collaboration: papers on artificial intelligence of the year. Exchange: citations to the papers of the year, in
    both directions; `solved` is what the references are expected to give.
    """
    exchange: Exchange = plan.exchange
    frames = [
        _weights(
            plan,
            "collaboration",
            plan.sizes.collaboration.expected,
            plan.weights.astype(float),
            plan.weights.astype(float),
        ),
        _weights(plan, "exchange", exchange.law.expected, exchange.target, exchange.solved),
    ]
    return pd.concat(frames, ignore_index=True)


def _weights(plan: Plan, network: str, size: np.ndarray, drawn: np.ndarray, solved: np.ndarray) -> pd.DataFrame:
    code = np.array(countries().code)
    multiplier = multipliers(plan.ties, plan.sizes.years, "collaboration" if network == "collaboration" else "exchange")
    upper = np.triu(np.ones(size.shape[1:], dtype=bool), 1)
    t, i, j = np.nonzero(upper & ((drawn > 0) | np.isfinite(multiplier)))
    swap = code[i] > code[j]
    return pd.DataFrame(
        {
            "network": network,
            "year": plan.sizes.years[t].astype(np.int32),
            "src": np.where(swap, code[j], code[i]),
            "dst": np.where(swap, code[i], code[j]),
            "size": size[t, i, j],
            "multiplier": pd.array(multiplier[t, i, j], dtype="Float64"),
            "drawn": drawn[t, i, j].astype(np.int64),
            "solved": solved[t, i, j],
        }
    )


def migrant_table(plan: Plan) -> pd.DataFrame:
    """One row per migrant: author, first year at the destination, countries and institutions before and after."""
    people, code = plan.people.migrants, np.array(countries().code)
    return pd.DataFrame(
        {
            "author_id": MIGRANT_BASE + np.arange(len(people)),
            "year": people.year.astype(np.int32),
            "origin": code[people.origin],
            "destination": code[people.destination],
            "institution_before": plan.places.ids[people.before],
            "institution_after": plan.places.ids[people.after],
        }
    )


def country_table(plan: Plan) -> pd.DataFrame:
    """One row per country and year: its share of the works and of all tie ends, as planned."""
    code = np.array(countries().code)
    T, n = plan.sizes.output.shape
    return pd.DataFrame(
        {
            "year": np.repeat(plan.sizes.years, n).astype(np.int32),
            "country": np.tile(code, T),
            "output_share": plan.sizes.output.ravel(),
            "tie_share": plan.sizes.share.ravel(),
        }
    )


def fact_table(plan: Plan) -> pd.DataFrame:
    """One row per switch: whether it is on, what it plants, and its size."""
    teams = plan.teams.mean
    size = {
        "ties": float(sum(t.switch == "ties" for t in plan.ties)),
        "trends": float(sum(t.switch == "trends" for t in plan.ties)),
        "poles": float(sum(t.switch == "poles" for t in plan.ties)),
        "bridge": BRIDGE_WEST,
        "impact": POLES_IMPACT,
        "return": RETURN_RATE,
        "disruption": DISRUPTIVE_SHARE,
    }
    extra = float((teams[POLES] - teams[TWO]).mean())
    unit = {
        "ties": "pairs of countries",
        "trends": "pairs of countries",
        "poles": "pairs of countries",
        "bridge": f"of Chinese institutions of works with the West lie in {BRIDGE_CITY[1]}, {BRIDGE_EAST} of others",
        "impact": f"more citations at equal team size and institution; their teams also have {extra:.1f} authors more",
        "return": "share of the seats of joint papers held by migrants between the two countries",
        "disruption": "share of the works that are called disruptive, and as many consolidating; knowledge exchange "
        "is no longer as planned, for references are taken over",
    }
    rows = [
        {
            "switch": k,
            "planted": k in plan.world.planted,
            "description": v,
            "size": size[k] if k in plan.world.planted else 0.0,
            "unit": unit[k],
        }
        for k, v in (
            PLANTED | {name: ON_REQUEST[name] for name in sorted(plan.world.planted & set(ON_REQUEST))}
        ).items()
    ]
    return pd.DataFrame(rows)


def disruption_table(plan: Plan) -> pd.DataFrame:
    """One row per work on artificial intelligence: the chance that a citer cites a reference of it, too, and its kind.

    The tenth of all works with the least chance is called disruptive, the tenth with the greatest consolidating.
    """
    blocks = plan.blocks
    own = np.flatnonzero(blocks.layer == AI)
    count = blocks.count[own]
    works = np.repeat(blocks.start[own] - np.cumsum(count) + count, count) + np.arange(count.sum())
    chance = consolidation(plan, works)
    kind = np.where(
        chance < DISRUPTIVE_SHARE, "disruptive", np.where(chance >= 1 - DISRUPTIVE_SHARE, "consolidating", "usual")
    )
    year = plan.sizes.years[np.repeat(blocks.year[own], count)]
    return pd.DataFrame(
        {
            "work_id": work_ids(works, plan.world.works),
            "year": year.astype(np.int32),
            "consolidation": chance,
            "kind": kind,
        }
    )


def write_truth(plan: Plan, target: Target) -> None:
    """Write the answer key of a world into a folder."""
    tables = {
        "ties": tie_table(plan),
        "weights": weight_table(plan),
        "countries": country_table(plan),
        "migrants": migrant_table(plan),
        "facts": fact_table(plan),
        "leaders": leaders(plan),
        **bloc_tables(plan),
    }
    if "disruption" in plan.world.planted:
        tables["disruption"] = disruption_table(plan)
    for name, frame in tables.items():
        write_frame(target, name, frame)
    target.write("README.md", page(plan, tables).encode())


def write_frame(target: Target, name: str, frame: pd.DataFrame) -> None:
    """Write one table of the answer key."""
    target.write(f"{name}.parquet", parquet_bytes(pa.Table.from_pandas(frame, preserve_index=False)))
