"""Values that are none of their kind: codes that no country has, years and days out of range, places off the earth.

What is certain is mended: blanks around a code, small letters, control characters in a name. Everything else is set
aside: it is null in the rows, and counted by field in the summary of the part.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from isthmus.geography.countries import COUNTRIES
from isthmus.snapshot.schemas import BOOLEAN, STRING
from isthmus.snapshot.values import LARGEST_INT

Columns = dict[str, pa.Array]

#: Years in which something can have been published; the tables know the release's year, which is the last one.
FIRST_YEAR, LAST_YEAR = 1000, 9999
#: Characters that steer a terminal or turn the direction of writing: no part of a name.
CONTROL = r"[\x00-\x1f\x7f-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]+"
NORTH, EAST = 90.0, 180.0  # degrees


class Kinds:
    """Looks at the columns of a part, and counts by field what it sets aside."""

    def __init__(self) -> None:
        self.set_aside: Counter[str] = Counter()
        self._looks: Mapping[str, Callable[[pa.Array], pa.Array]] = {
            "publication_year": lambda years: self._within("publication_year", years, FIRST_YEAR, LAST_YEAR),
            "authors_count": lambda counts: self._within("authors_count", counts, 0, LARGEST_INT),
            "publication_date": self._days,
            "updated_date": self._moments,
            "authorships": self._authorships,
            "display_name": without_control,
            "institution": self._institutions,
            "topic": _topics,
        }

    def admit(self, columns: Mapping[str, pa.Array]) -> Columns:
        """Return columns of parsed records without what is none of its kind.

        Parameters
        ----------
        columns : Mapping[str, pyarrow.Array]
            Columns of `WORK_FIELDS` or `ENTITY_FIELDS`, each (n,).
        """
        looks = self._looks
        return {name: looks[name](values) if name in looks else values for name, values in columns.items()}

    def _days(self, days: pa.Array) -> pa.Array:
        return self._within("publication_date", days, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))

    def _moments(self, moments: pa.Array) -> pa.Array:
        last = datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)
        return self._within("updated_date", moments, datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), last)

    def _within(self, field: str, values: pa.Array, low: object, high: object) -> pa.Array:
        least, most = pa.scalar(low, values.type), pa.scalar(high, values.type)
        good = pc.and_(pc.less_equal(least, values), pc.less_equal(values, most))
        return values if pc.all(good).as_py() is not False else self._keep(field, values, good)

    def _keep(self, field: str, values: pa.Array, good: pa.Array) -> pa.Array:
        kept = pc.if_else(pc.fill_null(good, True), values, pa.scalar(None, values.type))
        self.set_aside[field] += kept.null_count - values.null_count
        return kept

    def _codes(self, field: str, codes: pa.Array) -> pa.Array | None:
        """Return codes of countries, null where there is none; None where all of them are such codes already."""
        encoded = codes.dictionary_encode()
        found = encoded.dictionary.to_pylist()
        if all(code in COUNTRIES for code in found):
            return None
        mended = pa.array([country_code(code) for code in found], STRING).take(encoded.indices)
        says_something = pa.array([bool(code.strip()) for code in found], BOOLEAN).take(encoded.indices)
        self.set_aside[field] += pc.sum(pc.and_(says_something, mended.is_null())).as_py() or 0
        return mended

    def _authorships(self, lists: pa.Array) -> pa.Array:
        items = lists.values
        countries, institutions = items.field("countries"), items.field("institutions")
        codes = self._codes("authorships.countries", countries.values)
        places = self._codes("authorships.institutions.country_code", institutions.values.field("country_code"))
        changed = {} if codes is None else {"countries": _relisted(countries, codes)}
        if places is not None:
            changed["institutions"] = _relisted(institutions, _with(institutions.values, {"country_code": places}))
        return _relisted(lists, _with(items, changed)) if changed else lists

    def _institutions(self, records: pa.Array) -> pa.Array:
        code = self._codes("country_code", records.field("country_code"))
        changed = {name: without_control(records.field(name)) for name in ("city", "region")}
        if code is not None:
            changed["country_code"] = code
        latitude, longitude = records.field("latitude"), records.field("longitude")
        on_earth = pc.and_kleene(_at_most(latitude, NORTH), _at_most(longitude, EAST))
        if pc.all(on_earth).as_py() is False:
            changed["latitude"] = self._keep("geo.latitude", latitude, on_earth)
            changed["longitude"] = self._keep("geo.longitude", longitude, on_earth)
        return _with(records, changed)


def country_code(text: str) -> str | None:
    """Return a country's code out of a text that is one but for blanks and case; None where it is none.

    Parameters
    ----------
    text : str
        As it stands in the record.
    """
    code = text.strip().upper()
    return code if code in COUNTRIES else None


def without_control(names: pa.Array) -> pa.Array:
    """Return names with a blank instead of control characters, and none at their ends.

    Parameters
    ----------
    names : pyarrow.Array
        (n,) string.
    """
    if pc.any(pc.match_substring_regex(names, CONTROL)).as_py() is not True:
        return names
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(names, CONTROL, " "))


def _topics(records: pa.Array) -> pa.Array:
    names = ("subfield_name", "field_name", "domain_name")
    return _with(records, {name: without_control(records.field(name)) for name in names})


def _at_most(degrees: pa.Array, most: float) -> pa.Array:
    return pc.less_equal(pc.abs(degrees), most)  # false where it is no number


def _with(objects: pa.Array, changed: Mapping[str, pa.Array]) -> pa.Array:
    """Return objects, none of which is null, with other values of some fields."""
    fields = list(objects.type)
    arrays = [changed.get(field.name, objects.field(i)) for i, field in enumerate(fields)]
    return pa.StructArray.from_arrays(arrays, fields=fields)


def _relisted(lists: pa.Array, items: pa.Array) -> pa.Array:
    """Return lists with other items."""
    mask = lists.is_null() if lists.null_count else None
    return pa.ListArray.from_arrays(lists.offsets, items, lists.type, mask=mask)
