"""Every rule of the scorecard, with results that lie inside its tolerance and results that do not."""

import json

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.sections import RULES, study_report, study_scorecard
from isthmus.analyses.trajectories.scores import majority
from isthmus.report import load_results
from isthmus.report.chance import chance_of
from isthmus.report.papers import GALLO, published_values
from isthmus.report.scorecard import (
    COMPARISON,
    CURIOSITY,
    INSIDE,
    NOT_COMPARABLE,
    OUTSIDE,
    by_class,
    identities,
    parameters,
    standing,
    summary,
    write_scorecard,
)
from isthmus.report.scoring import Ours

WINDOW = tuple(range(2017, 2022))
YEARS = tuple(range(2000, 2022))
PLACES = ["AU", "BR", "CA", "CN", "DE", "ES", "FR", "GB", "HK", "ID", "IL", "IN", "IT", "JP", "KR", "NL", "PK", "PL", "RU", "SG", "TN", "TW", "US", "VN", "AT", "BE", "CZ", "FI", "GR", "HU", "IE", "PT", "RO", "SE", "AR", "CL", "CO", "KZ", "UA", "RS", "BG", "SA", "EG"]  # fmt: skip
RANKS = ("US", "CN", "GB", "DE")
SIGNIFICANT_PAIRS = {("CN", "PK"), ("CN", "VN"), ("CN", "HK"), ("IN", "US"),
               ("AR", "BR"), ("KZ", "UA"), ("BG", "RS"), ("EG", "SA")}  # fmt: skip
INTEGRATION_GROUPS = {
    "SC_US_SD_CN": ("GB", "DE"), "SC_CN_SD_US": ("IN", "PL", "SG", "KR", "TW"), "SC_CN_only": ("AU", "BR", "RU", "ES"),
    "SC_both": ("FR", "IT", "NL", "CA", "JP", "IL"), "SC_US_only": ("SE",),
}  # fmt: skip
EU_LARGE = ("GB", "DE", "FR", "IT", "ES", "NL", "PL")
EU_SMALL = ("AT", "BE", "CZ", "FI", "GR", "HU", "IE", "PT", "RO", "SE")


def pair(one: str, two: str) -> tuple[str, str]:
    return (one, two) if one < two else (two, one)


def as_published(wrong: bool = False) -> dict[str, pd.DataFrame]:
    """Results in which every published value holds; with `wrong`, none that these results can break."""
    pairs = [(a, b) for n, a in enumerate(sorted(PLACES)) for b in sorted(PLACES)[n + 1 :]]
    return {
        "country_edges": _edges(wrong),
        "country_years": _nodes(wrong),
        "significant_pairs": _significant(pairs, wrong),
        "pair_tests": _ties(wrong),
        "pair_tests_other_models": _other_models(wrong),
        "pair_labels": _labels(pairs, wrong),
        "integration_groups": _groups(wrong),
        "clustering_agreement": pd.DataFrame(
            [("null_model", name, 100, 0.5, 0.2 if wrong else 0.9) for name in ("ecm-variance-corrected", "rewiring")],
            columns=["comparison", "variant", "pairs", "adjusted_rand", "same_label"],
        ),
        "entity_years": _output(wrong),
        "study_totals": pd.DataFrame(
            {
                "quantity": ["corpus works with a country", "citing works outside the corpus with a country"],
                "value": [100.0, 100.0] if wrong else [1.9e6, 1.3e6],
            }
        ),
    }


def _edges(wrong: bool) -> pd.DataFrame:
    weights = {("FR", "TN"): 52, ("FR", "IT"): 198, ("TN", "US"): 300, ("IT", "US"): 3432}
    if wrong:
        weights = {("FR", "TN"): 200, ("FR", "IT"): 900, ("TN", "US"): 0, ("IT", "US"): 0}
    rows = [("collaboration", "publication_year", 2021, *key, weight) for key, weight in weights.items() if weight]
    return pd.DataFrame(rows, columns=["network", "citation_year", "year", "src", "dst", "weight"])


