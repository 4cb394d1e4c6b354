"""Shares of groups among movers, from a table of numbers that the user supplies; nothing is told from a name."""

from collections.abc import Mapping
from hashlib import sha256

import numpy as np
import pandas as pd

from isthmus.analyses.migration.published import codes_of, content_of, table_of
from isthmus.analyses.migration.tables import ANCESTRY_SHARES
from isthmus.analyses.rows import write_frames
from isthmus.analyses.stage import Context, Outcome
from isthmus.config.migration import AncestryNumbers
from isthmus.errors import ConfigError

FIELD = "migration.ancestry"
COLUMNS = ("origin", "destination", "ancestry", "movers")


def fingerprint(context: Context) -> Mapping[str, str]:
    """Return what tells one content of the user's file from another; nothing where the study names none."""
    wanted = context.the_study.migration.ancestry
    return {} if wanted is None else {FIELD: sha256(content_of(context, wanted.file, FIELD)).hexdigest()}


def write_ancestry_shares(context: Context) -> Outcome:
    """Write the shares of groups among those who moved between the poles; an empty table where no file is named."""
    wanted, poles = context.the_study.migration.ancestry, context.the_study.geography.poles
    if wanted is None:
        write_frames(context, {}, (ANCESTRY_SHARES,))
        return Outcome("no numbers of ancestry are named")
    counts = read_numbers(content_of(context, wanted.file, FIELD), wanted)
    between = counts[counts["origin"].isin(poles) & counts["destination"].isin(poles)]
    write_frames(context, {ANCESTRY_SHARES.name: shares(between)}, (ANCESTRY_SHARES,))
    return Outcome(f"{between['movers'].sum():,} movers between the poles in the named file")


def read_numbers(content: bytes, wanted: AncestryNumbers) -> pd.DataFrame:
    """Return numbers of movers by group: origin, destination (alpha-2 codes), ancestry, movers.

    Parameters
    ----------
    content : bytes
        The file, CSV or compressed CSV.
    wanted : AncestryNumbers
        Its name.

    Raises
    ------
    ConfigError
        No table, a column that is missing, a country that no list knows, or no whole number of movers; names the line.
    """
    table = table_of(content, wanted.file, FIELD, COLUMNS)
    movers = pd.to_numeric(table["movers"], errors="coerce")
    wrong = movers.isna() | (movers < 0) | (movers % 1 != 0)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ConfigError(
            f"{FIELD}: {wanted.file}, line {at + 2}: movers {table['movers'][at]}; expected a whole number of 0 or more"
        )
    ends = {end: table[end].map(codes_of(table, end, wanted.file, FIELD)) for end in ("origin", "destination")}
    counts = pd.DataFrame({**ends, "ancestry": table["ancestry"].astype(str), "movers": movers.astype("int64")})
    return counts.groupby(list(COLUMNS[:3]))["movers"].sum().reset_index()


def shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of `ancestry_shares`: of all movers of a direction in the file.

    Parameters
    ----------
    counts : pandas.DataFrame
        As `read_numbers` returns them.
    """
    total = counts.groupby(["origin", "destination"])["movers"].transform("sum")
    return counts[total > 0].assign(share=counts["movers"] / total)
