import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from isthmus.analyses.sections import SECTIONS, study_report
from isthmus.analyses.significance.embedded_pairs import embed_pairs
from isthmus.analyses.significance.ties import graded_ties, published_ties
from isthmus.config import load_study
from isthmus.report import build_sections, load_results
from isthmus.report.packed import unpacked

SIZES = {"US": 900.0, "CN": 800.0, "FR": 210.0, "TN": 30.0, "NA": 12.0}
VOID = {"meta", "link", "input", "br", "img"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
#: What compares without a grade because it finds nothing: it explains, names a column, or says what was planted.
EXPLAINS = (
    r"Which countries work together more than their size explains\.",
    r"More",
    r"stronger|weaker|Converged",
    r"(Scientific|Knowledge) (convergence|divergence) with",
    r"S[CD] scientific \w+: .*|K[ID] knowledge \w+: .*",
    r"scientific convergence|(scientific|knowledge) divergence",  # how many are settled: parts of a drawing
    r"The thicker the line, the higher the mean z\.",
    r"The published method: groups by the labels .*",
    r"A tie planted at 3 times what size explains or more in all years should be found: .*",
    r"Where works rather than citations might not have been there, .*",
    r"A z counts if .*",
    r"So z of a large pair can hardly fall below −1 .*",
)


class Page(HTMLParser):
    """The page taken apart: elements with their attributes, text by element id, what would be loaded from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.blocks: list[str] = [""]
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag not in INLINE:
            self.blocks.append("")
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"
        if tag not in INLINE:
            self.blocks.append("")

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            attrs, before = self.scripts[-1]
            self.scripts[-1] = (attrs, before + data)
        elif "style" not in self.open:
            self.text.append(data)
            self.blocks[-1] += data

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))

    @property
    def sentences(self) -> list[str]:
        """What the page says, sentence by sentence, each once; titles, cells and captions are sentences, too."""
        blocks = (re.sub(r"\s+", " ", block).strip() for block in self.blocks)
        return list(dict.fromkeys(said for block in blocks for said in re.split(r"(?<=[.!?]) (?=[A-Z“])", block)))


@pytest.fixture(scope="module")
def built(results_dir, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "sub" / "report.html"
    return study_report(load_results(results_dir), out), Page(out.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(built):
    return built[1]


def read(folder, tmp_path):
    study_report(load_results(folder), tmp_path / "report.html")
    return Page((tmp_path / "report.html").read_text(encoding="utf-8"))


def test_the_summary_says_what_was_written(built, results_dir):
    summary, _ = built
    assert summary.size == summary.path.stat().st_size < 15_000_000
    assert summary.figures == ()
    assert summary.findings[0].startswith("In 2017–2021, of 325 pairs of countries 6 worked together more")
    assert list(summary.path.parent.iterdir()) == [summary.path]


def test_every_element_is_closed_and_ids_are_unique(page):
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"][1:] for tag, attrs in page.elements if tag == "a" and "=" not in str(attrs["href"])}
    assert targets <= set(ids)


def test_nothing_is_loaded_from_elsewhere(page):
    for tag, attrs in page.elements:
        assert "src" not in attrs, tag
        assert not str(attrs.get("href", "#")).startswith(("http", "//")), attrs
    policy = next(
        attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")


def test_simulated_data_are_called_so_in_large_letters(page, make_results, tmp_path):
    assert "Simulated data" in page.words
    assert any(attrs.get("class") == "simulated" and attrs.get("role") == "note" for _, attrs in page.elements)
    real = read(make_results(simulated=False), tmp_path)
    assert "Simulated data" not in real.words
    assert "Planted truth" not in real.words
    assert "Beside the published values" in real.words
    assert "Published values" not in page.words
    assert "the OpenAlex snapshot (CC0)" in real.words


def test_the_table_holds_every_tie_with_a_grade_and_of_the_published_rule_by_name(page, results_dir):
    results = load_results(results_dir)
    ties = pd.concat([graded_ties(results), published_ties(results)])
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a" and str(attrs["href"]).startswith("#pair=")]
    for row in ties.itertuples():
        assert f"#pair={row.src}-{row.dst}" in links
    assert "China Pakistan Knowledge exchange firm 11 10 to 11 5.3 to 21 q < 0.001 2,782 261 5 of 5 9.53" in page.words


def test_coverage_is_said_once_at_the_top(page):
    before, _, after = page.words.partition("What was found")
    assert "of which 87% name a country; 26 countries and territories." in before
    assert "of the corpus works name a country" not in after.partition("What the records cover")[0]


def test_low_coverage_is_a_warning_in_every_section(make_results, tmp_path):
    folder = make_results()
    coverage = pd.read_parquet(folder / "coverage.parquet")
    coverage["corpus_with_country"] = (coverage["corpus_works"] * 0.4).astype(int)
    coverage.to_parquet(folder / "coverage.parquet")
    words = read(folder, tmp_path).words
    assert "Read every result beside this coverage: less than half of the works can be placed." in words
    assert words.count("Only 40% of the corpus works name a country") >= 8


def test_what_was_not_computed_stands_in_one_place_with_what_computes_it(make_results, tmp_path):
    words = read(make_results(trajectories=False), tmp_path).words
    before, _, after = words.partition("Not computed in this run")
    settings = (
        "other_null_models.models=[ecm-variance-corrected]",
        "stability.restarts=50",
        "bootstrap.replicates=100",
        "sensitivity.finite=[present, linked]",
        "geography.regions=[South America]",
    )
    for setting in settings:
        assert f'--set "{setting}"' in after, setting
        load_study("gallo2026", [setting])
    assert "trajectories need both networks over at least" in after
    for instruction in ("--set", "Set ", "isthmus run"):
        assert instruction not in before.partition("Every switch of the study")[0].replace("isthmus simulate", "")


def test_what_was_computed_is_not_listed_as_missing(page):
    assert "Not computed in this run" not in page.words


def test_the_whole_study_is_on_the_page(page):
    for text in (
        "The United States and China, direction 2008–2021: not settled (label scientific divergence, P",
        "Under the variance-corrected Enhanced Configuration Model the z of collaboration changes by",
        "SC with the United States and China",
        "The published rule (mean z above 2) calls a tie by its mean z over 2017–2021",
        "p below 0.05 for this pair alone, not corrected for the number of pairs",
        "The 12 countries with the most papers",
        "Members of the EU-28",
        "Two meanings of “strength”",
        "South America collaboration 12 of 14 33 of 66 50% 50 of 500 10% 5.0",
        "year of the citing paper 320 120 90 60 50 0.80",
        "Tie by the published rule: China–United States",
    ):
        assert text in page.words, text


def test_a_study_that_is_no_comparison_says_so(make_results, tmp_path):
    folder = make_results(simulated=False, uncertainty=False)
    study = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(json.dumps(study | {"corpus": {"rule": "everything"}}))
    words = read(folder, tmp_path).words
    assert "A curiosity, not a comparison" in words
    assert "Tunisia with France, 52 of 352 is 14.77%, printed almost 15% (holds)" in words


def test_names_not_codes(page):
    assert "Namibia" in page.words
    before, _, rest = page.words.partition("Every switch of the study")  # the configuration stands there as it is
    outside_forms = re.findall(r"\b(?:CN|GB|KR|NA|XK)\b", before + rest.partition("Can the numbers be trusted?")[2])
    assert outside_forms == []


def test_method_checks_and_counts_are_in_words(page):
    for text in (
        "The Enhanced Configuration Model (Mastrandrea et al. 2014)",
        "Works whose primary topic lies in the subfield Artificial Intelligence",
        "a citation counts in the year in which the cited paper was published (“cited”)",
        "Full counting: a paper counts once for every pair of its countries",
        "14 of 14 3e−13 nothing",
        "✗ no networks edges country share warn 0.740 >= 0.8 few works of the corpus have a country",
        "works 30,000 29,950 20 30 0 0 ✓ yes",
        "from 80% in 2008 to 93% in 2021",
        "significance.min_finite_years 3",
    ):
        assert text in page.words, text


def test_planted_truth_stands_beside_what_was_found(page):
    assert "should be found: 6 of 7 (86%) were" in page.words
    assert "Of those planted at or below size, 0 of 1 (0%) were called significant" in page.words
    assert "Kenya and Namibia stronger strong" in page.words
    assert "planted strong, not found" in page.words


def test_the_data_of_the_page_are_valid_and_complete(page, results_dir):
    data = json.loads(unpacked(next(body for attrs, body in page.scripts if attrs.get("id") == "isthmus-data")))
    charts = {
        attrs["id"].removeprefix("chart-") for _, attrs in page.elements if str(attrs.get("id")).startswith("chart-")
    }
    assert charts == set(data["charts"])
    assert data["names"]["NA"] == "Namibia"
    assert data["defaultPair"] == ["US", "CN"]
    assert data["pairs"]["years"] == list(range(2008, 2022))


def test_every_control_has_a_label_and_every_table_a_caption(page):
    assert sum(tag == "table" for tag, _ in page.elements) == sum(tag == "caption" for tag, _ in page.elements)
    labels = sum(tag == "label" for tag, _ in page.elements)
    controls = sum(tag in ("select", "input") for tag, _ in page.elements)
    assert labels == controls
    assert ("html", {"lang": "en"}) in page.elements


def test_hostile_text_stays_text(make_results, tmp_path):
    folder = make_results()
    study = json.loads((folder / "study.json").read_text())
    study |= {"title": "<script>alert(1)</script> & co", "description": "</script><b>x"}
    (folder / "study.json").write_text(json.dumps(study))
    page = read(folder, tmp_path)
    assert "<script>alert(1)</script> & co" in page.words
    assert len(page.scripts) == 4
    assert page.open == []


def test_a_large_study_says_what_was_left_out(results_dir, tmp_path, monkeypatch):
    monkeypatch.setattr("isthmus.analyses.significance.section.PAIR_BYTES", 60_000)
    summary = study_report(load_results(results_dir), tmp_path / "report.html")
    words = Page(summary.path.read_text(encoding="utf-8")).words
    left_out = embed_pairs(load_results(results_dir), 60_000).left_out
    assert left_out > 0
    assert f"{left_out} linked pairs of smaller countries are left out" in words
    assert "pair_tests.parquet" in words


@pytest.mark.parametrize(
    "changes",
    [
        {"poles": ("US",)},
        {"poles": ("EU-27", "US", "CN", "IN", "BRICS")},
        {"poles": ("AQ", "CN")},
        {"years": (2021, 2021), "significance_years": (2021, 2021)},
        {"failed_years": tuple(range(2008, 2022))},
        {"sizes": {"US": 100.0, "NA": 50.0}},
        {"trajectories": False},
        {"uncertainty": False, "simulated": False},
    ],
    ids=["one pole", "blocs", "absent pole", "one year", "all failed", "two countries", "of before", "real"],
)
def test_unusual_studies_get_a_page_too(make_results, tmp_path, changes):
    page = read(make_results(**({"sizes": SIZES} | changes)), tmp_path)
    assert page.open == []
    assert "What was found" in page.words
    if "failed_years" in changes:
        assert "28 null models of 28 did not converge (2008–2021)" in page.words


def test_a_page_that_cannot_be_built_leaves_no_file(results_dir, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("stopped")

    monkeypatch.setattr("isthmus.report.page._render", fail)
    with pytest.raises(RuntimeError):
        study_report(load_results(results_dir), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_no_sentence_of_the_page_compares_without_saying_how_sure_that_is(page, results_dir, compared, unsupported):
    """Questions are answered in the next sentence; what only explains is listed, so that a new sentence is seen."""
    assert len(compared(page.sentences)) > 20, "the test would not notice anything else"
    terms = [term for own in build_sections(load_results(results_dir), SECTIONS) for term in own.glossary]
    explained = {said for term in terms for said in (term.heading, *re.split(r"(?<=[.!?]) (?=[A-Z“])", term.text))}
    open_ = [said for said in unsupported(page.sentences) if not said.endswith("?") and said not in explained]
    assert [said for said in open_ if not any(re.fullmatch(known, said) for known in EXPLAINS)] == []
    assert [known for known in EXPLAINS if not any(re.fullmatch(known, said) for said in open_)] == [], "no longer said"
