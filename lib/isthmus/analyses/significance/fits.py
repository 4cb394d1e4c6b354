"""The null models that were fitted, in a table."""

import pandas as pd

from isthmus.analyses.networks.words import network_name
from isthmus.analyses.significance.pooled import CONVERGED
from isthmus.analyses.significance.tables import NULL_MODEL_FITS
from isthmus.analyses.significance.text import MODEL_NAMES
from isthmus.report.results import Results, rows_of
from isthmus.report.text import MISSING, count, joined, span


def fits_table(results: Results) -> pd.DataFrame:
    """Return the null models in sum: network, citation year, fits, years, converged, worst error, failures."""
    rows = []
    for (network, citation_year), fits in results.table(NULL_MODEL_FITS).groupby(
        ["network", "citation_year"], sort=True, observed=True
    ):
        broken = fits[fits["status"] != CONVERGED]
        reasons = [f"{int(row.year)}: {row.message or row.status}" for row in rows_of(broken.sort_values("year"))]
        rows.append(
            {
                "network": network_name(results, str(network)),
                "citation_year": str(citation_year),
                "model": joined([MODEL_NAMES.get(name, name) for name in fits["null_model"].unique()]),
                "years": span(fits["year"].unique()),
                "countries": _range(fits["n_nodes"]),
                "converged": f"{count((fits['status'] == CONVERGED).sum())} of {count(len(fits))}",
                "worst_error": _power(fits["max_relative_error"].max()),
                "failed": "; ".join(reasons),
            }
        )
    return pd.DataFrame(rows)


def _range(numbers: pd.Series) -> str:
    low, high = numbers.min(), numbers.max()
    return MISSING if pd.isna(low) else count(low) if low == high else f"{count(low)}–{count(high)}"


def _power(error: float) -> str:
    return MISSING if pd.isna(error) else "0" if error == 0 else f"{error:.0e}".replace("e-0", "e-").replace("-", "−")
