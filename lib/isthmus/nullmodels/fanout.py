"""Null models for all networks and years of a study at once, spread over the cluster by network and year."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from isthmus.errors import NetworkError
from isthmus.nullmodels.frames import edge_significance
from isthmus.nullmodels.link_models import check_model

ROW_KIND = "row_kind"
PAIR, FIT = "pair", "fit"
DEFAULT_KEYS = ("network", "citation_year", "year")
EDGE_COLUMNS = ("src", "dst", "weight")

PAIR_TYPES: dict[str, DataType] = {
    "src": StringType(),
    "dst": StringType(),
    "weight": LongType(),
    "link_probability": DoubleType(),
    "expected": DoubleType(),
    "sd": DoubleType(),
    "z": DoubleType(),
    "p_upper": DoubleType(),
    "p_lower": DoubleType(),
    "p_two_sided": DoubleType(),
    "q_value": DoubleType(),
    "finite": BooleanType(),
}
FIT_TYPES: dict[str, DataType] = {
    "null_model": StringType(),
    "n_nodes": IntegerType(),
    "n_links": LongType(),
    "total_weight": LongType(),
    "status": StringType(),
    "max_relative_error": DoubleType(),
    "iterations": IntegerType(),
    "seconds": DoubleType(),
    "log_likelihood": DoubleType(),
    "effective_samples": DoubleType(),
    "message": StringType(),
}
_SLOT = "__slot"


def fan_out(
    edges: DataFrame,
    *,
    model: str = "ecm",
    samples: int = 0,
    seed: int = 0,
    finite: str = "expected_in_500_samples",
    observed_zero: bool = True,
    keys: Sequence[str] = DEFAULT_KEYS,
) -> DataFrame:
    """Fit a null model to each network of an edge list and test every pair against it, in one pass.

    A network that cannot be fitted becomes a row that says so; the others are not touched by it. Random draws depend on
    the seed and the network's key only, not on how Spark splits the work. The result mixes two kinds of rows: write it
    once, then take it apart with `pairs_of` and `fits_of`. Group sizes are counted when this is called: hand in a table
    that has been written, not a long lineage.

    Parameters
    ----------
    edges : DataFrame
        The key columns, src, dst, weight (whole numbers > 0); each undirected pair once, in any order.
    model : str, default 'ecm'
        One of `isthmus.nullmodels.link_models.MODELS`.
    samples : int, default 0
        Realisations behind expected, sd and z; 0 takes the exact ones (rewiring then draws 500).
    seed : int, default 0
        Seed of the study.
    finite : str, default 'expected_in_500_samples'
        "expected_in_500_samples", "present", "linked" or "sampled", see
        `isthmus.nullmodels.significance.pair_significance`.
    observed_zero : bool, default True
        List pairs of linked nodes without a link too.
    keys : Sequence[str], optional
        Columns that tell the networks apart.

    Returns
    -------
    DataFrame
        DataFrame with the keys, `row_kind` ("pair" or "fit"), the columns of pairs and those of fits.

    Raises
    ------
    NetworkError
        Unknown model or rule, or columns are missing.
    """
    check_model(model, samples=samples, finite=finite)
    missing = [name for name in (*keys, *EDGE_COLUMNS) if name not in edges.columns]
    if missing:
        raise NetworkError(f"the edges lack the columns {missing}; found {edges.columns}")
    key_fields = [edges.schema[name] for name in keys]
    schema = _mixed_schema(key_fields)
    names, key_names = schema.fieldNames(), list(keys)
    options: dict[str, Any] = {
        "model": model,
        "samples": samples,
        "seed": seed,
        "finite": finite,
        "observed_zero": observed_zero,
    }

    def work(key: tuple[Any, ...], batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        group = pd.concat(list(batches), ignore_index=True)
        values = dict(zip(key_names, key[1:], strict=True))
        for kind, table in edge_significance(group[list(EDGE_COLUMNS)], key=tuple(values.values()), **options):
            # None, not nan: Arrow cannot make a text column of floats.
            others = dict.fromkeys(name for name in names if name not in table.columns)
            yield table.assign(**(others | values | {ROW_KIND: kind}))[names]

    slots, number = _slots(edges, key_names)
    same = [edges[name].eqNullSafe(slots[name]) for name in key_names]
    spread = (
        edges.join(F.broadcast(slots), on=same)
        .select(slots[_SLOT], *[edges[name] for name in (*key_names, *EDGE_COLUMNS)])
        .repartitionById(number, _SLOT)
    )
    return spread.groupBy(_SLOT, *key_names).applyInPandas(work, schema=schema)


def pairs_of(mixed: DataFrame, keys: Sequence[str] = DEFAULT_KEYS) -> DataFrame:
    """Return the rows of pairs.

    Keys, src, dst, weight, link_probability, expected, sd, z, p-values, q_value, finite.
    """
    return mixed.where(F.col(ROW_KIND) == PAIR).select(*keys, *PAIR_TYPES)


def fits_of(mixed: DataFrame, keys: Sequence[str] = DEFAULT_KEYS) -> DataFrame:
    """One row per network: keys, null_model, size, status, error, iterations, seconds, log_likelihood, ..., message."""
    return mixed.where(F.col(ROW_KIND) == FIT).select(*keys, *FIT_TYPES)


def _mixed_schema(key_fields: list[StructField]) -> StructType:
    columns = [StructField(name, dtype) for name, dtype in (PAIR_TYPES | FIT_TYPES).items()]
    return StructType([*key_fields, StructField(ROW_KIND, StringType(), nullable=False), *columns])


def _slots(edges: DataFrame, keys: list[str]) -> tuple[DataFrame, int]:
    """Return a task for each network, the biggest first: Spark starts tasks in the order of their number."""
    sizes = edges.groupBy(*keys).count().orderBy(F.desc("count"), *keys).drop("count").collect()
    spark = edges.sparkSession
    schema = StructType([StructField(name, edges.schema[name].dataType) for name in keys]).add(_SLOT, IntegerType())
    rows = [(*row, position) for position, row in enumerate(sizes)]
    return spark.createDataFrame(rows, schema), max(len(rows), 1)
