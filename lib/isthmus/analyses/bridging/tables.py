"""The tables of bridges: betweenness between the sides with its null models, and the influence of each city."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import Column, TableSpec, column

_NETWORK = column("network", "string", "impact, migration, collaboration, or normalised_impact", False)
_CITY = column("city", "bigint", "number of the city in GeoNames", False)


def _band(null: str, what: str) -> tuple[Column, ...]:
    return (
        column(f"{null}_mean", "double", f"mean betweenness in networks drawn from the null model of {what}"),
        column(f"{null}_low", "double", "lower end of the band that a single city stays in"),
        column(f"{null}_high", "double", "upper end"),
        column(f"{null}_p", "double", "share of the draws, the observed network among them, with as much betweenness"),
        column(f"{null}_family_p", "double", "the same of the largest standardised deviation over all cities"),
    )


CITY_BRIDGES = TableSpec(
    name="city_bridges",
    fields=(
        *STUDY_COLUMNS,
        _NETWORK,
        _CITY,
        column(
            "betweenness", "double", "shortest ways between cities of the two sides through it, unnormalised", False
        ),
        column("cap", "double", "the most that it can be", False),
        *_band("size", "size alone (directed Enhanced Configuration Model)"),
        *_band("distance", "size and distance (gravity with effects)"),
        column("flows_observed", "double", "weight between the city and the other side, in both directions"),
        column("flows_expected", "double", "what its ties with its own side and the distances make of it"),
        column("flows_z", "double", "their difference in standard deviations of the drawn ones"),
        column("flows_p", "double", "share of the draws, what was observed among them, with as much beyond"),
        column("flows_family_p", "double", "the same over all cities tested (Holm)"),
        column("works_low", "double", "lower end of betweenness when works, or scientists, are drawn again"),
        column("works_high", "double", "upper end"),
        column("works_sd", "double", "standard deviation over the replicates"),
        column("works_first", "double", "share of the replicates in which it has the most; equals share one"),
    ),
    key=("study", "network", "city"),
    comment="A leading city as a bridge between the two sides, with what size and distance make of it.",
    partition_by=("study",),
    checks={"within_its_cap": "betweenness <= cap + 1e-6"},
)

CITY_INFLUENCE = TableSpec(
    name="city_influence",
    fields=(
        *STUDY_COLUMNS,
        _NETWORK,
        _CITY,
        column("measure", "string", "degree, strength, closeness_out, closeness_in, pagerank, ...", False),
        column("value", "double", "the measure", False),
        column("sd", "double", "its standard deviation over the worlds drawn; null where nothing is drawn"),
        column("rank", "int", "its rank among the leading cities; equals share the best", False),
    ),
    key=("study", "network", "city", "measure"),
    comment="How central a leading city is in a network, by a measure.",
    partition_by=("study",),
)

BRIDGE_NOTES = TableSpec(
    name="bridge_notes",
    fields=(
        *STUDY_COLUMNS,
        _NETWORK,
        column("null_model", "string", "size, distance, flows, works, or network", False),
        column("message", "string", "why there is no such result", False),
    ),
    key=("study", "network", "null_model"),
    comment="Why a network or a null model of it has no result.",
    partition_by=("study",),
)
