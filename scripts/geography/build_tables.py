"""Rebuild lib/isthmus/geography/data/countries.csv and world.topojson from public packages.

Needed only when the sources change; the results are part of the repository. In an empty folder:

    npm pack iso-3166@4.4.0 cldr-core@48.2.0 cldr-localenames-full@48.2.0 world-atlas@2.0.2
    (unpack each in a folder of its own, named like the package)
    npm install topojson-simplify@3.0.3
    pip install shapely
    python scripts/geography/build_tables.py FOLDER

ISO codes: iso-3166 (MIT). Names and UN M49 regions: CLDR (Unicode licence 3). Shapes and points: Natural Earth 4.1
(public domain) as packed by world-atlas (ISC).
"""

import csv
import json
import math
import re
import subprocess
import sys
from pathlib import Path

from shapely.geometry import Polygon
from shapely.ops import polylabel

OUT = Path(__file__).resolve().parents[2] / "lib/isthmus/geography/data"
#: Triangles of less than this area (steradians) are dropped, and islands smaller than it: 140 KB instead of 760.
SIMPLIFICATION = "0.00001"
#: Natural Earth draws these as parts of another country, or only as dots: latitude and longitude of the main town.
POINTS_BY_HAND = {
    "BQ": (12.15, -68.27),  # Kralendijk
    "BV": (-54.42, 3.36),
    "CC": (-12.19, 96.83),
    "CX": (-10.45, 105.69),
    "FJ": (-17.8, 178.0),  # its shape is cut by the antimeridian
    "GF": (4.94, -52.33),  # Cayenne
    "GI": (36.14, -5.35),
    "GP": (16.24, -61.53),  # Pointe-a-Pitre
    "MQ": (14.61, -61.07),  # Fort-de-France
    "RE": (-20.88, 55.45),  # Saint-Denis
    "SJ": (78.22, 15.65),  # Longyearbyen
    "TK": (-9.2, -171.85),
    "TV": (-8.52, 179.2),
    "UM": (19.28, 166.65),  # Wake
    "YT": (-12.78, 45.23),  # Mamoudzou
}
#: Where the middle of the largest piece of land lies more than about 300 km from where most people live (Siberia,
#: Borneo, the Atacama): a point near the centre of population. Links on a map and distances mean the latter.
POINTS_OF_POPULATION = {
    "AR": (-33.5, -62.0),
    "AU": (-33.5, 147.5),
    "BR": (-17.5, -46.0),
    "CA": (46.5, -79.5),
    "CL": (-33.5, -70.7),
    "CN": (33.0, 112.5),
    "DZ": (35.6, 3.0),
    "EG": (30.0, 31.2),
    "FI": (61.5, 24.5),
    "GL": (64.2, -51.7),
    "ID": (-6.9, 109.5),
    "KI": (1.4, 173.0),
    "LY": (32.2, 15.0),
    "MY": (3.1, 101.7),
    "NO": (60.2, 10.2),
    "RU": (55.8, 45.0),
    "SE": (59.4, 15.5),
    "US": (38.5, -92.5),
}
#: CLDR's names where they are labels for a menu rather than names for a sentence.
NAMES = {
    "HK": "Hong Kong",
    "MO": "Macao",
    "MM": "Myanmar",
    "PS": "Palestine",
    "CD": "DR Congo",
    "CG": "Republic of the Congo",
    "CC": "Cocos Islands",
    "VA": "Vatican City",
    "UM": "US Outlying Islands",
}
#: CLDR's labels of three subregions, as UN M49 spells them.
M49_NAMES = {
    "Australasia": "Australia and New Zealand",
    "Micronesian Region": "Micronesia",
    "Southeast Asia": "South-eastern Asia",
}
COLUMNS = ["code", "alpha3", "numeric", "name", "latitude", "longitude", "continent", "subregion", "aliases"]
#: What some countries call themselves, in Latin letters.
OWN_NAMES = {
    "AL": "Shqipëria",
    "AT": "Österreich",
    "BE": "België;Belgique;Belgien",
    "BR": "Brasil",
    "CH": "Schweiz;Suisse;Svizzera",
    "CN": "Zhongguo",
    "CZ": "Česko",
    "DE": "Deutschland",
    "DK": "Danmark",
    "DZ": "Algérie",
    "EE": "Eesti",
    "EG": "Misr",
    "ES": "España",
    "FI": "Suomi",
    "GR": "Ellada;Hellas",
    "HR": "Hrvatska",
    "HU": "Magyarország",
    "IE": "Éire",
    "IS": "Ísland",
    "IT": "Italia",
    "JP": "Nippon;Nihon",
    "KR": "Hanguk",
    "LT": "Lietuva",
    "LV": "Latvija",
    "MA": "Maroc",
    "NL": "Nederland",
    "NO": "Norge",
    "PL": "Polska",
    "RS": "Srbija",
    "SE": "Sverige",
    "SI": "Slovenija",
    "SK": "Slovensko",
}
ALIASES = {
    "US": "USA;United States of America;America;U.S.;U.S.A.",
    "GB": "UK;Great Britain;Britain;U.K.",
    "KR": "Korea, South;Republic of Korea;ROK",
    "KP": "Korea, North;Democratic People's Republic of Korea;DPRK",
    "CN": "PRC;People's Republic of China;Mainland China;China mainland",
    "TW": "Chinese Taipei",
    "HK": "Hong Kong SAR;China Hong Kong;Hongkong",
    "MO": "Macao SAR;Macau",
    "RU": "Russian Federation",
    "CZ": "Czech Republic",
    "CI": "Ivory Coast",
    "CV": "Cabo Verde",
    "TR": "Turkey",
    "MM": "Burma",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "MK": "Macedonia",
    "NL": "Holland;The Netherlands",
    "AE": "UAE;Emirates",
    "VA": "Holy See;Vatican",
    "CD": "Congo-Kinshasa;Congo (DRC);Democratic Republic of the Congo;DRC;Zaire",
    "CG": "Congo-Brazzaville;Congo (Republic);Congo Republic",
    "SA": "KSA",
    "IR": "Persia",
    "BA": "Bosnia",
    "LA": "Lao",
    "SY": "Syrian Arab Republic",
    "VN": "Viet Nam",
    "BN": "Brunei Darussalam",
    "PS": "Palestinian Territories",
    "FK": "Malvinas",
}


