"""The page of a study of cities in a real browser: charts of several panels have a width, on a desktop and on a phone."""

import shutil

import pytest

from isthmus.analyses.sections import study_report
from isthmus.report import load_results

pytestmark = pytest.mark.slow

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


@pytest.fixture
def look(publish, tmp_path):
    """Return, at a width of the window, the width of the page, and of the drawing and the frame of every chart."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright (extra `test`) is not installed")
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    page_file = study_report(load_results(publish()), tmp_path / "report.html").path

    def measure(width):
        with playwright.sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(page_file.as_uri())
            page.wait_for_selector("html[data-ready]", timeout=60_000)
            charts = page.evaluate(
                "Object.fromEntries([...document.querySelectorAll('.chart')].map((chart) => [chart.id, "
                "[chart.querySelector('svg').getBoundingClientRect().width, chart.clientWidth]]))"
            )
            whole = page.evaluate("document.documentElement.scrollWidth")
            browser.close()
        return whole, charts

    return measure


@pytest.mark.parametrize("width", [1280, 390])
def test_every_chart_has_a_width_and_none_is_wider_than_the_page(look, width):
    whole, charts = look(width)
    assert whole <= width
    assert "chart-city_venues" in charts
    for name, (drawn, frame) in charts.items():
        assert 150 < drawn <= frame + 1, name
