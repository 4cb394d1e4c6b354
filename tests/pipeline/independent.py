"""The networks of all works of a folder of JSON Lines, counted by plain Python: shares no code with the library."""

import gzip
import json
from collections import Counter
from itertools import combinations, product
from pathlib import Path


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


def networks(folder: Path, first: int, last: int, citing_until: int, window: int) -> dict[tuple, int]:
    """(network, citation_year, year, src, dst) -> weight of all works, whatever their field and type."""
    works = {}
    for work in newest_works(folder):
        year = work.get("publication_year")
        if year is None or not first <= year <= citing_until:
            continue
        if work.get("is_paratext") or work.get("type") == "paratext" or work.get("is_retracted") or work.get("is_xpac"):
            continue
        works[int(work["id"].rsplit("W", 1)[1])] = (year, countries(work), work.get("referenced_works") or [])
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
