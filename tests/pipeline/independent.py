"""The networks of all works of a folder of JSON Lines, counted by plain Python: shares no code with the library."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from random import Random


def newest_works(folder: Path) -> list[dict]:
    """The newest version of every work in the works files of the folder itself."""
    newest: dict[int, tuple[str, int, dict]] = {}
    order = 0
    for file in sorted(folder.glob("works*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                work, order = json.loads(line), order + 1
                number = int(work["id"].rsplit("W", 1)[1])
                date = (work.get("updated_date") or "").replace(" ", "T")
                if number not in newest or date > newest[number][0]:
                    newest[number] = (date, order, work)
    return [work for _, _, work in newest.values()]


def countries(work: dict) -> set[str]:
    """Countries of the institutions of each authorship; of its `countries` where its institutions have none."""
    found: set[str] = set()
    for authorship in work.get("authorships") or []:
        real = [i for i in authorship.get("institutions") or [] if i and i.get("id") != DELETED_INSTITUTION]
        codes = {i["country_code"] for i in real if i.get("country_code")}
        found |= codes or set(authorship.get("countries") or [])
    return found


DELETED_INSTITUTION = "https://openalex.org/I4389424196"
DELETED_WORK = 4285719527
NOBODY = {None, *(f"https://openalex.org/A{number}" for number in (9999999999, 5317838346, 4317838346))}


def kept_works(folder: Path, first: int, last: int) -> dict[int, tuple]:
    """Number -> (year, countries, references, work) of the works of some years that a study keeps."""
    works = {}
    for work in newest_works(folder):
        year = work.get("publication_year")
        if year is None or not first <= year <= last:
            continue
        if work.get("is_paratext") or work.get("type") == "paratext" or work.get("is_retracted") or work.get("is_xpac"):
            continue
        works[int(work["id"].rsplit("W", 1)[1])] = (year, countries(work), work.get("referenced_works") or [], work)
    return works


def networks(folder: Path, first: int, last: int, citing_until: int, window: int) -> dict[tuple, int]:
    """(network, citation_year, year, src, dst) -> weight of all works, whatever their field and type."""
    works = {number: parts[:3] for number, parts in kept_works(folder, first, citing_until).items()}
    weights: Counter = Counter()
    for year, places, _ in works.values():
        if year <= last:
            for a, b in combinations(sorted(places), 2):
                weights["collaboration", "publication_year", year, a, b] += 1
    for citing, (citing_year, citing_places, references) in works.items():
        for cited in {int(r.rsplit("W", 1)[1]) for r in references} - {citing, DELETED_WORK}:
            cited_year, cited_places, _ = works.get(cited, (9999, set(), None))
            if cited_year > last or citing_year < cited_year:
                continue
            citation_years = {"cited": cited_year}
            if citing_year - cited_year <= window:
                citation_years["cited_window"] = cited_year
            if citing_year <= last:
                citation_years["citing"] = citing_year
            for (citation_year, year), a, b in product(citation_years.items(), citing_places, cited_places):
                if a != b:
                    weights["citation", citation_year, year, a, b] += 1
                    weights["knowledge_exchange", citation_year, year, min(a, b), max(a, b)] += 1
    return dict(weights)


def compared(
    folder: Path, first: int, last: int, citing_until: int, entities: dict[str, set[str]]
) -> dict[str, Counter]:
    """Papers, joint papers, citations and organisations of entities that share no country, by year."""
    works = kept_works(folder, first, citing_until)
    found = {name: Counter() for name in ("papers", "abroad", "internal", "joint", "made", "to_date", "organisations")}
    inside = {
        number: {name for name, members in entities.items() if members & places}
        for number, (_, places, _, _) in works.items()
    }
    for number, (year, places, _, work) in works.items():
        if year > last:
            continue
        for name in inside[number]:
            found["papers"][name, year] += 1
            found["abroad"][name, year] += bool(places - entities[name])
            found["internal"][name, year] += len(places & entities[name]) > 1
            for other in inside[number] - {name}:
                found["joint"][name, other, year] += 1
        signed = [i for a in work.get("authorships") or [] for i in a.get("institutions") or [] if i and i.get("id")]
        for institution in {i["id"] for i in signed} - {DELETED_INSTITUTION}:
            found["organisations"][int(institution.rsplit("I", 1)[1]), year] += 1
    for citing, (citing_year, _, references, _) in works.items():
        for cited in {int(r.rsplit("W", 1)[1]) for r in references} - {citing, DELETED_WORK}:
            year = works[cited][0] if cited in works else 9999
            if year > last or citing_year < year:
                continue
            for name in inside[cited] | {"world"}:
                found["made"][name, citing_year] += 1
                found["to_date"][name, year] += 1
    return found


def active_authors(folder: Path, first: int, last: int, least: int, window: int) -> dict[int, int]:
    """Year -> authors with at least so many works in the window that ends in it, for whole windows."""
    yearly: Counter = Counter()
    for year, _, _, work in kept_works(folder, first, last).values():
        authors = {(a.get("author") or {}).get("id") for a in work.get("authorships") or []} - NOBODY
        yearly.update((author, year) for author in authors)
    authors = {author for author, _ in yearly}
    return {
        end: sum(sum(yearly[a, year] for year in range(end - window + 1, end + 1)) >= least for a in authors)
        for end in range(first + window - 1, last + 1)
    }


def disruption(folder: Path, first: int, last: int, citing_until: int) -> dict[int, tuple[int, int, int, int]]:
    """Work of some years -> (references, n_i, n_j, n_k); works of any kind cite, from the year of the work on."""
    listed: dict[int, tuple[int | None, set[int]]] = {}
    for work in newest_works(folder):
        number = int(work["id"].rsplit("W", 1)[1])
        cited = {int(url.rsplit("W", 1)[1]) for url in work.get("referenced_works") or []}
        listed[number] = work.get("publication_year"), cited - {number, DELETED_WORK}
    citers: dict[int, set[int]] = {}
    for number, (year, cited) in listed.items():
        for other in cited:
            if year is not None and year <= citing_until:
                citers.setdefault(other, set()).add(number)
    found = {}
    for number, (year, *_) in kept_works(folder, first, last).items():
        own = listed[number][1]
        direct = citers.get(number, set())
        through = set().union(*(citers.get(reference, set()) for reference in own)) - {number}
        earlier = {citing for citing in direct | through if listed[citing][0] < year}
        direct, through = direct - earlier, through - earlier
        found[number] = len(own), len(direct - through), len(direct & through), len(through - direct)
    return found


def moves(folder: Path, first: int, last: int, gap: int, *, with_orcid: bool = False) -> Counter:
    """(year, origin, destination) -> authors whose place changed within the gap; works of any kind up to the last year.

    With an ORCID: of authors of whom a work, of whatever year, names one.
    """
    seen: dict[str, dict[int, dict[int, set[str]]]] = {}
    named: set[str] = set()
    dates = {}
    for work in newest_works(folder):
        year, number = work.get("publication_year"), int(work["id"].rsplit("W", 1)[1])
        signed = [a.get("author") or {} for a in work.get("authorships") or []]
        named |= {author["id"] for author in signed if year is not None and author.get("orcid")}
        if year is None or year > last:
            continue
        dates[number] = work.get("publication_date") or ""
        for authorship in work.get("authorships") or []:
            author = (authorship.get("author") or {}).get("id")
            if author not in NOBODY:
                places = countries({"authorships": [authorship]})
                seen.setdefault(author, {}).setdefault(year, {}).setdefault(number, set()).update(places)
    found: Counter = Counter()
    for author, career in seen.items():
        before = None
        if with_orcid and author not in named:
            continue
        for year in sorted(career):
            place = _place(career[year], dates)
            if place is None:
                continue
            if before and before[1] != place and year - before[0] <= gap and first <= year:
                found[year, before[1], place] += 1
            before = (year, place)
    return found


def _place(works: dict[int, set[str]], dates: dict[int, str]) -> str | None:
    """The country of most works; of equals that of the latest work, then the first of the alphabet."""
    of: dict[str, list[int]] = {}
    for number, places in works.items():
        for place in places:
            of.setdefault(place, []).append(number)
    ranked = {place: (len(own), max((dates[n], n) for n in own)) for place, own in of.items()}
    best = max(ranked.values(), default=None)
    return min((place for place, rank in ranked.items() if rank == best), default=None)


def sources_cited(folder: Path, first: int, last: int) -> dict[int, list[tuple[int, int]]]:
    """Work -> (cited year, source) of each reference to a work of the folder with both, of the works of some years."""
    known = {}
    for work in newest_works(folder):
        venue = (work.get("primary_location") or {}).get("source") or work.get("host_venue") or {}
        source = venue.get("id")
        if source and work.get("publication_year"):
            known[int(work["id"].rsplit("W", 1)[1])] = (work["publication_year"], int(source.rsplit("/", 1)[1][1:]))
    found = {}
    for citing, (_, _, references, _) in kept_works(folder, first, last).items():
        cited = {int(r.rsplit("W", 1)[1]) for r in references} - {citing, DELETED_WORK}
        found[citing] = [known[c] for c in sorted(cited) if c in known]
    return found


def novelty_by_exchanges(cited: dict[int, list[tuple[int, int]]], exchanges: int, seed: int) -> dict[int, float]:
    """Tenth percentile of the scores of each work's pairs of sources; its year's references are exchanged at random."""
    rng = Random(seed)
    slots: dict[int, list[int]] = {}
    for references in cited.values():
        for year, source in references:
            slots.setdefault(year, []).append(source)
    observed = _pairs(cited, {year: iter(list(sources)) for year, sources in slots.items()})
    total, squares = Counter(), Counter()
    for _ in range(exchanges):
        drawn = {year: iter(rng.sample(sources, len(sources))) for year, sources in slots.items()}
        for pair, number in _pairs(cited, drawn).items():
            total[pair] += number
            squares[pair] += number * number
    scores = {}
    for work, references in cited.items():
        listed = []
        for one, two in combinations(sorted(source for _, source in references), 2):
            mean = total[one, two] / exchanges
            variance = squares[one, two] / exchanges - mean * mean
            if variance > 1e-9:
                listed.append((observed[one, two] - mean) / variance**0.5)
        if listed:
            listed.sort()
            place = 0.1 * (len(listed) - 1)
            low = int(place)
            scores[work] = listed[low] + (place - low) * (listed[min(low + 1, len(listed) - 1)] - listed[low])
    return scores


def _pairs(cited: dict[int, list[tuple[int, int]]], sources: dict[int, Iterator[int]]) -> Counter:
    """Pairs of sources in one work, where the references of each year get the sources in their order."""
    found: Counter = Counter()
    for references in cited.values():
        found.update(combinations(sorted(next(sources[year]) for year, _ in references), 2))
    return found
