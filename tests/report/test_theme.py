import pytest

from isthmus.report.theme import DARK, LIGHT, colour, css_variables, pole_colour, resolve


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_paper(palette):
    for token in ("ink", "soft", "accent", "warn", "good"):
        for ground in ("paper", "panel"):
            assert contrast(palette[token], palette[ground]) >= 4.5, (token, ground)
    for token in ("pole-1", "pole-2", "pole-3", "pole-4"):
        assert contrast(palette[token], palette["paper"]) >= 3, token
    assert set(LIGHT) == set(DARK)


def test_a_specification_is_resolved_to_fixed_colours():
    spec = {"mark": {"color": colour("pole-1")}, "layer": [{"fill": colour("paper")}]}
    assert resolve(spec, DARK) == {"mark": {"color": DARK["pole-1"]}, "layer": [{"fill": DARK["paper"]}]}
    with pytest.raises(KeyError, match="valid: paper"):
        colour("no such colour")


def test_poles_beyond_the_fourth_share_the_neutral_colour():
    assert [pole_colour(at) for at in (0, 3, 4, 9)] == [
        colour("pole-1"),
        colour("pole-4"),
        colour("other"),
        colour("other"),
    ]


def test_a_palette_is_written_as_css():
    assert css_variables({"ink": "#000", "paper": "#fff"}) == "--ink: #000; --paper: #fff;"
