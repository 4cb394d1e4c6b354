"""The stages of scientists who move: flows, their tests, movers beside stayers, published flows."""

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import permutations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.migration import tables as t
from isthmus.analyses.migration.ancestry import fingerprint as numbers_told
from isthmus.analyses.migration.ancestry import write_ancestry_shares
from isthmus.analyses.migration.matched import write_matched_movers
from isthmus.analyses.migration.published import fingerprint, write_agreement
from isthmus.analyses.migration.whose import main_population
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.significance.pairs import significant_pairs
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Study
from isthmus.corpus import careers
from isthmus.corpus.countries import node
from isthmus.engine import Gate, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.errors import StoreError
from isthmus.geography.places import Places
from isthmus.indicators.migration import compared, flows, origin_ties, universities
from isthmus.indicators.migration.fanout import fan_out_comparisons, fan_out_profiles
from isthmus.indicators.migration.names import EVERYONE, MOVED, WITH_ORCID
from isthmus.nullmodels.directed_fanout import directed_pairs_of, fan_out_directed
from isthmus.nullmodels.fanout import fits_of
from isthmus.nullmodels.window_fanout import fan_out_windows
from isthmus.tablespec import TableSpec

ANY_GAP = 10_000  # years: longer than any career
KEYS = ("scientists", "year")
LARGEST_ERROR = 1e-9  # of expected degrees and strengths
GEOGRAPHY = ("geography.poles", "geography.blocs", "geography.cn_includes_hk_mo", "years.corpus", "years.citing_until")


def write_migration(context: Context) -> Outcome:
    """Write every move, the flows between countries by year, and what each country wins and loses."""
    study = context.the_study
    rule, years, placed = study.migration, study.years.analysis, _placed_years(context)
    own = _field(context)
    found = careers.with_returns(careers.moves(placed, gap=ANY_GAP))
    told = _with_orcid_told(found.where(F.col("year").between(*years)), placed)
    write_rows(context, t.AUTHOR_MOVES, _marked(told, own))
    moved = flows.by_population(of_study(context, t.AUTHOR_MOVES), main_population(study))
    between = flows.flows(moved, gap=rule.gap, strict_works=rule.strict_works, years=years)
    write_rows(context, t.MIGRATION_FLOWS, between)
    present = flows.by_population(_marked(placed, own), main_population(study))
    balance = flows.country_years(present, of_study(context, t.MIGRATION_FLOWS), years=years)
    write_rows(context, t.MIGRATION_COUNTRIES, balance)
    totals = of_study(context, t.MIGRATION_FLOWS).where(F.col("scientists") == main_population(study))
    movers, strict = totals.agg(F.sum("movers"), F.sum("movers_strict")).collect()[0]
    return Outcome(f"{movers or 0:,} moves within {rule.gap} years, {strict or 0:,} by the strict rule")


def _placed_years(context: Context) -> DataFrame:
    """Return the rows of `author_years` up to the last year of the analysis, countries as nodes of the study.

    Raises
    ------
    StoreError
        The table was written before it told who has an ORCID.
    """
    study = context.the_study
    table = context.store.read("author_years")
    if "has_orcid" not in table.columns:
        raise StoreError(
            f"table 'author_years' in {context.store.location} does not tell who has an ORCID: an earlier version of "
            f"Isthmus made it. Read the snapshot again (--snapshot), or use another warehouse."
        )
    rows = table.where(F.col("year") <= study.years.analysis[1])
    return rows.select("author_id", "year", "works", node(Places(study).merged()).alias("country_code"), "has_orcid")


def _field(context: Context) -> DataFrame | None:
    """Return the numbers of the field's scientists; None where the study is about everyone."""
    rule = context.the_study.migration.scientists
    if rule == "everyone":
        return None
    rows = context.store.read("corpus_scientists").where(F.col("study") == context.the_study.study)
    return rows.where(f"is_{rule}").select("author_id")


def _marked(rows: DataFrame, own: DataFrame | None) -> DataFrame:
    """Return rows of authors with whether they are scientists of the field (`in_field`)."""
    if own is None:
        return rows.select("*", F.lit(False).alias("in_field"))
    marks = own.select("author_id", F.lit(True).alias("marked"))
    return rows.join(marks, "author_id", "left").select(
        *rows.columns, F.coalesce("marked", F.lit(False)).alias("in_field")
    )


