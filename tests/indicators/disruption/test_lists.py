import gzip

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.lists import read_citation_list


@pytest.fixture
def files(tmp_path):
    """Write both files from their lines; return the paths."""

    def write(citations, years):
        paths = tmp_path / "citations.csv", tmp_path / "years.csv"
        for path, lines in zip(paths, (citations, years), strict=True):
            path.write_text("\n".join(lines) + "\n")
        return paths

    return write


def test_names_are_text_and_papers_without_a_year_are_references(files):
    found = read_citation_list(
        *files(["citing,cited", "b, 007", "b,x y", "NA,b"], ["paper,year", "007,1990", "b,2000", "NA,", "z,2003"])
    )
    assert found.papers.to_pylist() == ["007", "b", "NA", "z", "x y"]
    assert found.year.tolist() == [1990, 2000, -1, 2003, -1]
    assert found.citing.tolist() == [1, 1, 2]
    assert found.cited.tolist() == [0, 4, 1]
    assert (found.left_out, found.without_year) == (0, 2)


@pytest.mark.parametrize("kind", ["numbers", "words", "gap"])
def test_parquet_and_numbers(tmp_path, kind):
    edges, years = tmp_path / "e.parquet", tmp_path / "y.parquet"
    pd.DataFrame({"other": 1.5, "cited": [1, 2], "citing": [3, 3]}).to_parquet(edges)
    paper = {"numbers": [1, 3], "words": ["1", "3"], "gap": [1, 3]}[kind]
    year = {"numbers": [2000, 2001], "words": ["2000", "2001"], "gap": [float("nan"), 2001.0]}[kind]
    pd.DataFrame({"paper": paper, "year": year}).to_parquet(years)
    found = read_citation_list(edges, years)
    assert found.papers.to_pylist() == ["1", "3", "2"]
    assert found.year.tolist() == [-1 if kind == "gap" else 2000, 2001, -1]
    assert (found.citing.tolist(), found.cited.tolist()) == ([1, 1], [0, 2])


def test_compressed_text(tmp_path, files):
    _, years = files([], ["paper,year", "a,1"])
    path = tmp_path / "e.csv.gz"
    path.write_bytes(gzip.compress(b"citing,cited\na,b\n"))
    assert read_citation_list(path, years).papers.to_pylist() == ["a", "b"]


def test_loops_and_repeats_are_left_out_when_asked(files):
    paths = files(["citing,cited", "a,b", "a,a", "a,b", "b,c", "a,b"], ["paper,year", "a,2000", "b,1999"])
    with pytest.raises(
        IndicatorError, match=r"citations.csv, line 3: a cites itself, one of 1 such rows.*--drop-loops"
    ):
        read_citation_list(*paths, drop_repeated=True)
    with pytest.raises(IndicatorError, match=r"line 4: a cites b, which stands there already, one of 2 such rows"):
        read_citation_list(*paths, drop_loops=True)
    found = read_citation_list(*paths, drop_loops=True, drop_repeated=True)
    assert (found.citing.tolist(), found.cited.tolist(), found.left_out) == ([0, 1], [1, 2], 3)


def test_a_paper_that_cites_itself_twice_is_one_matter_not_two(files):
    paths = files(["citing,cited", "a,b", "a,a", "a,a"], ["paper,year", "a,2000"])
    found = read_citation_list(*paths, drop_loops=True)
    assert (found.citing.tolist(), found.cited.tolist(), found.left_out) == ([0], [1], 2)


def test_files_of_other_programs(tmp_path):
    """Line ends of Windows, a mark of UTF-8, blanks, a blank line, quotes, another column."""
    (tmp_path / "e.csv").write_bytes(b'\xef\xbb\xbfciting,cited,weight\r\n a ,"b, c",1\r\n\r\na,d,2\r\n')
    (tmp_path / "y.csv").write_bytes(b"paper,year\r\na,2001.0\r\nd,\r\n")
    found = read_citation_list(tmp_path / "e.csv", tmp_path / "y.csv")
    assert found.papers.to_pylist() == ["a", "d", "b, c"]
    assert (found.year.tolist(), found.citing.tolist(), found.cited.tolist()) == ([2001, -1, -1], [0, 0], [2, 1])


