"""The layer of cities in Spark, as the pipeline computes it, and in DuckDB by SQL, on the tables of one warehouse."""

from pathlib import Path

#: Impact years, flow years and last full citing year: those of the paper's study.
IMPACT, FLOWS, LAST = (2013, 2017), (2015, 2019), 2022
TABLES = ("works", "authorships", "institutions", "citations_dated", "corpus_works")

SQL = """
create temp table corpus as select work_id, year from corpus_works where is_corpus;
create temp table seats as
  select a.work_id, a.author_sequence, a.place_sequence, i.geonames_city_id as city
  from authorships a join corpus using (work_id) left join institutions i using (institution_id);
create temp table last_seat as
  select work_id, max(author_sequence) as seat from seats
  where work_id not in (select work_id from works where authors_truncated) group by work_id;
create temp table places as
  select c.work_id, c.year, arg_min(s.city, s.place_sequence) filter (s.city is not null) as city
  from corpus c left join last_seat l using (work_id)
  left join seats s on s.work_id = c.work_id and s.author_sequence = l.seat group by c.work_id, c.year;
create temp table others as
  select distinct s.work_id, s.city from seats s join last_seat l using (work_id)
  where s.author_sequence <> l.seat and s.city is not null;
create temp table received as
  select d.citing_work_id, d.cited_work_id, c.year as cited_year, w.year - c.year as lag, w.is_corpus
  from citations_dated d join corpus c on c.work_id = d.cited_work_id
  join corpus_works w on w.work_id = d.citing_work_id
  where w.year <= {last} and d.citing_work_id <> d.cited_work_id and w.year - c.year between 0 and 5;
create temp table counted as
  select c.work_id, case when c.year + 2 <= {last} then count(r.lag) filter (r.lag <= 2) end as c2,
    case when c.year + 5 <= {last} then count(r.lag) end as c5
  from corpus c left join received r on r.cited_work_id = c.work_id group by c.work_id, c.year;
create temp table impact as
  select a.city as src, b.city as dst, count(*) as weight
  from received r join places a on a.work_id = r.citing_work_id join places b on b.work_id = r.cited_work_id
  where r.is_corpus and r.lag <= 2 and r.cited_year between {impact[0]} and {impact[1]}
    and a.city is not null and b.city is not null group by 1, 2;
create temp table collaboration as
  select p.city as src, o.city as dst, count(*) as weight from places p join others o using (work_id)
  where p.year between {flows[0]} and {flows[1]} and p.city is not null group by 1, 2;
"""


def in_duckdb(warehouse, out):
    """Compute the layer in DuckDB and return tables of pandas: counted, impact, collaboration."""
    import duckdb
    from deltalake import DeltaTable

    connection = duckdb.connect()
    for name in TABLES:
        files = DeltaTable(warehouse / name).file_uris()
        connection.sql(f"create view {name} as select * from read_parquet({files})")
    connection.execute(SQL.format(last=LAST, impact=IMPACT, flows=FLOWS))
    for name in ("places", "received", "counted", "impact", "collaboration"):
        connection.execute(f"copy {name} to '{out / name}.parquet' (format parquet)")
    return {name: connection.table(name).df() for name in ("counted", "impact", "collaboration")}


def in_spark(spark, warehouse, out):
    """Compute the layer by the pipeline's own functions and return the same tables."""
    from isthmus.corpus.received import corpus_citations, place_citations, work_citations
    from isthmus.corpus.work_places import work_places
    from isthmus.indicators.cities import ties

    read = {name: spark.read.format("delta").load(str(warehouse / name)) for name in TABLES}
    corpus = read["corpus_works"].where("is_corpus")
    cut_off = read["works"].where("authors_truncated").select("work_id")

    def written(name, frame):
        frame.write.mode("overwrite").parquet(str(out / name))
        return spark.read.parquet(str(out / name))

    places = written("places", work_places(corpus, read["authorships"], read["institutions"], cut_off))
    dated = read["citations_dated"]
    received = written("received", corpus_citations(read["corpus_works"], dated, last=LAST))
    counted = written("counted", work_citations(corpus, received, last=LAST))
    cited = written("place_citations", place_citations(places, received))
    found = {"counted": counted.select("work_id", "c2", "c5")}
    for name, rows in (("impact", ties.impact(cited, IMPACT)), ("collaboration", ties.collaboration(places, FLOWS))):
        found[name] = written(name, rows).select("src", "dst", "weight")
    return {name: frame.toPandas() for name, frame in found.items()}


def apart(one, other):
    """Return how many rows of two tables differ."""
    keys = list(one.columns[: -1 if "weight" in one else 1])
    both = one.merge(other, on=keys, how="outer", suffixes=("", "_other"), indicator=True)
    values = [name for name in one.columns if name not in keys]
    same = both["_merge"].eq("both")
    for name in values:
        same &= both[name].fillna(-1).eq(both[f"{name}_other"].fillna(-1))
    return int((~same).sum())


def of(folder):
    """Return the warehouse as a path, or None where it has no tables of a study with places."""
    warehouse = Path(folder)
    return warehouse if (warehouse / "work_places").is_dir() else None
