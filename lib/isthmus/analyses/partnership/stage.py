"""The stages of papers with and without a partner: which they are and how they differ; what the partner adds."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.disruption.tables import WORK_DISRUPTION
from isthmus.analyses.novelty.tables import WORK_NOVELTY
from isthmus.analyses.partnership import tables as t
from isthmus.analyses.partnership.fanout import fan_out_factors
from isthmus.analyses.partnership.matched import PAIR, balance, effects, matched_histogram, value_histogram
from isthmus.analyses.partnership.plan import matches, pairs, problems, spans
from isthmus.analyses.places.tables import CORPUS_CITATIONS, WORK_CITATIONS, WORK_PLACES
from isthmus.analyses.rows import of_study, write_frames, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.corpus.work_places import work_places
from isthmus.engine import Gate, check_gates
from isthmus.geography.places import Places
from isthmus.indicators.cities.venues import venue_sources
from isthmus.indicators.partnership import audiences as a
from isthmus.indicators.partnership import works as w
from isthmus.indicators.partnership.contrasts import Contrast, of_means, of_shares, of_years
from isthmus.indicators.partnership.names import DISRUPTION, NOVELTY, OTHER, POLES

LEAST_WITH_INSTITUTION = 0.5
#: Tables of other sections whose ranks are outcomes where they are there: section, its table, its column of ranks.
RANKS = {NOVELTY: ("novelty", WORK_NOVELTY, "pairs_rank"), DISRUPTION: ("disruption", WORK_DISRUPTION, "rank")}


def write_partnership(context: Context) -> Outcome:
    """Write the papers of each pair with what is known of them, leading institutions, and how joint papers differ."""
    study, store = context.the_study, context.store
    places, cited = of_study(context, WORK_PLACES), of_study(context, WORK_CITATIONS)
    rule = study.partnership
    years_ranked = rule.institution_years or spans(study).papers
    found = w.leading_institutions(places, cited, years=years_ranked, number=rule.institutions)
    names = store.read("institutions").select(
        "institution_id", F.col("display_name").alias("name"), F.col("country_code").alias("country")
    )
    write_rows(context, t.PARTNERSHIP_INSTITUTIONS, found.join(names, "institution_id", "left"))
    known, missing = _known_of_works(context)
    write_rows(context, t.PARTNERSHIP_WORKS, known)
    write_rows(context, t.PARTNERSHIP_YEARS, paper_years(of_study(context, t.PARTNERSHIP_WORKS)))
    years = of_study(context, t.PARTNERSHIP_YEARS).drop("study", "release").toPandas()
    write_frames(context, {t.PARTNERSHIP_CONTRASTS.name: contrasts(years)}, (t.PARTNERSHIP_CONTRASTS,))
    gates = check_gates("partnership_years", of_study(context, t.PARTNERSHIP_YEARS), [_institution_gate()])
    joint = int(years.loc[years["joint"] & (years["kind"] == POLES), "works"].sum())
    note = f"no source of the snapshot has a name or ISSN of these venues: {', '.join(missing)}"
    return Outcome(
        f"{joint:,} joint papers of {' and '.join(study.geography.poles)}",
        gates=tuple(gates),
        notes=(note,) if missing else (),
    )


def _known_of_works(context: Context) -> tuple[DataFrame, list[str]]:
    """Return the columns of `partnership_works`, and the venues that are not found."""
    study, asked = context.the_study, pairs(context.the_study)
    leading = of_study(context, t.PARTNERSHIP_INSTITUTIONS).select("institution_id", F.lit(True).alias("is_leading"))
    papers = w.pair_works(of_study(context, WORK_PLACES), asked, own_affiliations=study.partnership.own_affiliations)
    rows = papers.join(w.percentiles(of_study(context, WORK_CITATIONS)), "work_id", "left")
    rows = rows.join(F.broadcast(leading), "institution_id", "left")
    rows = _with_audiences(context, rows, papers)
    venues, missing = _venues(context)
    rows = _marked(rows, venues)
    for name, (section, spec, rank) in RANKS.items():
        rows = _with_rank(context, rows, name, section, spec, rank)
    return rows.withColumn("leading", F.coalesce("is_leading", F.lit(False))), missing


def _with_audiences(context: Context, rows: DataFrame, papers: DataFrame) -> DataFrame:
    """Return rows with whom their citations come from, where citations are known and the pair is no other partner."""
    study, store = context.the_study, context.store
    followed = [pair for pair in pairs(study) if pair.kind != OTHER]
    own = papers.where(F.col("kind") != OTHER)
    cited = own.select(F.col("work_id").alias("cited_work_id")).distinct()
    within = a.citations_within(of_study(context, CORPUS_CITATIONS), from_corpus=study.places.citing == "corpus")
    citations = within.join(cited, "cited_work_id", "left_semi")
    citing = citations.select(F.col("citing_work_id").alias("work_id")).distinct()
    works = of_study(context, CORPUS_WORKS).join(citing, "work_id", "left_semi")
    cut_off = store.read("works").where("authors_truncated").select("work_id")
    merged = Places(study).counted_as_china()
    placed = work_places(works, store.read("authorships"), store.read("institutions"), cut_off, merged=merged)
    heard = a.audiences(own, citations, placed, followed)
    alone = a.self_citations(citations, store.read("authorships"))
    joined = rows.join(heard, ["work_id", "home", "partner"], "left").join(alone, "work_id", "left")
    counted = (F.col("kind") != OTHER) & F.col("c2").isNotNull()
    filled = {name: F.when(counted, F.coalesce(name, F.lit(0))) for name in ("c2_home", "c2_partner", "c2_elsewhere")}
    return joined.withColumns(filled | {"c2_not_self": F.when(counted, F.col("c2") - F.coalesce("c2_self", F.lit(0)))})


def _venues(context: Context) -> tuple[DataFrame | None, list[str]]:
    """Return the works in the study's venues, None where it names none; and the venues that the snapshot lacks."""
    named = context.the_study.partnership.venues
    if not named:
        return None, []
    found = venue_sources(context.store.read("sources"), named)
    there = {row.venue for row in found.select("venue").distinct().collect()}
    return w.in_venues(context.store.read("works"), found), [venue for venue in named if venue not in there]


