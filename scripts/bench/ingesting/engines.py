"""One ingest by one engine, as a process of its own: snapshot folder in; works, authorships and citations out.

python -m ingesting.engines ENGINE jsonl|parquet SNAPSHOT SMALL_SNAPSHOT OUT CORES
"""

import sys
from pathlib import Path

from ingesting.measure import mark, say

URL = len("https://openalex.org/W")
LEVEL = "STRUCT(id VARCHAR)"
TOPIC = f"STRUCT(id VARCHAR, score DOUBLE, subfield {LEVEL}, field {LEVEL}, domain {LEVEL})"
SOURCE = 'STRUCT(id VARCHAR, "type" VARCHAR)'
# the columns that the reader of Isthmus asks for, in the types of DuckDB
COLUMNS = {
    "id": "VARCHAR",
    "updated_date": "TIMESTAMP",
    "publication_year": "INTEGER",
    "publication_date": "DATE",
    "type": "VARCHAR",
    "is_retracted": "BOOLEAN",
    "is_paratext": "BOOLEAN",
    "is_xpac": "BOOLEAN",
    "primary_location": f"STRUCT(source {SOURCE})",
    "primary_topic": TOPIC,
    "topics": f"{TOPIC}[]",
    "concepts": "STRUCT(id VARCHAR, score DOUBLE)[]",
    "authors_count": "INTEGER",
    "authorships": "STRUCT(author_position VARCHAR, author STRUCT(id VARCHAR, orcid VARCHAR), "
    "institutions STRUCT(id VARCHAR, country_code VARCHAR)[], countries VARCHAR[])[]",
    "referenced_works": "VARCHAR[]",
}


ENGINES = ("isthmus", "isthmus-staged", "duckdb", "duckdb-direct", "spark-json")
STORED = ("works", "authorships", "citations")


def main() -> None:
    engine, layout, snapshot, small, out, cores = sys.argv[1:7]
    ingest = {"isthmus": isthmus_ingest, "isthmus-staged": staged_ingest, "spark-json": spark_ingest}.get(engine)
    if ingest is None:
        staged = engine == "duckdb"
        duckdb_ingest(layout, snapshot, out, int(cores), staged=staged)
        return
    from isthmus.engine import start_session

    spark = start_session("bench", master=f"local[{cores}]")
    # a small ingest first: the JVM compiles what it runs, which a run of hours pays once and a run of minutes feels
    ingest(spark, layout, small, f"{out}/small", quietly)
    mark("start")
    # what an ingest costs however little there is to read: jobs, commits, Python workers
    ingest(spark, layout, small, f"{out}/again", lambda phase: mark(f"small {phase}"))
    ingest(spark, layout, snapshot, f"{out}/tables", mark)
    for name in STORED:
        table = spark.read.format("delta" if engine.startswith("isthmus") else "parquet").load(f"{out}/tables/{name}")
        say(name, table.count())
    spark.stop()


def quietly(name: str) -> None:
    """Marks no phase."""


def isthmus_ingest(spark, layout: str, snapshot: str, out: str, marked) -> None:
    """The tasks that read write the tables themselves."""
    from isthmus.engine import TableStore
    from isthmus.snapshot import open_snapshot, read_works
    from isthmus.tables import build_removed_records, parse_entities
    from isthmus.tables.one_pass_commit import commit_record_tables
    from isthmus.tables.one_pass_reading import read_lines

    found, store = open_snapshot(snapshot, layout=layout, partial=True), TableStore(spark, out)
    read_works(spark, found).write.format("noop").mode("overwrite").save()
    marked("read")
    read_lines(spark, store, found)
    marked("parse")
    parse_entities(spark, store, found)
    build_removed_records(spark, store, found)
    marked("newest")
    commit_record_tables(spark, store, found)
    marked("tables")
    _accounts(spark, store, found)
    marked("accounts")


