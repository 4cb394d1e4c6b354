"""Numbers of movers by ancestry of a file of the user's own: read, refused with the line, shared out by direction."""

import gzip

import pytest

from isthmus.analyses.migration.ancestry import read_numbers, shares
from isthmus.config.migration import AncestryNumbers
from isthmus.errors import ConfigError

CSV = "origin,destination,ancestry,movers\nCHN,USA,Asian,9\nNAM,USA,African,0\nChina,US,Asian,6\nCN,US,others,5\n"


def test_shares_are_of_all_movers_of_a_direction():
    found = shares(read_numbers(CSV.encode(), AncestryNumbers(file="groups.csv")))
    assert found.to_numpy().tolist() == [["CN", "US", "Asian", 15, 0.75], ["CN", "US", "others", 5, 0.25]]


def test_a_compressed_file_is_the_same_and_namibia_is_no_missing_value():
    found = read_numbers(gzip.compress(CSV.encode()), AncestryNumbers(file="groups.csv.gz"))
    assert found["origin"].tolist() == ["CN", "CN", "NA"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("origin,destination,author_id\n", "lacks ancestry, movers; it has origin, destination, author_id"),
        ("origin,destination,ancestry,movers\nCHN,USA,Asian,1\nCHN,USA,Asian,2.5\n", "line 3: movers 2.5; expected"),
        ("origin,destination,ancestry,movers\nCHN,Utopia,Asian,1\n", "line 2, destination: unknown country"),
        ("", "is no readable CSV file"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_line(text, message):
    with pytest.raises(ConfigError, match=message):
        read_numbers(text.encode(), AncestryNumbers(file="groups.csv"))
