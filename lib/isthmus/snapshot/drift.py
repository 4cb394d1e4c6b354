"""What OpenAlex changed: fields that nobody knew, and needed fields that vanished or changed their type."""

from collections import Counter
from collections.abc import Mapping

import msgspec

SAMPLED_LINES = 1000


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEEDED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "works": ("id", "publication_year", "type", "authorships", "referenced_works"),
    "institutions": ("id", "display_name"),
    "sources": ("id", "display_name"),
    "topics": ("id", "display_name", "subfield"),
}
"""Fields that all vintages have and without which there is nothing to study."""

KNOWN_FIELDS: Mapping[str, frozenset[str]] = {
    "works": _words(
        """
            id doi title display_name publication_year publication_date ids language primary_location best_oa_location
            locations locations_count type type_crossref indexed_in indexed_in_crossref open_access authorships
            authors_count institutions institutions_distinct_count countries_distinct_count corresponding_author_ids
            corresponding_institution_ids apc_list apc_paid apc_payment fwci has_fulltext has_abstract has_content
            has_pdf_url has_references content_url content_urls fulltext fulltext_origin cited_by_count
            citation_normalized_percentile cited_by_percentile_year cited_by_api_url biblio is_retracted is_paratext
            is_xpac is_authors_truncated primary_topic topics topics_key keywords concepts concepts_count mesh
            sustainable_development_goals awards funders grants datasets versions referenced_works
            referenced_works_count related_works abstract_inverted_index abstract counts_by_year summary_stats
            updated_date updated created_date host_venue alternate_host_venues publisher doi_registration_agency
            """
    ),
    "institutions": _words(
        """
            id ror display_name display_name_acronyms display_name_alternatives country_code country_id type type_id
            lineage homepage_url image_url image_thumbnail_url repositories works_count cited_by_count summary_stats ids
            geo international associated_institutions counts_by_year roles role topics topic_share x_concepts
            is_super_system status works_api_url updated_date updated created_date wiki_page wikidata_id
            """
    ),
    "sources": _words(
        """
            id issn_l issn display_name abbreviated_title alternate_titles type type_id publisher publisher_id
            publisher_lineage publisher_lineage_names host_organization host_organization_name host_organization_lineage
            host_organization_lineage_names host_institution_lineage host_institution_lineage_names works_count
            oa_works_count cited_by_count summary_stats is_oa is_in_doaj is_in_doaj_since_year is_high_oa_rate
            is_high_oa_rate_since_year is_in_scielo is_ojs is_core is_fully_open is_fully_open_since_year is_in_jstage
            is_in_jstage_since_year oa_flip_year ids homepage_url apc_prices apc_usd country_code country_id societies
            counts_by_year x_concepts topics topic_share works_api_url updated_date updated created_date
            first_publication_year last_publication_year
            """
    ),
    "topics": _words(
        """
            id display_name description keywords ids subfield field domain siblings works_count cited_by_count
            works_api_url counts_by_year updated_date updated created_date
            """
    ),
}
"""Fields seen in the official documentation and in records of 2021 to 2026."""

_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])


class FieldCount:
    """Counts unknown fields among the first 1,000 records of a part."""

    def __init__(self, entity: str) -> None:
        self._known = KNOWN_FIELDS[entity]
        self._left = SAMPLED_LINES
        self.unknown: Counter[str] = Counter()

    @property
    def is_sampling(self) -> bool:
        """Whether more records are wanted."""
        return self._left > 0

    def add(self, line: bytes | msgspec.Raw) -> None:
        """Count the fields of one record.

        Parameters
        ----------
        line : the record's JSON text.

        """
        self._left -= 1
        try:
            self.unknown.update(_keys.decode(line).keys() - self._known)
        except UnicodeDecodeError:  # a name that is no text belongs to nothing that is read
            self.unknown["(a name that is no UTF-8)"] += 1
