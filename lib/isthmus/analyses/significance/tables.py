"""The tables of significance: what each null model expected, and which ties are stronger than it explains."""

from dataclasses import replace

from isthmus.analyses.columns import NETWORK_COLUMNS, PAIR, YEAR
from isthmus.tablespec import TableSpec, column

TESTED_PAIR = (
    *PAIR,
    column("weight", "bigint", "observed full count; 0 where the two share nothing"),
    column("link_probability", "double", "probability of any link under the null model"),
    column("expected", "double", "mean weight under the null model"),
    column("sd", "double", "standard deviation of the weight under the null model"),
    column("z", "double", "(weight - expected) / sd"),
    column("p_upper", "double", "probability of this weight or more under the null model"),
    column("p_lower", "double", "probability of this weight or less under the null model"),
    column("p_two_sided", "double", "two-sided mid-p value"),
    column("q_value", "double", "p_upper after Benjamini-Hochberg over all pairs of the network and year"),
    column("finite", "boolean", "whether z counts under the study's rule"),
)
FIT = (
    column("null_model", "string", "model"),
    column("n_nodes", "int", "countries with a link"),
    column("n_links", "bigint", "pairs with a weight above zero"),
    column("total_weight", "bigint", "sum of all weights"),
    column("status", "string", "converged, or what went wrong"),
    column(
        "max_relative_error", "double", "largest relative difference of expected and observed degrees and strengths"
    ),
    column("iterations", "int", "steps of the solver"),
    column("seconds", "double", "time of the fit"),
    column("log_likelihood", "double", "of the observed network under the model"),
    column("effective_samples", "double", "independent realisations that the samples are worth"),
    column("message", "string", "what to know about this fit"),
)

PAIR_TESTS = TableSpec(
    name="pair_tests",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        *TESTED_PAIR,
    ),
    key=("study", "network", "citation_year", "year", "src", "dst"),
    comment="Every pair of countries present in a year: observed against what size alone explains.",
    partition_by=("study",),
)

NULL_MODEL_FITS = TableSpec(
    name="null_model_fits",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        *FIT,
    ),
    key=("study", "network", "citation_year", "year"),
    comment="One row per null model that was fitted, whether it converged or not.",
    partition_by=("study",),
)

NULL_MODEL_ROWS = TableSpec(
    name="null_model_rows",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        column("row_kind", "string", "pair or fit", False),
        *(replace(f, nullable=True) for f in TESTED_PAIR),
        *FIT,
    ),
    key=("study", "network", "citation_year", "year", "row_kind", "src", "dst"),
    comment="Working table: what the null models returned, before it is split into pairs and fits.",
    partition_by=("study",),
)

SIGNIFICANT_PAIRS = TableSpec(
    name="significant_pairs",
    fields=(
        *NETWORK_COLUMNS,
        column("src", "string", "country", False),
        column("dst", "string", "country, after src in the alphabet", False),
        column("finite_years", "int", "years of the window with a z that counts", False),
        column("mean_z", "double", "mean z over these years"),
        column("significant", "boolean", "mean z above the threshold, with enough finite years", False),
        column("weight", "bigint", "observed weight summed over the window", False),
        column("years_seen", "int", "years of the window with a weight above 0"),
        column("years_present", "int", "years of the window in which both countries are present"),
        column("expected", "double", "expected weight summed over the window"),
        column("propensity", "double", "weight / expected: times what size explains"),
        column("propensity_low", "double", "lower end of its exact 95 % interval (Garwood)"),
        column("propensity_high", "double", "upper end of it; an upper bound where nothing was observed"),
        column(
            "design_effect",
            "double",
            "variance of the weight as works come and go, over the weight: 1 for papers, more where citations come in "
            "clusters; the p-values allow for it",
        ),
        column("p_upper", "double", "probability of this summed weight or more under the null model"),
        column("p_lower", "double", "probability of this summed weight or less"),
        column("p_two_sided", "double", "two-sided mid-p value"),
        column("q_upper", "double", "p_upper after Benjamini-Hochberg over all pairs of the network and window"),
        column("q_lower", "double", "p_lower after the same"),
        column("direction", "string", "stronger or weaker than size explains; null without a grade"),
        column("grade", "string", "firm, probable or few papers; null where nothing speaks against size"),
    ),
    key=("study", "network", "citation_year", "src", "dst"),
    comment="Which ties size does not explain over the significance years: the published rule, and the pooled test.",
    partition_by=("study",),
)

PAIR_TESTS_OTHER_MODELS = TableSpec(
    name="pair_tests_other_models",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        column("null_model", "string", "model that the tie is tested against", False),
        column("src", "string", "country", False),
        column("dst", "string", "country, after src in the alphabet", False),
        column("expected", "double", "mean weight under this model"),
        column("sd", "double", "standard deviation of the weight under this model"),
        column("z", "double", "(weight - expected) / sd"),
        column("finite", "boolean", "whether z counts under the study's rule"),
    ),
    key=("study", "network", "citation_year", "year", "null_model", "src", "dst"),
    comment="Pairs of countries tested against the null models of `other_null_models.models`.",
    partition_by=("study",),
)