def _nodes(wrong: bool) -> pd.DataFrame:
    order = [*RANKS, *(code for code in EU_LARGE if code not in RANKS), *PLACES]
    order = list(dict.fromkeys(order))
    if wrong:
        order = [*order[:2], "IN", "JP", *order[2:]]
    rows = []
    for rank, code in enumerate(dict.fromkeys(order)):
        papers = 10_000 - 100 * rank
        international = 5000 if code != "CN" else 9000 if wrong else 5200
        rows += [(year, code, papers, min(international, papers), 0, 0) for year in YEARS]
    columns = ["year", "country", "papers", "papers_international", "citations_received", "citations_given"]
    return pd.DataFrame(rows, columns=columns)


def _significant(pairs, wrong: bool) -> pd.DataFrame:
    partners = {"US": 2 if wrong else 20, "CN": 1 if wrong else 12}
    found = set() if wrong else set(SIGNIFICANT_PAIRS)
    for pole, number in partners.items():
        others = [c for c in PLACES if c not in ("US", "CN", "GB", "DE", "IT", "FR") and pair(c, pole) not in found]
        found |= {pair(c, pole) for c in others[: number + 4]}
    if wrong:
        found -= SIGNIFICANT_PAIRS
        found |= {pair(a, b) for a in ("GB", "DE", "IT", "FR") for b in ("GB", "DE", "IT", "FR") if a != b}
        found |= {("CN", "US")}
    rows = [
        ("collaboration", "publication_year", a, b, 5, 3.0 if (a, b) in found else 0.1, (a, b) in found, 40)
        for a, b in pairs
    ]
    columns = ["network", "citation_year", "src", "dst", "finite_years", "mean_z", "significant", "weight"]
    return pd.DataFrame(rows, columns=columns)