def _marked(rows: DataFrame, venues: DataFrame | None) -> DataFrame:
    if venues is None:
        return rows.withColumn("in_venue", F.lit(None).cast("boolean"))
    marks = venues.select("work_id", F.lit(True).alias("marked"))
    return rows.join(marks, "work_id", "left").withColumn("in_venue", F.coalesce("marked", F.lit(False)))


def _with_rank(context: Context, rows: DataFrame, name: str, section: str, spec: Any, rank: str) -> DataFrame:
    """Return rows with the percentile of another section's rank, in steps whose sums are exact; null without it."""
    if not context.the_study.enabled(section):
        return rows.withColumn(name, F.lit(None).cast("double"))
    step = F.round(100 * F.col(rank) * w.STEPS_OF_A_PERCENT) / w.STEPS_OF_A_PERCENT
    return rows.join(of_study(context, spec).select("work_id", step.alias(name)), "work_id", "left")


def paper_years(works: DataFrame) -> DataFrame:
    """Return the columns of `partnership_years` from the rows of `partnership_works`."""
    authors = F.col("n_authors").cast("bigint")
    return works.groupBy(*PAIR, "year", "joint").agg(
        F.count("*").alias("works"),
        F.count_if(F.col("n_authors") < 2).alias("alone"),
        F.count("institution_id").alias("with_institution"),
        F.count_if("leading").alias("leading"),
        F.sum(F.col("in_venue").cast("bigint")).alias("in_venue"),
        F.coalesce(F.sum(authors), F.lit(0)).alias("authors"),
        F.coalesce(F.sum(authors * authors), F.lit(0)).alias("authors_squared"),
        F.count("c2").alias("with_c2"),
        F.sum("c2").alias("c2"),
    )


