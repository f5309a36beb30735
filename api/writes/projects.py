"""Projects: a PDD is checked and becomes a call to sign (OGCR 4.2.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.errors import ConflictError, Detail, MissingError, faults_error
from api.queries.methodologies import methodology_version
from api.queries.projects import ProjectRow, project
from api.registry import Registry
from api.snapshot import Snapshot
from api.writes.days import out_of_range, project_days
from api.writes.proposals import Ground, Proposal
from api.writes.write import Write, document_uri
from indexer.identity import methodology_key, project_id
from indexer.models import Methodology
from schemas import Fault, content_hash, document_id, kind_of, validate

#: Who may still change a PDD, and by which call: status → (draft wanted, submission wanted).
_UPDATES = {
    "draft": ("updatePDD", "resubmitProject"),
    "submitted": (None, "updatePDD"),
    "rejected": ("redraftProject", "resubmitProject"),
}
_KINDS = {
    "draftProject": "project_draft",
    "registerProject": "project_registration",
    "updatePDD": "project_update",
    "resubmitProject": "project_resubmission",
    "redraftProject": "project_redraft",
    "submitProject": "project_submission",
}


def registration(registry: Registry, snapshot: Snapshot, document: Any, draft: bool) -> Proposal:
    """A new project. Raises `ValidationError` with everything found when the PDD has faults."""
    findings = pdd_findings(snapshot, document)
    name = document_id(document)
    taken = project(snapshot, name)
    if taken is not None:
        findings = [*findings, _taken(taken)]
    function = "draftProject" if draft else "registerProject"
    return anchoring(registry, function, document, findings=findings)


def update(
    registry: Registry, snapshot: Snapshot, row: ProjectRow, document: Any, draft: bool | None
) -> Proposal:
    """A new version of the PDD of a project that is not validated yet.

    `draft` chooses the status that it shall have afterwards; None keeps `draft` and `submitted`
    and submits what was rejected. A draft handed in unchanged is submitted as it is.
    """
    findings = [*pdd_findings(snapshot, document), *_other_project(row, document)]
    function = _update_function(row, draft)
    if row.project.pdd_hash == content_hash(document):
        if (row.project.status, function) != ("draft", "resubmitProject"):
            findings.append(_unchanged(row.project.pdd_hash))
        function = "submitProject"
    return anchoring(registry, function, document, row, findings)


def anchoring(
    registry: Registry,
    function: str,
    document: Mapping[str, Any],
    row: ProjectRow | None = None,
    findings: Sequence[Detail] = (),
) -> Proposal:
    """The call that anchors a PDD by one of the contract's functions, and the ground it claims."""
    name, digest = document_id(document), content_hash(document)
    arguments = _arguments(registry, function, document, row)
    write = Write(
        _KINDS[function],
        "ProjectRegistry",
        function,
        arguments,
        f"/projects/{name}",
        (document,),
        once=row is None,
    )
    stays_draft = function == "updatePDD" and row is not None and row.project.status == "draft"
    claims = function not in ("draftProject", "redraftProject") and not stays_draft
    ground = Ground(project_id(name), name, digest) if claims else None
    return Proposal(write, tuple(findings), ground)


def metadata_change(registry: Registry, row: ProjectRow, document: Any) -> Proposal:
    """Permitted metadata of a validated project; its PDD stays as it was judged (OGCR 4.2.1)."""
    faults = validate("metadata", document)
    if faults:
        raise faults_error(faults)
    findings = []
    if document["project_id"] not in (row.project.document_id, row.project.project_id):
        message = f"The document is about another project than {row.project.document_id}."
        findings.append(Detail("/project_id", "PROJECT_MISMATCH", message))
    digest = content_hash(document)
    if digest == row.project.metadata_hash:
        findings.append(_unchanged(digest))
    arguments = {
        "projectId": row.project.project_id,
        "metadataHash": digest,
        "uri": document_uri(registry, digest),
    }
    path = f"/projects/{row.project.document_id}"
    write = Write(
        "project_metadata", "ProjectRegistry", "updateMetadata", arguments, path, (document,)
    )
    return Proposal(write, tuple(findings))


def change(
    registry: Registry, snapshot: Snapshot, name: str, document: Any, draft: bool | None
) -> Proposal:
    """Whatever a document changes about a project, by its kind and the project's status."""
    row = project(snapshot, name)
    if row is None:
        raise MissingError(f"There is no project {name}; POST /projects registers one.")
    if row.project.status == "validated" or kind_of(document) == "metadata":
        return _change_of_validated(registry, row, document)
    return update(registry, snapshot, row, document, draft)


def pdd_findings(snapshot: Snapshot, document: Any) -> list[Detail]:
    """What the registry says against a PDD; raises `ValidationError` when it has faults as well."""
    faults = validate("pdd", document)
    findings = business_findings(snapshot, document)
    if faults:
        raise faults_error([*faults, *(Fault(d.field, d.code, d.message) for d in findings)])
    return findings


