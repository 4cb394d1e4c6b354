"""What is true of countries and blocs in a simulated world: output, partners, organisations, active researchers.

Counted from the world's own arrays with pandas, by the definitions of the studies and by none of their code: an answer
key for whoever counts the same from the snapshot.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from isthmus.simulate.signatures import NONE, Signatures, signatures
from isthmus.simulate.world.draws import Ints
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.ties import multipliers

EU_27 = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
ENTITIES: Mapping[str, tuple[str, ...]] = {"CN": ("CN",), "US": ("US",), "EU-27": EU_27, "GB": ("GB",)}
WORLD = "world"
ANY_OTHER = "any of the others"
MORE_THAN = (0, 2, 5, 10, 20, 50)  # papers of a large organisation in a year
LEAST_PAPERS, WINDOWS = (1, 2, 3, 5), (1, 3, 5)
CARRIED = 5  # years for which the last known country of an author is kept
LARGEST_COUNTED = 500_000  # works: in larger worlds nobody waits for one process to count


def bloc_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the answer key on countries and blocs, table by table; empty for a world too large to be counted.

    Parameters
    ----------
    plan : Plan
        The plan of the world.
    """
    if plan.world.works > LARGEST_COUNTED:
        return {}
    signed = signatures(plan)
    of_study = signed.where(signed.in_study)
    sides = work_countries(of_study)
    return {
        "bloc_papers": bloc_papers(sides, signed.papers_of_year),
        "bloc_partners": bloc_partners(sides),
        "organisations": organisations(of_study, plan),
        "researchers": researchers(signed),
    }


def work_countries(signed: Signatures) -> pd.DataFrame:
    """Return the countries that the records of each work show: work_id, year, country (code), fraction of the work.

    A work is divided equally among its authors with a country; each of them has one.
    """
    code = np.array(countries().code)
    placed = signed.country != NONE
    rows = pd.DataFrame(
        {"work_id": signed.work_id[placed], "year": signed.year[placed], "country": code[signed.country[placed]]}
    )
    seats = rows.groupby(["work_id", "year", "country"], as_index=False).size()
    seats["fraction"] = seats["size"] / seats.groupby("work_id")["size"].transform("sum")
    return seats.drop(columns="size")


def bloc_papers(sides: pd.DataFrame, papers_of_year: Mapping[int, int]) -> pd.DataFrame:
    """Return the papers of each entity and year, in full and by fractions; the entity "world" has all papers.

    International papers have a country outside, too; internal ones have two or more countries inside.
    """
    works = pd.DataFrame({"year": list(papers_of_year), "papers": list(papers_of_year.values())})
    frames = [works.assign(entity=WORLD)]
    for entity, codes in ENTITIES.items():
        own = _own(sides, codes)
        by_year = own.groupby("year").agg(
            papers=("inside", "size"),
            papers_fractional=("fraction", "sum"),
            papers_international=("outside", lambda n: int((n > 0).sum())),
            papers_internal=("inside", lambda n: int((n > 1).sum())),
        )
        frames.append(by_year.reset_index().assign(entity=entity))
    columns = ["entity", "year", "papers", "papers_fractional", "papers_international", "papers_internal"]
    return pd.concat(frames, ignore_index=True)[columns]


def _own(sides: pd.DataFrame, codes: tuple[str, ...]) -> pd.DataFrame:
    """Return the works with a country of an entity: year, number of countries inside and outside, fraction inside."""
    inside = sides["country"].isin(codes)
    marked = sides.assign(inside=inside, outside=~inside, fraction=sides["fraction"].where(inside, 0.0))
    found = marked.groupby(["work_id", "year"])[["inside", "outside", "fraction"]].sum().reset_index()
    return found[found["inside"] > 0]


def bloc_partners(sides: pd.DataFrame) -> pd.DataFrame:
    """Return the joint papers of each entity with each partner by year: entity, year, among, partner, papers_joint.

    Joint is a paper that two different countries sign, one of each side. `among` is "blocs" (the other entities),
    "countries" (every country outside the entity) or "any" (any of the other entities).
    """
    ordered = sides.sort_values("work_id")
    country, year = ordered["country"].tolist(), ordered["year"].tolist()
    starts = np.flatnonzero(ordered["work_id"].diff().to_numpy() != 0)
    rows = [
        (entity, year[start], among, partner)
        for start, stop in zip(starts, np.append(starts[1:], len(country)), strict=True)
        for entity, among, partner in _partners(frozenset(country[start:stop]))
    ]
    names = ["entity", "year", "among", "partner"]
    return (
        pd.DataFrame(rows, columns=names).groupby(names, as_index=False).size().rename(columns={"size": "papers_joint"})
    )


