"""YAML that would hurt: each is refused at once, with a sentence that says where."""

import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.config import load_storage, load_study
from isthmus.config.documents import MOST_BYTES, MOST_DEPTH, DocumentError, parse_yaml, read_text
from isthmus.errors import ConfigError

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


class TestFiles:
    """What a file may be."""

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"\xff\xfe\x00s", "is not UTF-8 text (byte 0); save it as UTF-8"),
            (b"title: caf\xe9\n", "is not UTF-8 text (byte 10); save it as UTF-8"),
            (b"x" * (MOST_BYTES + 1), "holds more than 1,048,576 bytes; a file of settings is shorter"),
        ],
    )
    def test_a_file_that_is_no_text_or_too_long(self, tmp_path, content, said):
        file = tmp_path / "mine.yaml"
        file.write_bytes(content)
        for read in (read_text, load_study, load_storage):
            with pytest.raises(ConfigError) as error:
                read(file)
            assert str(error.value) == f"{file} {said}"

    def test_a_file_of_the_greatest_size_is_read(self, tmp_path):
        file = tmp_path / "mine.yaml"
        file.write_bytes(b"#" * MOST_BYTES)
        assert len(read_text(file)) == MOST_BYTES

    def test_a_folder(self, tmp_path):
        with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
            read_text(tmp_path)


class TestDocuments:
    """What a document may say."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("a: 1\nb: 2\na: 3\n", "here is not valid YAML (line 3): 'a' stands twice"),
            ("s:\n  a: 1\n  a: 1\n", "here is not valid YAML (line 3): 'a' stands twice"),
            ("[" * 5000 + "]" * 5000, "here is not valid YAML (line 1): exceeded maximum nesting depth"),
            ("{a: " * 500 + "}" * 500, f"here: nested more than {MOST_DEPTH} deep"),
            (BOMB, "here: expands to more than 100,000 values; write it without aliases"),
            ("a: &a [*a]\n", "here: expands to more than 100,000 values; write it without aliases"),
            ("a: !!python/object/apply:os.system [ls]\n", "could not determine a constructor"),
            ("a: 2020-13-45\n", "month must be in 1..12"),
            ("a: 1\n---\nb: 2\n", "but found another document"),
            ("a: [1\n", "here is not valid YAML (line 2): did not find expected ',' or ']'"),
        ],
    )
    def test_is_refused_at_once(self, text, said):
        started = time.perf_counter()
        with pytest.raises(DocumentError) as error:
            parse_yaml(text, "here")
        assert said in str(error.value)
        assert time.perf_counter() - started < 5  # the bomb written out takes hours

    def test_the_greatest_depth_is_read(self):
        value = parse_yaml("[" * MOST_DEPTH + "]" * MOST_DEPTH, "here")
        for _ in range(MOST_DEPTH - 1):
            (value,) = value
        assert value == []

    def test_aliases_merges_dates_and_norway(self):
        text = "base: &base {a: 1, b: 2}\nover: {<<: *base, b: 3}\nday: 2020-01-02\ncountry: NO\nswitch: true\n"
        assert parse_yaml(text, "here") == {
            "base": {"a": 1, "b": 2},
            "over": {"a": 1, "b": 3},
            "day": date(2020, 1, 2),
            "country": "NO",
            "switch": True,
        }

    def test_an_empty_document_is_none(self):
        assert parse_yaml("# nothing\n", "here") is None

    @given(st.text(max_size=200))
    @settings(max_examples=200, deadline=None)
    def test_any_text_is_a_value_or_a_document_error(self, text):
        with suppress(DocumentError):
            parse_yaml(text, "here")


def test_a_storage_file_that_is_broken_shows_nothing_of_what_stands_there(tmp_path):
    file = tmp_path / "storage.yaml"
    for text in ("hunter2: 1\nhunter2: 2\n", "storage: *hunter2\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as error:
            load_storage(file)
        assert "not valid YAML" in str(error.value)
        assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("trajectories.restarts=1000000000", "trajectories.restarts: must be at most 10,000 (given: 1000000000)"),
        ("trajectories.max_iterations=1000000000000000000", "trajectories.max_iterations: must be at most 100,000"),
        ("trajectories.clusters=-4", "trajectories.clusters: must be at least 2 (given: -4)"),
        ("stability.silhouette_clusters=[2, -1]", "stability.silhouette_clusters.1: must be at least 2 (given: -1)"),
        ("trajectories.window=23", "trajectories.window is 23, but years.analysis spans only 22 years"),
        ("groups.speed_thresholds=[3, 1]", "speed_thresholds: [3.0, 1.0] descend; write [slow below, fast from]"),
        ("groups.speed_thresholds=[.nan, 1]", "groups.speed_thresholds.0: must be a finite number (given: nan)"),
        ("significance.threshold=.inf", "significance.threshold: must be a finite number (given: inf)"),
        ("corpus.sources=[9223372036854775808]", "corpus.sources.0: must be at most 9,223,372,036,854,775,807"),
        ("corpus.sources=[0]", "corpus.sources.0: must be at least 1 (given: 0)"),
        ("seed=1.5", "seed: must be a whole number (given: 1.5)"),
        ("years.corpus=3", "years.corpus: must be a list: [first, second, ...] (given: 3)"),
        ("years.corpus=[1990, 2000, 2010]", "years.corpus: takes at most 2 value(s)"),
        ("geography.blocs=[A]", "geography.blocs: must be a mapping: {name: value} (given: ['A'])"),
        ("corpus.include_xpac=7", "corpus.include_xpac: must be true or false (given: 7)"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_the_field_and_the_bound(setting, said):
    with pytest.raises(ConfigError) as error:
        load_study("demonstration", [setting])
    assert said in str(error.value)


def test_a_wrong_member_of_a_list_is_one_line():
    with pytest.raises(ConfigError) as error:
        load_study("demonstration", ["geography.poles=[' us']"])
    assert len(str(error.value).splitlines()) == 2


def test_a_filter_longer_than_the_years_does_not_matter_where_trajectories_are_off():
    off = ["trajectories=null", "stability=null", "bootstrap=null", "sensitivity=null"]
    study = load_study("demonstration", [*off, "years.analysis=[2018, 2021]", "years.significance=[2018, 2021]"])
    assert not study.enabled("trajectories")
