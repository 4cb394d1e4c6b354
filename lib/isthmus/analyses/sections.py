"""What the analyses bring to the report, in the page's order: their sections, and the rules of the scorecard."""

from pathlib import Path

from isthmus.analyses.blocs.scores import RULES as BLOCS_RULES
from isthmus.analyses.blocs.section import section as blocs
from isthmus.analyses.bridging.scores import RULES as BRIDGING_RULES
from isthmus.analyses.bridging.section import section as bridging
from isthmus.analyses.cities.scores import RULES as CITIES_RULES
from isthmus.analyses.cities.section import section as cities
from isthmus.analyses.corpus.section import section as corpus
from isthmus.analyses.disruption.scores import RULES as DISRUPTION_RULES
from isthmus.analyses.disruption.section import section as disruption
from isthmus.analyses.gravity.scores import RULES as GRAVITY_RULES
from isthmus.analyses.gravity.section import section as gravity
from isthmus.analyses.hits.scores import RULES as HITS_RULES
from isthmus.analyses.hits.section import section as hits
from isthmus.analyses.mass.scores import RULES as MASS_RULES
from isthmus.analyses.mass.section import section as mass
from isthmus.analyses.migration.scores import RULES as MIGRATION_RULES
from isthmus.analyses.migration.section import section as migration
from isthmus.analyses.networks.countries import countries
from isthmus.analyses.networks.nowhere import has_no_country
from isthmus.analyses.networks.nowhere import section as nowhere
from isthmus.analyses.networks.scores import RULES as NETWORKS_RULES
from isthmus.analyses.networks.section import section as networks
from isthmus.analyses.novelty.scores import RULES as NOVELTY_RULES
from isthmus.analyses.novelty.section import section as novelty
from isthmus.analyses.output.scores import RULES as OUTPUT_RULES
from isthmus.analyses.output.section import section as output
from isthmus.analyses.partnership.scores import RULES as PARTNERSHIP_RULES
from isthmus.analyses.partnership.section import section as partnership
from isthmus.analyses.recovery.section import section as recovery
from isthmus.analyses.robustness.scores import RULES as ROBUSTNESS_RULES
from isthmus.analyses.robustness.section import section as robustness
from isthmus.analyses.scientists.scores import RULES as SCIENTISTS_RULES
from isthmus.analyses.scientists.section import section as scientists
from isthmus.analyses.significance.country_section import section as country
from isthmus.analyses.significance.scores import RULES as SIGNIFICANCE_RULES
from isthmus.analyses.significance.section import published_rule_section as published_rule
from isthmus.analyses.significance.section import section as significance
from isthmus.analyses.trajectories.scores import RULES as TRAJECTORIES_RULES
from isthmus.analyses.trajectories.section import section as trajectories
from isthmus.report.findings import findings
from isthmus.report.page import ReportSummary, build_report
from isthmus.report.results import Results, from_works
from isthmus.report.scorecard import Scorecard, scorecard
from isthmus.report.scoring import Rule
from isthmus.report.section import Section, SectionOf, build_sections

SECTIONS: tuple[SectionOf, ...] = (
    corpus,
    country,
    networks,
    significance,
    trajectories,
    robustness,
    output,
    blocs,
    novelty,
    cities,
    bridging,
    gravity,
    mass,
    disruption,
    scientists,
    hits,
    migration,
    partnership,
    recovery,
    published_rule,
)
#: Sections of ties and years of countries: where a corpus names no country, they have nothing to say.
OF_COUNTRIES: tuple[SectionOf, ...] = (
    country,
    networks,
    significance,
    trajectories,
    robustness,
    output,
    recovery,
    published_rule,
)
RULES: dict[str, Rule] = {
    **NETWORKS_RULES,
    **SIGNIFICANCE_RULES,
    **TRAJECTORIES_RULES,
    **ROBUSTNESS_RULES,
    **OUTPUT_RULES,
    **BLOCS_RULES,
    **NOVELTY_RULES,
    **CITIES_RULES,
    **BRIDGING_RULES,
    **GRAVITY_RULES,
    **MASS_RULES,
    **DISRUPTION_RULES,
    **MIGRATION_RULES,
    **HITS_RULES,
    **SCIENTISTS_RULES,
    **PARTNERSHIP_RULES,
}


def sections_of(results: Results) -> tuple[Section, ...]:
    """Return the sections that a study has something to say in.

    Parameters
    ----------
    results : Results
        What the study published.
    """
    if has_no_country(results):
        return build_sections(results, (corpus, nowhere, *(s for s in SECTIONS[1:] if s not in OF_COUNTRIES)))
    return build_sections(results, SECTIONS)


def study_report(results: Results, out: str | Path, *, figures: bool = False) -> ReportSummary:
    """Write the report of a study with the sections of all analyses; see `isthmus.report.build_report`."""
    return build_report(results, sections_of(results), out, card=study_scorecard(results), figures=figures)


def study_findings(results: Results) -> list[str]:
    """Return what a study found, in sentences."""
    return findings(results, sections_of(results))


def study_scorecard(results: Results) -> Scorecard | None:
    """Return published values beside the study's own; None where there is nothing to compare.

    Nobody knows what a given network counts, so that no published value speaks of it.
    """
    if not from_works(results):
        return None
    return scorecard(results, RULES, countries(results))
