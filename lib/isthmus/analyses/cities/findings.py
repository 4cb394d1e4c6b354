"""What the analysis of cities found, in sentences, and how it was done."""

from collections.abc import Iterator

from isthmus.analyses.cities import frames
from isthmus.analyses.cities import tables as t
from isthmus.report.results import Results
from isthmus.report.section import Paragraph
from isthmus.report.text import percent, plural

#: Below this a ratio is told with two digits, so that it does not read as 1.0.
CLEARLY_MORE = 1.1
_DOES = {
    "impact": "cite works of",
    "migration": "lose scientists to",
    "collaboration": "write with",
}


def findings(results: Results) -> tuple[str, ...]:
    """Return who leads, what the leading cities' share is, and how the two sides build on each other."""
    return (*_leaders(results), *_shares(results), *_sides(results))


def _leaders(results: Results) -> Iterator[str]:
    for row in frames.leaders(results):
        unit = frames.UNITS[row["metric"]]
        since = f", and in every year since {row['since']}" if row["since"] and row["since"] < row["year"] else ""
        ahead = f", {_times(row['ratio'])} those of {row['second']}" if row["ratio"] else ""
        yield f"{row['label']} has most {unit} in {row['year']}{since}: {row['value']:,}{ahead}."


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio >= CLEARLY_MORE else f"{ratio:.2f} times"


def _shares(results: Results) -> Iterator[str]:
    rows = frames.shares(results)
    own = rows[(rows["metric"] == frames.METRICS["c2"]) & (rows["year"] <= frames.top_year(results))]
    number = min(frames.SHOWN, len(frames.cities(results)))
    if len(own) and number:
        first, last = own.iloc[0], own.iloc[-1]
        yield (
            f"The {plural(number, 'city', 'cities')} with most impact in {frames.top_year(results)} received "
            f"{percent(last['share'], 1.0)} of the citations of all cities in {int(last['year'])}, and "
            f"{percent(first['share'], 1.0)} in {int(first['year'])}."
        )


def _sides(results: Results) -> Iterator[str]:
    sizes = frames.sizes(results)
    if not sizes or not results.has(t.CITY_FITS):
        return
    for network in frames.NETWORKS:
        across = [row for row in frames.quadrants(results, network, sizes[0]) if row["from"] != row["to"]]
        for row in across:
            if row["unsettled"] == row["pairs"]:
                yield (
                    f"Whether leading cities of {row['from']} {_DOES[network]} those of {row['to']} more or less than "
                    f"size explains is not settled for any of {row['pairs']:,} pairs."
                )
                continue
            yield (
                f"Of {row['pairs']:,} pairs of leading cities, those of {row['from']} {_DOES[network]} those of "
                f"{row['to']} more than size explains in {row['firm_more']} and less in {row['firm_less']} (firm), "
                f"more in {row['probable_more']} and less in {row['probable_less']} (probable); {row['unsettled']} are "
                "not settled."
            )


def method(results: Results) -> tuple[Paragraph, ...]:
    """Return how cities were counted, ordered and tested."""
    first, last = results.switch("cities.impact_years", [frames.top_year(results)] * 2)
    names = frames.sides(results)
    counting = (
        "A work counts once, in the city of its last author (of several affiliations the first listed one that is "
        "known); works without one are left out, and their share stands beside the figures. Impact is the number of "
        "citations in the year of publication and the two after it, by works of any field unless the study says "
        "otherwise; years whose window is not over have none. Scientists have three works or more, at least half or "
        "more than half of them of the corpus, and count in the city of most of their works of the year."
    )
    matrices = (
        f"Who builds on whom counts citations within the corpus of works of {first} to {last}, within two years. "
        "Over-impact is the published measure: citations minus the cited city's share of the world's works times all "
        "that the citing city cites. A scientist who moved counts once for each ordered pair of cities, one who was in "
        "one city in the first and the last year for that city. A work counts for each city of its other authors."
    )
    tests = (
        "Ties among the leading cities are tested against the directed Enhanced Configuration Model, which keeps each "
        "city's partners and totals in both directions (citations and joint works with a city's ties with itself, "
        "moves without): exact tails, false-discovery rates over all ordered pairs, firm below the study's rate, "
        "probable with p < 0.05. Who writes with whom between all cities is tested apart, without direction, by the "
        "undirected model, in every year and over the flow years as one; the family are all pairs of cities that write "
        "with another one, and a firm tie is one over the flow years, seen in two of them."
    )
    sides = f"{names[1]} is where the study says; {names[0]} the rest of the world, unless it names places of its own."
    return (
        Paragraph("Cities", counting),
        Paragraph("Ties between cities", matrices),
        Paragraph("Tests of these ties", tests),
        Paragraph(f"{names[0]} and {names[1]}", sides),
    )