GOOD = ["citing,cited", "a,b"], ["paper,year", "a,2000"]


@pytest.mark.parametrize(
    ("citations", "years", "message"),
    [
        (
            ["citing,citd", "a,b"],
            GOOD[1],
            r"lacks the column cited; expected citing and cited, found citing, citd: did you mean",
        ),
        (["from,to", "a,b"], GOOD[1], "lacks the columns citing, cited"),
        (["citing;cited", "a;b"], GOOD[1], "found citing;cited: columns are separated by ';' here; separate them by"),
        (GOOD[0], ["paper\tyear", "a\t2000"], r"columns are separated by '\\t' here"),
        (["citing,cited"], GOOD[1], "holds no citation"),
        (["citing,cited", "a,"], GOOD[1], "line 2: cited is empty"),
        (
            ["citing,cited", "a,b", "a,b,c"],
            GOOD[1],
            "cannot be read: .*Row #3: Expected 2 columns, got 3.*as many values in every line",
        ),
        ([], GOOD[1], "cannot be read: .*Empty CSV file.*; expected a first line that names the columns"),
        (GOOD[0], ["paper,year", "a,20x0"], r"line 2: year is '20x0' for a; expected a whole number"),
        (GOOD[0], ["paper,year", "a,2000.5"], "year is '2000.5'"),
        (GOOD[0], ["paper,year", "a,-5"], "year is '-5'"),
        (GOOD[0], ["paper,year", "a,2000", "b,1", "a,2000"], "line 4: a stands there already"),
        (GOOD[0], ["paper,year", "W1,2000"], r"no citing paper .* has a year .* there is 'a' in the one and 'W1'"),
        (GOOD[0], ["paper,year"], "'no paper' in the other"),
    ],
)
def test_errors_say_where_and_what(files, citations, years, message):
    with pytest.raises(IndicatorError, match=message):
        read_citation_list(*files(citations, years))


def test_other_files_are_refused(tmp_path, files):
    good = files(*GOOD)
    with pytest.raises(IndicatorError, match="there is no file"):
        read_citation_list(tmp_path / "none.csv", good[1])
    (tmp_path / "e.txt").write_text("citing,cited\na,b\n")
    with pytest.raises(IndicatorError, match="unknown ending"):
        read_citation_list(tmp_path / "e.txt", good[1])
    (tmp_path / "e.parquet").write_text("no parquet")
    with pytest.raises(IndicatorError, match=r"cannot be read: .*; expected a Parquet file"):
        read_citation_list(tmp_path / "e.parquet", good[1])
    for encoding in ("latin-1", "utf-16"):
        (tmp_path / "e.csv").write_text("citing,cited\na,é\n", encoding=encoding)
        with pytest.raises(IndicatorError, match=r"cannot be read: .*; save it as text in UTF-8"):
            read_citation_list(tmp_path / "e.csv", good[1])
    pd.DataFrame({"citing": [["a"]], "cited": ["b"]}).to_parquet(tmp_path / "lists.parquet")
    with pytest.raises(IndicatorError, match="the column citing holds list"):
        read_citation_list(tmp_path / "lists.parquet", good[1])


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40))
def test_every_row_is_kept_once_or_left_out(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("lists")
    pd.DataFrame(pairs, columns=["citing", "cited"]).to_csv(folder / "e.csv", index=False)
    pd.DataFrame({"paper": range(10), "year": range(1990, 2000)}).to_csv(folder / "y.csv", index=False)
    found = read_citation_list(folder / "e.csv", folder / "y.csv", drop_loops=True, drop_repeated=True)
    kept = list(zip(found.citing.tolist(), found.cited.tolist(), strict=True))
    assert sorted(kept) == sorted({pair for pair in pairs if pair[0] != pair[1]})
    assert found.left_out + len(kept) == len(pairs)