def _ties(wrong: bool) -> pd.DataFrame:
    rows = []
    for network, citation_year in (("collaboration", "publication_year"), ("knowledge_exchange", "cited")):
        for step, year in enumerate(YEARS):
            weight = 1000 - 10 * step if wrong else 100 + 10 * step
            rows.append((network, citation_year, year, "CN", "US", weight, 50.0, 50.0, -0.02 * step, 0.5, 0.5, True))
    columns = ["network", "citation_year", "year", "src", "dst", "weight", "expected", "sd", "z", "p_upper", "p_two_sided",
               "finite"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _other_models(wrong: bool) -> pd.DataFrame:
    ties = _ties(wrong)[["network", "citation_year", "year", "src", "dst", "z"]]
    return ties.assign(z=ties["z"] * (0.1 if wrong else 10), null_model="ecm-variance-corrected")


def _labels(pairs, wrong: bool) -> pd.DataFrame:
    changes = {pair("CN", "US"): (-1, -1), pair("GB", "US"): (1, 1), pair("DE", "US"): (1, 1), pair("GB", "CN"): (-1, -1),
               pair("DE", "CN"): (-1, -1), pair("IN", "US"): (-1, -1), pair("ID", "US"): (1, -1),
               pair("ID", "CN"): (-1, 1)}  # fmt: skip
    for code in ("JP", "CA", "IT", "AU", "FR", "ES"):
        changes |= {pair(code, "US"): (1, 1), pair(code, "CN"): (2, 2)}
    changes |= {pair("FR", "US"): (3, 3), pair("FR", "CN"): (1, 1)}
    sign = -1 if wrong else 1
    rows = []
    for a, b in pairs:
        c, k = changes.get((a, b), (0.5, 0.5))
        mixed = (a in EU_LARGE and b in EU_SMALL) or (b in EU_LARGE and a in EU_SMALL)
        label = "SC" if mixed else "SD"
        label = {"SC": "SD", "SD": "SC"}[label] if wrong else label
        rows.append((a, b, "clustered", 0, label, 1.0, sign * c, sign * k, 1.0, 1.0, 0.1))
    columns = ["src", "dst", "status", "cluster", "label", "distance", "z_change_collaboration", "z_change_exchange",
               "speed", "speed_smoothed", "speed_per_year"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _groups(wrong: bool) -> pd.DataFrame:
    members = {code: group for group, codes in INTEGRATION_GROUPS.items() for code in codes}
    others = [code for code in PLACES if code not in members and code not in ("US", "CN")][: 30 - len(members)]
    members |= dict.fromkeys(others, "none")
    if wrong:
        members = dict.fromkeys(list(members)[:25], "none")
    rows = [
        (code, rank, 100, pole, None, np.nan, group, np.nan, None)
        for rank, (code, group) in enumerate(members.items(), 1)
        for pole in ("US", "CN")
    ]
    columns = ["country", "rank", "papers", "pole", "label", "speed", "group", "group_speed", "speed_class"]
    return pd.DataFrame(rows, columns=columns)


def _output(wrong: bool) -> pd.DataFrame:
    sizes = {"US": 300, "CN": 100, "EU-28": 500}
    if wrong:
        sizes = {"US": 300, "CN": 900, "EU-28": 500}
    rows = [(who, y, 1000, 900.0, size, 1000, size) for who, size in sizes.items() for y in range(1990, 2022)]
    columns = ["entity", "year", "papers", "papers_fractional", "papers_international", "citations_received",
               "citations_received_foreign"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def make_published(make_results, put_table):
    """A function that writes results of the study itself: as published, or wrong in everything."""

    def make(*, wrong: bool = False, **changes):
        folder = make_results(simulated=False, name="gallo2026", uncertainty=False)
        for name, frame in as_published(wrong).items():
            put_table(folder, name, frame)
        study = json.loads((folder / "study.json").read_text())
        study |= {"years": [2000, 2021], "threshold": 1.5 if wrong else 2.0} | changes
        study["switches"] |= {"significance.samples": 100 if wrong else 500, "report.matrix_countries": 20}
        if wrong:
            study["switches"] |= {"trajectories.clusters": 5, "trajectories.window": 7, "trajectories.order": 2}
        (folder / "study.json").write_text(json.dumps(study))
        return folder

    return make


@pytest.fixture(scope="module")
def published(make_published):
    return study_scorecard(load_results(make_published())).scores


@pytest.fixture(scope="module")
def opposite(make_published):
    return study_scorecard(load_results(make_published(wrong=True))).scores


def of(scores, quantity):
    return [score for score in scores if score.quantity == quantity]


def test_the_paper_s_values_are_all_there_and_every_quantity_has_a_rule():
    values = published_values(GALLO)
    assert [value.id for value in values] == [f"GALLO26-{n:03d}" for n in range(1, 78)]
    assert {value.quantity for value in values} <= set(RULES)


@pytest.mark.parametrize("quantity", sorted({value.quantity for value in published_values(GALLO)}))
def test_each_rule_tells_inside_from_outside(published, opposite, quantity):
    inside, outside = of(published, quantity), of(opposite, quantity)
    assert [s.verdict for s in inside] == [INSIDE] * len(inside), [(s.id, s.ours, s.why) for s in inside]
    assert OUTSIDE in {s.verdict for s in outside}, [(s.id, s.ours, s.why) for s in outside]
    assert all(s.ours and s.why for s in inside)


def test_a_score_says_how_it_was_obtained(published):
    scores = {score.id: score for score in published}
    tunisia = scores["GALLO26-005"]
    assert (tunisia.published, tunisia.ours, tunisia.ours_value) == ("352", "352", 352.0)
    assert tunisia.why == "Joint papers summed over partners, 2021; distinct international papers: 5,000"
    assert (scores["GALLO26-006"].published, scores["GALLO26-006"].ours) == ("15%", "14.8%")
    assert (scores["GALLO26-014"].published, scores["GALLO26-014"].ours) == ("no", "no")
    assert scores["GALLO26-031"].ours == "falls"
    assert scores["GALLO26-055"].ours == "China"
    assert scores["GALLO26-009"].tolerance == "within a factor of two"
    assert {score.tolerance_class for score in published} == {"E", "S", "M"}


def test_the_edges_of_the_tolerances():
    rules = RULES["n_significant_collab_partners"], RULES["collab_share_of_strength"]
    values = {value.id: value for value in published_values(GALLO)}
    for number, expected in ((22.9, False), (23, True), (92, True), (92.1, False)):
        assert rules[0].inside(Ours(number, "", ""), values["GALLO26-009"]) is expected
    for share, expected in ((9.9, False), (10, True), (20, True), (20.1, False)):
        assert rules[1].inside(Ours(share, "", ""), values["GALLO26-006"]) is expected


@pytest.mark.parametrize(
    ("labels", "mostly", "everyone"),
    [("SD SD SC KI", "mixed", "mixed"), ("SD SD SC", "SD", "mixed"), ("SD SD", "SD", "SD"), ("SC", "SC", "SC")],
)
def test_mostly_needs_a_majority_and_all_needs_all(labels, mostly, everyone):
    values = {value.id: value for value in published_values(GALLO)}
    found = pd.Series(labels.split())
    assert majority(found, values["GALLO26-067"]).value == mostly
    assert majority(found, values["GALLO26-069"]).value == mostly
    assert majority(found, values["GALLO26-068"]).value == everyone


def test_what_results_do_not_speak_to_cannot_be_compared(make_results):
    folder = make_results(simulated=False, trajectories=False, significance_years=(2016, 2020))
    scores = study_scorecard(load_results(folder)).scores
    why = {score.id: score.why for score in scores if score.verdict == NOT_COMPARABLE}
    assert why["GALLO26-031"] == "These results hold no trajectories"
    assert why["GALLO26-009"] == "The significance years of this study are 2016–2020"
    assert why["GALLO26-035"] == "These results hold no integration groups"
    assert why["GALLO26-001"] == "These results publish no total of corpus works with a country"
    assert why["GALLO26-023"].startswith("Exact moments take the place of samples")
    assert why["GALLO26-057"] == "Indonesia is not in the networks of this study"
    assert all(score.ours == "" and score.ours_value is None for score in scores if score.verdict == NOT_COMPARABLE)


def test_nothing_is_compared_on_simulated_data(results_dir, tmp_path):
    results = load_results(results_dir)
    assert standing(results) is None
    assert study_scorecard(results) is None
    for name in ("scorecard.parquet", "scorecard.csv"):
        (tmp_path / name).touch()
    assert write_scorecard(study_scorecard(results), tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def kind(folder):
    card = study_scorecard(load_results(folder))
    return None if card is None else card.kind


def test_what_a_scorecard_is(make_results, make_published):
    assert kind(make_published()) == COMPARISON
    extended = make_results(simulated=False)
    assert kind(extended) == COMPARISON, "a study of AI with the same poles"
    study = json.loads((extended / "study.json").read_text())
    (extended / "study.json").write_text(json.dumps(study | {"corpus": {"rule": "everything"}}))
    assert kind(extended) == CURIOSITY
    assert kind(make_results(simulated=False, poles=("GB",), sizes={"GB": 9.0, "FR": 8.0})) is None


def test_it_is_written_beside_the_report(make_published, tmp_path):
    files = write_scorecard(study_scorecard(load_results(make_published())), tmp_path)
    assert [file.name for file in files] == ["scorecard.parquet", "scorecard.csv"]
    table = pd.read_parquet(files[0])
    assert len(table) == 77
    assert set(table["kind"]) == {COMPARISON}
    assert list(pd.read_csv(files[1])["id"]) == list(table["id"])
    assert "quote" not in table, "the papers' sentences are not shipped"


def test_the_sum_and_the_paper_s_own_arithmetic(published, opposite):
    assert summary(published).startswith(
        "Of 71 published values, 71 can be compared with these results: 71 inside the tolerance, 0 outside. "
        "Chance alone gives "
    )
    assert [score.verdict for score in parameters(opposite)] == [OUTSIDE] * 6
    assert list(by_class(opposite)["tolerance_class"]) == ["S", "M"]
    assert [(identity.computed, identity.holds) for identity in identities(GALLO)] == [
        ("14.77%", True),
        ("5.45%", True),
    ]


def test_the_page_shows_chance_and_keeps_parameters_apart(make_results, tmp_path):
    study_report(load_results(make_results(simulated=False)), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Chance alone gives " in page
    assert ">Inside by chance</th>" in page
    assert "Parameters of the method: set, not found, and not counted" in page
    apart = page.index("Parameters of the method: set")
    assert page.index("GALLO26-022") > apart, "the threshold is a parameter"
    assert page.index("GALLO26-061") < apart
    assert f'data-value="{chance_of("GALLO26-061")}"' in page
