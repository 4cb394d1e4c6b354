import json

import pandas as pd

from isthmus.report import load_results
from isthmus.report.checks import accounting_table, switches


def test_records_add_up_or_are_said_not_to(plain_study):
    table = pd.read_parquet(plain_study / "accounting.parquet")
    table.loc[table["entity"] == "institutions", "kept"] -= 1
    table.to_parquet(plain_study / "accounting.parquet")
    found = accounting_table(load_results(plain_study)).set_index("entity")["adds_up"]
    assert found["works"]
    assert not found["institutions"]


def test_a_release_without_deletions_adds_up_too(plain_study):
    table = pd.read_parquet(plain_study / "accounting.parquet")
    table[["entity", "read", "kept", "rejected"]].tail(1).to_parquet(plain_study / "accounting.parquet")
    assert accounting_table(load_results(plain_study))["adds_up"].tolist() == [True]


def test_every_field_of_the_configuration_is_text_in_order(plain_study):
    file = plain_study / "study.json"
    fields = {"b.list": [1, 2], "a.none": None, "c.flag": False, "d.blocs": {"Mine": ["KE", "NA"]}, "e.empty": []}
    file.write_text(json.dumps(json.loads(file.read_text()) | {"switches": fields}))
    assert switches(load_results(plain_study)) == [
        ("a.none", "none"),
        ("b.list", "1, 2"),
        ("c.flag", "no"),
        ("d.blocs", "Mine: KE, NA"),
        ("e.empty", "none"),
    ]
