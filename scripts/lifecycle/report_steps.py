"""Steps of monitoring reports: versions, verifiers and their decisions (OGCR 5.2.2)."""

from dataclasses import dataclass
from typing import Any

from indexer.identity import project_id, report_id
from schemas import content_hash, document_id
from scripts.accounts import OPERATOR, VERIFIER, development_account
from scripts.lifecycle.registry_api import RegistryApi
from scripts.lifecycle.step import Call, Proposal

Document = dict[str, Any]


@dataclass(frozen=True)
class ReportStep:
    """A step about one version of a monitoring report."""

    document: Document

    @property
    def project(self) -> str:
        """The project's document id."""
        return str(self.document["properties"]["project_id"])

    @property
    def subject(self) -> str:
        """The report's document id."""
        return document_id(self.document)

    def _is_at(self, api: RegistryApi, status: str) -> bool:
        record = api.report(self.project, self.subject)
        return record is None or (
            record["status"] == status and record["content_hash"] == content_hash(self.document)
        )


@dataclass(frozen=True)
class SubmitReport(ReportStep):
    """The developer hands in a report, or a new version after a rejection."""

    actor: int
    superseded_by: Document | None = None
    role: str = "developer"
    action: str = "submits the report"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the report has this version, or the one that supersedes it."""
        record = api.report(self.project, self.subject)
        known = {version["content_hash"] for version in record["versions"]} if record else set()
        wanted = {content_hash(d) for d in (self.document, self.superseded_by) if d is not None}
        return bool(known & wanted)

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /projects/{id}/monitoring`."""
        return Proposal("POST", f"/projects/{self.project}/monitoring", self.document)


@dataclass(frozen=True)
class AssignVerifier(ReportStep):
    """submitted → pending_verification."""

    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "assigns a verifier to"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether this version waits for no verifier any more."""
        return not self._is_at(api, "submitted")

    def request(self, api: RegistryApi) -> Call:
        """The sample's verifier."""
        report = report_id(project_id(self.project), self.subject)
        arguments = {"reportId": report, "verifier": str(development_account(VERIFIER).address)}
        return Call("MRVRegistry", "assignVerifier", arguments)


@dataclass(frozen=True)
class DecideOnReport(ReportStep):
    """pending_verification → verified or rejected, with a statement that names the report."""

    decision: Document
    actor: int = VERIFIER
    role: str = "verifier"

    @property
    def action(self) -> str:
        """What the verifier does."""
        return "verifies" if self.decision["outcome"] == "verified" else "rejects the report"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether this version is no longer pending."""
        return not self._is_at(api, "pending_verification")

    def request(self, api: RegistryApi) -> Proposal:
        """`POST …/verify` with the decision document."""
        path = f"/projects/{self.project}/monitoring/{self.subject}/verify"
        return Proposal("POST", path, self.decision)