def _with_orcid_told(rows: DataFrame, placed: DataFrame) -> DataFrame:
    """Return rows of authors with whether each has an ORCID (`has_orcid`)."""
    known = placed.where("has_orcid").select("author_id").distinct()
    return rows.join(known.select("author_id", F.lit(True).alias("known")), "author_id", "left").select(
        *rows.columns, F.coalesce("known", F.lit(False)).alias("has_orcid")
    )


def write_migration_tests(context: Context) -> Outcome:
    """Write how surprising the flows between two countries are: each year's network, and the significance years."""
    study = context.the_study
    networks = flows.edges(of_study(context, t.MIGRATION_FLOWS))
    rows = fan_out_directed(networks, keys=KEYS, finite=_finite(study))
    write_rows(context, t.MIGRATION_TEST_ROWS, rows)
    tested = of_study(context, t.MIGRATION_TEST_ROWS)
    write_rows(context, t.MIGRATION_FITS, fits_of(tested, keys=KEYS))
    write_rows(context, t.MIGRATION_PAIRS, _pooled(directed_pairs_of(tested, keys=("study", "release", *KEYS)), study))
    gates = check_gates("migration_fits", of_study(context, t.MIGRATION_FITS), _fit_gates())
    firm = of_study(context, t.MIGRATION_PAIRS).where("grade = 'firm'").groupBy("scientists").count().collect()
    graded = ", ".join(f"{row.scientists}: {row['count']:,}" for row in sorted(firm)) or "none"
    return Outcome(f"flows that size does not explain (firm): {graded}", gates=tuple(gates))


def _finite(study: Study) -> str:
    """Return the study's rule of which z counts; one that needs realisations has no meaning for exact moments."""
    return "expected_in_500_samples" if study.significance.finite == "sampled" else study.significance.finite


def _pooled(pairs: DataFrame, study: Study) -> DataFrame:
    """Return the pairs of the significance years with a mover or a grade; a move is one event, not one of a cluster."""
    rule = study.significance
    rows = pairs.withColumns({"network": F.col("scientists"), "citation_year": F.lit("moves")})
    means = significant_pairs(rows, study)
    tested = fan_out_windows(
        rows,
        window=study.years.significance,
        false_discovery_rate=rule.false_discovery_rate,
        threshold=rule.threshold,
        min_finite_years=rule.min_finite_years,
    )
    joined = means.join(tested, ["network", "citation_year", "src", "dst"])
    names = {"network": "scientists", "src": "origin", "dst": "destination"}
    kept = joined.where((F.col("weight") > 0) | F.col("grade").isNotNull())
    return kept.withColumnsRenamed(names).drop("study", "release", "design_effect")


def _fit_gates() -> list[Gate]:
    return [
        Gate(
            "years whose moves could not be fitted",
            F.count_if(~F.col("status").isin("converged", "empty")),
            "warn",
            high=0,
            message="These years say nothing about ties; their rows in `migration_fits` say why.",
        ),
        Gate(
            "largest relative error of a fit",
            F.coalesce(F.max("max_relative_error"), F.lit(0.0)),
            "warn",
            high=LARGEST_ERROR,
            message="Expected degrees and strengths of movers differ from the observed ones.",
        ),
    ]


def write_movers(context: Context) -> Outcome:
    """Write who moved between the poles beside who did not: profiles, comparisons, joint work with the origin."""
    study, store = context.the_study, context.store
    poles, merged = study.geography.poles, Places(study).merged()
    who = _compared(context)
    works = compared.works_of(who, store.read("authorships")).where(F.col("work_year") <= study.years.analysis[1])
    cited = compared.citations_until_the_year(works, store.read("citations_dated"))
    joint = origin_ties.works_with_origin(works, store.read("authorships"), poles, merged=merged)
    orcids = who.select(*compared.KEY, "has_orcid")
    write_rows(context, t.COMPARED_WORKS, joint.join(orcids, list(compared.KEY)))
    later = origin_ties.scientists_after(of_study(context, t.COMPARED_WORKS)).select(
        *compared.KEY, F.col("works").alias("later_works"), F.col("joint").alias("later_joint")
    )
    key = list(compared.KEY)
    known = who.join(cited, key, "left").join(later, key, "left")
    write_rows(context, t.COMPARED_SCIENTISTS, known.na.fill(0, ["citations", "later_works", "later_joint"]))
    _write_profiles(context)
    _write_origin_ties(context)
    counted = of_study(context, t.COMPARED_SCIENTISTS).where(F.col("group") == MOVED).count()
    return Outcome(f"{counted:,} scientists who moved between {' and '.join(poles)}")


