"""The tables of compared countries and blocs: their works, citations, partners, organisations and researchers."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

_YEAR = column("year", "int", "publication year of the works", False)
_ENTITY = column("entity", "string", "compared country (alpha-2 code) or bloc (its name)", False)
_AMONG = column("among", "string", "blocs: the compared countries and blocs; countries: all countries", False)
_LEVEL = column("level", "string", "listed: institutions as the works list them; top: those at the top above", False)

WORK_COUNTRIES = TableSpec(
    name="work_countries",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        _YEAR,
        column(
            "places",
            "array<struct<country:string,fraction:double>>",
            "countries of the work by code, with the share of the work by author fractions",
            False,
        ),
    ),
    key=("study", "work_id"),
    comment="A work of the corpus with its countries, whatever the nodes of the networks are.",
    partition_by=("study",),
)

PARTNER_SETS = TableSpec(
    name="partner_sets",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        _YEAR,
        column("blocs", "array<string>", "compared countries and blocs that the works were written with", False),
        column("countries", "array<string>", "countries outside the entity that they were written with", False),
        column("several_members", "boolean", "whether they have several countries inside the entity", False),
        column("works", "bigint", "works of the entity with exactly these partners", False),
        column("fraction", "double", "the entity's share of these works by author fractions", False),
    ),
    key=("study", "entity", "year", "blocs", "countries", "several_members"),
    comment="The works of an entity in a year by the set of its partners: what is resampled.",
    partition_by=("study",),
    checks={"some_work": "works > 0"},
)

ENTITY_CITATIONS = TableSpec(
    name="entity_citations",
    fields=(
        *STUDY_COLUMNS,
        column("entity", "string", "compared country or bloc; world; world with a country", False),
        column("year", "int", "year of the citing work (made), or of the cited one (to_date)", False),
        column("citations_made", "bigint", "citations made in the year to works of any year", False),
        column("citations_made_fractional", "double", "the same by author fractions of the cited works", False),
        column("citations_to_date", "bigint", "citations, to date, of works of the year", False),
        column("citations_to_date_fractional", "double", "the same by author fractions of the cited works", False),
    ),
    key=("study", "entity", "year"),
    comment="Citations of the corpus by entity of the cited works and year.",
    partition_by=("study",),
)

BLOC_YEARS = TableSpec(
    name="bloc_years",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        _YEAR,
        column("papers", "bigint", "works with an affiliation in the entity (full count)", False),
        column("papers_fractional", "double", "the same by author fractions", False),
        column("share_papers", "double", "papers over all works of the corpus; null in a year without works"),
        column("share_papers_fractional", "double", "the same by author fractions"),
        column("papers_international", "bigint", "of the papers, those with a country outside, too", False),
        column("papers_international_fractional", "double", "the entity's share of these by author fractions", False),
        column("share_international", "double", "reliance on foreign partners: international papers over papers"),
        column("share_international_fractional", "double", "the same by author fractions"),
        column("papers_internal", "bigint", "papers with two or more countries inside the entity", False),
        column("papers_internal_fractional", "double", "the entity's share of these by author fractions", False),
        column("share_internal", "double", "internal collaboration: these over papers; null without papers"),
        column("share_internal_fractional", "double", "the same by author fractions"),
        column("citations_made", "bigint", "citations made in the year to works of the entity of any year", False),
        column("citations_made_fractional", "double", "the same by author fractions of the cited works", False),
        column("share_citations_made", "double", "these over all citations made in the year to works of the corpus"),
        column("share_citations_made_fractional", "double", "the same by author fractions"),
        column("citations_to_date", "bigint", "citations, to date, of works of the entity of the year", False),
        column("citations_to_date_fractional", "double", "the same by author fractions of the cited works", False),
        column("share_citations_to_date", "double", "these over all citations, to date, of works of the year"),
        column("share_citations_to_date_fractional", "double", "the same by author fractions"),
    ),
    key=("study", "entity", "year"),
    comment="A compared country or bloc in a year of the corpus, years with nothing in them too.",
    partition_by=("study",),
    checks={"international_within_papers": "papers_international <= papers"},
)

BLOC_WORLD_YEARS = TableSpec(
    name="bloc_world_years",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        column("works", "bigint", "works of the corpus", False),
        column("works_with_country", "bigint", "of these, works with at least one country", False),
        column("citations_made", "bigint", "citations made in the year to works of the corpus of any year", False),
        column("citations_made_placed", "bigint", "of these, to works with a country", False),
        column("citations_to_date", "bigint", "citations, to date, of works of the year", False),
        column("citations_to_date_placed", "bigint", "of these, of works with a country", False),
        column("ratio", "double", "papers of the first entity over the sum of the others' papers; null over 0"),
        column("ratio_fractional", "double", "the same by author fractions"),
        column("ratio_union", "double", "papers of the first over works of any of the others, each once; null over 0"),
    ),
    key=("study", "year"),
    comment="What shares of a year are shares of, how much of it has a country; the first entity and the others.",
    partition_by=("study",),
    checks={"placed_within_works": "works_with_country <= works"},
)

BLOC_PARTNERS = TableSpec(
    name="bloc_partners",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        _YEAR,
        column("among", "string", "blocs or countries; any: works with any other compared country or bloc", False),
        column("partner", "string", "compared country or bloc; country; or 'any of the others'", False),
        column("papers_joint", "bigint", "works with a country of each, two different countries", False),
        column("papers_joint_fractional", "double", "the entity's own share of these by author fractions", False),
        column("share", "double", "papers_joint over the entity's papers; null without papers"),
        column("share_fractional", "double", "the same by author fractions"),
    ),
    key=("study", "entity", "year", "among", "partner"),
    comment="How much of an entity's output a partner takes part in, by year: all ordered pairs of compared countries "
    "and blocs, and the countries that it has joint works with.",
    partition_by=("study",),
)

BLOC_TOP_PARTNERS = TableSpec(
    name="bloc_top_partners",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        _AMONG,
        _YEAR,
        column("partner", "string", "who has most joint works; of equals who led before, then the first named", False),
        column("papers_joint", "bigint", "joint works with it", False),
        column("following", "string", "who comes next; null where nobody else has a joint work"),
        column("following_papers_joint", "bigint", "joint works with that one", False),
        column("partner_fractional", "string", "who leads by author fractions of the entity", False),
    ),
    key=("study", "entity", "among", "year"),
    comment="The top collaborator of an entity by year of the analysis; years without a joint work have no row.",
    partition_by=("study",),
)

BLOC_OVERTAKINGS = TableSpec(
    name="bloc_overtakings",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        _AMONG,
        column("partner", "string", "top collaborator in the last year of the analysis", False),
        column("since", "int", "year from which it is ahead of every other on the whole", False),
        column("overtook", "string", "the last that it overtook; null where nobody was ahead before"),
        column("since_low", "int", "lower end of the bootstrap interval of `since`"),
        column("since_high", "int", "upper end; both null where it is ahead in no resample"),
        column("support", "double", "share of the resamples in which the same partner leads in the last year", False),
        column("replicates", "int", "resamples of the works", False),
    ),
    key=("study", "entity", "among"),
    comment="Since when the top collaborator of an entity leads, and whom it overtook.",
    partition_by=("study",),
    checks={"support_is_a_share": "support BETWEEN 0 AND 1"},
)

RELIANCE_TRENDS = TableSpec(
    name="reliance_trends",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        column("years", "int", "years of the analysis with a paper of the entity", False),
        column("slope", "double", "change of the share of international papers per decade (Theil-Sen); null below 2"),
        column("slope_low", "double", "lower end of its bootstrap interval"),
        column("slope_high", "double", "upper end"),
        column("kendall_tau", "double", "rank correlation of the share with the year; null where it is constant"),
        column("p_value", "double", "two-sided, of tau = 0 for independent years (Mann-Kendall)"),
        column("first_share", "double", "the share in the first of the years"),
        column("last_share", "double", "in the last"),
        column("peak_year", "int", "year of the largest share"),
        column("peak_share", "double", "the largest share"),
    ),
    key=("study", "entity"),
    comment="Whether an entity relies more or less on foreign partners over the years of the analysis.",
    partition_by=("study",),
)

CONNECTED_COUNTRIES = TableSpec(
    name="connected_countries",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        column("country", "string", "ISO 3166-1 alpha-2 code", False),
        column("degree", "int", "countries that it has joint works with", False),
        column("strength", "double", "joint works, summed over these countries", False),
        column("pagerank", "double", "weighted PageRank with damping 0.85; sums to 1 over a year", False),
    ),
    key=("study", "year", "country"),
    comment="How connected a country is in the collaboration of a year; countries without a joint work are left out.",
    partition_by=("study",),
)

ORGANISATION_WORKS = TableSpec(
    name="organisation_works",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        _YEAR,
        _LEVEL,
        column("institution_id", "bigint", "number of the institution", False),
        column("fraction", "double", "share of the work by authors with an institution; sums to 1 over a work", False),
    ),
    key=("study", "work_id", "level", "institution_id"),
    comment="A work of the corpus and an organisation of its authors; a work counts once for each.",
    partition_by=("study",),
)

LARGE_ORGANISATIONS = TableSpec(
    name="large_organisations",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        _LEVEL,
        column("institution_id", "bigint", "number of the institution", False),
        column("display_name", "string", "its name; null where the snapshot has no record of it"),
        column("country", "string", "its country today"),
        column("continent", "string", "the continent of that country (UN M49)"),
        column("geonames_city_id", "bigint", "number of its city in GeoNames"),
        column("city", "string", "name of the city"),
        column("papers", "bigint", "works of the year (full count)", False),
        column("papers_fractional", "double", "the same by author fractions", False),
        column("above_papers", "boolean", "more papers than blocs.organisation_papers", False),
        column("above_share", "boolean", "more papers than blocs.organisation_share of all works of the year", False),
    ),
    key=("study", "year", "level", "institution_id"),
    comment="An organisation above one of the two thresholds in a year.",
    partition_by=("study",),
)

ORGANISATION_COUNTS = TableSpec(
    name="organisation_counts",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        _LEVEL,
        column("threshold", "string", "papers: blocs.organisation_papers; share: blocs.organisation_share", False),
        column("more_than", "double", "papers that an organisation of the row exceeds", False),
        column("place_kind", "string", "world, continent, entity, country or city", False),
        column("place", "string", "name or code of the place; of a city its number in GeoNames", False),
        column("city", "string", "name of the city, else null"),
        column("organisations", "bigint", "organisations above the threshold (full count)", False),
        column("organisations_fractional", "bigint", "organisations whose author fractions exceed it", False),
        column("low", "int", "lower end of the bootstrap interval of `organisations`; the last year's alone"),
        column("high", "int", "upper end"),
        column("share_with_institution", "double", "share of the year's works with an institution: the coverage"),
    ),
    key=("study", "year", "level", "threshold", "place_kind", "place"),
    comment="How many organisations of a place publish more than so many papers in a year. World, continents and "
    "compared entities have all rows; a country or city without a row has no such organisation.",
    partition_by=("study",),
)

ACTIVE_RESEARCHERS = TableSpec(
    name="active_researchers",
    fields=(
        *STUDY_COLUMNS,
        _ENTITY,
        column("year", "int", "last year of the window", False),
        column("least_papers", "int", "least papers of the corpus in the window", False),
        column("window_years", "int", "years of the window", False),
        column("researchers", "bigint", "authors with as many papers who are at home in the entity", False),
        column("median_age", "double", "median years since their first work of any field; null without researchers"),
        column("share_young", "double", "share of them with less than ten such years; null without researchers"),
        column("world_researchers", "bigint", "authors with as many papers, wherever they are", False),
        column("world_located", "bigint", "of these, authors with a home in the year", False),
    ),
    key=("study", "entity", "year", "least_papers", "window_years"),
    comment="Active researchers of a compared country or bloc, by what counts as active. Windows that begin before the "
    "corpus are left out.",
    partition_by=("study",),
    checks={"located_within_world": "world_located <= world_researchers"},
)
