"""Centrality: who bridges two groups, who spreads, who is central; arrays in, numbers out.

Names are imported when they are used, so that nothing here waits for a compiler or a cluster it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.centrality.arcs import Arcs, normalised_impact_lengths, reciprocal_lengths
    from isthmus.centrality.bands import NullBand, null_band
    from isthmus.centrality.betweenness import Bridging, group_betweenness
    from isthmus.centrality.diffusion import Influence, independent_cascade, linear_threshold
    from isthmus.centrality.measures import closeness, degrees, pagerank, strengths
    from isthmus.centrality.resampling import Bootstrap, Signatures, bootstrap, merge_signatures

__all__ = [
    "Arcs",
    "Bootstrap",
    "Bridging",
    "Influence",
    "NullBand",
    "Signatures",
    "bootstrap",
    "closeness",
    "degrees",
    "group_betweenness",
    "independent_cascade",
    "linear_threshold",
    "merge_signatures",
    "normalised_impact_lengths",
    "null_band",
    "pagerank",
    "reciprocal_lengths",
    "strengths",
]

_MODULE_OF = {
    "Arcs": "arcs",
    "Bootstrap": "resampling",
    "Bridging": "betweenness",
    "Influence": "diffusion",
    "NullBand": "bands",
    "Signatures": "resampling",
    "bootstrap": "resampling",
    "closeness": "measures",
    "degrees": "measures",
    "group_betweenness": "betweenness",
    "independent_cascade": "diffusion",
    "linear_threshold": "diffusion",
    "merge_signatures": "resampling",
    "normalised_impact_lengths": "arcs",
    "null_band": "bands",
    "pagerank": "measures",
    "reciprocal_lengths": "arcs",
    "strengths": "measures",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
