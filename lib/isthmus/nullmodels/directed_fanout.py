"""The directed null model for all networks and years of a study at once, spread over the cluster."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, DoubleType, StringType, StructField, StructType

from isthmus.errors import NetworkError
from isthmus.nullmodels.directed_frames import directed_edge_significance
from isthmus.nullmodels.directed_significance import check_directed_rule
from isthmus.nullmodels.fanout import DEFAULT_KEYS, EDGE_COLUMNS, FIT_TYPES, PAIR_TYPES, ROW_KIND

DIRECTED_PAIR_TYPES: dict[str, DataType] = PAIR_TYPES | {"q_lower": DoubleType()}


def fan_out_directed(
    edges: DataFrame,
    *,
    loops: bool = False,
    finite: str = "expected_in_500_samples",
    observed_zero: bool = True,
    least_expected: float = 0.0,
    keys: Sequence[str] = DEFAULT_KEYS,
) -> DataFrame:
    """Fit the directed model to each network of a directed edge list and test every ordered pair, in one pass.

    A network that cannot be fitted becomes a row that says so; the others are not touched by it. Write the result once,
    then take it apart with `directed_pairs_of` and `isthmus.nullmodels.fanout.fits_of`.

    Parameters
    ----------
    edges : DataFrame
        The key columns, src, dst, weight (whole numbers > 0); each ordered pair once.
    loops : bool
        Whether pairs of a node with itself are open, and tested.
    finite : str
        "expected_in_500_samples", "present" or "linked".
    observed_zero : bool
        List pairs without a link too.
    least_expected : float
        Of pairs without a link list those with at least this expected weight; all count in the family of the q-values.
    keys : sequence of str
        Columns that tell the networks apart, e.g. ("year",).

    Returns
    -------
    DataFrame
        The keys, `row_kind` ("pair" or "fit"), the columns of pairs and those of fits.

    Raises
    ------
    NetworkError
        A rule that cannot be followed, or columns are missing.

    """
    check_directed_rule(finite)
    missing = [name for name in (*keys, *EDGE_COLUMNS) if name not in edges.columns]
    if missing:
        raise NetworkError(f"the edges lack the columns {missing}; found {edges.columns}")
    columns = [StructField(name, dtype) for name, dtype in (DIRECTED_PAIR_TYPES | FIT_TYPES).items()]
    kind_field = StructField(ROW_KIND, StringType(), nullable=False)
    schema = StructType([*(edges.schema[name] for name in keys), kind_field, *columns])
    names, key_names = schema.fieldNames(), list(keys)
    options: dict[str, Any] = {
        "loops": loops,
        "finite": finite,
        "observed_zero": observed_zero,
        "least_expected": least_expected,
    }

    def work(key: tuple[Any, ...], group: pd.DataFrame) -> pd.DataFrame:
        values: dict[str, Any] = dict(zip(key_names, key, strict=True))
        rows = []
        for kind, table in directed_edge_significance(group[list(EDGE_COLUMNS)], **options):
            # None, not nan: Arrow cannot make a text column of floats.
            others: dict[str, Any] = dict.fromkeys(name for name in names if name not in table.columns)
            rows.append(table.assign(**(others | values | {ROW_KIND: kind}))[names].astype(object))
        return pd.concat(rows, ignore_index=True)

    return edges.select(*key_names, *EDGE_COLUMNS).groupBy(*key_names).applyInPandas(work, schema=schema)


def directed_pairs_of(mixed: DataFrame, keys: Sequence[str] = DEFAULT_KEYS) -> DataFrame:
    """Return the rows of ordered pairs.

    Parameters
    ----------
    mixed : DataFrame
        As `fan_out_directed` returns it.
    keys : sequence of str
        Columns that tell the networks apart.

    Returns
    -------
    DataFrame
        Keys, src, dst, weight, moments, z, p-values, q_value, finite, q_lower.

    """
    return mixed.where(mixed[ROW_KIND] == "pair").select(*keys, *DIRECTED_PAIR_TYPES)
