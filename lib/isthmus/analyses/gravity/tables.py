"""The tables of gravity between cities."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

_SPECIFICATION = (
    column("network", "string", "impact (who builds on whom) or migration (who moves where)", False),
    column("specification", "int", "1 to 4, each with more covariates; 5: effects of both ends", False),
)

GRAVITY_COEFFICIENTS = TableSpec(
    name="gravity_coefficients",
    fields=(
        *STUDY_COLUMNS,
        *_SPECIFICATION,
        column("name", "string", "the covariate", False),
        column("estimate", "double", "coefficient of the Poisson pseudo-maximum-likelihood fit", False),
        column("standard_error", "double", "robust to heteroscedasticity (HC1)", False),
        column("two_way_error", "double", "clustered by the city of both ends", False),
        column(
            "low",
            "double",
            "lower end of the 95 % interval by leaving out each city; null where one city decides, or by construction",
        ),
        column("high", "double", "upper end of it"),
        column("effective_cities", "double", "how many cities decide the coefficient"),
        column(
            "p_of_one", "double", "Wald test that it is 1 (HC1); null where it is so by construction, or with effects"
        ),
        column("constructed", "boolean", "whether it is 1 by construction, whatever the data", False),
    ),
    key=("study", "network", "specification", "name"),
    comment="A coefficient of a gravity model of citations, or of moves, between all cities.",
    partition_by=("study",),
)

GRAVITY_FITS = TableSpec(
    name="gravity_fits",
    fields=(
        *STUDY_COLUMNS,
        *_SPECIFICATION,
        column("n_citing", "bigint", "citing cities, or origins, of the grid", False),
        column("n_cited", "bigint", "cited cities, or destinations, of the grid", False),
        column("n_pairs", "bigint", "pairs of the model, those without a flow too", False),
        column("n_positive", "bigint", "pairs with a flow"),
        column("left_out_citing", "bigint", "citing cities, or origins, without what it needs", False),
        column("left_out_cited", "bigint", "cited cities, or destinations, without it", False),
        column("near_pairs", "bigint", "pairs of different cities that count as one kilometre apart"),
        column("mcfadden", "double", "1 - log-likelihood over that of the constant alone; null with effects"),
        column("squared_correlation", "double", "of flows and fitted flows; null with effects"),
        column("two_way_clipped", "boolean", "whether the two-way matrix had a negative eigenvalue, set to 0"),
        column("status", "string", "converged, not converged, or failed", False),
        column("message", "string", "why it failed, or what was left out"),
    ),
    key=("study", "network", "specification"),
    comment="A fitted gravity model of citations, or of moves, between all cities, zeros included.",
    partition_by=("study",),
)