def business_findings(snapshot: Snapshot, document: Any) -> list[Detail]:
    """What the registry says against a PDD, as far as its members can be read (OGCR 4.4.2)."""
    properties = document.get("properties") if isinstance(document, Mapping) else None
    if not isinstance(properties, Mapping):
        return []
    return [*_methodology_findings(snapshot, properties), *_duration_findings(properties)]


def _change_of_validated(registry: Registry, row: ProjectRow, document: Any) -> Proposal:
    if row.project.status != "validated":
        raise ConflictError(
            f"The project is {row.project.status}; only a validated one takes metadata. Hand in a "
            "new version of the PDD instead."
        )
    if kind_of(document) == "pdd":
        raise ConflictError(
            "A validated PDD never changes; hand in a document of profile “metadata” with what "
            "may change (contact, website, description, links)."
        )
    return metadata_change(registry, row, document)


def _arguments(
    registry: Registry, function: str, document: Mapping[str, Any], row: ProjectRow | None
) -> dict[str, Any]:
    name = document_id(document)
    if function == "submitProject":
        return {"projectId": project_id(name), "pddHash": content_hash(document)}
    subject = {"documentId": name} if row is None else {"projectId": row.project.project_id}
    return {**subject, "pdd": _pdd(registry, document)}


def _pdd(registry: Registry, document: Mapping[str, Any]) -> dict[str, Any]:
    properties = document["properties"]
    digest = content_hash(document)
    start_day, end_day = project_days(properties)
    reference = properties["methodology"]
    return {
        "pddHash": digest,
        "methodologyKey": methodology_key(reference["id"], reference["version"]),
        "projectType": properties["project_type"],
        "startDay": start_day,
        "endDay": end_day,
        "uri": document_uri(registry, digest),
    }


def _update_function(row: ProjectRow, draft: bool | None) -> str:
    status = row.project.status or ""
    if status not in _UPDATES:
        raise ConflictError(_CLOSED.get(status, f"The project is {status}; its PDD is closed."))
    drafted, submitted = _UPDATES[status]
    wanted = drafted if draft or (draft is None and status == "draft") else submitted
    if wanted is None:
        raise ConflictError("The project is submitted already; only its validator sends it back.")
    return wanted


def _other_project(row: ProjectRow, document: Mapping[str, Any]) -> list[Detail]:
    name = row.project.document_id
    if document_id(document) == name:
        return []
    message = f"The document's id must be “{name}”, the id of the project that it changes."
    return [Detail("/id", "PROJECT_MISMATCH", message)]


def _taken(row: ProjectRow) -> Detail:
    name, status = row.project.document_id, row.project.status
    remedy = "choose another id"
    if status in _UPDATES:
        remedy = f"PUT /projects/{name} hands in a new version, or choose another id"
    message = f"A project {name} is registered already ({status}); {remedy}."
    return Detail("/id", "PROJECT_EXISTS", message, {"project_id": name}, conflict=True)


def _unchanged(digest: str | None) -> Detail:
    message = f"The document is the current one already ({digest}); change it first."
    return Detail("", "UNCHANGED_DOCUMENT", message, conflict=True)


def _methodology_findings(snapshot: Snapshot, properties: Mapping[str, Any]) -> list[Detail]:
    reference = properties.get("methodology")
    if not isinstance(reference, Mapping):
        return []
    identifier, version = reference.get("id"), reference.get("version")
    if not (isinstance(identifier, str) and isinstance(version, str)):
        return []
    known = methodology_version(snapshot, identifier, version)
    return _methodology_detail(known, f"{identifier}@{version}", properties.get("project_type"))


def _methodology_detail(known: Methodology | None, name: str, project_type: Any) -> list[Detail]:
    place = "/properties/methodology"
    if known is None:
        message = (
            f"The methodology {name} is not registered; GET /methodologies lists those that are."
        )
        return [Detail(place, "METHODOLOGY_UNKNOWN", message)]
    if known.status != "active":
        message = f"The methodology {name} is {known.status}; name an active version."
        return [Detail(place, "METHODOLOGY_NOT_ACTIVE", message)]
    if isinstance(project_type, str) and project_type not in (known.project_types or ()):
        permitted = ", ".join(known.project_types or ())
        message = f"The methodology {name} permits {permitted}, not {project_type}."
        return [Detail("/properties/project_type", "METHODOLOGY_NOT_PERMITTED", message)]
    return []


def _duration_findings(properties: Mapping[str, Any]) -> list[Detail]:
    start, end = project_days(properties)
    place = "/properties/project_duration"
    return [*out_of_range(f"{place}/start", start), *out_of_range(f"{place}/end", end)]


_CLOSED = {
    "under_review": "The project is under review; its PDD stands until the validator decides.",
    "archived": "The project is archived; register a new one.",
}
