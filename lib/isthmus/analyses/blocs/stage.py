"""The stages of compared countries and blocs: works and partners, organisations, active researchers."""

from collections.abc import Iterator

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.blocs import tables as t
from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.centrality.fanout import fan_out_measures
from isthmus.config import Study
from isthmus.corpus.countries import country_shares
from isthmus.corpus.homes import homes
from isthmus.engine import Gate, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import Places
from isthmus.indicators.belonging import Entities
from isthmus.indicators.blocs import citations, organisations, output, partners, researchers
from isthmus.indicators.blocs.above import least_candidate
from isthmus.indicators.blocs.fanout import Resampling, fan_out_overtakings, fan_out_top_partners, fan_out_trends
from isthmus.indicators.blocs.organisation_fanout import fan_out_intervals, organisation_sets, with_intervals
from isthmus.indicators.blocs.works import country_pairs_of, partner_sets, work_countries

LEAST_LOCATED = 0.5
GEOGRAPHY = ("geography.poles", "geography.blocs", "geography.cn_includes_hk_mo", "years.corpus", "years.citing_until")


def write_blocs(context: Context) -> Outcome:
    """Write the tables of what the compared countries and blocs publish, with whom, and who cites it."""
    study, store = context.the_study, context.store
    entities, years = _entities(study), study.years.corpus
    corpus = of_study(context, CORPUS_WORKS)
    merged = Places(study).counted_as_china()
    shares = country_shares(corpus.where("is_corpus"), store.read("authorships"), merged=merged)
    write_rows(context, t.WORK_COUNTRIES, work_countries(shares))
    works = of_study(context, t.WORK_COUNTRIES)
    cited = citations.cited_works(corpus, store.read("citations"), works)
    concurrently(
        lambda: write_rows(context, t.PARTNER_SETS, partner_sets(works, entities)),
        lambda: write_rows(context, t.ENTITY_CITATIONS, citations.entity_citations(cited, entities)),
    )
    _write_years(context, corpus, entities)
    sets = of_study(context, t.PARTNER_SETS)
    of_partners = partners.bloc_partners(sets, output.entity_papers(sets), entities=entities, years=years)
    write_rows(context, t.BLOC_PARTNERS, of_partners)
    _write_leads(context, works, sets)
    return Outcome(f"{', '.join(entities)}, {years[0]} to {years[1]}")


def _write_years(context: Context, corpus: DataFrame, entities: Entities) -> None:
    years = context.the_study.years.corpus
    papers = output.entity_papers(of_study(context, t.PARTNER_SETS))
    cited = of_study(context, t.ENTITY_CITATIONS).drop("study", "release")
    world = output.world_papers(corpus, of_study(context, t.WORK_COUNTRIES), entities)
    totals = output.bloc_world_years(world, citations.world_citations(cited), papers, entities=entities, years=years)
    write_rows(context, t.BLOC_WORLD_YEARS, totals)
    of_world = of_study(context, t.BLOC_WORLD_YEARS)
    write_rows(context, t.BLOC_YEARS, output.bloc_years(papers, cited, of_world, entities=entities, years=years))


def _write_leads(context: Context, works: DataFrame, sets: DataFrame) -> None:
    study = context.the_study
    years, blocs = study.years.analysis, study.blocs
    how = Resampling(years, tuple(blocs.entities), blocs.replicates, blocs.level, study.seed)
    analysed = of_study(context, t.BLOC_PARTNERS).where(F.col("year").between(*years))
    measures = fan_out_measures(country_pairs_of(works), keys=("year",)).withColumnRenamed("node", "country")
    concurrently(
        lambda: write_rows(context, t.BLOC_TOP_PARTNERS, fan_out_top_partners(analysed, entities=how.entities)),
        lambda: write_rows(context, t.BLOC_OVERTAKINGS, fan_out_overtakings(sets, how)),
        lambda: write_rows(context, t.RELIANCE_TRENDS, fan_out_trends(sets, how)),
        lambda: write_rows(context, t.CONNECTED_COUNTRIES, measures),
    )


def write_organisations(context: Context) -> Outcome:
    """Write the tables of organisations that publish much, at both levels and both thresholds."""
    study, store = context.the_study, context.store
    own = of_study(context, CORPUS_WORKS).where("is_corpus")
    institutions = store.read("institutions")
    write_rows(
        context,
        t.ORGANISATION_WORKS,
        organisations.organisation_works(own, store.read("authorships"), institutions),
    )
    of_works = of_study(context, t.ORGANISATION_WORKS)
    world = own.groupBy("year").agg(F.count("*").alias("works"))
    limits = organisations.thresholds(
        world, papers=study.blocs.organisation_papers, share=study.blocs.organisation_share
    )
    yearly = organisations.organisation_years(of_works)
    placed = organisations.placed_institutions(institutions, Places(study).counted_as_china())
    write_rows(context, t.LARGE_ORGANISATIONS, organisations.large_organisations(yearly, limits, placed))
    counts = organisations.organisation_counts(
        yearly, limits, placed, organisations.institution_coverage(world, of_works), entities=_entities(study)
    )
    intervals = _intervals(context, yearly, limits, placed)
    write_rows(context, t.ORGANISATION_COUNTS, with_intervals(counts, intervals, year=study.years.analysis[1]))
    last = (F.col("year") == study.years.analysis[1]) & (F.col("level") == organisations.LISTED) & F.col("above_papers")
    large = of_study(context, t.LARGE_ORGANISATIONS).where(last).count()
    return Outcome(f"{large:,} organisations with more than {study.blocs.organisation_papers} papers in the last year")


