"""The tables of disruption: works, places by year, places as a whole, trends."""

from collections.abc import Iterator

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import Column, TableSpec, column

_KIND = column("place_kind", "string", "world, bloc (a place of the study that is no country) or country", False)
_PLACE = column("place", "string", "world, name of the bloc, or ISO 3166-1 alpha-2 code of the country", False)

DISRUPTION_COUNTS = TableSpec(
    name="disruption_counts",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("year", "int", "publication year", False),
        column("n_references", "bigint", "recorded references, each work once", False),
        column("n_i", "bigint", "works of the window that cite it and none of its references", False),
        column("n_j", "bigint", "works of the window that cite it and one of its references or more", False),
        column("n_k", "bigint", "works of the window that cite one of its references or more, and not it", False),
        column("n_j_strong", "bigint", "of n_j, those that share at least five references with it", False),
        column("shared", "bigint", "references shared with it, summed over the works that cite it", False),
        column("n_i_near", "bigint", "n_i of the short window", False),
        column("n_j_near", "bigint", "n_j of the short window", False),
        column("n_k_near", "bigint", "n_k of the short window", False),
        column("expected_n_j", "double", "n_j where citations are permuted within citing and cited year", False),
        column("expected_reached", "double", "n_j + n_k likewise", False),
    ),
    key=("study", "work_id"),
    comment="A work of the corpus and the works that cite it, or its references: what the indices are made of.",
    partition_by=("study",),
    checks={"strong_within_joint": "n_j_strong <= n_j"},
)

WORK_DISRUPTION = TableSpec(
    name="work_disruption",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("year", "int", "publication year", False),
        column("n_references", "bigint", "recorded references, each work once", False),
        column("n_i", "bigint", "works of the window that cite it and none of its references", False),
        column("n_j", "bigint", "works of the window that cite it and one of its references or more", False),
        column("n_k", "bigint", "works of the window that cite one of its references or more, and not it", False),
        column("n_j_strong", "bigint", "of n_j, those that share at least five references with it", False),
        column("cd", "double", "(n_i - n_j) / (n_i + n_j + n_k); null below disruption.minimum_references"),
        column("cd5", "double", "the same within the short window"),
        column("cdnok", "double", "(n_i - n_j) / (n_i + n_j)"),
        column("di5", "double", "as cd, with n_j_strong for n_j"),
        column("dependence", "double", "references shared with it per work that cites it"),
        column("cd_all", "double", "as cd, also below disruption.minimum_references"),
        column("expected_n_j", "double", "n_j where citations are permuted within citing and cited year"),
        column("expected_n_k", "double", "n_k likewise"),
        column("expected_cd", "double", "cd of these, given the number of citing works"),
        column("rank", "double", "mid-rank of cd among the works of the year, between 0 and 1"),
        column("class_rank", "double", "the same among those of the year and a like number of references"),
        column("most_disruptive", "double", "1 in the top of the year by cd, else 0; a part where ties are fractional"),
        column("most_developmental", "double", "1 at the bottom of the year by cd, else 0; a part likewise"),
    ),
    key=("study", "work_id"),
    comment="A work of the corpus: who builds on it alone, who on its references. Citing works of any field count.",
    partition_by=("study",),
    checks={"strong_within_joint": "n_j_strong <= n_j"},
)


def _estimates() -> Iterator[Column]:
    meanings = {
        "cd": "mean CD",
        "cd_all": "mean CD, with the works below disruption.minimum_references",
        "cd5": "mean CD of the short window",
        "cdnok": "mean CD without n_k",
        "di5": "mean DI5",
        "dependence": "mean dependence",
        "rank": "mean rank of CD within the year; 0.5 for the world",
        "class_rank": "mean rank within the year and a like number of references; 0.5 for the world",
        "above_expected": "mean of CD less CD of the expected counts",
        "median_cd": "median CD",
        "share_positive": "share of the works with an index whose CD is above 0",
        "observed_over_expected": "sum of n_j over the sum of its expectation",
    }
    for name, meaning in meanings.items():
        yield column(name, "double", meaning)
        yield column(f"{name}_low", "double", "lower end of its interval")
        yield column(f"{name}_high", "double", "upper end")


_SUMMARY = (
    column("papers", "bigint", "works of the corpus (full count)", False),
    column("without_references", "bigint", "of these, works without any recorded reference", False),
    column("measured", "bigint", "of these, works with an index CD", False),
    *_estimates(),
    column("most_disruptive", "double", "works in the top of their year", False),
    column("most_developmental", "double", "works at the bottom of their year", False),
)

DISRUPTION_YEARS = TableSpec(
    name="disruption_years",
    fields=(*STUDY_COLUMNS, _KIND, _PLACE, column("year", "int", "publication year of the works", False), *_SUMMARY),
    key=("study", "place_kind", "place", "year"),
    comment="Disruption of the works of the world, a bloc or a country by year. Years without works have no row.",
    partition_by=("study",),
    checks={"measured_within_papers": "measured <= papers"},
)

DISRUPTION_PLACES = TableSpec(
    name="disruption_places",
    fields=(
        *STUDY_COLUMNS,
        _KIND,
        _PLACE,
        *_SUMMARY,
        column("p_value", "double", "two-sided, of a mean class_rank of 0.5; null for the world and below 30 works"),
        column("q_value", "double", "after Benjamini-Hochberg over the places of its kind"),
        column("grade", "string", "firm: q below 0.05; probable: p below 0.05; null: not settled"),
        column("direction", "string", "more disruptive or more developmental than the world; null without a grade"),
    ),
    key=("study", "place_kind", "place"),
    comment="Disruption of the works of a place over the significance years, compared with works of the world of the "
    "same year and a like number of references.",
    partition_by=("study",),
)

DISRUPTION_TRENDS = TableSpec(
    name="disruption_trends",
    fields=(
        *STUDY_COLUMNS,
        _KIND,
        _PLACE,
        column(
            "measure",
            "string",
            "cd, cd5, cd_all, di5, above_expected or class_rank: the column of disruption_years",
            False,
        ),
        column("years", "int", "years with a value; those whose window is not over are left out", False),
        column("slope", "double", "change of the yearly mean per decade (Theil-Sen); null below 2 years"),
        column("slope_low", "double", "lower end of its interval, from the errors of the yearly means"),
        column("slope_high", "double", "upper end"),
        column("kendall_tau", "double", "rank correlation with the year"),
        column("p_value", "double", "two-sided, of tau = 0 for independent years (Mann-Kendall)"),
        column("direction", "string", "rises or falls: interval without 0 and p below 0.05; null otherwise"),
    ),
    key=("study", "place_kind", "place", "measure"),
    comment="Whether the disruption of a place's works rises or falls over the years of the analysis, by five readings "
    "that answer the same question with other flaws, and by rank.",
    partition_by=("study",),
)

DISRUPTION_CITIES = TableSpec(
    name="disruption_cities",
    fields=(
        *STUDY_COLUMNS,
        column("city", "bigint", "number of the city in GeoNames: that of the last author", False),
        column("name", "string", "name of the city"),
        column("country", "string", "ISO 3166-1 alpha-2 code of its country"),
        column("year", "int", "publication year of the works", False),
        column("measured", "bigint", "works with an index CD", False),
        column("most_disruptive", "double", "of these, works in the top of their year", False),
        column("most_developmental", "double", "of these, works at the bottom of their year", False),
    ),
    key=("study", "city", "year"),
    comment="A city in a year: works by their last author, and how many are at either end of the year by CD. Empty "
    "where the study has no section places.",
    partition_by=("study",),
)
