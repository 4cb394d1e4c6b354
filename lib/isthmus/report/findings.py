"""What a study found, in sentences that anybody understands."""

from collections.abc import Sequence

from isthmus.report.results import Results
from isthmus.report.section import Section
from isthmus.report.text import count, plural


def findings(results: Results, sections: Sequence[Section]) -> list[str]:
    """Return the findings of the sections in their order, then what the quality checks say."""
    return [*(sentence for section in sections for sentence in section.findings if sentence), *_failed_gates(results)]


def _failed_gates(results: Results) -> list[str]:
    failed = results.gates[~results.gates["passed"].astype(bool)]
    if failed.empty:
        return []
    return [
        f"{plural(len(failed), 'quality check')} of {count(len(results.gates))} did not hold; see “Quality checks”."
    ]
