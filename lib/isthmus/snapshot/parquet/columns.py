"""Columns of Parquet parts as columns of parsed works: ids to numbers, lists, types of all vintages, by the column."""

import pyarrow as pa
import pyarrow.compute as pc

from isthmus.snapshot import schemas
from isthmus.snapshot.identifiers import AUTHOR_PREFIX, URL, WORK_PREFIX
from isthmus.snapshot.parquet.field import Field
from isthmus.snapshot.schemas import BIGINT, STRING


def _struct(dtype: pa.StructType, *values: pa.Array) -> pa.Array:
    return pa.StructArray.from_arrays(values, fields=list(dtype))


def work_columns(row: Field) -> dict[str, pa.Array]:
    """Return the columns of `WORK_FIELDS` but the number of the work, each (n,).

    Parameters
    ----------
    row : Field
        The needed columns of a part, as one object a row.
    """
    location, venue = row["primary_location"]["source"], row["host_venue"]
    has_source, topic = location.values.is_valid(), row["primary_topic"]
    source = f"{URL}S"
    return {
        "updated_date": row["updated_date"].moment(),
        "publication_year": row["publication_year"].integer(),
        "publication_date": row["publication_date"].day(),
        "work_type": row["type"].text(),
        "is_retracted": row["is_retracted"].boolean(),
        "is_paratext": row["is_paratext"].boolean(),
        "is_xpac": row["is_xpac"].boolean(),
        "source_id": pc.if_else(has_source, location["id"].number(source), venue["id"].number(source)),
        "source_type": pc.if_else(has_source, location["type"].text(), venue["type"].text()),
        "primary_topic_id": topic["id"].number(f"{URL}T"),
        "primary_subfield_id": topic["subfield"].level(),
        "topics": row["topics"].items(_topics, schemas.TOPIC),
        "concepts": row["concepts"].items(_concepts, schemas.CONCEPT),
        "authors_count": row["authors_count"].integer(),
        "authorships": row["authorships"].items(_authorships, schemas.AUTHORSHIP, keep_null=True),
        # once without ids that are null, once without those that have no number
        "referenced_works": Field(row["referenced_works"].items(_references, BIGINT)).items(_unchanged, BIGINT),
    }


def _topics(items: Field) -> pa.Array:
    levels = (items[name].level() for name in ("subfield", "field", "domain"))
    return _struct(schemas.TOPIC, items["id"].number(f"{URL}T"), *levels, items["score"].score())


def _concepts(items: Field) -> pa.Array:
    return _struct(schemas.CONCEPT, items["id"].number(f"{URL}C"), items["score"].score())


def _affiliations(items: Field) -> pa.Array:
    country = items["country_code"].text()
    known = pc.if_else(pc.equal(country, ""), pa.scalar(None, STRING), country)
    return _struct(schemas.AFFILIATION, items["id"].number(f"{URL}I"), known)


def _authorships(items: Field) -> pa.Array:
    return _struct(
        schemas.AUTHORSHIP,
        items["author_position"].text(),
        items["author"]["id"].number(AUTHOR_PREFIX),
        items["countries"].items(Field.text, STRING),
        items["institutions"].items(_affiliations, schemas.AFFILIATION),
        items["author"]["orcid"].is_filled(),
    )


def _references(items: Field) -> pa.Array:
    return items.number(WORK_PREFIX)


def _unchanged(items: Field) -> pa.Array:
    return items.values
