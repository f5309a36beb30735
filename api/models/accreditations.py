"""Accreditations: who was accredited for what, and what was withdrawn."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.answers import Answer, Finality, IndexPosition, Link


class Withdrawal(Answer):
    """The end of an accreditation, and what it rests on."""

    withdrawn_at: str | None
    withdrawn_by: str | None
    reason: str | None
    evidence_hash: str | None


class AccreditationDecision(Answer):
    """A decision on a project or a report; marked when its judge lost the accreditation since."""

    subject: Literal["project", "report"]
    subject_id: str | None
    outcome: str | None
    content_hash: str | None
    decision_hash: str | None
    reason: str | None
    decided_at: str | None
    tx_hash: str | None
    accreditation_withdrawn: Withdrawal | None
    finality: Finality


class Accreditation(Answer):
    """An account in a role that it is, or was, accredited for."""

    account: str
    role: Literal["validator", "verifier"]
    state: Literal["accredited", "withdrawn"]
    organisation: str | None
    project_types: list[str]
    first_day: str | None
    last_day: str | None
    evidence_hash: str | None
    granted_at: str | None
    withdrawals: list[Withdrawal]
    decisions: dict[str, int]
    finality: Finality
    decided: list[AccreditationDecision] | None = None


class AccreditationPage(Answer):
    """A page of accreditations."""

    accreditations: list[Accreditation]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class AccountAccreditations(Answer):
    """The accreditations of an account, and what it decided under them."""

    account: str
    roles: list[str]
    accreditations: list[Accreditation]
    index: IndexPosition = Field(alias="ogcr:index")
