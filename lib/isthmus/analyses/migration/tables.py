"""The tables of scientists who move: flows, their tests, those who move beside those who stay, ties to the origin."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.analyses.significance.tables import FIT, TESTED_PAIR
from isthmus.tablespec import TableSpec, column

_WORDS = (
    "everyone: all authors; field: the scientists of the study's field; with_orcid: those of whom the study is about "
    "who have an ORCID"
)
_SCIENTISTS = column("scientists", "string", _WORDS, False)
_WHOSE = column("whose", "string", _WORDS, False)  # where `scientists` is their number
_HAS_ORCID = column("has_orcid", "boolean", "whether the author has an ORCID", False)
_YEAR = column("year", "int", "first year at the destination", False)
_ORIGIN = column("origin", "string", "country (or pole that is a bloc) of the last known place before", False)
_DESTINATION = column("destination", "string", "country (or pole that is a bloc) of the next known place", False)
_GROUP = column("group", "string", "moved from there; moved elsewhere; never moved", False)
_MEASURE = column("measure", "string", "career_age (years), works of the year, citations until the year", False)

AUTHOR_MOVES = TableSpec(
    name="author_moves",
    fields=(
        *STUDY_COLUMNS,
        column("author_id", "bigint", "number of the author", False),
        _YEAR,
        _ORIGIN,
        _DESTINATION,
        column("years_between", "int", "years between the two known places", False),
        column("career_age", "int", "years since the author's first work", False),
        column("works", "int", "works of the year of the move", False),
        column("works_before", "bigint", "works in years at the origin up to the move", False),
        column("works_after", "bigint", "works in years at the destination from the move on", False),
        column("return_year", "int", "first later year with a known place at the origin; null where there is none"),
        column("in_field", "boolean", "whether the author is a scientist of the study's field", False),
        _HAS_ORCID,
    ),
    key=("study", "author_id", "year"),
    comment="A move: two consecutive known places of an author that differ, however long between them.",
    partition_by=("study",),
    checks={"two_places": "origin <> destination", "forward": "years_between > 0"},
)

MIGRATION_FLOWS = TableSpec(
    name="migration_flows",
    fields=(
        *STUDY_COLUMNS,
        _SCIENTISTS,
        _YEAR,
        _ORIGIN,
        _DESTINATION,
        column("movers", "bigint", "scientists who moved, by the gap rule", False),
        column("movers_strict", "bigint", "of these, those with enough works on both sides", False),
        column("movers_any_gap", "bigint", "scientists who moved, however long between the two places", False),
        column("returned", "bigint", "of the movers, those back at the origin within five years", False),
    ),
    key=("study", "scientists", "year", "origin", "destination"),
    comment="Scientists who moved from one country to another in a year.",
    partition_by=("study",),
    checks={"strict_within": "movers_strict <= movers AND movers <= movers_any_gap AND returned <= movers"},
)

MIGRATION_COUNTRIES = TableSpec(
    name="migration_countries",
    fields=(
        *STUDY_COLUMNS,
        _SCIENTISTS,
        column("year", "int", "year", False),
        column("country", "string", "country, or pole that is a bloc", False),
        column("present", "bigint", "scientists whose place of the year it is", False),
        column("arrivals", "bigint", "movers to it, by the gap rule", False),
        column("departures", "bigint", "movers from it, by the gap rule", False),
        column("net", "bigint", "arrivals without departures", False),
    ),
    key=("study", "scientists", "year", "country"),
    comment="What a country wins and loses in a year.",
    partition_by=("study",),
)

MIGRATION_TEST_ROWS = TableSpec(
    name="migration_test_rows",
    fields=(
        *STUDY_COLUMNS,
        _SCIENTISTS,
        column("year", "int", "year of the network", False),
        column("row_kind", "string", "pair or fit", False),
        *(column(f.name, f.type, f.comment) for f in TESTED_PAIR),
        column("q_lower", "double", "p_lower after Benjamini-Hochberg over all ordered pairs of the year"),
        *FIT,
    ),
    key=("study", "scientists", "year", "row_kind", "src", "dst"),
    comment="Working table: every ordered pair of a year tested against the directed null model, and the fits.",
    partition_by=("study",),
)

MIGRATION_FITS = TableSpec(
    name="migration_fits",
    fields=(*STUDY_COLUMNS, _SCIENTISTS, column("year", "int", "year of the network", False), *FIT),
    key=("study", "scientists", "year"),
    comment="A year's network of movers fitted by the directed null model, whether that converged or not.",
    partition_by=("study",),
)

MIGRATION_PAIRS = TableSpec(
    name="migration_pairs",
    fields=(
        *STUDY_COLUMNS,
        _SCIENTISTS,
        _ORIGIN,
        _DESTINATION,
        column("finite_years", "int", "years of the window with a z that counts", False),
        column("mean_z", "double", "mean z over these years"),
        column("significant", "boolean", "the published rule: mean z above the threshold", False),
        column("weight", "bigint", "movers over the significance years, by the gap rule", False),
        column("years_seen", "int", "years of the window with a mover"),
        column("years_present", "int", "years of the window in which both countries have movers"),
        column("expected", "double", "what size explains: expected movers over the same years"),
        column("propensity", "double", "weight / expected: times what size explains"),
        column("propensity_low", "double", "lower end of its exact 95 % interval (Garwood)"),
        column("propensity_high", "double", "upper end of it; an upper bound where nobody moved"),
        column("p_upper", "double", "probability of this many movers or more under the null model"),
        column("p_lower", "double", "probability of this many movers or fewer"),
        column("p_two_sided", "double", "two-sided mid-p value"),
        column("q_upper", "double", "p_upper after Benjamini-Hochberg over all ordered pairs of the window"),
        column("q_lower", "double", "p_lower after the same"),
        column("direction", "string", "stronger or weaker than size explains; null without a grade"),
        column("grade", "string", "firm, probable or few papers; null where nothing speaks against size"),
    ),
    key=("study", "scientists", "origin", "destination"),
    comment="Movers between two countries over the significance years, tested as a whole; with a mover or a grade.",
    partition_by=("study",),
)

COMPARED_SCIENTISTS = TableSpec(
    name="compared_scientists",
    fields=(
        *STUDY_COLUMNS,
        _DESTINATION,
        _ORIGIN,
        column("author_id", "bigint", "number of the author", False),
        _GROUP,
        column("year", "int", "year of the first move; of others a year at the destination, drawn", False),
        column("career_age", "int", "years since the first work", False),
        column("works", "int", "works of the year", False),
        column("citations", "bigint", "citations until the year of works until the year", False),
        column("later_works", "bigint", "works after the year", False),
        column("later_joint", "bigint", "of these, works with another author in the origin", False),
        _HAS_ORCID,
    ),
    key=("study", "destination", "origin", "author_id"),
    comment="A scientist at a pole: whether he came from the other pole, and what he had done when he is compared.",
    partition_by=("study",),
)

COMPARED_WORKS = TableSpec(
    name="compared_works",
    fields=(
        *STUDY_COLUMNS,
        _DESTINATION,
        _ORIGIN,
        column("author_id", "bigint", "number of the author", False),
        _GROUP,
        column("since", "int", "years since the year of the comparison", False),
        column("joint", "boolean", "whether another author has an affiliation in the origin", False),
        _HAS_ORCID,
    ),
    key=("study", "destination", "origin", "author_id", "since"),
    comment="Working table: a work of a compared scientist; a scientist has a row for each work of a year.",
    partition_by=("study",),
)

MIGRATION_PROFILES = TableSpec(
    name="migration_profiles",
    fields=(
        *STUDY_COLUMNS,
        _WHOSE,
        _DESTINATION,
        _ORIGIN,
        _MEASURE,
        _GROUP,
        column("scientists", "bigint", "scientists of the group", False),
        column("mean", "double", "mean of the measure"),
        column("q25", "double", "value that a quarter of them do not exceed"),
        column("median", "double", "value that half of them do not exceed"),
        column("q75", "double", "value that three quarters of them do not exceed"),
    ),
    key=("study", "whose", "destination", "origin", "measure", "group"),
    comment="Career age, productivity and citations of a group at the year of its move, or of the comparison.",
    partition_by=("study",),
)

MIGRATION_COMPARISONS = TableSpec(
    name="migration_comparisons",
    fields=(
        *STUDY_COLUMNS,
        _WHOSE,
        _DESTINATION,
        _ORIGIN,
        _MEASURE,
        column("against", "string", "group that movers from the origin are compared with", False),
        column("n_first", "bigint", "movers in years that have both groups", False),
        column("n_second", "bigint", "others in these years", False),
        column("superiority", "double", "probability that a mover is above one of the others of the same year"),
        column("z", "double", "test of van Elteren: ranks within years; positive where movers are higher"),
        column("p_value", "double", "its two-sided p"),
    ),
    key=("study", "whose", "destination", "origin", "measure", "against"),
    comment="Movers against other scientists at the destination, within years.",
    partition_by=("study",),
)

ORIGIN_TIES_BY_YEAR = TableSpec(
    name="origin_ties_by_year",
    fields=(
        *STUDY_COLUMNS,
        _WHOSE,
        _DESTINATION,
        _ORIGIN,
        _GROUP,
        column("since", "int", "years since the move, or since the year of the comparison; negative before", False),
        column("scientists", "bigint", "scientists of the group with a work in that year", False),
        column("works", "bigint", "their works, of any field", False),
        column("works_joint", "bigint", "of these, works with another author in the origin", False),
        column("share", "double", "works_joint / works"),
        column("standard_error", "double", "of the share, the scientist being the unit; null for a single one"),
    ),
    key=("study", "whose", "destination", "origin", "group", "since"),
    comment="Joint work with the origin by years since the move.",
    partition_by=("study",),
)

ORIGIN_TIES = TableSpec(
    name="origin_ties",
    fields=(
        *STUDY_COLUMNS,
        _WHOSE,
        _DESTINATION,
        _ORIGIN,
        _GROUP,
        column("scientists", "bigint", "scientists with a work after the year of the move", False),
        column("share", "double", "share of a scientist's later works that are joint, averaged over scientists"),
        column("sd", "double", "standard deviation of that share between scientists; null for a single one"),
        column("slope", "double", "change of the share of joint works per year since the move"),
        column("low", "double", "lower end of its 95 % interval, errors clustered by scientist"),
        column("high", "double", "upper end of it"),
        column("p_value", "double", "two-sided p of the slope"),
    ),
    key=("study", "whose", "destination", "origin", "group"),
    comment="Joint work with the origin after the move, and whether it fades.",
    partition_by=("study",),
)

MATCHED_MOVERS = TableSpec(
    name="matched_movers",
    fields=(
        *STUDY_COLUMNS,
        _WHOSE,
        _DESTINATION,
        _ORIGIN,
        column("all_treated", "bigint", "movers with a later work; null where nothing could be matched"),
        column("all_control", "bigint", "others at the destination with a later work"),
        column("n_treated", "bigint", "movers in a stratum with somebody who is alike", False),
        column("n_control", "bigint", "others in a stratum with a mover", False),
        column("n_strata", "bigint", "strata with both: the same year, bins of career age, works and citations"),
        column("mean_treated", "double", "share of a mover's later works with another author in the origin, averaged"),
        column("mean_control", "double", "the same of others in these strata, without weights: as published"),
        column("mean_control_weighted", "double", "the same with weights, so that strata count as among movers"),
        column("satt", "double", "mean_treated less mean_control_weighted: what the move adds, for those who moved"),
        column("difference", "double", "mean_treated less mean_control: as published"),
        column("effective_controls", "double", "others of equal weight that the weighted ones are worth"),
        column("l1_before", "double", "imbalance of the strata before matching: 0 alike, 1 without overlap"),
        column("l1_after", "double", "imbalance after matching, without weights; 0 with them"),
        column("error", "double", "standard error of the SATT, within strata"),
        column("low", "double", "lower end of its 95 % interval"),
        column("high", "double", "upper end of it"),
        column("p_value", "double", "two-sided p of the SATT"),
        column("student_p", "double", "p of Student's test of the difference: as published"),
        column("welch_p", "double", "p of Welch's test of the difference"),
        column("reason", "string", "why nothing could be matched, or what to know about it"),
    ),
    key=("study", "whose", "destination", "origin"),
    comment="Movers and others at the destination who are alike in year, career age, works and citations.",
    partition_by=("study",),
)

LEADING_UNIVERSITIES = TableSpec(
    name="leading_universities",
    fields=(
        *STUDY_COLUMNS,
        column("institution_id", "bigint", "number of the institution", False),
        column("position", "int", "1 is the one with most citations", False),
        column("name", "string", "its name; null where the snapshot has none"),
        column("country", "string", "country of the institution today"),
        column("works", "bigint", "works of any field that name it and are cited within two years", False),
        column("c2", "bigint", "their citations within two years, by works of any field", False),
    ),
    key=("study", "institution_id"),
    comment="The universities with most citations: institutions of the type education, full counting.",
    partition_by=("study",),
)

UNIVERSITY_MOVERS = TableSpec(
    name="university_movers",
    fields=(
        *STUDY_COLUMNS,
        _WHOSE,
        _DESTINATION,
        _ORIGIN,
        column("year", "int", "first year at the destination", False),
        column("movers", "bigint", "movers by the gap rule", False),
        column(
            "with_institution",
            "bigint",
            "of these, those who name an institution in the last year at the origin",
            False,
        ),
        column("from_leading", "bigint", "of these, those who name a leading university there", False),
    ),
    key=("study", "whose", "destination", "origin", "year"),
    comment="Movers to the poles, and how many came from a leading university.",
    partition_by=("study",),
)

ANCESTRY_SHARES = TableSpec(
    name="ancestry_shares",
    fields=(
        *STUDY_COLUMNS,
        _DESTINATION,
        _ORIGIN,
        column("ancestry", "string", "group, as the user's file names it", False),
        column("movers", "bigint", "movers of the group, as the file says", False),
        column("share", "double", "of all movers of the direction in the file", False),
    ),
    key=("study", "destination", "origin", "ancestry"),
    comment="Movers between the poles by ancestry, from a file that the study names; nothing is told from names.",
    partition_by=("study",),
)

MIGRATION_AGREEMENT = TableSpec(
    name="migration_agreement",
    fields=(
        *STUDY_COLUMNS,
        _SCIENTISTS,
        column("rule", "string", "movers, movers_strict or movers_any_gap", False),
        column("compared", "string", "flows; times what size explains", False),
        column("first_year", "int", "first year that both have", False),
        column("last_year", "int", "last year that both have", False),
        column("countries", "int", "countries that both know"),
        column("pairs", "int", "ordered pairs of them"),
        column("linked_both", "int", "pairs with a flow in both"),
        column("linked_own", "int", "pairs with a flow in this study"),
        column("linked_published", "int", "pairs with a published flow"),
        column("spearman", "double", "rank correlation over all pairs"),
        column("p_value", "double", "share of permutations of the countries with at least this correlation"),
    ),
    key=("study", "scientists", "rule", "compared"),
    comment="How the flows agree with published ones, where the study names a file of them.",
    partition_by=("study",),
)