def _compared(context: Context) -> DataFrame:
    study, placed, own = context.the_study, _placed_years(context), _field(context)
    moves = of_study(context, t.AUTHOR_MOVES).where(F.col("years_between") <= study.migration.gap)
    if own is not None:
        placed, moves = placed.join(own, "author_id", "left_semi"), moves.where("in_field")
    pairs = [
        compared.compared_scientists(
            placed,
            moves,
            origin=origin,
            destination=destination,
            gap=study.migration.gap,
            seed=study.seed,
            years=study.years.analysis,
        )
        for origin, destination in permutations(study.geography.poles, 2)
    ]
    return _with_orcid_told(reduce(DataFrame.unionByName, pairs), placed)


def _for_each_population(context: Context, spec: TableSpec, build: Callable[[DataFrame], DataFrame]) -> DataFrame:
    """Return what is built of all rows of a working table, and of those with an ORCID, side by side (`whose`)."""
    rows = of_study(context, spec)
    populations = {main_population(context.the_study): rows, WITH_ORCID: rows.where("has_orcid")}
    built = (build(own).withColumn("whose", F.lit(whose)) for whose, own in populations.items())
    return reduce(DataFrame.unionByName, built)


def _write_profiles(context: Context) -> None:
    def profiles(rows: DataFrame) -> DataFrame:
        return fan_out_profiles(compared.value_counts(rows))

    def comparisons(rows: DataFrame) -> DataFrame:
        return fan_out_comparisons(compared.value_counts(rows))

    of = t.COMPARED_SCIENTISTS
    concurrently(
        lambda: write_rows(context, t.MIGRATION_PROFILES, _for_each_population(context, of, profiles)),
        lambda: write_rows(context, t.MIGRATION_COMPARISONS, _for_each_population(context, of, comparisons)),
    )


def _write_origin_ties(context: Context) -> None:
    most = context.the_study.migration.years_after

    def by_year(works: DataFrame) -> DataFrame:
        return origin_ties.by_years_since(works, most=most)

    def after(works: DataFrame) -> DataFrame:
        return _after_the_move(context, works, most)

    write_rows(context, t.ORIGIN_TIES_BY_YEAR, _for_each_population(context, t.COMPARED_WORKS, by_year))
    write_rows(context, t.ORIGIN_TIES, _for_each_population(context, t.COMPARED_WORKS, after))


def _after_the_move(context: Context, works: DataFrame, most: int) -> DataFrame:
    trend = origin_ties.trends(origin_ties.trend_sums(works, most=most))
    types = "destination string, origin string, group string, slope double, low double, high double, p_value double"
    listed = [*trend.astype(object).where(trend.notna(), None).itertuples(index=False, name=None)]
    fading = context.spark.createDataFrame(listed, types)
    return origin_ties.after_the_move(works).join(fading, list(origin_ties.BY), "left")


def write_university_movers(context: Context) -> Outcome:
    """Write the leading universities, and how many of those who moved to a pole came from one."""
    study, store = context.the_study, context.store
    authorships = store.read("authorships")
    first = universities.leading_universities(
        authorships,
        store.read("citations_dated"),
        store.read("institutions"),
        years=_university_years(study),
        number=study.migration.universities,
    )
    write_rows(context, t.LEADING_UNIVERSITIES, first)
    moves = of_study(context, t.AUTHOR_MOVES).where(F.col("years_between") <= study.migration.gap)
    main = main_population(study)
    own = moves if main == EVERYONE else moves.where("in_field")
    to_poles = flows.with_orcid_again(own.where(F.col("destination").isin(*study.geography.poles)), main)
    leading = of_study(context, t.LEADING_UNIVERSITIES)
    counted = universities.university_movers(to_poles, authorships, leading, merged=Places(study).merged())
    write_rows(context, t.UNIVERSITY_MOVERS, counted)
    counts = of_study(context, t.UNIVERSITY_MOVERS).where(F.col("whose") == main)
    known, came = counts.agg(F.sum("with_institution"), F.sum("from_leading")).collect()[0]
    return Outcome(f"{came or 0:,} of {known or 0:,} movers to the poles came from a leading university")


