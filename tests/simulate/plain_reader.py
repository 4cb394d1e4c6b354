"""A snapshot of JSON Lines read with the standard library alone, as the definitions of the studies say."""

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path

CATCH_ALL = "https://openalex.org/A9999999999"
ARTICLES = {"article", "conference-paper"}


def read(folder, entity="works"):
    """Yield the records of an entity."""
    for part in sorted((Path(folder) / "data/jsonl" / entity).rglob("part_*.gz")):
        yield from map(json.loads, gzip.decompress(part.read_bytes()).splitlines())


def number(url):
    """Return the number at the end of an OpenAlex address."""
    return int("".join(c for c in url.rpartition("/")[2] if c.isdigit()))


def in_study(work):
    """Whether a work is an article or conference paper on artificial intelligence that counts."""
    subfield = ((work["primary_topic"] or {}).get("subfield") or {}).get("id")
    left_out = work["is_retracted"] or work["is_paratext"] or work["is_xpac"]
    return subfield == "https://openalex.org/subfields/1702" and work["type"] in ARTICLES and not left_out


def countries_of(authorship):
    """Return an author's countries: those of his institutions, else those that the address names."""
    codes = {i["country_code"] for i in authorship["institutions"] if i["country_code"]}
    return codes or {code for code in authorship["countries"] if code}


def author_of(authorship):
    """Return an author's number; None where nobody is named."""
    url = (authorship["author"] or {}).get("id")
    return None if url is None or url == CATCH_ALL else number(url)


def organisations_of(work):
    """Return the numbers of the institutions that a work names."""
    return {number(i["id"]) for a in work["authorships"] for i in a["institutions"] if i["id"]}


def fractions_of(work):
    """Return country -> share of the work; its authors with a country share it equally."""
    placed = [codes for codes in map(countries_of, work["authorships"]) if codes]
    shares = Counter()
    for codes in placed:
        for code in codes:
            shares[code] += 1 / len(codes) / len(placed)
    return shares


def homes(works):
    """Return (author, year) -> country of most works; of equals that of the latest work."""
    seen = defaultdict(list)
    for work in works:
        for authorship in work["authorships"]:
            for code in countries_of(authorship) if author_of(authorship) is not None else ():
                key = (author_of(authorship), work["publication_year"])
                seen[key].append((code, work["publication_date"], number(work["id"])))
    found = {}
    for key, rows in seen.items():
        count = Counter(code for code, *_ in rows)
        latest = {code: max(rest for c, *rest in rows if c == code) for code in count}
        found[key] = max(count, key=lambda code, count=count, latest=latest: (count[code], latest[code]))
    return found
