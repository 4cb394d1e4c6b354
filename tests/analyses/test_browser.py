"""The page in a real browser: charts drawn, picker, search, map; no error, nothing loaded, nothing cut off on a phone."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from isthmus.analyses.networks.charts import volume_frame
from isthmus.analyses.sections import study_report
from isthmus.analyses.significance import maps
from isthmus.analyses.significance import section as significance_section
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.ties import graded_ties, tie_statement
from isthmus.analyses.trajectories.vectorcharts import vector_rows
from isthmus.geography import find_country
from isthmus.report import load_results
from isthmus.report.statement import factor

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright (extra `test`) is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as engine:
        started = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(results_dir, tmp_path_factory) -> Path:
    return study_report(load_results(results_dir), tmp_path_factory.mktemp("browser") / "report.html").path


@pytest.fixture
def visit(browser, report):
    """Open the page; afterwards check that it complained about nothing and asked for nothing but itself."""
    contexts, complaints, requests = [], [], []

    def open_page(width: int = 1280, height: int = 900, anchor: str = "", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(report.as_uri() + anchor)
        page.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url.split("#")[0] for url in requests} == {report.as_uri()}


def test_every_chart_is_drawn(visit):
    page = visit()
    charts = page.locator(".chart")
    assert charts.count() == 40
    folded = page.locator("details:not([open]) .chart")
    assert folded.count() == 6, "the centroids, and the maps of the published rule"
    assert not any(chart.get_attribute("data-drawn") for chart in folded.all())
    for words in ("The centroids", "Maps of what it calls"):
        page.locator("summary", has_text=words).click()
    page.wait_for_function("document.querySelectorAll('.chart:not([data-drawn])').length === 0")
    for at in range(charts.count()):
        chart = charts.nth(at)
        assert chart.get_attribute("data-drawn") == "true", chart.get_attribute("id")
        assert chart.locator("svg path").count() > 3, chart.get_attribute("id")
        assert chart.get_attribute("aria-label"), chart.get_attribute("id")
    assert page.locator("#chart-pair-z svg .mark-symbol path").count() == 28 + 2  # and two in the legend


def test_an_address_unfolds_what_it_leads_to(visit):
    page = visit(anchor="#chart-centroid-0")
    page.wait_for_selector("#chart-centroid-0[data-drawn=true]")
    assert page.locator("#chart-centroid-0 svg").is_visible()


def test_small_multiples_fit_the_width_and_have_a_panel_for_each_country(visit, results_dir):
    panels = vector_rows(load_results(results_dir), "US")["panel"]
    for width, fewest in ((1280, 5), (390, 2)):
        chart = visit(width=width).locator("#chart-vectors_US")
        written = {" ".join(text.split()) for text in chart.locator("svg text").all_text_contents()}
        assert {" ".join(panel.split()) for panel in panels} <= written, "all names"
        tops = [round(cell.bounding_box()["y"]) for cell in chart.locator("svg .cell > g > path.background").all()]
        assert len(tops) == len(panels)
        assert tops.count(tops[0]) >= fewest
        assert chart.locator("svg").bounding_box()["width"] <= chart.bounding_box()["width"] + 1


def test_a_reader_picks_a_pair(visit, results_dir):
    page = visit()
    page.select_option("#pair-first", label="Namibia")
    page.select_option("#pair-second", label="Kenya")
    page.wait_for_selector("#pair[data-shown='KE|NA']")
    said = tie_statement(load_results(results_dir), "collaboration", "KE", "NA").sentence
    assert (
        page.locator("#pair-summary").inner_text().startswith(f"Namibia and Kenya. Collaboration, 2017–2021: {said}.")
    )
    assert page.url.endswith("#pair=NA-KE")
    ties = (
        load_results(results_dir)
        .table(PAIR_TESTS)
        .query("src == 'KE' and dst == 'NA' and network == 'knowledge_exchange'")
    )
    row = ties[ties["year"] == 2021].iloc[0]
    page.locator("#pair-numbers summary").click()
    line = page.locator("#pair-table tbody tr", has_text="2021").filter(has_text="Knowledge exchange")
    cells = line.locator("td").all_inner_texts()
    assert cells[2] == str(row["weight"])
    assert cells[4] == factor(row["weight"] / row["expected"])
    assert cells[5].count(" to ") == 1 or cells[5].startswith("at most ")
    assert float(cells[6].replace("−", "-")) == pytest.approx(row["z"], abs=0.0051)
    assert cells[9] == "93%"
    rows = page.locator("#chart-pair-plane svg .mark-symbol path")
    assert rows.count() >= 2 * 14, "each year alone, and smoothed"
    assert "Direction from 2008 to 2021: not settled (" in page.locator("#pair-summary").inner_text()
    page.click("#pair-swap")
    assert page.locator("#pair-summary").inner_text().startswith("Kenya and Namibia")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("prc", "China"),
        ("U.S.A.", "United States"),
        ("NAM", "Namibia"),
        ("isra", "Israel"),
        ("KOREA, south", "South Korea"),
    ],
)
def test_a_country_is_known_by_its_code_name_and_aliases(visit, results_dir, written, name):
    page = visit()
    assert page.locator("#country").get_attribute("data-shown") == "US", "the first pole stands there at first"
    page.fill("#country-name", written)
    page.keyboard.press("Tab")
    code = find_country(name).code
    assert page.locator("#country").get_attribute("data-shown") == code
    assert page.url.endswith(f"#country={code}")
    ties = graded_ties(load_results(results_dir))
    own = ties[((ties["src"] == code) | (ties["dst"] == code)) & ties["grade"].isin(["firm", "probable"])]
    assert page.locator("#country-table tbody tr").count() == len(own)
    summary = page.locator("#country-summary").inner_text()
    assert summary.startswith(f"{name}. Collaboration: " if len(own) else f"{name}: no tie has a grade")
    firm = own[(own["grade"] == "firm") & (own["network"] == "collaboration") & (own["direction"] == "stronger")]
    if len(own):
        assert f"Collaboration: {len(firm)} firm above size" in summary


def test_a_country_of_the_address_is_shown_and_leads_to_the_map_and_to_pairs(visit):
    page = visit(anchor="#country=china")
    assert page.locator("#country").get_attribute("data-shown") == "CN"
    assert page.input_value("#country-name") == "China"
    assert abs(page.evaluate("document.getElementById('country').getBoundingClientRect().top")) < 40
    page.locator("#country-table tbody tr a").first.click()
    page.wait_for_function("document.getElementById('pair').dataset.shown.includes('CN')")
    page.click("#country-map")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('of China')")
    page.fill("#country-name", "nowhere")
    page.keyboard.press("Tab")
    assert page.locator("#country-status").inner_text() == "No country of this study is called “nowhere”."


def test_the_map_has_an_address_for_what_it_shows(visit):
    page = visit(anchor="#map=knowledge_exchange,CN,probable,weaker")
    assert page.locator("#map-status").inner_text().startswith("Shown: 1 tie of China in knowledge exchange (below")
    page.select_option("#map-side", label="above size")
    assert page.url.endswith("#map=knowledge_exchange,CN,probable,stronger")


def test_the_number_of_ties_on_the_map_is_chosen(browser, results_dir, tmp_path, monkeypatch):
    for module in (maps, significance_section):
        monkeypatch.setattr(module, "FIRST_TIES", 3)
    page = browser.new_page()
    page.goto(study_report(load_results(results_dir), tmp_path / "report.html").path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    lines = page.locator("#chart-map svg g[aria-roledescription='geoshape'], #chart-map svg g.mark-shape").last
    assert lines.locator("path").count() == 3
    assert "Shown: 3 ties, the most certain of 6, in collaboration" in page.locator("#map-status").inner_text()
    page.locator("#map-most").fill("5")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('Shown: 5 ties')")
    assert lines.locator("path").count() == 5
    assert page.locator("#map-most-said").inner_text() == "5"
    page.select_option("#map-focus", label="China")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('of China')")
    assert page.locator("#map-most").is_disabled(), "all ties of one country are shown"
    page.close()


def test_each_chart_gives_its_data_an_address_and_a_citation(visit, results_dir):
    page = visit(anchor="#chart-papers")
    assert abs(page.evaluate("document.getElementById('chart-papers').getBoundingClientRect().top")) < 40
    figure = page.locator("figure", has=page.locator("#chart-papers"))
    with page.expect_download() as waiting:
        figure.get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == "papers.csv"
    table = pd.read_csv(waiting.value.path())
    shown = volume_frame(load_results(results_dir)).set_index(["who", "year"])["papers"]
    assert set(table["papers"]) <= set(shown)
    assert set(table["year"]) == set(shown.index.get_level_values("year"))
    figure.get_by_role("button", name="Cite").click()
    assert "snapshot 2026" in figure.locator(".cite").inner_text()
    assert figure.locator(".cite").inner_text().endswith("(simulated data); figure papers.")
    with page.expect_download() as waiting:
        figure.get_by_role("button", name="SVG").click()
    assert Path(waiting.value.path()).read_text().startswith("<svg")
    for chart in page.locator(".chart[data-drawn]").all():
        assert chart.get_attribute("data-tools") == "true"


def test_the_data_of_the_map_are_ties_and_those_of_a_pair_its_years(visit):
    page = visit()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV: map", exact=True).click()
    ties = pd.read_csv(waiting.value.path())
    assert {"src", "dst", "network"} <= set(ties.columns)
    assert "US" in set(ties["src"]) | set(ties["dst"])
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV: pair times").click()
    years = pd.read_csv(waiting.value.path())
    assert years["year"].nunique() == 14
    assert {"network", "weight", "expected", "times"} <= set(years.columns)


def test_a_term_is_explained_where_it_first_stands(visit):
    page = visit()
    terms = page.locator("#poles abbr")
    assert terms.count() >= 1
    meanings = dict(
        zip(
            [text.lower() for text in page.locator("#glossary dt").all_inner_texts()],
            page.locator("#glossary dd").all_inner_texts(),
            strict=True,
        )
    )
    for section in page.locator("main > section").all():
        found = [text.lower() for text in section.locator("abbr").all_text_contents()]
        assert len(found) == len(set(found)), "once in a section"
        for term in section.locator("abbr").all():
            assert term.get_attribute("title") == meanings[term.text_content().lower()]
    assert {"scientific convergence", "knowledge exchange", "times what size explains"} <= set(meanings)


def test_the_same_country_twice_and_an_address_with_a_pair(visit):
    page = visit(anchor="#pair=IL-US")
    assert page.locator("#pair-summary").inner_text().startswith("Israel and United States")
    page.select_option("#pair-first", label="United States")
    page.wait_for_function("document.getElementById('pair-body').hidden")
    assert page.locator("#pair-summary").inner_text() == "Choose two different countries."


def test_a_pair_without_a_trajectory_has_no_label(visit):
    page = visit(anchor="#pair=US-XK")
    assert page.locator("#pair-summary").inner_text().startswith("United States and Kosovo")
    assert "Direction from" not in page.locator("#pair-summary").inner_text()
    assert page.locator("#chart-pair-plane svg .mark-symbol path").count() >= 12


def test_the_scorecard_is_filtered_by_verdict(browser, make_results, tmp_path):
    folder = make_results(simulated=False, uncertainty=False)
    page = browser.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(study_report(load_results(folder), tmp_path / "report.html").path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    rows = page.locator("#score-table tbody tr:visible")
    assert rows.count() == 71  # parameters of the method stand apart
    page.select_option("#score-verdict", label="outside")
    shown = rows.count()
    assert 0 < shown < 71
    assert set(page.locator("#score-table tbody tr:visible td.verdict").all_inner_texts()) == {"✗ outside"}
    assert page.locator("#score-status").inner_text() == f"{shown} of 71 shown"
    page.get_by_role("button", name="Class").click()
    assert page.locator("#score-table th[aria-sort]").inner_text().startswith("Class")
    page.close()
    assert complaints == []


def test_ties_are_searched_and_sorted(visit):
    page = visit()
    rows = page.locator("#ties-table tbody tr:visible")
    assert rows.count() == 13
    page.fill("#ties-search", "hong")
    assert rows.count() == 2
    assert page.locator("#ties-status").inner_text() == "2 shown of 2 that match (59 in all)"
    page.fill("#ties-search", "")
    page.select_option("#ties-network", label="Collaboration")
    assert rows.count() == 6
    page.select_option("#ties-called", "published")
    assert rows.count() == 6
    assert page.locator("#ties-side").is_disabled()
    page.select_option("#ties-called", "probable")
    page.select_option("#ties-side", label="below size")
    assert rows.count() == 4
    assert set(page.locator("#ties-table tbody tr:visible td.grade").all_inner_texts()) == {"probable"}
    page.select_option("#ties-side", label="both")
    page.select_option("#ties-called", "firm")
    page.get_by_role("button", name="Observed").click()
    shown = [
        int(text.replace(",", ""))
        for text in page.locator("#ties-table tbody tr:visible td:nth-child(9)").all_inner_texts()
    ]
    assert shown == sorted(shown, reverse=True)
    assert page.locator("#ties-table th[aria-sort]").inner_text().startswith("Observed")
    page.locator("#ties-table tbody tr:visible a").first.click()
    page.wait_for_function("document.getElementById('pair').dataset.shown !== 'CN|US'")


def test_the_map_shows_the_chosen_network_and_country(visit):
    page = visit()
    lines = page.locator("#chart-map svg g[aria-roledescription='geoshape'], #chart-map svg g.mark-shape").last
    assert lines.locator("path").count() == 6
    for line in lines.locator("path").all():
        step = line.get_attribute("aria-label").partition("Times from size, at least: ")[2].partition(";")[0]
        assert line.get_attribute("stroke-width") == {"up to 3": "1.2", "3 to 10": "2.8", "more than 10": "4.8"}[step]
    page.check("input[name=map-network][value=knowledge_exchange]")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('knowledge')")
    page.select_option("#map-focus", label="China")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('of China')")
    assert (
        page.locator("#map-status").inner_text() == "Shown: 3 ties of China in knowledge exchange (above size, firm)."
    )
    assert lines.locator("path").count() == 3
    page.select_option("#map-called", "probable")
    page.select_option("#map-side", label="below size")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('below size, firm and')")
    assert page.locator("#map-status").inner_text().startswith("Shown: 1 tie of China in knowledge exchange")
    dashed = page.locator("#chart-map svg path[stroke-dasharray='6,5']")
    assert dashed.count() == 1
    page.select_option("#map-called", "published")
    page.wait_for_function("document.getElementById('map-status').textContent.includes('by the published rule')")
    assert page.locator("#map-status").inner_text().startswith("Shown: 3 ties of China")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_sideways_scrolling(visit, scheme):
    page = visit(width=390, height=844, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    wide = page.evaluate(
        "[...document.querySelectorAll('main .chart:not(.map):not(.matrix) svg')].filter(s => s.getBoundingClientRect().right > 391).length"
    )
    assert wide == 0
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 253, 249)", "dark": "rgb(21, 23, 26)"}[scheme]
    stroke = page.evaluate("getComputedStyle(document.querySelector('#chart-coverage .mark-line path')).stroke")
    assert stroke == {"light": "rgb(0, 104, 165)", "dark": "rgb(95, 180, 236)"}[scheme]


def test_charts_follow_the_width_of_the_window(visit):
    page = visit()
    before = page.locator("#chart-coverage svg").bounding_box()["width"]
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("document.querySelector('#chart-coverage svg').getBoundingClientRect().width < 690")
    assert before > 900


def test_it_works_by_keyboard(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.focus("#ties-table th button")
    page.keyboard.press("Enter")
    assert page.locator("#ties-table th[aria-sort='ascending']").count() == 1


def test_without_scripts_text_and_tables_remain(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("#ties-table tbody tr").count() == 59
    assert page.locator(".findings li").count() >= 7
    context.close()


def test_print_shows_what_the_reader_has_chosen_without_controls(visit):
    page = visit()
    page.fill("#ties-search", "hong")
    page.locator("#checks").wait_for()
    page.locator("#pair-numbers summary").click()
    page.pdf()
    page.emulate_media(media="print")
    assert page.locator(".findings li").first.is_visible(), "folded on the screen"
    page.set_viewport_size({"width": 794, "height": 1123})  # A4
    page.wait_for_timeout(400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 794, "nothing is cut off on paper"
    assert not page.locator("#ties-search").is_visible()
    assert not page.locator("nav.contents").is_visible()
    assert page.locator("#ties-table tbody tr:visible").count() == 2
    assert page.locator("#pair-table").is_visible()
    assert not page.locator("#ties-table td:last-child").first.is_visible()
