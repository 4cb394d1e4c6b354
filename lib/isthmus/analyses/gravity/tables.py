"""The tables of gravity between cities."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

_SPECIFICATION = column("specification", "int", "1 to 4, each with more covariates than the one before", False)

GRAVITY_COEFFICIENTS = TableSpec(
    name="gravity_coefficients",
    fields=(
        *STUDY_COLUMNS,
        _SPECIFICATION,
        column("name", "string", "the covariate", False),
        column("estimate", "double", "coefficient of the Poisson pseudo-maximum-likelihood fit", False),
        column("standard_error", "double", "robust to heteroscedasticity (HC1)", False),
        column("two_way_error", "double", "clustered by citing and by cited city", False),
        column("p_of_one", "double", "Wald test that it is 1 (HC1); null where it is 1 by construction"),
        column("constructed", "boolean", "whether it is 1 by construction, whatever the data", False),
    ),
    key=("study", "specification", "name"),
    comment="A coefficient of a gravity model of citations between all cities.",
    partition_by=("study",),
)

GRAVITY_FITS = TableSpec(
    name="gravity_fits",
    fields=(
        *STUDY_COLUMNS,
        _SPECIFICATION,
        column("n_citing", "bigint", "citing cities of the grid", False),
        column("n_cited", "bigint", "cited cities of the grid", False),
        column("n_pairs", "bigint", "pairs of the grid, without a citation too", False),
        column("n_positive", "bigint", "pairs with a citation"),
        column("left_out_citing", "bigint", "citing cities without scientists, coordinates or country", False),
        column("left_out_cited", "bigint", "cited cities without them", False),
        column("near_pairs", "bigint", "pairs of different cities that count as one kilometre apart"),
        column("mcfadden", "double", "1 - log-likelihood over that of the constant alone"),
        column("squared_correlation", "double", "of citations and fitted citations"),
        column("two_way_clipped", "boolean", "whether the two-way matrix had a negative eigenvalue, set to 0"),
        column("status", "string", "converged, not converged, or failed", False),
        column("message", "string", "why it failed"),
    ),
    key=("study", "specification"),
    comment="A fitted gravity model of citations between all cities, zeros included.",
    partition_by=("study",),
)
