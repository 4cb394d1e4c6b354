"""Country outlines for maps."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _topology() -> str:
    return files("isthmus.geography").joinpath("data/world.topojson").read_text(encoding="utf-8")


def country_shapes() -> dict[str, Any]:
    """Return the outlines of the world's countries as TopoJSON; each shape's `id` is its alpha-2 code.

    One object, `countries`, in degrees, simplified for a map of the world; very small countries have no shape, and
    shapes that are no ISO country have no id. Natural Earth draws borders as they are held, and so does this.
    """
    topology: dict[str, Any] = json.loads(_topology())
    return topology
