import altair as alt
import pytest

from isthmus.report import Figure, show, write_figures
from isthmus.report.charts import finish, inline
from isthmus.report.theme import LIGHT, colour


def chart():
    data = inline(values=[{"a": 1, "b": 2}])
    point = alt.Chart(data).mark_point(color=colour("pole-2")).encode(x="a:Q", y="b:Q")
    return finish(point, width=80, height=60, above="what the axis counts")


def figure(name, heading="A heading"):
    return Figure(name, heading, "a caption", chart)


def test_a_figure_is_written_twice_with_its_heading_and_fixed_colours(tmp_path):
    files = write_figures([figure("one")], tmp_path / "new", simulated=False)
    assert [file.name for file in files] == ["one.svg", "one.png"]
    svg = files[0].read_text(encoding="utf-8")
    assert "A heading" in svg
    assert "what the axis counts" in svg
    assert LIGHT["pole-2"] in svg
    assert "var(--" not in svg
    assert "SIMULATED" not in svg
    assert files[1].read_bytes().startswith(b"\x89PNG")


def test_simulated_data_are_called_so_in_every_figure(tmp_path):
    files = write_figures([figure("one")], tmp_path, simulated=True)
    assert "SIMULATED DATA" in files[0].read_text(encoding="utf-8")


def test_figures_that_an_earlier_run_wrote_are_removed_and_others_stay(tmp_path):
    write_figures([figure("one"), figure("two")], tmp_path, simulated=False)
    (tmp_path / "mine.png").touch()
    write_figures([figure("two"), figure("three")], tmp_path, simulated=False)
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"two.svg", "two.png", "three.svg", "three.png", "mine.png", "figures.txt"}
    write_figures([], tmp_path, simulated=False)
    assert {file.name for file in tmp_path.iterdir()} == {"mine.png", "figures.txt"}


def test_a_notebook_shows_a_chart_as_svg():
    picture = show(chart())
    assert picture._repr_svg_().startswith("<svg")
    with pytest.raises(AttributeError):
        show("no chart")