def read_json(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


def m49_regions(containment: dict, names: dict) -> dict[str, tuple[str, str]]:
    """Continent and subregion by alpha-2 code."""
    found = {}
    for continent in ("002", "019", "142", "150", "009"):
        for region in containment[continent]["_contains"]:
            for code in containment.get(region, {}).get("_contains", []):
                found.setdefault(code, (names[continent], M49_NAMES.get(names[region], names[region])))
    found["AQ"] = ("Antarctica", "Antarctica")
    return found


def rings(topology: dict, geometry: dict) -> list[list[tuple[float, float]]]:
    """Outer rings in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]

    def arc(index: int) -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for dx, dy in topology["arcs"][~index if index < 0 else index]:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        return points[::-1] if index < 0 else points

    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [[point for index in polygon[0] for point in arc(index)] for polygon in polygons]


def inner_point(topology: dict, geometry: dict) -> tuple[float, float]:
    """The point of the largest polygon that is farthest from its border, in degrees latitude and longitude."""
    best = max((Polygon(ring).buffer(0) for ring in rings(topology, geometry)), key=_true_area)
    if best.geom_type == "MultiPolygon":
        best = max(best.geoms, key=_true_area)
    shrink = math.cos(math.radians(best.centroid.y))
    point = polylabel(Polygon([(x * shrink, y) for x, y in best.exterior.coords]), 0.05)
    return round(point.y, 2), round(point.x / shrink, 2)


def _true_area(polygon) -> float:
    return 0.0 if polygon.is_empty else polygon.area * math.cos(math.radians(polygon.centroid.y))


def main(folder: Path) -> None:
    iso_source = (folder / "iso-3166/1.js").read_text(encoding="utf-8")
    iso = re.findall(r"alpha2: '(\w\w)',\s+alpha3: '(\w{3})',\s+numeric: '(\d{3})'", iso_source)
    cldr = read_json(folder / "cldr-localenames-full/main/en/territories.json")
    names = cldr["main"]["en"]["localeDisplayNames"]["territories"]
    containment = read_json(folder / "cldr-core/supplemental/territoryContainment.json")["supplemental"]
    region_of = m49_regions(containment["territoryContainment"], names)
    atlases = [read_json(folder / f"world-atlas/countries-{scale}.json") for scale in ("50m", "10m")]
    by_numeric = {numeric: alpha2 for alpha2, _, numeric in iso}

    points = {}
    for atlas in atlases:
        for geometry in atlas["objects"]["countries"]["geometries"]:
            code = shape_code(geometry, by_numeric)
            if code and code not in points and geometry.get("arcs"):
                points[code] = inner_point(atlas, geometry)
    points |= POINTS_BY_HAND | POINTS_OF_POPULATION

    rows = []
    for alpha2, alpha3, numeric in sorted([*iso, ("XK", "XKX", "")]):
        name = NAMES.get(alpha2) or names[alpha2].replace(" & ", " and ").replace("St. ", "Saint ").replace("’", "'")
        aliases = {names[alpha2], *ALIASES.get(alpha2, "").split(";"), *OWN_NAMES.get(alpha2, "").split(";")} - {
            name,
            "",
        }
        latitude, longitude = points[alpha2]
        rows.append([alpha2, alpha3, numeric, name, latitude, longitude, *region_of[alpha2], ";".join(sorted(aliases))])
    with (OUT / "countries.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    write_shapes(folder, by_numeric)


def shape_code(geometry: dict, by_numeric: dict[str, str]) -> str | None:
    if geometry["properties"]["name"] == "Kosovo":
        return "XK"
    return by_numeric.get(geometry.get("id", ""))


def write_shapes(folder: Path, by_numeric: dict[str, str]) -> None:
    """Simplified shapes; each feature's id is its alpha-2 code, shapes of no ISO country have none."""
    source = (folder / "world-atlas/countries-50m.json").read_bytes()
    command = [folder / "node_modules/.bin/toposimplify", "-s", SIMPLIFICATION, "-F"]
    topology = json.loads(subprocess.run(command, input=source, capture_output=True, check=True).stdout)
    geometries = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry.get("arcs"):
            code = shape_code(geometry, by_numeric)
            shape = {"type": geometry["type"], "arcs": geometry["arcs"], "properties": {}}
            geometries.append({"id": code, **shape} if code else shape)
    topology["objects"] = {"countries": {"type": "GeometryCollection", "geometries": geometries}}
    (OUT / "world.topojson").write_text(json.dumps(topology, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
