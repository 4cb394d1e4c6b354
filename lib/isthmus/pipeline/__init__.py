"""The stages and their order: what jobs, Airflow, Databricks and the command line all call."""

from isthmus.pipeline.run import STAGES, Request, explain, results_beside, run_pipeline, wanted_stages

__all__ = ["STAGES", "Request", "explain", "results_beside", "run_pipeline", "wanted_stages"]
