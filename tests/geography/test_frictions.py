"""A user's table of pairs of countries, with the columns of either database: what it says, and what is refused."""

import pytest

from isthmus.errors import ConfigError
from isthmus.geography.frictions import read_frictions

GEODIST = """iso_o,iso_d,contig,comlang_off,comlang_ethno,colony,comcol,dist
USA,CAN,1,1,1,0,0,548.4
CAN,USA,1,1,1,0,0,548.4
FRA,VNM,0,0,0,1,0,9200
USA,XXX,1,1,1,1,1,1
USA,USA,0,1,1,0,0,1800
"""
GRAVITY = """year,iso3_o,iso3_d,contig,col_dep_ever,comleg_posttrans
2018,USA,CAN,0,0,1
2020,USA,CAN,1,1,NA
2019,USA,CAN,0,0,1
2019,DEU,FRA,1.0,,0
"""


@pytest.fixture
def table(tmp_path):
    def write(text):
        file = tmp_path / "countries.csv"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_the_columns_of_geodist(table):
    found = read_frictions(table(GEODIST))
    assert found.pairs == {
        "shared border": {("US", "CA"), ("CA", "US")},
        "official language": {("US", "CA"), ("CA", "US"), ("US", "US")},
        "spoken language": {("US", "CA"), ("CA", "US"), ("US", "US")},
        "colonial tie": {("FR", "VN")},
        "common coloniser": frozenset(),
    }
    assert found.known == {"US", "CA", "FR", "VN"}
    assert found.value("colonial tie", "FR", "VN") == 1.0
    assert found.value("colonial tie", "VN", "FR") == 0.0, "the table says it of both directions, or not"


def test_of_the_gravity_database_the_last_year_of_a_pair_counts(table):
    found = read_frictions(table(GRAVITY))
    assert found.pairs == {
        "shared border": {("US", "CA"), ("DE", "FR")},
        "colonial tie": {("US", "CA")},
        "legal origin": frozenset(),
    }


def test_a_country_shares_language_and_law_with_itself_and_no_border(table):
    found = read_frictions(table(GEODIST))
    assert found.value("official language", "FR", "FR") == 1.0
    assert found.value("shared border", "FR", "FR") == found.value("colonial tie", "US", "US") == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has the columns \(none\); expected iso_o and iso_d"),
        ("iso_o,iso_d,dist\nUSA,CAN,3\n", "some of contig, comlang_off"),
        ("origin,destination,contig\nUSA,CAN,1\n", "expected iso_o and iso_d"),
        ("iso_o,iso_d,contig\nUSA,CAN,1\nUSA,MEX,yes\n", "line 3: contig is 'yes'; expected 0, 1 or nothing"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_by_line_and_column(table, text, message):
    with pytest.raises(ConfigError, match=message):
        read_frictions(table(text))


def test_no_file_and_no_text_are_refused(tmp_path, table):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_frictions(tmp_path / "nothing.csv")
    file = tmp_path / "other.csv"
    file.write_bytes(b"iso_o,iso_d,contig\n\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_frictions(file)
