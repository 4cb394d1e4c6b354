"""`parse_type`: Spark types from their short text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

from isthmus.engine.ddl import PRIMITIVES, parse_type
from isthmus.errors import StoreError

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TYPES = st.recursive(
    st.sampled_from(list(PRIMITIVES.values())),
    lambda inner: st.one_of(
        st.builds(T.ArrayType, inner),
        st.builds(T.MapType, inner, inner),
        st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(
            lambda fields: T.StructType([T.StructField(name, dtype) for name, dtype in fields.items()])
        ),
    ),
    max_leaves=6,
)


@given(TYPES)
@settings(max_examples=200, deadline=None)
def test_every_type_is_read_back_from_its_short_text(dtype):
    assert parse_type(dtype.simpleString()) == dtype


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        (" BigInt ", T.LongType()),
        ("array< double >", T.ArrayType(T.DoubleType())),
        ("map<string, array<int>>", T.MapType(T.StringType(), T.ArrayType(T.IntegerType()))),
        ("struct<a: int, b bigint>", T.StructType().add("a", T.IntegerType()).add("b", T.LongType())),
        ("struct<CamelCase:date>", T.StructType().add("CamelCase", T.DateType())),
    ],
)
def test_spaces_and_case_do_not_matter_but_field_names_keep_theirs(text, dtype):
    assert parse_type(text) == dtype


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bigintt", "'bigintt' is no column type; did you mean 'bigint'?"),
        ("array<strin>", "'strin' is no column type; did you mean 'string'?"),
        ("array<>", "'' is no column type; valid: bigint, binary"),
        ("array<int", "'array<int' is no column type"),
        ("array<int>>", "'int>' is no column type"),
        ("array<int,int>", "'int,int' is no column type"),
        ("map<string>", "'map<string>' is no column type; expected map<key,value> or struct<name:type,...>"),
        ("map<string,int,int>", "'map<string,int,int>' is no column type; expected map<key,value>"),
        ("struct<a>", "'struct<a>' is no column type; expected map<key,value> or struct<name:type,...>"),
        ("struct<>", "'struct<>' is no column type"),
    ],
)
def test_what_is_no_type_is_named(text, message):
    with pytest.raises(StoreError) as caught:
        parse_type(text)
    assert str(caught.value).startswith(message)
