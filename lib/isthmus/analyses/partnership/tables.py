"""The tables of papers with and without a partner: who writes them, and what the partner adds to papers alike."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

_HOME = column("home", "string", "country or bloc of the last author", False)
_PARTNER = column("partner", "string", "country or bloc of another author of the joint papers", False)
_KIND = column("kind", "string", "poles, placebo, or other partner", False)
_FIRST = column("first_year", "int", "first publication year", False)
_LAST = column("last_year", "int", "last publication year", False)
_PAIR_AND_YEARS = (_HOME, _PARTNER, _KIND, _FIRST, _LAST)
_OUTCOME = column(
    "outcome",
    "string",
    "c2; c2_home, c2_partner, c2_elsewhere: citations by works from there; c2_not_self; c2_percentile of the year; "
    "in_venue; novelty_percentile, disruption_percentile",
    False,
)

PARTNERSHIP_WORKS = TableSpec(
    name="partnership_works",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("year", "int", "publication year", False),
        _HOME,
        _PARTNER,
        _KIND,
        column("joint", "boolean", "whether another author is at the partner's", False),
        column("n_authors", "int", "authors of the work"),
        column("institution_id", "bigint", "the last author's institution; null where it is not known"),
        column("leading", "boolean", "whether the institution is one of the leading ones", False),
        column("in_venue", "boolean", "whether the work is in one of the venues; null where the study names none"),
        column("c2", "bigint", "citations within two years; null where they are not all known"),
        column("c2_home", "bigint", "of these, by works whose last author is at home; null for other partners"),
        column("c2_partner", "bigint", "by works whose last author is at the partner's"),
        column("c2_elsewhere", "bigint", "by works whose last author is elsewhere"),
        column("c2_not_self", "bigint", "by works that have no author in common; null for other partners"),
        column("c2_percentile", "double", "percentile of c2 among the corpus's works of the year, ties in the middle"),
        column("novelty_percentile", "double", "percentile of novelty in the year; null without the section"),
        column("disruption_percentile", "double", "percentile of disruption in the year; null without the section"),
    ),
    key=("study", "home", "partner", "work_id"),
    comment="A paper of a place, and whether it was written with the partner.",
    partition_by=("study",),
)

PARTNERSHIP_INSTITUTIONS = TableSpec(
    name="partnership_institutions",
    fields=(
        *STUDY_COLUMNS,
        column("position", "int", "1: most citations", False),
        column("institution_id", "bigint", "number of the institution", False),
        column("name", "string", "its name"),
        column("country", "string", "ISO 3166-1 alpha-2 code of its country today"),
        column("works", "bigint", "works whose last author was there, with known citations", False),
        column("c2", "bigint", "their citations within two years", False),
    ),
    key=("study", "institution_id"),
    comment="A leading institution by the citations of the works of its last authors.",
    partition_by=("study",),
)

PARTNERSHIP_YEARS = TableSpec(
    name="partnership_years",
    fields=(
        *STUDY_COLUMNS,
        _HOME,
        _PARTNER,
        _KIND,
        column("year", "int", "publication year", False),
        column("joint", "boolean", "papers with the partner, or the others", False),
        column("works", "bigint", "papers", False),
        column("alone", "bigint", "of these, papers of one author", False),
        column("with_institution", "bigint", "papers whose last author's institution is known", False),
        column("leading", "bigint", "papers whose last author is at a leading institution", False),
        column("in_venue", "bigint", "papers in one of the venues; null where the study names none"),
        column("authors", "bigint", "authors of the papers, summed", False),
        column("authors_squared", "bigint", "squares of their numbers, summed", False),
        column("with_c2", "bigint", "papers whose citations within two years are known", False),
        column("c2", "bigint", "their citations within two years"),
    ),
    key=("study", "home", "partner", "year", "joint"),
    comment="Papers of a place in a year, with a partner or without.",
    partition_by=("study",),
)

PARTNERSHIP_CONTRASTS = TableSpec(
    name="partnership_contrasts",
    fields=(
        *STUDY_COLUMNS,
        *_PAIR_AND_YEARS,
        column("measure", "string", "papers a year; authors; leading institution; in a venue", False),
        column("n_joint", "bigint", "joint papers (papers a year: years)", False),
        column("n_others", "bigint", "other papers (papers a year: years)", False),
        column("joint", "double", "mean or share of joint papers"),
        column("others", "double", "mean or share of the others"),
        column("ratio", "double", "ratio of means; odds ratio of shares"),
        column("p_value", "double", "two-sided: Student's of means (papers a year: paired), Fisher's of shares"),
        column("p_welch", "double", "two-sided with unlike variances; means alone"),
    ),
    key=("study", "home", "partner", "first_year", "last_year", "measure"),
    comment="How joint papers differ from the others before any matching, each year and all years together.",
    partition_by=("study",),
)

PARTNERSHIP_EFFECTS = TableSpec(
    name="partnership_effects",
    fields=(
        *STUDY_COLUMNS,
        *_PAIR_AND_YEARS,
        column("reading", "string", "how years are matched and whether papers of one author count", False),
        _OUTCOME,
        column("all_joint", "bigint", "joint papers with institution and outcome", False),
        column("all_others", "bigint", "other papers with both", False),
        column("n_joint", "bigint", "joint papers with one that is alike", False),
        column("n_others", "bigint", "other papers with one that is alike", False),
        column("strata", "bigint", "strata with both", False),
        column("l1_before", "double", "imbalance L1 over the strata before matching"),
        column("l1_after", "double", "the same of the matched papers, without weights"),
        column("effective_others", "double", "other papers of equal weight that the weighted ones are worth"),
        column("mean_joint", "double", "mean outcome of the matched joint papers"),
        column("mean_others", "double", "mean of the matched others, without weights"),
        column("mean_others_weighted", "double", "mean of the matched others, with weights"),
        column("satt", "double", "effect on the joint papers: mean_joint - mean_others_weighted"),
        column("error", "double", "its standard error within strata"),
        column("low", "double", "lower end of its 95 % interval"),
        column("high", "double", "upper end"),
        column("p_value", "double", "two-sided p-value of no effect: of the percentage, or where it has none of satt"),
        column("percent_weighted", "double", "the effect in percent of mean_others_weighted"),
        column("percent_weighted_low", "double", "lower end of its 95 % interval"),
        column("percent_weighted_high", "double", "upper end"),
        column("difference", "double", "mean_joint - mean_others: without weights, as the paper seems to report"),
        column("percent", "double", "the same in percent of mean_others"),
        column("percent_low", "double", "lower end of its 95 % interval"),
        column("percent_high", "double", "upper end"),
        column("student_p", "double", "two-sided p-value of Student's test of the means without weights"),
        column("welch_p", "double", "two-sided p-value of Welch's test of them"),
        column("fisher_p", "double", "two-sided p-value of Fisher's test; outcomes of yes or no alone"),
        column("reason", "string", "why something is missing, or what a reader has to know"),
    ),
    key=("study", "home", "partner", "first_year", "last_year", "reading", "outcome"),
    comment="What a partner adds to papers of one institution, team size and year, by both estimators.",
    partition_by=("study",),
)

PARTNERSHIP_BALANCE = TableSpec(
    name="partnership_balance",
    fields=(
        *STUDY_COLUMNS,
        *_PAIR_AND_YEARS,
        column("covariate", "string", "authors, year, leading institution, papers of the institution", False),
        column("before", "double", "difference of means in standard deviations of the joint papers, all papers"),
        column("after", "double", "the same of the matched papers, without weights"),
        column("weighted", "double", "the same with weights"),
    ),
    key=("study", "home", "partner", "first_year", "last_year", "covariate"),
    comment="How alike joint and other papers are before and after matching, pooled years, by the default reading.",
    partition_by=("study",),
)

PARTNERSHIP_FACTORS = TableSpec(
    name="partnership_factors",
    fields=(
        *STUDY_COLUMNS,
        *_PAIR_AND_YEARS,
        _OUTCOME,
        column("coefficient", "double", "logarithm of the factor by which a partner multiplies the mean"),
        column("error", "double", "its standard error, clustered by institution"),
        column("percent", "double", "the factor as a difference in percent"),
        column("percent_low", "double", "lower end of its 95 % interval"),
        column("percent_high", "double", "upper end"),
        column("p_value", "double", "two-sided p-value of no effect"),
        column("papers", "bigint", "papers that the fit is of", False),
        column("left_out", "bigint", "papers of institutions (in a year) or team sizes without any citation", False),
        column("institutions", "bigint", "institutions of the fit", False),
        column("imbalance", "double", "largest relative error of a total of the fit"),
        column("reason", "string", "why there is no factor or no error"),
    ),
    key=("study", "home", "partner", "first_year", "last_year", "outcome"),
    comment="The second estimate: Poisson pseudo-likelihood with effects of institution and year, and of team size.",
    partition_by=("study",),
)
