"""Unknown fields of JSON records, counted at the beginning of each part."""

from collections import Counter

import msgspec

from isthmus.snapshot.fields import KNOWN_FIELDS, KNOWN_INSIDE, SAMPLED_LINES

LOOKED_AT = 20  # items of a list: a name that is new is new in all of them

_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])


class UnknownFields:
    """Counts the records with an unknown field, by its path, among the first 100 records of a part."""

    def __init__(self, entity: str) -> None:
        self._known = KNOWN_FIELDS[entity]
        self._inside = KNOWN_INSIDE[entity]
        self._left = SAMPLED_LINES
        self.unknown: Counter[str] = Counter()

    @property
    def is_sampling(self) -> bool:
        """Whether more records are wanted."""
        return self._left > 0

    def add(self, line: bytes | msgspec.Raw) -> None:
        """Count the fields of one record.

        Parameters
        ----------
        line : bytes | msgspec.Raw
            The record's JSON text.
        """
        self._left -= 1
        try:
            fields = _keys.decode(line)
            found = set(fields.keys() - self._known)
            for name in fields.keys() & self._inside.keys():
                self._look(name, bytes(fields[name]), found)
        except (msgspec.DecodeError, UnicodeDecodeError):  # a name that is no text belongs to nothing that is read
            found = {"(a name that is no UTF-8)"}
        except RecursionError:
            found = {"(nested too deep to be looked into)"}
        self.unknown.update(found)

    def _look(self, path: str, value: bytes, found: set[str]) -> None:
        """Add the unknown names inside a value, which is an object, a list of objects, or neither."""
        if value.startswith(b"["):
            for item in _items.decode(value)[:LOOKED_AT]:
                self._look(path, bytes(item), found)
        elif value.startswith(b"{"):
            fields = _keys.decode(value)
            found.update(f"{path}.{name}" for name in fields.keys() - self._inside[path])
            for name in fields:
                if f"{path}.{name}" in self._inside:
                    self._look(f"{path}.{name}", bytes(fields[name]), found)