def contrasts(years: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of `partnership_contrasts` from the rows of `partnership_years`.

    Parameters
    ----------
    years : pandas.DataFrame
        Rows of that table; a year with papers of one kind alone counts as 0 of the other.
    """
    rows = []
    for pair, own in years.groupby(list(PAIR), sort=True):
        first, last = int(own["year"].min()), int(own["year"].max())
        by_year = own.pivot_table(index="year", columns="joint", values="works", fill_value=0)
        sides = [by_year[side] if side in by_year else 0 * by_year.iloc[:, 0] for side in (True, False)]
        named = dict(zip(PAIR, pair, strict=True))
        whole = {"first_year": first, "last_year": last}
        papers = {"measure": "papers a year", "n_joint": len(by_year), "n_others": len(by_year)}
        rows.append(named | whole | papers | vars(of_years(*sides)))
        spans_of = [(first, last), *((int(year), int(year)) for year in sorted(own["year"].unique()) if first < last)]
        for since, until in spans_of:
            rows += [named | {"first_year": since, "last_year": until} | row
                     for row in _contrasts_of(own[own["year"].between(since, until)])]  # fmt: skip
    return pd.DataFrame(rows, dtype=object).replace({float("inf"): None}) if rows else pd.DataFrame()


def _contrasts_of(own: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield team size, leading institutions and venues of joint papers and the others."""
    numbers = ("works", "with_institution", "leading", "authors", "authors_squared")
    summed = {
        side: {name: int(own.loc[own["joint"] == side, name].sum()) for name in numbers} for side in (True, False)
    }
    one, two = summed[True], summed[False]
    teams = of_means(*((one[name], two[name]) for name in ("works", "authors", "authors_squared")))
    yield _contrast("authors", one["works"], two["works"], teams)
    leading = of_shares(one["leading"], one["with_institution"], two["leading"], two["with_institution"])
    yield _contrast("leading institution", one["with_institution"], two["with_institution"], leading)
    if own["in_venue"].notna().any():
        seen = [int(own.loc[own["joint"] == side, "in_venue"].sum()) for side in (True, False)]
        yield _contrast(
            "in a venue", one["works"], two["works"], of_shares(seen[0], one["works"], seen[1], two["works"])
        )


def _contrast(measure: str, n_joint: int, n_others: int, found: Contrast) -> dict[str, Any]:
    return {"measure": measure, "n_joint": n_joint, "n_others": n_others} | vars(found)


def _institution_gate() -> Gate:
    return Gate(
        "share of papers whose last author has an institution",
        F.try_divide(F.sum("with_institution"), F.sum("works")),
        "warn",
        low=LEAST_WITH_INSTITUTION,
        message="Papers are matched within institutions: those without one are left out of every effect.",
    )


def write_effects(context: Context) -> Outcome:
    """Write what a partner adds: matched year by year and together, balance, and the second estimate."""
    study = context.the_study
    cuts, works = study.partnership.team_cuts, of_study(context, t.PARTNERSHIP_WORKS)
    histogram = matched_histogram(value_histogram(works, cuts), matches(study)).persist()
    try:
        found = effects(histogram)
        write_rows(context, t.PARTNERSHIP_FACTORS, fan_out_factors(histogram))
    finally:
        histogram.unpersist()
    frames = {
        t.PARTNERSHIP_EFFECTS.name: found,
        t.PARTNERSHIP_BALANCE.name: balance(works, spans(study).pooled, cuts),
    }
    write_frames(context, frames, (t.PARTNERSHIP_EFFECTS, t.PARTNERSHIP_BALANCE))
    made = 0 if found.empty else int((found["n_joint"] > 0).sum())
    return Outcome(f"{made:,} of {len(found):,} matches have joint papers with others that are alike")


PUBLISHED = (t.PARTNERSHIP_INSTITUTIONS, t.PARTNERSHIP_YEARS, t.PARTNERSHIP_CONTRASTS)
EFFECTS = (t.PARTNERSHIP_EFFECTS, t.PARTNERSHIP_BALANCE, t.PARTNERSHIP_FACTORS)
GEOGRAPHY = ("geography.poles", "geography.blocs", "geography.cn_includes_hk_mo", "years.corpus", "years.citing_until")

STAGES = (
    Stage(
        name="partnership",
        description="compare papers that the poles wrote together with the other papers of each",
        task="report",
        section="partnership",
        needs=("records", "corpus", "places", "novelty", "disruption"),
        writes=(t.PARTNERSHIP_WORKS, *PUBLISHED),
        publishes=PUBLISHED,
        reads=("partnership", "places.citing", "years.analysis", *GEOGRAPHY),
        problems=problems,
        run=write_partnership,
    ),
    Stage(
        name="partnership_effects",
        description="match joint papers with others of one institution, team size and year",
        task="report",
        section="partnership",
        needs=("partnership",),
        writes=EFFECTS,
        publishes=EFFECTS,
        reads=("partnership.team_cuts", "partnership.matched_years", "partnership.pooled_years", "years.analysis"),
        run=write_effects,
    ),
)
