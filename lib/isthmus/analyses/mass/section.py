"""The section on centres of mass."""

from collections.abc import Iterator
from functools import partial

from isthmus.analyses.cities.frames import cities
from isthmus.analyses.cities.tables import CITIES, CITY_YEARS
from isthmus.analyses.mass import charts, frames
from isthmus.report.results import Results
from isthmus.report.section import Figure, Paragraph, Section
from isthmus.report.text import count


def section(results: Results) -> Section | None:
    """Return the section on centres of mass; None where the study compares no cities, or none has coordinates."""
    if not (results.has(CITIES) and results.has(CITY_YEARS) and len(cities(results))):
        return None
    shifts = frames.shifts(results)
    if not shifts:
        return None
    leader = str(cities(results)["label"].iloc[0])
    return Section(
        id="mass",
        title="Where the centre of research lies",
        template="isthmus.analyses.mass/section.html.j2",
        values={"shifts": shifts},
        figures=tuple(_figures(results, leader)),
        findings=tuple(_findings(shifts)),
        method=(Paragraph("Centres of mass", _METHOD),),
        contents=(("mass", "Centre of mass"),),
    )


_METHOD = (
    "The centre of a year is the mean of the cities' latitudes and longitudes weighted by what they have, as "
    "published; beside it stands the centre on the sphere, which no edge of a map moves. A city's pull is the "
    "great-circle distance between the centres with and without it. A shift has three readings: the great circle "
    "between the first and the last centre, the length of the way, and the difference of longitude at 35 degrees "
    "north."
)


def _figures(results: Results, leader: str) -> Iterator[Figure]:
    caption = "Means of latitude and longitude, weighted. Like Figure 4 of AlShebli et al. 2022."
    yield Figure("mass_way", "The way of the centres", caption, partial(charts.way_chart, results))
    if len(frames.pulls(results)):
        caption = f"How far {leader} moves each centre. Like Figure 4 of AlShebli et al. 2022."
        yield Figure("mass_pull", f"The pull of {leader}", caption, partial(charts.pull_chart, results))


def _findings(shifts: list[dict[str, object]]) -> Iterator[str]:
    for row in shifts[:1]:
        east = float(str(row["eastward"]))
        side = "east" if east > 0 else "west"
        direct = count(round(float(str(row["direct"]))))
        yield (
            f"From {row['first']} to {row['last']} the centre of {str(row['name']).lower()} moved "
            f"{count(round(abs(east)))} km to the {side} (at 35 degrees north; {direct} km along the great circle)."
        )
