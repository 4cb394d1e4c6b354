"""The states of a page: simulated or real, with and without scores, checks that failed, results beside it or elsewhere."""

import json
import re
from html.parser import HTMLParser

import altair as alt
import pandas as pd
import pytest

from isthmus.report import Figure, Paragraph, Section, Tile, build_report, load_results
from isthmus.report import page as page_module
from isthmus.report.charts import finish, inline
from isthmus.report.papers import GALLO
from isthmus.report.scorecard import COMPARISON, CURIOSITY, Score, Scorecard

TEMPLATE = '{% import "parts.html.j2" as parts with context %}<section id="toy">{{ parts.figure("dots") }}</section>'


class Elements(HTMLParser):
    """Ids, links within the page, what is loaded from elsewhere, and names that elements refer to."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.targets, self.loaded, self.labelled = [], set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        link = found.get("href") or found.get("src") or ""
        if link.startswith("#"):
            self.targets.add(link[1:])
        elif tag in ("script", "img", "link", "iframe", "source") and link:
            self.loaded.add(link)
        self.labelled |= set((found.get("aria-labelledby") or "").split())


def dots():
    return finish(alt.Chart(inline(values=[{"a": 1}])).mark_point().encode(x="a:Q"), height=50)


@pytest.fixture
def toy(monkeypatch):
    """A section with a figure, a tile, a finding and a paragraph."""
    asset = page_module._asset
    monkeypatch.setattr(page_module, "_asset", lambda name: TEMPLATE if name == "toy/t.j2" else asset(name))

    def make(draw=dots):
        return Section(
            "toy", "A toy", "toy/t.j2", {}, (Figure("dots", "Dots", "Dots.", draw),), ("A finding.",),
            (Paragraph("Toys", "As they are."),), (Tile("7", "toys"),), (("toy", "The toy"),),
        )  # fmt: skip

    return make


@pytest.fixture
def page(plain_study, tmp_path):
    """A function that changes facts of the study and returns its page: `page(simulated=True)`."""

    def make(*sections, card=None, out=None, **facts):
        file = plain_study / "study.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | facts))
        out = out or tmp_path / "page" / "report.html"
        build_report(load_results(plain_study), sections, out, card=card)
        return out.read_text(encoding="utf-8")

    return make


def words_of(text):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_simulated_data_are_called_so_in_title_banner_and_foot(page):
    simulated = page(simulated=True)
    assert "(simulated data)</title>" in simulated
    assert 'class="simulated"' in simulated
    assert "they say nothing about the real world" in simulated
    assert "from a simulated snapshot in the format of OpenAlex" in simulated
    real = page(simulated=False)
    assert "simulated" not in re.sub(r"<style>.*?</style>", "", real, flags=re.S).lower()
    assert "from the OpenAlex snapshot (CC0)" in real


def test_a_page_loads_nothing_and_all_its_references_are_there(page, toy):
    text = page(toy(), card=card(COMPARISON))
    found = Elements(text)
    assert found.loaded <= {"data:,"}
    assert "default-src 'none'" in text
    assert len(found.ids) == len(set(found.ids))
    assert found.targets <= set(found.ids) | {"coverage-section"}
    assert found.labelled <= set(found.ids)


def test_without_javascript_the_page_says_what_is_missing(page):
    assert "<noscript>" in page()
    assert "The text and all tables below do not." in page()


def test_words_of_a_study_are_text_and_no_markup(page):
    hostile = "<img src=x onerror=alert(1)> & co"
    text = page(title=hostile, description=hostile)
    assert "<img src=x" not in text
    assert text.count("&lt;img src=x onerror=alert(1)&gt; &amp; co") >= 3


def test_a_study_without_description_has_no_empty_line(page):
    assert 'class="dek"' not in page(description="")
    assert '<p class="dek">What for.</p>' in page(description="What for.")


def test_files_beside_the_page_are_links_and_others_are_names(page, plain_study):
    beside = page(out=plain_study / "report.html")
    assert '<a href="coverage.parquet">coverage.parquet</a>' in beside
    assert "<code>coverage.parquet</code>" in page()
    assert "<code>coverage.parquet</code>" not in beside


def test_every_field_of_the_study_is_in_a_table_of_its_own(page):
    text = page(switches={"b.two": [1, 2], "a.one": None})
    assert "Every switch of the study (2)" in text
    assert text.index("<code>a.one</code></td><td>none") < text.index("<code>b.two</code></td><td>1, 2")
    assert "Every switch of the study" not in page(switches={})


def test_a_check_that_failed_is_marked_with_its_message(page, plain_study):
    text = page()
    row = re.search(r'<tr class="broken">.*?few works of the corpus have a country.*?</tr>', text, re.S)[0]
    assert '<span aria-hidden="true">✗</span> no' in row
    held = re.search(r'<tr class="held"><td><span aria-hidden="true">✓</span> yes.*?</tr>', text, re.S)[0]
    assert "few works" not in held
    gates = pd.read_parquet(plain_study / "gates.parquet")
    gates.iloc[:0].to_parquet(plain_study / "gates.parquet")
    assert "No check was recorded." in page()


def test_records_that_do_not_add_up_are_marked(page, plain_study):
    table = pd.read_parquet(plain_study / "accounting.parquet")
    assert '<tr class="broken"><td>works' not in page()
    table.loc[table["entity"] == "works", "kept"] += 1
    table.to_parquet(plain_study / "accounting.parquet")
    assert '<tr class="broken"><td>works' in page()
    table.iloc[:0].to_parquet(plain_study / "accounting.parquet")
    assert "Nothing was counted." in page()


def card(kind):
    scores = (
        Score("X-1", "mean_z", "US & China", "2017–2021", "2.1", "2.3", 2.3, "M", "within two", "inside", "by mean"),
        Score("X-2", "label", "pair", "2000", "SD", "SC", "SC", "S", "the same", "outside", "by label"),
        Score("X-3", "cities", "Beijing", "2019", "8", "", None, "S", "the same", "cannot be compared", "no cities"),
    )
    return Scorecard(kind, GALLO, scores, ())


def test_a_study_of_a_paper_stands_beside_its_published_values(page):
    text = page(card=card(COMPARISON))
    assert "Beside the published values" in text
    assert '<a href="#scorecard">Published values</a>' in text
    words = words_of(text)
    assert "mean z US &amp; China 2017–2021 2.1 2.3 M ✓ inside – by mean" in words
    assert "label pair 2000 SD SC S ✗ outside – by label" in words
    assert "cities Beijing 2019 8 – S · cannot be compared – no cities" in words


def test_another_study_is_compared_out_of_curiosity_only(page):
    text = page(card=card(CURIOSITY))
    assert "A curiosity, not a comparison" in text
    assert "Beside the published values" not in text


def test_without_scores_there_is_no_scorecard(page):
    assert 'id="scorecard"' not in page()
    assert "Published values" not in page()


def test_a_chart_that_cannot_be_drawn_leaves_the_earlier_page(page, toy, tmp_path):
    before = page(toy())

    def fails():
        raise RuntimeError("no such column")

    with pytest.raises(RuntimeError, match="no such column"):
        page(toy(fails))
    folder = tmp_path / "page"
    assert (folder / "report.html").read_text(encoding="utf-8") == before
    assert [file.name for file in folder.iterdir()] == ["report.html"]


def test_the_same_study_makes_the_same_page(page, toy):
    assert page(toy()) == page(toy())
