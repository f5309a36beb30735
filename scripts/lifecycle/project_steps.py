"""Steps of projects: PDD versions, validators and their decisions, metadata (OGCR 5.2.1)."""

from dataclasses import dataclass
from typing import Any

from indexer.identity import project_id
from schemas import content_hash, document_id
from scripts.accounts import OPERATOR, VALIDATOR, development_account
from scripts.lifecycle.registry_api import Record, RegistryApi
from scripts.lifecycle.step import Call, Proposal

Document = dict[str, Any]


@dataclass(frozen=True)
class SubmitPDD:
    """The developer hands in a PDD, or a new version after a rejection.

    `superseded_by` is a later version: where that one is known, this one need not come any more.
    """

    document: Document
    actor: int
    superseded_by: Document | None = None
    role: str = "developer"

    @property
    def action(self) -> str:
        """What the developer does."""
        return "submits the PDD"

    @property
    def subject(self) -> str:
        """The project's document id and what is submitted."""
        return f"{document_id(self.document)} ({content_hash(self.document)[:15]}…)"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the project has this version, or the one that supersedes it."""
        record = api.project(document_id(self.document))
        known = {version["content_hash"] for version in record["versions"]} if record else set()
        wanted = {content_hash(d) for d in (self.document, self.superseded_by) if d is not None}
        return bool(known & wanted)

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /projects`, or `PUT` where the project exists."""
        name = document_id(self.document)
        if api.project(name) is None:
            return Proposal("POST", "/projects", self.document)
        return Proposal("PUT", f"/projects/{name}", self.document)


@dataclass(frozen=True)
class AssignValidator:
    """submitted → under_review."""

    document: Document
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "assigns a validator to"

    @property
    def subject(self) -> str:
        """The project's document id."""
        return document_id(self.document)

    def is_done(self, api: RegistryApi) -> bool:
        """Whether this version waits for no validator any more."""
        return not _is_at(api, self.document, "submitted")

    def request(self, api: RegistryApi) -> Call:
        """The sample's validator."""
        validator = str(development_account(VALIDATOR).address)
        arguments = {"projectId": project_id(self.subject), "validator": validator}
        return Call("ProjectRegistry", "assignValidator", arguments)


@dataclass(frozen=True)
class DecideOnPDD:
    """under_review → validated or rejected, with a decision document that names the PDD."""

    document: Document
    decision: Document
    actor: int = VALIDATOR
    role: str = "validator"

    @property
    def action(self) -> str:
        """What the validator does."""
        return "validates" if self.decision["outcome"] == "validated" else "rejects"

    @property
    def subject(self) -> str:
        """The project's document id."""
        return document_id(self.document)

    def is_done(self, api: RegistryApi) -> bool:
        """Whether this version is no longer under review."""
        return not _is_at(api, self.document, "under_review")

    def request(self, api: RegistryApi) -> Call:
        """The call names the exact hash that was judged."""
        digest = content_hash(self.decision)
        arguments = {
            "projectId": project_id(self.subject),
            "pddHash": content_hash(self.document),
            "decisionHash": digest,
            "decisionUri": api.document_uri(digest),
        }
        if self.decision["outcome"] == "validated":
            return Call("ProjectRegistry", "validateProject", arguments, [self.decision])
        arguments["reason"] = self.decision["reason"]
        return Call("ProjectRegistry", "rejectProject", arguments, [self.decision])


@dataclass(frozen=True)
class UpdateMetadata:
    """The developer changes what may change on a validated project (OGCR 4.2.1)."""

    document: Document
    actor: int
    role: str = "developer"
    action: str = "updates the metadata of"

    @property
    def subject(self) -> str:
        """The project's document id."""
        return str(self.document["project_id"])

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the project has this metadata."""
        record = api.project(self.subject)
        metadata = (record and record["metadata"]) or {}
        return metadata.get("content_hash") == content_hash(self.document)

    def request(self, api: RegistryApi) -> Proposal:
        """`PUT /projects/{id}` with the metadata document."""
        return Proposal("PUT", f"/projects/{self.subject}", self.document)


def _is_at(api: RegistryApi, document: Document, status: str) -> bool:
    record: Record | None = api.project(document_id(document))
    return record is None or (
        record["status"] == status and record["content_hash"] == content_hash(document)
    )
