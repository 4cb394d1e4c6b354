"""Does one key with 40 percent of the rows stall a stage? The same work on even keys and on such ones.

    scripts/bench.sh skew [ROWS]

Papers of one institution (what a partner adds), works of one author number (years of authors and their moves), units of
one stratum (matching). Prints the table of docs/methods/matching.md: clock seconds, the least of three calls; even and
skewed take turns, so that what else the machine does is alike for both.
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from isthmus.analyses.partnership.matched import effects, matched_histogram, value_histogram
from isthmus.analyses.partnership.plan import matches
from isthmus.config import load_study
from isthmus.config.partnership import TEAM_CUTS
from isthmus.corpus.careers import moves
from isthmus.engine import start_session
from isthmus.indicators.partnership.names import OUTCOMES, VENUE
from isthmus.matching import match
from isthmus.tables.author_years import author_years_rows

SHARE = 0.4
KEYS = {"institutions": 2_000, "authors": 50_000, "strata": 500}


def keys(rng, rows, number, share):
    """Keys of rows: even, but for this share of them, which have the first."""
    drawn = rng.integers(1, number, rows)
    return np.where(rng.random(rows) < share, 0, drawn)


def papers(rng, rows, share):
    """Rows of `partnership_works` as far as they are read."""
    frame = pd.DataFrame(
        {
            "home": "US", "partner": "CN", "kind": "poles", "year": rng.integers(2005, 2019, rows),
            "institution_id": keys(rng, rows, KEYS["institutions"], share), "n_authors": 1 + rng.poisson(3, rows),
            "joint": rng.random(rows) < 0.05,
        }
    )  # fmt: skip
    values = {name: rng.poisson(5, rows) for name in OUTCOMES} | {VENUE: rng.random(rows) < 0.1}
    return frame.assign(**values)


def signed(rng, rows, share):
    """Rows of `authorships` as far as they are read."""
    year = rng.integers(2000, 2021, rows)
    return pd.DataFrame(
        {
            "work_id": np.arange(rows), "publication_year": year, "author_id": keys(rng, rows, KEYS["authors"], share),
            "institution_id": rng.integers(1, 1_000, rows), "country_code": rng.choice(["US", "CN", "DE"], rows),
            "publication_date": pd.to_datetime(year.astype(str) + "-06-01").date, "has_orcid": rng.random(rows) < 0.5,
        }
    )  # fmt: skip


def units(rng, rows, share):
    """Units that are matched on one covariate."""
    return pd.DataFrame(
        {"place": keys(rng, rows, KEYS["strata"], share), "t": rng.random(rows) < 0.1, "y": rng.poisson(5, rows)}
    )


def of_partner(asked, table):
    histogram = matched_histogram(value_histogram(table, TEAM_CUTS), asked)
    return len(effects(histogram))


def of_careers(institutions, table):
    return moves(author_years_rows(table, institutions)).count()


def of_matching(table):
    return match(table, treatment="t", exact=["place"]).effect("y").satt


def clock(call, table):
    start = time.perf_counter()
    call(table)
    return time.perf_counter() - start


def in_turns(call, tables):
    """Least clock seconds of three calls for each table, one after the other; a first call of each is not counted."""
    for table in tables:
        call(table)
    return [min(found) for found in zip(*([clock(call, table) for table in tables] for _ in range(3)), strict=True)]


def main(rows: int) -> None:
    spark = start_session("bench-skew", master="local[2]", conf={"spark.driver.memory": "3g"})
    known = pd.DataFrame({"institution_id": np.arange(1, 1_000), "geonames_city_id": np.arange(1, 1_000)})
    institutions = spark.createDataFrame(known)
    # one year by itself and four together: what a single key costs does not depend on how many years there are
    asked = matches(load_study("alshebli2024_uschina", ["partnership.matched_years=[2018, 2018]"]))
    works = {
        "papers of an institution: what a partner adds": (papers, partial(of_partner, asked)),
        "works of an author: years and moves": (signed, partial(of_careers, institutions)),
        "units of a stratum: matching": (units, of_matching),
    }
    print(f"| {rows:,} rows | even keys | one key with {SHARE:.0%} | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, (made, call) in works.items():
            tables = []
            for share in (0.0, SHARE):
                file = Path(folder) / f"{made.__name__}-{share}.parquet"
                made(np.random.default_rng(1), rows, share).to_parquet(file, index=False, row_group_size=rows // 8)
                tables.append(spark.read.parquet(str(file)))
            even, skewed = in_turns(call, tables)
            print(f"| {name} | {even:.1f} | {skewed:.1f} | {skewed / even:.2f} |", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
