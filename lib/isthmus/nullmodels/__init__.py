"""Null models of weighted networks: what degrees and strengths alone explain, and which ties exceed it.

The numerics take arrays and need no Spark; `frames` and `edgelists` speak pandas, `fanout` speaks Spark.
Names are imported when they are used, so that nothing here waits for a compiler or a cluster it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.nullmodels.bicm import BicmFit, fit_bicm, sample_bicm
    from isthmus.nullmodels.corrected import corrected_verdict, leverage, rescaled_ensemble
    from isthmus.nullmodels.directed import DirectedEcmFit, fit_directed_ecm, fit_directed_ecm_constraints
    from isthmus.nullmodels.directed_frames import directed_network_of, directed_significance_frames
    from isthmus.nullmodels.directed_significance import directed_pair_significance, sample_directed_ecm
    from isthmus.nullmodels.ecm import EcmFit, fit_ecm, fit_ecm_constraints
    from isthmus.nullmodels.edgelists import read_edges
    from isthmus.nullmodels.frames import network_of, significance_frames
    from isthmus.nullmodels.paper_frames import paper_significance_frames
    from isthmus.nullmodels.paper_layers import counts_of_incidence
    from isthmus.nullmodels.paper_models import paper_significance, paper_verdict
    from isthmus.nullmodels.papers import PapersFit, fit_papers, sample_papers
    from isthmus.nullmodels.rewiring import rewired_ensemble, rewired_verdict, sample_rewired
    from isthmus.nullmodels.sampling import sample_ecm, sampled_moments, sampled_verdict
    from isthmus.nullmodels.significance import benjamini_hochberg, pair_significance

__all__ = [
    "BicmFit",
    "DirectedEcmFit",
    "EcmFit",
    "PapersFit",
    "benjamini_hochberg",
    "corrected_verdict",
    "counts_of_incidence",
    "directed_network_of",
    "directed_pair_significance",
    "directed_significance_frames",
    "fit_bicm",
    "fit_directed_ecm",
    "fit_directed_ecm_constraints",
    "fit_ecm",
    "fit_ecm_constraints",
    "fit_papers",
    "leverage",
    "network_of",
    "pair_significance",
    "paper_significance",
    "paper_significance_frames",
    "paper_verdict",
    "read_edges",
    "rescaled_ensemble",
    "rewired_ensemble",
    "rewired_verdict",
    "sample_bicm",
    "sample_directed_ecm",
    "sample_ecm",
    "sample_papers",
    "sample_rewired",
    "sampled_moments",
    "sampled_verdict",
    "significance_frames",
]

_MODULE_OF = {
    "DirectedEcmFit": "directed",
    "directed_network_of": "directed_frames",
    "directed_pair_significance": "directed_significance",
    "directed_significance_frames": "directed_frames",
    "fit_directed_ecm": "directed",
    "fit_directed_ecm_constraints": "directed",
    "BicmFit": "bicm",
    "EcmFit": "ecm",
    "PapersFit": "papers",
    "benjamini_hochberg": "significance",
    "corrected_verdict": "corrected",
    "counts_of_incidence": "paper_layers",
    "fit_bicm": "bicm",
    "fit_ecm": "ecm",
    "fit_ecm_constraints": "ecm",
    "fit_papers": "papers",
    "paper_significance": "paper_models",
    "leverage": "corrected",
    "network_of": "frames",
    "pair_significance": "significance",
    "paper_significance_frames": "paper_frames",
    "paper_verdict": "paper_models",
    "read_edges": "edgelists",
    "rescaled_ensemble": "corrected",
    "rewired_ensemble": "rewiring",
    "rewired_verdict": "rewiring",
    "sample_bicm": "bicm",
    "sample_directed_ecm": "directed_significance",
    "sample_ecm": "sampling",
    "sample_papers": "papers",
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
