"""The study in the README is one that loads, and says what it seems to say."""

import re
from pathlib import Path

from isthmus.config import load_study

README = Path(__file__).parents[2] / "README.md"


def test_the_study_of_the_readme_loads(tmp_path):
    [text] = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "virology.yaml"
    file.write_text(text, encoding="utf-8")
    study = load_study(file)
    assert study.enabled("stability")
    assert study.enabled("other_null_models")
    assert study.other_null_models.models == ("ecm-variance-corrected", "rewiring", "papers")
    assert study.sensitivity.corpus_rules == ("any_subfield",)
