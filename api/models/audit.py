"""The audit log: its entries, and what is known of machines."""

from __future__ import annotations

from typing import Literal

from api.models.answers import Answer, Listed


class AuditMachine(Answer):
    """From where an attempt came; it can be erased."""

    address: str
    agent: str


class AuditEntry(Answer):
    """One attempt and what was decided (OGCR 4.3); `digest` covers it and the entry before."""

    sequence: int
    at: str
    actor: str
    credential: str | None
    operation: str
    resource: str
    outcome: Literal["allowed", "refused", "rejected", "failed"]
    status: int
    request_id: str
    times: int
    machine: AuditMachine | None
    digest: str


class AuditPage(Listed):
    """A page of the audit log, the newest entry first."""

    entries: list[AuditEntry]
