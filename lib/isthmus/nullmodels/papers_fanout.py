"""Null models of papers for all years of a study at once: edges and papers of a year meet in one task."""

from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from isthmus.errors import NetworkError
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.fanout import DEFAULT_KEYS, EDGE_COLUMNS, FIT, FIT_TYPES, PAIR_TYPES, ROW_KIND
from isthmus.nullmodels.paper_frames import PAPER_COLUMNS, failed_fit, paper_edge_significance
from isthmus.nullmodels.paper_models import check_paper_model

_PAPER_KEYS = tuple(f"paper_{name}" for name in DEFAULT_KEYS)


def fan_out_papers(
    edges: DataFrame,
    papers: DataFrame,
    *,
    model: str = "papers",
    finite: str = "expected_in_500_samples",
    observed_zero: bool = True,
) -> DataFrame:
    """Fit a null model of papers to each year of collaboration and test every pair against it, in one pass.

    A year that cannot be fitted becomes a row that says so; so does every network but collaboration, whose links are
    not pairs of countries on a paper. Take the result apart with `isthmus.nullmodels.fanout.pairs_of` and `fits_of`.

    Parameters
    ----------
    edges : DataFrame
        Columns network, citation_year, year, src, dst, weight (whole numbers > 0); each undirected pair once.
    papers : DataFrame
        Columns year, n_countries, country, n_papers, one row each, as `isthmus.networks.paper_sizes` makes them from
        the same papers as the edges.
    model : str
        One of `isthmus.nullmodels.link_models.PAPER_MODELS`.
    finite : str
        "expected_in_500_samples", "present" or "linked", see `isthmus.nullmodels.significance.pair_significance`.
    observed_zero : bool
        List pairs of linked countries without a link too.

    Returns
    -------
    DataFrame
        Of the same schema as `isthmus.nullmodels.fanout.fan_out`.

    Raises
    ------
    NetworkError
        Unknown model or rule, or columns are missing.

    """
    check_paper_model(model, finite=finite)
    _check_columns("edges", edges, (*DEFAULT_KEYS, *EDGE_COLUMNS))
    _check_columns("papers", papers, ("year", *PAPER_COLUMNS))
    schema = _schema([edges.schema[name] for name in DEFAULT_KEYS])
    names = schema.fieldNames()
    options: dict[str, Any] = {"model": model, "finite": finite, "observed_zero": observed_zero}

    def work(key: tuple[Any, ...], links: pd.DataFrame, behind: pd.DataFrame) -> pd.DataFrame:
        values = dict(zip(DEFAULT_KEYS, key, strict=True))
        tables = [] if links.empty else list(_tested(values["network"], links, behind, options))
        rows = [_filled(table, values | {ROW_KIND: kind}, names) for kind, table in tables]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=names)

    links = edges.select(*DEFAULT_KEYS, *EDGE_COLUMNS).groupBy(*DEFAULT_KEYS)
    placed = _placed(edges, papers).groupBy(*_PAPER_KEYS)
    return links.cogroup(placed).applyInPandas(work, schema=schema)


def _placed(edges: DataFrame, papers: DataFrame) -> DataFrame:
    """Return the papers under the keys of the collaboration networks, renamed to tell the sides apart."""
    networks = edges.where(F.col("network") == COLLABORATION).select(
        *[F.col(name).alias(new) for name, new in zip(DEFAULT_KEYS, _PAPER_KEYS, strict=True)]
    )
    own_year = networks[_PAPER_KEYS[-1]] == papers["year"]
    return papers.join(F.broadcast(networks.distinct()), own_year).select(*_PAPER_KEYS, *PAPER_COLUMNS)


def _tested(network: str, links: pd.DataFrame, behind: pd.DataFrame, options: dict[str, Any]) -> Any:
    edges = links[list(EDGE_COLUMNS)]
    if network != COLLABORATION:
        message = f"the null model {options['model']!r} takes papers as events: {COLLABORATION} only, not {network}"
        return [(FIT, failed_fit(edges, options["model"], message))]
    return paper_edge_significance(edges, behind[list(PAPER_COLUMNS)], **options)


def _filled(table: pd.DataFrame, values: dict[str, Any], names: list[str]) -> pd.DataFrame:
    # None, not nan: Arrow cannot make a text column of floats.
    others = dict.fromkeys(name for name in names if name not in table.columns)
    return table.assign(**(others | values))[names].astype(object)


def _check_columns(what: str, frame: DataFrame, wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise NetworkError(f"the {what} lack the columns {missing}; found {frame.columns}")


def _schema(key_fields: list[StructField]) -> StructType:
    columns = [StructField(name, dtype) for name, dtype in (PAIR_TYPES | FIT_TYPES).items()]
    return StructType([*key_fields, StructField(ROW_KIND, StringType(), nullable=False), *columns])
