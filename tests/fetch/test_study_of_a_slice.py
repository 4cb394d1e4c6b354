"""A study on a slice that came through the API: counts as of the records that the server has."""

import pytest

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.config import load_study
from isthmus.engine import TableStore
from isthmus.fetch import fetch_slice
from isthmus.pipeline import Request, run_pipeline

pytestmark = [pytest.mark.spark, pytest.mark.slow]

STAGES = ("parse", "records", "corpus", "networks")


def test_all_countries_of_a_large_team_are_counted(spark, api, served, make_work, tmp_path):
    """The two countries of each pair of authors, and a third one that only the 120th author is from."""
    _, world = served
    world.works = [make_work(n, authors=2) for n in range(1, 61)]
    large = make_work(61, authors=120)
    large["authorships"][-1] |= {"countries": ["DE"], "institutions": []}
    world.works.append(large)
    fetch_slice(api, "publication_year:2020", tmp_path / "slice")
    study = load_study(
        "everything",
        ["years.corpus=[2020,2020]", "years.analysis=[2020,2020]", "years.significance=[2020,2020]",
         "years.citing_until=2020", "significance.min_finite_years=1", "trajectories=null", "other_null_models=null"],
    )  # fmt: skip
    request = Request(
        warehouse=str(tmp_path / "w"), study=study, snapshot=str(tmp_path / "slice"), stages=STAGES, quiet=True
    )
    run_pipeline(spark, request)
    edges = TableStore(spark, str(tmp_path / "w")).read(COUNTRY_EDGES).where("network = 'collaboration'").toPandas()
    together = edges.set_index(["src", "dst"])["weight"]
    assert together.to_dict() == {("CN", "US"): 61, ("CN", "DE"): 1, ("DE", "US"): 1}
