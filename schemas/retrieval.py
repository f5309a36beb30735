"""Retrieval: an authored document with the members that the registry maintains put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .projection import (
    ASSIGNED,
    MAINTAINED_RELS,
    RESERVED_PREFIX,
    assigned_id,
    content_projection,
)

PROJECT_STATUSES = ("draft", "submitted", "under_review", "validated", "rejected", "archived")
#: The published word for each status of a report; the exact one stands in `ogcr:status`.
VERIFICATION_STATUSES = {
    "submitted": "unverified",
    "pending_verification": "pending",
    "verified": "verified",
    "rejected": "rejected",
    "withdrawn": "unverified",
    "archived": "verified",
}


def canonical_status(word: str) -> str:
    """The registry's word for a project status; “approved” is another name of “validated”."""
    return "validated" if word == "approved" else word


def retrieved(
    document: Mapping[str, Any],
    *,
    status: str,
    authored: Mapping[str, Any] | None = None,
    ledger_reference: Mapping[str, Any] | None = None,
    creation_date: str | None = None,
    last_updated: str | None = None,
    verification_date: str | None = None,
    verifier_info: Mapping[str, Any] | None = None,
    links: Iterable[Mapping[str, Any]] = (),
    maintained: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A PDD or MRV as the registry gives it out: what its author wrote, and its present state.

    `authored` is the document's content projection, where it is known already. `status` is a word
    of the project's or report's life cycle. `creation_date` (RFC 3339, UTC) is used only when the
    author gave none, and is then named in `ogcr:assigned`. `links` must have relations that the
    registry maintains; `maintained` are further members of `properties`, put under the `ogcr:`
    prefix. Whatever is given, the content hash stays that of the document.
    Raises ValueError for an unknown profile, status or relation.
    """
    authored = content_projection(document) if authored is None else authored
    name = authored["id"] if "id" in authored else assigned_id(authored)
    record = {"type": authored["type"], "id": name, **authored}
    record["properties"] = {
        **authored.get("properties", {}),
        **_created(authored, creation_date),
        **_given(last_updated=last_updated),
        **_status_members(authored["profile"], status),
        **_given(verification_date=verification_date, verifier_info=verifier_info),
        **{_reserved(name): value for name, value in (maintained or {}).items()},
    }
    all_links = [*authored.get("links", []), *(_maintained_link(link) for link in links)]
    return {**record, **_given(ledger_reference=ledger_reference, links=all_links or None)}


def _created(authored: Mapping[str, Any], creation_date: str | None) -> dict[str, Any]:
    if creation_date is None or "creation_date" in authored.get("properties", {}):
        return {}
    return {"creation_date": creation_date, ASSIGNED: ["creation_date"]}


def _status_members(profile: str, status: str) -> dict[str, str]:
    if profile == "pdd" and canonical_status(status) in PROJECT_STATUSES:
        return {"status": canonical_status(status)}
    if profile == "mrv" and status in VERIFICATION_STATUSES:
        return {"verification_status": VERIFICATION_STATUSES[status], "ogcr:status": status}
    known = PROJECT_STATUSES if profile == "pdd" else VERIFICATION_STATUSES
    raise ValueError(f"“{status}” is no status of a {profile}; use one of {', '.join(known)}.")


def _maintained_link(link: Mapping[str, Any]) -> dict[str, Any]:
    if link.get("rel") not in MAINTAINED_RELS:
        raise ValueError(
            f"The registry does not maintain links with relation “{link.get('rel')}”; "
            f"use one of {', '.join(MAINTAINED_RELS)}."
        )
    return dict(link)


def _reserved(name: str) -> str:
    if name in {"assigned", "status"}:
        raise ValueError(f"“{RESERVED_PREFIX}{name}” has its own meaning; choose another name.")
    return RESERVED_PREFIX + name


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
