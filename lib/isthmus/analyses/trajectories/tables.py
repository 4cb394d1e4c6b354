"""The tables of trajectories: how ties move, which move alike, and which countries come closer to which poles."""

from isthmus.analyses.columns import PAIR, STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

LABEL = column("label", "string", "SC, SD, KI or KD; null unless there are four clusters and the pair is in one")
CLUSTER = column("cluster", "int", "number of the cluster")

TRAJECTORIES = TableSpec(
    name="trajectories",
    fields=(
        *STUDY_COLUMNS,
        *PAIR,
        column("year", "int", "year", False),
        column("z_collaboration", "double", "z of collaboration", False),
        column("z_exchange", "double", "z of knowledge exchange, in the study's citation year", False),
        column("smooth_collaboration", "double", "the same after the Savitzky-Golay filter", False),
        column("smooth_exchange", "double", "the same after the Savitzky-Golay filter", False),
        column("scaled_collaboration", "double", "the smoothed z, stretched to [-1, 1] over the years", False),
        column("scaled_exchange", "double", "the smoothed z, stretched to [-1, 1] over the years", False),
    ),
    key=("study", "src", "dst", "year"),
    comment="The z of each pair that has one in both networks in every year: raw, smoothed, rescaled.",
    partition_by=("study",),
)

PAIR_LABELS = TableSpec(
    name="pair_labels",
    fields=(
        *STUDY_COLUMNS,
        *PAIR,
        column("status", "string", "clustered, or why not: not finite in every year, flat", False),
        CLUSTER,
        LABEL,
        column("support", "double", "share of the starts of the clustering in which the pair has this label"),
        column("distance", "double", "dynamic-time-warping distance to the centroid"),
        column("change_collaboration", "double", "rescaled: mean of the last three years minus the first three"),
        column("change_exchange", "double", "rescaled: mean of the last three years minus the first three"),
        column("z_change_collaboration", "double", "z: mean of the last three years minus the first three"),
        column("z_change_exchange", "double", "z: mean of the last three years minus the first three"),
        column("speed", "double", "length of the way from the first to the last year in the plane of both z"),
        column("speed_smoothed", "double", "the same of the smoothed z"),
        column("speed_per_year", "double", "speed divided by the years between"),
    ),
    key=("study", "src", "dst"),
    comment="What a pair does: converge (SC), diverge (SD), integrate (KI) or part (KD) in knowledge only.",
    partition_by=("study",),
)

CENTROIDS = TableSpec(
    name="centroids",
    fields=(
        *STUDY_COLUMNS,
        column("cluster", "int", "number of the cluster", False),
        LABEL,
        column("members", "bigint", "pairs in the cluster", False),
        column("year", "int", "year", False),
        column("collaboration", "double", "centroid, rescaled z", False),
        column("exchange", "double", "centroid, rescaled z", False),
    ),
    key=("study", "cluster", "year"),
    comment="The centroid of each cluster of trajectories.",
    partition_by=("study",),
)

CLUSTERINGS = TableSpec(
    name="clusterings",
    fields=(
        *STUDY_COLUMNS,
        column("restart", "int", "number of the start", False),
        column("seed", "bigint", "its seed", False),
        column("inertia", "double", "mean squared distance to the centroids; null where it failed"),
        column("iterations", "int", "iterations", False),
        column("status", "string", "converged, not converged, or failed and why", False),
        column("chosen", "boolean", "whether the labels come from this start", False),
        column("seconds", "double", "time of the start"),
    ),
    key=("study", "restart"),
    comment="The seeded starts of the clustering; the lowest inertia wins.",
    partition_by=("study",),
)

INTEGRATION_GROUPS = TableSpec(
    name="integration_groups",
    fields=(
        *STUDY_COLUMNS,
        column("country", "string", "country", False),
        column("rank", "int", "by papers over the years", False),
        column("papers", "bigint", "papers over the years, full count", False),
        column("pole", "string", "pole that it is compared with", False),
        column("label", "string", "label of the pair; null without a trajectory"),
        column("speed", "double", "of the pair"),
        column("speed_smoothed", "double", "of the pair, smoothed z"),
        column(
            "group", "string", "SC_..: poles that it converges with; SD_..: poles that it diverges from; none", False
        ),
        column("group_speed", "double", "of the fastest converging pair, where the country has a group"),
        column("speed_class", "string", "slow, moderately fast, fast; null unless the pair converges"),
    ),
    key=("study", "country", "pole"),
    comment="The most productive countries: which poles they come closer to, and how fast.",
    partition_by=("study",),
)

NETWORK = column("network", "string", "collaboration or knowledge_exchange", False)

PROPENSITIES = TableSpec(
    name="propensities",
    fields=(
        *STUDY_COLUMNS,
        NETWORK,
        *PAIR,
        column("year", "int", "year", False),
        column("weight", "bigint", "observed weight", False),
        column("expected", "double", "expected weight under the null model"),
        column("propensity", "double", "weight / expected: times what size explains"),
        column("propensity_low", "double", "lower end of its exact interval (Garwood)"),
        column("propensity_high", "double", "upper end of it; an upper bound where nothing was observed"),
    ),
    key=("study", "network", "src", "dst", "year"),
    comment="How many times what size explains each pair weighs in a year.",
    partition_by=("study",),
)

PAIR_TRENDS = TableSpec(
    name="pair_trends",
    fields=(
        *STUDY_COLUMNS,
        NETWORK,
        *PAIR,
        column("years_used", "int", "years with an expected weight above 0", False),
        column("papers", "bigint", "observed weight over all years", False),
        column("trend", "double", "change of the log propensity per decade, shrunken towards that of all pairs"),
        column("trend_sd", "double", "its standard deviation"),
        column("p_rise", "double", "probability that it rises by more than `trends.change` per decade"),
        column("p_fall", "double", "probability that it falls by more"),
        column("p_level", "double", "probability of neither"),
        column("kappa", "double", "extra scatter of the years, relative to Poisson: variance m (1 + kappa m)"),
        column("rho", "double", "autocorrelation of the residuals"),
    ),
    key=("study", "network", "src", "dst"),
    comment="The trend of each pair's propensity over the years of the analysis, and how sure it is.",
    partition_by=("study",),
)

PAIR_CLASSES = TableSpec(
    name="pair_classes",
    fields=(
        *STUDY_COLUMNS,
        *PAIR,
        column("p_SC", "double", "probability of: both rise", False),
        column("p_SD", "double", "probability of: both fall", False),
        column("p_KI", "double", "probability of: collaboration falls, knowledge exchange rises", False),
        column("p_KD", "double", "probability of: collaboration level, knowledge exchange falls", False),
        column("p_KDr", "double", "probability of: collaboration rises, knowledge exchange falls", False),
        column("p_level", "double", "probability of: both level", False),
        column("p_rest", "double", "probability of: any other combination", False),
        column("class", "string", "the most probable of the seven", False),
        column("probability", "double", "of that class", False),
        column("settled", "boolean", "probability of 0.9 or more, and papers in both networks", False),
    ),
    key=("study", "src", "dst"),
    comment="The probability of each direction of a pair in both networks; the seven add up to 1.",
    partition_by=("study",),
)

TREND_TABLES = (PROPENSITIES, PAIR_TRENDS, PAIR_CLASSES)
TABLES = (TRAJECTORIES, PAIR_LABELS, CENTROIDS, CLUSTERINGS, INTEGRATION_GROUPS)
