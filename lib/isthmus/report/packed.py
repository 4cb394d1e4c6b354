"""The large parts of a page, deflated: what several charts share is stored once, and the browser unpacks the rest."""

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

#: Values of a chart below this size (bytes of JSON) are not worth a reference.
SHARED_BYTES = 2_000
#: The key of a reference to values that several charts share.
REFERENCE = "isthmus-shared"
_LEVEL = 9


def packed(text: str) -> str:
    """Return a text as raw DEFLATE in base64, for `DecompressionStream("deflate-raw")` of a browser.

    Parameters
    ----------
    text : str
        Any text; base64 needs no escaping inside a script element.

    References
    ----------
    RFC 1951 (DEFLATE), RFC 4648 (base64).
    """
    squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(squeeze.compress(text.encode("utf-8")) + squeeze.flush()).decode("ascii")


def unpacked(text: str) -> str:
    """Return the text that was packed.

    Parameters
    ----------
    text : str
        What `packed` returned.
    """
    return zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS).decode("utf-8")


def share(charts: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """Return the charts with a reference wherever two or more of them hold the same values, and these values.

    Parameters
    ----------
    charts : Mapping[str, Any]
        Name -> Vega-Lite specification; values are looked for in `data.values` and `datasets`. Left as it is.

    Returns
    -------
    charts : dict[str, Any]
        The same, with `{"isthmus-shared": n}` in the place of the n-th of the shared values.
    shared : list[Any]
        The values.
    """
    seen = Counter(text for chart in charts.values() for _, _, text in _values(chart))
    number = {text: at for at, text in enumerate(text for text, times in seen.items() if times > 1)}
    copies: dict[str, Any] = json.loads(json.dumps(charts))
    for chart in copies.values():
        for holder, key, text in list(_values(chart)):
            if text in number:
                holder[key] = {REFERENCE: number[text]}
    return copies, [json.loads(text) for text in number]


def _values(node: Any) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield each place of large values in a specification: who holds them, under which key, and their JSON."""
    if isinstance(node, list):
        for each in node:
            yield from _values(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "datasets":
                yield from _large(value, value)
            elif key == "data" and isinstance(value, dict) and "values" in value:
                yield from _large(value, {"values": value["values"]})
            else:
                yield from _values(value)


def _large(holder: dict[str, Any], entries: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    for key, value in entries.items():
        text = json.dumps(value, sort_keys=True)
        if len(text) >= SHARED_BYTES:
            yield holder, key, text
