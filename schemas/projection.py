"""Projection: which members of a document its author answers for, and are therefore hashed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from .canonical import canonical_bytes

#: Profiles of the GeoJSON Features whose maintained members stay outside the hash.
FEATURE_PROFILES = ("pdd", "mrv", "cru")

MAINTAINED_PROPERTIES = (
    "status",
    "last_updated",
    "verification_status",
    "verification_date",
    "verifier_info",
)
MAINTAINED_RELS = (
    "self",
    "alternate",
    "collection",
    "canonical",
    "related-mrv",
    "monitor",
    "predecessor",
    "successor",
)
#: Members of this namespace are the registry's, at the top and in `properties`.
RESERVED_PREFIX = "ogcr:"
#: The form of an `id` that the author left to the registry; units always have their own.
_ASSIGNED_ID = re.compile(r"(pdd|mrv)-[0-9a-f]{32}")
#: Names the members of `properties` that the registry supplied because the author gave none.
ASSIGNED = "ogcr:assigned"
ASSIGNABLE = ("creation_date",)


def content_projection(document: Any) -> Any:
    """What of a document is hashed; a new value, the document is left as it was.

    A Feature of profile pdd, mrv or cru loses the members that the registry maintains:
    `ledger_reference`, the status and verification members of `properties`, every `ogcr:` member
    at the top and in `properties`, `creation_date` when `ogcr:assigned` says that the registry
    supplied it, links with a maintained `rel` (and `links` when none remains), and an `id` that
    is only the name of the rest (see `assigned_id`). Any other JSON value is hashed whole.
    """
    if not _is_feature(document):
        return document
    kept = _without_maintained(document)
    if not _ASSIGNED_ID.fullmatch(str(kept.get("id"))):
        return kept
    unnamed = {key: value for key, value in kept.items() if key != "id"}
    return unnamed if kept["id"] == _name_of(unnamed) else kept


def document_id(document: Mapping[str, Any]) -> str:
    """The id of a PDD or MRV: its author's, or the one its content gives it."""
    given = document.get("id")
    return given if isinstance(given, str) else assigned_id(document)


def assigned_id(document: Mapping[str, Any]) -> str:
    """The id of a document whose author gave none: its profile and 128 bits of its content hash.

    It follows from the content, so nobody has to remember it and it cannot be forged; being
    derived, it stays outside the hash. Later versions must carry it as their `id`.
    """
    kept = _without_maintained(document)
    return _name_of({key: value for key, value in kept.items() if key != "id"})


def _is_feature(document: Any) -> bool:
    return (
        isinstance(document, Mapping)
        and document.get("type") == "Feature"
        and document.get("profile") in FEATURE_PROFILES
    )


def _name_of(unnamed: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(canonical_bytes(unnamed)).hexdigest()
    return f"{unnamed['profile']}-{digest[:32]}"


def _without_maintained(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        key: value
        for key, value in document.items()
        # No function of its own, here and below: it is asked of every member of every answer.
        if key != "ledger_reference"
        and not (isinstance(key, str) and key.startswith(RESERVED_PREFIX))
    }
    if isinstance(kept.get("properties"), Mapping):
        kept["properties"] = _authored_properties(kept["properties"])
    if isinstance(kept.get("links"), list):
        kept["links"] = [link for link in kept["links"] if not _is_maintained_link(link)]
        if not kept["links"]:
            del kept["links"]
    return kept


def _authored_properties(properties: Mapping[str, Any]) -> dict[str, Any]:
    assigned = properties.get(ASSIGNED)
    supplied = [name for name in ASSIGNABLE if isinstance(assigned, list) and name in assigned]
    dropped = (*MAINTAINED_PROPERTIES, *supplied)
    return {
        key: value
        for key, value in properties.items()
        if key not in dropped and not (isinstance(key, str) and key.startswith(RESERVED_PREFIX))
    }


def _is_maintained_link(link: object) -> bool:
    return isinstance(link, Mapping) and link.get("rel") in MAINTAINED_RELS
