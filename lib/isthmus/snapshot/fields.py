"""The fields of records: those without which there is nothing to study, and all that are known."""

from collections.abc import Mapping

SAMPLED_LINES = 100  # of each part: a snapshot has hundreds of parts, and looking at a line costs as much as reading it


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

_LEVEL = _words("id display_name")
_TOPIC = _words("id display_name score subfield field domain")
KNOWN_INSIDE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "works": {
        "authorships": _words(
            """
            author author_position countries institutions affiliations is_corresponding raw_affiliation_string
            raw_affiliation_strings raw_author_name
            """
        ),
        "authorships.author": _words("id display_name orcid"),
        "authorships.institutions": _words("id display_name ror country_code type type_id type_list lineage"),
        "primary_location": _words(
            """
            id source is_oa is_accepted is_published landing_page_url pdf_url license license_id version doi apc_prices
            apc_usd endpoint_id grobid_s3_id host_type is_unpaywall_record location_type native_id oa_status pdf_s3_id
            pmh_id provenance raw_source_name raw_type sort_score updated url_sort_score
            """
        ),
        "primary_location.source": _words(
            """
            id display_name issn_l issn type is_oa is_in_doaj is_core publisher publisher_id publisher_lineage
            publisher_lineage_names host_organization host_organization_name host_organization_lineage
            host_organization_lineage_names host_institution_lineage host_institution_lineage_names raw_type
            """
        ),
        "host_venue": _words("id display_name issn_l issn type is_oa license publisher url version"),
        "primary_topic": _TOPIC,
        "topics": _TOPIC,
        "topics.subfield": _LEVEL,
        "concepts": _words("id display_name level score wikidata"),
    },
    "institutions": {
        "geo": _words("city geonames_city_id region country_code country latitude longitude"),
    },
    "sources": {},
    "topics": {"subfield": _LEVEL, "field": _LEVEL, "domain": _LEVEL},
}
"""Fields inside those that are read, by path (lists have no sign of their own): a new one may carry what an old did."""