def _intervals(context: Context, yearly: DataFrame, limits: DataFrame, placed: DataFrame) -> DataFrame:
    """Return the intervals of the last year of the analysis."""
    study = context.the_study
    last = study.years.analysis[1]
    bounds = {row.threshold: row.more_than for row in limits.where(F.col("year") == last).collect()}
    least = min(map(least_candidate, bounds.values()), default=1)
    possible = yearly.where((F.col("year") == last) & (F.col("papers") >= least))
    candidates = organisations.with_places(possible, placed, _entities(study))
    of_works = of_study(context, t.ORGANISATION_WORKS).where(F.col("year") == last)
    return fan_out_intervals(
        organisation_sets(of_works, possible),
        candidates,
        limits=bounds,
        replicates=study.blocs.replicates,
        level=study.blocs.level,
        seed=study.seed,
    )


def write_active_researchers(context: Context) -> Outcome:
    """Write the table of active researchers by what counts as active."""
    study, store = context.the_study, context.store
    own = of_study(context, CORPUS_WORKS).where("is_corpus")
    rules = study.active_researchers
    papers = researchers.papers_in_windows(own, store.read("authorships"), rules.windows)
    years = store.read("author_years")
    at_home = homes(years, merged=Places(study).counted_as_china())
    found = researchers.active_researchers(
        researchers.located(papers, at_home, years),
        least=rules.papers,
        windows=rules.windows,
        entities=_entities(study),
        years=study.years.corpus,
    )
    write_rows(context, t.ACTIVE_RESEARCHERS, found)
    share = F.try_divide(F.sum("world_located"), F.sum("world_researchers"))
    gates = check_gates(
        "active_researchers",
        of_study(context, t.ACTIVE_RESEARCHERS),
        [
            Gate(
                "share of active researchers with a home",
                share,
                "warn",
                low=LEAST_LOCATED,
                message="Most active researchers cannot be placed: read their numbers beside this share.",
            )
        ],
    )
    return Outcome(f"{len(rules.papers) * len(rules.windows)} meanings of active", gates=tuple(gates))


def problems(study: Study) -> Iterator[str]:
    """Return what is wrong with the entities of a study: no such place, or one that is named twice."""
    return Places(study).named_problems("blocs.entities", study.blocs.entities)


def _entities(study: Study) -> Entities:
    return Places(study).parts(study.blocs.entities)


PUBLISHED = (
    t.BLOC_WORLD_YEARS,
    t.BLOC_YEARS,
    t.BLOC_PARTNERS,
    t.BLOC_TOP_PARTNERS,
    t.BLOC_OVERTAKINGS,
    t.RELIANCE_TRENDS,
    t.CONNECTED_COUNTRIES,
)

STAGES = (
    Stage(
        name="blocs",
        description="compare countries and blocs: output, citations, partners, who overtook whom, reliance on others",
        task="report",
        section="blocs",
        needs=("records", "corpus"),
        writes=(
            t.WORK_COUNTRIES,
            t.PARTNER_SETS,
            t.ENTITY_CITATIONS,
            *PUBLISHED,
        ),
        publishes=PUBLISHED,
        reads=("seed", "blocs.entities", "blocs.replicates", "blocs.level", "years.analysis", *GEOGRAPHY),
        problems=problems,
        run=write_blocs,
    ),
    Stage(
        name="organisations",
        description="count the organisations that publish much, as works list them and at the top above them",
        task="report",
        section="blocs",
        needs=("records", "corpus"),
        writes=(t.ORGANISATION_WORKS, t.LARGE_ORGANISATIONS, t.ORGANISATION_COUNTS),
        publishes=(t.LARGE_ORGANISATIONS, t.ORGANISATION_COUNTS),
        reads=("seed", "blocs", "years.analysis", *GEOGRAPHY),
        problems=problems,
        run=write_organisations,
    ),
    Stage(
        name="active_researchers",
        description="count the active researchers of compared countries and blocs under every meaning of active",
        task="report",
        section="active_researchers",
        needs=("records", "corpus"),
        writes=(t.ACTIVE_RESEARCHERS,),
        publishes=(t.ACTIVE_RESEARCHERS,),
        reads=("active_researchers", "blocs.entities", *GEOGRAPHY),
        problems=problems,
        run=write_active_researchers,
        whole_snapshot=True,
    ),
)
