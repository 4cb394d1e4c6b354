"""Null models of weighted networks: what degrees and strengths alone explain, and which ties exceed it.

The numerics take arrays and need no Spark; `frames` and `edgelists` speak pandas, `fanout` speaks Spark.
Names are imported when they are used, so that nothing here waits for a compiler or a cluster it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.nullmodels.corrected import corrected_verdict, leverage, rescaled_ensemble
    from isthmus.nullmodels.ecm import EcmFit, fit_ecm, fit_ecm_constraints
    from isthmus.nullmodels.edgelists import read_edges
    from isthmus.nullmodels.frames import network_of, significance_frames
    from isthmus.nullmodels.rewiring import rewired_ensemble, rewired_verdict, sample_rewired
    from isthmus.nullmodels.sampling import sample_ecm, sampled_moments, sampled_verdict
    from isthmus.nullmodels.significance import benjamini_hochberg, pair_significance

__all__ = [
    "EcmFit",
    "benjamini_hochberg",
    "corrected_verdict",
    "fit_ecm",
    "fit_ecm_constraints",
    "leverage",
    "network_of",
    "pair_significance",
    "read_edges",
    "rescaled_ensemble",
    "rewired_ensemble",
    "rewired_verdict",
    "sample_ecm",
    "sample_rewired",
    "sampled_moments",
    "sampled_verdict",
    "significance_frames",
]

_MODULE_OF = {
    "EcmFit": "ecm",
    "benjamini_hochberg": "significance",
    "corrected_verdict": "corrected",
    "fit_ecm": "ecm",
    "fit_ecm_constraints": "ecm",
    "leverage": "corrected",
    "network_of": "frames",
    "pair_significance": "significance",
    "read_edges": "edgelists",
    "rescaled_ensemble": "corrected",
    "rewired_ensemble": "rewiring",
    "rewired_verdict": "rewiring",
    "sample_ecm": "sampling",
    "sample_rewired": "rewiring",
    "sampled_moments": "sampling",
    "sampled_verdict": "sampling",
    "significance_frames": "frames",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
