"""LaLonde's data (the 614 rows of MatchIt), to ten digits, and MatchIt itself where it is installed."""

import numpy as np
import pandas as pd
import pytest
from tests.matching.conftest import CUTS, r_has, run_r

from isthmus.matching.balance import strata_balance
from isthmus.matching.coarsening import bin_codes, coarsening, cut_points, summary
from isthmus.matching.effects import effect
from isthmus.matching.strata import stratify
from isthmus.matching.sums import block_sums

NUMERIC = ("age", "educ", "re74", "re75")
EXACT = ("race", "married", "nodegree")


def coded(frame, cuts):
    numeric = [bin_codes(frame[name], cuts[name]) for name in NUMERIC]
    return np.column_stack([*numeric, *(pd.factorize(frame[name], sort=True)[0] for name in EXACT)])


def found(frame, cuts):
    treated = frame["treat"].to_numpy() == 1
    strata = stratify(coded(frame, cuts), treated)
    return strata, effect(block_sums(strata.of_unit, treated, frame["re78"], centre=float(frame["re78"].mean())))


def sturges(frame):
    how = coarsening("sturges")
    return {name: cut_points(how, summary(frame[name], how)) for name in NUMERIC}


def test_the_literal_oracle(lalonde):
    strata, got = found(lalonde, CUTS)
    assert (got.n_treated, got.n_control, got.n_strata) == (55, 44, 20)
    values = {
        "satt": (got.satt, -682.6013286515),
        "mean of treated": (got.mean_treated, 6145.6338236364),
        "mean of controls": (got.mean_control, 5606.5619179545),
        "Student p": (got.estimate("student").p, 0.6703008378),
        "Welch p": (got.estimate("welch").p, 0.6675750075),
        "HC0": (got.estimate("robust_hc0").error, 1317.5899928398),
        "HC1": (got.estimate("robust").error, 1331.1040899524),
        "CR1": (got.estimate("clustered").error, 1165.8138801894),
        "ESS": (got.effective_controls, 20.6461153452),
    }
    for name, (mine, wanted) in values.items():
        assert mine == pytest.approx(wanted, rel=2e-10), name
    balance = strata_balance(strata.n_treated, strata.n_control)
    assert balance.l1_before == pytest.approx(0.906016506, abs=5e-10)
    assert balance.l1_after == pytest.approx(0.3045454545, abs=5e-11)
    assert balance.l1_weighted == pytest.approx(0, abs=1e-14)


def test_other_bins_turn_the_sign(lalonde):
    _, got = found(lalonde, sturges(lalonde))
    assert (got.n_treated, got.n_control, got.n_strata) == (65, 75, 25)
    assert got.satt == pytest.approx(1070.90732643, rel=1e-10)


R_SCRIPT = """
library(MatchIt); library(sandwich); library(lmtest)
d <- read.csv("units.csv")
cuts <- list(age=c(20.5,25.5,30.5,35.5,40.5), educ=c(6.5,8.5,11.5,12.5), re74=c(.5,2000.5,5000.5,10000.5),
             re75=c(.5,2000.5,5000.5,10000.5))
form <- treat ~ age + educ + re74 + re75 + race + married + nodegree
for (which in c("own", "sturges")) {
  how <- if (which == "own") cuts else "sturges"
  m <- matchit(form, data=d, method="cem", cutpoints=how)
  write.csv(data.frame(w=m$weights), paste0(which, ".csv"), row.names=FALSE)
  s <- summary(m)
  write.csv(rbind(s$sum.all["age","Std. Mean Diff."], s$sum.matched["age","Std. Mean Diff."]),
            paste0(which, "_smd.csv"), row.names=FALSE)
  fit <- lm(re78 ~ treat, data=d[m$weights > 0,], weights=m$weights[m$weights > 0])
  cl <- droplevels(m$subclass[m$weights > 0])
  a <- coeftest(fit, vcov=vcovHC(fit, type="HC1"))["treat",]
  b <- coeftest(fit, vcov=vcovCL(fit, cluster=cl, type="HC1"))["treat",]
  write.csv(rbind(a, b), paste0(which, "_errors.csv"), row.names=FALSE)
}
"""


@pytest.mark.skipif(
    not r_has("MatchIt", "sandwich", "lmtest"), reason="r-cran-matchit, -sandwich, -lmtest are not here"
)
def test_matchit_gives_the_same_weights_and_errors(lalonde, tmp_path):
    from isthmus.matching.balance import mean_difference

    lalonde.to_csv(tmp_path / "units.csv", index=False)
    run_r(R_SCRIPT, tmp_path)
    treated = lalonde["treat"].to_numpy() == 1
    for name, cuts in (("own", CUTS), ("sturges", sturges(lalonde))):
        strata, got = found(lalonde, cuts)
        w = strata.unit_weights(treated)
        np.testing.assert_allclose(w, pd.read_csv(tmp_path / f"{name}.csv")["w"], atol=1e-12)
        errors = pd.read_csv(tmp_path / f"{name}_errors.csv")
        assert errors["Estimate"].tolist() == pytest.approx([got.satt] * 2)
        assert errors["Std. Error"].tolist() == pytest.approx([got.estimate(e).error for e in ("robust", "clustered")])
        assert errors["Pr(>|t|)"][0] == pytest.approx(got.estimate("robust").p)
        age = mean_difference(lalonde["age"], treated, w)
        smd = pd.read_csv(tmp_path / f"{name}_smd.csv").iloc[:, 0]
        assert smd.tolist() == pytest.approx([age.before, age.weighted])


def test_the_package_cem_gives_the_same_weights(lalonde):
    cem = pytest.importorskip("cem.match", reason="the Python package cem is not installed")
    table = pd.DataFrame(coded(lalonde, CUTS)).add_prefix("c").assign(treat=lalonde["treat"])
    treated = lalonde["treat"].to_numpy() == 1
    theirs = cem.match(table, "treat").reindex(table.index)
    np.testing.assert_allclose(found(lalonde, CUTS)[0].unit_weights(treated), theirs, atol=1e-12)
