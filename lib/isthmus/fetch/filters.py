"""A filter as people write it, as a query."""

import re

from pyalex import Institutions, Sources, Topics, Works
from pyalex.api import BaseOpenAlex

from isthmus.errors import FetchError

CONDITION = re.compile(r"^[a-z_][a-z0-9_.]*$")
#: Fields of a work that studies read: half of a record's bytes are an abstract that none does.
WORK_FIELDS = (
    "id", "updated_date", "publication_year", "publication_date", "type", "is_retracted", "is_paratext",
    "primary_location", "primary_topic", "topics", "keywords", "concepts", "authorships", "referenced_works",
)  # fmt: skip
ENTITIES: dict[str, type[BaseOpenAlex]] = {"institutions": Institutions, "sources": Sources, "topics": Topics}
IDS_A_QUESTION = 100  # values that a filter may join by "or"
EXAMPLE = "primary_topic.subfield.id:1702,publication_year:2020"


def conditions(text: str) -> dict[str, str | list[str]]:
    """Return the conditions of a filter: field -> value, or values that all have to hold.

    Parameters
    ----------
    text : str
        As the API's documentation writes it: `field:value,field:value`.

    Raises
    ------
    FetchError
        A condition has no field or no value.
    """
    found: dict[str, str | list[str]] = {}
    for condition in text.split(","):
        name, colon, value = condition.strip().partition(":")
        if not colon or not value.strip() or not CONDITION.match(name.strip()):
            raise FetchError(f"--filter {text!r}: {condition.strip()!r} is not field:value; for example {EXAMPLE}")
        name, before = name.strip(), found.get(name.strip())
        found[name] = value.strip() if before is None else [*([before] if isinstance(before, str) else before), value]
    return found


def works_query(text: str) -> BaseOpenAlex:
    """Return the query of the works that a filter matches, with the fields that studies read.

    Parameters
    ----------
    text : str
        The filter.

    Raises
    ------
    FetchError
        The filter cannot be read.
    """
    query: BaseOpenAlex = Works({"filter": conditions(text)}).select(list(WORK_FIELDS))
    return query


def work_query(number: int) -> BaseOpenAlex:
    """Return the query of one work, whole: single records have all authors, pages the first hundred.

    Parameters
    ----------
    number : int
        Of its id.
    """
    return Works(f"W{number}")


def entities_query(entity: str, ids: list[str]) -> BaseOpenAlex:
    """Return the query of records by their ids.

    Parameters
    ----------
    entity : str
        Key of `ENTITIES`.
    ids : list[str]
        At most `IDS_A_QUESTION`, like I123.
    """
    return ENTITIES[entity]().filter(**{"ids.openalex": "|".join(ids)})