def _university_years(study: Study) -> tuple[int, int]:
    """Return the years of the works that rank universities."""
    return study.migration.university_years or study.years.analysis


def problems(study: Study) -> Iterator[str]:
    """Yield what is wrong with a study of migration: scientists of a field that it does not look for, one pole."""
    rule = study.migration.scientists
    if rule != "everyone" and not study.enabled("corpus_scientists"):
        yield f"migration.scientists is {rule!r} and corpus_scientists is off: turn it on, or write everyone"
    if len(study.geography.poles) < 2:
        yield "migration compares the poles with each other; expected two or more in geography.poles"


OF_UNIVERSITIES = (t.LEADING_UNIVERSITIES, t.UNIVERSITY_MOVERS)
OF_MOVERS = (t.MIGRATION_PROFILES, t.MIGRATION_COMPARISONS, t.ORIGIN_TIES_BY_YEAR, t.ORIGIN_TIES)

STAGES = (
    Stage(
        name="migration",
        description="find the scientists who moved between countries, and the flows of each year",
        task="report",
        section="migration",
        needs=("records", "corpus_scientists"),
        writes=(t.AUTHOR_MOVES, t.MIGRATION_FLOWS, t.MIGRATION_COUNTRIES),
        publishes=(t.MIGRATION_FLOWS, t.MIGRATION_COUNTRIES),
        reads=(
            "migration.scientists",
            "migration.gap",
            "migration.strict_works",
            "years.analysis",
            *GEOGRAPHY,
        ),
        problems=problems,
        run=write_migration,
        whole_snapshot=True,
    ),
    Stage(
        name="migration_tests",
        description="test the flows of scientists against the directed null model, year by year and as a whole",
        task="report",
        section="migration",
        needs=("migration",),
        writes=(t.MIGRATION_TEST_ROWS, t.MIGRATION_FITS, t.MIGRATION_PAIRS),
        publishes=(t.MIGRATION_FITS, t.MIGRATION_PAIRS),
        reads=("significance", "years.significance"),
        run=write_migration_tests,
    ),
    Stage(
        name="movers",
        description="compare scientists who moved between the poles with others there, and follow their joint work",
        task="report",
        section="migration",
        needs=("records", "migration"),
        writes=(t.COMPARED_SCIENTISTS, t.COMPARED_WORKS, *OF_MOVERS),
        publishes=OF_MOVERS,
        reads=(
            "seed",
            "migration.scientists",
            "migration.gap",
            "migration.years_after",
            "years.analysis",
            *GEOGRAPHY,
        ),
        run=write_movers,
        whole_snapshot=True,
    ),
    Stage(
        name="matched_movers",
        description="match scientists who moved between the poles with others there who are alike",
        task="report",
        section="migration",
        needs=("movers",),
        writes=(t.MATCHED_MOVERS,),
        publishes=(t.MATCHED_MOVERS,),
        reads=("seed", "geography.poles", "migration.scientists", "migration.equal_size_sample"),
        run=write_matched_movers,
    ),
    Stage(
        name="university_movers",
        description="count the scientists who moved to a pole from a leading university",
        task="report",
        section="migration",
        needs=("records", "migration"),
        writes=OF_UNIVERSITIES,
        publishes=OF_UNIVERSITIES,
        reads=(
            "migration.scientists",
            "migration.gap",
            "migration.universities",
            "migration.university_years",
            "years.analysis",
            *GEOGRAPHY,
        ),
        run=write_university_movers,
        whole_snapshot=True,
    ),
    Stage(
        name="ancestry_shares",
        description="show the shares of groups among movers, where the study names a file of numbers",
        task="report",
        section="migration",
        needs=("migration",),
        writes=(t.ANCESTRY_SHARES,),
        publishes=(t.ANCESTRY_SHARES,),
        reads=("migration.ancestry", "geography.poles"),
        inputs=numbers_told,
        run=write_ancestry_shares,
    ),
    Stage(
        name="migration_agreement",
        description="compare the flows of scientists with published ones, where the study names a file of them",
        task="report",
        section="migration",
        needs=("migration",),
        writes=(t.MIGRATION_AGREEMENT,),
        publishes=(t.MIGRATION_AGREEMENT,),
        reads=("seed", "migration.published_flows", "years.analysis"),
        inputs=fingerprint,
        run=write_agreement,
    ),
)
