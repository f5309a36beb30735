"""Expectations: what a signed call must say, given the documents that it anchors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.errors import ConflictError, Detail, MissingError, faults_error
from api.queries.projects import ProjectRow, project
from api.queries.reports import report_of_id
from api.registry import Registry
from api.snapshot import Snapshot
from api.writes import projects, reports, verifications
from api.writes.proposals import Proposal
from api.writes.write import Write
from indexer.abi import Call
from schemas import content_hash, validate

Held = Mapping[str, Any]
Expect = Callable[[Registry, Snapshot, Call, Held], Proposal]

#: Where a document can be had and what the chain is told beside it is the signer's own affair.
_FREE = ("uri", "decisionUri", "statementUri")
_OUTCOMES = {
    "validateProject": "validated",
    "rejectProject": "rejected",
    "requestRevision": "revision_requested",
}


def expected_proposal(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    """The proposal that a call is, with what its documents say against its arguments.

    `held` are the documents by the name of the argument that is their hash.
    """
    expect = _EXPECTATIONS.get((call.contract, call.function))
    documents = tuple(held.values())
    if expect is None:
        write = Write(_kind(call), call.contract, call.function, call.arguments, None, documents)
        return Proposal(write)
    wanted = expect(registry, snapshot, call, held)
    write = Write(
        wanted.write.kind,
        call.contract,
        call.function,
        call.arguments,
        wanted.write.resource,
        documents,
        wanted.write.once,
    )
    # Whether the state of the registry allows the call is asked of the chain, which knows it now.
    lasting = [detail for detail in wanted.findings if not detail.conflict]
    differing = _mismatches(wanted.write.arguments, call.arguments, "")
    return Proposal(write, (*lasting, *differing), wanted.ground)


def _new_project(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    draft = call.function == "draftProject"
    return projects.registration(registry, snapshot, held["pddHash"], draft)


def _known_project(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    document = held["pddHash"]
    findings = projects.pdd_findings(snapshot, document)
    row = _project(snapshot, call.arguments["projectId"])
    return projects.anchoring(registry, call.function, document, row, findings)


def _metadata(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    row = _project(snapshot, call.arguments["projectId"])
    return projects.metadata_change(registry, row, held["metadataHash"])


def _report(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    row = _project(snapshot, call.arguments["projectId"])
    return reports.submission(registry, snapshot, row, held["reportHash"])


def _verification(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    row = report_of_id(snapshot, call.arguments["reportId"])
    if row is None:
        raise MissingError(f"There is no report {call.arguments['reportId']}.")
    if "statementHash" not in held:
        raise ConflictError("The call names no statement; anchor the decision document with it.")
    found = _project(snapshot, row.report.project_id or "")
    return verifications.verification(registry, found, row, held["statementHash"])


def _validation(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    if "decisionHash" not in held:
        raise ConflictError("The call names no decision; anchor the decision document with it.")
    document = held["decisionHash"]
    faults = validate("decision", document)
    if faults:
        raise faults_error(faults)
    row = _project(snapshot, call.arguments["projectId"])
    arguments = {
        **call.arguments,
        "pddHash": document["subject"],
        **({"reason": document["reason"]} if "reason" in call.arguments else {}),
    }
    path = f"/projects/{row.project.document_id}"
    write = Write(_kind(call), call.contract, call.function, arguments, path, (document,))
    return Proposal(write, tuple(_outcome_findings(call, document)))


def _methodology(registry: Registry, snapshot: Snapshot, call: Call, held: Held) -> Proposal:
    document = held["documentHash"]
    faults = validate("methodology", document)
    if faults:
        raise faults_error(faults)
    words = registry.abi.enum_words("ProjectType")
    terms = {
        "unitType": document["unit_type"],
        "granularityKg": document["granularity_kg"],
        "bufferRateBps": document["buffer_rate_bps"],
        "automaticIssuance": document["automatic_issuance"],
        "expires": document["expires"],
        "durabilityYears": document["durability_years"],
        "projectTypes": sum(1 << words.index(word) for word in document["project_types"]),
    }
    name, version = document["id"], document["version"]
    arguments = {
        "methodologyId": name,
        "version": version,
        "documentHash": content_hash(document),
        "terms": terms,
    }
    path = f"/methodologies/{name}@{version}"
    write = Write(
        "methodology_registration", call.contract, call.function, arguments, path, (document,), True
    )
    return Proposal(write)


def _project(snapshot: Snapshot, name: str) -> ProjectRow:
    row = project(snapshot, name)
    if row is None:
        raise MissingError(f"There is no project {name}.")
    return row


def _outcome_findings(call: Call, document: Mapping[str, Any]) -> Sequence[Detail]:
    wanted = _OUTCOMES[call.function]
    if document["outcome"] == wanted:
        return ()
    message = f"{call.function} needs a decision whose outcome is {wanted}."
    return [Detail("/documents/0/outcome", "OUTCOME_NOT_POSSIBLE", message)]


def _mismatches(wanted: Any, signed: Any, place: str) -> list[Detail]:
    if isinstance(wanted, Mapping) and isinstance(signed, Mapping):
        names = [name for name in wanted if name not in _FREE]
        found = [_mismatches(wanted[n], signed.get(n), f"{place}/{n}") for n in names]
        return [detail for details in found for detail in details]
    if _plain(wanted) == _plain(signed):
        return []
    message = f"The call says {signed} for {place[1:]}, its document says {wanted}; sign anew."
    return [Detail("/signed_transaction", "ARGUMENT_MISMATCH", message)]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("sha256:", "0x")
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _kind(call: Call) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in call.function)


_EXPECTATIONS: dict[tuple[str, str], Expect] = {
    **{("ProjectRegistry", name): _new_project for name in ("draftProject", "registerProject")},
    **{
        ("ProjectRegistry", name): _known_project
        for name in ("updatePDD", "submitProject", "resubmitProject", "redraftProject")
    },
    **{("ProjectRegistry", name): _validation for name in _OUTCOMES},
    ("ProjectRegistry", "updateMetadata"): _metadata,
    **{("MRVRegistry", name): _report for name in ("submitReport", "resubmitReport")},
    **{("MRVRegistry", name): _verification for name in ("verifyReport", "rejectReport")},
    ("MethodologyRegistry", "registerMethodology"): _methodology,
}
