"""How many planted moves are found and how many found ones are false, without and with authors split or merged.

    scripts/bench.sh migration [WORKS]

A split author has a new number from the middle of his years on; two merged ones share a number. Prints the tables of
docs/methods/migration.md.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from isthmus.corpus.careers import moves
from isthmus.engine import TableStore, start_session
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot
from isthmus.simulate.moves import judge_moves
from isthmus.tables.author_years import author_years_rows

GAP = 5
RULES = {"gap rule": 1, "strict": 2}  # least works on both sides
SHARES = (0.0, 0.01, 0.05)
NEW_NUMBERS = 10**13


def misattributed(authorships, share: float, seed: int):
    """Return authorships in which this share of authors with three works or more is split, or merged, half each."""
    signed = authorships.where("author_id IS NOT NULL AND publication_year IS NOT NULL")
    careers = signed.select("author_id", "work_id", "publication_year").distinct().toPandas()
    of = careers.groupby("author_id")["publication_year"].agg(["size", "median"])
    known = of[of["size"] >= 3].sample(frac=1.0, random_state=seed)
    number = int(share * len(known) / 2)
    split, merged = known.iloc[:number], known.iloc[number : 2 * number]
    rows = [(author, int(np.ceil(row["median"])), author + NEW_NUMBERS) for author, row in split.iterrows()]
    half = len(merged) // 2
    rows += [(a, 0, b) for a, b in zip(merged.index[:half], merged.index[half : 2 * half], strict=True)]
    if not rows:
        return authorships
    session = authorships.sparkSession
    changes = session.createDataFrame(rows, "author_id bigint, from_year int, other bigint")
    joined = authorships.join(F.broadcast(changes), "author_id", "left")
    other = F.when(F.col("publication_year") >= F.col("from_year"), F.col("other")).otherwise(F.col("author_id"))
    number = F.coalesce(other, F.col("author_id"))
    return joined.withColumn("author_id", number).select(*authorships.columns)


def main(works: int) -> None:
    session = start_session("bench-migration", master="local[2]", conf={"spark.sql.shuffle.partitions": "4"})
    with tempfile.TemporaryDirectory() as scratch:
        snapshot, warehouse = f"{scratch}/snapshot", f"{scratch}/tables"
        simulate_snapshot(snapshot, world=World(works=works, seed=5), formats=("parquet",), processes=2)
        run_pipeline(session, Request(warehouse=warehouse, snapshot=snapshot, stages=("parse", "records"), quiet=True))
        store = TableStore(session, warehouse)
        migrants = pd.read_parquet(Path(snapshot) / "truth" / "migrants.parquet")
        print("| authors split or merged | rule | planted and visible | found | of these | all found | false |")
        print("|---|---|---|---|---|---|---|")
        for share in SHARES:
            years = author_years_rows(misattributed(store.read("authorships"), share, 1), store.read("institutions"))
            years = years.localCheckpoint()
            found, seen = moves(years, gap=GAP).toPandas(), years.toPandas()
            for rule, least in RULES.items():
                kept = found[found[["works_before", "works_after"]].min(axis=1) >= least]
                judged = judge_moves(kept, migrants, seen, gap=GAP)
                numbers = f"{judged.observable:,} | {judged.recovered:,} | {judged.recovered_share:.1%}"
                print(f"| {share:.0%} | {rule} | {numbers} | {judged.found:,} | {judged.false_share:.1%} |")
    session.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
