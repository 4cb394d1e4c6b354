"""The torture of `scripts/bench.sh torture`, small in every run and full with the slow tests."""

import pytest


@pytest.mark.parametrize("number", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_fuzzed_line_is_accounted_for(torture, tmp_path, number):
    found = torture.fuzz(tmp_path, number, seed=number)
    assert min(found["kept"], found["rejected"], found["blank"]) > number / 100


@pytest.mark.parametrize("number", [30, pytest.param(600, marks=pytest.mark.slow)])
def test_no_row_of_a_damaged_file_is_altered(torture, tmp_path, number):
    found = torture.damage(tmp_path, number, seed=number)
    assert found["noticed"] > number / 2
    assert found["rows kept"] > 0


def test_the_counters_tell_what_does_not_add_up(torture):
    with pytest.raises(AssertionError, match="read: 3 and 2"):
        torture._agree("read", 3, 2)
    assert torture._plainly(b'{"results": [{"id": "W1"}, {"id": "https://evil.example/W2"}, 3]}') == {1}
