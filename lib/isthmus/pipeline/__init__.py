"""The stages and their order: what jobs, Airflow, Databricks and the command line all call."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.pipeline.run import STAGES, Request, explain, results_beside, run_pipeline, wanted_stages

__all__ = ["STAGES", "Request", "explain", "results_beside", "run_pipeline", "wanted_stages"]


def __getattr__(name: str) -> object:
    """Load the stages, and with them Spark and pandas, only when they are asked for: `isthmus plan` is not."""
    if name in __all__:
        from isthmus.pipeline import run

        return getattr(run, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
