"""Flows of scholars that others counted, from a file of the user's own, beside those of the study."""

import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from posixpath import basename, dirname

import numpy as np
import pandas as pd

from isthmus.analyses.migration.tables import MIGRATION_AGREEMENT, MIGRATION_FLOWS
from isthmus.analyses.rows import of_study, write_frames
from isthmus.analyses.stage import Context, Outcome
from isthmus.config.migration import PublishedFlows
from isthmus.errors import ConfigError
from isthmus.files import open_root
from isthmus.geography import find_country
from isthmus.indicators.migration.agreement import rank_agreement
from isthmus.nullmodels.directed_frames import directed_significance_frames

FIELD = "migration.published_flows"
RULES = ("movers", "movers_strict", "movers_any_gap")
PLAIN, RELATIVE = "flows", "times what size explains"
COLUMNS = ("year", "origin", "destination")


def fingerprint(context: Context) -> Mapping[str, str]:
    """Return what tells one content of the user's file from another; nothing where the study names none."""
    wanted = context.the_study.migration.published_flows
    return {} if wanted is None else {FIELD: sha256(content_of(context, wanted.file, FIELD)).hexdigest()}


def write_agreement(context: Context) -> Outcome:
    """Write how the study's flows agree with the published ones; an empty table where the study names no file."""
    wanted = context.the_study.migration.published_flows
    if wanted is None:
        write_frames(context, {}, (MIGRATION_AGREEMENT,))
        return Outcome("no published flows are named")
    theirs = read_published(content_of(context, wanted.file, FIELD), wanted)
    ours = of_study(context, MIGRATION_FLOWS).drop("study", "release").toPandas()
    found = agreement(ours, theirs, seed=context.the_study.seed)
    write_frames(context, {MIGRATION_AGREEMENT.name: found}, (MIGRATION_AGREEMENT,))
    if found.empty:
        return Outcome("the published flows have no year in common with the study")
    best = found["spearman"].max()
    return Outcome(f"largest rank correlation with the published flows {best:.2f}")


def read_published(content: bytes, wanted: PublishedFlows) -> pd.DataFrame:
    """Return published flows: year, origin, destination (alpha-2 codes), movers.

    Parameters
    ----------
    content : bytes
        The file, CSV or compressed CSV.
    wanted : PublishedFlows
        Its name and the column of the movers.

    Raises
    ------
    ConfigError
        No table, a column that is missing, a country that no list knows, or a flow below 0; names the line.
    """
    hint = " (movers: names the column of the flows)"
    table = table_of(content, wanted.file, FIELD, (*COLUMNS, wanted.movers), hint)
    movers = pd.to_numeric(table[wanted.movers], errors="coerce")
    years = pd.to_numeric(table["year"], errors="coerce")
    wrong = movers.isna() | (movers < 0) | years.isna()
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ConfigError(
            f"{FIELD}: {wanted.file}, line {at + 2}: year {table['year'][at]}, {wanted.movers} "
            f"{table[wanted.movers][at]}; expected a year and a number of 0 or more"
        )
    ends = {end: table[end].map(codes_of(table, end, wanted.file, FIELD)) for end in ("origin", "destination")}
    flows = pd.DataFrame({"year": years.astype("int64"), **ends, "movers": movers.astype("float64")})
    return flows.groupby([*COLUMNS])["movers"].sum().reset_index()


def table_of(content: bytes, file: str, field: str, columns: Sequence[str], hint: str = "") -> pd.DataFrame:
    """Return a user's CSV file as a table, cells as they stand there.

    Parameters
    ----------
    content : bytes
        The file, compressed where its name ends in .gz.
    file, field : str
        Its name, and the field of the study that names it: for the error.
    columns : Sequence[str]
        What it must have.
    hint : str, optional
        What the error says at its end where a column is missing.

    Raises
    ------
    ConfigError
        No table, or a column that is missing.
    """
    try:
        plain = gzip.decompress(content) if file.endswith(".gz") else content
        table = pd.read_csv(io.BytesIO(plain), keep_default_na=False)
    except (ValueError, OSError, EOFError) as error:
        raise ConfigError(f"{field}: {file} is no readable CSV file ({error})") from None
    lacking = [name for name in columns if name not in table]
    if lacking:
        found = ", ".join(map(str, table.columns))
        raise ConfigError(f"{field}: {file} lacks {', '.join(lacking)}; it has {found}{hint}")
    return table


