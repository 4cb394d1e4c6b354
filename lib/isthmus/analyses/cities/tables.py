"""The tables of cities and of the ties between them."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import Column, TableSpec, column

_CITY = column("city", "bigint", "number of the city in GeoNames", False)
_YEAR = column("year", "int", "publication year", False)
_C2, _C5 = "citations within two years; null where they are not over", "citations within five years; null likewise"
_NETWORK = column("network", "string", "impact, migration or collaboration", False)
_TIE = (
    _NETWORK,
    column("src", "bigint", "city that cites, that a scientist left, or of the last author", False),
    column("dst", "bigint", "city that is cited, that he came to, or of another author", False),
    column("weight", "bigint", "citations, scientists or works", False),
)


def _metric(name: str, what: str) -> tuple[Column, ...]:
    return (
        column(name, "bigint", what),
        column(f"rank_{name}", "int", f"rank by {name} in the year; equals share the best"),
        column(f"relative_{name}", "double", f"{name} over the largest of the year"),
    )


CITIES = TableSpec(
    name="cities",
    fields=(
        *STUDY_COLUMNS,
        _CITY,
        column("name", "string", "its name", False),
        column("label", "string", "its name, with country and region where others have it, too", False),
        column("country", "string", "ISO 3166-1 alpha-2 code"),
        column("region", "string", "region of the city"),
        column("latitude", "double", "degrees north: mean of its institutions, weighted by works"),
        column("longitude", "double", "degrees east, likewise"),
        column("side", "string", "which of the two sides it is on; null for neither"),
        column("position", "int", "its place by impact in the last of the impact years, from 1; null without impact"),
    ),
    key=("study", "city"),
    comment="A city with an author of the corpus.",
    partition_by=("study",),
)

CITY_YEARS = TableSpec(
    name="city_years",
    fields=(
        *STUDY_COLUMNS,
        _CITY,
        _YEAR,
        *_metric("works", "works whose last author is there"),
        *_metric("c2", _C2),
        *_metric("c5", _C5),
        *_metric("scientists", "scientists of the field with a work in the year who are there"),
    ),
    key=("study", "city", "year"),
    comment="A city in a year, with its ranks; years without works and scientists have no row.",
    partition_by=("study",),
)

SIDE_YEARS = TableSpec(
    name="side_years",
    fields=(
        *STUDY_COLUMNS,
        column("side", "string", "one of the two sides, or world: all cities", False),
        _YEAR,
        column("cities", "bigint", "cities with a work", False),
        column("works", "bigint", "works whose last author is there", False),
        column("c2", "bigint", _C2),
        column("c5", "bigint", _C5),
        column("scientists", "bigint", "scientists of the field with a work in the year who are there", False),
    ),
    key=("study", "side", "year"),
    comment="All cities of a side, and of the world, in a year.",
    partition_by=("study",),
)

CITY_MASSES = TableSpec(
    name="city_masses",
    fields=(
        *STUDY_COLUMNS,
        _CITY,
        column("works", "bigint", "works of the impact years whose last author is there", False),
        column("citations_made", "bigint", "citations within two years of works of these years, by works there", False),
        column("citations_received", "bigint", "the same, of works there", False),
        column("scientists", "bigint", "scientists of the field who were there in one of these years", False),
    ),
    key=("study", "city"),
    comment="The size of a city over the impact years.",
    partition_by=("study",),
)

CITY_TIES = TableSpec(
    name="city_ties",
    fields=(
        *STUDY_COLUMNS,
        *_TIE,
        column("years_seen", "int", "years with such a citation, move or work", False),
    ),
    key=("study", "network", "src", "dst"),
    comment="A tie between two cities, or of a city with itself, in one of the three networks.",
    partition_by=("study",),
    checks={"some_weight": "weight > 0"},
)

CITY_FITS = TableSpec(
    name="city_fits",
    fields=(
        *STUDY_COLUMNS,
        _NETWORK,
        column("null_model", "string", "directed-ecm, or directed-ecm-loops where a city's tie with itself counts"),
        column("n_nodes", "int", "cities"),
        column("n_links", "bigint", "ties"),
        column("total_weight", "bigint", "sum of their weights"),
        column("status", "string", "converged, boundary, failed, ...", False),
        column("max_relative_error", "double", "largest error of a degree or strength"),
        column("message", "string", "what went wrong, in words"),
    ),
    key=("study", "network"),
    comment="The null model of a network of cities: it keeps the partners and the total of each, in both directions.",
    partition_by=("study",),
)

CITY_TIE_TESTS = TableSpec(
    name="city_tie_tests",
    fields=(
        *STUDY_COLUMNS,
        *_TIE,
        column("years_seen", "int", "years with such a citation, move or work", False),
        column("expected", "double", "mean weight under the null model", False),
        column("z", "double", "(weight - expected) / standard deviation"),
        column("p_upper", "double", "P(W >= weight)", False),
        column("p_lower", "double", "P(W <= weight)", False),
        column("p_two_sided", "double", "twice the smaller mid-p", False),
        column("q_upper", "double", "Benjamini-Hochberg over all ordered pairs of the network", False),
        column("q_lower", "double", "the same of the lower tail", False),
        column("grade", "string", "firm, probable, few papers; null where nothing is settled"),
        column("direction", "string", "stronger or weaker than size explains"),
    ),
    key=("study", "network", "src", "dst"),
    comment="A tie of cities tested against the null model; pairs without a tie where 3 or more were expected.",
    partition_by=("study",),
)

CITY_MATRICES = TableSpec(
    name="city_matrices",
    fields=(
        *STUDY_COLUMNS,
        *_TIE,
        column("over_impact", "double", "weight minus the share of dst in the world's works times all that src cites"),
        column("expected", "double", "mean weight under the null model; null where the pair was not kept"),
        column("z", "double", "(weight - expected) / standard deviation"),
        column("p_upper", "double", "P(W >= weight)"),
        column("p_lower", "double", "P(W <= weight)"),
        column("q_upper", "double", "Benjamini-Hochberg over all ordered pairs of the network"),
        column("q_lower", "double", "the same of the lower tail"),
        column("grade", "string", "firm, probable, few papers; null where nothing is settled"),
        column("direction", "string", "stronger or weaker than size explains"),
    ),
    key=("study", "network", "src", "dst"),
    comment="All pairs of the leading cities in the three networks, pairs without a tie too.",
    partition_by=("study",),
)

_SPAN = (
    column("first_year", "int", "first year of the works", False),
    column("last_year", "int", "last year: the first, or the end of the flow years as one", False),
)
_PAIR = (
    column("src", "bigint", "number of a city in GeoNames", False),
    column("dst", "bigint", "the other city, of a larger number", False),
    column("weight", "bigint", "works with authors in both, each once", False),
    column("years_seen", "int", "years with such a work", False),
    column("expected", "double", "mean weight under the Enhanced Configuration Model", False),
    column("z", "double", "(weight - expected) / standard deviation"),
    column("p_upper", "double", "P(W >= weight)", False),
    column("p_lower", "double", "P(W <= weight)", False),
    column("p_two_sided", "double", "twice the smaller mid-p", False),
    column("q_upper", "double", "Benjamini-Hochberg over all pairs of cities with a joint work", False),
    column("q_lower", "double", "the same of the lower tail", False),
    column("grade", "string", "firm, probable, few papers; null where nothing is settled"),
    column("direction", "string", "stronger or weaker than size explains"),
)

CITY_PAIRS = TableSpec(
    name="city_pairs",
    fields=(*STUDY_COLUMNS, *_SPAN, *_PAIR),
    key=("study", "first_year", "last_year", "src", "dst"),
    comment="Two cities of all that write together, tested against size; without a joint work where 3 were expected.",
    partition_by=("study",),
    checks={"one_order": "src < dst"},
)

CITY_FIRM_PAIRS = TableSpec(
    name="city_firm_pairs",
    fields=(*STUDY_COLUMNS, *_SPAN, *_PAIR),
    key=("study", "src", "dst"),
    comment="Two cities that write together firmly more, or less, than size explains, over the flow years as one.",
    partition_by=("study",),
    checks={"firm": "grade = 'firm'"},
)

CITY_PAIR_FITS = TableSpec(
    name="city_pair_fits",
    fields=(
        *STUDY_COLUMNS,
        *_SPAN,
        column("n_nodes", "int", "cities with a joint work"),
        column("n_links", "bigint", "pairs of cities with one"),
        column("n_pairs", "bigint", "all pairs of these cities: the family of the false-discovery rates"),
        column("total_weight", "bigint", "sum of the weights"),
        column("status", "string", "converged, not converged, or failed", False),
        column("max_relative_error", "double", "largest error of a degree or strength"),
        column("message", "string", "what went wrong, in words"),
    ),
    key=("study", "first_year", "last_year"),
    comment="The null model of who writes with whom between all cities, in a year or over the flow years.",
    partition_by=("study",),
)

VENUE_YEARS = TableSpec(
    name="venue_years",
    fields=(
        *STUDY_COLUMNS,
        column("venue", "string", "venue of the study", False),
        _YEAR,
        column("side", "string", "side of the last author's city; null without a city or side"),
        column("works", "bigint", "works of the corpus in the venue", False),
    ),
    key=("study", "venue", "year", "side"),
    comment="Works of the corpus in a venue by the side of their last author.",
    partition_by=("study",),
)
