"""The study with every section, in the page on studies of one's own, loads and says what it seems to say."""

import re
from pathlib import Path

from isthmus.config import load_study

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "a-study-of-your-own.md"


def test_the_study_with_every_section_loads(tmp_path):
    _, text = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "virology.yaml"
    file.write_text(text, encoding="utf-8")
    study = load_study(file)
    assert study.enabled("stability")
    assert study.enabled("other_null_models")
    assert study.other_null_models.models == ("ecm-variance-corrected", "rewiring", "papers")
    assert study.sensitivity.corpus_rules == ("any_subfield",)