def staged_ingest(spark, layout: str, snapshot: str, out: str, marked) -> None:
    """The way of catalogs and object storage: a staging table first."""
    from isthmus import tables as t
    from isthmus.engine import TableStore
    from isthmus.snapshot import open_snapshot, read_works

    found, store = open_snapshot(snapshot, layout=layout, partial=True), TableStore(spark, out)
    read_works(spark, found).write.format("noop").mode("overwrite").save()
    marked("read")
    t.parse_works(spark, store, found)
    marked("parse")
    t.parse_entities(spark, store, found)
    t.build_removed_records(spark, store, found)
    marked("newest")
    t.build_concurrently(spark, store, found, t.build_works, t.build_authorships, t.build_citations)
    marked("tables")
    _accounts(spark, store, found)
    marked("accounts")


def _accounts(spark, store, found) -> None:
    from isthmus import tables as t

    t.build_concurrently(spark, store, found, t.build_institutions, t.build_sources, t.build_topics)
    t.build_coverage(spark, store, found)
    t.build_accounting(spark, store, found)


def duckdb_ingest(layout: str, snapshot: str, out: str, cores: int, *, staged: bool) -> None:
    import duckdb

    Path(out).mkdir(parents=True, exist_ok=True)
    base = duckdb.connect(f"{out}/stage.duckdb" if staged else ":memory:")
    base.execute(f"SET threads = {cores}; SET preserve_insertion_order = false; SET temp_directory = '{out}/spill'")
    pattern = f"{snapshot}/data/{layout}/works/*/part_*"
    if layout == "jsonl":
        columns = ", ".join(f"\"{name}\": '{dtype}'" for name, dtype in COLUMNS.items())
        rows = (
            f"SELECT * FROM read_json('{pattern}', columns = {{{columns}}}, format = 'newline_delimited', "
            "maximum_object_size = 268435456)"
        )
    else:
        there = {row[0] for row in base.execute(f"DESCRIBE SELECT * FROM read_parquet('{pattern}')").fetchall()}
        names = ", ".join(f'"{c}"' if c in there else f'NULL::{COLUMNS[c]} AS "{c}"' for c in COLUMNS)
        rows = f"SELECT {names} FROM read_parquet('{pattern}')"
    mark("start")
    if staged:
        base.execute(f"CREATE TABLE parsed AS {rows}")
        mark("parse")
        rows = "SELECT * FROM parsed"
    newest = "QUALIFY row_number() OVER (PARTITION BY id ORDER BY updated_date DESC) = 1"
    base.execute(f"CREATE TEMP TABLE newest AS SELECT id, updated_date FROM ({rows}) {newest}")
    mark("newest")
    kept = f"(SELECT r.* FROM ({rows}) r SEMI JOIN newest n ON r.id = n.id AND r.updated_date = n.updated_date)"
    for name, query in duckdb_queries(kept).items():
        base.execute(f"COPY ({query}) TO '{out}/{name}' (FORMAT parquet, PER_THREAD_OUTPUT true)")
    mark("tables")
    for name in STORED:
        counted = base.execute(f"SELECT count(*) FROM read_parquet('{out}/{name}/*.parquet')").fetchone()
        say(name, counted[0] if counted else 0)


