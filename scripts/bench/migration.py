"""How many planted moves are found and how many found ones are false, without and with authors split or merged.

    scripts/bench.sh migration [WORKS]

A split author has a new number from the middle of his years on; two merged ones share a number. Authors with an ORCID
are judged by themselves, too: whether they are split and merged as often as others, or a quarter as often. Prints the
tables of docs/methods/migration.md.
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
#: Shares of authors who are split or merged: of those without an ORCID, and of those with one.
SHARES = ((0.0, 0.0), (0.02, 0.02), (0.02, 0.005), (0.1, 0.1), (0.1, 0.025))
NEW_NUMBERS = 10**13


def changes(careers: pd.DataFrame, shares: tuple[float, float], seed: int) -> pd.DataFrame:
    """Return which authors have another number from which year on, so that these shares are split or merged, half each.

    Of authors with three works or more; careers: author_id, work_id, publication_year, has_orcid.
    """
    by = careers.groupby("author_id")
    of = by["publication_year"].agg(["size", "median"]).assign(has_orcid=by["has_orcid"].any()).sort_index()
    known = of[of["size"] >= 3].sample(frac=1.0, random_state=seed)
    alike = known.groupby("has_orcid")["size"]
    share = np.where(known["has_orcid"], shares[1], shares[0])
    # dealt anew: the smaller share stands at the head of the list
    chosen = known[alike.cumcount() < share * alike.transform("count")].sample(frac=1.0, random_state=seed + 1)
    number = len(chosen) // 2
    split, merged = chosen.iloc[:number], chosen.iloc[number : 2 * number]
    half = len(merged) // 2
    rows = [(author, int(np.ceil(row["median"])), author + NEW_NUMBERS) for author, row in split.iterrows()]
    rows += [(a, 0, b) for a, b in zip(merged.index[:half], merged.index[half : 2 * half], strict=True)]
    return pd.DataFrame(rows, columns=["author_id", "from_year", "other"])


def misattributed(authorships, shares: tuple[float, float], seed: int):
    """Return authorships in which these shares of authors with three works or more are split or merged.

    Of a split author the earlier half keeps the ORCID; two merged ones have one where either had.
    """
    signed = authorships.where("author_id IS NOT NULL AND publication_year IS NOT NULL")
    careers = signed.select("author_id", "work_id", "publication_year", "has_orcid").distinct().toPandas()
    found = changes(careers, shares, seed)
    if found.empty:
        return authorships
    mapped = authorships.sparkSession.createDataFrame(found, "author_id bigint, from_year int, other bigint")
    joined = authorships.join(F.broadcast(mapped), "author_id", "left")
    other = F.when(F.col("publication_year") >= F.col("from_year"), F.col("other"))
    numbered = joined.withColumn("author_id", F.coalesce(other, "author_id"))
    kept = F.col("has_orcid") & F.coalesce(F.col("author_id") < NEW_NUMBERS, F.lit(True))
    return numbered.withColumn("has_orcid", kept).select(*authorships.columns)


def judged_row(found, migrants, seen) -> str:
    judged = judge_moves(found, migrants, seen, gap=GAP)
    return f"{judged.observable:,} | {judged.recovered_share:.1%} | {judged.found:,} | {judged.false_share:.1%}"


def main(works: int) -> None:
    session = start_session("bench-migration", master="local[2]", conf={"spark.sql.shuffle.partitions": "4"})
    with tempfile.TemporaryDirectory() as scratch:
        snapshot, warehouse = f"{scratch}/snapshot", f"{scratch}/tables"
        simulate_snapshot(snapshot, world=World(works=works, seed=5), formats=("parquet",), processes=2)
        run_pipeline(session, Request(warehouse=warehouse, snapshot=snapshot, stages=("parse", "records"), quiet=True))
        store = TableStore(session, warehouse)
        migrants = pd.read_parquet(Path(snapshot) / "truth" / "migrants.parquet")
        print("| split or merged: without an ORCID, with one | rule | planted and visible | found | all found | false "
              "| with an ORCID: planted and visible | found | all found | false |")  # fmt: skip
        print("|---" * 10 + "|")
        for shares in SHARES:
            wrong = misattributed(store.read("authorships"), shares, 1)
            years = author_years_rows(wrong, store.read("institutions")).localCheckpoint()
            every, seen = with_returns(moves(years, gap=ANY_GAP)).toPandas(), years.toPandas()
            found = every[every["years_between"] <= GAP]
            with_orcid = set(seen.loc[seen["has_orcid"], "author_id"])
            for rule, keeps in RULES.items():
                kept = found[keeps(found)]
                own = (frame[frame["author_id"].isin(with_orcid)] for frame in (kept, migrants, seen))
                cells = f"{judged_row(kept, migrants, seen)} | {judged_row(*own)}"
                print(f"| {shares[0]:.1%}, {shares[1]:.1%} | {rule} | {cells} |", flush=True)
    session.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12_000)
