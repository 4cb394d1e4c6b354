"""Leads, overtakings and trends of every entity: each entity is one task."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame

from isthmus.indicators.blocs.leaders import NOBODY, leaders, overtaking
from isthmus.indicators.blocs.resampling import Resampled, resampled_partners
from isthmus.indicators.blocs.trends import share_trend

OVERTAKINGS = (
    "entity string, among string, partner string, since int, overtook string, since_low int, since_high int, "
    "support double, replicates int"
)
TOP_PARTNERS = (
    "entity string, among string, year int, partner string, papers_joint bigint, following string, "
    "following_papers_joint bigint, partner_fractional string"
)
TRENDS = (
    "entity string, years int, slope double, slope_low double, slope_high double, kendall_tau double, p_value double, "
    "first_share double, last_share double, peak_year int, peak_share double"
)


@dataclass(frozen=True)
class Resampling:
    """How the works of an entity are drawn again.

    Attributes
    ----------
    years : tuple[int, int]
        First and last year that is looked at.
    entities : tuple of str
        The compared countries and blocs in their order.
    replicates : int
        Resamples.
    level : float
        Coverage of the intervals.
    seed : int
        The study's seed.
    """

    years: tuple[int, int]
    entities: tuple[str, ...]
    replicates: int
    level: float
    seed: int

    def of(self, sets: pd.DataFrame) -> Resampled:
        """Return the resampled counts of one entity."""
        return resampled_partners(
            sets, years=self.years, blocs=self.entities, replicates=self.replicates, seed=self.seed
        )


def fan_out_overtakings(sets: DataFrame, how: Resampling) -> DataFrame:
    """Return since when the top collaborator of each entity leads, among blocs and among all countries.

    Parameters
    ----------
    sets : DataFrame
        Rows of `partner_sets`.
    how : Resampling
        Years, entities and resamples.
    """
    return _by_entity(sets, OVERTAKINGS, lambda entity, rows: _overtakings(entity, how.of(rows), how))


def fan_out_trends(sets: DataFrame, how: Resampling) -> DataFrame:
    """Return the trend of the share of international papers of each entity.

    Parameters
    ----------
    sets : DataFrame
        Rows of `partner_sets`.
    how : Resampling
        Years, entities and resamples.
    """
    return _by_entity(sets, TRENDS, lambda entity, rows: [_trend(entity, how.of(rows), how.level)])


def fan_out_top_partners(partners: DataFrame, *, entities: Sequence[str]) -> DataFrame:
    """Return the top collaborator of each entity by year, among blocs and among countries, in full and by fractions.

    Parameters
    ----------
    partners : DataFrame
        Rows of `bloc_partners`, of the years that are looked at.
    entities : Sequence[str]
        The compared countries and blocs in their order; of equal partners the first leads.
    """
    order = list(entities)
    among = partners.where("among IN ('blocs', 'countries')")
    return _by_entity(among, TOP_PARTNERS, lambda entity, rows: _top_partners(entity, rows, order))


def _by_entity(rows: DataFrame, schema: str, compute: Callable[[str, pd.DataFrame], Any]) -> DataFrame:
    names = [part.split()[0] for part in schema.split(", ")]

    def work(own: pd.DataFrame) -> pd.DataFrame:
        found = pd.DataFrame(list(compute(str(own["entity"].iloc[0]), own)), columns=names)
        return found.astype(object).where(found.notna(), None)

    return rows.groupBy("entity").applyInPandas(work, schema=schema)


def _overtakings(entity: str, found: Resampled, how: Resampling) -> Iterator[tuple[Any, ...]]:
    for among, names in found.names.items():
        if not names or not found.counts[among].any():
            continue
        lead = overtaking(found.counts[among], found.resampled[among], found.years, level=how.level)
        overtook = None if lead.overtook == NOBODY else names[lead.overtook]
        ends = (lead.low, lead.high, lead.support, how.replicates)
        yield entity, among, names[lead.leader], lead.since, overtook, *ends


def _trend(entity: str, found: Resampled, level: float) -> tuple[Any, ...]:
    trend = share_trend(
        found.international,
        found.papers,
        found.resampled_international,
        found.resampled_papers,
        found.years,
        level=level,
    )
    years = found.years[found.papers > 0]
    shares = found.international[found.papers > 0] / found.papers[found.papers > 0]
    of_years: tuple[Any, ...] = (None,) * 4
    if len(years):
        of_years = (shares[0], shares[-1], years[shares.argmax()], shares.max())
    return entity, trend.years, trend.slope, trend.low, trend.high, trend.tau, trend.p_value, *of_years


def _top_partners(entity: str, rows: pd.DataFrame, entities: list[str]) -> Iterator[tuple[Any, ...]]:
    for among, own in rows.groupby("among", sort=True):
        present = set(own["partner"])
        names = [name for name in entities if name in present] if among == "blocs" else sorted(present)
        full, fractional = (
            own.pivot_table(index="year", columns="partner", values=of, aggfunc="sum", fill_value=0)[names].sort_index()
            for of in ("papers_joint", "papers_joint_fractional")
        )
        counts = full.to_numpy()
        by_fraction = leaders(fractional.to_numpy())
        for year, joint, first, other in zip(full.index, counts, leaders(counts), by_fraction, strict=True):
            if joint.any():
                others = np.where(np.arange(len(names)) == first, -1, joint)
                second = int(others.argmax())
                following = (names[second], int(joint[second])) if others[second] > 0 else (None, 0)
                yield entity, among, int(year), names[first], int(joint[first]), *following, names[other]
