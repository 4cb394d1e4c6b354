"""`load_study`: files over files, settings over files, errors that name the field and the nearest word."""

import re

import pytest

from isthmus.config import available_studies, load_study
from isthmus.config.load import OLD_FIELDS
from isthmus.errors import ConfigError


@pytest.fixture
def write(tmp_path):
    """Write a study file and return its path."""

    def file(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return file


MINIMAL = "study: mine\ntitle: Mine\n"


class TestFiles:
    """What a file may say."""

    @pytest.mark.parametrize("name", sorted(available_studies()))
    def test_every_study_that_comes_along_is_valid(self, name):
        study = load_study(name)
        assert study.study == name
        assert study.title
        assert study.description

    def test_the_polarization_study_is_among_them(self):
        assert {"gallo2026", "demonstration", "everything"} <= set(available_studies())

    def test_the_polarization_study_has_the_papers_years(self):
        study = load_study("gallo2026")
        assert study.years.corpus == (1990, 2021)
        assert study.years.citing_until == 2023
        assert study.geography.poles == ("US", "CN")
        assert study.significance.threshold == 2.0

    def test_a_file_of_ones_own(self, write):
        assert load_study(write("mine.yaml", MINIMAL)).title == "Mine"
        assert load_study(str(write("mine.yml", MINIMAL))).title == "Mine"

    def test_norway_is_no_truth_value(self, write):
        study = load_study(write("mine.yaml", MINIMAL + "geography: {poles: [NO, NA], blocs: {N: [NO, SE]}}\n"))
        assert study.geography.poles == ("NO", "NA")
        assert study.geography.blocs == {"N": ("NO", "SE")}

    @pytest.mark.parametrize(("word", "value"), [("true", True), ("yes", True), ("off", False), ("False", False)])
    def test_a_switch_takes_the_usual_words(self, write, word, value):
        study = load_study(write("mine.yaml", MINIMAL + f"corpus: {{include_xpac: {word}}}\n"))
        assert study.corpus.include_xpac is value

    def test_a_file_that_is_no_yaml(self, write):
        with pytest.raises(ConfigError, match=r"mine\.yaml is not valid YAML"):
            load_study(write("mine.yaml", "study: [\n"))

    @pytest.mark.parametrize(("text", "kind"), [("", "NoneType"), ("- 1\n", "list"), ("word\n", "str")])
    def test_a_file_that_holds_no_fields(self, write, text, kind):
        with pytest.raises(ConfigError, match=rf"mine\.yaml holds {kind}, expected fields such as `study:`"):
            load_study(write("mine.yaml", text))

    def test_a_file_that_is_not_there(self):
        with pytest.raises(ConfigError, match=r"study file 'no/such\.yaml' does not exist"):
            load_study("no/such.yaml")

    def test_a_name_that_is_nearly_a_study(self):
        with pytest.raises(ConfigError, match=r"there is no study 'galo2026' .*did you mean 'gallo2026'\?"):
            load_study("galo2026")

    def test_a_name_far_from_every_study_lists_them(self):
        with pytest.raises(
            ConfigError,
            match="valid: alshebli2022_beijing, alshebli2024_uschina, demonstration, digitalscience2025, everything,",
        ):
            load_study("xyz")


class TestExtends:
    """One file laid over another."""

    def test_section_by_section_the_last_one_wins(self, write):
        file = write(
            "mine.yaml", "extends: gallo2026\nstudy: mine\ncorpus: {rule: ai_any}\nsignificance: {samples: 500}\n"
        )
        study, base = load_study(file), load_study("gallo2026")
        assert study.corpus.rule == "ai_any"
        assert study.corpus.types == base.corpus.types
        assert study.significance.samples == 500
        assert study.significance.finite == base.significance.finite
        assert study.title == base.title

    def test_lists_are_replaced_and_not_joined(self, write):
        file = write("mine.yaml", "extends: gallo2026\nstudy: mine\ngeography: {poles: [DE]}\n")
        assert load_study(file).geography.poles == ("DE",)

    def test_null_takes_a_restriction_away(self, write):
        file = write("mine.yaml", "extends: gallo2026\nstudy: mine\ncorpus: {types: null}\n")
        assert load_study(file).corpus.types is None

    def test_a_chain_of_files_beside_each_other(self, write):
        write("base.yaml", MINIMAL + "seed: 1\n")
        write("middle.yaml", "extends: base.yaml\nseed: 2\ntitle: Middle\n")
        study = load_study(write("top.yaml", "extends: middle.yaml\nseed: 3\n"))
        assert (study.study, study.title, study.seed) == ("mine", "Middle", 3)

    def test_a_file_in_another_folder(self, write):
        write("shared/base.yaml", MINIMAL + "seed: 7\n")
        assert load_study(write("own/top.yaml", "extends: ../shared/base.yaml\n")).seed == 7

    @pytest.mark.parametrize("path", ["second.yaml", "../circle/second.yaml"])
    def test_a_circle_is_named(self, write, path):
        first = write("circle/first.yaml", f"extends: {path}\n")
        write("circle/second.yaml", "extends: ../circle/first.yaml\n")
        with pytest.raises(ConfigError, match=r"runs in a circle: first\.yaml -> second\.yaml -> first\.yaml"):
            load_study(first)

    def test_a_base_that_is_not_there(self, write):
        with pytest.raises(ConfigError, match=r"there is no study 'galo2026' .*did you mean 'gallo2026'"):
            load_study(write("mine.yaml", "extends: galo2026\n"))


class TestSettings:
    """`section.field=value` of the command line."""

    def test_settings_win_over_the_file(self):
        study = load_study("gallo2026", ["corpus.rule=ai_any", "seed=5", "years.analysis=[2005, 2021]"])
        assert (study.corpus.rule, study.seed, study.years.analysis) == ("ai_any", 5, (2005, 2021))

    def test_the_last_setting_wins(self):
        assert load_study("gallo2026", ["seed=5", "seed=6"]).seed == 6

    @pytest.mark.parametrize(
        ("setting", "read"),
        [
            ("corpus.types=null", lambda s: s.corpus.types is None),
            ("geography.poles=[NO, US]", lambda s: s.geography.poles == ("NO", "US")),
            ("geography.blocs.N=[NO, SE]", lambda s: s.geography.blocs == {"N": ("NO", "SE")}),
            ("description=a=b", lambda s: s.description == "a=b"),
            ("corpus.include_xpac=yes", lambda s: s.corpus.include_xpac is True),
            (" corpus.min_score =0.3", lambda s: s.corpus.min_score == 0.3),
        ],
    )
    def test_values_are_yaml(self, setting, read):
        assert read(load_study("gallo2026", [setting]))

    def test_a_section_that_the_file_leaves_out(self, write):
        file = write("mine.yaml", MINIMAL)
        assert load_study(file, ["significance.samples=500"]).significance.samples == 500

    def test_settings_of_one_load_do_not_reach_the_next(self):
        load_study("gallo2026", ["corpus.rule=ai_any"])
        assert load_study("gallo2026").corpus.rule == "ai_primary"

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("corpus.rule", "setting 'corpus.rule' has no `=`; write it as section.field=value"),
            ("seed.more=1", "setting 'seed.more=1': seed is a value, not a section"),
            ("years.corpus=[1990", r"setting 'years.corpus=\[1990' is not valid YAML"),
        ],
    )
    def test_a_setting_that_cannot_be_read(self, setting, message):
        with pytest.raises(ConfigError, match=message):
            load_study("gallo2026", [setting])


