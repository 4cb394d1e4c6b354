"""What a record says of an author's affiliation, as Python data: one object per institutions and state of recording."""

from functools import cache
from typing import Any

from isthmus.simulate.records.catalog import OPENALEX
from isthmus.simulate.world.facts import cities, countries
from isthmus.simulate.world.places import places
from isthmus.simulate.world.seats import COUNTRY, EMPTY, MISSING, OTHER_COUNTRY, STATELESS

NOBODYS: dict[str, Any] = {
    "id": None,
    "display_name": None,
    "ror": None,
    "country_code": None,
    "type": None,
    "lineage": [],
}
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def ror(institution: int) -> str:
    """Return the invented ROR address of an institution."""
    digits, value = "", institution * 7919 + 100_003
    for _ in range(6):
        digits, value = BASE32[value % 32] + digits, value // 32
    return f"https://ror.org/0{digits}{institution % 90 + 10:02d}"


def institution_url(institution: int) -> str:
    """Return the OpenAlex address of an institution."""
    return f"{OPENALEX}I{places().ids[institution]}"


def lineage(institution: int) -> list[str]:
    """Return an institution and its parent."""
    parent = int(places().parent[institution])
    own = institution_url(institution)
    return [own] if parent == institution else sorted([own, institution_url(parent)])


@cache
def institution_object(institution: int, *, stateless: bool = False) -> dict[str, Any]:
    """Return an institution as it stands inside of an authorship."""
    where = places()
    return {
        "id": institution_url(institution),
        "display_name": where.name[institution],
        "ror": ror(institution),
        "country_code": None if stateless else countries().code[where.country[institution]],
        "type": where.kind[institution],
        "lineage": lineage(institution),
    }


@cache
def affiliation(institution: int, second: int, recorded: int) -> dict[str, Any]:
    """Return the fields of an authorship that follow from its institutions: those, countries, raw text, matches."""
    where, nations = places(), countries()
    country = int(where.country[institution])
    shown = [k for k in (institution, second) if k >= 0]
    text = [f"{where.name[k]}, {cities().name[where.city[k]]}, {nations.name[country]}" for k in shown]
    listed = [institution_object(k, stateless=recorded == STATELESS) for k in shown]
    codes = [nations.code[country]]
    if recorded == MISSING:
        text, listed, codes = [], [], []
    elif recorded == COUNTRY:
        text, listed = [f"Department of Computer Science, {nations.name[country]}"], []
    elif recorded == EMPTY:
        listed, codes = [NOBODYS], []
    elif recorded == STATELESS:
        codes = []
    elif recorded == OTHER_COUNTRY:
        codes = [nations.code[(country + 1) % len(nations)]]
    matched = [[k["id"]] if k["id"] else [] for k in listed] + [[]] * (len(text) - len(listed))
    pairs = [{"raw_affiliation_string": t, "institution_ids": m} for t, m in zip(text, matched, strict=False)]
    return {"institutions": listed, "countries": codes, "raw_affiliation_strings": text, "affiliations": pairs}
