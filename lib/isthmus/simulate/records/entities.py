"""The records of everything that is not a work: institutions, authors, sources, topics and small entities."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from isthmus.simulate.records.affiliations import institution_url, lineage, ror
from isthmus.simulate.records.catalog import LAYER_SUBFIELDS, OPENALEX, hierarchy, source_object, sources
from isthmus.simulate.records.names import author_names
from isthmus.simulate.records.orcids import orcids
from isthmus.simulate.records.words import KEYWORDS
from isthmus.simulate.world.draws import Ints, integers
from isthmus.simulate.world.facts import cities, concepts, countries, topics
from isthmus.simulate.world.people import ERA, GENERATIONS, MIGRANT_BASE
from isthmus.simulate.world.places import places
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.works import LANGUAGES, TYPES

Record = dict[str, Any]
CREATED = "2023-07-21"


def institution_records(stamp: str) -> list[Record]:
    """Return the institutions, with their cities and parents."""
    where, towns, nations = places(), cities(), countries()
    found = []
    for k in range(len(where)):
        city, country = int(where.city[k]), int(where.country[k])
        code = nations.code[country]
        geo = {
            "city": towns.name[city],
            "geonames_city_id": str(towns.geonames_id[city]),
            "region": towns.region[city] or None,
            "country_code": code,
            "country": nations.name[country],
            "latitude": float(towns.latitude[city]),
            "longitude": float(towns.longitude[city]),
        }
        name = where.name[k]
        found.append(
            {
                "id": institution_url(k),
                "ror": ror(k),
                "display_name": name,
                "country_code": code,
                "type": where.kind[k],
                "is_super_system": False,
                "homepage_url": None,
                "display_name_acronyms": ["".join(w[0] for w in name.split() if w[0].isupper())],
                "display_name_alternatives": [],
                "lineage": lineage(k),
                "geo": geo,
                "ids": {"openalex": institution_url(k), "ror": ror(k)},
                "associated_institutions": [],
                "works_count": 0,
                "cited_by_count": 0,
                "created_date": CREATED,
                "updated_date": stamp,
            }
        )
    return found


def source_records(stamp: str) -> list[Record]:
    """Return the journals, conferences, repositories and book series."""
    rest = {
        "alternate_titles": [],
        "works_count": 0,
        "cited_by_count": 0,
        "created_date": CREATED,
        "updated_date": stamp,
    }
    return [source_object(s) | {"country_code": None, "homepage_url": None} | rest for s in sources()]


def topic_records(stamp: str) -> list[Record]:
    """Return the topics with their subfield, field and domain."""
    return [
        {
            "id": f"{OPENALEX}T{t.topic_id}",
            "display_name": t.name,
            "description": None,
            "keywords": [],
            **hierarchy(t),
            "works_count": 0,
            "cited_by_count": 0,
            "created_date": CREATED,
            "updated_date": stamp,
        }
        for t in topics()
    ]


def small_records(stamp: str) -> dict[str, list[Record]]:
    """Return the entities of a few records each."""
    nations = countries()

    def named(rows: dict[str, str]) -> list[Record]:
        return [{"id": OPENALEX + key, "display_name": name, "updated_date": stamp} for key, name in rows.items()]

    kept = [t for t in topics() if any(t.subfield_id in group for group in LAYER_SUBFIELDS.values())]
    listed = [
        {
            "id": f"{OPENALEX}C{c.concept_id}",
            "wikidata": f"https://www.wikidata.org/wiki/{c.wikidata}",
            "display_name": c.name,
            "level": c.level,
            "updated_date": stamp,
        }
        for c in concepts()
    ]
    return {
        "concepts": listed,
        "keywords": named({"keywords/" + k.lower().replace(" ", "-"): k for k in KEYWORDS}),
        "subfields": named({f"subfields/{t.subfield_id}": t.subfield for t in kept}),
        "fields": named({f"fields/{t.field_id}": t.field for t in kept}),
        "domains": named({f"domains/{t.domain_id}": t.domain for t in kept}),
        "countries": [
            {
                "id": f"{OPENALEX}countries/{c}",
                "country_code": c,
                "display_name": n,
                "continent": r,
                "updated_date": stamp,
            }
            for c, n, r in zip(nations.code, nations.name, nations.region, strict=True)
        ],
        "continents": named({f"continents/{r.lower()}": r for r in sorted(set(nations.region))}),
        "publishers": named({f"P{4_300_000_000 + k}": f"Press {k}" for k in range(1, 10)}),
        "work-types": named({f"work-types/{t}": t for t in TYPES}),
        "languages": named({f"languages/{t}": t for t in LANGUAGES}),
    }


def author_numbers(plan: Plan) -> int:
    """How many numbers of authors there are: migrants, then the generations of every desk."""
    return len(plan.people.migrants) + int(plan.people.offset[-1]) * GENERATIONS


def author_records(plan: Plan, numbers: Ints, stamp: str) -> Iterator[Record]:
    """Yield authors among these numbers who could publish within the world's years, with their places by year."""
    people, migrants = plan.people, plan.people.migrants
    moved = len(migrants)
    works = plan.key("works count")
    who = numbers[numbers < moved]
    for person, name, count in _named(MIGRANT_BASE + who, works):
        k = person - MIGRANT_BASE
        year = int(migrants.year[k])
        spells = ((int(migrants.before[k]), year - 10, year), (int(migrants.after[k]), year, year + 10))
        yield _author(plan, person, name, count, spells, stamp)
    desk, generation = np.divmod(numbers[numbers >= moved] - moved, GENERATIONS)
    span, shift = people.career(desk)
    start = (ERA - shift + generation * span).astype(np.int64)
    active = (start <= plan.world.last_year) & (start + span > plan.world.first_year)
    desk, start, span = desk[active], start[active], span[active]
    site = np.searchsorted(people.offset, desk, side="right") - 1
    ids = people.holder(desk, start)
    rows = zip(_named(ids, works), site.tolist(), start.tolist(), (start + span).tolist(), strict=True)
    for (person, name, count), where, first, stop in rows:
        yield _author(plan, person, name, count, ((where, first, stop),), stamp)


def _named(ids: Ints, key: np.uint64) -> Iterator[tuple[int, str, int]]:
    return zip(ids.tolist(), author_names(ids), integers(key, 30, ids).tolist(), strict=True)


@cache
def _site(institution: int) -> Record:
    return {
        "id": institution_url(institution),
        "ror": ror(institution),
        "display_name": places().name[institution],
        "country_code": countries().code[places().country[institution]],
        "type": places().kind[institution],
        "lineage": lineage(institution),
    }


def _author(
    plan: Plan, author: int, name: str, count: int, spells: Sequence[tuple[int, int, int]], stamp: str
) -> Record:
    first, last = plan.world.first_year, plan.world.last_year
    years = [(k, list(range(min(stop - 1, last), max(start, first) - 1, -1))) for k, start, stop in spells]
    return {
        "id": f"{OPENALEX}A{author}",
        "orcid": orcids(np.array([author]))[0],
        "display_name": name,
        "display_name_alternatives": [name],
        "works_count": count,
        "cited_by_count": 0,
        "affiliations": [{"institution": _site(k), "years": listed} for k, listed in reversed(years) if listed],
        "last_known_institutions": [_site(spells[-1][0])],
        "created_date": CREATED,
        "updated_date": stamp,
    }


def stamp(day: date) -> str:
    """Return a day as the time stamp of a record."""
    return f"{day.isoformat()}T04:12:09.120541"