def _partners(signing: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for entity, codes in ENTITIES.items():
        own = signing.intersection(codes)
        if not own:
            continue
        yield from ((entity, "countries", code) for code in signing - own)
        blocs = [
            other
            for other, theirs in ENTITIES.items()
            if other != entity and any(a != b for a in own for b in signing.intersection(theirs))
        ]
        yield from ((entity, "blocs", other) for other in blocs)
        if blocs:
            yield entity, "any", ANY_OTHER


def organisations(signed: Signatures, plan: Plan) -> pd.DataFrame:
    """Return how many organisations of a country have more than so many papers in a year.

    Columns year, level ("listed": as the papers name them; "top": those that stand above them), country, more_than,
    organisations; no row where there are none.
    """
    where, code = plan.places, np.array(countries().code)
    both = np.stack([signed.institution, signed.second])
    row = np.broadcast_to(np.arange(len(signed.year)), both.shape)[both != NONE]
    listed = both[both != NONE]
    frames = []
    for level, institution in (("listed", listed), ("top", where.parent[listed])):
        papers = pd.DataFrame(
            {"year": signed.year[row], "work_id": signed.work_id[row], "institution": institution}
        ).drop_duplicates()
        counted = papers.groupby(["year", "institution"], as_index=False).size()
        counted["country"] = code[where.country[counted["institution"]]]
        for more_than in MORE_THAN:
            large = counted[counted["size"] > more_than].groupby(["year", "country"], as_index=False).size()
            frames.append(large.assign(level=level, more_than=more_than))
    found = pd.concat(frames, ignore_index=True).rename(columns={"size": "organisations"})
    return found[["year", "level", "country", "more_than", "organisations"]]


def author_homes(signed: Signatures) -> pd.DataFrame:
    """Return the country of most works of each author and year with one: author, year, country (index).

    Of countries equally frequent the one of the latest work (date, then number).
    """
    kept = (signed.author != NONE) & (signed.country != NONE)
    rows = pd.DataFrame({name: getattr(signed, name)[kept] for name in ("author", "year", "country", "day", "work_id")})
    rows = rows.sort_values(["day", "work_id"])
    frequent = rows.groupby(["author", "year", "country"], as_index=False).agg(
        works=("work_id", "size"), day=("day", "last"), work_id=("work_id", "last")
    )
    ordered = frequent.sort_values(["works", "day", "work_id"])
    return ordered.groupby(["author", "year"], as_index=False).last()[["author", "year", "country"]]


def researchers(signed: Signatures) -> pd.DataFrame:
    """Return the active researchers of each entity: authors with enough papers of the study in the years up to one.

    Columns entity, year, least_papers, window_years, researchers; the entity "world" counts them wherever they are. An
    author is where most of his works of the year lie, else where he was last, for `CARRIED` years. Windows that begin
    before the world are left out.
    """
    first, last = int(signed.year.min()), int(signed.year.max())
    studied = signed.in_study & (signed.author != NONE)
    authors, who = np.unique(signed.author[studied], return_inverse=True)
    papers = np.zeros((len(authors), last - first + 2), np.int64)
    np.add.at(papers, (who, signed.year[studied] - first + 1), 1)
    until = papers.cumsum(axis=1)  # papers before each year, and the year after the last
    home = _carried_homes(authors, author_homes(signed), first, last)
    code = np.array(countries().code)
    of_entity = {entity: np.append(np.isin(code, codes), False) for entity, codes in ENTITIES.items()}
    of_entity[WORLD] = np.ones(len(code) + 1, bool)
    rows = [
        (entity, year, least, window, int(inside[home[active, year - first]].sum()))
        for window in WINDOWS
        for least in LEAST_PAPERS
        for year in range(first + window - 1, last + 1)
        for active in [until[:, year - first + 1] - until[:, year - first + 1 - window] >= least]
        for entity, inside in of_entity.items()
    ]
    return pd.DataFrame(rows, columns=["entity", "year", "least_papers", "window_years", "researchers"])


def _carried_homes(authors: Ints, homes: pd.DataFrame, first: int, last: int) -> Ints:
    """Return the country of each author in each year (A, T), -1 where it is unknown."""
    known = np.full((len(authors), last - first + 1), NONE)
    of_ours = homes[homes["author"].isin(authors)]
    known[np.searchsorted(authors, of_ours["author"]), of_ours["year"] - first] = of_ours["country"]
    found, age = known.copy(), np.zeros(len(authors), np.int64)
    for at in range(1, known.shape[1]):
        age = np.where(known[:, at] == NONE, age + 1, 0)
        found[:, at] = np.where((age > 0) & (age <= CARRIED), found[:, at - 1], known[:, at])
    return found


def leaders(plan: Plan) -> pd.DataFrame:
    """Return the country that each compared country is planned to write most papers with, by year.

    Columns entity, year, partner, expected, following, following_expected: papers on artificial intelligence before
    luck and before affiliations go missing, and the country that comes next.

    Parameters
    ----------
    plan : Plan
        The plan of the world.
    """
    facts, years = countries(), plan.sizes.years
    planted = multipliers(plan.ties, years, "collaboration")
    expected = np.where(np.isfinite(planted), planted, 1.0) * plan.sizes.collaboration.expected
    code, rows = np.array(facts.code), []
    for entity in (name for name in ENTITIES if name in facts.code):
        of_entity = expected[:, facts.at(entity)]
        second, best = np.argsort(of_entity, axis=1)[:, -2:].T
        at = np.arange(len(years))
        found = {"partner": code[best], "expected": of_entity[at, best]}
        found |= {"following": code[second], "following_expected": of_entity[at, second]}
        rows.append(pd.DataFrame({"entity": entity, "year": years} | found))
    return pd.concat(rows, ignore_index=True)
