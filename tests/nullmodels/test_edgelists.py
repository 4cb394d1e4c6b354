import gzip

import pandas as pd
import pytest

from isthmus.errors import NetworkError
from isthmus.nullmodels.edgelists import read_edges


def write(tmp_path, text):
    path = tmp_path / "edges.csv"
    path.write_text(text)
    return path


def test_namibia_is_a_name(tmp_path):
    edges = read_edges(write(tmp_path, "source,target,weight\nNA,US,3\nnull,nan,2\n"))
    assert edges["source"].tolist() == ["NA", "null"]
    assert edges["weight"].tolist() == [3, 2]


def test_extra_columns_are_left_out_and_zeros_are_no_links(tmp_path):
    edges = read_edges(write(tmp_path, "year,source,target,note,weight\n2001,A,B,x,0\n2002,A,B,y,5\n"))
    assert edges.to_dict("records") == [{"year": 2002, "source": "A", "target": "B", "weight": 5}]


def test_the_same_pair_in_two_years_is_two_links(tmp_path):
    assert len(read_edges(write(tmp_path, "year,source,target,weight\n2001,A,B,1\n2002,B,A,5\n"))) == 2


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("source,target,wieght\nA,B,1", "lacks the column weight; did you mean 'wieght'"),
        ("from,to,n\nA,B,1", "lacks the columns source, target, weight; it has from, n, to"),
        ("source,target,weight\nA,B,1\nA,C,1.5", r"line 3: weight is '1.5' for A - C; .* full counts, not fractions"),
        ("source,target,weight\nA,B,-1", r"line 2: weight is '-1' for A - B; expected a whole number >= 0"),
        ("source,target,weight\nA,B,many", "weight is 'many'"),
        ("source,target,weight\nA,,1", "line 2: target is empty"),
        ("year,source,target,weight\n20x1,A,B,1", "year is '20x1' for A - B; expected a whole number$"),
        ("source,target,weight\nA,A,1", "line 2: A - A is a loop, one of 1"),
        (
            "source,target,weight\nA,B,1\nC,D,1\nA,B,2",
            r"line 4: the pair A - B comes twice \(weight 2; .*line 2 has weight 1",
        ),
        ("source,target,weight\nA,B,1\nB,A,2", r"line 3: the pair B - A comes in both directions .* undirected"),
        ("", "cannot be read as comma-separated text"),
    ],
)
def test_rows_that_are_no_edges_are_named(tmp_path, rows, message):
    with pytest.raises(NetworkError, match=message):
        read_edges(write(tmp_path, rows))


@pytest.mark.parametrize("separator", [";", "\t", "; "])
def test_semicolons_and_tabs_of_a_spreadsheet_are_read(tmp_path, separator):
    rows = [("year", "source", "target", "weight"), ("2001", "A, of B", "C", "3"), ("2002", "NA", "C", "1")]
    text = "".join(separator.join(row) + "\n" for row in rows)
    found = read_edges(write(tmp_path, text))
    assert found.to_numpy().tolist() == [[2001, "A, of B", "C", 3], [2002, "NA", "C", 1]]
    with gzip.open(tmp_path / "edges.csv.gz", "wt") as file:
        file.write("\ufeff" + text)
    assert read_edges(tmp_path / "edges.csv.gz").equals(found)


def test_a_file_that_is_no_gzip_is_refused(tmp_path):
    (tmp_path / "edges.csv.gz").write_text("source,target,weight\nA,B,1\n")
    with pytest.raises(NetworkError, match="cannot be read"):
        read_edges(tmp_path / "edges.csv.gz")


def test_files_that_are_not_there_or_of_unknown_kind(tmp_path):
    with pytest.raises(NetworkError, match="there is no file"):
        read_edges(tmp_path / "none.csv")
    (tmp_path / "edges.xls").write_text("x")
    with pytest.raises(NetworkError, match="unknown ending; expected"):
        read_edges(tmp_path / "edges.xls")


def test_parquet_rows_are_named_by_number(tmp_path):
    path = tmp_path / "country_edges.parquet"
    pd.DataFrame({"source": ["A", "A"], "target": ["B", "C"], "weight": [1.0, 0.5]}).to_parquet(path)
    with pytest.raises(NetworkError, match=r"row 1: weight is .*0.5"):
        read_edges(path)
