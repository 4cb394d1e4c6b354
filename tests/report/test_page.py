"""The page with sections made up here: the kit knows no analysis."""

import json
import re
from functools import partial

import altair as alt
import pytest
from markupsafe import Markup

from isthmus.errors import ConfigError
from isthmus.report import Figure, Paragraph, Section, Tile, build_report, build_sections, load_results
from isthmus.report import page as page_module
from isthmus.report.charts import finish, inline
from isthmus.report.packed import unpacked
from isthmus.report.section import Headline, figure_name

TOY = """{% import "parts.html.j2" as parts with context %}
<section id="toy-section"><h2>{{ title }}</h2>{{ parts.figure("dots", "longnames", heading="Dots") }}
<p>{{ parts.coded(hint) }}</p>{{ parts.chart("live") if "live" in charts }}{{ parts.coverage() }}</section>"""


def dots(height=50):
    return finish(alt.Chart(inline(values=[{"a": 1}])).mark_point().encode(x="a:Q"), height=height, description="dots")


@pytest.fixture
def toy(monkeypatch):
    """A function that makes a section: `toy(findings=("x",))`."""
    asset = page_module._asset
    own = {"toy/section.html.j2": TOY, "toy/section.js": "hooks.start.push(() => undefined); // of the toy"}
    monkeypatch.setattr(page_module, "_asset", lambda name: own[name] if name in own else asset(name))

    def make(**changes):
        fields = {
            "id": "toy",
            "title": "A toy",
            "template": "toy/section.html.j2",
            "values": {"title": "A toy & co", "hint": "Set `toy.on` to see it."},
            "figures": (Figure("dots", "Dots of the toy", "One dot with `code`.", dots),),
        }
        return Section(**(fields | changes))

    return make


@pytest.fixture
def render(plain_study, tmp_path):
    def build(*sections, **options):
        summary = build_report(load_results(plain_study), sections, tmp_path / "page" / "report.html", **options)
        return summary, summary.path.read_text(encoding="utf-8")

    return build


def data_of(text):
    return json.loads(unpacked(re.search(r'id="isthmus-data">(.*?)</script>', text, re.S)[1]))


def test_a_page_without_sections_still_has_checks_and_records(render):
    summary, text = render()
    assert "Can the numbers be trusted?" in text
    assert "few works of the corpus have a country" in text
    assert "29,950" in text
    assert summary.findings == ("1 quality check of 2 did not hold; see “Quality checks”.",)
    data = data_of(text)
    cited = data.pop("citation")
    assert cited.startswith("“Polarization and integration in a tiny world”, report made with Isthmus ")
    assert cited.endswith(", snapshot 2026-01-15")
    assert data == {"charts": {}, "shared": []}


def test_a_section_brings_its_template_figure_and_caption(render, toy):
    _, text = render(toy())
    assert "<h2>A toy &amp; co</h2>" in text
    assert '<figure><h3>Dots</h3><div class="chart longnames" id="chart-dots"></div>' in re.sub(r">\s+<", "><", text)
    assert "One dot with <code>code</code>." in text
    assert "Set <code>toy.on</code> to see it." in text
    assert list(data_of(text)["charts"]) == ["dots"]


def test_only_charts_that_a_template_places_are_drawn(render, toy):
    def refuse():
        raise AssertionError("drawn although no template places it")

    hidden = Figure("hidden", "Only a file", "", refuse)
    _, text = render(toy(figures=(Figure("dots", "Dots", "", dots), hidden), charts={"live": partial(dots, 20)}))
    assert set(data_of(text)["charts"]) == {"dots", "live"}
    assert data_of(text)["charts"]["live"]["height"] == 20


def test_tiles_findings_method_and_contents_follow_the_sections_order(render, toy):
    one = toy(
        tiles=(Tile("7", "toys"),),
        findings=("First finding.", ""),
        method=(Paragraph("Toys", "How toys are counted."),),
        contents=(("toy-section", "The toy"),),
    )
    two = toy(id="other", figures=(), findings=("Second finding.",))
    summary, text = render(one, two)
    assert summary.findings[:2] == ("First finding.", "Second finding.")
    assert text.index("First finding.") < text.index("Second finding.") < text.index("1 quality check of 2")
    assert re.search(r"<dt>toys</dt>\s*<dd>7</dd>", text)
    assert re.search(r"<dt>Toys</dt>\s*<dd>How toys are counted.</dd>", text)
    assert '<a href="#toy-section">The toy</a>' in text


def test_a_section_s_script_stands_between_the_kit_s_and_the_start(render, toy):
    _, text = render(toy(script="toy/section.js", data={"toys": [1, 2]}))
    assert text.index("const hooks") < text.index("// of the toy") < text.index("setUpScores();")
    assert data_of(text)["toys"] == [1, 2]


def test_two_figures_of_one_name_are_refused(render, toy):
    with pytest.raises(ConfigError, match="section 'second' draws 'dots', which the page draws already"):
        render(toy(), toy(id="second"))
    with pytest.raises(ConfigError, match="'dots'"):
        render(toy(charts={"dots": dots}))


def test_figures_are_written_and_linked_when_asked_for(render, toy):
    summary, text = render(toy(), figures=True)
    assert sorted(file.name for file in summary.figures) == ["dots.png", "dots.svg"]
    assert 'href="figures/dots.png"' in text
    _, again = render(toy())
    assert 'href="figures/dots.png"' in again, "they still lie beside the page"
    summary.figures[0].unlink()
    _, without = render(toy())
    assert "figures/dots" not in without


def test_text_of_a_section_is_escaped_and_data_cannot_end_the_script(render, toy):
    hostile = "</script><script>alert(1)</script>"
    _, text = render(toy(findings=(hostile,), values={"title": hostile, "hint": hostile}, data={"x": hostile}))
    assert "<script>alert(1)" not in text
    assert data_of(text)["x"] == hostile


def test_a_template_that_is_not_there_is_named(render, toy):
    with pytest.raises(Exception, match=r"isthmus\.report/nothing\.j2"):
        render(toy(template="isthmus.report/nothing.j2"))


def test_sections_that_a_study_does_not_have_are_left_out(plain_study, toy):
    results = load_results(plain_study)
    built = build_sections(results, (lambda _: None, lambda _: toy(), lambda _: None))
    assert [section.id for section in built] == ["toy"]


def test_names_of_figures_are_names_of_elements_and_files():
    assert figure_name("partners", "EU-27", "collaboration") == "partners_EU-27_collaboration"
    assert figure_name("vectors", "My bloc / 2") == "vectors_My-bloc-2"


def test_the_first_screen_has_at_most_three_answers(render, toy):
    answers = [
        Headline(f"Question {each}?", "Answer & <b>.", Markup("<svg><title>t</title></svg>"), "What", "toy-section")
        for each in range(4)
    ]
    _, text = render(toy(headlines=tuple(answers)))
    assert [f"Question {each}?" in text for each in range(4)] == [True, True, True, False]
    assert "Answer &amp; &lt;b&gt;." in text
    assert "<svg><title>t</title></svg>" in text
    assert text.index("Question 0?") < text.index('<dl class="tiles">')
    _, without = render(toy())
    assert '<div class="headlines">' not in without
