"""A simulated world as the published results of a study, without files or Spark: what sections and scores read."""

from pathlib import Path

import numpy as np
import pandas as pd

from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.analyses.output.tables import ENTITY_YEARS
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.config import load_study
from isthmus.geography import bloc_members
from isthmus.networks.names import COLLABORATION, PUBLICATION_YEAR
from isthmus.nullmodels.frames import significance_frames
from isthmus.nullmodels.window_frames import window_tests
from isthmus.report.results import ACCOUNTING_COLUMNS, COVERAGE_COLUMNS, GATES_COLUMNS, Results
from isthmus.simulate import World, build_plan
from isthmus.simulate.networks import Counted, count_works, world_networks
from isthmus.simulate.world.facts import countries
from isthmus.trajectories.frames import trajectory_frames
from isthmus.trajectories.panel import build_panel
from isthmus.trajectories.restarts import run_restart

STUDY = load_study("gallo2026")
RESTARTS = 20
CITATION_YEAR = "cited"
ENTITIES = {"US": {"US"}, "CN": {"CN"}, "EU-28": bloc_members("EU-28")}


def world_results(world: World) -> Results:
    """What the study gallo2026 publishes of a world, as far as its networks, ties and trajectories go."""
    counted = count_works(build_plan(world))
    edges = dated(world_networks(counted).edges())
    tests, fits = significance_frames(edges, by=("network", "citation_year", "year"))
    papers = country_years(counted)
    tables = {
        COUNTRY_EDGES.name: edges.assign(fractional=np.nan, joint=np.nan),
        COUNTRY_YEARS.name: papers,
        ENTITY_YEARS.name: entity_years(counted),
        PAIR_TESTS.name: tests,
        NULL_MODEL_FITS.name: fits,
        SIGNIFICANT_PAIRS.name: tested_pairs(tests),
    } | trajectories(tests, papers)
    return Results(
        folder=Path("simulated"),
        study=described(),
        coverage=pd.DataFrame(columns=list(COVERAGE_COLUMNS)),
        accounting=pd.DataFrame(columns=list(ACCOUNTING_COLUMNS)),
        gates=pd.DataFrame(columns=list(GATES_COLUMNS)),
        _tables=tables,
    )


def tested_pairs(tests: pd.DataFrame) -> pd.DataFrame:
    """The pooled test of each pair, and the published rule beside it."""
    rule = STUDY.significance
    found = window_tests(
        tests,
        STUDY.years.significance,
        rule.false_discovery_rate,
        rule.threshold,
        min_finite_years=rule.min_finite_years,
    )
    return found.assign(significant=found["mean_z"] > rule.threshold)


def described() -> dict[str, object]:
    return {
        "study": "gallo2026",
        "paper": "gallo2026",
        "simulated": False,  # else nothing published would be compared with it
        "poles": list(STUDY.geography.poles),
        "years": list(STUDY.years.analysis),
        "significance_years": list(STUDY.years.significance),
        "citation_year": CITATION_YEAR,
        "threshold": STUDY.significance.threshold,
        "switches": {"report.matrix_countries": STUDY.report.matrix_countries},
    }


def dated(edges: pd.DataFrame) -> pd.DataFrame:
    together = edges["network"] == COLLABORATION
    return edges.assign(citation_year=np.where(together, PUBLICATION_YEAR, CITATION_YEAR))


def trajectories(tests: pd.DataFrame, papers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rule = STUDY.trajectories
    panel = build_panel(tests, years=STUDY.years.analysis, window=rule.window, order=rule.order)
    return trajectory_frames(
        panel,
        [run_restart(panel.scaled, number, k=rule.clusters, seed=STUDY.seed) for number in range(RESTARTS)],
        papers=papers.groupby("country")["papers"].sum().astype(float).to_dict(),
        poles=STUDY.geography.poles,
        top=STUDY.groups.countries,
        include_poles=STUDY.groups.include_poles,
        speed_thresholds=STUDY.groups.speed_thresholds,
        smoothed_speed=STUDY.groups.smoothed_speed,
    )


def country_years(counted: Counted) -> pd.DataFrame:
    """Papers of each country and year, and those with another country too."""
    code = np.array(countries().code)
    several = np.asarray(counted.countries.sum(axis=1)).ravel() > 1
    frames = []
    for year in np.unique(counted.year[counted.corpus]):
        chosen = counted.corpus & (counted.year == year)
        papers = np.asarray(counted.countries[np.flatnonzero(chosen)].sum(axis=0)).ravel()
        joint = np.asarray(counted.countries[np.flatnonzero(chosen & several)].sum(axis=0)).ravel()
        frames.append(pd.DataFrame({"year": year, "country": code, "papers": papers, "papers_international": joint}))
    found = pd.concat(frames, ignore_index=True)
    return found[found["papers"] > 0].assign(citation_year=CITATION_YEAR, citations_received=0, citations_given=0)


def entity_years(counted: Counted) -> pd.DataFrame:
    """Papers of each compared country and bloc by year, and those with a country outside of it."""
    code = np.array(countries().code)
    frames = []
    for entity, members in ENTITIES.items():
        member = np.isin(code, list(members)).astype(np.int64)
        inside, outside = counted.countries @ member > 0, counted.countries @ (1 - member) > 0
        for year in np.unique(counted.year[counted.corpus]):
            chosen = counted.corpus & (counted.year == year) & inside
            row = {"papers": int(chosen.sum()), "papers_international": int((chosen & outside).sum())}
            frames.append({"entity": entity, "year": int(year)} | row)
    return pd.DataFrame(frames)
