"""Leads, overtakings and trends of entities: what is resampled is what Spark counted, and no division of rows matters."""

import numpy as np
import pandas as pd
import pytest

from isthmus.indicators.blocs.fanout import Resampling, fan_out_overtakings, fan_out_top_partners, fan_out_trends
from isthmus.indicators.blocs.output import entity_papers
from isthmus.indicators.blocs.partners import bloc_partners
from isthmus.indicators.blocs.resampling import resampled_partners

pytestmark = pytest.mark.spark

YEARS = (2009, 2012)
HOW = Resampling(YEARS, ("CN", "Union", "GB"), replicates=40, level=0.95, seed=7)


def works():
    """The Union writes with the United Kingdom first, from 2011 on with China; half of China's works are its own."""
    rows = []
    for year, with_china, with_britain in ((2009, 1, 9), (2010, 2, 9), (2011, 30, 9), (2012, 40, 9)):
        signing = ["CN DE"] * with_china + ["DE GB"] * with_britain + ["CN"] * with_china + ["CN US"]
        rows += [(1000 * year + at, year, codes) for at, codes in enumerate(signing)]
    return rows


@pytest.fixture(scope="module")
def sets(make_sets):
    return make_sets(*works()).cache()


def test_observed_counts_are_those_that_spark_counts(sets, entities):
    partners = bloc_partners(sets, entity_papers(sets), entities=entities, years=YEARS).toPandas()
    frame = sets.toPandas()
    for entity in HOW.entities:
        found = HOW.of(frame[frame["entity"] == entity])
        for among, names in found.names.items():
            own = partners[(partners["entity"] == entity) & (partners["among"] == among)]
            wide = own.pivot_table(index="year", columns="partner", values="papers_joint", fill_value=0)
            expected = wide.reindex(index=found.years, columns=list(names), fill_value=0)
            np.testing.assert_array_equal(found.counts[among], expected)
        assert found.resampled["blocs"].shape == (4, 2, 40)


def test_draws_depend_on_the_seed_the_entity_and_the_year_only(sets):
    frame = sets.toPandas().query("entity == 'Union'")
    one = HOW.of(frame)
    shuffled = HOW.of(frame.sample(frac=1, random_state=3))
    np.testing.assert_array_equal(one.resampled["countries"], shuffled.resampled["countries"])
    later = resampled_partners(frame, years=(2011, 2012), blocs=HOW.entities, replicates=40, seed=7)
    np.testing.assert_array_equal(one.resampled["blocs"][2:], later.resampled["blocs"])
    other = resampled_partners(frame, years=YEARS, blocs=HOW.entities, replicates=40, seed=8)
    assert (one.resampled_papers != other.resampled_papers).any()


def test_resamples_have_the_mean_and_the_spread_of_poisson_counts(sets):
    frame = sets.toPandas().query("entity == 'Union'")
    found = resampled_partners(frame, years=YEARS, blocs=HOW.entities, replicates=10_000, seed=1)
    joint = found.resampled["blocs"][3, 0]  # 40 works with China in 2012
    assert joint.mean() == pytest.approx(40, abs=0.3)
    assert joint.var() == pytest.approx(40, rel=0.06)
    # works with the United Kingdom are others: they move by themselves
    assert np.corrcoef(joint, found.resampled["blocs"][3, 1])[0, 1] == pytest.approx(0, abs=0.04)
    np.testing.assert_array_equal(found.resampled_papers[3], joint + found.resampled["blocs"][3, 1])


def test_who_overtook_whom(sets, same):
    found = fan_out_overtakings(sets, HOW)
    rows = found.where("among = 'blocs'")
    schema = "entity string, partner string, since int, overtook string, replicates int"
    same(
        rows,
        [("Union", "CN", 2011, "GB", 40), ("CN", "Union", 2009, None, 40), ("GB", "Union", 2009, None, 40)],
        schema,
    )
    china = rows.where("entity = 'Union'").first()
    assert 2010 <= china.since_low <= china.since_high == 2011
    assert china.support == 1.0
    among_countries = {row.entity: row.partner for row in found.where("among = 'countries'").collect()}
    assert among_countries == {"Union": "CN", "CN": "DE", "GB": "DE"}


def test_the_top_partner_of_each_year(sets, entities, same):
    partners = bloc_partners(sets, entity_papers(sets), entities=entities, years=YEARS)
    found = fan_out_top_partners(partners, entities=HOW.entities).where("among = 'blocs' AND entity = 'Union'")
    rows = [
        # until 2010 the United Kingdom is a member: its works with Germany are joint, and the Union's own
        (2009, "GB", 9, "CN", 1, "GB"),
        (2010, "GB", 9, "CN", 2, "GB"),
        (2011, "CN", 30, "GB", 9, "CN"),
        (2012, "CN", 40, "GB", 9, "CN"),
    ]
    schema = "year int, partner string, papers_joint bigint, following string, following_papers_joint bigint, partner_fractional string"
    same(found, rows, schema)


def test_trends_of_reliance(sets):
    frame = fan_out_trends(sets, HOW).toPandas().set_index("entity")
    own = pd.DataFrame(works(), columns=["work", "year", "codes"])
    china = own[own["codes"].str.contains("CN")]
    share = china.assign(abroad=china["codes"] != "CN").groupby("year")["abroad"].mean()
    row = frame.loc["CN"]
    assert (row["first_share"], row["last_share"]) == (share[2009], share[2012])
    assert (row["peak_year"], row["peak_share"], row["years"]) == (share.idxmax(), share.max(), 4)
    assert row["slope"] < 0
    assert row["slope_low"] <= row["slope"] <= row["slope_high"]
    assert frame.loc["GB", "slope"] == 0, "all works with others"
    assert np.isnan(frame.loc["GB", "kendall_tau"])


def test_the_same_rows_however_spark_divides_them(sets):
    one = fan_out_overtakings(sets.coalesce(1), HOW).toPandas().sort_values(["entity", "among"], ignore_index=True)
    many = fan_out_overtakings(sets.repartition(5), HOW).toPandas().sort_values(["entity", "among"], ignore_index=True)
    pd.testing.assert_frame_equal(one, many, check_exact=True)


def test_an_entity_without_joint_works_has_no_lead_and_a_trend(make_sets):
    alone = make_sets((1, 2009, "CN"), (2, 2010, "CN"))
    assert fan_out_overtakings(alone, HOW).count() == 0
    trend = fan_out_trends(alone, HOW).first()
    assert (trend.entity, trend.years, trend.slope, trend.last_share, trend.kendall_tau) == ("CN", 2, 0.0, 0.0, None)
