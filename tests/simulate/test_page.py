"""The answer key as a page: every number on it recomputed in plain Python from the tables and the files beside it."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isthmus.simulate import World, build_plan
from isthmus.simulate.records.catalog import LAYER_SUBFIELDS
from isthmus.simulate.world.facts import cities, countries
from isthmus.simulate.world.ties import RATIOS
from isthmus.simulate.world.world import PLANTED
from isthmus.simulate.writing.page import page
from isthmus.simulate.writing.truth import country_table, fact_table, migrant_table, tie_table, weight_table

NAMES = dict(zip(countries().code, countries().name, strict=True))


@pytest.fixture(scope="module")
def truth(small_snapshot):
    return Path(small_snapshot.folder) / "truth"


@pytest.fixture(scope="module")
def text(truth):
    return (truth / "README.md").read_text()


@pytest.fixture(scope="module")
def tables(truth):
    return {p.stem: pq.read_table(p).to_pylist() for p in truth.glob("*.parquet")}


@pytest.fixture(scope="module")
def works(small_snapshot, plain):
    return list(plain.read(small_snapshot.folder))


def section(text, title):
    """Return the lines under a heading."""
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0].strip().splitlines()


def cells(lines):
    """Return the rows of a table of Markdown, without its heading."""
    return [[c.strip() for c in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


def number(pattern, text):
    """Return the numbers that a pattern finds on the page, as whole numbers."""
    return tuple(int(n.replace(",", "")) for n in re.search(pattern, text).groups())


def test_works_years_and_seed_are_those_of_the_records(text, works):
    years = [work["publication_year"] for work in works]
    assert number(r"\* ([\d,]+) works of (\d+) to (\d+) \(", text) == (len(works), min(years), max(years))
    assert number(r"; seed (\d+)\.", text) == (1,)


def test_layers_are_counted_as_the_records_show_them(text, works):
    inside = re.search(r" works of \d+ to \d+ \(([^)]+)\)", text).group(1)
    said = {name: int(n.replace(",", "")) for n, name in (part.split(" ", 1) for part in inside.split(", "))}
    assert said["expansion"] == sum(work["is_xpac"] for work in works)
    layers = {s: layer for layer, group in LAYER_SUBFIELDS.items() for s in group}
    seen = Counter(
        layers[int(w["primary_topic"]["subfield"]["id"].rpartition("/")[2])]
        for w in works
        if w["primary_topic"] and not w["is_xpac"]
    )
    assert next(iter(said)) == "artificial intelligence"
    assert sum(said.values()) == len(works)
    for layer, shown in enumerate(list(said.values())[:5]):
        assert shown * 0.8 - 3 <= seen[layer] <= shown, "some have no topic"


def test_countries_cities_and_institutions_are_counted(text, small_snapshot, plain):
    sites = list(plain.read(small_snapshot.folder, "institutions"))
    towns = {site["geo"]["geonames_city_id"] for site in sites}
    nations = {site["country_code"] for site in sites}
    said = number(r"\* (\d+) countries, (\d+) cities, ([\d,]+) institutions", text)
    assert said == (len(nations), len(towns), len(sites)) == (len(countries()), len(cities().name), len(sites))


def test_ties_of_the_last_year_are_the_sum_of_the_weights(text, tables, works):
    ties, papers, year = number(r"\* ([\d,]+) ties among the ([\d,]+) papers on artificial intelligence of (\d+)", text)
    rows = [r for r in tables["weights"] if r["network"] == "collaboration" and r["year"] == year]
    assert ties == sum(r["drawn"] for r in rows) > 0
    on_ai = [
        w for w in works
        if w["publication_year"] == year and not w["is_xpac"] and w["primary_topic"]
        and w["primary_topic"]["subfield"]["id"].endswith("/1702")
    ]  # fmt: skip
    assert 0.8 * papers <= len(on_ai) <= papers


def test_every_switch_is_on_the_page_with_its_size(text, tables):
    lines = section(text, "Planted")
    assert len(lines) == len(tables["facts"]) == len(PLANTED)
    for fact, line in zip(tables["facts"], lines, strict=True):
        assert line == f"* **{fact['switch']}**: {fact['description']} ({fact['size']:g} {fact['unit']})."
        assert PLANTED[fact["switch"]] == fact["description"]


@pytest.mark.parametrize(
    ("switch", "title"), [("poles", "The poles"), ("ties", "Ties stronger or weaker than size explains, in all years")]
)
def test_planted_pairs_are_a_row_each(text, tables, switch, title):
    planted = [row for row in tables["ties"] if row["switch"] == switch]
    wanted = [
        [
            f"{NAMES[r['src']]} and {NAMES[r['dst']]}", r["kind"].replace("_", " "), f"{r['collaboration_2000']:g}",
            f"{r['collaboration_2021']:g}", f"{r['expected_window']:.0f}",
        ]
        for r in planted
    ]  # fmt: skip
    assert cells(section(text, title)) == wanted
    size = next(fact["size"] for fact in tables["facts"] if fact["switch"] == switch)
    assert len(wanted) == size > 0


def test_trends_are_counted_by_kind_and_strength(text, tables):
    lines = section(text, "Trends from 2000 to 2021")
    heading = [c.strip() for c in lines[0].strip("|").split("|")]
    count = Counter((r["kind"].replace("_", " "), r["strength"]) for r in tables["ties"] if r["switch"] == "trends")
    found = {(row[0], s): int(n) for row in cells(lines) for s, n in zip(heading[1:], row[1:], strict=True)}
    assert {key: n for key, n in found.items() if n} == dict(count)
    assert sum(found.values()) == next(f["size"] for f in tables["facts"] if f["switch"] == "trends")


def test_times_of_the_trends_are_what_the_pairs_change_by(text, tables):
    said = dict(re.findall(r"(\w+) ([\d.]+)[,;]", text.split("the propensity changes: ")[1].split(" in knowledge")[0]))
    assert {name: float(n) for name, n in said.items()} == pytest.approx(RATIOS)
    for row in (r for r in tables["ties"] if r["switch"] == "trends"):
        assert row["ratio"] == pytest.approx(RATIOS[row["strength"]]), row


def test_partners_are_named_with_the_year_from_which_they_lead(text, tables):
    years = defaultdict(list)
    for row in sorted(tables["leaders"], key=lambda r: (r["entity"], r["year"])):
        spans = years[row["entity"]]
        if not spans or spans[-1][0] != row["partner"]:
            spans.append((row["partner"], row["year"]))
    lines = [line for line in section(text, "Partners and organisations") if "planned to write most" in line]
    wanted = [
        f"* {NAMES[entity]} is planned to write most with {', '.join(f'{NAMES[p]} from {y}' for p, y in spans)}."
        for entity, spans in years.items()
    ]
    assert lines == wanted
    assert set(years) == {"CN", "US", "GB"}


def test_growth_of_organisations_is_the_largest_of_the_table(text, tables):
    rows = [r for r in tables["organisations"] if r["level"] == "listed"]
    first, last = min(r["year"] for r in rows), max(r["year"] for r in rows)
    at = {(r["more_than"], r["country"], r["year"]): r["organisations"] for r in rows}
    lines = [line for line in section(text, "Partners and organisations") if line.startswith("* Organisations with")]
    assert lines
    codes = {name: code for code, name in NAMES.items()}
    for line in lines:
        bound, name, before, _, after, _ = re.search(
            r"more than (\d+) papers grew most in number in (.+): (\d+) in (\d+), (\d+) in (\d+)\.", line
        ).groups()
        growth = {
            code: at.get((int(bound), code, last), 0) - at.get((int(bound), code, first), 0)
            for _, code, _ in at
        }  # fmt: skip
        assert growth[codes[name]] == max(growth.values()) == int(after) - int(before)
        assert at.get((int(bound), codes[name], first), 0) == int(before)
        assert name in line


def test_every_table_that_the_page_names_is_there(text, truth):
    named = set(re.findall(r"`(\w+\.parquet)`", "\n".join(section(text, "Tables"))))
    assert named == {p.name for p in truth.glob("*.parquet")}


def page_of(plan):
    """Return the page of a plan with the tables that it cannot do without."""
    nobody = pd.DataFrame(columns=["entity", "year", "partner"])
    return page(plan, {"ties": tie_table(plan), "facts": fact_table(plan), "leaders": nobody})


def test_a_switch_that_is_off_is_named_and_has_no_section(small_plan):
    kept = tuple(tie for tie in small_plan.ties if tie.switch != "poles")
    found = page_of(replace(small_plan, world=small_plan.world.without("poles", "impact"), ties=kept))
    assert "* Switched off: poles, impact." in found
    assert "## The poles" not in found
    assert "**ties**" in found
    assert "Organisations with more than" not in found, "there is no such table"


def test_planned_shares_and_pairs_have_a_row_each(small_plan, tables):
    years = range(small_plan.world.first_year, small_plan.world.last_year + 1)
    rows = tables["countries"]
    assert [(r["year"], r["country"]) for r in rows] == [(y, c) for y in years for c in countries().code]
    assert pa.Table.from_pylist(rows).num_rows == len(country_table(small_plan))
    pairs = [(r["network"], r["year"], r["src"], r["dst"]) for r in tables["weights"]]
    assert len(set(pairs)) == len(pairs) == len(weight_table(small_plan))
    assert all(src < dst for *_, src, dst in pairs)


def test_migrants_are_those_of_the_author_records(small_plan, tables, small_snapshot, plain):
    rows = {f"https://openalex.org/A{r['author_id']}": r for r in tables["migrants"]}
    assert len(rows) == len(migrant_table(small_plan))
    found = 0
    for author in plain.read(small_snapshot.folder, "authors"):
        if author["id"] in rows:
            now, then = author["affiliations"]
            row = rows[author["id"]]
            assert plain.number(now["institution"]["id"]) == row["institution_after"]
            assert plain.number(then["institution"]["id"]) == row["institution_before"]
            assert (now["institution"]["country_code"], then["institution"]["country_code"]) == (
                row["destination"],
                row["origin"],
            )
            assert min(now["years"]) == row["year"] == max(then["years"]) + 1
            found += 1
    assert found == len(rows) > 100


def test_tables_keep_their_types_in_parquet(truth):
    weights = pq.read_schema(truth / "weights.parquet")
    assert weights.field("drawn").type == pa.int64()
    assert weights.field("multiplier").type == pa.float64()
    assert weights.field("year").type == pa.int32()
    assert pq.read_schema(truth / "facts.parquet").field("planted").type == pa.bool_()


@pytest.mark.xfail(
    strict=True,
    reason="an answer key without pairs lacks the size and expected columns, and has the type null in the others",
)
def test_the_table_of_pairs_has_its_columns_where_nothing_is_planted(small_plan):
    full, nothing = (
        pa.Table.from_pandas(tie_table(plan), preserve_index=False).schema.remove_metadata()
        for plan in (small_plan, replace(small_plan, ties=()))
    )
    assert set(nothing.names) == set(full.names)
    assert all(nothing.field(name).type == full.field(name).type for name in full.names)


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value encountered")
@pytest.mark.xfail(
    strict=True, reason="expected weights of years outside of the world are means of nothing: nan on the page"
)
def test_no_number_on_the_page_is_nan():
    plan = build_plan(World(works=200, first_year=2005, last_year=2010))
    assert "nan" not in [cell for row in cells(page_of(plan).splitlines()) for cell in row]
