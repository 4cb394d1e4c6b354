"""What a study is when it only has a name: the polarization study's choices."""

from isthmus.config import Study


def test_the_defaults_are_the_documented_ones():
    study = Study(study="mine", title="Mine")
    assert study.model_dump() == {
        "study": "mine",
        "title": "Mine",
        "description": "",
        "seed": 1,
        "corpus": {
            "rule": "ai_primary",
            "ids": (),
            "min_score": 0.0,
            "sources": (),
            "types": ("article", "conference-paper", "journal-article", "proceedings-article"),
            "source_types": None,
            "include_paratext": False,
            "include_retracted": False,
            "include_xpac": False,
            "max_countries": None,
        },
        "years": {
            "corpus": (1990, 2021),
            "citing_until": 2023,
            "analysis": (2000, 2021),
            "significance": (2017, 2021),
        },
        "geography": {"poles": ("US", "CN"), "blocs": {}, "cn_includes_hk_mo": False},
        "networks": {
            "reading": "cited_year",
            "readings": ("cited_year", "cited_year_window", "citing_year"),
            "citation_window": 2,
            "citing_types": None,
        },
        "significance": {
            "null_model": "ecm",
            "samples": 0,
            "finite": "parity",
            "threshold": 2.0,
            "min_finite_years": 3,
            "false_discovery_rate": 0.05,
        },
    }


def test_every_field_says_what_it_is():
    sections = [Study, *(f.annotation for f in Study.model_fields.values() if hasattr(f.annotation, "model_fields"))]
    undescribed = [
        f"{section.__name__}.{name}"
        for section in sections
        for name, field in section.model_fields.items()
        if not field.description and not hasattr(field.annotation, "model_fields")
    ]
    assert undescribed == []
    assert len(sections) == 6
