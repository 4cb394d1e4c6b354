"""The tables of novelty: what works cite, how new that is, and whose works are new."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import Column, TableSpec, column

_WORK = column("work_id", "bigint", "number of the OpenAlex work", False)
_YEAR = column("year", "int", "publication year", False)
_MEASURE = column("measure", "string", "content: concepts; context: cited sources as a combination", False)
_OF = column("measure", "string", "pairs: pairs of cited sources; content: concepts; context: cited sources", False)
_COUNTING = column("counting", "string", "last_author: the countries of the last author; full: of all authors", False)


def _surprise(measure: str, what: str) -> tuple[Column, ...]:
    return (
        column(f"{measure}_size", "int", f"{what} of the work; null without any"),
        column(f"{measure}_surprise", "double", "-ln lambda of their combination under the model of the year"),
        column(f"{measure}_rank", "double", "mid-rank of it among works of the same year and size, near 1 is new"),
        column(f"{measure}_lift", "double", "the same without popularity: comparable across sizes"),
        column(f"{measure}_rare", "int", f"{what} seen too rarely before to have a chance of their own"),
        column(f"{measure}_hit_by_start", "array<boolean>", "whether the rank is in the highest percent, by start"),
        column(f"{measure}_hit", "boolean", "the same by the likeliest start"),
    )


CITED_SOURCES = TableSpec(
    name="cited_sources",
    fields=(
        *STUDY_COLUMNS,
        _WORK,
        _YEAR,
        column("is_corpus", "boolean", "the study's own work; else one of the background", False),
        column("sources", "array<bigint>", "source of each reference that has one and a year, with repetitions", False),
        column("cited_years", "array<int>", "year of the same reference", False),
    ),
    key=("study", "work_id"),
    comment="What the works of the background of novelty cite.",
    partition_by=("study",),
)

PAIR_NOVELTY = TableSpec(
    name="pair_novelty",
    fields=(
        *STUDY_COLUMNS,
        _WORK,
        _YEAR,
        column("n_references", "int", "references to a known source and year", False),
        column("too_many_references", "boolean", "left out for more than novelty.maximum_references", False),
        column("n_pairs", "bigint", "pairs of references with a score", False),
        column("z10", "double", "tenth percentile of the scores of the pairs; null without a score"),
        column("zmed", "double", "their median"),
        column("z10_sampled", "double", "z10 against sampled exchanges (novelty.replicates)"),
        column("zmed_sampled", "double", "zmed against them"),
    ),
    key=("study", "work_id"),
    comment="How unusual the pairs of sources are that a work of the corpus cites.",
    partition_by=("study",),
)

COMBINATION_RATES = TableSpec(
    name="combination_rates",
    fields=(
        *STUDY_COLUMNS,
        _MEASURE,
        column("start", "int", "start of the chain of years", False),
        _WORK,
        _YEAR,
        column("size", "int", "nodes of the combination", False),
        column("log_rate", "double", "ln lambda under the model of the year; null in the first year"),
        column("log_popularity", "double", "sum of the ln shares of its nodes"),
        column("n_rare", "int", "nodes without a chance of their own", False),
        column("shuffled_log_rate", "double", "ln lambda of a shuffled combination of the same size"),
        column("shuffled_log_popularity", "double", "sum of the ln shares of its nodes"),
        column("log_likelihood", "double", "of all years' combinations under this start's models", False),
    ),
    key=("study", "measure", "start", "work_id"),
    comment="Rates of the combinations of the corpus by the chain of every start.",
    partition_by=("study",),
)

WORK_NOVELTY = TableSpec(
    name="work_novelty",
    fields=(
        *STUDY_COLUMNS,
        _WORK,
        _YEAR,
        column("background", "string", "corpus or all: the works that pairs of sources are compared with", False),
        column("n_references", "int", "references to a known source and year", False),
        column("too_many_references", "boolean", "left out for more than novelty.maximum_references", False),
        column("n_pairs", "bigint", "pairs of references with a score", False),
        column("z10", "double", "tenth percentile of the scores of the pairs; novelty is -z10; null without a score"),
        column("zmed", "double", "their median"),
        column("pairs_rank", "double", "mid-rank of -z10 among the corpus's works of the year, near 1 is new"),
        column("pairs_hit", "boolean", "whether -z10 is in the highest percent of the year"),
        column("z10_sampled", "double", "z10 against sampled exchanges; null without novelty.replicates"),
        column("zmed_sampled", "double", "zmed against them"),
        *_surprise("content", "concepts"),
        *_surprise("context", "cited sources"),
    ),
    key=("study", "work_id"),
    comment="How new a work of the corpus is, by pairs of cited sources and by the surprise of two combinations.",
    partition_by=("study",),
)


def _scores(of: str) -> tuple[Column, ...]:
    return (
        column("works", "bigint", f"works of the {of}", False),
        column("scored", "bigint", "of these, works with a score", False),
        column("mean_rank", "double", "mean of their ranks in the year: 0.5 is as new as the corpus; null without any"),
        column("sum_rank", "double", "sum of their ranks", False),
        column("mean_value", "double", "mean of -z10 (pairs) or of the lift; not comparable across years for pairs"),
        column("hits", "bigint", "works in the highest percent of the year", False),
        column("share_of_hits", "double", "hits over those of all that is counted; null in a year without hits"),
        column("share_low", "double", "the least share by any start of the model; null for pairs"),
        column("share_high", "double", "the largest share by any start"),
        column("hits_by_start", "array<bigint>", "hits by each start of the model; null for pairs"),
    )


NOVELTY_YEARS = TableSpec(
    name="novelty_years",
    fields=(
        *STUDY_COLUMNS,
        column("entity", "string", "country's code; bloc; world: works that count for any country", False),
        _COUNTING,
        _OF,
        _YEAR,
        *_scores("entity"),
    ),
    key=("study", "entity", "counting", "measure", "year"),
    comment="How new the works of a country or bloc are by year.",
    partition_by=("study",),
    checks={"scored_within_works": "scored <= works", "hits_within_scored": "hits <= scored"},
)

NOVELTY_CITIES = TableSpec(
    name="novelty_cities",
    fields=(
        *STUDY_COLUMNS,
        column("city", "bigint", "number of the city of the last author (GeoNames)", False),
        column("name", "string", "name of the city as its institutions have it; null where none does"),
        column("country", "string", "country of the city, ISO 3166-1 alpha-2; null likewise"),
        _OF,
        _YEAR,
        *_scores("city"),
    ),
    key=("study", "city", "measure", "year"),
    comment="How new the works of a city are by year. A work counts for the first city of its last author; shares are "
    "of the hits of all works with such a city.",
    partition_by=("study",),
    checks={"scored_within_works": "scored <= works", "hits_within_scored": "hits <= scored"},
)

NOVELTY_HITS = TableSpec(
    name="novelty_hits",
    fields=(
        *STUDY_COLUMNS,
        column("entity", "string", "country or bloc of novelty.entities", False),
        _COUNTING,
        _OF,
        column("papers", "bigint", "scored works of the entity in the years of the analysis", False),
        column("hits", "bigint", "hits among them", False),
        column("expected", "double", "hits if those of a year and size of list were dealt at random", False),
        column("ratio", "double", "hits over expected; null where nothing is expected"),
        column("ratio_low", "double", "lower end of the 95 % interval of a Poisson count over expected"),
        column("ratio_high", "double", "upper end"),
        column(
            "p_upper",
            "double",
            "chance of as many hits or more in the sum over years and sizes; the largest of all starts",
            False,
        ),
        column("p_lower", "double", "chance of as few or fewer, likewise", False),
        column("p_two_sided", "double", "twice the smaller tail, likewise", False),
        column("q", "double", "p_two_sided after Benjamini-Hochberg over entities and measures of the counting", False),
    ),
    key=("study", "entity", "counting", "measure"),
    comment="Whether a country or bloc has more or fewer novelty hits than its share of works makes likely.",
    partition_by=("study",),
)

NOVELTY_COVERAGE = TableSpec(
    name="novelty_coverage",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        column("works", "bigint", "works of the corpus", False),
        column("with_pairs", "bigint", "of these, works with a score of pairs of sources", False),
        column("too_many_references", "bigint", "left out for more than novelty.maximum_references", False),
        column("with_content", "bigint", "works with a surprise of concepts", False),
        column("with_context", "bigint", "works with a surprise of cited sources", False),
    ),
    key=("study", "year"),
    comment="How many works of the corpus have a novelty, by year.",
    partition_by=("study",),
)

NOVELTY_CHECKS = TableSpec(
    name="novelty_checks",
    fields=(
        *STUDY_COLUMNS,
        _MEASURE,
        _YEAR,
        column("sets", "int", "combinations with a surprise", False),
        column("rare_share", "double", "share of their nodes that were seen too rarely before", False),
        column("surprise", "double", "chance that a shuffled combination of the same size is the more surprising one"),
        column("lift", "double", "the same by lift"),
        column("popularity", "double", "the same by the popularity of the nodes alone"),
    ),
    key=("study", "measure", "year"),
    comment="How well the model tells real combinations of a year from shuffled ones.",
    partition_by=("study",),
)

NOVELTY_AGREEMENT = TableSpec(
    name="novelty_agreement",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        column("papers", "int", "works with both scores", False),
        column("spearman", "double", "rank correlation of the sampled z10 with the exact one"),
        column("hits", "int", "hits by the exact one", False),
        column("hits_in_common", "double", "share of these that are hits by the sampled one, too", False),
    ),
    key=("study", "year"),
    comment="How far sampled exchanges of citations agree with the exact null model; empty without novelty.replicates.",
    partition_by=("study",),
)