class TestMessages:
    """Errors name the field, what was given and the nearest valid word."""

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("corpus.rule=ai_primry", "corpus.rule: 'ai_primry' is not accepted; did you mean 'ai_primary'?"),
            ("networks.citation_year=citng", "networks.citation_year: 'citng' is not accepted; did you mean 'citing'?"),
            (
                "networks.citation_years=[cited_years]",
                "networks.citation_years.0: 'cited_years' is not accepted; did you mean",
            ),
            ("significance.null_model=ECM", "significance.null_model: 'ECM' is not accepted; did you mean 'ecm'?"),
            ("geography.polse=[US]", "geography.polse: no such field; did you mean 'poles'?"),
            ("corpsu={}", "corpsu: no such field; did you mean 'corpus'?"),
            ("seed=-1", "seed: must be at least 0 (given: -1)"),
            ("years.corpus=[2000]", "years.corpus: lacks value number 2 of its list (given: [2000])"),
            ("years.corpus=[2021, 1990]", "years: corpus: 2021 is after 1990; write [first, last]"),
            ("corpus.rule=concept", "corpus: rule 'concept' needs `ids`, for example ids: [1702]"),
            ("corpus=5", "corpus: must be a section: {field: value} (given: 5)"),
            ("geography.poles=[1x]", "geography.poles.0: must look like ^[A-Za-z]"),
        ],
    )
    def test_each_kind_of_mistake(self, setting, message):
        with pytest.raises(ConfigError) as caught:
            load_study("gallo2026", [setting])
        text = str(caught.value)
        assert text.startswith("study 'gallo2026' cannot be used:\n")
        assert f"  {message}" in text

    def test_all_mistakes_at_once(self):
        with pytest.raises(ConfigError) as caught:
            load_study("gallo2026", ["seed=-1", "corpus.rul=x", "years.citing_until=x"])
        lines = str(caught.value).splitlines()
        assert [line.split(":")[0].strip() for line in lines[1:]] == ["seed", "corpus.rul", "years.citing_until"]

    def test_a_mistake_between_sections_does_not_print_the_study(self):
        with pytest.raises(ConfigError) as caught:
            load_study("gallo2026", ["significance.min_finite_years=9"])
        assert str(caught.value).splitlines()[1:] == [
            "  study: significance.min_finite_years is 9, but years.significance spans only 5 years"
        ]

    def test_a_study_without_name_and_title(self, write):
        with pytest.raises(ConfigError) as caught:
            load_study(write("mine.yaml", "seed: 1\n"))
        assert "  study: is required and missing\n  title: is required and missing" in str(caught.value)


@pytest.mark.parametrize("path", list(OLD_FIELDS))
def test_a_field_of_an_earlier_version_answers_with_the_new_one(tmp_path, path):
    section, dot, name = path.partition(".")
    file = tmp_path / "old.yaml"
    file.write_text(
        f"study: old\ntitle: Old\n{section}: {{{name}: [x]}}\n" if dot else f"study: old\ntitle: Old\n{path}: true\n"
    )
    with pytest.raises(ConfigError, match=re.escape(f"{path}: is now {OLD_FIELDS[path]}")):
        load_study(file)