def codes_of(table: pd.DataFrame, end: str, file: str, field: str) -> dict[str, str]:
    """Return the alpha-2 code of every country as a user's file writes it.

    Parameters
    ----------
    table : pandas.DataFrame
        The file.
    end : str
        Column of the countries.
    file, field : str
        Its name, and the field of the study that names it: for the error.

    Raises
    ------
    ConfigError
        A country that no list knows; names the line.
    """
    codes = {}
    for text in table[end].unique():
        try:
            codes[text] = find_country(str(text)).code
        except ConfigError as error:
            at = int(np.flatnonzero(table[end] == text)[0])
            raise ConfigError(f"{field}: {file}, line {at + 2}, {end}: {error}") from None
    return codes


def agreement(ours: pd.DataFrame, theirs: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the agreement of flows summed over the years that both have: the columns of `migration_agreement`.

    Parameters
    ----------
    ours : pandas.DataFrame
        Rows of `migration_flows`.
    theirs : pandas.DataFrame
        As `read_published` returns them.
    seed : int
        Seed of the permutations.
    """
    years = sorted(set(ours["year"]) & set(theirs["year"]))
    if not years:
        return pd.DataFrame()
    second = theirs[theirs["year"].isin(years)].groupby(["origin", "destination"])["movers"].sum()
    rows = []
    for whose, own in ours[ours["year"].isin(years)].groupby("scientists"):
        for rule in RULES:
            first = own.groupby(["origin", "destination"])[rule].sum()
            common = sorted(_ends(first) & _ends(second))
            if len(common) < 3:
                continue
            for compared, of in ((PLAIN, _matrix), (RELATIVE, _relative)):
                found = rank_agreement(of(first, common), of(second, common), seed=seed)
                rows.append(
                    {"scientists": whose, "rule": rule, "compared": compared, "first_year": years[0]}
                    | {"last_year": years[-1]}
                    | asdict(found)
                )
    return pd.DataFrame(rows).rename(columns={"linked_first": "linked_own", "linked_second": "linked_published"})


def _ends(flows: "pd.Series[float]") -> set[str]:
    known = flows[flows > 0].index
    return set(known.get_level_values(0)) | set(known.get_level_values(1))


def _matrix(flows: "pd.Series[float]", common: list[str]) -> np.ndarray:
    """Return flows between these countries, (N, N), origins in rows."""
    wide = flows.unstack("destination").reindex(index=common, columns=common)
    table: np.ndarray = wide.to_numpy(dtype=np.float64, na_value=0.0)
    np.fill_diagonal(table, 0.0)
    return table


def _relative(flows: "pd.Series[float]", common: list[str]) -> np.ndarray:
    """Return flows over those that the directed null model of these countries expects; 0 where nothing flows."""
    table = np.round(_matrix(flows, common)).astype(np.int64)
    src, dst = np.nonzero(table)
    names = np.array(common)
    edges = pd.DataFrame({"src": names[src], "dst": names[dst], "weight": table[src, dst]})
    pairs, _ = directed_significance_frames(edges, finite="present", observed_zero=False)
    at = {name: position for position, name in enumerate(common)}
    found = np.zeros(table.shape)
    found[pairs["src"].map(at), pairs["dst"].map(at)] = pairs["weight"] / pairs["expected"]
    return found


def content_of(context: Context, file: str, field: str) -> bytes:
    """Return the content of a file of the user's own.

    Parameters
    ----------
    context : Context
        The run, which knows how buckets are reached.
    file, field : str
        Path or URI, and the field of the study that names it.

    Raises
    ------
    ConfigError
        There is no such file.
    """
    root = open_root(dirname(file) or ".", context.storage)
    if not root.is_file(basename(file)):
        raise ConfigError(f"{field}: there is no file {file}; give a path from here, or a whole one")
    return root.read(basename(file))
