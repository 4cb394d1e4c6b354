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

from isthmus.corpus.careers import moves, with_returns
from isthmus.engine import TableStore, start_session
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot
from isthmus.simulate.moves import judge_moves
from isthmus.tables.author_years import author_years_rows

GAP, ANY_GAP = 5, 10_000
RETURN_YEARS = 5
#: Which of the moves within the gap a rule keeps.
RULES = {
    "gap rule": lambda found: found["works_before"] > 0,
    "strict": lambda found: found[["works_before", "works_after"]].min(axis=1) >= 2,
    "not undone within five years": lambda found: ~(found["return_year"] - found["year"] <= RETURN_YEARS),
}
SHARES = (0.0, 0.02, 0.1)
NEW_NUMBERS = 10**13


def changes(careers: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Return which authors have another number from which year on, so that this share is split or merged, half each.

    Of authors with three works or more; careers: author_id, work_id, publication_year.
    """
    of = careers.groupby("author_id")["publication_year"].agg(["size", "median"]).sort_index()
    known = of[of["size"] >= 3].sample(frac=1.0, random_state=seed)
    number = int(share * len(known) / 2)
    split, merged = known.iloc[:number], known.iloc[number : 2 * number]
    half = len(merged) // 2
    rows = [(author, int(np.ceil(row["median"])), author + NEW_NUMBERS) for author, row in split.iterrows()]
    rows += [(a, 0, b) for a, b in zip(merged.index[:half], merged.index[half : 2 * half], strict=True)]
    return pd.DataFrame(rows, columns=["author_id", "from_year", "other"])


def misattributed(authorships, share: float, seed: int):
    """Return authorships in which this share of authors with three works or more is split or merged."""
    signed = authorships.where("author_id IS NOT NULL AND publication_year IS NOT NULL")
    careers = signed.select("author_id", "work_id", "publication_year").distinct().toPandas()
    found = changes(careers, share, seed)
    if found.empty:
        return authorships
    mapped = authorships.sparkSession.createDataFrame(found, "author_id bigint, from_year int, other bigint")
    joined = authorships.join(F.broadcast(mapped), "author_id", "left")
    other = F.when(F.col("publication_year") >= F.col("from_year"), F.col("other")).otherwise(F.col("author_id"))
    return joined.withColumn("author_id", F.coalesce(other, "author_id")).select(*authorships.columns)


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
            every, seen = with_returns(moves(years, gap=ANY_GAP)).toPandas(), years.toPandas()
            found = every[every["years_between"] <= GAP]
            for rule, keeps in RULES.items():
                judged = judge_moves(found[keeps(found)], migrants, seen, gap=GAP)
                numbers = f"{judged.observable:,} | {judged.recovered:,} | {judged.recovered_share:.1%}"
                print(f"| {share:.0%} | {rule} | {numbers} | {judged.found:,} | {judged.false_share:.1%} |")
    session.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12_000)
