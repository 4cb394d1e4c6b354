"""The yearly networks of a simulated world as a study counts them, straight from the world: no files, no Spark."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from isthmus.simulate.world.blocks import ID_BASE, work_ids
from isthmus.simulate.world.draws import Ints
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.fates import part_works
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.seats import COUNTRY, FULL, OTHER_COUNTRY
from isthmus.simulate.world.sizes import EXPANSION
from isthmus.simulate.world.works import PARATEXT, Works, build_works, is_study_work
from isthmus.tables.citationorder import cites_back

COLLABORATION, EXCHANGE = "collaboration", "knowledge_exchange"
YEARS = range(2000, 2022)
CITING_UNTIL = 2023  # the last year of works that cite, as in the study `demonstration`


@dataclass(frozen=True)
class Counted:
    """What a study counts of a world of W works and n countries.

    Attributes
    ----------
    countries : scipy.sparse.csr_array of shape (W, n)
        1 where the records of a work show the country.
    year : int array of shape (W,)
        Publication years.
    corpus : bool array of shape (W,)
        Whether the work belongs to the study's corpus: articles and conference papers on artificial intelligence of
        `YEARS`.
    citing, cited : int array of shape (C,)
        Numbers of the works of each citation that counts, each once; cited works are of the corpus.
    """

    countries: sparse.csr_array
    year: Ints
    corpus: np.ndarray
    citing: Ints
    cited: Ints


@dataclass(frozen=True)
class Networks:
    """Yearly networks of a world; symmetric int arrays (n, n), zero diagonal, in the order of `facts.countries()`.

    Attributes
    ----------
    collaboration : dict of int to array
        Papers together, by publication year.
    exchange : dict of int to array
        Citations in both directions, by the year of the cited work.
    exchange_variance : dict of int to array
        Variance of the exchange as works come and go: what single works add, squared (`isthmus.networks.clusters`).
    """

    collaboration: dict[int, Ints]
    exchange: dict[int, Ints]
    exchange_variance: dict[int, Ints]

    def edges(self) -> pd.DataFrame:
        """Return both as edge lists: network, year, src < dst (codes), weight > 0, work_variance.

        A paper adds 1 to each pair of its countries, so that the variance of collaboration is its weight.
        """
        both = (
            (COLLABORATION, self.collaboration, self.collaboration),
            (EXCHANGE, self.exchange, self.exchange_variance),
        )
        frames = [_edges(name, year, w, variance[year]) for name, of, variance in both for year, w in of.items()]
        return pd.concat(frames, ignore_index=True)


def count_works(plan: Plan) -> Counted:
    """Return what the study `demonstration` counts of a world, by the rules of its corpus and networks."""
    n, total = len(countries()), plan.world.works
    place = _places_of_ids(total)
    seen, links, year = [], [], np.zeros(total, np.int64)
    corpus, may_cite = np.zeros(total, bool), np.zeros(total, bool)
    for part in range(plan.world.parts):
        works = build_works(plan, part_works(plan.world, part))
        year[works.number], corpus[works.number], may_cite[works.number] = works.year, _in_corpus(works), _cites(works)
        seats = works.seats
        shown = np.isin(seats.recorded, (FULL, COUNTRY, OTHER_COUNTRY))
        seen.append(np.unique(works.number[seats.row[shown]] * n + seats.country[shown]))
        at = works.references.cited - ID_BASE
        inside = np.flatnonzero((at >= 0) & (at < len(place)))
        inside = inside[place[at[inside]] >= 0]
        links.append(np.unique(works.number[works.references.row[inside]] * total + place[at[inside]]))
    row, column = np.divmod(np.concatenate(seen), n)
    citing, cited = np.divmod(np.concatenate(links), total)
    kept = corpus[cited] & may_cite[citing] & (citing != cited) & cites_back(year[citing], year[cited])
    where = sparse.csr_array((np.ones(len(row), np.int64), (row, column)), (total, n))
    return Counted(where, year, corpus, citing[kept], cited[kept])


def _places_of_ids(total: int) -> Ints:
    """Return the number of the work with each OpenAlex number (from `ID_BASE` on); -1 where there is none."""
    ids = work_ids(np.arange(total), total) - ID_BASE
    place = np.full(int(ids.max()) + 1, -1)
    place[ids] = np.arange(total)
    return place


def _in_corpus(works: Works) -> np.ndarray:
    dated = (works.year >= YEARS[0]) & (works.year <= YEARS[-1])
    found: np.ndarray = dated & is_study_work(works.layer, works.kind, works.topics[:, 0], works.retracted)
    return found


def _cites(works: Works) -> np.ndarray:
    dated = (works.year >= YEARS[0]) & (works.year <= CITING_UNTIL)
    found: np.ndarray = (works.layer != EXPANSION) & ~works.retracted & (works.kind != PARATEXT) & dated
    return found


def world_networks(counted: Counted, years: Iterable[int] = YEARS) -> Networks:
    """Return the yearly networks of what was counted.

    Parameters
    ----------
    counted : Counted
        The countries of works and the citations among them.
    years : iterable of int
        Publication years; those of the cited works for the exchange.
    """
    collaboration, exchange, variance = {}, {}, {}
    of_citation = counted.year[counted.cited]
    for year in years:
        papers = counted.countries[np.flatnonzero(counted.corpus & (counted.year == year))]
        here = np.flatnonzero(of_citation == year)
        flow = counted.countries[counted.citing[here]].T @ counted.countries[counted.cited[here]]
        collaboration[int(year)] = _without_diagonal(papers.T @ papers)
        exchange[int(year)] = _without_diagonal(flow + flow.T)
        variance[int(year)] = _without_diagonal(_work_variance(counted, here))
    return Networks(collaboration, exchange, variance)


def _work_variance(counted: Counted, here: Ints) -> sparse.csr_array:
    """Return what citing works add to each pair, squared, and cited works, less single citations, in both.

    A work of countries a that is linked to r_y works of each country y adds a_x r_y + a_y r_x to the pair x, y.
    """
    citing, cited = counted.countries[counted.citing[here]], counted.countries[counted.cited[here]]
    by_citing, by_cited = _sums_of(counted.citing[here], cited), _sums_of(counted.cited[here], citing)
    of_citing, of_cited = (counted.countries[np.unique(works[here])] for works in (counted.citing, counted.cited))
    return sparse.csr_array(_squares(of_citing, by_citing) + _squares(of_cited, by_cited) - _squares(citing, cited))


def _sums_of(works: Ints, rows: sparse.csr_array) -> sparse.csr_array:
    """Return the sum of the rows of each work, in the order of the works' numbers."""
    _, place = np.unique(works, return_inverse=True)
    shape = (int(place.max(initial=-1)) + 1, len(works))
    return sparse.csr_array(
        sparse.csr_array((np.ones(len(works), np.int64), (place, np.arange(len(works)))), shape) @ rows
    )


def _squares(own: sparse.csr_array, other: sparse.csr_array) -> sparse.csr_array:
    both = own * other
    flow = own.T @ (other * other)
    return sparse.csr_array(flow + flow.T + 2 * (both.T @ both))


def _without_diagonal(weights: sparse.csr_array) -> Ints:
    full: Ints = weights.toarray()
    np.fill_diagonal(full, 0)
    return full


def _edges(network: str, year: int, weights: Ints, variance: Ints) -> pd.DataFrame:
    code = np.array(countries().code)
    i, j = np.nonzero(np.triu(weights, 1))
    ends = np.sort(np.stack([code[i], code[j]]), axis=0)
    columns = {"weight": weights[i, j], "work_variance": variance[i, j]}
    return pd.DataFrame({"network": network, "year": year, "src": ends[0], "dst": ends[1]} | columns)
