"""What OpenAlex changed: fields that nobody knew, and needed fields that vanished or changed their type."""

from collections import Counter
from collections.abc import Mapping

import msgspec
import pyarrow as pa

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

LOOKED_AT = 20  # items of a list: a name that is new is new in all of them

_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])


class FieldCount:
    """Counts the records with an unknown field, by its path, among the first 100 records of a part."""

    def __init__(self, entity: str) -> None:
        self._known = KNOWN_FIELDS[entity]
        self._inside = KNOWN_INSIDE[entity]
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
        line : bytes | msgspec.Raw
            The record's JSON text.
        """
        self._left -= 1
        try:
            fields = _keys.decode(line)
            found = set(fields.keys() - self._known)
            for name in fields.keys() & self._inside.keys():
                self._look(name, bytes(fields[name]), found)
        except UnicodeDecodeError:  # a name that is no text belongs to nothing that is read
            found = {"(a name that is no UTF-8)"}
        self.unknown.update(found)

    def _look(self, path: str, value: bytes, found: set[str]) -> None:
        """Add the unknown names inside a value, which is an object, a list of objects, or neither."""
        if value.startswith(b"["):
            for item in _items.decode(value)[:LOOKED_AT]:
                self._look(path, bytes(item), found)
        elif value.startswith(b"{"):
            fields = _keys.decode(value)
            found.update(f"{path}.{name}" for name in fields.keys() - self._inside[path])
            for name in fields:
                if f"{path}.{name}" in self._inside:
                    self._look(f"{path}.{name}", bytes(fields[name]), found)


def unknown_columns(entity: str, schema: pa.Schema) -> set[str]:
    """Return columns of a part, and the fields inside those that are read, that this version of Isthmus does not know.

    Parameters
    ----------
    entity : str
        Whose records the part holds.
    schema : pyarrow.Schema
        Its columns.
    """
    known = KNOWN_INSIDE[entity]
    found = set(schema.names) - KNOWN_FIELDS[entity]
    for path in known:
        dtype = _inside(pa.struct(list(schema)), path.split("."))
        if dtype is not None:
            found |= {f"{path}.{field.name}" for field in dtype if field.name not in known[path]}
    return found


def _inside(dtype: pa.DataType, path: list[str]) -> pa.StructType | None:
    """Return the object at a path, lists looked through; None where there is none."""
    for name in path:
        if not pa.types.is_struct(dtype) or dtype.get_field_index(name) < 0:
            return None
        dtype = dtype.field(name).type
        if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
            dtype = dtype.value_type
    return dtype if pa.types.is_struct(dtype) else None