def duckdb_queries(kept: str) -> dict[str, str]:
    def number(column: str) -> str:
        return f"TRY_CAST(regexp_extract({column}, '[A-Z](\\d{{1,18}})$', 1) AS BIGINT)"

    def level(column: str) -> str:
        return f"TRY_CAST(regexp_extract({column}, '(\\d{{1,9}})$', 1) AS INTEGER)"

    topic = (
        f"list_transform(topics, lambda t: {{'topic_id': {number('t.id')}, 'subfield_id': {level('t.subfield.id')}, "
        f"'field_id': {level('t.field.id')}, 'domain_id': {level('t.domain.id')}, 'score': t.score}})"
    )
    place = f"{{'institution_id': {number('i.id')}, 'country_code': nullif(i.country_code, '')}}"
    works = f"""
        SELECT {number("id")} AS work_id, publication_year, publication_date, "type" AS work_type,
            coalesce(is_retracted, false) AS is_retracted,
            coalesce(is_paratext, false) OR coalesce("type" = 'paratext', false) AS is_paratext,
            coalesce(is_xpac, false) AS is_xpac, {number("primary_location.source.id")} AS source_id,
            primary_location.source."type" AS source_type, {number("primary_topic.id")} AS primary_topic_id,
            {level("primary_topic.subfield.id")} AS primary_subfield_id, {topic} AS topics,
            list_transform(concepts, lambda c: {{'concept_id': {number("c.id")}, 'score': c.score}}) AS concepts,
            coalesce(authors_count, len(authorships), 0) AS n_authors,
            coalesce(len(referenced_works), 0) AS n_references, updated_date
        FROM {kept}"""
    authorships = f"""
        WITH authors AS (
            SELECT {number("id")} AS work_id, publication_year, unnest(authorships) AS a,
                generate_subscripts(authorships, 1) - 1 AS author_sequence FROM {kept}),
        places AS (
            SELECT work_id, publication_year, author_sequence, a.author_position AS author_position,
                {number("a.author.id")} AS author_id, coalesce(a.author.orcid <> '', false) AS has_orcid,
                list_distinct(list_filter(list_transform(a.institutions, lambda i: {place}),
                    lambda p: coalesce(p.institution_id <> 4389424196, true)
                        AND (p.institution_id IS NOT NULL OR p.country_code IS NOT NULL))) AS known,
                list_distinct(list_filter(a.countries, lambda c: c IS NOT NULL AND c <> '')) AS named FROM authors),
        listed AS (
            SELECT * EXCLUDE (known, named),
                CASE WHEN len(list_filter(known, lambda p: p.country_code IS NOT NULL)) > 0 THEN known
                ELSE list_concat(known, list_transform(named,
                    lambda c: {{'institution_id': NULL::BIGINT, 'country_code': c}})) END AS found FROM places)
        SELECT * EXCLUDE (found), unnest(CASE WHEN len(found) > 0 THEN found
            ELSE [{{'institution_id': NULL::BIGINT, 'country_code': NULL::VARCHAR}}] END, recursive := true)
        FROM listed"""
    citations = f"""
        SELECT * FROM (SELECT {number("id")} AS citing_work_id, {number("cited")} AS cited_work_id
            FROM (SELECT id, unnest(list_distinct(referenced_works)) AS cited FROM {kept}))
        WHERE cited_work_id <> citing_work_id AND cited_work_id <> 4285719527"""
    return {"works": works, "authorships": authorships, "citations": citations}


def spark_ingest(spark, layout: str, snapshot: str, out: str, marked) -> None:
    """Spark's own JSON reader with an explicit schema, staged as Parquet; then the project's own table expressions."""
    import pyarrow as pa
    from ingesting.sparkcolumns import Row, work_columns
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    from isthmus.tables.authorships import authorship_rows
    from isthmus.tables.citations import citation_rows
    from isthmus.tables.works import works_rows

    types = pa.struct([(name, _arrow(dtype)) for name, dtype in COLUMNS.items()])
    schema = ", ".join(f"{name} {_spark(dtype)}" for name, dtype in COLUMNS.items())
    files = spark.read.schema(schema).json(f"{snapshot}/data/{layout}/works")
    columns = work_columns(Row(F.lit(None), types))
    typed = files.select(*(value.alias(name) for name, value in columns.items()), F.lit("").alias("part"))
    typed.write.parquet(f"{out}/stage")
    marked("parse")
    stage = spark.read.parquet(f"{out}/stage")
    newest_first = Window.partitionBy("work_id").orderBy(F.desc("updated_date"))
    ranked = stage.select("work_id", "updated_date", F.row_number().over(newest_first).alias("rank"))
    ranked.where("rank > 1").write.parquet(f"{out}/older")
    marked("newest")
    older = spark.read.parquet(f"{out}/older").select("work_id", "updated_date")
    records = stage.join(older, ["work_id", "updated_date"], "left_anti")
    works_rows(records, None).write.parquet(f"{out}/works")
    authorship_rows(records, None).write.parquet(f"{out}/authorships")
    citation_rows(records, None).write.parquet(f"{out}/citations")
    marked("tables")


def _arrow(dtype: str):
    import duckdb

    found = duckdb.sql(f"SELECT NULL::{dtype} AS v")
    table = found.to_arrow_table() if hasattr(found, "to_arrow_table") else found.arrow()
    return table.schema.field("v").type


def _spark(dtype: str) -> str:
    from ingesting.sparkcolumns import spark_name_of

    return spark_name_of(_arrow(dtype))


if __name__ == "__main__":
    main()
