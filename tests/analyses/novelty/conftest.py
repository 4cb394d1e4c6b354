"""Small published results of novelty: every published value of the preprint holds in them."""

import json

import numpy as np
import pandas as pd
import pytest

YEARS = tuple(range(2000, 2021))
WORLD_WORKS = 20_000
#: Share of the world's hits in the first and in the last year.
SHARES = {"US": (0.30, 0.18), "CN": (0.15, 0.22), "EU-27": (0.25, 0.24)}
MEASURES = ("pairs", "content", "context")


def as_published():
    """Tables of 2000 to 2020: China's share of hits reaches that of the United States."""
    return {
        "novelty_years": _years(),
        "novelty_hits": _hits(),
        "novelty_cities": _cities(),
        "novelty_coverage": _coverage(),
        "novelty_checks": _checks(),
        "novelty_agreement": pd.DataFrame(
            {"year": YEARS, "papers": 19_000, "spearman": 0.97, "hits": 190, "hits_in_common": 0.4}
        ),
    }


def _years():
    rows = []
    for measure in MEASURES:
        for counting in ("last_author", "full"):
            for at, year in enumerate(YEARS):
                rows.append(_row("world", counting, measure, year, WORLD_WORKS, 200, 1.0, 0.5, 1.0))
                for entity, (first, last) in SHARES.items():
                    share = first + (last - first) * at / (len(YEARS) - 1)
                    value = 1.2 if entity == "CN" else 1.0
                    rows.append(_row(entity, counting, measure, year, 5000, round(200 * share), share, 0.51, value))
    return pd.DataFrame(rows)


def _row(entity, counting, measure, year, works, hits, share, rank, value):
    of_model = measure != "pairs"
    return {
        "entity": entity, "counting": counting, "measure": measure, "year": year, "works": works, "scored": works - 100,
        "mean_rank": rank, "sum_rank": rank * (works - 100), "mean_value": value, "hits": hits, "share_of_hits": share,
        "share_low": 0.9 * share if of_model else np.nan, "share_high": 1.1 * share if of_model else np.nan,
        "hits_by_start": [hits, hits - 1] if of_model else None,
    }  # fmt: skip


def _cities():
    rows = []
    for measure in MEASURES:
        for year in YEARS:
            for at, (name, country) in enumerate([("Boston", "US"), ("Beijing", "CN"), (None, None)]):
                # Beijing overtakes Boston in the last ten years: by pairs it then leads over all years
                hits = 10 + 20 * (name == "Beijing" and year > 2010 and measure == "pairs") - at
                row = _row("-", "last_author", measure, year, 500, hits, hits / 60, 0.5, 1.0)
                city = {"city": at + 1, "name": name, "country": country}
                rows.append(city | {key: row[key] for key in row if key not in ("entity", "counting")})
    return pd.DataFrame(rows)


def _hits():
    columns = ["entity", "counting", "measure", "papers", "hits", "expected", "ratio", "ratio_low", "ratio_high",
               "p_upper", "p_lower", "p_two_sided", "q"]  # fmt: skip
    rows = []
    for counting in ("last_author", "full"):
        for measure in MEASURES:
            rows += [
                ("US", counting, measure, 100_000, 1300, 1000.0, 1.3, 1.2, 1.4, 1e-9, 1.0, 2e-9, 1e-8),
                ("CN", counting, measure, 100_000, 930, 1000.0, 0.93, 0.88, 0.99, 0.99, 0.011, 0.022, 0.07),
                ("EU-27", counting, measure, 100_000, 1010, 1000.0, 1.01, 0.95, 1.07, 0.4, 0.61, 0.8, 0.9),
            ]
    return pd.DataFrame(rows, columns=columns)


def _coverage():
    works = np.full(len(YEARS), WORLD_WORKS)
    some = np.where(np.array(YEARS) == 2000, 0, 15_000)
    return pd.DataFrame(
        {"year": YEARS, "works": works, "with_pairs": 16_000, "too_many_references": 12, "with_content": some,
         "with_context": some}
    )  # fmt: skip


def _checks():
    rows = [(m, year, 15_000, 0.01, 0.87, 0.94, 0.5) for m in ("content", "context") for year in YEARS[1:]]
    columns = ["measure", "year", "sets", "rare_share", "surprise", "lift", "popularity"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def tables():
    """The tables in which every published value holds."""
    return as_published()


@pytest.fixture
def publish(plain_study):
    """A function that writes results of novelty beside those that every study has."""

    def write(tables=None, without=(), switches=None, **changes):
        for name, frame in (as_published() | (tables or {})).items():
            if name not in without:
                frame.to_parquet(plain_study / f"{name}.parquet", index=False)
        file = plain_study / "study.json"
        study = json.loads(file.read_text())
        chosen = {"novelty.entities": ["US", "CN", "EU-27"], "novelty.background": "corpus", "novelty.replicates": 10,
                  "novelty.groups": 20, "novelty.starts": 5} | (switches or {})  # fmt: skip
        study = study | {"years": [2000, 2020], "paper": "alshebli2024"} | changes
        file.write_text(json.dumps(study | {"switches": study.get("switches", {}) | chosen}))
        return plain_study

    return write
