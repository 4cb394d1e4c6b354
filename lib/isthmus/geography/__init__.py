"""Countries, regions, blocs over time, East and West, distances and country shapes: reference tables without Spark.

Codes are ISO 3166-1 alpha-2, plus `XK` for Kosovo, as OpenAlex writes them. `NA` is Namibia and never a missing
value. Where every number comes from stands in `data/PROVENANCE.md`.
"""

from isthmus.geography.blocs import Bloc, bloc_members, blocs, find_bloc, plain_name
from isthmus.geography.countries import (
    COUNTRIES,
    Country,
    country_name,
    find_country,
    is_west,
    region_members,
    regions,
)
from isthmus.geography.distance import haversine_km
from isthmus.geography.memberships import Membership, memberships_over_years
from isthmus.geography.shapes import country_shapes

__all__ = [
    "COUNTRIES",
    "Bloc",
    "Country",
    "Membership",
    "bloc_members",
    "blocs",
    "country_name",
    "country_shapes",
    "find_bloc",
    "find_country",
    "haversine_km",
    "is_west",
    "memberships_over_years",
    "plain_name",
    "region_members",
    "regions",
]
